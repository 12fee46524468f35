//! Message groups take turns, and a receive may pass some over.

use super::*;

#[test]
fn message_groups_take_turns() {
    let mut queues = queues(&[]);
    let send = |queues: &mut Queues, group: &str| {
        let content = Content { group: Some(group.into()), ..content(group, 0) };
        queues.send(QUEUE, content, None, 0).unwrap();
    };
    for group in ["busy", "busy", "busy", "quiet", "other"] {
        send(&mut queues, group);
    }
    assert_eq!(receive(&mut queues, 0), ["busy", "quiet", "other", "busy", "busy"]);
}

#[tokio::test]
async fn a_group_that_is_passed_over_keeps_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    let send = async |group: &str| {
        let content = Content { group: Some(group.into()), ..content(group, super::super::broker::now()) };
        send(&broker, content, 0).await.unwrap();
    };
    let receive = async |max, pass_over: &[&str], wait| {
        let pass_over = pass_over.iter().map(|group| (*group).to_owned()).collect();
        let received = broker.receive(QUEUE.to_owned(), max, None, pass_over, Some(wait)).await.unwrap().accept();
        received.iter().map(|message| message.content.body.clone()).collect::<Vec<_>>()
    };
    for group in ["full", "full", "full", "quiet"] {
        send(group).await;
    }
    assert_eq!(receive(10, &["full"], 0).await, ["quiet"]);
    // A receive that waits gets the first message of another group.
    let (waited, ()) = tokio::join!(receive(10, &["full"], 20), send("quiet"));
    assert_eq!(waited, ["quiet"]);
    send("quiet").await;
    assert_eq!(receive(2, &[], 0).await, ["full", "quiet"]);
    assert_eq!(receive(10, &["full"], 0).await, [""; 0]);
    assert_eq!(receive(10, &[], 0).await, ["full", "full"]);
    broker.close();
    thread.join().unwrap();
}

#[tokio::test]
async fn a_calm_group_is_received_next_however_many_of_another_wait_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, thread) = open(folder.path()).await;
    let of = |group: &str| Content { group: Some(group.into()), ..content(group, super::super::broker::now()) };
    let noisy: Vec<Content> = (0..10_000).map(|_| of("noisy")).collect();
    broker.call(move |queues, now| noisy.into_iter().try_for_each(|one| queues.send(QUEUE, one, None, now))).await.unwrap();
    send(&broker, of("calm"), 0).await.unwrap();
    broker.close();
    thread.join().unwrap();

    let (file, disk) = file(folder.path());
    let (broker, thread) = Broker::open(file, disk).unwrap();
    let groups = async |broker: &Broker| received(broker).await.into_iter().map(|(body, _)| body).collect::<Vec<_>>();
    assert_eq!(groups(&broker).await[..2], ["noisy", "calm"]);
    for _ in 0..3 {
        send(&broker, of("calm"), 0).await.unwrap();
        let next = groups(&broker).await;
        assert!(next[..2].contains(&"calm".to_owned()), "{next:?}");
    }
    broker.close();
    thread.join().unwrap();
}
