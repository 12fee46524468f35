//! The engine that runs scripts: a runtime of its own for each run, which is bounded in time, memory and depth. Only JSON goes in and comes
//! out. Nothing of agents lives here.

use super::allocator::Timed;
use crate::processor_time;
use rookery_domain::limits;
use rquickjs::context::EvalOptions;
use rquickjs::context::intrinsic::{Date, Eval, Json, MapSet, Promise, RegExp, RegExpCompiler};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Exception, Function, Runtime, Value as JsValue};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// What the engine may hold at a time.
const MEMORY_BYTES: usize = 8 * 1024 * 1024;
/// How deep calls may nest. The threads that run agents have eight times as much.
const STACK_BYTES: usize = 256 * 1024;
/// The most time for which a processor works on a run.
const TIME: Duration = Duration::from_secs(1);
/// The most lines of log of a run; one more says how many were left out.
const LINES: usize = 100;
/// The longest line, in characters.
const LINE_CHARS: usize = 1_000;
/// The longest message of an error, in characters.
const MESSAGE_CHARS: usize = 500;
/// What the engine calls the script, in its stacks.
const NAME: &str = "code";
/// What a compilation throws, so that nothing of the script runs.
const COMPILED: &str = "throw 0;";
const PRELUDE: &str = include_str!("prelude.js");

/// The part of the language that scripts have. What could work for long without a look at the time is left out, as are typed arrays and proxies.
type Language = (Date, Eval, RegExpCompiler, RegExp, Json, MapSet, Promise);

/// What a run is about.
pub(super) struct Run<'a> {
    /// The function of `Agent` that is called.
    pub(super) function: &'static str,
    /// The script stands in a credential: if it turns out to be none, it may be a secret, of which nothing is told.
    pub(super) is_hidden: bool,
    /// What `incomingEvents` gives.
    pub(super) events: Value,
    pub(super) memory: &'a Value,
    pub(super) options: Value,
    /// What the stores hold that control the agent.
    pub(super) stores: Map<String, Value>,
}

/// What a run came to.
#[derive(Debug, Deserialize)]
pub(super) struct Done {
    pub(super) events: Vec<Value>,
    pub(super) logs: Vec<String>,
    /// The memory, if the script has changed it.
    pub(super) memory: Option<Value>,
}

/// Why a script did not do its work.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failed {
    #[error("It takes more than {} second of a processor's time: do less with each event.", TIME.as_secs())]
    TooLong,
    #[error("It needs more than {} MB of memory: hold less at a time.", MEMORY_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("{}{message}", .line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Threw { line: Option<u32>, message: String },
    #[error(
        "It waits for a promise. Nothing that comes later is waited for here: write the script without `async` and promises."
    )]
    Waits,
}

impl Failed {
    fn threw(message: impl Into<String>) -> Self {
        Failed::Threw { line: None, message: message.into() }
    }

    /// The same without anything of the script.
    fn without_words(self) -> Self {
        match self {
            Failed::Threw { line, .. } => {
                let message =
                    "The credential holds no script in JavaScript that defines `Agent.check` or `Agent.receive`.".to_owned();
                Failed::Threw { line, message }
            }
            other => other,
        }
    }

    /// The code for programs.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Failed::TooLong => "script_too_long",
            Failed::TooLarge => "script_too_large",
            Failed::Threw { .. } | Failed::Waits => "script_failed",
        }
    }
}

/// Compiles a script, of which nothing runs.
pub(super) fn compile(code: &str) -> Result<(), Failed> {
    Engine::new()?.within(|ctx, engine| match ctx.eval_with_options::<(), _>(format!("{COMPILED}{code}"), script()).catch(ctx) {
        Err(CaughtError::Value(zero)) if zero.as_int() == Some(0) => Ok(()),
        other => engine.judge(other),
    })
}

