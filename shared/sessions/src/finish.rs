//! What follows from the end of an operation: it is noted in the inbox, for lists, and nobody looks at it any more. The log is the truth;
//! so this may be done again by anybody.

use crate::Sessions;
use crate::ask::{Ask, Source};
use crate::entry::{EndError, EndState, Entry, What};
use crate::log::read;
use rookery_domain::{Cost, Error, OperationAt, PaidUsage, Result, SessionAt, Stop, Time, Usage};
use rookery_store::{CopyTo, Ended};
use serde::{Deserialize, Serialize};

/// What is known of an operation that is over, besides its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What its calls of models took together.
    pub usage: Usage,
    /// The model of the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it has no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<EndError>,
}

/// How long others may rely on whoever took the work on a session, in milliseconds.
pub const LEASE_MS: i64 = 60_000;

/// What was read of an operation's entries.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) first: Option<u64>,
    pub(crate) outcome: Outcome,
    /// The text of its answer.
    pub(crate) text: Option<String>,
    /// Why the model ended its last answer.
    pub(crate) stop: Option<Stop>,
    /// What those of its calls of models cost whose price is known.
    pub(crate) cost: Cost,
    /// Whether the price of one of them is not known.
    pub(crate) is_unpriced: bool,
}

impl Sessions {
    /// Notes what became of an operation, if it is over and that is not noted. `first` is the number of its first entry, if that is
    /// known.
    pub async fn finish(&self, at: &OperationAt, first: Option<u64>) -> Result<()> {
        let Some(operation) = self.store.operation(at).await?.filter(|operation| operation.ended.is_none()) else {
            return Ok(());
        };
        let mut after = first.map_or(operation.after, |first| first - 1);
        let mut seen = Read::default();
        loop {
            let page = self.store.entries(&at.session, after).await?;
            for (number, text) in &page.entries {
                let entry = read(text)?;
                if matches!(entry.what, What::Cleared { n } if n == at.n) {
                    self.store.remove_entries(&at.session, *number).await?;
                }
                let has_failed = matches!(entry.what, What::End { .. });
                if let Some(ended) = seen.add(at.n, *number, entry)? {
                    let ask = Ask::of(&operation)?;
                    if let Some(cell) = ask.cell() {
                        // Whoever dies after this tells it again.
                        self.tell(cell, at, &ended.state, &seen).await?;
                    }
                    if has_failed && matches!(ask.source, Source::Fork { .. }) {
                        let to = CopyTo { session: &at.session, after: operation.after, last: *number };
                        self.store.remove_copies(to).await?;
                    }
                    self.store.end_operation(at, &ended).await?;
                    return Ok(());
                }
                after = *number;
            }
            if !page.more {
                return Ok(());
            }
        }
    }
}

impl Sessions {
    /// Ends the first operation of a session that is not over, since whoever works on it crashes again and again. Gives the operation;
    /// none if nothing is left. `by` is who does this. Error: 503 while somebody else works on the session.
    pub async fn end_crashed(&self, at: &SessionAt, by: &str) -> Result<Option<OperationAt>> {
        let (mut loaded, now) = (self.load(at).await?, Time::now());
        let open = loaded.progress.open.as_ref();
        let n = loaded.progress.over.first_open();
        if open.is_none() && self.store.operation(&at.operation(n)).await?.is_none() {
            return Ok(None);
        }
        if open.is_some_and(|open| open.begin.lease_until > now)
            || !self.store.take_session(at, by, now, now.plus(LEASE_MS)).await?
        {
            return Err(Error::unavailable("somebody works on the session"));
        }
        let first = open.map_or(loaded.progress.last + 1, |open| open.first);
        let message = "Whoever worked on it crashed again and again. Look at the log of the function, then ask again.";
        let error = EndError::new("crashed", message);
        while !loaded.progress.over.has(n) {
            self.append(&mut loaded, What::End { n, state: EndState::Failed, error: Some(error.clone()) }).await?;
        }
        let operation = at.operation(n);
        self.finish(&operation, Some(first)).await?;
        Ok(Some(operation))
    }
}

impl Read {
    /// What its calls of models took together. Part of a cost would be taken for all of it, so it is zeros unless all prices are known.
    pub(crate) fn paid(&self) -> PaidUsage {
        let cost = if self.is_unpriced { Cost::default() } else { self.cost };
        PaidUsage { tokens: self.outcome.usage, cost }
    }

    /// Adds an entry; gives what is to be noted with the last one.
    fn add(&mut self, n: u64, number: u64, entry: Entry) -> Result<Option<Ended>> {
        if entry.what.n() != n {
            return Ok(None);
        }
        let first = *self.first.get_or_insert(number);
        let state = entry.what.end();
        match entry.what {
            What::Answer(answer) => {
                self.text = answer.last.then(|| answer.message.text());
                self.stop = Some(answer.stop);
                self.outcome.usage += answer.usage;
                self.outcome.model = Some(answer.model);
                match answer.cost {
                    Some(cost) => self.cost += cost,
                    None => self.is_unpriced = true,
                }
            }
            What::End { error, .. } => self.outcome.error = error,
            _ => {}
        }
        let Some(state) = state else { return Ok(None) };
        let outcome = serde_json::to_string(&self.outcome).map_err(Error::internal)?;
        Ok(Some(Ended { state: state.to_owned(), at: entry.at, entries: (first, number), outcome }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Answer, Over};
    use rookery_domain::{Message, Stop};

    #[test]
    fn the_cost_of_an_operation_is_that_of_all_its_calls_or_is_not_known() {
        let mut read = Read::default();
        let mut answer = |total: Option<f64>| {
            let answer = Answer {
                n: 1,
                message: Message::user("Hello"),
                stop: Stop::End,
                usage: Usage { total_tokens: 2, ..Usage::default() },
                model: "demo/test".into(),
                request_id: None,
                last: false,
                cost: total.map(|total| Cost { total, ..Cost::default() }),
            };
            let entry = Entry::after(&Over::default(), Time(1), What::Answer(Box::new(answer)));
            assert!(read.add(1, 1, entry).unwrap().is_none());
            (read.paid().tokens.total_tokens, read.paid().cost.total, read.is_unpriced)
        };
        assert_eq!(answer(Some(0.5)), (2, 0.5, false));
        assert_eq!(answer(Some(0.25)), (4, 0.75, false));
        assert_eq!(answer(None), (6, 0.0, true));
        assert_eq!(answer(Some(0.5)), (8, 0.0, true));
    }
}
