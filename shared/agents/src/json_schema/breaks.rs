//! Whether another version of a schema breaks those who rely on the one before: a proof that each value which fits one schema fits the
//! other, or a list of what stands against it. It is careful: what it cannot prove breaks.
//!
//! The *wide* schema has to take each value that the *narrow* one takes. For an input, the new schema is to be the wide one; for an output,
//! the old one. Each demand of the wide schema has to follow from what is [`Known`] of a value, since it fits parts of the narrow one.

mod known;
#[cfg(test)]
mod tests;
mod values;

use super::Schema;
use super::check::Check;
use super::node::{Id, Node, Types};
use crate::Searches;
use known::Known;
use serde_json::Value;
use std::collections::HashSet;
use std::mem::take;

/// How many pairs of parts are compared at most.
const STEPS: usize = 20_000;
/// How many steps of a check count as one of a comparison.
const CHECK_STEPS: usize = 10;
/// How deep parts are compared within one another: each level takes some of the stack.
const DEPTH: usize = 100;
/// What is said of a comparison that would take too long.
const TOO_COMPLICATED: &str = "is too complicated to be compared with the version before";
/// The most things that are listed.
const TOLD: usize = 20;

/// Who relies on a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Others send what fits the schema: what fitted has to fit.
    Input,
    /// Others get what fits the schema: nothing else may come.
    Output,
}

/// What a new version of a schema breaks, each with its path; nothing if everybody can go on. `null` stands for no schema: any value fits.
pub fn breaks(direction: Direction, old: &Value, new: &Value) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let read = |schema: &Value| Schema::parse(if schema.is_null() { &Value::Bool(true) } else { schema });
    match (read(old), read(new)) {
        (Ok(old), Ok(new)) => breaks_read(direction, &old, &new),
        (Err(error), _) | (_, Err(error)) => vec![error],
    }
}

pub(super) fn breaks_read(direction: Direction, old: &Schema, new: &Schema) -> Vec<String> {
    let (wide, narrow) = match direction {
        Direction::Input => (new, old),
        Direction::Output => (old, new),
    };
    let bounds = Bounds { steps: STEPS, depth: DEPTH, ..Bounds::default() };
    let mut compare = Compare::new(direction, &wide.nodes, &narrow.nodes, bounds);
    let known = Known::of(&narrow.nodes, [0]);
    if !compare.covers(0, &known) {
        if compare.bounds.were_reached {
            // Where nothing is noted, an alternative may have been given up.
            compare.note(TOO_COMPLICATED);
        } else if compare.gaps.is_empty() {
            compare.gaps.push("the schema cannot be compared with the one before".to_owned());
        }
    }
    let mut told = HashSet::new();
    compare.gaps.retain(|gap| told.insert(gap.clone()));
    compare.gaps.truncate(TOLD);
    compare.gaps
}

/// A comparison of two schemas.
struct Compare<'s> {
    direction: Direction,
    wide: &'s [Node],
    narrow: &'s [Node],
    bounds: Bounds,
    /// What is under comparison. A schema that contains itself leads to the same question about a smaller value, so it may be taken as
    /// answered.
    assumed: HashSet<(Id, Known)>,
    /// What is under comparison the other way round.
    assumed_reversed: HashSet<(Id, Known)>,
    path: Vec<String>,
    gaps: Vec<String>,
}

/// What a comparison may still take.
#[derive(Default)]
struct Bounds {
    steps: usize,
    depth: usize,
    searches: Searches,
    /// Whether something was given up because of them.
    were_reached: bool,
}

impl<'s> Compare<'s> {
    fn new(direction: Direction, wide: &'s [Node], narrow: &'s [Node], bounds: Bounds) -> Self {
        let (assumed, assumed_reversed) = Default::default();
        Compare { direction, wide, narrow, bounds, assumed, assumed_reversed, path: Vec::new(), gaps: Vec::new() }
    }

