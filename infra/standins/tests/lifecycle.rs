//! Start, stop, and start again on the same folder.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/clients.rs"]
mod clients;

use rookery_standins::Standins;

#[tokio::test]
async fn a_stop_ends_long_polls_and_a_start_finds_what_was_there() {
    let data = tempfile::tempdir().unwrap();
    let mut standins = Standins::start(data.path()).unwrap();
    let endpoints = standins.listen().await.unwrap();
    let sqs = clients::sqs_client(&endpoints.sqs);
    let url = sqs.create_queue().queue_name("kept").send().await.unwrap().queue_url.unwrap();
    let poll = tokio::spawn(sqs.receive_message().queue_url(&url).wait_time_seconds(20).send());
    // The answer shows that the server has accepted the poll's connection, if the poll came first.
    sqs.list_queues().send().await.unwrap();
    standins.stop().await;
    if let Ok(received) = poll.await.unwrap() {
        assert!(received.messages().is_empty());
    }

    let mut standins = Standins::start(data.path()).unwrap();
    let endpoints = standins.listen().await.unwrap();
    let sqs = clients::sqs_client(&endpoints.sqs);
    // A URL of the earlier start still names the queue.
    sqs.send_message().queue_url(&url).message_body("x").send().await.unwrap();
    let dynamodb = clients::dynamodb_client(&endpoints.dynamodb);
    assert!(dynamodb.list_tables().send().await.unwrap().table_names().is_empty());
    standins.stop().await;
}

#[tokio::test]
async fn a_folder_in_use_is_refused_with_the_remedy() {
    let data = tempfile::tempdir().unwrap();
    let standins = Standins::start(data.path()).unwrap();
    let error = Standins::start(data.path()).err().expect("the folder is held").to_string();
    assert!(error.contains("stop the other process"), "{error}");
    standins.stop().await;
    Standins::start(data.path()).unwrap().stop().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Standins::start(&file.join("folder")).err().expect("a file is no folder").to_string();
    assert!(error.contains("file/folder"), "{error}");
}
