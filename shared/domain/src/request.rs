//! Requests to external agents: calls whose result comes later. Their states, and who may post the result.

use crate::PendingState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It is being sent: no acknowledgement was stored yet.
    Calling,
    /// It was acknowledged: its result is waited for.
    Outstanding,
    /// Its result is stored.
    Answered,
    /// Its deadline passed without a result.
    Expired,
    /// The call itself failed for good.
    Failed,
    /// A person cancelled it.
    Cancelled,
}

impl RequestState {
    /// Its name, as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            RequestState::Calling => "calling",
            RequestState::Outstanding => "outstanding",
            RequestState::Answered => "answered",
            RequestState::Expired => "expired",
            RequestState::Failed => "failed",
            RequestState::Cancelled => "cancelled",
        }
    }

    /// Of the state of its pending record, and whether it was acknowledged.
    pub fn of(pending: PendingState, is_acknowledged: bool) -> Self {
        match pending {
            PendingState::Open if is_acknowledged => RequestState::Outstanding,
            PendingState::Open => RequestState::Calling,
            PendingState::Answered => RequestState::Answered,
            PendingState::Expired => RequestState::Expired,
            PendingState::Failed => RequestState::Failed,
            PendingState::Cancelled => RequestState::Cancelled,
        }
    }
}

/// By what whoever posts a result proves that it is its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackAuth {
    /// The header `X-Callback-Token`, as it came with the request.
    #[default]
    CallbackToken,
    /// A signature by Standard Webhooks, with the secret in a credential of the project. The token will do, too.
    Signature,
    /// The request id alone, as in the bare protocol: whoever knows it may answer. The token will do, too.
    RequestId,
}

impl CallbackAuth {
    /// Its name, as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            CallbackAuth::CallbackToken => "callback_token",
            CallbackAuth::Signature => "signature",
            CallbackAuth::RequestId => "request_id",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        use CallbackAuth::{CallbackToken, RequestId, Signature};
        [CallbackToken, Signature, RequestId].into_iter().find(|auth| auth.as_str() == name)
    }
}
