//! The bridge from typed agent types to one dynamic agent, and what the catalogue shows of a type.

#[cfg(feature = "schemas")]
use crate::Example;
use crate::agent::{Address, AgentType, Kind, MemoryUse, Problems};
use crate::huginn::{Mapping, options_of};
use crate::lenient::Lenient;
use crate::meaning::ScheduleText;
use crate::schedule::Schedule;
use crate::{Accepted, AgentError, Answer, Context, Effects, Expected, Facts, FeedRequest, HookRequest};
use async_trait::async_trait;
use rookery_domain::{Error, Strict, in_plain_words, limits};
use schemars::JsonSchema;
#[cfg(feature = "schemas")]
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A built agent of any type: [`AgentType`] without its options. Its documentation says what each method does.
#[async_trait]
#[allow(missing_docs)]
pub trait Agent: Send + Sync {
    fn facts(&self) -> &Facts;
    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError>;
    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError>;
    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError>;
    async fn timer(&self, cx: &Context<'_>) -> Result<Effects, AgentError>;
    fn hook(&self, request: &HookRequest, secret: Option<&str>) -> Result<Accepted, Error>;
    fn feed(&self, request: &FeedRequest<'_>) -> Result<Answer, Error>;
}

/// Options that every agent has, beside those of its type.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Common {
    /// How long the agent's events are kept, in seconds; 30 days unless said otherwise.
    #[serde(default = "default_keep")]
    #[schemars(extend("x-rookery" = "seconds"))]
    keep_events_for: i64,
    /// In how many days the agent emits at least one event, if all is well: up to 31, and parts of days like 0.5. An agent that emits none for
    /// longer, or whose last error came after its last event, is shown as not working; a `watchdog` tells of it.
    expected_update_period_in_days: Option<f64>,
    /// In how many days the agent receives at least one event, if all is well: up to 31, and parts of days like 0.5.
    expected_receive_period_in_days: Option<f64>,
}

/// The names of the options that every agent has.
const COMMON: [&str; 3] = ["keep_events_for", "expected_update_period_in_days", "expected_receive_period_in_days"];
/// The longest time in which an agent is expected to do something, in days: so far back is looked.
pub(crate) const EXPECTED_DAYS: f64 = 31.0;

/// The option of the agents that can be checked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Checked {
    /// When the agent is checked: a name like `every_1h`, `every_5m`, `every_7d`, `midnight`, `1am`, `9pm`, `never`, `@hourly`,
    /// `@daily`, `@weekly`, `@monthly`, `@yearly`, or a cron expression of five or six fields, which may be led by a time zone as
    /// in `TZ=Europe/Berlin 0 9 * * 1-5`.
    #[serde(default)]
    schedule: Option<ScheduleText>,
}

fn default_keep() -> i64 {
    limits::KEEP_EVENTS_SECONDS
}

struct Built<T> {
    agent: T,
    facts: Facts,
}

#[async_trait]
impl<T: AgentType> Agent for Built<T> {
    fn facts(&self) -> &Facts {
        &self.facts
    }
    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        self.agent.memory(cx)
    }
    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.agent.receive(cx).await
    }
    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.agent.check(cx).await
    }
    async fn timer(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.agent.timer(cx).await
    }
    fn hook(&self, request: &HookRequest, secret: Option<&str>) -> Result<Accepted, Error> {
        self.agent.hook(request, secret)
    }
    fn feed(&self, request: &FeedRequest<'_>) -> Result<Answer, Error> {
        self.agent.feed(request)
    }
}

/// Reads a config into an agent, or gives all that is wrong with it.
pub type Build = fn(&Map<String, Value>) -> Result<Box<dyn Agent>, Problems>;

