//! What the error of a library below means: which of our errors it is. Nothing is decided here about what follows from it.

use crate::EgressError;
use crate::client::MAX_HEAD;
use std::error::Error;

/// How far a call had come when it failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Connecting,
    Connected,
}

/// Finds what a library's error means, by the first cause in its chain that tells.
pub(crate) fn classify(error: &(dyn Error + 'static), host: &str, phase: Phase) -> EgressError {
    let host = host.to_owned();
    let mut reason = error.to_string();
    let mut cause = Some(error);
    while let Some(error) = cause {
        reason = error.to_string();
        if let Some(ours) = error.downcast_ref::<EgressError>() {
            return ours.clone();
        }
        if phase == Phase::Connecting && error.is::<rustls::Error>() {
            return EgressError::TlsFailed { host, reason };
        }
        match error.downcast_ref::<hyper::Error>() {
            Some(error) if error.is_parse_too_large() => return EgressError::HeadersTooLarge(MAX_HEAD),
            Some(error) if error.is_parse() => return EgressError::InvalidResponse { host },
            _ => {}
        }
        // An `io::Error` hides the error that it wraps from `source`.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        cause = wrapped.map(|error| error as &(dyn Error + 'static)).or_else(|| error.source());
    }
    match phase {
        Phase::Connecting => EgressError::ConnectFailed { host, reason },
        Phase::Connected => EgressError::ConnectionLost { host, reason },
    }
}
