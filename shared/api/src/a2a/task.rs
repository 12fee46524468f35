//! A run that a message began, as a task of A2A; and what has changed of it, as events.

use a2a::{
    Artifact, Message, Part, PartContent, Role, StreamResponse, Task, TaskArtifactUpdateEvent, TaskState, TaskStatus,
    TaskStatusUpdateEvent,
};
use rookery_agents::{TaskError, TaskReply};
use rookery_domain::RunId;
use rookery_engine::{CallProgress, CallState};
use serde_json::{Value, json};

/// Whether a task is shown with what was replied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Artifacts {
    Shown,
    LeftOut,
}

/// A task as it is now. Messages are not kept, so it has no history.
pub(super) fn task(run: RunId, progress: &CallProgress, artifacts: Artifacts) -> Task {
    Task {
        id: run.to_string(),
        context_id: context(progress),
        status: status(run, progress),
        artifacts: (artifacts == Artifacts::Shown).then(|| shown(progress).map(artifact).collect()),
        history: None,
        metadata: None,
    }
}

/// What has come since a task was told as it was before.
pub(super) fn updates(run: RunId, before: &CallProgress, now: &CallProgress) -> Vec<StreamResponse> {
    let new = shown(now).skip(shown(before).count());
    let artifacts = new.map(|reply| {
        StreamResponse::ArtifactUpdate(TaskArtifactUpdateEvent {
            task_id: run.to_string(),
            context_id: context(now),
            artifact: artifact(reply),
            append: None,
            last_chunk: Some(true),
            metadata: None,
        })
    });
    let status = (before.state != now.state).then(|| {
        let (task_id, context_id) = (run.to_string(), context(now));
        StreamResponse::StatusUpdate(TaskStatusUpdateEvent { task_id, context_id, status: status(run, now), metadata: None })
    });
    artifacts.chain(status).collect()
}

pub(super) fn state(state: &CallState) -> TaskState {
    match state {
        CallState::Working => TaskState::Working,
        // A run that ends without a reply has done what was asked.
        CallState::Replied | CallState::Ended => TaskState::Completed,
        CallState::Failed(_) => TaskState::Failed,
        CallState::Cancelled => TaskState::Canceled,
    }
}

fn context(progress: &CallProgress) -> String {
    progress.context.clone().unwrap_or_default()
}

fn status(run: RunId, progress: &CallProgress) -> TaskStatus {
    let message = match &progress.state {
        CallState::Failed(error) => Some(why(run, progress, error)),
        _ => None,
    };
    // It is written as a text in any case, and so read from one.
    let timestamp = serde_json::from_value(json!(progress.changed)).ok();
    TaskStatus { state: state(&progress.state), message, timestamp }
}

fn why(run: RunId, progress: &CallProgress, error: &TaskError) -> Message {
    Message {
        message_id: format!("{run}-failed"),
        context_id: progress.context.clone(),
        task_id: Some(run.to_string()),
        role: Role::Agent,
        parts: vec![Part::text(error.message.clone()), data(json!({"code": error.code, "message": error.message}))],
        metadata: None,
        extensions: None,
        reference_task_ids: None,
    }
}

/// The replies that say something: one that tells a failure is in the status.
fn shown(progress: &CallProgress) -> impl Iterator<Item = &TaskReply> {
    progress.replies.iter().filter(|reply| reply.error.is_none())
}

/// A reply. One that is only text is also told as text, first, since many clients look there.
fn artifact(reply: &TaskReply) -> Artifact {
    let payload = reply.payload.value();
    let text = match payload {
        Value::Object(fields) if fields.len() == 1 => fields.get("text").and_then(Value::as_str),
        _ => None,
    };
    let parts = text.map(Part::text).into_iter().chain([data(payload.clone())]);
    Artifact {
        artifact_id: reply.id.clone(),
        name: Some(reply.task_type.clone()).filter(|name| !name.is_empty()),
        description: None,
        parts: parts.collect(),
        metadata: None,
        extensions: None,
    }
}

