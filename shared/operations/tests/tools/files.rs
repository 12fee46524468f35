//! The files of a session: what the tools do with them, their bounds, and who sees them.

use crate::world::World;
use rookery_domain::{FilePath, Kind, limits};
use serde_json::json;

const ALL: &str = "[read, write, edit, list, grep]";

fn path(text: &str) -> FilePath {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tool_does_what_it_says() {
    let world = World::start(ALL, "").await;
    let poem = "the rook\nflies\nover the wall\n";
    let steps = json!([
        [["list", {}], ["grep", {"pattern": "x"}], ["list", {"prefix": "/notes"}]],
        [["write", {"path": "poem.md", "text": poem}], ["write", {"path": "notes/1.md", "text": ""}]],
        [
            ["read", {"path": "poem.md"}],
            ["read", {"path": "poem.md", "from_line": 2, "lines": 1}],
            ["read", {"path": "poem.md", "from_line": 9}],
            ["read", {"path": "notes/1.md"}],
            ["list", {}],
            ["list", {"prefix": "./notes"}],
            ["grep", {"pattern": "^the|wall$"}],
            ["grep", {"pattern": "the", "prefix": "notes/"}],
        ],
        [
            ["edit", {"path": "poem.md", "old": "the", "new": "a"}],
            ["edit", {"path": "poem.md", "old": "the", "new": "a", "all": true}],
            ["edit", {"path": "poem.md", "old": "the", "new": "b"}],
            ["read", {"path": "poem.md"}],
        ],
    ]);
    insta::assert_snapshot!(world.told(&steps).await.join("\n---\n"));
    let files = world.store.files(&world.at(), "", 100, None).await.unwrap().items;
    let listed: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.bytes)).collect();
    assert_eq!(listed, [("notes/1.md", 0), ("poem.md", 25)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_long_is_read_in_parts() {
    let world = World::start(ALL, "").await;
    let (line, endless) = ("x".repeat(99), "ü".repeat(100_000));
    let many = vec![line.as_str(); 2000].join("\n");
    let told = world
        .told(&json!([
            [["write", {"path": "many", "text": many}], ["write", {"path": "endless", "text": endless}]],
            [["read", {"path": "many"}], ["read", {"path": "many", "from_line": 1301}], ["read", {"path": "endless"}]],
            [["grep", {"pattern": "x", "prefix": "many"}], ["grep", {"pattern": "ü"}], ["grep", {"pattern": "(x?){5000}"}]],
        ]))
        .await;
    assert!(
        told[2].starts_with("[Lines 1 to 1300 of 2000.]\nx") && told[2].len() <= limits::TOOL_RESULT_BYTES,
        "{:.90}",
        told[2]
    );
    assert!(told[3].starts_with("[Lines 1301 to 2000 of 2000.]\nx") && told[3].ends_with('x'), "{:.90}", told[3]);
    assert!(told[4].ends_with("[The line is cut: it is too long.]\n") && told[4].len() <= limits::TOOL_RESULT_BYTES);
    assert!(told[5].lines().count() == 201 && told[5].ends_with("[There are more: ask for less.]\n"));
    assert_eq!(told[6], format!("endless:1: {}\n", "ü".repeat(200)));
    assert!(told[7].contains("takes too long") || told[7].contains("refused"), "{}", told[7]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_has_room_for_so_much() {
    let world = World::start(ALL, "").await;
    world.told(&json!([])).await;
    let (at, after) = (world.at(), world.log().await.len() as u64);
    let put = async |name: &str, text: &str, tag: &str| world.store.put_file(&at, &path(name), text, tag, after).await;
    let large = "x".repeat(limits::FILE_BYTES);
    assert_eq!(put("a", &format!("{large}x"), "0").await.unwrap_err().code, "file_too_large");
    for number in 0..40 {
        assert!(put(&number.to_string(), &large, "1").await.unwrap());
    }
    assert_eq!(put("40", "x", "1").await.unwrap_err().code, "sandbox_full");
    assert!(put("40", "", "1").await.unwrap(), "an empty file has room");
    assert!(put("39", "", "2").await.unwrap() && put("40", &large, "2").await.unwrap(), "what is made shorter makes room");
    assert_eq!(put("39", "x", "3").await.unwrap_err().code, "sandbox_full");
    // What the model is told of that is not an error of the agent.
    let told = world.results(&json!([[["write", {"path": "more", "text": "x"}]]])).await;
    assert!(told[0].is_error && told[0].text.contains("There is no room"), "{told:?}");

    let many = world.session("many");
    many.told(&json!([])).await;
    let (at, after) = (many.at(), many.log().await.len() as u64);
    for number in 0..limits::FILES {
        assert!(world.store.put_file(&at, &path(&number.to_string()), "", "1", after).await.unwrap());
    }
    let refused = world.store.put_file(&at, &path("one-more"), "", "1", after).await.unwrap_err();
    assert_eq!((refused.code, refused.kind), ("sandbox_full", Kind::Unprocessable));
    assert!(world.store.put_file(&at, &path("7"), "again", "2", after).await.unwrap());
}

/// Somebody who was taken to be dead writes nothing any more, and who makes the same write again changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_counts_only_while_nothing_else_happened() {
    let world = World::start(ALL, "").await;
    world.told(&json!([])).await;
    let (at, after) = (world.at(), world.log().await.len() as u64);
    let put = async |text: &str, tag: &str, after| world.store.put_file(&at, &path("a"), text, tag, after).await.unwrap();
    assert!(!put("early", "1", after - 1).await);
    assert!(world.store.file(&at, &path("a")).await.unwrap().is_none());
    assert!(put("first", "1", after).await && put("other", "1", after).await, "the same write again");
    assert_eq!(world.store.file(&at, &path("a")).await.unwrap().unwrap().text().unwrap(), "first");
    assert!(put("second", "2", after).await);
    // A session that is gone gets no file.
    let gone = world.session("gone").at();
    let refused = world.store.put_file(&gone, &path("a"), "x", "1", 0).await.unwrap_err();
    assert!(refused.kind == Kind::NotFound && world.store.file(&gone, &path("a")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_the_files_of_another_session() {
    let world = World::start(ALL, "").await;
    let others = [world.session("other"), world.session("default "), world.session("f#"), world.other_project(ALL).await];
    world.told(&json!([[["write", {"path": "secret", "text": "of one"}]]])).await;
    for (number, other) in others.iter().enumerate() {
        let told = other
            .told(&json!([
                [["list", {}], ["grep", {"pattern": "."}], ["read", {"path": "secret"}], ["read", {"path": "/secret"}]],
                [["write", {"path": "secret", "text": format!("of {number}")}], ["read", {"path": "secret"}]],
            ]))
            .await;
        assert_eq!(told[..2], ["There are no files.", "There are no files."]);
        assert!(told[2].contains("no file `secret`") && told[3].contains("no file `secret`"), "{told:?}");
        assert_eq!(told[5], format!("of {number}"));
    }
    assert_eq!(world.told(&json!([[["read", {"path": "secret"}]]])).await, ["of one"]);
    // A deleted project takes its files with it, and no others.
    world.store.delete_project(&world.project).await.unwrap();
    assert!(world.store.purge_project(&world.project, &mut 10_000).await.unwrap());
    for one in [&world, &others[0], &others[1], &others[2]] {
        assert!(world.store.file(&one.at(), &path("secret")).await.unwrap().is_none());
    }
    assert_eq!(others[3].told(&json!([[["read", {"path": "secret"}]]])).await, ["of 3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_session_loses_its_files_and_no_later_ones() {
    let (world, large) = (World::start(ALL, "").await, "x".repeat(limits::FILE_BYTES - 100));
    // More than one request removes.
    for _ in 0..14 {
        world.told(&json!([])).await;
    }
    let (at, last) = (world.at(), world.log().await.len() as u64);
    for number in 0..40 {
        assert!(world.store.put_file(&at, &path(&number.to_string()), &large, "1", last).await.unwrap());
    }
    let before = world.store.last_operation(&at).await.unwrap().unwrap().n;
    world.operations().sessions().delete(&at).await.unwrap();
    assert_eq!(world.told(&json!([[["list", {}]]])).await, ["There are no files."]);
    // What they took is free again.
    let put = json!([[["write", {"path": "0", "text": large}], ["write", {"path": "new", "text": large}]]]);
    assert!(world.results(&put).await.iter().all(|result| !result.is_error));
    // Somebody slow removes once more what there was before.
    world.store.remove_session(&at, before + 1, last).await.unwrap();
    assert_eq!(world.store.files(&at, "", 10, None).await.unwrap().items.len(), 2);
}
