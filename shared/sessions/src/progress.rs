//! How far a session is: a pure fold over its log, and what is to be done next. Nothing else decides that, so whoever reads the same log does
//! the same.
//!
//! | An operation | By | Is then |
//! |---|---|---|
//! | waits | `Begin`, if it is the first that is not over and none is open | open |
//! | waits | `End` | over: cancelled, or expired |
//! | open | `Answer` that asks for tools, `ToolBegan`, `ToolDone` | open |
//! | open | `Answer` that is the last | over: succeeded |
//! | waits | `Copied`, if it is a fork, and may begin | over with the last one, and what was copied is its conversation |
//! | waits | `End`, if it is a fork of which something was copied | over: failed, and nothing was copied |
//! | waits | `Cleared`, if it is a deletion, and may begin | over, and what was before is gone |
//! | open | `End` | over: failed, aborted, or expired |
//!
//! An open operation's next step follows from its entries alone (`Open::next`): a step whose result is there is not made again.

use crate::entry::{Begin, Entry, Over, What};
use rookery_domain::{Cost, Message, Part, Role, Time, ToolCall, ToolResult, Usage};

/// The most answers of models in an operation.
pub const STEPS: u32 = 50;

/// How far a session is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// The number of the last entry.
    pub last: u64,
    /// Which operations are over.
    pub over: Over,
    /// The conversation of the operations that succeeded.
    pub history: Vec<Message>,
    /// The operation that is open.
    pub open: Option<Open>,
    /// What all answers of models took, also those of operations that failed.
    pub usage: Usage,
    /// What those of them cost whose prices are known.
    pub cost: Cost,
    /// Whether there is one whose price is not known.
    pub is_unpriced: bool,
    /// The fork whose messages are being copied, and how many messages there were before.
    pub(crate) copying: Option<(u64, usize)>,
}

/// An operation that began, and is not over.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Its beginning.
    pub begin: Begin,
    /// The number of its first entry.
    pub first: u64,
    /// The number of its last entry so far.
    pub last: u64,
    /// Its part of the conversation.
    pub messages: Vec<Message>,
    /// How many answers of models it has.
    pub steps: u32,
    /// What they took together.
    pub usage: Usage,
    /// The tool calls of the last answer that have no result yet, in order.
    waiting: Vec<ToolCall>,
    /// Those of them that may run only once, and began.
    began: Vec<String>,
    /// The results of the last answer's calls, in the order in which they came.
    results: Vec<ToolResult>,
}

/// What is to be done next with an open operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A model is to be called.
    CallModel,
    /// This tool is to run.
    RunTool(ToolCall),
    /// This tool began before and may run only once, so its result is that nobody knows.
    GiveUpTool(ToolCall),
    /// The deadline has passed: it ends.
    Expire,
    /// It has as many answers as it may: it ends.
    TooManySteps,
}

impl Progress {
    /// How far a session is whose log has these entries, with their numbers, from the first on.
    pub fn of<'a>(entries: impl IntoIterator<Item = (u64, &'a Entry)>) -> Self {
        let mut progress = Progress::default();
        for (number, entry) in entries {
            progress.add(number, entry);
        }
        progress
    }

    /// Goes on by an entry.
    pub fn add(&mut self, number: u64, entry: &Entry) {
        self.last = number;
        self.over = entry.over.clone();
        if let What::Answer(answer) = &entry.what {
            self.usage += answer.usage;
            match answer.cost {
                Some(cost) => self.cost += cost,
                None => self.is_unpriced = true,
            }
        }
        let open = self.open.take();
        self.open = match (&entry.what, open) {
            (What::Begin(begin), _) => Some(Open::new(number, begin)),
            (What::Copied { n, message, last }, open) => {
                let copying = self.copying.unwrap_or((*n, self.history.len()));
                self.copying = (!last).then_some(copying);
                self.history.extend(message.clone());
                open
            }
            (What::End { n, .. }, open) if self.copying.is_some_and(|(fork, _)| fork == *n) => {
                self.history.truncate(self.copying.take().map_or(0, |(_, before)| before));
                open
            }
            (What::Cleared { .. }, _) => {
                self.history.clear();
                (self.usage, self.cost, self.is_unpriced) = Default::default();
                None
            }
            (what, Some(open)) if what.n() == open.begin.n => self.go_on(Open { last: number, ..open }, what),
            // A waiting operation was cancelled meanwhile.
            (_, open) => open,
        };
    }

    fn go_on(&mut self, mut open: Open, what: &What) -> Option<Open> {
        match what {
            What::Answer(answer) => {
                open.steps += 1;
                open.usage += answer.usage;
                open.messages.push(answer.message.clone());
                open.waiting = answer.message.tool_calls().cloned().collect();
                if answer.last {
                    self.history.append(&mut open.messages);
                    return None;
                }
            }
            What::ToolBegan { call, .. } => open.began.push(call.clone()),
            What::ToolDone { result, .. } => open.has_result(result),
            What::End { .. } => return None,
            What::Begin(_) | What::Cleared { .. } | What::Copied { .. } => {}
        }
        Some(open)
    }

    /// The conversation that the next call of a model goes on with.
    pub fn context(&self) -> impl Iterator<Item = &Message> {
        self.history.iter().chain(self.open.iter().flat_map(|open| &open.messages))
    }

    /// Whether an operation may begin: it is the first that is not over, and none is open.
    pub fn may_begin(&self, n: u64) -> bool {
        self.open.is_none() && self.over.first_open() == n
    }
}

impl Open {
    fn new(number: u64, begin: &Begin) -> Self {
        Open {
            begin: begin.clone(),
            first: number,
            last: number,
            messages: vec![Message::user(&begin.message)],
            steps: 0,
            usage: Usage::default(),
            waiting: Vec::new(),
            began: Vec::new(),
            results: Vec::new(),
        }
    }

    fn has_result(&mut self, result: &ToolResult) {
        // A result of a call that has one already, or that nobody made, says nothing.
        let Some(index) = self.waiting.iter().position(|call| call.id == result.call) else { return };
        self.waiting.remove(index);
        self.results.push(result.clone());
        // Providers may give one id to several calls.
        self.began.retain(|call| *call != result.call);
        if self.waiting.is_empty() {
            let parts = self.results.drain(..).map(Part::ToolResult).collect();
            self.messages.push(Message { role: Role::User, parts });
        }
    }

    /// Names the tool call that is next, the same for whoever runs it: which answer it is of, and which call of that answer it is.
    pub fn place_of_call(&self) -> (u32, usize) {
        (self.steps, self.results.len())
    }

    /// What is to be done next.
    pub fn next(&self, now: Time) -> Action {
        if now >= self.begin.deadline {
            return Action::Expire;
        }
        match self.waiting.first() {
            Some(call) if self.began.contains(&call.id) => Action::GiveUpTool(call.clone()),
            Some(call) => Action::RunTool(call.clone()),
            None if self.steps >= STEPS => Action::TooManySteps,
            None => Action::CallModel,
        }
    }
}

#[cfg(test)]
mod tests;
