//! Our own tags, and the wrappers around the library's tags while they are parsed.

use super::bounds::{self, Capped, MAX_DEPTH, MAX_VALUE, State, exceed};
use super::{Limit, scope};
use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KString, Value, ValueView};
use liquid_core::parser::{
    BlockReflection, Language, ParseBlock, ParseTag, TagBlock, TagReflection, TagTokenIter, TryMatchToken,
};
use liquid_core::{Error, Renderable, Result, Runtime, Template};
use std::cell::{Cell, RefCell};
use std::io::Write;

thread_local! {
    // The library's parser passes no state to tags, so the state is here. Parsing never leaves its thread.
    static CREDENTIALS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static CAPTURES: Cell<usize> = const { Cell::new(0) };
    static IS_CAPTURED: Cell<bool> = const { Cell::new(false) };
}

/// Forgets earlier credentials, before a source is parsed.
pub(super) fn begin() {
    CREDENTIALS.take();
    DEPTH.set(0);
    CAPTURES.set(0);
    IS_CAPTURED.set(false);
}

/// The credentials of the source that was parsed last, each once.
pub(super) fn found() -> Vec<String> {
    CREDENTIALS.take()
}

/// Whether a credential of that source stands inside a `capture`.
pub(super) fn is_captured() -> bool {
    IS_CAPTURED.get()
}

pub(super) fn register(language: &mut Language, tag: impl ParseTag + 'static) {
    language.tags.register(tag.reflection().tag().to_owned(), Box::new(tag));
}

pub(super) fn register_block(language: &mut Language, block: impl Into<Box<dyn ParseBlock>>) {
    let block = Nested(block.into());
    language.blocks.register(block.reflection().start_tag().to_owned(), Box::new(block));
}

/// A block that counts how deep it is nested, since parsing and rendering recurse.
#[derive(Clone)]
struct Nested(Box<dyn ParseBlock>);

impl ParseBlock for Nested {
    fn parse(&self, arguments: TagTokenIter<'_>, block: TagBlock<'_, '_>, options: &Language) -> Result<Box<dyn Renderable>> {
        let depth = DEPTH.get() + 1;
        if depth > MAX_DEPTH {
            return Err(Error::with_msg(Limit::Nesting.to_string()));
        }
        DEPTH.set(depth);
        let parsed = self.0.parse(arguments, block, options);
        DEPTH.set(depth - 1);
        parsed
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self.0.reflection()
    }
}

/// `{% credential name %}`: the mark that stands for a credential's value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credential;

impl TagReflection for Credential {
    fn tag(&self) -> &str {
        "credential"
    }

    fn description(&self) -> &str {
        "A mark that is replaced by the credential's value when the call is sent."
    }
}

impl ParseTag for Credential {
    fn parse(&self, mut arguments: TagTokenIter<'_>, _: &Language) -> Result<Box<dyn Renderable>> {
        let token = arguments.expect_next("a credential's name expected, as in {% credential api_key %}")?;
        let name = match token.expect_identifier() {
            TryMatchToken::Matches(name) => name.to_owned(),
            TryMatchToken::Fails(token) => token.expect_literal().into_result()?.to_kstr().into_string(),
        };
        arguments.expect_nothing()?;
        IS_CAPTURED.set(IS_CAPTURED.get() || CAPTURES.get() > 0);
        CREDENTIALS.with_borrow_mut(|names| {
            if !names.contains(&name) {
                names.push(name.clone());
            }
        });
        Ok(Box::new(Mark(name)))
    }

    fn reflection(&self) -> &dyn TagReflection {
        self
    }
}

#[derive(Debug)]
struct Mark(String);

impl Renderable for Mark {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let nonce = runtime.registers().get_mut::<State>().nonce.clone();
        writer.write_all(scope::marker(&nonce, &self.0).as_bytes()).replace("the output is full")
    }
}

/// Tags that write a text of their own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Made {
    LineBreak,
    /// A UUID that is the same in each attempt of a delivery.
    Uuid,
}

impl TagReflection for Made {
    fn tag(&self) -> &str {
        match self {
            Made::LineBreak => "line_break",
            Made::Uuid => "uuidv4",
        }
    }

    fn description(&self) -> &str {
        "Writes a text of its own."
    }
}

impl ParseTag for Made {
    fn parse(&self, mut arguments: TagTokenIter<'_>, _: &Language) -> Result<Box<dyn Renderable>> {
        arguments.expect_nothing()?;
        Ok(Box::new(*self))
    }

    fn reflection(&self) -> &dyn TagReflection {
        self
    }
}

impl Renderable for Made {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        bounds::spend(runtime, 1)?;
        let written = match self {
            Made::LineBreak => writer.write_all(b"\n"),
            Made::Uuid => {
                let uuid = runtime.registers().get_mut::<State>().uuids.next();
                write!(writer, "{uuid}")
            }
        };
        written.replace("the output is full")
    }
}

/// Parses what becomes a value, in which a credential's mark could be broken.
pub(super) fn in_capture<T>(parse: impl FnOnce() -> T) -> T {
    CAPTURES.set(CAPTURES.get() + 1);
    let parsed = parse();
    CAPTURES.set(CAPTURES.get() - 1);
    parsed
}

/// Renders a body into a text with a maximum size.
pub(super) fn captured(body: &Template, runtime: &dyn Runtime) -> Result<String> {
    let mut text = Capped::new(MAX_VALUE);
    let rendered = body.render_to(&mut text, runtime);
    if text.is_over {
        return exceed(runtime, Limit::Memory);
    }
    rendered?;
    Ok(text.into_text())
}

/// `{% capture name %}...{% endcapture %}`, with a maximum size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capture;

impl BlockReflection for Capture {
    fn start_tag(&self) -> &str {
        "capture"
    }

    fn end_tag(&self) -> &str {
        "endcapture"
    }

    fn description(&self) -> &str {
        "Renders into a variable."
    }
}

impl ParseBlock for Capture {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let name = arguments.expect_next("a variable's name expected")?.expect_identifier().into_result()?.to_owned().into();
        arguments.expect_nothing()?;
        let body = Template::new(in_capture(|| block.parse_all(options))?);
        block.assert_empty();
        Ok(Box::new(Captured { name, body }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

#[derive(Debug)]
struct Captured {
    name: KString,
    body: Template,
}

impl Renderable for Captured {
    fn render_to(&self, _: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let text = captured(&self.body, runtime)?;
        runtime.set_global(self.name.clone(), Value::scalar(text));
        Ok(())
    }
}