    /// Notes a demand that does not follow, in words that stand after "must" and "need not". It is always false.
    fn gap(&mut self, demand: &str) -> bool {
        self.note(&match self.direction {
            Direction::Input => format!("must {demand} now"),
            Direction::Output => format!("need not {demand} any more"),
        })
    }

    /// Notes that the wide schema does not take such a value. It is always false.
    fn refused(&mut self, value: &str) -> bool {
        self.note(&match self.direction {
            Direction::Input => format!("may not be {value} any more"),
            Direction::Output => format!("may be {value} now"),
        })
    }

    fn note(&mut self, what: &str) -> bool {
        let path = self.path.concat();
        let path = if path.is_empty() { "the whole".to_owned() } else { format!("`{:.200}`", path.trim_start_matches('.')) };
        self.gaps.push(format!("{path} {what}"));
        false
    }

    /// Asks without noting anything.
    fn quietly(&mut self, ask: impl FnOnce(&mut Self) -> bool) -> bool {
        let noted = self.gaps.len();
        let answer = ask(self);
        self.gaps.truncate(noted);
        answer
    }

    /// Asks about what is at a place below.
    fn below(&mut self, step: String, ask: impl FnOnce(&mut Self) -> bool) -> bool {
        self.path.push(step);
        let answer = ask(self);
        self.path.pop();
        answer
    }

    /// Whether a part of the wide schema takes each value of which that much is known.
    fn covers(&mut self, wide: Id, known: &Known) -> bool {
        if known.types == Types::NONE || !self.wide[wide].asks {
            return true;
        }
        if self.bounds.steps == 0 || self.bounds.depth == 0 {
            self.bounds.were_reached = true;
            return self.note(TOO_COMPLICATED);
        }
        if !self.assumed.insert((wide, known.clone())) {
            return true;
        }
        self.bounds.steps -= 1;
        self.bounds.depth -= 1;
        let covered = match known.cases(self.narrow) {
            Some(cases) => cases.into_iter().fold(true, |all, case| self.covers(wide, &case) & all),
            None => self.case(wide, known),
        };
        self.bounds.depth += 1;
        self.assumed.remove(&(wide, known.clone()));
        covered
    }

    fn case(&mut self, wide: Id, known: &Known) -> bool {
        if let Some(values) = known.values(self.narrow) {
            return self.takes_values(wide, known, &values);
        }
        let node = &self.wide[wide];
        self.itself(node, known) & self.in_place(node, known)
    }

    /// Whether each of these values is taken, as far as it is one of the known.
    fn takes_values(&mut self, wide: Id, known: &Known, values: &[Value]) -> bool {
        let mut refused = None;
        for value in values {
            let is_known = Types::of(value).within(known.types)
                && known.parts().all(|part| self.takes(self.narrow, part, value) != Some(false));
            if is_known && self.takes(self.wide, wide, value) != Some(true) {
                refused = Some(value.to_string());
                break;
            }
        }
        refused.is_none_or(|value| self.refused(&format!("{value:.60}")))
    }

    /// Whether a part takes a value; none if to know that takes too long.
    fn takes(&mut self, nodes: &[Node], part: Id, value: &Value) -> Option<bool> {
        let mut check = Check::resumed(nodes, self.bounds.steps * CHECK_STEPS, take(&mut self.bounds.searches));
        let takes = check.takes(part, value);
        let (steps, searches) = check.rest();
        self.bounds = Bounds { steps: steps / CHECK_STEPS, searches, ..take(&mut self.bounds) };
        takes
    }

    /// What the part demands itself.
    fn itself(&mut self, node: &Node, known: &Known) -> bool {
        if node.never {
            return self.refused("there");
        }
        let mut covered = true;
        if let Some(types) = node.types
            && !known.types.within(types)
        {
            covered = self.gap(&format!("be {}", types.described()));
        }
        if node.constant.is_some() || node.values.is_some() {
            covered = self.gap("be one of some values");
        }
        let of_type = |types: Types| known.types & types != Types::NONE;
        covered
            & (!of_type(Types::NUMBER) || self.numbers(&node.numbers, known))
            & (!of_type(Types::TEXT) || self.texts(node, known))
            & (!of_type(Types::LIST) || self.lists(&node.lists, known))
            & (!of_type(Types::OBJECT) || self.objects(&node.objects, known))
    }