/// Runs a script, and then the function of its agent.
pub(super) fn run(code: &str, run: Run<'_>) -> Result<Done, Failed> {
    let input = json!({
        "events": run.events, "memory": run.memory, "options": run.options, "kvs": run.stores,
        "most_events": limits::CHILDREN, "most_lines": LINES, "most_chars": LINE_CHARS,
    });
    let engine = Engine::new()?;
    let written: String = engine.within(|ctx, engine| {
        let prelude: Function<'_> = engine.judge(ctx.eval(PRELUDE).catch(ctx))?;
        let input = engine.judge(ctx.json_parse(input.to_string()).catch(ctx))?;
        let finish: Function<'_> = engine.judge(prelude.call((input,)).catch(ctx))?;
        let loaded = engine.judge(ctx.eval_with_options::<JsValue<'_>, _>(code, script()).catch(ctx));
        loaded.map_err(|failed| if run.is_hidden { failed.without_words() } else { failed })?;
        engine.judge(finish.call((run.function,)).catch(ctx))
    })?;
    if engine.runtime.is_job_pending() {
        return Err(Failed::Waits);
    }
    serde_json::from_str(&written).map_err(|error| Failed::threw(format!("What it gives cannot be read: {error}.")))
}

fn script() -> EvalOptions {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(NAME.to_owned());
    options
}

/// A runtime with nothing but the language.
struct Engine {
    context: Context,
    runtime: Runtime,
    is_over: Rc<Cell<bool>>,
}

impl Engine {
    fn new() -> Result<Engine, Failed> {
        let (is_over, over_at) = (Rc::new(Cell::new(false)), processor_time() + TIME);
        let look = |seen: Rc<Cell<bool>>| {
            move || {
                seen.set(seen.get() || processor_time() > over_at);
                seen.get()
            }
        };
        let runtime = Runtime::new_with_alloc(Timed::new(look(is_over.clone()))).map_err(|_| Failed::TooLarge)?;
        runtime.set_max_stack_size(STACK_BYTES);
        let context = Context::custom::<Language>(&runtime).map_err(|_| Failed::TooLarge)?;
        runtime.set_memory_limit(MEMORY_BYTES);
        runtime.set_interrupt_handler(Some(Box::new(look(is_over.clone()))));
        Ok(Engine { context, runtime, is_over })
    }

    fn within<T>(&self, work: impl FnOnce(&Ctx<'_>, &Engine) -> Result<T, Failed>) -> Result<T, Failed> {
        self.context.with(|ctx| work(&ctx, self))
    }

    /// What came of a step of the engine, with its error as people read it.
    fn judge<T>(&self, result: Result<T, CaughtError<'_>>) -> Result<T, Failed> {
        let error = match result {
            Ok(done) => return Ok(done),
            Err(_) if self.is_over.get() => return Err(Failed::TooLong),
            Err(error) => error,
        };
        let failed = match error {
            CaughtError::Exception(exception) => thrown(&exception),
            // The engine throws null where it has no memory for an error.
            CaughtError::Value(value) if value.is_null() => Failed::TooLarge,
            CaughtError::Value(value) => match value.as_string().and_then(|text| text.to_string().ok()) {
                Some(text) => Failed::threw(cut(&text)),
                None => Failed::threw("It threw a value that is no error."),
            },
            CaughtError::Error(error) => Failed::threw(cut(&error.to_string())),
        };
        // To read an error also runs what the script made of it.
        if self.is_over.get() { Err(Failed::TooLong) } else { Err(failed) }
    }
}

/// An error of the script, with the line in which it was thrown.
fn thrown(exception: &Exception<'_>) -> Failed {
    let message = exception.message().unwrap_or_default();
    if message == "out of memory" {
        return Failed::TooLarge;
    }
    let stack = exception.stack().unwrap_or_default();
    let at = stack.split(&format!("{NAME}:")).nth(1).unwrap_or_default();
    let line = at.split(|c: char| !c.is_ascii_digit()).next().and_then(|line| line.parse().ok());
    let name: Option<String> = exception.as_object().get("name").ok();
    let message = match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("{name}: {message}"),
        None => message,
    };
    Failed::Threw { line, message: cut(&message) }
}

fn cut(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}
