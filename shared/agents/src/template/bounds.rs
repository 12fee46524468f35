//! What a rendering may use, and what it has used. The counts are in the library's registers, where every tag and filter finds them.

use super::scope::Uuids;
use super::{Limit, Scope};
use crate::pattern::Pattern;
use crate::processor_time;
use liquid_core::model::{KString, ValueView};
use liquid_core::{Error, Result, Runtime};
use rookery_domain::Time;
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) const MAX_SOURCE: usize = 64 * 1024;
pub(super) const MAX_DEPTH: usize = 32;
pub(super) const MAX_RANGE: i128 = 10_000;
pub(super) const MAX_VALUE: usize = 1024 * 1024;
/// How deeply a value may nest: deeper than any payload.
const MAX_NESTED: usize = 100;
/// The longest error message, in characters.
pub(super) const MAX_MESSAGE: usize = 1_000;
const MAX_STEPS: usize = 100_000;
/// The most time for which a processor works on a template. Tests run unoptimised, so they get more.
const MAX_TIME: Duration = Duration::from_millis(if cfg!(test) { 10_000 } else { 100 });
pub(super) const MAX_OUTPUT: usize = 256 * 1024;

/// What is left for all templates of a scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    steps: usize,
    time: Duration,
}

impl Default for Left {
    fn default() -> Self {
        Left { steps: MAX_STEPS, time: MAX_TIME }
    }
}

/// What is left for one template, or for all templates of one JSON value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    steps: usize,
    /// The processor time of this thread at which the time is over.
    over_at: Duration,
    /// Before this moment the time cannot be over.
    look_at: Instant,
    pub(super) output: usize,
}

impl Budget {
    /// What the templates before have left of a scope's steps and time, with an output of its own.
    pub(super) fn begin(scope: &Scope) -> Self {
        let left = *scope.left();
        Budget { steps: left.steps, ..Budget::of(left.time) }
    }

    /// Leaves the rest to the templates after.
    pub(super) fn end(self, scope: &Scope) {
        *scope.left() = Left { steps: self.steps, time: self.over_at.saturating_sub(processor_time()) };
    }

    pub(super) fn of(time: Duration) -> Self {
        Budget { steps: MAX_STEPS, over_at: processor_time() + time, look_at: Instant::now() + time, output: MAX_OUTPUT }
    }

    fn nothing() -> Self {
        Budget { steps: 0, over_at: Duration::ZERO, look_at: Instant::now(), output: 0 }
    }

    /// Whether the time is over. A template has its time however busy the machine is, so that the same one always ends the same way.
    /// The clock is asked first, since it answers sooner.
    fn is_over(&mut self) -> bool {
        let now = Instant::now();
        if now < self.look_at {
            return false;
        }
        let left = self.over_at.saturating_sub(processor_time());
        self.look_at = now + left;
        left.is_zero()
    }
}

/// The state of one rendering.
#[derive(Debug)]
pub(super) struct State {
    pub(super) budget: Budget,
    pub(super) exceeded: Option<Limit>,
    /// The sizes of the variables that were set.
    kept: HashMap<KString, usize>,
    pub(super) nonce: Arc<str>,
    pub(super) exact: Arc<HashSet<String>>,
    /// The time that `"now" | date` means.
    pub(super) now: Time,
    /// What `as_object` was given: it stands for the whole text, and ended the rendering.
    pub(super) value: Option<serde_json::Value>,
    /// Regular expressions that are no fixed texts, compiled.
    pub(super) patterns: HashMap<String, Arc<Pattern>>,
    pub(super) uuids: Uuids,
    /// How often each group of `cycle` had its turn.
    pub(super) cycles: HashMap<String, usize>,
}

impl Default for State {
    /// The state that the library's registers begin with; it is replaced before anything is rendered.
    fn default() -> Self {
        State {
            budget: Budget::nothing(),
            exceeded: None,
            kept: HashMap::new(),
            nonce: Arc::from(""),
            exact: Arc::default(),
            now: Time(0),
            value: None,
            patterns: HashMap::new(),
            uuids: Uuids::default(),
            cycles: HashMap::new(),
        }
    }
}

impl State {
    pub(super) fn new(budget: &Budget, scope: &Scope) -> Self {
        let (nonce, exact, now, uuids) = (scope.nonce(), scope.exact(), scope.now(), scope.uuids());
        State { budget: *budget, nonce, exact, now, uuids, ..State::default() }
    }

    /// Takes steps, and looks at the clock. Once a limit is reached, every further call gives that limit.
    pub(super) fn spend(&mut self, steps: usize) -> Option<Limit> {
        match self.budget.steps.checked_sub(steps) {
            Some(left) => self.budget.steps = left,
            None => self.exceeded = self.exceeded.or(Some(Limit::Steps)),
        }
        if self.budget.is_over() {
            self.exceeded = self.exceeded.or(Some(Limit::Time));
        }
        self.exceeded
    }

    /// Notes the size of a variable; false when all variables together are too large.
    pub(super) fn keep(&mut self, name: KString, size: usize) -> bool {
        self.kept.insert(name, size);
        let fits = self.kept.values().sum::<usize>() <= MAX_VALUE;
        if !fits {
            self.exceeded = self.exceeded.or(Some(Limit::Memory));
        }
        fits
    }
}

/// Takes steps; at a limit this is an error, which ends the rendering.
pub(super) fn spend(runtime: &dyn Runtime, steps: usize) -> Result<()> {
    match runtime.registers().get_mut::<State>().spend(steps) {
        Some(limit) => Err(Error::with_msg(limit.to_string())),
        None => Ok(()),
    }
}

/// Ends the rendering at a limit.
pub(super) fn exceed<T>(runtime: &dyn Runtime, limit: Limit) -> Result<T> {
    runtime.registers().get_mut::<State>().exceeded = Some(limit);
    Err(Error::with_msg(limit.to_string()))
}

/// About how many bytes a value takes in memory; counting stops beyond [`MAX_VALUE`]. A value that nests too deeply is too large, since
/// what reads a value recurses.
pub(super) fn weight(value: &dyn ValueView) -> usize {
    weight_within(value, MAX_NESTED)
}

fn weight_within(value: &dyn ValueView, depth: usize) -> usize {
    const EACH: usize = 16;
    let Some(below) = depth.checked_sub(1) else { return MAX_VALUE + 1 };
    let sum = |sizes: &mut dyn Iterator<Item = usize>| {
        let mut total = EACH;
        sizes
            .take_while(|size| {
                total += size;
                total <= MAX_VALUE
            })
            .for_each(drop);
        total
    };
    if let Some(array) = value.as_array() {
        sum(&mut array.values().map(|value| weight_within(value, below)))
    } else if let Some(object) = value.as_object() {
        sum(&mut object.iter().map(|(key, value)| key.len() + weight_within(value, below)))
    } else {
        EACH + value.to_kstr().len()
    }
}

/// A text with a maximum size; writing more is an error.
#[derive(Debug)]
pub(super) struct Capped {
    pub(super) bytes: Vec<u8>,
    cap: usize,
    pub(super) is_over: bool,
}

impl Capped {
    pub(super) fn new(cap: usize) -> Self {
        Capped { bytes: Vec::new(), cap, is_over: false }
    }

    pub(super) fn into_text(self) -> String {
        String::from_utf8(self.bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.cap {
            self.is_over = true;
            return Err(io::Error::other("full"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