/// An agent type, as the catalogue shows it.
pub struct TypeInfo {
    /// The type's name in a cell's `agent_type`.
    pub name: &'static str,
    /// What the agent is on the canvas.
    pub kind: Kind,
    /// The type's name for people.
    pub title: &'static str,
    /// The groups of the agent's events, `on_error` last.
    pub groups: Vec<String>,
    /// The groups of the agent's events, without `on_error`; the first is that of an event that all went well for.
    pub own_groups: &'static [&'static str],
    /// Whether the agent can be checked.
    pub checks: bool,
    /// Whether the agent controls others.
    pub controls: bool,
    /// Whether the type is given a schedule, which is none of its own options.
    pub has_schedule: bool,
    /// How the type takes such an agent of Huginn.
    pub huginn: Option<Mapping>,
    /// The names of the type's own options, where they are known.
    pub options: Option<&'static [&'static str]>,
    /// The kind of public address that the agent has.
    pub address: Option<Address>,
    /// The JSON Schema (2020-12) of its config. Its `description` is the type's documentation.
    #[cfg(feature = "schemas")]
    pub schema: fn() -> Value,
    /// Examples, each of which is run as a test.
    #[cfg(feature = "schemas")]
    pub examples: fn() -> Vec<Example>,
    /// Reads a config into an agent, or gives all that is wrong with it.
    pub build: Build,
}

impl TypeInfo {
    /// Describes a type.
    pub fn of<T: AgentType>() -> Self {
        TypeInfo {
            name: T::NAME,
            kind: T::KIND,
            title: T::TITLE,
            groups: T::GROUPS.iter().copied().chain(["on_error"]).map(str::to_owned).collect(),
            own_groups: T::GROUPS,
            checks: T::CHECKS,
            controls: T::CONTROLS,
            has_schedule: T::CHECKS && !T::OWN_SCHEDULE,
            huginn: T::HUGINN.map(|mapping| Mapping { schedule: mapping.schedule.or(T::DEFAULT_SCHEDULE), ..mapping }),
            options: options_of::<T::Options>(),
            address: T::ADDRESS,
            #[cfg(feature = "schemas")]
            schema: schema::<T>,
            #[cfg(feature = "schemas")]
            examples: T::examples,
            build: build::<T>,
        }
    }

    /// The defaults that the schema gives to options that are left out.
    #[cfg(feature = "schemas")]
    pub fn defaults(&self) -> Value {
        let schema = (self.schema)();
        let properties = schema["properties"].as_object().into_iter().flatten();
        Value::Object(properties.filter_map(|(name, field)| Some((name.clone(), field.get("default")?.clone()))).collect())
    }
}

fn build<T: AgentType>(config: &Map<String, Value>) -> Result<Box<dyn Agent>, Problems> {
    let mut config = Config::read(config, T::CHECKS && !T::OWN_SCHEDULE, T::DEFAULT_SCHEDULE);
    let agent = read(&config.own, &mut config.problems).and_then(|options| T::new(options, &mut config.problems));
    config.check();
    match agent {
        Some(agent) if config.problems.errors.is_empty() => {
            let facts = config.complete(agent.facts());
            Ok(Box::new(Built { agent, facts }))
        }
        _ => Err(config.problems),
    }
}

/// A config that is being read. All that needs no type is done here: so it is compiled once, not for each type.
struct Config {
    /// The options of the type.
    own: Value,
    common: Option<Common>,
    checked: Option<Checked>,
    default_schedule: Option<&'static str>,
    schedule: Option<Schedule>,
    problems: Problems,
}

impl Config {
    fn read(config: &Map<String, Value>, has_schedule: bool, default_schedule: Option<&'static str>) -> Self {
        let (mut own, mut problems) = (config.clone(), Problems::default());
        let common = read(&take_keys(&mut own, &COMMON), &mut problems);
        let checked = if has_schedule { read(&take_keys(&mut own, &["schedule"]), &mut problems) } else { None };
        Config { own: Value::Object(own), common, checked, default_schedule, schedule: None, problems }
    }

