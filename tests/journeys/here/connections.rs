//! Clients that take what others need: the time and number of connections are limited.

use rookery_tests::agent;
use serde_json::json;
use std::io::Read;
use std::net::TcpStream;

#[tokio::test]
async fn idle_connections_do_not_stop_others_and_are_told_once() {
    let mut rookery = super::rookery().open_files(160).start().await;
    let address = rookery.api.base().strip_prefix("http://").unwrap().to_owned();
    // There are more connections than files that the program may open.
    let mut idle: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let workflow = rookery.started(&rookery_tests::cells([agent("hook", "webhook", json!({}))])).await;
    let hook = workflow.hook_url("hook").await;
    for n in 0..20 {
        workflow.api.post(&hook, &json!({"n": n})).await.expect(202);
    }
    assert!(matches!(idle[0].read(&mut [0]), Ok(0) | Err(_)), "the oldest was closed");
    let log = rookery.log();
    assert_eq!(log.matches("as many connections as open files allow").count(), 1, "{log}");
}
