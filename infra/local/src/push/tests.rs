//! Pushes to a program in this process.

use super::*;
use crate::Runner;
use crate::cli::Args;
use clap::Parser;
use rookery_store::Role;

struct World {
    runner: Runner,
    folder: tempfile::TempDir,
}

impl World {
    async fn start(flags: &[&str]) -> World {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("agents/profiles")).unwrap();
        let mut args = Args::parse_from(["rookery", "--no-demo", "--addr", "127.0.0.1:0"].iter().chain(flags));
        args.data = folder.path().join("data");
        World { runner: Runner::start(args).await.unwrap(), folder }
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join("agents").join(file), text).unwrap();
    }

    fn push(&self) -> Push {
        let to = format!("http://{}/", self.runner.addr);
        Push { dir: self.folder.path().join("agents"), to, project: None, key: None }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_agents_of_a_folder_are_pushed_and_only_what_is_new_is_saved() {
    let world = World::start(&[]).await;
    let project = world.runner.engine.store.create_project("Mine").await.unwrap().id;
    world.write("one.md", "---\nprofile: kind\n---\nHelp.");
    world.write("two.md", "---\nmodel: demo/guide\n---\nHelp.");
    world.write("profiles/kind.md", "---\nmodel: demo/guide\n---\nBe kind.");
    let push = world.push();
    assert_eq!(push.run().await.unwrap(), ["one: version 1 runs", "two: version 1 runs"]);
    assert_eq!(push.run().await.unwrap(), ["one: version 1 runs already", "two: version 1 runs already"]);
    world.write("profiles/kind.md", "---\nmodel: demo/guide\nthinking_level: high\n---\nBe kind.");
    assert_eq!(push.run().await.unwrap(), ["one: version 2 runs", "two: version 1 runs already"]);
    // While something is wrong with one, none is saved.
    world.write("one.md", "---\nprofile: kind\npersist: soon\n---\nHelp.");
    world.write("two.md", "---\nmodel: demo/guide\n---\nHelp more.");
    let told = push.run().await.unwrap_err().to_string();
    assert!(told.starts_with("nothing was pushed:\none.md:3: persist: "), "{told}");
    let heads = world.runner.engine.store.list_definitions(&project, 10, None).await.unwrap().items;
    assert_eq!(heads.iter().map(|head| (head.name.as_str(), head.version)).collect::<Vec<_>>(), [("one", 2), ("two", 1)]);
    // Of several projects, one must be meant.
    world.write("one.md", "---\nprofile: kind\n---\nHelp.");
    world.runner.engine.store.create_project("Other").await.unwrap();
    assert!(push.run().await.unwrap_err().to_string().contains("--project"));
    let there = Push { project: Some(project), ..push.clone() };
    assert_eq!(there.run().await.unwrap(), ["one: version 2 runs already", "two: version 2 runs"]);
    world.runner.engine.store.default_project().await.unwrap();
    assert_eq!(push.run().await.unwrap(), ["one: version 1 runs", "two: version 1 runs"], "the one named `default`");
    world.runner.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_needed_where_one_is_and_what_is_refused_is_told() {
    let root = "r".repeat(40);
    let world = World::start(&["--auth", "required", "--root-key", &root]).await;
    let store = &world.runner.engine.store;
    let project = store.create_project("Mine").await.unwrap().id;
    let (_, editor) = store.create_api_key(&project, "push", Role::Editor).await.unwrap();
    let (_, viewer) = store.create_api_key(&project, "look", Role::Viewer).await.unwrap();
    let push = world.push();
    assert!(push.run().await.unwrap_err().to_string().contains("no agent"));
    world.write("one.md", "---\nmodel: demo/guide\n---\nHelp.");
    assert!(push.run().await.unwrap_err().to_string().contains("wants a key"));
    let with = |key: &str| Push { key: Some(key.to_owned()), ..push.clone() };
    assert!(with(&viewer).run().await.unwrap_err().to_string().contains("403"));
    assert_eq!(with(&editor).run().await.unwrap(), ["one: version 1 runs"]);
    assert_eq!(with(&root).run().await.unwrap(), ["one: version 1 runs already"]);
    let nobody = Push { to: "http://127.0.0.1:1".into(), ..push.clone() };
    assert!(format!("{:#}", nobody.run().await.unwrap_err()).contains("no connection"));
    world.runner.stop().await;
}
