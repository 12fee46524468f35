//! How a failed call of the SDK becomes an error of ours.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use rookery_domain::Error;

/// The code with which the stand-in says that its disk is full: nothing was done, so there is nothing to read and compare.
const STORAGE_FULL: &str = "StorageFull";

/// The error for a call that failed. What the call did is unknown (rule 8), unless it can never succeed: that is our fault.
pub(crate) fn unavailable<E>(error: SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if error.code() == Some(STORAGE_FULL) {
        return Error::storage_full();
    }
    let hopeless = matches!(error.code(), Some("ValidationException" | "AccessDeniedException" | "ResourceNotFoundException"));
    let text = aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string();
    if hopeless { Error::internal(text) } else { Error::unavailable(text) }
}

/// The same error for another caller of a request that failed.
pub(crate) fn again(error: &Error) -> Error {
    Error::new(error.kind, error.code, &error.message, &error.details).caused_by(error.to_string())
}
