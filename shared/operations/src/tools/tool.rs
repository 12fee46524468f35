//! What a tool is: a Rust function from arguments to a text. Its arguments' type gives the schema that the model is told, and by which the
//! arguments are judged before the function runs.

use futures::FutureExt;
use futures::future::BoxFuture;
use jsonschema::{Draft, Validator};
use rookery_domain::{Args, Error, Kind, SessionAt, limits};
use rookery_egress::Egress;
use rookery_models::ToolSpec;
use rookery_sessions::ask::CellAsk;
use rookery_sessions::definition::Headers;
use rookery_sessions::ports::Workflows;
use rookery_store::Store;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::any::TypeId;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

/// Largest schema, in bytes of JSON text.
const SCHEMA_BYTES: usize = 64 * 1024;
/// How many faults of arguments a model is told at once.
const FAULTS: usize = 5;

/// What a tool may need besides its arguments.
#[derive(Clone)]
pub struct ToolContext {
    pub(crate) store: Store,
    pub(crate) egress: Egress,
    pub(crate) session: SessionAt,
    /// The hosts that the definition lists.
    pub(crate) hosts: Vec<String>,
    /// The headers that it adds to calls.
    pub(crate) headers: Arc<Headers>,
    /// The last entry of the log.
    pub(crate) after: u64,
    pub(crate) key: String,
    /// The delivery of a workflow that waits for the operation, and the workflows of this process.
    pub(crate) asked_by: Option<(CellAsk, Arc<dyn Workflows>)>,
}

impl ToolContext {
    /// The name of this call: whoever makes the call again has the same, so it serves as an idempotency key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The session.
    pub fn session(&self) -> &SessionAt {
        &self.session
    }
}

/// Why a tool has no result.
#[derive(Debug)]
pub enum ToolFailure {
    /// The model is told so, and goes on.
    Told(String),
    /// The call is left, and made again later: the store cannot be reached, for example.
    Left(Error),
    /// The call is left, since somebody else has written to the session's log.
    Overtaken,
}

impl From<Error> for ToolFailure {
    fn from(error: Error) -> Self {
        match error.kind {
            Kind::Unavailable | Kind::StorageFull | Kind::Internal => ToolFailure::Left(error),
            _ => ToolFailure::Told(format!("{} {}", error.message, error.details)),
        }
    }
}

impl From<String> for ToolFailure {
    fn from(text: String) -> Self {
        ToolFailure::Told(text)
    }
}

type Run = dyn Fn(Value, ToolContext) -> BoxFuture<'static, Result<String, ToolFailure>> + Send + Sync;
type Repeats = dyn Fn(&Value) -> bool + Send + Sync;

/// What the arguments of a tool are judged by.
struct Schema {
    parameters: Value,
    /// Or why there is none.
    validator: Result<Validator, String>,
}

/// A tool.
pub struct Tool {
    spec: ToolSpec,
    schema: Arc<Schema>,
    repeats: Box<Repeats>,
    run: Arc<Run>,
}

