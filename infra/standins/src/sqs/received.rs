//! Messages that were received, until their receiver has them.

use super::broker::Broker;
use super::message::{Message, Receipt};

/// Messages on their way to a caller. If they are dropped before [`Received::accept`], they are put back as if they had never
/// been received.
pub(crate) struct Received {
    queue: String,
    messages: Vec<Message>,
    broker: Broker,
}

impl Received {
    /// Messages that were received from a queue.
    pub(super) fn new(queue: String, messages: Vec<Message>, broker: Broker) -> Self {
        Received { queue, messages, broker }
    }

    /// Hands the messages to the caller, who is there: they are the caller's until their visibility timeout.
    pub(crate) fn accept(mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let receipts: Vec<Receipt> = self.messages.iter().map(Message::receipt).collect();
        if receipts.is_empty() {
            return;
        }
        let queue = std::mem::take(&mut self.queue);
        self.broker.run(move |queues, now| {
            if let Ok((queue, journal)) = queues.queue(&queue) {
                for receipt in receipts.into_iter().rev() {
                    queue.put_back(receipt, now, journal);
                }
            }
        });
    }
}
