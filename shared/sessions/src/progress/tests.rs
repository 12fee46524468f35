//! Several workers and callers write one log, each knowing only what it read last: what comes of it is one order, each step once.

use super::*;
use crate::entry::{Answer, EndError, EndState};
use proptest::prelude::*;
use rookery_domain::{Args, Payload, Stop};
use std::collections::{BTreeMap, BTreeSet};

const DEADLINE: Time = Time(1_000);
const OPERATIONS: u64 = 6;

fn begin(n: u64) -> What {
    What::Begin(Begin {
        n,
        by: "me".into(),
        lease_until: Time(0),
        deadline: DEADLINE,
        version: 1,
        message: format!("question {n}"),
        payload: None,
        cell: None,
    })
}

fn call(n: u64, step: u32, index: usize) -> ToolCall {
    let args = Args::Json(Payload::stored("{}".to_owned()));
    ToolCall { id: format!("{n}-{step}-{index}"), name: "t".into(), args, seal: None }
}

fn answer(n: u64, step: u32, calls: usize) -> What {
    let calls = (0..calls).map(|index| Part::ToolCall(call(n, step, index)));
    let parts: Vec<Part> = std::iter::once(Part::Text(format!("answer {n}"))).chain(calls).collect();
    let last = parts.len() == 1;
    let (usage, stop) = (Usage { input: 1, total_tokens: 1, ..Usage::default() }, if last { Stop::End } else { Stop::Tools });
    let message = Message { role: Role::Assistant, parts };
    What::Answer(Box::new(Answer { n, message, stop, usage, model: "m".into(), request_id: None, last, cost: None }))
}

fn result(n: u64, call: &ToolCall, text: &str) -> What {
    What::ToolDone { n, result: ToolResult { call: call.id.clone(), is_error: false, text: text.to_owned() } }
}

fn end(n: u64, state: EndState) -> What {
    What::End { n, state, error: Some(EndError::new("c", "m")) }
}

/// The log, as the table keeps it: an entry gets its number only if nobody else has it.
#[derive(Default)]
struct Log(Vec<Entry>);

impl Log {
    fn read(&self) -> Progress {
        Progress::of((1..).zip(&self.0))
    }

    fn append(&mut self, after: &Progress, what: What) -> bool {
        let is_next = after.last == self.0.len() as u64;
        if is_next {
            self.0.push(Entry::after(&after.over, Time(1), what));
        }
        is_next
    }
}

/// What somebody does who read the log at some time: a worker's next step, or a caller's end of an operation.
fn step(seen: &Progress, choice: u8, calls: usize) -> Option<What> {
    let from_outside = |n: u64| {
        let open = seen.open.as_ref().is_some_and(|open| open.begin.n == n);
        (!seen.over.has(n)).then(|| end(n, if open { EndState::Aborted } else { EndState::Cancelled }))
    };
    if choice < 2 {
        return from_outside(u64::from(choice) * 3 + 1 + seen.over.upto % 3).filter(|what| what.n() <= OPERATIONS);
    }
    let Some(open) = &seen.open else {
        let n = seen.over.first_open();
        return (n <= OPERATIONS && seen.may_begin(n)).then(|| begin(n));
    };
    let n = open.begin.n;
    Some(match open.next(Time(1)) {
        Action::CallModel => answer(n, open.steps, calls),
        Action::RunTool(call) if choice < 5 => What::ToolBegan { n, call: call.id },
        Action::RunTool(call) => result(n, &call, "done"),
        Action::GiveUpTool(call) => result(n, &call, "not known"),
        Action::Expire => end(n, EndState::Expired),
        Action::TooManySteps => end(n, EndState::Failed),
    })
}

