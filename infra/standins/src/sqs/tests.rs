//! What the conformance suite cannot see: exact times, callers that hang up, one transaction for many requests, and the file
//! after a restart.

mod groups;

use super::Sqs;
use super::broker::Broker;
use super::check;
use super::error::{Code, Error};
use super::message::{Content, Millis};
use super::queues::Queues;
use crate::disk::Disk;
use crate::opening::{Checked, Depth, Found, SQS};
use crate::server::Server;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const QUEUE: &str = "q";

fn content(body: &str, sent_at: Millis) -> Content {
    Content { id: Uuid::now_v7(), body: body.to_owned(), attributes: BTreeMap::new(), group: None, sent_at, source: None }
}

fn queues(attributes: &[(&str, &str)]) -> Queues {
    let mut queues = Queues::default();
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    queues.create(QUEUE, &attributes, 0).unwrap();
    queues
}

fn receive(queues: &mut Queues, now: Millis) -> Vec<String> {
    queues.wake(now);
    let received = queues.receive(QUEUE, 10, None, &[], now).unwrap();
    received.iter().map(|message| message.content.body.clone()).collect()
}

#[test]
fn a_visibility_timeout_ends_at_its_millisecond() {
    let mut queues = queues(&[("VisibilityTimeout", "2")]);
    queues.send(QUEUE, content("x", 0), None, 0).unwrap();
    assert_eq!(receive(&mut queues, 500), ["x"]);
    assert_eq!(queues.next_due(), Some(2_500));
    assert!(receive(&mut queues, 2_499).is_empty());
    assert_eq!(receive(&mut queues, 2_500), ["x"]);
}

#[test]
fn a_delay_ends_at_its_millisecond() {
    let mut queues = queues(&[]);
    queues.send(QUEUE, content("x", 0), Some(900), 0).unwrap();
    assert_eq!(queues.next_due(), Some(900_000));
    assert!(receive(&mut queues, 899_999).is_empty());
    assert_eq!(receive(&mut queues, 900_000), ["x"]);
}

#[test]
fn an_expired_message_is_not_handed_out_and_then_removed() {
    let mut queues = queues(&[("MessageRetentionPeriod", "60"), ("VisibilityTimeout", "0")]);
    queues.send(QUEUE, content("x", 1_000), None, 1_000).unwrap();
    assert_eq!(receive(&mut queues, 60_999), ["x"]);
    assert!(receive(&mut queues, 61_000).is_empty());
    queues.wake(71_000);
    assert_eq!(queues.attributes(QUEUE).unwrap()["ApproximateNumberOfMessages"], "0");
}

#[tokio::test]
async fn a_full_disk_refuses_and_lets_receivers_wait_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (checked, disk) = file(folder.path());
    let (broker, thread) = Broker::open(checked, disk.clone()).unwrap();
    broker.call(|queues, now| queues.create(QUEUE, &BTreeMap::new(), now)).await.unwrap();
    send(&broker, content("before", super::broker::now()), 0).await.unwrap();
    disk.is_full();
    let refused = send(&broker, content("refused", super::broker::now()), 0).await.unwrap_err();
    assert_eq!(refused.code, Code::StorageFull);
    assert!(received(&broker).await.is_empty(), "a receive cannot be noted");
    // The real disk has room: the next probe finds it, and the waiting request is answered.
    let waiting = broker.receive(QUEUE.to_owned(), 10, None, Vec::new(), Some(20)).await.unwrap().accept();
    assert_eq!((waiting.len(), waiting[0].progress.receive_count), (1, 1));
    send(&broker, content("after", super::broker::now()), 0).await.unwrap();
    assert_eq!(received(&broker).await, [("after".to_owned(), 1)]);
    broker.close();
    thread.join().unwrap();
}

#[test]
fn fifo_queues_are_refused() {
    assert_eq!(check::queue_name("orders.fifo").unwrap_err().code, Code::UnsupportedOperation);
    let attributes = BTreeMap::from([("FifoQueue".to_owned(), "true".to_owned())]);
    assert_eq!(Queues::default().create(QUEUE, &attributes, 0).unwrap_err().code, Code::UnsupportedOperation);
}

/// The queues' file of a folder, and its disk.
fn file(folder: &Path) -> (Checked, Arc<Disk>) {
    let file = Found::look(folder, &SQS, Depth::Pages).unwrap().into_checked(Uuid::nil()).unwrap();
    (file, Arc::new(Disk::of(folder)))
}

/// A broker on the file of a folder, with the queue.
async fn open(folder: &Path) -> (Broker, std::thread::JoinHandle<()>) {
    let (file, disk) = file(folder);
    let (broker, thread) = Broker::open(file, disk).unwrap();
    broker.call(|queues, now| queues.create(QUEUE, &BTreeMap::new(), now)).await.unwrap();
    (broker, thread)
}

async fn send(broker: &Broker, content: Content, delay: i64) -> Result<(), Error> {
    broker.call(move |queues, now| queues.send(QUEUE, content, Some(delay), now)).await
}

/// Bodies and receive counts of the messages that can be received at once.
async fn received(broker: &Broker) -> Vec<(String, u32)> {
    let messages = broker.receive(QUEUE.to_owned(), 10, None, Vec::new(), Some(0)).await.unwrap().accept();
    messages.iter().map(|message| (message.content.body.clone(), message.progress.receive_count)).collect()
}

#[tokio::test]
async fn a_long_poll_that_was_given_up_takes_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    for _ in 0..3 {
        // The request is polled once, so that it is under way, and then dropped.
        tokio::select! {
            biased;
            _ = broker.receive(QUEUE.to_owned(), 10, None, Vec::new(), Some(20)) => unreachable!("nothing was sent"),
            () = std::future::ready(()) => {}
        }
    }
    send(&broker, content("x", super::broker::now()), 0).await.unwrap();
    assert_eq!(received(&broker).await, [("x".to_owned(), 1)]);
    broker.close();
    thread.join().unwrap();
}

