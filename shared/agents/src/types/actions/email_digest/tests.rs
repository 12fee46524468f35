//! What a digest tells of, also where events come while it is sent.

use crate::testing::{World, agent, cell, context, emitted, event, problem};
use crate::{AgentError, Context, Effects, Memory};
use rookery_domain::{DeliveryId, Time};
use serde_json::{Value, json};
use uuid::Uuid;

const CONFIG: &str = r#"{"subject": "{{ events | map: 'title' | join: ' ' }}", "recipients": ["a@b.c", "d@e.f"]}"#;

/// An agent with its memory, in a world.
struct Gathering {
    world: World,
    memory: Value,
}

impl Gathering {
    fn new() -> Self {
        Gathering { world: World::default(), memory: Value::Null }
    }

    fn keep(&mut self, effects: &Effects) {
        if let Memory::Set(memory) = &effects.memory {
            self.memory = memory.clone();
        }
    }

    async fn comes(&mut self, title: &str) {
        self.comes_as(json!({"title": title})).await;
    }

    async fn comes_as(&mut self, payload: Value) {
        let event = event("source", &payload.to_string());
        let cell = cell();
        let mut cx = context(&cell, &event, &self.world);
        cx.memory = self.memory.clone();
        let effects = agent("email_digest", serde_json::from_str(CONFIG).unwrap()).receive(&cx).await.unwrap();
        drop(cx);
        self.keep(&effects);
        self.world.events.push(event);
    }

    /// An attempt of a check, whose effects are not kept.
    async fn attempt(&self) -> Result<Effects, AgentError> {
        let cell = cell();
        let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), &self.world);
        (cx.memory, cx.due) = (self.memory.clone(), Some(Time(0)));
        agent("email_digest", serde_json::from_str(CONFIG).unwrap()).check(&cx).await
    }

    /// A check of its own.
    async fn check(&mut self) -> Vec<String> {
        *self.world.mailing.lock().unwrap() = None;
        let effects = self.attempt().await.unwrap();
        self.keep(&effects);
        emitted(&effects).into_iter().map(|(group, payload)| format!("{group} {payload}")).collect()
    }

    fn subjects(&self) -> Vec<String> {
        self.world.mails.lock().unwrap().iter().map(|(to, mail)| format!("{to} {}", mail.subject)).collect()
    }
}

#[tokio::test]
async fn what_came_is_told_once_in_its_order() {
    let mut gathering = Gathering::new();
    assert_eq!(gathering.check().await, Vec::<String>::new());
    gathering.comes("two").await;
    gathering.comes("one").await;
    gathering.world.events.reverse();
    assert_eq!(gathering.check().await, [r#"on_sent {"recipients":["a@b.c","d@e.f"],"subject":"two one","events":2}"#]);
    assert_eq!(gathering.check().await, Vec::<String>::new());
    assert_eq!(gathering.subjects(), ["a@b.c two one", "d@e.f two one"]);
}

#[tokio::test]
async fn what_comes_while_a_digest_is_sent_is_told_by_the_next() {
    let mut gathering = Gathering::new();
    gathering.comes("one").await;
    // It is sent, and its commit is lost: to an event that came meanwhile, or with the process.
    gathering.attempt().await.unwrap();
    gathering.comes("two").await;
    let again = gathering.attempt().await.unwrap();
    assert_eq!(emitted(&again), [("on_sent", r#"{"recipients":["a@b.c","d@e.f"],"subject":"one","events":1}"#)]);
    gathering.keep(&again);
    assert_eq!(gathering.subjects(), ["a@b.c one", "d@e.f one"], "each got it once");
    gathering.check().await;
    assert_eq!(gathering.subjects()[2..], ["a@b.c two", "d@e.f two"]);
}

#[tokio::test]
async fn if_nobody_gets_it_the_events_are_kept() {
    let mut gathering = Gathering::new();
    gathering.comes("one").await;
    let refused = || AgentError::fail("recipient_refused", "no");
    gathering.world.unreachable = vec![("a@b.c", refused()), ("d@e.f", refused())];
    gathering.attempt().await.unwrap_err();
    gathering.world.unreachable.clear();
    gathering.comes("two").await;
    assert_eq!(gathering.check().await.len(), 1);
    assert_eq!(gathering.subjects(), ["a@b.c one two", "d@e.f one two"]);
}

#[tokio::test]
async fn events_that_another_check_has_told_of_are_not_told_again() {
    let mut gathering = Gathering::new();
    gathering.comes("one").await;
    gathering.attempt().await.unwrap();
    let begun = gathering.world.mailing.lock().unwrap().clone();
    gathering.check().await;
    gathering.comes("two").await;
    *gathering.world.mailing.lock().unwrap() = begun;
    let late = gathering.attempt().await.unwrap();
    assert_eq!((late.emit.len(), late.memory), (0, Memory::Keep));
}

#[tokio::test]
async fn what_is_too_much_for_one_mail_comes_with_the_next() {
    let mut gathering = Gathering::new();
    for n in 0..3 {
        gathering.comes_as(json!({"title": n, "long": "x".repeat(250_000)})).await;
    }
    for told in [r#""subject":"0 1","events":2}"#, r#""subject":"2","events":1}"#] {
        let sent = gathering.check().await;
        assert!(sent[0].ends_with(told), "{sent:?}");
    }
}

#[test]
fn errors_name_the_field() {
    assert_eq!(problem("email_digest", json!({"subject": "a"})), "config.recipients");
    assert_eq!(problem("email_digest", json!({"subject": "{{ a", "recipients": "a@b.c"})), "config.subject");
    assert_eq!(problem("email_digest", json!({"subject": "a", "recipients": "a@b.c", "body": "b"})), "config.body");
    let built = agent("email_digest", json!({"subject": "a", "recipients": "a@b.c"}));
    assert_eq!(built.facts().schedule.as_ref().unwrap().to_string(), "5am");
}
