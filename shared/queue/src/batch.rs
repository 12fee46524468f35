//! A batch of an SQS event source mapping: each message is handled on its own, and the answer always names what failed (rule 5).

use crate::{Message, Outgoing, Queue, Subject, Task};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use rookery_domain::{Result, WorkflowRef};
use rookery_trace::{Context, Kind, Span};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long a slow message of a batch keeps back what the others gathered.
const BEAT: Duration = Duration::from_millis(250);

/// Handles the messages of a queue. `Ok` acknowledges a message: everything that follows from it is stored and sent (rule 3).
pub trait Handler: Send + Sync + 'static {
    /// The queue of these messages, whose budget of time each message has.
    const QUEUE: Queue;
    /// Handles one message.
    fn handle(&self, message: Message) -> impl Future<Output = Result<()>> + Send;
    /// Writes what was gathered in memory: called after a batch, and every quarter of a second while it is handled. Gives the workflows of which
    /// something is not written that must be: their messages come again.
    fn write_gathered(&self) -> impl Future<Output = HashSet<WorkflowRef>> + Send;
}

/// Handles all messages of a batch at once. Those that fail, panic or take too long are listed in the answer, and come again.
pub async fn handle<H: Handler>(handler: Arc<H>, event: SqsEvent) -> SqsBatchResponse {
    let tasks: Vec<_> = event
        .records
        .into_iter()
        .map(|record| (record.message_id.clone().unwrap_or_default(), tokio::spawn(handle_one(handler.clone(), record))))
        .collect();
    let all = async {
        let mut handled = Vec::with_capacity(tasks.len());
        for (id, task) in tasks {
            // A panic ends only the task of its own message.
            handled.push((id, task.await.unwrap_or(None)));
        }
        handled
    };
    tokio::pin!(all);
    let handled = loop {
        match tokio::time::timeout(BEAT, &mut all).await {
            Ok(handled) => break handled,
            Err(_) => drop(Box::pin(handler.write_gathered()).await),
        }
    };
    let unwritten = Box::pin(handler.write_gathered()).await;
    rookery_trace::flush().await;
    let mut response = SqsBatchResponse::default();
    let is_unwritten = |of: &Subject| matches!(of, Subject::Workflow(workflow) if unwritten.contains(workflow));
    let failed = handled.into_iter().filter(|(_, of)| of.as_ref().is_none_or(is_unwritten));
    response.batch_item_failures = failed.map(|(id, _)| failure(id)).collect();
    response
}

fn failure(id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = id;
    failure
}

