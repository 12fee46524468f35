//! A data folder that has lost something: a start refuses it with the remedy, and a repair keeps what can be read.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use folder::*;
use rookery_standins::Standins;
use std::collections::BTreeSet;
use std::os::unix::fs::FileExt;
use std::path::Path;

#[tokio::test]
async fn a_folder_after_a_kill_is_whole() {
    let data = folder(End::Killed).await;
    assert!(length(&data.path().join("dynamodb.db-wal")) > 0, "there is something to lose");
    let standins = Standins::start(data.path()).unwrap();
    let (dynamodb, sqs) = clients(&standins);
    assert_eq!(keys(&dynamodb).await.len(), ITEMS);
    assert_eq!(messages(&sqs).await, ITEMS);
    standins.stop().await;
}

#[tokio::test]
async fn a_log_that_was_flipped_cut_or_removed_is_refused_and_repaired() {
    for name in ["dynamodb.db", "sqs.db"] {
        type Harm = fn(&Path);
        let harms: [(&str, Harm); 4] = [
            ("flipped", |log| flip(log, length(log) / 2)),
            ("of another head", |log| flip(log, 17)),
            ("cut", |log| std::fs::File::options().write(true).open(log).unwrap().set_len(length(log) / 2).unwrap()),
            ("removed", |log| std::fs::remove_file(log).unwrap()),
        ];
        for (harm, apply) in harms {
            let data = folder(End::Killed).await;
            apply(&data.path().join(format!("{name}-wal")));
            let error = refused(data.path());
            assert!(error.contains(name) && error.contains("--repair"), "{name} {harm}: {error}");
            assert!(
                error.contains("acknowledged changes are not there") || error.contains("not the file"),
                "{name} {harm}: {error}"
            );
            assert_eq!(error, refused(data.path()), "a refused start changes nothing");
            let (told, keys, messages) = repaired(data.path()).await;
            assert!(told.contains(name), "{told}");
            let (whole, harmed) = if name == "sqs.db" { (keys.len(), messages) } else { (messages, keys.len()) };
            assert_eq!(whole, ITEMS, "{name} {harm}");
            assert!(harmed < ITEMS, "{name} {harm}");
            assert!(harm != "flipped" || harmed > 0, "{name}: what came before is kept");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_missing_is_refused_and_repaired() {
    for (name, kept) in [("dynamodb.db", (0, ITEMS)), ("sqs.db", (ITEMS, 0))] {
        for end in [End::Orderly, End::Killed] {
            let data = folder(end).await;
            std::fs::remove_file(data.path().join(name)).unwrap();
            let error = refused(data.path());
            assert!(error.contains(name) && error.contains("it is missing") && error.contains("--repair"), "{error}");
            let (told, keys, messages) = repaired(data.path()).await;
            assert!(told.contains("missing"), "{told}");
            assert_eq!((keys.len(), messages), kept, "{told}");
        }
    }
}

#[tokio::test]
async fn a_zeroed_page_is_refused_and_the_others_items_are_kept() {
    let whole = folder(End::Orderly).await;
    let file = whole.path().join("dynamodb.db");
    let pages = length(&file) / 4096;
    let (mut refusals, mut kept_most) = (0, 0);
    for page in 0..pages {
        let data = tempfile::tempdir().unwrap();
        for name in ["dynamodb.db", "dynamodb.db-acknowledged", "sqs.db", "sqs.db-acknowledged"] {
            std::fs::copy(whole.path().join(name), data.path().join(name)).unwrap();
        }
        let harmed = std::fs::File::options().write(true).open(data.path().join("dynamodb.db")).unwrap();
        harmed.write_all_at(&[0; 4096], page * 4096).unwrap();
        let Some(error) = refused_or_found(data.path()).await else { continue };
        refusals += 1;
        assert!(error.contains("dynamodb.db is damaged") && error.contains("--repair"), "page {page}: {error}");
        let (_, keys, messages) = repaired(data.path()).await;
        assert_eq!(messages, ITEMS);
        kept_most += u64::from(keys.len() >= ITEMS - 3);
    }
    assert_eq!(refusals, pages, "every page of a file that was never shortened is in use");
    // The exceptions are pages like the first, or one that leads to the others.
    assert!(kept_most > pages / 2, "of {pages} pages, the loss of {kept_most} left nearly all items");
}

#[tokio::test]
async fn a_folder_that_was_restored_after_damage_is_checked_and_taken() {
    let whole = folder(End::Orderly).await;
    let copy = std::fs::read(whole.path().join("dynamodb.db")).unwrap();
    let file = std::fs::File::options().write(true).open(whole.path().join("dynamodb.db")).unwrap();
    file.write_all_at(&[0; 4096], (copy.len() / 2 / 4096 * 4096) as u64).unwrap();
    refused_or_found(whole.path()).await.expect("the damage is found");
    std::fs::write(whole.path().join("dynamodb.db"), copy).unwrap();
    for _ in 0..2 {
        let standins = Standins::start(whole.path()).unwrap();
        standins.checked().await.unwrap();
        assert_eq!(keys(&clients(&standins).0).await.len(), ITEMS);
        standins.stop().await;
    }
    assert!(!whole.path().join("suspect").exists());
}

#[tokio::test]
async fn a_repair_that_was_cut_short_keeps_a_start_away_and_begins_again_from_the_same_copies() {
    let copies = |data: &Path| {
        let names = std::fs::read_dir(data).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".damaged-")).collect::<BTreeSet<_>>()
    };
    let data = folder(End::Killed).await;
    let data = data.path();
    for part in ["", "-wal"] {
        std::fs::remove_file(data.join(format!("sqs.db{part}"))).unwrap();
    }
    let log = data.join("dynamodb.db-wal");
    flip(&log, length(&log) / 2);
    let first = Standins::repair(data).unwrap();
    let kept = copies(data);
    assert_eq!(kept.len(), first.copies.len());

    // The end may come anywhere: also while a file is replaced, and neither the old nor the new one is there.
    for name in ["nothing", "dynamodb.db", "dynamodb.db-wal"] {
        let _ = std::fs::remove_file(data.join(name));
        let error = refused(data);
        assert!(error.contains("cut short") && error.contains("--repair") && error.contains("repairing"), "{error}");
        let again = Standins::repair(data).unwrap();
        assert!(again.told[0].contains("begins again"), "{:?}", again.told);
        assert_eq!((&again.told[1..], copies(data)), (&first.told[..], kept.clone()));
    }
    first.start().unwrap().stop().await;
    first.finish().unwrap();
    let standins = Standins::start(data).unwrap();
    assert!((1..ITEMS).contains(&keys(&clients(&standins).0).await.len()));
    standins.stop().await;
}

#[tokio::test]
async fn files_of_two_folders_are_refused() {
    let (one, other) = (folder(End::Orderly).await, folder(End::Orderly).await);
    for part in ["", "-acknowledged"] {
        let name = format!("sqs.db{part}");
        std::fs::copy(other.path().join(&name), one.path().join(&name)).unwrap();
    }
    let error = refused(one.path());
    assert!(error.contains("another data folder"), "{error}");
    let (_, keys, messages) = repaired(one.path()).await;
    assert_eq!((keys.len(), messages), (ITEMS, ITEMS));
}

#[tokio::test]
async fn a_folder_of_an_earlier_version_and_a_first_start_that_was_cut_short_are_taken_as_they_are() {
    let data = folder(End::Orderly).await;
    for name in ["sqs.db", "dynamodb.db"] {
        let connection = rusqlite::Connection::open(data.path().join(name)).unwrap();
        connection.execute_batch(r#"DROP TABLE "standins::ledger""#).unwrap();
        std::fs::remove_file(data.path().join(format!("{name}-acknowledged"))).unwrap();
    }
    let standins = Standins::start(data.path()).unwrap();
    assert_eq!(keys(&clients(&standins).0).await.len(), ITEMS);
    standins.stop().await;

    for name in ["sqs.db", "dynamodb.db"] {
        let data = tempfile::tempdir().unwrap();
        Standins::start(data.path()).unwrap().stop().await;
        std::fs::remove_file(data.path().join(name)).unwrap();
        Standins::start(data.path()).unwrap().stop().await;
    }
}
