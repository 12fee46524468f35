//! What a call of the SDK that failed is as an error of ours.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use rookery_domain::Error;

/// What the stand-in says when its disk is full: it did nothing, and need not be asked.
const STORAGE_FULL: &str = "StorageFull";

/// A call that did not answer as it should: unknown, not failed (rule 8). One that can never succeed is our fault.
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
