//! The context: a trace, and a span in it. Sources: W3C Trace Context, section 3.2; "Tracing header" in the AWS X-Ray Developer Guide.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// A place in a trace. It is written as a `traceparent` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The trace.
    pub trace: u128,
    /// The span that is the parent of what follows.
    pub span: u64,
    /// Whether spans of this trace are recorded.
    pub sampled: bool,
}

impl Context {
    /// Starts a new trace. Its id begins with the time in seconds, as X-Ray requires, and is random otherwise.
    pub fn fresh() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as u32);
        let random = Uuid::new_v4().as_u128() >> 32;
        Context { trace: u128::from(seconds) << 96 | random, span: random_span(), sampled: true }
    }

    /// Makes a span below this one.
    pub fn child(self) -> Self {
        Context { span: random_span(), ..self }
    }

    /// Reads a `traceparent`. A malformed one gives none: the receiver then begins a trace of its own.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.trim().split('-');
        let (version, trace, span, flags) =
            (hex(parts.next()?, 2)?, hex(parts.next()?, 32)?, hex(parts.next()?, 16)?, hex(parts.next()?, 2)?);
        // Later versions may have more parts; version 255 is forbidden.
        let is_known = version != 0xff && (version > 0 || parts.next().is_none());
        (is_known && trace != 0 && span != 0).then_some(Context { trace, span: span as u64, sampled: flags & 1 == 1 })
    }

    /// Reads an `X-Amzn-Trace-Id`: `Root=1-{8}-{24};Parent={16};Sampled=1`. Without a parent, the id of the parent span is random.
    pub fn parse_xray(header: &str) -> Option<Self> {
        let part = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let mut root = part("Root")?.split('-');
        let (version, seconds, rest) = (root.next()?, hex(root.next()?, 8)?, hex(root.next()?, 24)?);
        let span = part("Parent").and_then(|parent| hex(parent, 16)).map_or_else(random_span, |span| span as u64);
        let trace = seconds << 96 | rest;
        (version == "1" && trace != 0).then_some(Context { trace, span, sampled: part("Sampled") == Some("1") })
    }

    /// Writes the value of an `X-Amzn-Trace-Id` header, or of a message's `AWSTraceHeader`.
    pub fn xray(self) -> String {
        let trace = format!("{:032x}", self.trace);
        let (seconds, rest) = trace.split_at(8);
        format!("Root=1-{seconds}-{rest};Parent={:016x};Sampled={}", self.span, u8::from(self.sampled))
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// Reads lower-case hexadecimal with exactly this many digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

fn random_span() -> u64 {
    // Each half of a UUID has some bits that are fixed, so the id is never zero.
    Uuid::new_v4().as_u64_pair().1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standards_are_read() {
        let w3c = Context::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        assert_eq!(w3c, Context { trace: 0x4bf92f3577b34da6a3ce929d0e0e4736, span: 0x00f067aa0ba902b7, sampled: true });
        let later =
            Context::parse("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like").unwrap();
        assert_eq!(later, w3c);
        let xray = Context::parse_xray("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1").unwrap();
        assert_eq!(xray.to_string(), "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
        assert_eq!(xray.xray(), "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
    }

    #[test]
    fn what_is_not_well_formed_is_no_context() {
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Context::parse(bad), None, "{bad}");
        }
        assert_eq!(Context::parse_xray("Root=2-5759e988-bd862e3fe1be46a994272793"), None);
        assert_eq!(Context::parse_xray("Self=1-5759e988-bd862e3fe1be46a994272793"), None);
    }

    proptest! {
        #[test]
        fn a_context_comes_back(trace in 1u128.., span in 1u64.., sampled: bool) {
            let context = Context { trace, span, sampled };
            prop_assert_eq!(Context::parse(&context.to_string()), Some(context));
            prop_assert_eq!(Context::parse_xray(&context.xray()), Some(context));
        }

        #[test]
        fn any_text_is_read_without_harm(text in ".{0,80}") {
            let _ = (Context::parse(&text), Context::parse_xray(&text));
        }
    }
}
