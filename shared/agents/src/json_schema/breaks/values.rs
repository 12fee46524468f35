//! What a schema demands of numbers, texts, lists and objects, and whether it follows from what is known.

use super::Compare;
use super::known::{Known, matches};
use crate::compare::order;
use crate::json_schema::check::divides;
use crate::json_schema::node::{Contains, Id, Lists, NamedPattern, Node, Numbers, Objects, Types};
use serde_json::Value;
use std::cmp::Ordering;

/// Two bounds on one side: the one of the kind that is asked, and the other.
type Bounds = fn(&Numbers) -> [&Option<Value>; 2];

impl Compare<'_> {
    pub(super) fn numbers(&mut self, asked: &Numbers, known: &Known) -> bool {
        let narrow = self.narrow;
        let parts = || known.nodes(narrow).map(|part| &part.numbers);
        let mut covered = true;
        // Each bound, and the known ones that are of the same kind and of the other.
        let bounds: [(_, _, Bounds, _); 4] = [
            ("be at least", &asked.minimum, |part| [&part.minimum, &part.above], Ordering::Greater),
            ("be more than", &asked.above, |part| [&part.above, &part.minimum], Ordering::Greater),
            ("be at most", &asked.maximum, |part| [&part.maximum, &part.below], Ordering::Less),
            ("be less than", &asked.below, |part| [&part.below, &part.maximum], Ordering::Less),
        ];
        for (demand, bound, of, tighter) in bounds {
            let Some(bound) = bound else { continue };
            let excludes = demand.ends_with("than");
            let follows = parts().any(|part| {
                let [same, other] = of(part).map(|known| known.as_ref().and_then(|known| order(known, bound)));
                // A known bound that may be reached does not make sure that the same bound is not reached.
                let equal = [same, other.filter(|_| !excludes)].contains(&Some(Ordering::Equal));
                equal || [same, other].contains(&Some(tighter))
            });
            covered &= follows || self.gap(&format!("{demand} {bound}"));
        }
        if let Some(divisor) = &asked.multiple_of {
            let whole = known.types & Types::FRACTION == Types::NONE && divides(divisor, &1.into()) == Some(true);
            let follows =
                whole || parts().filter_map(|part| part.multiple_of.as_ref()).any(|known| divides(divisor, known) == Some(true));
            covered &= follows || self.gap(&format!("be a multiple of {divisor}"));
        }
        covered
    }

    pub(super) fn texts(&mut self, node: &Node, known: &Known) -> bool {
        let (asked, narrow) = (&node.texts, self.narrow);
        let mut covered = self.counts((asked.min, asked.max), "characters", known, |part| (part.texts.min, part.texts.max));
        if let Some(named) = &asked.pattern {
            let same = |part: &Node| part.texts.pattern.as_ref().is_some_and(|known| known.text == named.text);
            covered &= known.nodes(narrow).any(same) || self.gap(&format!("match `{:.100}`", named.text));
        }
        // A format is not checked, but people rely on it.
        if let Some(format) = &node.format {
            let same = |part: &Node| part.format.as_ref() == Some(format);
            covered &= known.nodes(narrow).any(same) || self.gap(&format!("have the format `{format:.100}`"));
        }
        covered
    }

    fn counts(
        &mut self,
        (min, max): (Option<u64>, Option<u64>),
        what: &str,
        known: &Known,
        of: fn(&Node) -> (Option<u64>, Option<u64>),
    ) -> bool {
        let narrow = self.narrow;
        let parts = || known.nodes(narrow).map(of);
        let mut covered = true;
        if let Some(min) = min.filter(|min| *min > 0) {
            let follows = parts().any(|(known, _)| known.is_some_and(|known| known >= min));
            covered &= follows || self.gap(&format!("have at least {min} {what}"));
        }
        if let Some(max) = max {
            let follows = parts().any(|(_, known)| known.is_some_and(|known| known <= max));
            covered &= follows || self.gap(&format!("have at most {max} {what}"));
        }
        covered
    }

    pub(super) fn lists(&mut self, asked: &Lists, known: &Known) -> bool {
        let narrow = self.narrow;
        let parts = || known.nodes(narrow).map(|part| &part.lists);
        let longest = parts().filter_map(|part| part.max).min().unwrap_or(u64::MAX);
        let longest = usize::try_from(longest).unwrap_or(usize::MAX);
        let mut covered = self.counts((asked.min, asked.max), "items", known, |part| (part.lists.min, part.lists.max));
        let listed = parts().map(|part| part.first.len()).max().unwrap_or(0).max(asked.first.len());
        for i in 0..listed.min(longest) {
            let item = Known::of(narrow, parts().filter_map(|part| part.first.get(i).copied().or(part.rest)));
            if let Some(id) = asked.first.get(i).copied().or(asked.rest) {
                covered &= self.below(format!("[{i}]"), |compare| compare.covers(id, &item));
            }
        }
        if let Some(id) = asked.rest.filter(|_| longest > listed) {
            let item = Known::of(narrow, parts().filter_map(|part| part.rest));
            covered &= self.below("[]".to_owned(), |compare| compare.covers(id, &item));
        }
        if asked.unique {
            covered &= longest < 2 || parts().any(|part| part.unique) || self.gap("have no item twice");
        }
        if let Some(contains) = &asked.contains {
            covered &= self.contains(contains, known) || self.gap("have items that fit its `contains`");
        }
        covered
    }

    fn contains(&mut self, asked: &Contains, known: &Known) -> bool {
        let narrow = self.narrow;
        let parts = || known.nodes(narrow).filter_map(|part| part.lists.contains.as_ref());
        let enough = asked.min == 0
            || parts().any(|part| {
                let item = Known::of(narrow, [part.item]);
                part.min >= asked.min && self.quietly(|compare| compare.covers(asked.item, &item))
            });
        let few = asked.max.is_none_or(|max| {
            parts().any(|part| part.max.is_some_and(|known| known <= max) && self.reversed(part.item, asked.item))
        });
        enough && few
    }

    pub(super) fn objects(&mut self, asked: &Objects, known: &Known) -> bool {
        let narrow = self.narrow;
        let mut covered = self.counts((asked.min, asked.max), "properties", known, |part| (part.objects.min, part.objects.max));
        for name in &asked.required {
            let follows = known.requires(narrow, name);
            covered &= follows || self.below(format!(".{name}"), |compare| compare.gap("be there"));
        }
        for (name, id) in &asked.properties {
            covered &= self.property(name, *id, known);
        }
        for (named, id) in &asked.patterns {
            covered &= self.pattern(named, *id, known);
        }
        if let Some(id) = asked.others {
            covered &= self.others(asked, id, known);
        }
        if let Some(id) = asked.names {
            covered &= self.names(id, known);
        }
        self.dependent(asked, known) & covered
    }

    fn property(&mut self, name: &str, wide: Id, known: &Known) -> bool {
        let property = known.property(self.narrow, name, &mut self.bounds.searches);
        self.below(format!(".{name}"), |compare| compare.covers(wide, &property))
    }

    fn pattern(&mut self, asked: &NamedPattern, wide: Id, known: &Known) -> bool {
        let narrow = self.narrow;
        if let Some(names) = known.names(narrow) {
            return names.into_iter().fold(true, |all, name| {
                let may_match = matches(asked, name, &mut self.bounds.searches) != Some(false);
                (!may_match || self.property(name, wide, known)) & all
            });
        }
        let patterns = known.nodes(narrow).flat_map(|part| &part.objects.patterns);
        let same = Known::of(narrow, patterns.filter(|(named, _)| named.text == asked.text).map(|(_, id)| *id));
        self.below(format!(".({:.50})", asked.text), |compare| compare.covers(wide, &same))
    }

    /// Properties that the wide schema does not list.
    fn others(&mut self, asked: &Objects, wide: Id, known: &Known) -> bool {
        let narrow = self.narrow;
        let parts = || known.nodes(narrow).map(|part| &part.objects);
        let closed = known.names(narrow);
        let listed: Vec<&String> = closed.clone().unwrap_or_else(|| parts().flat_map(|part| part.properties.keys()).collect());
        let mut covered = true;
        for name in listed {
            let searches = &mut self.bounds.searches;
            let is_asked = asked.properties.contains_key(name)
                || asked.patterns.iter().any(|(named, _)| matches(named, name, searches) == Some(true));
            covered &= is_asked || self.property(name, wide, known);
        }
        if closed.is_some() {
            return covered;
        }
        // Of a name that nobody lists, it is known what the others are, unless it may match a pattern that the wide schema does not have.
        let is_asked = |known: &NamedPattern| asked.patterns.iter().any(|(named, _)| named.text == known.text);
        let plain = parts().filter(|part| part.patterns.iter().all(|(named, _)| is_asked(named)));
        let others = Known::of(narrow, plain.filter_map(|part| part.others));
        self.below(".*".to_owned(), |compare| compare.covers(wide, &others)) & covered
    }

    fn names(&mut self, wide: Id, known: &Known) -> bool {
        let narrow = self.narrow;
        let names = Known::of(narrow, known.nodes(narrow).filter_map(|part| part.objects.names)).only(Types::TEXT);
        if self.quietly(|compare| compare.covers(wide, &names)) {
            return true;
        }
        let listed: Option<Vec<Value>> =
            known.names(narrow).map(|names| names.into_iter().map(|name| name.as_str().into()).collect());
        let fit = listed.is_some_and(|listed| self.quietly(|compare| compare.takes_values(wide, &names, &listed)));
        fit || self.gap("have names that fit its `propertyNames`")
    }

    /// What is demanded beside a property.
    fn dependent(&mut self, asked: &Objects, known: &Known) -> bool {
        let narrow = self.narrow;
        let parts = || known.nodes(narrow).map(|part| &part.objects);
        let mut covered = true;
        for (name, needed) in &asked.dependent_required {
            if self.is_never(name, known) {
                continue;
            }
            for other in needed {
                let beside = parts().filter_map(|part| part.dependent_required.get(name)).any(|needed| needed.contains(other));
                let follows = other == name || beside || known.requires(narrow, other);
                let demand = format!("be there beside `{name:.100}`");
                covered &= follows || self.below(format!(".{other}"), |compare| compare.gap(&demand));
            }
        }
        for (name, id) in &asked.dependent_schemas {
            let beside = known.and(narrow, parts().filter_map(|part| part.dependent_schemas.get(name).copied()));
            covered &= self.is_never(name, known) || self.covers(*id, &beside);
        }
        covered
    }

    /// Whether no known value has the property.
    fn is_never(&mut self, name: &str, known: &Known) -> bool {
        known.property(self.narrow, name, &mut self.bounds.searches).types == Types::NONE
    }
}
