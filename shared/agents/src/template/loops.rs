//! `for` and `tablerow`: as in Liquid, but every turn is a step, and too large ranges are refused before they are built.

use super::Limit;
use super::bounds::{self, MAX_RANGE, exceed};
use super::filters::is_blank;
use super::runtime::Lax;
use super::values::Expression;
use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KString, KStringRef, Object, Scalar, Value, ValueView};
use liquid_core::runtime::{Interrupt, InterruptRegister, StackFrame};
use liquid_core::{Error, Renderable, Result, Runtime, Template};
use std::collections::HashMap;
use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopBlock {
    For,
    TableRow,
}

/// What a loop goes over.
#[derive(Debug)]
pub(super) enum Source {
    Values(Expression),
    Range(Expression, Expression),
}

/// Which items a loop takes, and in which order.
#[derive(Debug)]
pub(super) struct Turns {
    pub(super) source: Source,
    pub(super) limit: Option<Expression>,
    pub(super) offset: Option<Expression>,
    pub(super) columns: Option<Expression>,
    pub(super) is_reversed: bool,
}

#[derive(Debug)]
pub(super) struct Loop {
    pub(super) kind: LoopBlock,
    pub(super) variable: KString,
    pub(super) turns: Turns,
    pub(super) body: Template,
    pub(super) otherwise: Option<Template>,
}

impl Renderable for Loop {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        match &self.turns.source {
            Source::Range(start, stop) => {
                let (start, stop) = (integer(start, runtime)?, integer(stop, runtime)?);
                if i128::from(stop) - i128::from(start) >= MAX_RANGE {
                    return exceed(runtime, Limit::Range);
                }
                let numbers: Vec<i64> = (start..=stop).collect();
                self.turns(numbers.iter().map(|number| number as &dyn ValueView).collect(), writer, runtime)
            }
            Source::Values(expression) => {
                let values = expression.evaluate(runtime)?;
                let values = values.as_view();
                if let Some(array) = values.as_array() {
                    self.turns(array.values().collect(), writer, runtime)
                } else if let Some(object) = values.as_object() {
                    let mut entries: Vec<_> = object.iter().map(|(key, value)| (key.into_owned(), value)).collect();
                    // The library's own objects have no order, so they are sorted; our objects keep theirs.
                    if values.type_name() == "object" {
                        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
                    }
                    let pairs: Vec<Vec<&dyn ValueView>> =
                        entries.iter().map(|(key, value)| vec![key as &dyn ValueView, *value]).collect();
                    self.turns(pairs.iter().map(|pair| pair as &dyn ValueView).collect(), writer, runtime)
                } else if values.is_nil() || values.is_state() {
                    self.turns(Vec::new(), writer, runtime)
                } else {
                    Err(Error::with_msg(format!(
                        "a list, an object or a range is needed to loop over, not a {}",
                        values.type_name()
                    )))
                }
            }
        }
    }
}

impl Loop {
    fn turns(&self, mut items: Vec<&dyn ValueView>, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let size = |attribute: &Option<Expression>| match attribute {
            Some(expression) => Ok(Some(usize::try_from(integer(expression, runtime)?).unwrap_or(0))),
            None => Ok::<_, Error>(None),
        };
        let offset = size(&self.turns.offset)?.unwrap_or(0);
        items.drain(..offset.min(items.len()));
        items.truncate(size(&self.turns.limit)?.unwrap_or(usize::MAX));
        if self.turns.is_reversed {
            items.reverse();
        }
        if let (true, Some(otherwise)) = (items.is_empty(), &self.otherwise) {
            return otherwise.render_to(writer, runtime);
        }
        let columns = size(&self.turns.columns)?.unwrap_or(items.len()).max(1);
        let count = items.len();
        let parent = runtime.try_get(&[Scalar::new("forloop")]).filter(|_| self.kind == LoopBlock::For);
        let parent = parent.map(|parent| parent.into_owned());
        for (index, item) in items.into_iter().enumerate() {
            bounds::spend(runtime, 1)?;
            let (name, position) = match self.kind {
                LoopBlock::For => ("forloop", position(index, count, parent.as_ref())),
                LoopBlock::TableRow => ("tablerow", cell(index, count, columns)),
            };
            if self.kind == LoopBlock::TableRow {
                open(writer, index, columns)?;
            }
            let variables: HashMap<KStringRef<'_>, &dyn ValueView> =
                [(name.into(), &position as &dyn ValueView), (self.variable.as_ref(), item)].into();
            self.body.render_to(writer, &Lax::frame(StackFrame::new(runtime, &variables)))?;
            if self.kind == LoopBlock::TableRow {
                close(writer, (index + 1) % columns == 0 || index + 1 == count)?;
            }
            let interrupt = runtime.registers().get_mut::<InterruptRegister>().reset();
            if matches!(interrupt, Some(Interrupt::Break)) {
                break;
            }
        }
        Ok(())
    }
}

fn integer(expression: &Expression, runtime: &dyn Runtime) -> Result<i64> {
    let value = expression.evaluate(runtime)?;
    if is_blank(value.as_view()) {
        return Ok(0);
    }
    let number = value.as_scalar().and_then(|scalar| scalar.to_integer());
    number.ok_or_else(|| Error::with_msg(format!("a whole number is needed in a loop, not a {}", value.type_name())))
}

fn number(value: usize) -> Value {
    Value::scalar(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The `forloop` variable, and the part of `tablerow`'s variable that is the same.
fn position(index: usize, count: usize, parent: Option<&Value>) -> Object {
    let mut position: Object = [
        ("length", number(count)),
        ("index0", number(index)),
        ("index", number(index + 1)),
        ("rindex0", number(count - index - 1)),
        ("rindex", number(count - index)),
        ("first", Value::scalar(index == 0)),
        ("last", Value::scalar(index + 1 == count)),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value))
    .collect();
    if let Some(parent) = parent {
        position.insert("parentloop".into(), parent.clone());
    }
    position
}

fn cell(index: usize, count: usize, columns: usize) -> Object {
    let column = index % columns;
    let mut position = position(index, count, None);
    position.insert("col0".into(), number(column));
    position.insert("col".into(), number(column + 1));
    position.insert("col_first".into(), Value::scalar(column == 0));
    position.insert("col_last".into(), Value::scalar(column + 1 == columns || index + 1 == count));
    position
}

fn open(writer: &mut dyn Write, index: usize, columns: usize) -> Result<()> {
    let (row, column) = (index / columns + 1, index % columns + 1);
    if column == 1 {
        write!(writer, "<tr class=\"row{row}\">").replace("the output is full")?;
    }
    write!(writer, "<td class=\"col{column}\">").replace("the output is full")
}

fn close(writer: &mut dyn Write, ends_row: bool) -> Result<()> {
    write!(writer, "</td>{}", if ends_row { "</tr>" } else { "" }).replace("the output is full")
}