/// Handles a message. Gives what it is about if that went well.
async fn handle_one<H: Handler>(handler: Arc<H>, record: SqsMessage) -> Option<Subject> {
    let id = record.message_id.unwrap_or_default();
    let (message, parent) = match Message::decode_traced(record.body.as_deref().unwrap_or_default()) {
        Ok(read) => read,
        Err(error) => {
            tracing::error!(message_id = id, %error, "unreadable message");
            return None;
        }
    };
    let of = message.of.clone();
    let (span, log) = span(&message, parent);
    let work = async {
        // The future is boxed: whole handlers nested in others exceed the compiler's limit on the depth of types.
        let handled = tokio::time::timeout(H::QUEUE.budget(), Box::pin(handler.handle(message))).await;
        let why = match handled {
            Ok(Ok(())) => return None,
            Ok(Err(error)) if error.is_told() => return Some(error.to_string()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it took too long".to_owned(),
        };
        tracing::warn!(message_id = id, why, "message failed; it comes again");
        Some(why)
    };
    span.run(log, work, Clone::clone).await.is_none().then_some(of)
}

/// Handles a message that was not sent, because its sender goes on with it: logs and traces tell of it as of any other.
pub async fn go_on<T>(outgoing: &Outgoing, work: impl Future<Output = Result<T>>) -> Result<T> {
    let (span, log) = span(&outgoing.message, outgoing.trace());
    // The future is boxed: whole handlers nested in others exceed the compiler's limit on the depth of types.
    span.run(log, Box::pin(work), |result| result.as_ref().err().map(ToString::to_string)).await
}

/// Records the span of a message that was never sent, because what it asks for was done at once.
pub fn done_at_once(outgoing: &Outgoing, span_id: u64, began: SystemTime) {
    if rookery_trace::is_on()
        && let Some(parent) = outgoing.trace()
    {
        span(&outgoing.message, Some(parent)).0.is_over(Context { span: span_id, ..parent }, began);
    }
}

/// What logs and traces say of the handling of a message: ids only.
fn span(message: &Message, parent: Option<Context>) -> (Span, tracing::Span) {
    let (agent, event, attempt) = message.task.about();
    let (workflow, operation) = (message.workflow().map(|of| &of.workflow), message.operation());
    let run = event.map(|event| event.run);
    // Each byte of a log line is paid for. So the log has only the second half of the event's id, whose first half is the run, and
    // leaves out what is usual: the kind of a delivery, its first attempt.
    let kind = Some(message.task.kind()).filter(|_| !matches!(message.task, Task::Deliver(_)));
    let own = event.filter(|event| !event.is_root()).map(|event| event.own.simple());
    let log = tracing::info_span!(
        parent: None,
        "message",
        kind,
        project = %message.project(),
        workflow = workflow.map(tracing::field::display),
        session = operation.as_ref().map(|operation| tracing::field::display(operation.session.key)),
        operation = operation.as_ref().map(|operation| operation.n),
        agent = agent.map(tracing::field::display),
        run = run.map(tracing::field::display),
        event = own.map(tracing::field::display),
        attempt = (attempt > 0).then_some(attempt),
        trace = tracing::field::Empty,
    );
    let mut attributes = Vec::new();
    if rookery_trace::is_on() {
        attributes.push(("rookery.project", message.project().to_string()));
        attributes.extend(workflow.map(|workflow| ("rookery.workflow", workflow.to_string())));
        attributes.extend(operation.map(|operation| ("rookery.run", operation.run_id())));
        attributes.extend(agent.map(|agent| ("rookery.agent", agent.to_string())));
        attributes.extend(event.map(|event| ("rookery.event", event.to_string())));
        attributes.extend(run.map(|run| ("rookery.run", run.to_string())));
    }
    (Span { name: message.task.kind().to_owned(), kind: Kind::Consumer, parent, attributes }, log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Route;
    use rookery_domain::{Error, EventId, ProjectId, WorkflowId};
    use std::sync::Mutex;

    #[derive(Default)]
    struct Scripted(Mutex<Vec<EventId>>);

    impl Handler for Scripted {
        const QUEUE: Queue = Queue::Route;
        async fn handle(&self, message: Message) -> Result<()> {
            let Task::Route(Route { event }) = message.task else { return Ok(()) };
            let index = {
                let mut seen = self.0.lock().unwrap();
                seen.push(event.id);
                event.id.run.0.as_u128()
            };
            match index {
                2 => Err(Error::unavailable("store")),
                3 => panic!("a bug"),
                _ => Ok(()),
            }
        }
        async fn write_gathered(&self) -> HashSet<WorkflowRef> {
            HashSet::new()
        }
    }

    fn record(index: u128) -> SqsMessage {
        let event = EventId::root(rookery_domain::RunId(uuid::Uuid::from_u128(index)));
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        let message = Task::Route(Route { event: event.into() }).of(&workflow);
        let mut record = SqsMessage::default();
        record.message_id = Some(format!("m{index}"));
        record.body = Some(message.encode());
        record
    }

    #[tokio::test]
    async fn one_bad_message_never_fails_its_neighbours() {
        let mut event = SqsEvent::default();
        event.records = (1..=5).map(record).collect();
        event.records[4].body = Some("rubbish".into());
        let handler = Arc::new(Scripted::default());
        let response = handle(handler.clone(), event).await;
        let mut failed: Vec<_> = response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
        failed.sort_unstable();
        assert_eq!(failed, ["m2", "m3", "m5"]);
        assert_eq!(handler.0.lock().unwrap().len(), 4);
    }

    /// A handler that cannot write what it gathered for one workflow.
    struct Unwritten(WorkflowRef);

    impl Handler for Unwritten {
        const QUEUE: Queue = Queue::Deliver;
        async fn handle(&self, _: Message) -> Result<()> {
            Ok(())
        }
        async fn write_gathered(&self) -> HashSet<WorkflowRef> {
            HashSet::from([self.0.clone()])
        }
    }

    #[tokio::test]
    async fn messages_come_again_whose_workflow_has_something_unwritten() {
        let mut event = SqsEvent::default();
        event.records = (1..=3).map(record).collect();
        let second = Message::decode(event.records[1].body.as_deref().unwrap()).unwrap();
        let response = handle(Arc::new(Unwritten(second.workflow().unwrap().clone())), event).await;
        let failed: Vec<_> = response.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
        assert_eq!(failed, ["m2"]);
    }

    /// A handler that never ends.
    struct Stuck;

    impl Handler for Stuck {
        const QUEUE: Queue = Queue::Deliver;
        async fn handle(&self, _: Message) -> Result<()> {
            std::future::pending().await
        }
        async fn write_gathered(&self) -> HashSet<WorkflowRef> {
            HashSet::new()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_has_the_time_that_its_queue_gives() {
        let mut event = SqsEvent::default();
        event.records = vec![record(1)];
        let began = tokio::time::Instant::now();
        let response = handle(Arc::new(Stuck), event).await;
        assert_eq!(response.batch_item_failures.len(), 1);
        assert_eq!(began.elapsed().as_secs(), Queue::Deliver.budget().as_secs());
    }
}
