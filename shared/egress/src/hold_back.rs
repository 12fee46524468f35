//! Removing the values of credentials from a text that comes in pieces: a value may be split between two of them. What a value
//! looks like is said in [`crate::redact`].

use crate::Redactor;
use bytes::Bytes;
use std::borrow::Cow;

/// Redacts pieces of a text. The end of a piece with which a value could begin is held back until it is clear what follows.
///
/// Within a piece, with what was held back before it, values are found in every form. Over the border of two pieces, they are found
/// as they are, in other case, in UTF-16 and in hexadecimal digits, but not in escapes or base64: whoever keeps the whole text
/// redacts it once more.
pub struct HoldBack {
    redactor: Redactor,
    held: Vec<u8>,
}

impl HoldBack {
    /// Holds back what could be the beginning of a value of the redactor's.
    pub fn new(redactor: Redactor) -> Self {
        HoldBack { redactor, held: Vec::new() }
    }

    /// Takes the next piece, and gives what can be handed on now; this may be nothing.
    pub fn push(&mut self, piece: Bytes) -> Bytes {
        let text = if self.held.is_empty() { piece } else { [&self.held[..], &piece].concat().into() };
        let clean = match self.redactor.redact(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(clean) => clean.into(),
        };
        let ready = clean.len() - self.redactor.unfinished(&clean);
        self.held = clean[ready..].to_vec();
        clean.slice(..ready)
    }

    /// What is held back, once nothing follows.
    pub fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.held).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn in_pieces(text: &str, cuts: &[usize]) -> Vec<String> {
        let mut hold = HoldBack::new(Redactor::new([("key", "ababac-123")]));
        let mut from = 0;
        let mut given = Vec::new();
        for to in cuts.iter().map(|cut| cut % (text.len() + 1)).chain([text.len()]) {
            if to >= from {
                given.push(hold.push(Bytes::copy_from_slice(&text.as_bytes()[from..to])));
                from = to;
            }
        }
        given.push(hold.finish());
        given.iter().map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
    }

    #[test]
    fn only_what_may_be_a_beginning_is_held_back() {
        assert_eq!(in_pieces("data: abab\n\n", &[]), ["data: abab\n\n", ""]);
        assert_eq!(in_pieces("x abABac-1 x", &[6]), ["x ", "abABac-1 x", ""]);
        assert_eq!(in_pieces("ababab", &[]), ["ab", "abab"]);
        assert_eq!(in_pieces("abABAC-123", &[1, 4, 9]), ["", "", "", "[credential key]", ""]);
    }

    proptest! {
        #[test]
        fn pieces_are_redacted_as_the_whole_is(text in "(ab|a|b|ababac-123|abABAC-123|-| ){0,8}", mut cuts in prop::collection::vec(0..99usize, 0..6)) {
            cuts.sort_unstable();
            let whole = Redactor::new([("key", "ababac-123")]).redact_text(&text);
            // Values side by side may get one label.
            let label = "[credential key]";
            let mut pieces = in_pieces(&text, &cuts).concat();
            while pieces.contains(&label.repeat(2)) {
                pieces = pieces.replace(&label.repeat(2), label);
            }
            prop_assert_eq!(pieces, whole);
        }
    }
}
