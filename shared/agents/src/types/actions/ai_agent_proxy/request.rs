//! What `ai_agent_proxy` sends: the protocol's request, with windows of the conversation.

use super::AiAgentProxy;
use crate::outside::header_or;
use crate::{AgentError, Context};
use http::Method;
use rookery_domain::limits;
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How long the acknowledgement may take, in seconds.
const ACKNOWLEDGED_WITHIN: u64 = 30;
/// About how many characters a token has; models count differently.
const CHARS_OF_TOKEN: usize = 4;

/// The latest entries of a list: the last `messages` entries, or as many as fit into `tokens` (of about four characters).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Window {
    /// At most this many entries; 0 for none.
    Messages(usize),
    /// At most this many tokens.
    Tokens(usize),
}

impl Default for Window {
    fn default() -> Self {
        Window::Messages(20)
    }
}

impl Window {
    fn of(self, list: &[Value]) -> &[Value] {
        let kept = match self {
            Window::Messages(most) => most,
            Window::Tokens(most) => {
                let mut left = most * CHARS_OF_TOKEN;
                let fits = |entry: &&Value| {
                    let chars = entry.to_string().chars().count();
                    let fits = chars <= left;
                    left = left.saturating_sub(chars);
                    fits
                };
                list.iter().rev().take_while(fits).count()
            }
        };
        &list[list.len().saturating_sub(kept)..]
    }
}

impl AiAgentProxy {
    /// The request for a delivery; marks stand in place of credentials in its headers. The host adds the address for the result.
    pub(super) fn request(&self, cx: &Context<'_>) -> Result<Request, AgentError> {
        let mut request = self.headers.request(cx, Method::POST, &format!("{}/api/execute", self.endpoint))?;
        request.timeout = Some(std::time::Duration::from_secs(ACKNOWLEDGED_WITHIN));
        header_or(&mut request, "Content-Type", "application/json");
        let body = self.body(cx)?.to_string();
        if body.len() > limits::PAYLOAD_BYTES {
            let message = format!("The request would have {} bytes; send less by `data` and smaller windows.", body.len());
            return Err(AgentError::fail("request_too_large", message));
        }
        request.body = Some(body.into());
        Ok(request)
    }

    /// The body: the protocol's `ExecuteAIAgentProxyRequest`.
    pub(super) fn body(&self, cx: &Context<'_>) -> Result<Value, AgentError> {
        let scope = cx.scope();
        let name = self.agent_name.as_ref().map(|name| name.render(scope)).transpose()?;
        let mut config = json!({"agentName": name.unwrap_or_else(|| cx.cell.name.clone())});
        if let Some(message) = &self.system_message {
            config["systemMessage"] = message.render(scope)?.into();
        }
        let mut context = json!({"input": self.input.render(scope)?});
        match &self.memory_id {
            // The agent has its own memory of the conversation, so no history is sent.
            Some(memory) => context["memoryId"] = memory.render(scope)?.into(),
            None => {
                let list = |names: &[&str]| names.iter().find_map(|name| cx.payload().get(*name)?.as_array());
                let history = list(&["messages", "chatHistory"]).map_or(&[][..], Vec::as_slice);
                let steps = list(&["intermediateSteps"]).map_or(&[][..], Vec::as_slice);
                context["chatHistory"] = self.chat_history.of(history).into();
                context["intermediateSteps"] = self.intermediate_steps.of(steps).into();
            }
        }
        context["data"] = match &self.data {
            Some(data) => data.render(scope)?,
            None => cx.payload().clone(),
        };
        if let Some(auth) = &self.auth_context {
            context["authContext"] = auth.render(scope)?;
        }
        Ok(json!({"agentConfig": config, "agentContext": context, "workflowId": cx.workflow}))
    }
}
