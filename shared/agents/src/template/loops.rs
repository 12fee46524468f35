//! `for` and `tablerow`: as in Liquid, but every turn is a step, and too large ranges are refused before they are built.

use super::Limit;
use super::bounds::{self, MAX_RANGE, exceed};
use super::filters::is_blank;
use super::runtime::{Lax, set_name};
use liquid_core::error::ResultLiquidReplaceExt;
use liquid_core::model::{KString, KStringRef, Object, Scalar, Value, ValueView};
use liquid_core::parser::{BlockElement, BlockReflection, Language, ParseBlock, TagBlock, TagTokenIter, TryMatchToken};
use liquid_core::runtime::{Interrupt, InterruptRegister, StackFrame};
use liquid_core::{Error, Expression, Renderable, Result, Runtime, Template};
use std::collections::HashMap;
use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopBlock {
    For,
    TableRow,
}

impl BlockReflection for LoopBlock {
    fn start_tag(&self) -> &str {
        match self {
            LoopBlock::For => "for",
            LoopBlock::TableRow => "tablerow",
        }
    }

    fn end_tag(&self) -> &str {
        match self {
            LoopBlock::For => "endfor",
            LoopBlock::TableRow => "endtablerow",
        }
    }

    fn description(&self) -> &str {
        "Renders its body for each item of a list, an object or a range."
    }
}

#[derive(Debug)]
enum Source {
    Values(Expression),
    Range(Expression, Expression),
}

#[derive(Debug)]
struct Loop {
    kind: LoopBlock,
    variable: KString,
    source: Source,
    limit: Option<Expression>,
    offset: Option<Expression>,
    columns: Option<Expression>,
    is_reversed: bool,
    body: Template,
    otherwise: Option<Template>,
}

impl ParseBlock for LoopBlock {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut block: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let variable = arguments.expect_next("a variable's name expected")?.expect_identifier().into_result()?;
        let variable = KString::from_ref(set_name(variable));
        arguments.expect_next("`in` expected")?.expect_str("in").into_result_custom_msg("`in` expected")?;
        let source = match arguments.expect_next("a list or a range expected")?.expect_value() {
            TryMatchToken::Matches(values) => Source::Values(values),
            TryMatchToken::Fails(token) => {
                let (start, stop) = token.expect_range().into_result()?;
                Source::Range(start, stop)
            }
        };
        let (mut limit, mut offset, mut columns, mut is_reversed) = (None, None, None, false);
        while let Some(token) = arguments.next() {
            match (token.as_str(), self) {
                ("limit", _) => limit = Some(attribute(&mut arguments)?),
                ("offset", _) => offset = Some(attribute(&mut arguments)?),
                ("cols", LoopBlock::TableRow) => columns = Some(attribute(&mut arguments)?),
                ("reversed", LoopBlock::For) => is_reversed = true,
                (_, LoopBlock::For) => return Err(token.raise_custom_error("`limit:`, `offset:` or `reversed` expected")),
                (_, LoopBlock::TableRow) => return Err(token.raise_custom_error("`cols:`, `limit:` or `offset:` expected")),
            }
        }
        let (body, otherwise) = body(&mut block, options)?;
        block.assert_empty();
        let kind = *self;
        Ok(Box::new(Loop { kind, variable, source, limit, offset, columns, is_reversed, body, otherwise }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

fn attribute(arguments: &mut TagTokenIter<'_>) -> Result<Expression> {
    arguments.expect_next("`:` expected")?.expect_str(":").into_result_custom_msg("`:` expected")?;
    arguments.expect_next("a number expected")?.expect_value().into_result()
}

fn body(block: &mut TagBlock<'_, '_>, options: &Language) -> Result<(Template, Option<Template>)> {
    let mut body = Vec::new();
    while let Some(element) = block.next()? {
        match element {
            BlockElement::Tag(mut tag) if tag.name() == "else" => {
                tag.tokens().expect_nothing()?;
                return Ok((Template::new(body), Some(Template::new(block.parse_all(options)?))));
            }
            element => body.push(element.parse(block, options)?),
        }
    }
    Ok((Template::new(body), None))
}

impl Renderable for Loop {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        match &self.source {
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
        let offset = size(&self.offset)?.unwrap_or(0);
        items.drain(..offset.min(items.len()));
        items.truncate(size(&self.limit)?.unwrap_or(usize::MAX));
        if self.is_reversed {
            items.reverse();
        }
        if let (true, Some(otherwise)) = (items.is_empty(), &self.otherwise) {
            return otherwise.render_to(writer, runtime);
        }
        let columns = size(&self.columns)?.unwrap_or(items.len()).max(1);
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
    number.ok_or_else(|| Error::with_msg(format!("`{expression}` must be a whole number in a loop, not a {}", value.type_name())))
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
