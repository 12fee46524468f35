//! What a schema, or a part of one, says about a value.

use crate::Pattern;
use crate::compare::{canonical, is_integer};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value;
use std::ops::{BitAnd, BitOr};

/// The place of a part among the parts of its schema.
pub(super) type Id = usize;

/// A part of a schema: what each keyword says, if it is there. An empty part takes every value.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Whether the part may refuse a value.
    pub asks: bool,
    /// The schema `false` takes no value.
    pub never: bool,
    pub reference: Option<Id>,
    pub types: Option<Types>,
    pub constant: Option<Values>,
    pub values: Option<Values>,
    pub all_of: Vec<Id>,
    pub any_of: Vec<Id>,
    pub one_of: Vec<Id>,
    pub not: Option<Id>,
    pub condition: Option<Id>,
    pub then: Option<Id>,
    pub otherwise: Option<Id>,
    pub numbers: Numbers,
    pub texts: Texts,
    pub lists: Lists,
    pub objects: Objects,
    /// A note that is not checked.
    pub format: Option<String>,
}

/// What is said about numbers. The values are numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub minimum: Option<Value>,
    pub above: Option<Value>,
    pub maximum: Option<Value>,
    pub below: Option<Value>,
    pub multiple_of: Option<Value>,
}

/// What is said about texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub pattern: Option<NamedPattern>,
}

/// A regular expression, and its text.
#[derive(Debug)]
pub(super) struct NamedPattern {
    pub text: String,
    pub pattern: Pattern,
}

/// What is said about lists.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub first: Vec<Id>,
    pub rest: Option<Id>,
    pub contains: Option<Contains>,
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub unique: bool,
}

/// How many items of a list have to fit a schema.
#[derive(Debug)]
pub(super) struct Contains {
    pub item: Id,
    pub min: u64,
    pub max: Option<u64>,
}

/// What is said about objects.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub properties: IndexMap<String, Id>,
    pub patterns: Vec<(NamedPattern, Id)>,
    pub others: Option<Id>,
    pub names: Option<Id>,
    pub required: IndexSet<String>,
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub dependent_required: IndexMap<String, Vec<String>>,
    pub dependent_schemas: IndexMap<String, Id>,
}

/// Values of which one is asked for, and their canonical texts.
#[derive(Debug)]
pub(super) struct Values {
    pub values: Vec<Value>,
    pub texts: IndexSet<String>,
}

impl Values {
    pub(super) fn of(values: Vec<Value>) -> Self {
        Values { texts: values.iter().map(canonical).collect(), values }
    }
}

impl Node {
    /// The parts that judge the very value that this part judges.
    pub(super) fn in_place(&self) -> impl Iterator<Item = Id> {
        let single = [self.reference, self.not, self.condition, self.then, self.otherwise];
        let lists = [&self.all_of, &self.any_of, &self.one_of];
        let dependent = self.objects.dependent_schemas.values().copied();
        single.into_iter().flatten().chain(lists.into_iter().flatten().copied()).chain(dependent)
    }
}

/// A set of types of values. The type `number` is that of integers and that of fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Types = Types(0);
    pub(super) const NULL: Types = Types(1);
    pub(super) const BOOLEAN: Types = Types(2);
    pub(super) const OBJECT: Types = Types(4);
    pub(super) const LIST: Types = Types(8);
    pub(super) const TEXT: Types = Types(16);
    pub(super) const INTEGER: Types = Types(32);
    pub(super) const FRACTION: Types = Types(64);
    pub(super) const NUMBER: Types = Types(96);
    pub(super) const ALL: Types = Types(127);

    /// The types by their names, as schemas and as messages have them. The type of fractions has no name of its own.
    const NAMES: [(Types, &str, &str); 7] = [
        (Types::NULL, "null", "null"),
        (Types::BOOLEAN, "boolean", "true or false"),
        (Types::TEXT, "string", "a text"),
        (Types::NUMBER, "number", "a number"),
        (Types::INTEGER, "integer", "an integer"),
        (Types::LIST, "array", "a list"),
        (Types::OBJECT, "object", "an object"),
    ];

    pub(super) fn of(value: &Value) -> Types {
        match value {
            Value::Null => Types::NULL,
            Value::Bool(_) => Types::BOOLEAN,
            Value::Object(_) => Types::OBJECT,
            Value::Array(_) => Types::LIST,
            Value::String(_) => Types::TEXT,
            Value::Number(number) if is_integer(number) => Types::INTEGER,
            Value::Number(_) => Types::FRACTION,
        }
    }

    pub(super) fn named(name: &str) -> Option<Types> {
        Types::NAMES.into_iter().find_map(|(types, known, _)| (known == name).then_some(types))
    }

    /// Each type by itself.
    pub(super) fn each(self) -> impl Iterator<Item = Types> {
        (0..7).map(|bit| Types(1 << bit)).filter(move |types| types.within(self))
    }

    /// Whether all of the types are in the other set.
    pub(super) fn within(self, other: Types) -> bool {
        self & other == self
    }

    /// The types for people, like "a text or null".
    pub(super) fn described(self) -> String {
        let mut left = self;
        let mut names = Vec::new();
        for (types, _, described) in Types::NAMES {
            if types.within(left) {
                names.push(described);
                left = Types(left.0 & !types.0);
            }
        }
        names.join(" or ")
    }
}

impl BitAnd for Types {
    type Output = Types;

    fn bitand(self, other: Types) -> Types {
        Types(self.0 & other.0)
    }
}

impl BitOr for Types {
    type Output = Types;

    fn bitor(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }
}