/// Makes a tool of a function. The fields of `A` have the documentation that the model is told. Unless said otherwise by
/// [`Tool::repeatable`], a call is made once: when whoever made it dies, the model is told that nobody knows whether it was done.
pub fn define_tool<A, F, Fut>(name: &str, description: &str, run: F) -> Tool
where
    A: DeserializeOwned + JsonSchema + 'static,
    F: Fn(A, ToolContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, ToolFailure>> + Send + 'static,
{
    let schema = schema_of::<A>();
    let (name, description, parameters) = (name.to_owned(), description.to_owned(), schema.parameters.clone());
    let spec = ToolSpec { name, description, parameters };
    let run = move |args: Value, context| match serde_json::from_value(args) {
        Ok(args) => run(args, context).boxed(),
        Err(error) => futures::future::ready(Err(ToolFailure::Told(format!("The arguments are refused: {error}.")))).boxed(),
    };
    Tool { spec, schema, repeats: Box::new(|_| false), run: Arc::new(run) }
}

impl Tool {
    /// The same tool, whose calls may be made again when whoever made them dies.
    #[must_use]
    pub fn repeatable(self) -> Self {
        self.repeatable_if::<Value>(|_| true)
    }

    /// The same tool, whose calls with such arguments may be made again.
    #[must_use]
    pub fn repeatable_if<A: DeserializeOwned>(mut self, repeats: impl Fn(&A) -> bool + Send + Sync + 'static) -> Self {
        self.repeats = Box::new(move |args| serde_json::from_value(args.clone()).is_ok_and(|args| repeats(&args)));
        self
    }

    /// What a model is told of the tool.
    pub fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    /// Why the tool cannot be used, if so.
    pub(super) fn judge(&self) -> Result<(), String> {
        let name = &self.spec.name;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_name) {
            return Err("its name has 1 to 64 letters, digits, `_` and `-`".to_owned());
        }
        self.schema.validator.as_ref().map(drop).map_err(|error| format!("its schema {error}"))
    }

    /// Reads the arguments of a call. The error tells the model what is wrong with them.
    pub(super) fn read(&self, args: &Args) -> Result<Value, String> {
        let value = match args {
            Args::Json(payload) => payload.value().clone(),
            Args::Malformed(_) => {
                return Err(
                    "The arguments are not valid JSON, or are too large. Write an object that fits the tool's schema.".to_owned()
                );
            }
        };
        let schema = self.schema.validator.as_ref().map_err(|error| format!("The tool's schema {error}"))?;
        let told = |fault: jsonschema::ValidationError<'_>| {
            let place = fault.instance_path().to_string();
            let fault: String = fault.masked_with("it").to_string().chars().take(300).collect();
            if place.is_empty() { fault } else { format!("{place}: {fault}") }
        };
        let faults: Vec<String> = schema.iter_errors(&value).take(FAULTS).map(told).collect();
        match faults.as_slice() {
            [] => Ok(value),
            faults => Err(format!("The arguments do not fit the tool's schema. {}", faults.join("; "))),
        }
    }

    /// Whether a call may be made again.
    pub(super) fn repeats(&self, args: &Value) -> bool {
        (self.repeats)(args)
    }

    /// Runs the tool. A panic is a failure of this call only.
    pub(super) async fn run(&self, args: Value, context: ToolContext) -> Result<String, ToolFailure> {
        let ran = AssertUnwindSafe(async { (self.run)(args, context).await }).catch_unwind().await;
        ran.unwrap_or_else(|_| {
            tracing::error!(tool = self.spec.name, "a tool panicked");
            Err(ToolFailure::Told("The tool crashed. It is not known how much of it was done.".to_owned()))
        })
    }
}

/// The schema of a type. It is made once in a process: agents in Rust define their tools before each step.
fn schema_of<A: JsonSchema + 'static>() -> Arc<Schema> {
    static MADE: Mutex<BTreeMap<TypeId, Arc<Schema>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(TypeId::of::<A>()).or_insert_with(|| Arc::new(Schema::of(parameters::<A>()))).clone()
}

impl Schema {
    fn of(parameters: Value) -> Self {
        let validator = match parameters.to_string().len() {
            0..=SCHEMA_BYTES => jsonschema::options()
                .with_draft(Draft::Draft202012)
                .build(&parameters)
                .map_err(|error| format!("is none: {error}")),
            _ => Err(format!("has over {SCHEMA_BYTES} bytes")),
        };
        Schema { parameters, validator }
    }
}

/// The JSON Schema (2020-12) of arguments: an object, without references.
fn parameters<A: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    (settings.meta_schema, settings.inline_subschemas) = (None, true);
    let mut schema = settings.into_generator().into_root_schema_for::<A>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("title");
        // A tool without arguments has an object all the same.
        schema.entry("type").or_insert_with(|| "object".into());
        schema.entry("properties").or_insert_with(|| Map::new().into());
    }
    schema
}

/// A result as a model is told it: what is too long is cut.
pub(super) fn shortened(mut text: String) -> String {
    let bytes = text.len();
    if bytes > limits::TOOL_RESULT_BYTES {
        let cut = format!("\n[This is cut. It has {bytes} bytes in all.]");
        text.truncate(text.floor_char_boundary(limits::TOOL_RESULT_BYTES - cut.len()));
        text += &cut;
    }
    text
}