    /// What it demands by other parts.
    fn in_place(&mut self, node: &Node, known: &Known) -> bool {
        let mut covered = true;
        for id in node.reference.iter().chain(&node.all_of) {
            covered &= self.covers(*id, known);
        }
        if !node.any_of.is_empty() {
            covered &= self.alternatives(known, |compare, case| node.any_of.iter().any(|id| compare.covers(*id, case)));
        }
        if !node.one_of.is_empty() && !self.same_alternatives(&node.one_of, known) {
            covered &= self.alternatives(known, |compare, case| compare.only_one(&node.one_of, case));
        }
        if let Some(not) = node.not {
            covered &= self.excludes(not, known) || self.gap("be of another form");
        }
        if node.condition.is_some() {
            covered &= self.conditions(node, known);
        }
        covered
    }

    /// Whether values of each type fit an alternative.
    fn alternatives(&mut self, known: &Known, fits: impl Fn(&mut Self, &Known) -> bool) -> bool {
        let fits_all = self.quietly(|compare| known.types.each().all(|types| fits(compare, &known.only(types))));
        fits_all || self.gap("fit one of its alternatives")
    }

    /// Whether a known part has the same alternatives, in the same order.
    fn same_alternatives(&mut self, one_of: &[Id], known: &Known) -> bool {
        let narrow = self.narrow;
        known.nodes(narrow).any(|part| {
            let pairs = || one_of.iter().zip(&part.one_of);
            part.one_of.len() == one_of.len() && pairs().all(|(wide, narrow)| self.equivalent(*wide, *narrow))
        })
    }

    fn only_one(&mut self, one_of: &[Id], known: &Known) -> bool {
        one_of.iter().any(|id| one_of.iter().all(|other| other == id || self.is_apart(*other, known)) && self.covers(*id, known))
    }

    /// Whether no known value fits the part.
    fn excludes(&mut self, not: Id, known: &Known) -> bool {
        let narrow = self.narrow;
        self.is_apart(not, known) || known.nodes(narrow).filter_map(|part| part.not).any(|narrow| self.reversed(narrow, not))
    }

    fn is_apart(&mut self, wide: Id, known: &Known) -> bool {
        known.is_apart(self.narrow, &Known::of(self.wide, [wide]), self.wide, &mut self.bounds.searches)
    }

    fn conditions(&mut self, node: &Node, known: &Known) -> bool {
        let (Some(condition), narrow) = (node.condition, self.narrow) else { return true };
        let same = known.nodes(narrow).find(|part| part.condition.is_some_and(|narrow| self.equivalent(condition, narrow)));
        let (then, otherwise) = same.map_or((None, None), |part| (part.then, part.otherwise));
        let mut next = |wide: Option<Id>, more| wide.is_none_or(|id| self.covers(id, &known.and(narrow, more)));
        next(node.then, then) & next(node.otherwise, otherwise)
    }

    fn equivalent(&mut self, wide: Id, narrow: Id) -> bool {
        let known = Known::of(self.narrow, [narrow]);
        self.quietly(|compare| compare.covers(wide, &known)) && self.reversed(narrow, wide)
    }

    /// Whether a part of the narrow schema takes each value that a part of the wide one takes.
    fn reversed(&mut self, narrow: Id, wide: Id) -> bool {
        let mut compare = Compare::new(self.direction, self.narrow, self.wide, take(&mut self.bounds));
        (compare.assumed, compare.assumed_reversed) = (take(&mut self.assumed_reversed), take(&mut self.assumed));
        let covered = compare.covers(narrow, &Known::of(self.wide, [wide]));
        (self.assumed, self.assumed_reversed, self.bounds) = (compare.assumed_reversed, compare.assumed, compare.bounds);
        covered
    }
}
