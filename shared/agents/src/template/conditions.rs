//! `if` and `unless`, as in Ruby's Liquid: `and` and `or` have no precedence, and what stands further right belongs together; nothing
//! contains nothing.

use liquid_core::model::{State, ValueView, ValueViewCmp};
use liquid_core::parser::{BlockElement, BlockReflection, Language, ParseBlock, TagBlock, TagToken, TagTokenIter};
use liquid_core::{Expression, Renderable, Result, Runtime, Template};
use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Branching {
    If,
    Unless,
}

impl BlockReflection for Branching {
    fn start_tag(&self) -> &str {
        match self {
            Branching::If => "if",
            Branching::Unless => "unless",
        }
    }

    fn end_tag(&self) -> &str {
        match self {
            Branching::If => "endif",
            Branching::Unless => "endunless",
        }
    }

    fn description(&self) -> &str {
        "Renders its body if a condition is met."
    }
}

#[derive(Debug)]
struct Branches {
    branches: Vec<Branch>,
    otherwise: Option<Template>,
}

/// The body that is rendered if the condition is met, or is not met.
#[derive(Debug)]
struct Branch {
    condition: Condition,
    is_met: bool,
    body: Template,
}

/// Comparisons, each with the word that joins it to what follows.
#[derive(Debug)]
struct Condition(Vec<(Comparison, Option<Join>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    And,
    Or,
}

/// A value that must be something, or two that are compared.
#[derive(Debug)]
struct Comparison {
    left: Expression,
    right: Option<(Operator, Expression)>,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equals,
    Differs,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Contains,
}

impl ParseBlock for Branching {
    fn parse(&self, arguments: TagTokenIter<'_>, mut block: TagBlock<'_, '_>, options: &Language) -> Result<Box<dyn Renderable>> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        let mut open = (Condition::parse(arguments)?, *self == Branching::If, Vec::new());
        while let Some(element) = block.next()? {
            match element {
                BlockElement::Tag(tag) if tag.name() == "elsif" => {
                    let next = (Condition::parse(tag.into_tokens())?, true, Vec::new());
                    branches.push(Branch::new(std::mem::replace(&mut open, next)));
                }
                BlockElement::Tag(tag) if tag.name() == "else" => {
                    otherwise = Some(Template::new(block.parse_all(options)?));
                    break;
                }
                element => open.2.push(element.parse(&mut block, options)?),
            }
        }
        branches.push(Branch::new(open));
        block.assert_empty();
        Ok(Box::new(Branches { branches, otherwise }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

impl Branch {
    fn new((condition, is_met, body): (Condition, bool, Vec<Box<dyn Renderable>>)) -> Self {
        Branch { condition, is_met, body: Template::new(body) }
    }
}

impl Renderable for Branches {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        for branch in &self.branches {
            if branch.condition.is_met(runtime)? == branch.is_met {
                return branch.body.render_to(writer, runtime);
            }
        }
        self.otherwise.as_ref().map_or(Ok(()), |otherwise| otherwise.render_to(writer, runtime))
    }
}

impl Condition {
    fn parse(mut arguments: TagTokenIter<'_>) -> Result<Self> {
        let mut all = Vec::new();
        loop {
            let left = arguments.expect_next("a value expected")?.expect_value().into_result()?;
            let mut next = arguments.next();
            let right = match next.as_ref().and_then(Operator::of) {
                Some(operator) => {
                    let right = arguments.expect_next("a value expected")?.expect_value().into_result()?;
                    next = arguments.next();
                    Some((operator, right))
                }
                None => None,
            };
            let join = match next {
                None => None,
                Some(token) => match token.as_str() {
                    "and" => Some(Join::And),
                    "or" => Some(Join::Or),
                    _ => return Err(token.raise_custom_error("`and` or `or` expected")),
                },
            };
            all.push((Comparison { left, right }, join));
            if join.is_none() {
                return Ok(Condition(all));
            }
        }
    }

    fn is_met(&self, runtime: &dyn Runtime) -> Result<bool> {
        let mut is_met = false;
        for (comparison, join) in &self.0 {
            is_met = comparison.is_met(runtime)?;
            // What follows is asked only if it can change the answer.
            if *join == Some(if is_met { Join::Or } else { Join::And }) {
                break;
            }
        }
        Ok(is_met)
    }
}

impl Comparison {
    fn is_met(&self, runtime: &dyn Runtime) -> Result<bool> {
        let Some((operator, right)) = &self.right else {
            let value = self.left.try_evaluate(runtime).unwrap_or_default();
            return Ok(value.query_state(State::Truthy));
        };
        let (left, right) = (self.left.evaluate(runtime)?, right.evaluate(runtime)?);
        let (a, b) = (ValueViewCmp::new(left.as_view()), ValueViewCmp::new(right.as_view()));
        Ok(match operator {
            Operator::Equals => a == b,
            Operator::Differs => a != b,
            Operator::Less => a < b,
            Operator::Greater => a > b,
            Operator::AtMost => a <= b,
            Operator::AtLeast => a >= b,
            Operator::Contains => contains(left.as_view(), right.as_view()),
        })
    }
}

/// Whether a text has another in it, a list an item, or an object a key.
fn contains(whole: &dyn ValueView, part: &dyn ValueView) -> bool {
    if whole.is_nil() || whole.is_state() || part.is_nil() {
        return false;
    }
    if let Some(array) = whole.as_array() {
        return array.values().any(|item| ValueViewCmp::new(item) == ValueViewCmp::new(part));
    }
    match whole.as_object() {
        Some(object) => part.is_scalar() && object.contains_key(&part.to_kstr()),
        None => whole.to_kstr().contains(part.to_kstr().as_str()),
    }
}

impl Operator {
    fn of(token: &TagToken<'_>) -> Option<Self> {
        Some(match token.as_str() {
            "==" => Operator::Equals,
            "!=" | "<>" => Operator::Differs,
            "<" => Operator::Less,
            ">" => Operator::Greater,
            "<=" => Operator::AtMost,
            ">=" => Operator::AtLeast,
            "contains" => Operator::Contains,
            _ => return None,
        })
    }
}
