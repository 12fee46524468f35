//! A text as those read it who decode its escapes: round by round, with the place in the source that each byte came from.

use crate::escape::{BACKSLASHES, ESCAPES, Escape, LINE_ENDS, QUOTED_PRINTABLE, Rule};
use memchr::memchr3_iter;
use std::borrow::Cow;
use std::ops::Range;

/// The deepest nesting of escapes that is decoded.
const DEPTH: usize = 6;

/// A text with its escapes decoded, once or more.
#[derive(Clone)]
pub(super) struct View<'t> {
    pub(super) bytes: Cow<'t, [u8]>,
    /// Where what each byte stands for begins and ends in the source; empty while nothing is decoded.
    source: Vec<[u32; 2]>,
    /// Whether base64 is searched for here. It has no line ends, so it is searched for only where lines are joined, if there are any.
    pub(super) has_base64: bool,
}

impl View<'_> {
    /// Shows the text as it is, and after each round of decoding. The remaining backslashes are removed in the last round,
    /// because their number depends on the order in which nested escapes were written.
    pub(super) fn each(text: &[u8], mut show: impl FnMut(&View<'_>)) {
        let mut view = View { bytes: Cow::Borrowed(text), source: Vec::new(), has_base64: true };
        view.show(&mut show);
        let mut rounds = 0;
        while rounds < DEPTH && view.decode(&ESCAPES) {
            view.show(&mut show);
            rounds += 1;
        }
        if view.decode(&BACKSLASHES) {
            view.show(&mut show);
        }
    }

    /// Shows the text as it is, with its lines joined, and as quoted-printable. These are no rounds of their own, because either
    /// would take something for its own that belongs to what is escaped in another way.
    fn show(&mut self, show: &mut impl FnMut(&View<'_>)) {
        self.has_base64 = !self.has(&LINE_ENDS);
        show(self);
        for (rule, has_base64) in [(&LINE_ENDS, true), (&QUOTED_PRINTABLE, false)] {
            if self.has(rule) {
                let mut joined = View { has_base64, ..self.clone() };
                joined.decode(rule);
                show(&joined);
            }
        }
    }

    fn has(&self, rule: &Rule) -> bool {
        let [one, two, three] = rule.marks;
        memchr3_iter(one, two, three, &self.bytes).any(|at| (rule.read)(&self.bytes[at..]).is_some())
    }

    /// Decodes each escape once, in place: an escape is never shorter than what it stands for. `false` if there is none.
    fn decode(&mut self, rule: &Rule) -> bool {
        if !self.has(rule) {
            return false;
        }
        if self.source.is_empty() {
            self.source = (0..self.bytes.len() as u32).map(|at| [at, at + 1]).collect();
        }
        let (bytes, source) = (self.bytes.to_mut(), &mut self.source);
        let (mut read, mut write) = (0, 0);
        while read < bytes.len() {
            let found = (rule.read)(&bytes[read..]).unwrap_or(Escape::byte(1, bytes[read]));
            let from = [source[read][0], source[read + found.length - 1][1]];
            for byte in found.decoded() {
                (bytes[write], source[write]) = (*byte, from);
                write += 1;
            }
            read += found.length;
        }
        bytes.truncate(write);
        source.truncate(write);
        true
    }

    /// The range in the source that was decoded to `range`.
    pub(super) fn in_source(&self, range: Range<usize>) -> Range<usize> {
        match (self.source.get(range.start), self.source.get(range.end - 1)) {
            (Some([start, _]), Some([_, end])) => *start as usize..*end as usize,
            _ => range,
        }
    }
}
