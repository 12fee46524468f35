//! One piece of work of the `deliver` queue: what a delivery, a timer and a check have in common.

use rookery_domain::{AgentRef, CellId, DeliveryId, EventAt, EventId, RunId, ScopeId, Time, WorkflowRef};
use rookery_queue::{Asker, Check, Message, Task};

/// What wakes the agent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wake {
    /// An event, for `receive()`.
    Event(EventAt),
    /// A timer, and the scope of its memory, for `timer()`.
    Timer { event: EventAt, scope: Option<ScopeId> },
    /// A check, for `check()`. Without a generation, a person or another agent asked for it.
    Check { due: Time, generation: Option<String>, asker: Option<Box<Asker>> },
}

/// A delivery, a timer or a check.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) workflow: WorkflowRef,
    pub(crate) cell: CellId,
    pub(crate) wake: Wake,
    pub(crate) delivery: DeliveryId,
    pub(crate) arm: u32,
    pub(crate) attempt: u32,
    /// The commit key of this arm.
    pub(crate) commit: EventId,
    /// The reply has come that the delivery waits for: its next attempt runs.
    pub(crate) reply: bool,
    /// The message that asked for the work.
    pub(crate) message: Message,
}

impl Work {
    /// The work that a message asks for; none if the message belongs on another queue.
    pub(crate) fn of(message: &Message) -> Option<Work> {
        let workflow = message.workflow()?;
        let (cell, wake, delivery, arm, attempt, run, tick) = match &message.task {
            Task::Route(_) | Task::Wake(_) | Task::Send(_) | Task::SendAll(_) | Task::Leave(_) => return None,
            Task::Tell(_) | Task::Fill(_) | Task::Sweep(_) | Task::Existing(_) => return None,
            Task::Deliver(m) => {
                (&m.cell, Wake::Event(m.event), m.event.id.delivery(&m.cell), m.arm, m.attempt, m.event.id.run, None)
            }
            Task::Timer(m) => {
                (&m.cell, Wake::Timer { event: m.event, scope: m.scope }, m.timer, m.arm, m.attempt, m.event.id.run, None)
            }
            Task::Check(m) => {
                let agent = AgentRef { workflow: workflow.clone(), cell: m.cell.clone(), incarnation: m.incarnation };
                let root = match &m.asker {
                    Some(asker) => EventId::asked_check(&agent, asker.key),
                    None => EventId::tick(&agent, m.due.0),
                };
                let generation = Some(m.generation.clone()).filter(|generation| !generation.is_empty());
                let wake = Wake::Check { due: m.due, generation, asker: m.asker.clone() };
                // A check that an agent asks for because of an event belongs to the event's run.
                let event = m.asker.as_ref().and_then(|asker| asker.event);
                let (run, root_of_run) = event.map_or((root.run, Some(root)), |event| (event.id.run, None));
                (&m.cell, wake, DeliveryId(root.own), m.arm, m.attempt, run, root_of_run)
            }
        };
        // The root of a check's run is the first event that the check emits: its commit key.
        let commit = tick.filter(|_| arm == 0).unwrap_or_else(|| EventId::child(run, delivery, arm, 0));
        Some(Work {
            workflow: workflow.clone(),
            cell: cell.clone(),
            wake,
            delivery,
            arm,
            attempt,
            commit,
            reply: matches!(&message.task, Task::Deliver(m) if m.reply),
            message: message.clone(),
        })
    }

    /// A check that a person asks for. Each such check is a new one.
    pub(crate) fn check_by_hand(agent: &AgentRef, now: Time) -> Work {
        let root = EventId::fresh();
        let check = Check {
            cell: agent.cell.clone(),
            incarnation: agent.incarnation,
            generation: String::new(),
            due: now,
            arm: 0,
            attempt: 0,
            asker: None,
        };
        Work {
            workflow: agent.workflow.clone(),
            cell: agent.cell.clone(),
            wake: Wake::Check { due: now, generation: None, asker: None },
            delivery: DeliveryId(root.own),
            arm: 0,
            attempt: 0,
            commit: root,
            reply: false,
            message: Task::Check(check).of(&agent.workflow),
        }
    }

    /// A check that this work asks for. Whatever asks again, asks for the same one.
    pub(crate) fn asked_check(&self, target: &AgentRef, now: Time) -> Message {
        let asker = match &self.wake {
            Wake::Check { asker: Some(first), .. } => first.clone(),
            _ => Box::new(Asker { key: self.commit, event: self.event_at() }),
        };
        let check = Check {
            cell: target.cell.clone(),
            incarnation: target.incarnation,
            generation: String::new(),
            due: now,
            arm: 0,
            attempt: 0,
            asker: Some(asker),
        };
        Task::Check(check).of(&self.workflow)
    }

    /// Whether the work is a check.
    pub(crate) fn is_check(&self) -> bool {
        matches!(self.wake, Wake::Check { .. })
    }

    pub(crate) fn run(&self) -> RunId {
        self.commit.run
    }

    /// The event that the work is about.
    pub(crate) fn event(&self) -> Option<EventId> {
        self.event_at().map(|event| event.id)
    }

    /// Where the event is stored that the work is about: for a check, the one because of which an agent asked for it.
    pub(crate) fn event_at(&self) -> Option<EventAt> {
        match &self.wake {
            Wake::Event(event) | Wake::Timer { event, .. } => Some(*event),
            Wake::Check { asker, .. } => asker.as_ref()?.event,
        }
    }

    /// The id of event number `ordinal` that the work emits; number 0 is the commit key.
    pub(crate) fn child(&self, ordinal: u32) -> EventId {
        if ordinal == 0 { self.commit } else { EventId::child(self.run(), self.delivery, self.arm, ordinal) }
    }
}