proptest! {
    #[test]
    fn whoever_writes_operations_end_once_and_in_order(moves in prop::collection::vec((0usize..4, any::<bool>(), 0u8..12, 0usize..3), 1..300)) {
        let mut log = Log::default();
        let mut seen = vec![Progress::default(); 4];
        for (who, looks, choice, calls) in moves {
            if looks {
                seen[who] = log.read();
            }
            let Some(what) = step(&seen[who], choice, calls) else { continue };
            let before = seen[who].clone();
            if !log.append(&before, what) {
                seen[who] = log.read();
            }
        }
        let (mut open, mut begun, mut over, mut steps) = (None, Vec::new(), BTreeSet::new(), BTreeMap::<String, u32>::new());
        let (mut began, mut answers, mut unanswered) = (BTreeSet::new(), BTreeMap::<u64, u32>::new(), BTreeSet::new());
        let mut told = Progress::default();
        for (number, entry) in (1..).zip(&log.0) {
            let n = entry.what.n();
            prop_assert!(!over.contains(&n), "{n} was over before entry {number}");
            match &entry.what {
                What::Begin(_) => {
                    prop_assert_eq!(open, None, "two are open");
                    prop_assert!((1..n).all(|earlier| over.contains(&earlier)), "{} began before an earlier one was over", n);
                    open = Some(n);
                    begun.push(n);
                }
                What::ToolDone { result, .. } => {
                    *steps.entry(result.call.clone()).or_default() += 1;
                    prop_assert!(unanswered.remove(&result.call), "{} has no call, or a result already", result.call);
                }
                // Whoever stores this runs the tool: nobody else does, and nobody does afterwards.
                What::ToolBegan { call, .. } => {
                    prop_assert!(began.insert(call.clone()), "{} began twice", call);
                    prop_assert!(unanswered.contains(call), "{} began although its result is there", call);
                }
                What::Answer(answer) => {
                    prop_assert!(unanswered.is_empty(), "a model was called before all tools gave their results");
                    let step = answers.entry(n).or_default();
                    for asked in answer.message.tool_calls() {
                        prop_assert!(asked.id.starts_with(&format!("{n}-{step}-")), "{} is of a step that is there already", asked.id);
                        unanswered.insert(asked.id.clone());
                    }
                    *step += 1;
                }
                _ => {}
            }
            if !matches!(entry.what, What::End { .. } | What::Begin(_)) {
                prop_assert_eq!(open, Some(n));
            }
            if entry.what.end().is_some() {
                over.insert(n);
                unanswered.retain(|call: &String| !call.starts_with(&format!("{n}-")));
                open = open.filter(|open| *open != n);
            }
            told.add(number, entry);
            prop_assert!((1..=OPERATIONS).all(|n| told.over.has(n) == over.contains(&n)));
            prop_assert_eq!(told.open.as_ref().map(|open| open.begin.n), open);
        }
        prop_assert!(begun.is_sorted_by(|a, b| a < b));
        prop_assert!(steps.values().all(|times| *times == 1), "a call has one result: {:?}", steps);
        prop_assert_eq!(told, log.read());
    }

    #[test]
    fn what_is_over_is_the_same_in_whatever_order_it_became_so(mut numbers in Just((1..30u64).collect::<Vec<_>>()).prop_shuffle()) {
        let mut over = Over::default();
        for n in &numbers {
            over = over.with(*n);
            prop_assert!(over.has(*n));
        }
        numbers.sort_unstable();
        prop_assert_eq!(over, Over { upto: 29, ahead: Vec::new() });
    }
}

/// A log of these things, one after the other.
fn after(whats: impl IntoIterator<Item = What>) -> Progress {
    let mut log = Log::default();
    for what in whats {
        let read = log.read();
        assert!(log.append(&read, what));
    }
    log.read()
}

#[test]
fn a_stored_step_is_not_made_again() {
    let now = Time(1);
    let open = |whats: Vec<What>| after(whats).open.unwrap();
    assert_eq!(open(vec![begin(1)]).next(now), Action::CallModel);
    let asked = vec![begin(1), answer(1, 0, 2)];
    assert_eq!(open(asked.clone()).next(now), Action::RunTool(call(1, 0, 0)));
    let once = [asked.clone(), vec![What::ToolBegan { n: 1, call: "1-0-0".into() }]].concat();
    assert_eq!(open(once).next(now), Action::GiveUpTool(call(1, 0, 0)), "nobody knows what became of it");
    // Results may come in any order, and are one message, before the model is called again.
    let done = [asked, vec![result(1, &call(1, 0, 1), "b"), result(1, &call(1, 0, 0), "a")]].concat();
    let open = open(done);
    assert_eq!((open.next(now), open.messages.len(), open.steps, open.usage.input), (Action::CallModel, 3, 1, 1));
    assert_eq!(open.next(DEADLINE), Action::Expire);
}

/// Some providers give the same id to several calls.
#[test]
fn calls_of_one_id_run_one_after_the_other() {
    let now = Time(1);
    let mut twice = answer(1, 0, 2);
    if let What::Answer(answer) = &mut twice {
        for part in &mut answer.message.parts {
            if let Part::ToolCall(call) = part {
                call.id = "same".into();
            }
        }
    }
    let same = ToolCall { id: "same".into(), ..call(1, 0, 0) };
    let begun = What::ToolBegan { n: 1, call: "same".into() };
    let asked = vec![begin(1), twice, begun.clone(), result(1, &same, "a")];
    let open = after(asked.clone()).open.unwrap();
    assert_eq!((open.next(now), open.place_of_call()), (Action::RunTool(same.clone()), (1, 1)));
    let open = after([asked, vec![begun]].concat()).open.unwrap();
    assert_eq!(open.next(now), Action::GiveUpTool(same));
}

#[test]
fn a_question_without_an_answer_is_not_in_the_next_conversation() {
    let progress = after([
        begin(1),
        answer(1, 0, 0),
        begin(2),
        answer(2, 0, 1),
        end(2, EndState::Failed),
        end(4, EndState::Cancelled),
        begin(3),
    ]);
    let texts: Vec<String> = progress.context().map(Message::text).collect();
    assert_eq!(texts, ["question 1", "answer 1", "question 3"]);
    assert_eq!(progress.over, Over { upto: 2, ahead: vec![4] });
    assert!(!progress.may_begin(3) && !progress.may_begin(4), "one is open");
    let progress = after([begin(1), end(1, EndState::Aborted), end(2, EndState::Cancelled)]);
    assert!(progress.may_begin(3) && !progress.may_begin(2) && !progress.may_begin(4));
}

#[test]
fn an_operation_has_no_more_steps_than_it_may() {
    let mut whats = vec![begin(1)];
    for step in 0..STEPS {
        whats.extend([answer(1, step, 1), result(1, &call(1, step, 0), "x")]);
    }
    assert_eq!(after(whats).open.unwrap().next(Time(1)), Action::TooManySteps);
}
