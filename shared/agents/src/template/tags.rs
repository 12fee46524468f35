//! Tags that write something, or set a variable. `for`, `if` and `regex_replace` have files of their own.

use super::bounds::{self, Capped, MAX_VALUE, State, exceed};
use super::values::{self, Expression};
use super::{Limit, scope};
use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KString, Value, ValueView};
use liquid_core::runtime::{Interrupt, InterruptRegister};
use liquid_core::{Renderable, Result, Runtime, Template};
use std::io::Write;

/// `{% credential name %}`: the mark that stands for a credential's value.
#[derive(Debug)]
pub(super) struct Mark(pub(super) String);

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

/// `{% cycle group: a, b %}`: one value after the other, each time that a tag of this group is reached. There is at least one.
#[derive(Debug)]
pub(super) struct Cycle {
    pub(super) group: String,
    pub(super) values: Vec<Expression>,
}

impl Renderable for Cycle {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        bounds::spend(runtime, 1)?;
        let turn = {
            let mut state = runtime.registers().get_mut::<State>();
            let turn = state.cycles.entry(self.group.clone()).or_insert(0);
            std::mem::replace(turn, *turn + 1)
        };
        let Some(value) = turn.checked_rem(self.values.len()).and_then(|index| self.values.get(index)) else { return Ok(()) };
        values::write(value.evaluate(runtime)?.as_view(), writer, runtime)
    }
}

/// `{% increment name %}` and `{% decrement name %}`: counters, which are apart from variables that a tag sets.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) name: KString,
    pub(super) is_up: bool,
}

impl Renderable for Count {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        bounds::spend(runtime, 1)?;
        let count = runtime.get_index(&self.name).and_then(|count| count.as_scalar()?.to_integer()).unwrap_or(0);
        let next = if self.is_up { count.saturating_add(1) } else { count.saturating_sub(1) };
        runtime.set_index(self.name.clone(), Value::scalar(next));
        write!(writer, "{}", if self.is_up { count } else { next }).replace("the output is full")
    }
}

/// `{% break %}` and `{% continue %}`.
#[derive(Debug)]
pub(super) struct Leave(pub(super) Interrupt);

impl Renderable for Leave {
    fn render_to(&self, _: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        runtime.registers().get_mut::<InterruptRegister>().set(self.0);
        Ok(())
    }
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
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) name: KString,
    pub(super) body: Template,
}

impl Renderable for Captured {
    fn render_to(&self, _: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let text = captured(&self.body, runtime)?;
        runtime.set_global(self.name.clone(), Value::scalar(text));
        Ok(())
    }
}
