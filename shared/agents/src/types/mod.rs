//! One file for each agent type.

pub mod ai_agent_proxy;
pub mod answer_caller;
pub mod change_detector;
pub mod condition;
pub mod data_output;
pub mod delay;
pub mod event_formatting;
pub mod http_request;
pub mod manual;
pub mod merge;
pub mod schedule;
pub mod served_agent;
pub mod split;
pub mod webhook;
