//! The list of all agent types: a new type is one line here, one `mod` line in the `mod.rs` of its kind, and its file.

use crate::agent::Problems;
use crate::erased::{Agent, TypeInfo};
use crate::huginn::Mapping;
use crate::types::{actions::*, filters::*, triggers::*};
use serde_json::{Map, Value};
use std::sync::LazyLock;

static TYPES: LazyLock<Vec<TypeInfo>> = LazyLock::new(|| {
    vec![
        TypeInfo::of::<client::Client>(),
        TypeInfo::of::<segment::CompanySegment>(),
        TypeInfo::of::<email_received::EmailReceived>(),
        TypeInfo::of::<error_trigger::ErrorTrigger>(),
        TypeInfo::of::<list_entry::ListEntry>(),
        TypeInfo::of::<manual::Manual>(),
        TypeInfo::of::<segment::MentionSegment>(),
        TypeInfo::of::<segment::PersonSegment>(),
        TypeInfo::of::<segment::RecordSegment>(),
        TypeInfo::of::<rss::Rss>(),
        TypeInfo::of::<schedule::ScheduleTrigger>(),
        TypeInfo::of::<scheduler::Scheduler>(),
        TypeInfo::of::<served_agent::ServedAgent>(),
        TypeInfo::of::<watchdog::Watchdog>(),
        TypeInfo::of::<weather::Weather>(),
        TypeInfo::of::<webhook::Webhook>(),
        TypeInfo::of::<change_detector::ChangeDetector>(),
        TypeInfo::of::<condition::Condition>(),
        TypeInfo::of::<de_duplication::DeDuplication>(),
        TypeInfo::of::<gap_detector::GapDetector>(),
        TypeInfo::of::<merge::Merge>(),
        TypeInfo::of::<peak_detector::PeakDetector>(),
        TypeInfo::of::<rate_limit::RateLimit>(),
        TypeInfo::of::<split::Split>(),
        TypeInfo::of::<trigger::Trigger>(),
        TypeInfo::of::<agent::Stage>(),
        TypeInfo::of::<ai_agent_proxy::AiAgentProxy>(),
        TypeInfo::of::<answer_caller::AnswerCaller>(),
        TypeInfo::of::<approval::Approval>(),
        TypeInfo::of::<attribute_difference::AttributeDifference>(),
        TypeInfo::of::<commander::Commander>(),
        TypeInfo::of::<csv::Csv>(),
        TypeInfo::of::<data_output::DataOutput>(),
        TypeInfo::of::<delay::Delay>(),
        TypeInfo::of::<digest::Digest>(),
        TypeInfo::of::<email::Email>(),
        TypeInfo::of::<email_digest::EmailDigest>(),
        TypeInfo::of::<event_formatting::EventFormatting>(),
        TypeInfo::of::<http_request::HttpRequest>(),
        TypeInfo::of::<http_status::HttpStatus>(),
        TypeInfo::of::<javascript::JavaScript>(),
        TypeInfo::of::<json_parse::JsonParse>(),
        TypeInfo::of::<key_value_store::KeyValueStore>(),
        TypeInfo::of::<liquid_output::LiquidOutput>(),
        TypeInfo::of::<list_change::ListAdd>(),
        TypeInfo::of::<list_change::ListMove>(),
        TypeInfo::of::<list_change::ListRemove>(),
        TypeInfo::of::<persistent_agent::PersistentAgent>(),
        TypeInfo::of::<pushover::Pushover>(),
        TypeInfo::of::<record::WritesRecord>(),
        TypeInfo::of::<reply::Replies>(),
        TypeInfo::of::<s3::S3>(),
        TypeInfo::of::<slack::Slack>(),
        TypeInfo::of::<telegram::Telegram>(),
        TypeInfo::of::<twilio::Twilio>(),
        TypeInfo::of::<website::Website>(),
    ]
});

/// All agent types, triggers first.
pub fn all() -> &'static [TypeInfo] {
    &TYPES
}

/// The type with this name.
pub fn find(name: &str) -> Option<&'static TypeInfo> {
    TYPES.iter().find(|info| info.name == name)
}

/// The type that takes agents of this type of Huginn: the last part of its name, like `CsvAgent`.
pub(crate) fn of_huginn(name: &str) -> Option<(&'static TypeInfo, &'static Mapping)> {
    TYPES.iter().find_map(|info| Some((info, info.huginn.as_ref().filter(|mapping| mapping.name == name)?)))
}

/// Builds an agent from a cell's type and config, or gives all problems, each under its field.
pub fn build(agent_type: &str, config: &Map<String, Value>) -> Result<Box<dyn Agent>, Problems> {
    let Some(info) = find(agent_type) else {
        let known: Vec<&str> = TYPES.iter().map(|info| info.name).collect();
        let message = format!("There is no agent type `{agent_type}`. Use one of: {}.", known.join(", "));
        return Err(Problems { errors: vec![("agent_type".into(), message)], ..Problems::default() });
    };
    (info.build)(config).map_err(|mut problems| {
        problems.errors.iter_mut().for_each(|(field, _)| *field = in_config(field));
        problems
    })
}

/// The path of a field of the config, seen from its cell.
pub fn in_config(field: &str) -> String {
    format!("config.{field}").trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod configs;
#[cfg(test)]
mod meanings;
#[cfg(test)]
mod tests;
