//! `if`, `unless` and `case`, as in Ruby's Liquid: `and` and `or` have no precedence, and what stands further right belongs together; nothing
//! contains nothing.

use super::values::Expression;
use liquid_core::model::{State, ValueView, ValueViewCmp};
use liquid_core::{Renderable, Result, Runtime, Template};
use std::io::Write;

/// `if` or `unless`, with what follows it.
#[derive(Debug)]
pub(super) struct Branches {
    pub(super) branches: Vec<Branch>,
    pub(super) otherwise: Option<Template>,
}

/// The body that is rendered if the condition is met, or is not met.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) condition: Condition,
    pub(super) is_met: bool,
    pub(super) body: Template,
}

/// Comparisons, each with the word that joins it to what follows.
#[derive(Debug)]
pub(super) struct Condition(pub(super) Vec<(Comparison, Option<Join>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    And,
    Or,
}

/// A value that must be something, or two that are compared.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) left: Expression,
    pub(super) right: Option<(Operator, Expression)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Operator {
    Equals,
    Differs,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Contains,
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
            return Ok(self.left.evaluate(runtime)?.query_state(State::Truthy));
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
    /// The operators, as they are written.
    pub(super) const ALL: [(&str, Operator); 8] = [
        ("==", Operator::Equals),
        ("!=", Operator::Differs),
        ("<>", Operator::Differs),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("contains", Operator::Contains),
    ];
}

/// `case`: the body of the first `when` that has the value is rendered.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) value: Expression,
    pub(super) cases: Vec<(Vec<Expression>, Template)>,
    pub(super) otherwise: Option<Template>,
}

impl Renderable for Case {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let value = self.value.evaluate(runtime)?;
        for (cases, body) in &self.cases {
            for case in cases {
                if ValueViewCmp::new(case.evaluate(runtime)?.as_view()) == ValueViewCmp::new(value.as_view()) {
                    return body.render_to(writer, runtime);
                }
            }
        }
        self.otherwise.as_ref().map_or(Ok(()), |otherwise| otherwise.render_to(writer, runtime))
    }
}
