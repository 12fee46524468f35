//! Agents that do something.

pub mod agent;
pub mod ai_agent_proxy;
pub mod answer_caller;
pub mod attribute_difference;
pub mod commander;
pub mod csv;
pub mod data_output;
pub mod delay;
pub mod digest;
pub mod email;
pub mod email_digest;
pub mod event_formatting;
pub mod http_request;
pub mod http_status;
pub mod json_parse;
pub mod key_value_store;
pub mod liquid_output;
pub mod list_change;
pub mod persistent_agent;
pub mod pushover;
pub mod record;
pub mod reply;
pub mod slack;
pub mod telegram;
pub mod twilio;
pub mod website;