#[tokio::test]
async fn an_answer_that_nobody_takes_puts_its_messages_back() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    for body in ["1", "2"] {
        send(&broker, content(body, super::broker::now()), 0).await.unwrap();
    }
    drop(broker.receive(QUEUE.to_owned(), 10, None, Vec::new(), Some(0)).await.unwrap());
    assert_eq!(received(&broker).await, [("1".to_owned(), 1), ("2".to_owned(), 1)]);
    broker.close();
    thread.join().unwrap();
}

#[tokio::test]
async fn a_connection_that_was_closed_takes_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let (file, disk) = file(folder.path());
    let (sqs, thread) = Sqs::open(file, disk).unwrap();
    let server = Server::start("sqs", Arc::new(sqs.clone())).await.unwrap();
    sqs.broker.call(|queues, now| queues.create(QUEUE, &BTreeMap::new(), now)).await.unwrap();
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let hang_up = move || {
        let body = format!(r#"{{"QueueUrl":"http://{address}/0/{QUEUE}","WaitTimeSeconds":20}}"#);
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut connection = std::net::TcpStream::connect(&address).unwrap();
        connection.write_all((head + &body).as_bytes()).unwrap();
        connection.shutdown(std::net::Shutdown::Write).unwrap();
        // The server closes the connection in turn, so it has noticed.
        connection.read_to_end(&mut Vec::new()).unwrap()
    };
    assert_eq!(tokio::task::spawn_blocking(hang_up).await.unwrap(), 0, "an answer to nobody");
    send(&sqs.broker, content("x", super::broker::now()), 0).await.unwrap();
    assert_eq!(received(&sqs.broker).await, [("x".to_owned(), 1)]);
    server.stop().await;
    sqs.close();
    thread.join().unwrap();
}

#[tokio::test]
async fn requests_that_wait_share_a_transaction_and_keep_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    // The first request holds the writer up until all others wait; tasks start in the order in which they are spawned.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let blocker = broker.clone();
    tokio::spawn(async move { blocker.call(move |_, _| held.recv().map_err(|_| unreachable!())).await });
    let mut sends = Vec::new();
    for i in 0..200 {
        let (broker, content) = (broker.clone(), content(&format!("{i:03}"), super::broker::now()));
        let send = async move { broker.call(move |queues, now| queues.send(QUEUE, content, None, now).map(|()| now)).await };
        sends.push(tokio::spawn(send));
    }
    tokio::spawn(async move { release.send(()).unwrap() });
    let mut passes = Vec::new();
    for send in sends {
        passes.push(send.await.unwrap().unwrap());
    }
    passes.dedup();
    // All requests of a pass have the same time; two hundred transactions would have many times. The pass that was held up may
    // contain the first few.
    assert!(passes.len() <= 2, "{} transactions", passes.len());
    let messages = broker.receive(QUEUE.to_owned(), 200, None, Vec::new(), Some(0)).await.unwrap().accept();
    assert!(messages.is_sorted_by_key(|message| message.content.body.clone()) && messages.len() == 200);
    broker.close();
    thread.join().unwrap();
}

#[tokio::test]
async fn a_transaction_that_fails_is_told_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    let first = content("first", super::broker::now());
    // The file refuses the same id twice.
    let second = Content { body: "second".to_owned(), ..first.clone() };
    send(&broker, first, 0).await.unwrap();
    assert_eq!(send(&broker, second, 0).await.unwrap_err().code, Code::InternalFailure);
    assert_eq!(received(&broker).await, [("first".to_owned(), 1)]);
    broker.close();
    thread.join().unwrap();
}

#[tokio::test]
async fn a_restart_finds_everything_and_what_was_in_flight_waits_again() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    let attributes = BTreeMap::from([("VisibilityTimeout".to_owned(), "600".to_owned())]);
    broker.call(move |queues, now| queues.configure(QUEUE, &attributes, now)).await.unwrap();
    for body in ["received", "deleted"] {
        send(&broker, content(body, super::broker::now()), 0).await.unwrap();
    }
    let messages = broker.receive(QUEUE.to_owned(), 10, None, Vec::new(), Some(0)).await.unwrap().accept();
    let (kept, deleted) = (messages[0].receipt(), messages[1].receipt());
    broker.call(move |queues, _| queues.delete(QUEUE, deleted)).await.unwrap();
    send(&broker, content("waiting", super::broker::now()), 0).await.unwrap();
    send(&broker, content("delayed", super::broker::now()), 900).await.unwrap();
    broker.close();
    thread.join().unwrap();

    let (file, disk) = file(folder.path());
    let (broker, thread) = Broker::open(file, disk).unwrap();
    let attributes = broker.call(|queues, _| queues.attributes(QUEUE)).await.unwrap();
    assert_eq!(attributes["VisibilityTimeout"], "600");
    assert_eq!(attributes["ApproximateNumberOfMessages"], "2");
    assert_eq!(attributes["ApproximateNumberOfMessagesNotVisible"], "0");
    assert_eq!(attributes["ApproximateNumberOfMessagesDelayed"], "1");
    // The earlier receive is still counted, and its receipt is no longer valid.
    assert_eq!(received(&broker).await, [("received".to_owned(), 2), ("waiting".to_owned(), 1)]);
    assert!(broker.call(move |queues, now| queues.change_visibility(QUEUE, kept, 0, now)).await.is_err());
    broker.close();
    thread.join().unwrap();
}
