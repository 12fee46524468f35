//! The queues: their messages, how messages are sent, and how a batch of them is handled.
//!
//! Messages carry ids; the table is the truth (rule 1). No decisions of the engine are made here.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod batch;
mod create;
mod dead;
mod message;
mod producer;
mod queues;
mod subject;
mod task;
mod turns;

pub use batch::{Handler, done_at_once, go_on, handle};
pub use create::create_queues;
pub use dead::take_dead;
pub use message::Message;
pub use producer::{Outgoing, Producer};
pub use queues::{MAX_RECEIVES, Queue, QueueUrls, Urls};
pub use subject::{ProjectAt, Subject};
pub use task::{Asker, Check, Deliver, Existing, Fill, Leave, Route, Send, SendAll, Sweep, Task, Tell, Timer, Wake};
pub use turns::Turns;
