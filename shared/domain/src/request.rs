//! Requests to external agents: calls whose result comes later. This file holds their states, and who may post the result.

use crate::PendingState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// The request is being sent: no acknowledgement is stored yet.
    Calling,
    /// The request was acknowledged, and its result has not come.
    Outstanding,
    /// The result is stored.
    Answered,
    /// The deadline passed without a result.
    Expired,
    /// The call itself failed for good.
    Failed,
    /// A person cancelled the request.
    Cancelled,
}

impl RequestState {
    /// The state's name, as it is stored and shown.
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

    /// Finds a state by its name.
    pub fn parse(name: &str) -> Option<Self> {
        use RequestState::{Answered, Calling, Cancelled, Expired, Failed, Outstanding};
        [Calling, Outstanding, Answered, Expired, Failed, Cancelled].into_iter().find(|state| state.as_str() == name)
    }

    /// The state that follows from the pending record's state, and from whether the request was acknowledged.
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

/// How whoever posts a result proves that it is the sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackAuth {
    /// The header `X-Callback-Token` holds the token that came with the request.
    #[default]
    CallbackToken,
    /// The body is signed by Standard Webhooks, with the secret in a credential of the project. The token is accepted, too.
    Signature,
    /// The request id is enough, as in the bare protocol: whoever knows it may answer. The token is accepted, too.
    RequestId,
}

impl CallbackAuth {
    /// The name of the way, as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            CallbackAuth::CallbackToken => "callback_token",
            CallbackAuth::Signature => "signature",
            CallbackAuth::RequestId => "request_id",
        }
    }

    /// Finds a way by its name.
    pub fn parse(name: &str) -> Option<Self> {
        use CallbackAuth::{CallbackToken, RequestId, Signature};
        [CallbackToken, Signature, RequestId].into_iter().find(|auth| auth.as_str() == name)
    }
}
