//! What has a value in a template: literals, the paths of variables, and chains of filters. How they are written is in `lax`.

use super::bounds::State;
use super::filters::Call;
use super::node;
use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KString, Scalar, Value, ValueCow, ValueView};
use liquid_core::{Renderable, Result, Runtime};
use std::io::Write;

/// A literal, or the path of a variable, which is not empty.
#[derive(Debug)]
pub(super) enum Expression {
    Literal(Value),
    Path(Vec<Step>),
}

/// One step of a path: `.name` or `[value]`.
#[derive(Debug)]
pub(super) enum Step {
    Name(Scalar),
    Index(Expression),
}

impl Expression {
    /// The value. What is not there, or lies behind an index that is no text or number, is nothing.
    pub(super) fn evaluate<'c>(&'c self, runtime: &'c dyn Runtime) -> Result<ValueCow<'c>> {
        let steps = match self {
            Expression::Literal(value) => return Ok(ValueCow::Borrowed(value)),
            Expression::Path(steps) => steps,
        };
        let mut path = Vec::with_capacity(steps.len());
        for step in steps {
            let key = match step {
                Step::Name(name) => Some(name.as_ref()),
                Step::Index(index) => match index.evaluate(runtime)? {
                    ValueCow::Owned(value) => value.into_scalar(),
                    ValueCow::Borrowed(value) => value.as_scalar(),
                },
            };
            let Some(key) = key else { return Ok(ValueCow::Owned(Value::Nil)) };
            path.push(key);
        }
        runtime.get(&path)
    }
}

/// A value and the filters that it goes through.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) value: Expression,
    pub(super) filters: Vec<Call>,
}

impl Chain {
    fn evaluate<'c>(&'c self, runtime: &'c dyn Runtime) -> Result<ValueCow<'c>> {
        let mut value = self.value.evaluate(runtime)?;
        for filter in &self.filters {
            value = ValueCow::Owned(filter.evaluate(value.as_view(), runtime)?);
        }
        Ok(value)
    }
}

/// `{{ chain }}`
#[derive(Debug)]
pub(super) struct Output(pub(super) Chain);

impl Renderable for Output {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        write(self.0.evaluate(runtime)?.as_view(), writer, runtime)
    }
}

/// Writes a value as text: one rule for all values, wherever they come from.
pub(super) fn write(value: &dyn ValueView, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
    let exact = runtime.registers().get_mut::<State>().exact.clone();
    writer.write_all(node::to_text(value, &exact).as_bytes()).replace("the output is full")
}

/// `{% assign name = chain %}`
#[derive(Debug)]
pub(super) struct Assign {
    pub(super) name: KString,
    pub(super) chain: Chain,
}

impl Renderable for Assign {
    fn render_to(&self, _: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let value = self.chain.evaluate(runtime)?.into_owned();
        runtime.set_global(self.name.clone(), value);
        Ok(())
    }
}

/// The text of a template between its tags.
#[derive(Debug)]
pub(super) struct Text(pub(super) String);

impl Renderable for Text {
    fn render_to(&self, writer: &mut dyn Write, _: &dyn Runtime) -> Result<()> {
        writer.write_all(self.0.as_bytes()).replace("the output is full")
    }
}
