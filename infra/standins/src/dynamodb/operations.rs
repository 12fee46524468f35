//! The operations of DynamoDB: each one's JSON is read, dynoxide runs it, and its outcome is written as JSON. There is no I/O of
//! our own here.

use crate::disk::Fault;
use axum::http::{Response, StatusCode};
use dynoxide::{Database, DynoxideError};

/// Whether an operation changes nothing.
pub(super) fn is_read(operation: &str) -> bool {
    ["Get", "BatchGet", "TransactGet", "Query", "Scan", "Describe", "List"].iter().any(|verb| operation.starts_with(verb))
}

/// Runs an operation to its end on this thread.
pub(super) fn run(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    let result = dispatch(database, operation, body);
    if let Err(error) = &result {
        tracing::debug!(operation, %error, "refused");
    }
    result
}

/// The HTTP answer for a result.
pub(super) fn answer(result: Result<String, DynoxideError>) -> Response<String> {
    match result {
        Ok(json) => response(StatusCode::OK, json),
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response(status, error.to_json())
        }
    }
}

/// The answer while nothing can be stored: the request was not done.
pub(super) fn faulty(fault: &Fault) -> Response<String> {
    match fault {
        Fault::Full => {
            let body =
                serde_json::json!({"__type": "com.amazonaws.dynamodb.v20120810#StorageFull", "message": fault.to_string()});
            response(StatusCode::INSUFFICIENT_STORAGE, body.to_string())
        }
        Fault::Failed(_) => answer(Err(DynoxideError::InternalServerError(fault.to_string()))),
    }
}

/// The answer while the stand-in ends.
pub(super) fn closing() -> Response<String> {
    answer(Err(DynoxideError::InternalServerError("closing: try again after the restart".to_owned())))
}

fn response(status: StatusCode, json: String) -> Response<String> {
    let mut response = Response::new(json);
    *response.status_mut() = status;
    response
}

macro_rules! operations {
    ($($name:literal => $method:ident,)*) => {
        fn dispatch(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
            match operation {
                $($name => {
                    // The SDK sends the right types; whatever dynoxide then refuses, it explains itself.
                    let request = serde_json::from_slice(body).map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
                    let answer = database.$method(request)?;
                    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
                })*
                _ => Err(DynoxideError::ValidationException(format!("The operation {operation:?} is not one of this stand-in's."))),
            }
        }
    };
}

operations! {
    "BatchGetItem" => batch_get_item,
    "BatchWriteItem" => batch_write_item,
    "CreateTable" => create_table,
    "DeleteItem" => delete_item,
    "DeleteTable" => delete_table,
    "DescribeTable" => describe_table,
    "DescribeTimeToLive" => describe_time_to_live,
    "GetItem" => get_item,
    "ListTables" => list_tables,
    "PutItem" => put_item,
    "Query" => query,
    "Scan" => scan,
    "TransactGetItems" => transact_get_items,
    "TransactWriteItems" => transact_write_items,
    "UpdateItem" => update_item,
    "UpdateTimeToLive" => update_time_to_live,
}