    /// Looks at the options that every agent has.
    fn check(&mut self) {
        let given = self.checked.as_ref().and_then(|checked| checked.schedule.as_ref()).map(|schedule| schedule.0.as_str());
        if let Some(text) = given.or(self.default_schedule) {
            self.schedule = self.problems.take("schedule", Schedule::parse(text));
        }
        let kept = self.common.as_ref().map_or(limits::KEEP_EVENTS_SECONDS, |common| common.keep_events_for);
        if !(60..=limits::KEEP_EVENTS_SECONDS * 13).contains(&kept) {
            self.problems.add("keep_events_for", "Give 60 seconds to 390 days, in seconds.");
        }
        let Expected { update_days, receive_days } = self.expected();
        for (field, days) in [("expected_update_period_in_days", update_days), ("expected_receive_period_in_days", receive_days)]
        {
            if days.is_some_and(|days| !(days > 0.0 && days <= EXPECTED_DAYS)) {
                self.problems.add(field, "Give more than 0 and at most 31 days.");
            }
        }
    }

    fn expected(&self) -> Expected {
        let common = self.common.as_ref();
        Expected {
            update_days: common.and_then(|common| common.expected_update_period_in_days),
            receive_days: common.and_then(|common| common.expected_receive_period_in_days),
        }
    }

    /// The facts of an agent that was built from its own options.
    fn complete(mut self, own: Facts) -> Facts {
        let expected = self.expected();
        let schedule = own.schedule.or(self.schedule).filter(|schedule| !schedule.is_never());
        if let Some(step) = schedule.as_ref().and_then(Schedule::too_long_step) {
            self.problems.add_at_save("schedule", step.to_string());
        }
        let kept = self.common.map_or(limits::KEEP_EVENTS_SECONDS, |common| common.keep_events_for);
        Facts {
            expected,
            schedule,
            at_save: self.problems.at_save,
            warnings: self.problems.warnings,
            keep_events_ms: kept * 1000,
            retries: own.retries.min(limits::RETRY_MS.len() as u32),
            ..own
        }
    }
}

fn take_keys(from: &mut Map<String, Value>, keys: &[&str]) -> Value {
    Value::Object(keys.iter().filter_map(|key| from.remove(*key).map(|value| ((*key).to_owned(), value))).collect())
}

fn read<O: serde::de::DeserializeOwned>(config: &Value, problems: &mut Problems) -> Option<O> {
    match serde_path_to_error::deserialize(Strict::new(Lenient(config))) {
        Ok(options) => Some(options),
        Err(error) => {
            let (field, message) = named(&error);
            // Earlier versions took a list for an object.
            let before = || serde_path_to_error::deserialize(Strict::with_lists(Lenient(config))).ok();
            problems.take_or_as_before(&field, Err(message), before)
        }
    }
}

/// The field that is wrong, and what is wrong with it.
fn named(error: &serde_path_to_error::Error<serde_json::Error>) -> (String, String) {
    let (path, message) = (error.path().to_string(), in_plain_words(&error.inner().to_string()));
    let field = if path == "." { field_in(&message) } else { path };
    (field, message)
}

/// The field that serde's message names: a missing or unknown field is in backticks, and not in the path.
fn field_in(message: &str) -> String {
    message.split('`').nth(1).unwrap_or_default().to_owned()
}

#[cfg(feature = "schemas")]
fn options_schema<O: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    settings.into_generator().into_root_schema_for::<O>().to_value()
}

#[cfg(feature = "schemas")]
fn schema<T: AgentType>() -> Value {
    let mut schema = options_schema::<T::Options>();
    let mut common = vec![options_schema::<Common>()];
    if T::CHECKS && !T::OWN_SCHEDULE {
        common.push(options_schema::<Checked>());
    }
    for more in common {
        for (name, field) in more["properties"].as_object().into_iter().flatten() {
            schema["properties"][name] = field.clone();
        }
    }
    if let Some(default) = T::DEFAULT_SCHEDULE {
        schema["properties"]["schedule"]["default"] = default.into();
    }
    if let Some(object) = schema.as_object_mut() {
        object.remove("title");
        object.insert("additionalProperties".into(), false.into());
    }
    schema
}