fn data(value: Value) -> Part {
    Part { content: PartContent::Data(value), filename: None, media_type: Some("application/json".to_owned()), metadata: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{Payload, Time};

    fn run() -> RunId {
        "7".repeat(32).parse().unwrap()
    }

    fn progress(state: CallState, payloads: &[Value]) -> CallProgress {
        let replies = payloads.iter().enumerate().map(|(index, payload)| TaskReply {
            id: format!("r{index}"),
            task_type: "reply".to_owned(),
            payload: Payload::of(payload.clone()).unwrap(),
            error: None,
        });
        let (began, changed) = (Time(1_000), Time(1_800_000_000_123));
        CallProgress { state, replies: replies.collect(), context: Some("talk".to_owned()), began, changed }
    }

    fn failed() -> CallState {
        CallState::Failed(TaskError { code: "no_stock".to_owned(), message: "There is none left.".to_owned() })
    }

    #[test]
    fn a_task_says_how_it_stands() {
        let shown = |progress: &CallProgress| serde_json::to_value(task(run(), progress, Artifacts::Shown)).unwrap();
        let done = shown(&progress(CallState::Replied, &[json!({"text": "hello"}), json!({"n": 1})]));
        assert_eq!(
            done,
            json!({
                "id": "7".repeat(32), "contextId": "talk",
                "status": {"state": "TASK_STATE_COMPLETED", "timestamp": "2027-01-15T08:00:00.123Z"},
                "artifacts": [
                    {"artifactId": "r0", "name": "reply", "parts": [
                        {"text": "hello"}, {"data": {"text": "hello"}, "mediaType": "application/json"},
                    ]},
                    {"artifactId": "r1", "name": "reply", "parts": [{"data": {"n": 1}, "mediaType": "application/json"}]},
                ],
            })
        );
        for (state, told) in [
            (CallState::Working, "TASK_STATE_WORKING"),
            (CallState::Ended, "TASK_STATE_COMPLETED"),
            (CallState::Cancelled, "TASK_STATE_CANCELED"),
        ] {
            assert_eq!(shown(&progress(state, &[]))["status"]["state"], told);
        }
        let failed = shown(&progress(failed(), &[]));
        assert_eq!(failed["status"]["state"], "TASK_STATE_FAILED");
        let why = &failed["status"]["message"];
        assert_eq!((&why["role"], &why["parts"][0]["text"]), (&json!("ROLE_AGENT"), &json!("There is none left.")));
        assert_eq!(why["parts"][1]["data"]["code"], "no_stock");
        assert!(
            serde_json::to_value(task(run(), &progress(CallState::Replied, &[]), Artifacts::LeftOut)).unwrap()["artifacts"]
                .is_null()
        );
    }

    #[test]
    fn each_change_is_told_once_and_the_status_last() {
        let (none, one) = (progress(CallState::Working, &[]), progress(CallState::Replied, &[json!({"n": 1})]));
        let told = |before: &CallProgress, now: &CallProgress| serde_json::to_value(updates(run(), before, now)).unwrap();
        let both = told(&none, &one);
        assert_eq!(both[0]["artifactUpdate"]["artifact"]["artifactId"], "r0");
        assert_eq!(both[1]["statusUpdate"]["status"]["state"], "TASK_STATE_COMPLETED");
        assert_eq!((both.as_array().unwrap().len(), &both[1]["statusUpdate"]["contextId"]), (2, &json!("talk")));
        assert_eq!(told(&one, &one), json!([]));
        let two = progress(CallState::Replied, &[json!({"n": 1}), json!({"n": 2})]);
        let more = told(&one, &two);
        assert_eq!((more.as_array().unwrap().len(), &more[0]["artifactUpdate"]["artifact"]["artifactId"]), (1, &json!("r1")));
        assert_eq!(told(&none, &progress(failed(), &[]))[0]["statusUpdate"]["status"]["state"], "TASK_STATE_FAILED");
    }
}
