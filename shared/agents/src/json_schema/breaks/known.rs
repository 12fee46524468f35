//! What is known of a value: which parts of a schema it fits.

use crate::Searches;
use crate::json_schema::node::{Id, NamedPattern, Node, Objects, Types, Values};
use serde_json::Value;
use std::collections::BTreeSet;

/// A value fits all of these parts, and is of one of these types. If there are no types, there is no such value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Known {
    parts: BTreeSet<Id>,
    /// Parts whose alternatives (`anyOf`, `oneOf`) have one among the parts already.
    chosen: BTreeSet<(Id, bool)>,
    pub types: Types,
}

impl Known {
    /// What is known of a value that fits these parts.
    pub(super) fn of(nodes: &[Node], parts: impl IntoIterator<Item = Id>) -> Self {
        let mut known = Known { parts: BTreeSet::new(), chosen: BTreeSet::new(), types: Types::ALL };
        for part in parts {
            known.add(nodes, part);
        }
        known
    }

    fn add(&mut self, nodes: &[Node], id: Id) {
        if !self.parts.insert(id) {
            return;
        }
        let node = &nodes[id];
        if node.never {
            self.types = Types::NONE;
        }
        self.types = self.types & node.types.unwrap_or(Types::ALL);
        for values in [&node.constant, &node.values].into_iter().flatten() {
            self.types = self.types & values.values.iter().fold(Types::NONE, |types, value| types | Types::of(value));
        }
        for id in node.reference.iter().chain(&node.all_of) {
            self.add(nodes, *id);
        }
    }

    /// The same, and one more part.
    pub(super) fn and(&self, nodes: &[Node], part: impl IntoIterator<Item = Id>) -> Self {
        let mut known = self.clone();
        for part in part {
            known.add(nodes, part);
        }
        known
    }

    /// The same for values of these types.
    pub(super) fn only(&self, types: Types) -> Self {
        Known { types: self.types & types, ..self.clone() }
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = Id> {
        self.parts.iter().copied()
    }

    pub(super) fn nodes<'n>(&self, nodes: &'n [Node]) -> impl Iterator<Item = &'n Node> {
        self.parts().map(|id| &nodes[id])
    }

    /// The cases of the first alternatives that are still open.
    pub(super) fn cases(&self, nodes: &[Node]) -> Option<Vec<Known>> {
        let open = |id: Id, exclusive: bool, of: &[Id]| !of.is_empty() && !self.chosen.contains(&(id, exclusive));
        let (id, exclusive, alternatives) = self.parts().find_map(|id| {
            let node = &nodes[id];
            let any = open(id, false, &node.any_of).then_some((id, false, &node.any_of));
            any.or_else(|| open(id, true, &node.one_of).then_some((id, true, &node.one_of)))
        })?;
        let case = |alternative: &Id| {
            let mut known = self.clone();
            known.chosen.insert((id, exclusive));
            known.add(nodes, *alternative);
            known
        };
        Some(alternatives.iter().map(case).collect())
    }

    /// All values that it can be, and perhaps some more, if they are few.
    pub(super) fn values(&self, nodes: &[Node]) -> Option<Vec<Value>> {
        let listed = self.listed(nodes).map(|values| values.values.clone());
        let few = self.types.within(Types::NULL | Types::BOOLEAN);
        listed.or_else(|| few.then(|| vec![Value::Null, Value::Bool(true), Value::Bool(false)]))
    }

    fn listed<'n>(&self, nodes: &'n [Node]) -> Option<&'n Values> {
        self.nodes(nodes).find_map(|node| node.constant.as_ref().or(node.values.as_ref()))
    }

    /// What is known of the property of this name.
    pub(super) fn property(&self, nodes: &[Node], name: &str, searches: &mut Searches) -> Known {
        Known::of(nodes, self.nodes(nodes).flat_map(|node| of_property(&node.objects, name, searches)))
    }

    /// The names of all properties that it may have, and perhaps some more, if they are listed.
    pub(super) fn names<'n>(&self, nodes: &'n [Node]) -> Option<Vec<&'n String>> {
        let is_never = |id: Id| nodes[id].never;
        let closed = |objects: &&Objects| objects.patterns.is_empty() && objects.others.is_some_and(is_never);
        let objects = self.nodes(nodes).map(|node| &node.objects).find(closed)?;
        Some(objects.properties.keys().collect())
    }

    pub(super) fn requires(&self, nodes: &[Node], name: &str) -> bool {
        self.nodes(nodes).any(|node| node.objects.required.contains(name))
    }

    /// Whether no value is both this and the other, by its type, or by the value of a property like `kind`.
    pub(super) fn is_apart(&self, nodes: &[Node], other: &Known, others: &[Node], searches: &mut Searches) -> bool {
        let types = self.types & other.types;
        if types == Types::NONE {
            return true;
        }
        let apart = |one: Option<&Values>, other: Option<&Values>| {
            one.zip(other).is_some_and(|(one, other)| one.texts.is_disjoint(&other.texts))
        };
        if apart(self.listed(nodes), other.listed(others)) {
            return true;
        }
        let mut names = other.nodes(others).flat_map(|node| node.objects.properties.keys());
        types.within(Types::OBJECT)
            && names.any(|name| {
                (self.requires(nodes, name) || other.requires(others, name))
                    && apart(
                        self.property(nodes, name, searches).listed(nodes),
                        other.property(others, name, searches).listed(others),
                    )
            })
    }
}

/// The parts that the property of this name has to fit, as far as that is sure.
fn of_property(objects: &Objects, name: &str, searches: &mut Searches) -> Vec<Id> {
    let mut parts: Vec<Id> = objects.properties.get(name).copied().into_iter().collect();
    let mut sure = true;
    for (named, id) in &objects.patterns {
        match matches(named, name, searches) {
            Some(true) => parts.push(*id),
            Some(false) => {}
            None => sure = false,
        }
    }
    if parts.is_empty() && sure {
        parts.extend(objects.others);
    }
    parts
}

/// Whether a name matches; none if to know that takes too long.
pub(super) fn matches(named: &NamedPattern, name: &str, searches: &mut Searches) -> Option<bool> {
    searches.is_match(&named.pattern, name).ok()
}
