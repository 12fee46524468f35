//! Starts that are refused, with their remedies; who may read the data folder; and that its loss is noticed.

use rookery_tests::{agent, cells, wait_until};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn a_root_key_that_can_be_guessed_is_refused_by_every_way_in() {
    let required = || super::rookery().arg("--auth").arg("required");
    for key in ["", "  ", "0123456789abcdef"] {
        let said = [
            required().env("ROOKERY_ROOT_KEY", key).refuses_to_start(&[]).await,
            required().arg("--root-key").arg(key).refuses_to_start(&[]).await,
            required().refuses_to_start(&[("root.key", key)]).await,
            // A wrong key is refused even where keys are not needed: they may be needed at the next start.
            super::rookery().env("ROOKERY_ROOT_KEY", key).refuses_to_start(&[]).await,
        ];
        for said in said {
            assert!(said.contains("at least 32 characters") && said.contains("openssl rand -hex 32"), "{key:?}: {said}");
            assert!(key.trim().is_empty() || !said.contains(key), "the key is shown: {said}");
        }
    }
}

#[tokio::test]
async fn a_refused_start_says_why_and_prints_no_backtrace() {
    let refused = super::rookery().env("RUST_BACKTRACE", "1").env("ROOKERY_ROOT_KEY", "short").refuses_to_start(&[]).await;
    assert!(refused.contains("Error: --root-key, or ROOKERY_ROOT_KEY: the root key is too short"), "{refused}");
    assert!(!refused.contains("backtrace"), "{refused}");
}

#[tokio::test]
async fn an_orderly_end_says_at_once_what_it_waits_for() {
    let mut rookery = super::rookery().here().start().await;
    rookery.stop();
    assert!(rookery.log().contains("Rookery ends: it finishes the requests and deliveries under way"), "{}", rookery.log());
}

#[tokio::test]
async fn what_is_kept_is_for_its_owner_alone() {
    let mut rookery = super::rookery().with_demo().start().await;
    let data = rookery.data();
    let modes = || -> Vec<(String, u32)> {
        let files = data.read_dir().unwrap().map(|entry| entry.unwrap());
        let mode = |entry: &std::fs::DirEntry| entry.metadata().unwrap().permissions().mode() & 0o777;
        files.map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry))).collect()
    };
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(modes().len() >= 5 && modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());

    // The folder may have been left open by an earlier version, or by hand.
    rookery.stop();
    for path in [data.clone(), data.join("dynamodb.db"), data.join("demo-hook")] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    rookery.start_again().await;
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
    assert!(rookery.log().contains("closed"), "{}", rookery.log());
}

#[tokio::test]
async fn a_data_folder_that_is_gone_is_told_and_nothing_is_taken_until_it_is_there_again() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery.started(&cells([agent("hook", "webhook", json!({}))])).await;
    let (hook, data) = (workflow.hook_url("hook").await, rookery.data());
    let aside = data.with_file_name("aside");
    std::fs::rename(&data, &aside).unwrap();
    wait_until("health says so", async || (rookery.api.get("/health").await.status == 503).then_some(())).await;
    rookery.api.get("/health").await.error(503, "data_folder_gone");
    rookery.api.post(&hook, &json!({"n": 1})).await.error(503, "data_folder_gone");
    assert!(rookery.log().contains("the data folder was deleted"), "{}", rookery.log());

    std::fs::rename(&aside, &data).unwrap();
    wait_until("it goes on", async || (rookery.api.get("/health").await.status == 200).then_some(())).await;
    rookery.api.post(&hook, &json!({"n": 2})).await.expect(202);
}
