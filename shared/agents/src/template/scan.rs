//! Sources that are refused before they are read, because the library would take seconds for them.

use super::bounds::{MAX_BLANKS, MAX_SOURCE};
use super::{Limit, Problem};

pub(super) fn check(source: &str) -> Result<(), Problem> {
    if source.len() > MAX_SOURCE {
        return Err(Problem::Limit(Limit::Source));
    }
    // From each blank, the library looks ahead over all blanks that follow.
    match source.as_bytes().chunk_by(|a, b| is_blank(*a) && is_blank(*b)).any(|run| run.len() > MAX_BLANKS) {
        true => Err(Problem::Limit(Limit::Blanks)),
        false => Ok(()),
    }
}

/// Whether a byte is a blank in the library's grammar.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r')
}
