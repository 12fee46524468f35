//! The functions of XPath 1.0.

use super::evaluate::{Asked, At, number_of};
use super::{Expr, Failed, Found};
use crate::tree::{Data, Item};
use std::ops::RangeInclusive;

macro_rules! functions {
    ($($function:ident $name:literal $takes:expr,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Function { $($function),* }

        impl Function {
            pub(super) fn find(name: &str) -> Option<Self> {
                match name { $($name => Some(Function::$function),)* _ => None }
            }

            /// How many values it is called with.
            pub(super) fn takes(self) -> RangeInclusive<usize> {
                match self { $(Function::$function => $takes),* }
            }
        }
    };
}

functions! {
    Last "last" 0..=0,
    Position "position" 0..=0,
    Count "count" 1..=1,
    Id "id" 1..=1,
    LocalName "local-name" 0..=1,
    NamespaceUri "namespace-uri" 0..=1,
    Name "name" 0..=1,
    Text "string" 0..=1,
    Concat "concat" 2..=100,
    StartsWith "starts-with" 2..=2,
    Contains "contains" 2..=2,
    SubstringBefore "substring-before" 2..=2,
    SubstringAfter "substring-after" 2..=2,
    Substring "substring" 2..=3,
    StringLength "string-length" 0..=1,
    NormalizeSpace "normalize-space" 0..=1,
    Translate "translate" 3..=3,
    Boolean "boolean" 1..=1,
    Not "not" 1..=1,
    True "true" 0..=0,
    False "false" 0..=0,
    Lang "lang" 1..=1,
    Number "number" 0..=1,
    Sum "sum" 1..=1,
    Floor "floor" 1..=1,
    Ceiling "ceiling" 1..=1,
    Round "round" 1..=1,
}

impl Asked<'_> {
    pub(super) fn call(&mut self, function: Function, arguments: &[Expr], at: At) -> Result<Found, Failed> {
        use Function as F;
        Ok(match (function, arguments) {
            (F::Last, _) => Found::Number(at.size as f64),
            (F::Position, _) => Found::Number(at.position as f64),
            (F::True | F::False, _) => Found::Boolean(function == F::True),
            (F::Not, [value]) => Found::Boolean(!self.boolean(value, at)?),
            (F::Boolean, [value]) => Found::Boolean(self.boolean(value, at)?),
            (F::Count, [items]) => Found::Number(self.items(items, at)?.len() as f64),
            (F::Sum, [items]) => {
                let mut sum = 0.0;
                for item in self.items(items, at)? {
                    sum += number_of(&self.text_of(item)?);
                }
                Found::Number(sum)
            }
            (F::Id, [ids]) => {
                let ids = self.text(ids, at)?;
                self.work.spend(self.tree.nodes.len())?;
                let nodes = self.tree.below(0).map(Item::node);
                let has_id =
                    |item: &Item| self.tree.attribute(*item, "id").is_some_and(|id| ids.split_whitespace().any(|one| one == id));
                Found::Items(nodes.filter(has_id).collect())
            }
            (F::LocalName | F::NamespaceUri | F::Name, arguments) => {
                let item = match arguments.first() {
                    Some(items) => self.items(items, at)?.first().copied(),
                    None => Some(at.item),
                };
                Found::Text(item.map(|item| self.name_of(function, item)).unwrap_or_default())
            }
            (F::Number, [value]) => Found::Number(self.number(value, at)?),
            (F::Number, _) => Found::Number(number_of(&self.text_of(at.item)?)),
            (F::Floor, [value]) => Found::Number(self.number(value, at)?.floor()),
            (F::Ceiling, [value]) => Found::Number(self.number(value, at)?.ceil()),
            (F::Round, [value]) => Found::Number((self.number(value, at)? + 0.5).floor()),
            (F::Lang, [value]) => {
                let wanted = self.text(value, at)?.to_lowercase();
                let mut item = Some(at.item);
                while let Some(here) = item {
                    self.work.spend(1)?;
                    let lang = self.tree.attribute(here, "xml:lang").or_else(|| self.tree.attribute(here, "lang"));
                    if let Some(lang) = lang.map(str::to_lowercase) {
                        return Ok(Found::Boolean(lang == wanted || lang.starts_with(&format!("{wanted}-"))));
                    }
                    item = self.tree.parent(here);
                }
                Found::Boolean(false)
            }
            (function, arguments) => {
                let mut texts = Vec::new();
                for argument in arguments {
                    texts.push(self.text(argument, at)?);
                }
                if texts.is_empty() {
                    texts.push(self.text_of(at.item)?);
                }
                let bytes = texts.iter().map(String::len).sum::<usize>();
                self.work.spend(bytes / 8)?;
                of_texts(function, &texts)
            }
        })
    }

    fn name_of(&self, function: Function, item: Item) -> String {
        let attribute =
            || self.tree.element(item.node)?.attributes.get(item.attribute as usize - 1).map(|(name, _)| name.as_str());
        let name = match (item.attribute, &self.tree.get(item.node).data) {
            (1.., _) => attribute().unwrap_or_default(),
            (0, Data::Instruction(text)) => text.split_whitespace().next().unwrap_or_default(),
            (0, _) => self.tree.name(item),
        };
        match function {
            Function::NamespaceUri if item.attribute > 0 => String::new(),
            Function::NamespaceUri => self.tree.namespace(item).to_owned(),
            Function::LocalName => name.split_once(':').map_or(name, |(_, local)| local).to_owned(),
            _ => name.to_owned(),
        }
    }
}

/// The functions of texts alone.
fn of_texts(function: Function, texts: &[String]) -> Found {
    use Function as F;
    let text = |at: usize| texts.get(at).map_or("", String::as_str);
    let (first, second) = (text(0), text(1));
    match function {
        F::Concat => Found::Text(texts.concat()),
        F::StartsWith => Found::Boolean(first.starts_with(second)),
        F::Contains => Found::Boolean(first.contains(second)),
        F::SubstringBefore => Found::Text(first.split_once(second).map_or("", |(before, _)| before).to_owned()),
        F::SubstringAfter => Found::Text(first.split_once(second).map_or("", |(_, after)| after).to_owned()),
        F::Substring => Found::Text(substring(first, number_of(second), texts.get(2).map(|length| number_of(length)))),
        F::StringLength => Found::Number(first.chars().count() as f64),
        F::NormalizeSpace => Found::Text(first.split_ascii_whitespace().collect::<Vec<_>>().join(" ")),
        F::Translate => {
            let (from, to): (Vec<char>, Vec<char>) = (second.chars().collect(), text(2).chars().collect());
            let translated = |char: char| match from.iter().take(1_000).position(|one| *one == char) {
                Some(at) => to.get(at).copied(),
                None => Some(char),
            };
            Found::Text(first.chars().filter_map(translated).collect())
        }
        _ => Found::Text(first.to_owned()),
    }
}

/// The characters from a place on, counted from 1, which is rounded; at most so many.
fn substring(text: &str, from: f64, length: Option<f64>) -> String {
    let round = |number: f64| (number + 0.5).floor();
    let (from, end) = (round(from), length.map_or(f64::INFINITY, |length| round(from) + round(length)));
    let chars = text.chars().zip(1_u32..);
    chars.filter(|(_, at)| f64::from(*at) >= from && f64::from(*at) < end).map(|(char, _)| char).collect()
}
