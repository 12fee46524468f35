//! What the caller of a prompt sees: made of the entries of the log, which are what happened, and of the pieces of text that this process
//! hears before they are an entry. Whoever works where, the frames are the same, but for how the text is cut.

use futures::StreamExt;
use futures::stream::{BoxStream, unfold};
use rookery_domain::{OperationAt, Result, ToolCall, Usage};
use rookery_sessions::Sessions;
use rookery_sessions::entry::{Answer, What};
use rookery_sessions::follow::{Numbered, Writer};
use rookery_sessions::hub::{Delta, Deltas};
use rookery_sessions::ports::{Frame, OpError, Reply};
use std::collections::VecDeque;
use tokio::task::JoinHandle;

/// The frames of an operation.
pub(crate) struct Frames {
    n: u64,
    entries: BoxStream<'static, Result<Numbered>>,
    deltas: Deltas,
    /// Who works on it, if that is this process: the last frame waits for what follows from the end.
    worker: Option<JoinHandle<()>>,
    found: VecDeque<Frame>,
    is_over: bool,
    /// How many answers there are.
    step: u32,
    /// What was said of the next one.
    said: String,
    /// The calls of the last answer that have no result.
    calls: VecDeque<ToolCall>,
    usage: Usage,
}

impl Frames {
    /// Listens from now on. `after` is the number of an entry before the operation's first.
    pub(crate) fn listen(sessions: &Sessions, operation: &OperationAt, after: u64, writer: Writer) -> Self {
        Frames {
            n: operation.n,
            entries: sessions.follow_writer(&operation.session, after, writer),
            deltas: sessions.deltas(&operation.session),
            worker: None,
            found: VecDeque::from([Frame::Start]),
            is_over: false,
            step: 0,
            said: String::new(),
            calls: VecDeque::new(),
            usage: Usage::default(),
        }
    }

    /// The frames as a stream that ends with the operation.
    pub(crate) fn stream(self, worker: Option<JoinHandle<()>>) -> BoxStream<'static, Frame> {
        let frames = Frames { worker, ..self };
        unfold(frames, |mut frames| async { frames.next().await.map(|frame| (frame, frames)) }).boxed()
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.found.pop_front() {
                return Some(frame);
            }
            if self.is_over {
                return None;
            }
            tokio::select! {
                // What was said before an entry is heard before it; but not before the results of the tools that it rests on.
                biased;
                delta = self.deltas.next(), if self.calls.is_empty() => self.hear(delta),
                entry = self.entries.next() => match entry {
                    Some(Ok((_, entry))) if entry.what.n() == self.n => self.see(&entry.what).await,
                    Some(Ok(_)) => {}
                    Some(Err(error)) => self.end(Frame::Error(error.into())).await,
                    None => self.is_over = true,
                },
            }
        }
    }

    /// A piece that does not follow what was said is left out: what is missing comes with the whole answer.
    fn hear(&mut self, delta: Delta) {
        if (delta.n, delta.step, delta.from) == (self.n, self.step, self.said.len()) {
            self.said.push_str(&delta.text);
            self.found.push_back(Frame::Delta(delta.text));
        }
    }

    async fn see(&mut self, what: &What) {
        match what {
            What::Begin(_) | What::ToolBegan { .. } | What::Cleared { .. } | What::Copied { .. } => {}
            What::Answer(answer) => self.see_answer(answer).await,
            What::ToolDone { result, .. } => {
                let Some(at) = self.calls.iter().position(|call| call.id == result.call) else { return };
                let Some(call) = self.calls.remove(at) else { return };
                self.found.push_back(Frame::ToolEnd { call, result: result.clone() });
                self.start_tool();
            }
            What::End { state, error, .. } => self.end(Frame::Error(OpError::of_end(*state, error.as_ref()))).await,
        }
    }

    async fn see_answer(&mut self, answer: &Answer) {
        let text = answer.message.text();
        // If somebody else answered again what was half said, there is no rest.
        if let Some(rest) = text.strip_prefix(&self.said).filter(|rest| !rest.is_empty()) {
            self.found.push_back(Frame::Delta(rest.to_owned()));
        }
        self.said.clear();
        self.step += 1;
        self.usage += answer.usage;
        self.calls = answer.message.tool_calls().cloned().collect();
        self.start_tool();
        if answer.last {
            let (usage, model) = (self.usage, answer.model.clone());
            let cost = rookery_models::cost(&model, &usage);
            self.end(Frame::End(Reply { text, usage, cost, model, stop: answer.stop })).await;
        }
    }

    fn start_tool(&mut self) {
        self.found.extend(self.calls.front().cloned().map(Frame::ToolStart));
    }

    async fn end(&mut self, frame: Frame) {
        if let Some(worker) = self.worker.take() {
            worker.await.ok(); // If it panicked, the end is in the log nevertheless.
        }
        self.found.push_back(frame);
        self.is_over = true;
    }
}
