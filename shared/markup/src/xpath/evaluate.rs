//! Asks an expression of a tree. Each node that is looked at, and each part of a text, is a step of the work that is allowed. Which nodes stand
//! along an axis is in `axes`.

use super::{Axis, Expr, Failed, Found, From, Operator, Step, Work, number_text};
use crate::tree::{Item, Tree};

/// Where an expression is asked: the item, its place among others, and how many they are.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) item: Item,
    pub(super) position: usize,
    pub(super) size: usize,
}

pub(super) struct Asked<'t> {
    pub(super) tree: &'t Tree,
    pub(super) work: &'t mut Work,
    /// Whether names without a prefix are those of all namespaces.
    pub(super) is_css: bool,
}

pub(super) fn find(expr: &Expr, is_css: bool, tree: &Tree, item: Item, work: &mut Work) -> Result<Found, Failed> {
    Asked { tree, work, is_css }.value(expr, At { item, position: 1, size: 1 })
}

impl Asked<'_> {
    pub(super) fn value(&mut self, expr: &Expr, at: At) -> Result<Found, Failed> {
        self.work.spend(1)?;
        Ok(match expr {
            Expr::Text(text) => Found::Text(text.clone()),
            Expr::Number(number) => Found::Number(*number),
            Expr::Negate(expr) => Found::Number(-self.number(expr, at)?),
            Expr::Call(function, arguments) => self.call(*function, arguments, at)?,
            Expr::Binary(operator, left, right) => self.binary(*operator, left, right, at)?,
            Expr::Filter(expr, predicates) => {
                let mut items = self.items(expr, at)?;
                for predicate in predicates {
                    items = self.kept(items, predicate)?;
                }
                Found::Items(items)
            }
            Expr::Path(from, steps) => {
                let mut items = match from {
                    From::Root => vec![Item::ROOT],
                    From::Here => vec![at.item],
                    From::Expr(expr) => self.items(expr, at)?,
                };
                for step in steps {
                    items = self.step(step, items)?;
                }
                Found::Items(items)
            }
        })
    }

    pub(super) fn items(&mut self, expr: &Expr, at: At) -> Result<Vec<Item>, Failed> {
        match self.value(expr, at)? {
            Found::Items(items) => Ok(items),
            _ => Err(Failed::NotNodes),
        }
    }

    pub(super) fn text(&mut self, expr: &Expr, at: At) -> Result<String, Failed> {
        let found = self.value(expr, at)?;
        self.as_text(&found)
    }

    pub(super) fn number(&mut self, expr: &Expr, at: At) -> Result<f64, Failed> {
        let found = self.value(expr, at)?;
        self.as_number(&found)
    }

    pub(super) fn boolean(&mut self, expr: &Expr, at: At) -> Result<bool, Failed> {
        Ok(truth(&self.value(expr, at)?))
    }

    /// The text of an item.
    pub(super) fn text_of(&mut self, item: Item) -> Result<String, Failed> {
        if item.attribute == 0 {
            self.work.spend(self.tree.below(item.node).len())?;
        }
        let text = self.tree.text(item);
        self.work.spend(text.len() / 8)?;
        Ok(text)
    }

    pub(super) fn as_text(&mut self, found: &Found) -> Result<String, Failed> {
        Ok(match found {
            Found::Items(items) => match items.first() {
                Some(item) => self.text_of(*item)?,
                None => String::new(),
            },
            Found::Text(text) => {
                self.work.spend(text.len() / 8)?;
                text.clone()
            }
            Found::Number(number) => number_text(*number),
            Found::Boolean(is_so) => is_so.to_string(),
        })
    }

    fn as_number(&mut self, found: &Found) -> Result<f64, Failed> {
        Ok(match found {
            Found::Number(number) => *number,
            Found::Boolean(is_so) => f64::from(u8::from(*is_so)),
            other => number_of(&self.as_text(other)?),
        })
    }

    fn binary(&mut self, operator: Operator, left: &Expr, right: &Expr, at: At) -> Result<Found, Failed> {
        use Operator as O;
        Ok(match operator {
            O::Or => Found::Boolean(self.boolean(left, at)? || self.boolean(right, at)?),
            O::And => Found::Boolean(self.boolean(left, at)? && self.boolean(right, at)?),
            O::Add => Found::Number(self.number(left, at)? + self.number(right, at)?),
            O::Subtract => Found::Number(self.number(left, at)? - self.number(right, at)?),
            O::Multiply => Found::Number(self.number(left, at)? * self.number(right, at)?),
            O::Divide => Found::Number(self.number(left, at)? / self.number(right, at)?),
            O::Modulo => Found::Number(self.number(left, at)? % self.number(right, at)?),
            O::Union => {
                let mut items = self.items(left, at)?;
                items.extend(self.items(right, at)?);
                Found::Items(in_order(items))
            }
            O::Equal | O::NotEqual | O::Less | O::AtMost | O::Greater | O::AtLeast => {
                let (left, right) = (self.value(left, at)?, self.value(right, at)?);
                Found::Boolean(self.compare(operator, &left, &right)?)
            }
        })
    }

    /// Nodes are as another value is if one of them is.
    fn compare(&mut self, operator: Operator, left: &Found, right: &Found) -> Result<bool, Failed> {
        match (left, right) {
            (Found::Boolean(_), _) | (_, Found::Boolean(_)) => {
                let is = |found| f64::from(u8::from(truth(found)));
                Ok(holds(operator, is(left), is(right)))
            }
            (Found::Items(items), other) => {
                for item in items {
                    let text = Found::Text(self.text_of(*item)?);
                    let text = if matches!(other, Found::Number(_)) { Found::Number(self.as_number(&text)?) } else { text };
                    if self.compare(operator, &text, other)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (other, Found::Items(items)) => {
                for item in items {
                    let text = Found::Text(self.text_of(*item)?);
                    if self.compare(operator, other, &text)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (Found::Text(left), Found::Text(right)) if operator == Operator::Equal => Ok(left == right),
            (Found::Text(left), Found::Text(right)) if operator == Operator::NotEqual => Ok(left != right),
            _ => Ok(holds(operator, self.as_number(left)?, self.as_number(right)?)),
        }
    }

    /// The items for which a predicate holds. A number holds for the item at that place.
    fn kept(&mut self, items: Vec<Item>, predicate: &Expr) -> Result<Vec<Item>, Failed> {
        let size = items.len();
        let mut kept = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let at = At { item, position: index + 1, size };
            let holds = match self.value(predicate, at)? {
                Found::Number(number) => number == at.position as f64,
                other => truth(&other),
            };
            if holds {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    fn step(&mut self, step: &Step, from: Vec<Item>) -> Result<Vec<Item>, Failed> {
        let space = self.space(&step.test)?;
        let covers_below = matches!(step.axis, Axis::Descendant | Axis::DescendantOrSelf) && step.predicates.is_empty();
        let (mut all, mut covered) = (Vec::new(), 0);
        for item in from {
            // What is below an item that was passed is below the one before it, too.
            if covers_below && item.node < covered {
                continue;
            }
            if covers_below {
                covered = self.tree.get(item.node).end;
            }
            let mut found = self.along(step.axis, item, &step.test, space)?;
            for predicate in &step.predicates {
                found = self.kept(found, predicate)?;
            }
            all.append(&mut found);
        }
        Ok(in_order(all))
    }
}

fn truth(found: &Found) -> bool {
    match found {
        Found::Items(items) => !items.is_empty(),
        Found::Text(text) => !text.is_empty(),
        Found::Number(number) => *number != 0.0 && !number.is_nan(),
        Found::Boolean(is_so) => *is_so,
    }
}

fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    if !items.is_sorted() {
        items.sort_unstable();
    }
    items.dedup();
    items
}

fn holds(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::AtMost => left <= right,
        Operator::Greater => left > right,
        Operator::AtLeast => left >= right,
        _ => false,
    }
}

/// The number that a text is; what is none is not a number.
pub(super) fn number_of(text: &str) -> f64 {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    if is_number { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}
