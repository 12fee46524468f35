//! The errors of the SQS API: the code, its name in the older query protocol (the Rust SDK tells its typed errors apart by this
//! name, in the header `x-amzn-query-error`), and the HTTP answer. Source: the error lists of the Amazon SQS API Reference.

use crate::disk::Fault;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::json;

/// What was refused, and the remedy; safe to show to the caller.
#[derive(Debug, Clone)]
pub(crate) struct Error {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, message: message.into() }
    }
}

impl From<&Fault> for Error {
    fn from(fault: &Fault) -> Error {
        let code = if *fault == Fault::Full { Code::StorageFull } else { Code::InternalFailure };
        Error::new(code, fault.to_string())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InternalFailure,
    InvalidAction,
    InvalidAttributeName,
    InvalidAttributeValue,
    InvalidBatchEntryId,
    InvalidMessageContents,
    InvalidParameterValue,
    MessageNotInflight,
    MissingParameter,
    QueueDoesNotExist,
    QueueNameExists,
    ReceiptHandleIsInvalid,
    ResourceNotFoundException,
    /// An error that AWS does not have, because its disks are never full.
    StorageFull,
    TooManyEntriesInBatchRequest,
    UnsupportedOperation,
}

impl Code {
    /// The name in the query protocol.
    pub(crate) fn query_name(self) -> &'static str {
        match self {
            Code::BatchEntryIdsNotDistinct => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            Code::BatchRequestTooLong => "AWS.SimpleQueueService.BatchRequestTooLong",
            Code::EmptyBatchRequest => "AWS.SimpleQueueService.EmptyBatchRequest",
            Code::InternalFailure => "InternalFailure",
            Code::InvalidAction => "InvalidAction",
            Code::InvalidAttributeName => "InvalidAttributeName",
            Code::InvalidAttributeValue => "InvalidAttributeValue",
            Code::InvalidBatchEntryId => "AWS.SimpleQueueService.InvalidBatchEntryId",
            Code::InvalidMessageContents => "InvalidMessageContents",
            Code::InvalidParameterValue => "InvalidParameterValue",
            Code::MessageNotInflight => "AWS.SimpleQueueService.MessageNotInflight",
            Code::MissingParameter => "MissingParameter",
            Code::QueueDoesNotExist => "AWS.SimpleQueueService.NonExistentQueue",
            Code::QueueNameExists => "QueueAlreadyExists",
            Code::ReceiptHandleIsInvalid => "ReceiptHandleIsInvalid",
            Code::ResourceNotFoundException => "ResourceNotFoundException",
            Code::StorageFull => "StorageFull",
            Code::TooManyEntriesInBatchRequest => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            Code::UnsupportedOperation => "AWS.SimpleQueueService.UnsupportedOperation",
        }
    }

    /// Whether the caller is at fault. Other requests may be tried again.
    pub(crate) fn sender_fault(self) -> bool {
        !matches!(self, Code::InternalFailure | Code::StorageFull)
    }
}

impl Error {
    /// The HTTP answer for the error.
    pub(crate) fn response(&self) -> Response<String> {
        let (status, fault) = match self.code {
            Code::InternalFailure => (StatusCode::INTERNAL_SERVER_ERROR, "Receiver"),
            Code::StorageFull => (StatusCode::INSUFFICIENT_STORAGE, "Receiver"),
            _ => (StatusCode::BAD_REQUEST, "Sender"),
        };
        let body = json!({"__type": format!("com.amazonaws.sqs#{:?}", self.code), "message": self.message});
        let mut response = Response::new(body.to_string());
        *response.status_mut() = status;
        // Without this header, the SDK does not know its typed errors.
        if let Ok(name) = HeaderValue::try_from(format!("{};{fault}", self.code.query_name())) {
            response.headers_mut().insert("x-amzn-query-error", name);
        }
        response
    }
}
