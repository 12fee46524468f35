//! How a schema is read.

use super::node::{Contains, Id, NamedPattern, Node, Types, Values};
use crate::Pattern;
use percent_encoding::percent_decode_str;
use rookery_domain::limits;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Largest schema, in bytes of JSON text.
const BYTES: usize = 64 * 1024;
/// Most regular expressions of a schema.
const PATTERNS: usize = 64;
/// How many parts of a schema may judge one and the same value after another: `$ref`, `allOf` and the like, within one another.
const IN_PLACE: usize = 32;
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Reads the parts of a schema; the first is the schema itself.
pub(super) fn nodes(schema: &Value) -> Result<Vec<Node>, String> {
    if schema.to_string().len() > BYTES {
        return Err(format!("the schema has more than {} KB", BYTES / 1024));
    }
    let mut parser = Parser { root: schema, nodes: Vec::new(), places: HashMap::new(), references: Vec::new(), patterns: 0 };
    parser.node(schema, &Place::default())?;
    parser.resolve()?;
    parser.check_heights()?;
    Ok(parser.nodes)
}

struct Parser<'a> {
    root: &'a Value,
    nodes: Vec<Node>,
    /// The parts by the JSON pointers to them.
    places: HashMap<String, Id>,
    /// References whose targets are not known yet: the part, where it is, and the text.
    references: Vec<(Id, Place, &'a str)>,
    patterns: usize,
}

/// A place in the schema.
#[derive(Debug, Default, Clone)]
struct Place {
    pointer: String,
    depth: usize,
}

impl Place {
    fn join(&self, key: impl ToString) -> Place {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Place { pointer: format!("{}/{key}", self.pointer), depth: self.depth + 1 }
    }

    /// An error at this place.
    fn error(&self, what: &str) -> String {
        let path: Vec<String> = self.pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
        match path.as_slice() {
            [] => format!("the schema {what}"),
            path => format!("`{:.200}` {what}", path.join(".")),
        }
    }
}

impl<'a> Parser<'a> {
    fn node(&mut self, schema: &'a Value, place: &Place) -> Result<Id, String> {
        if let Some(id) = self.places.get(&place.pointer) {
            return Ok(*id);
        }
        if place.depth > limits::JSON_DEPTH {
            return Err(place.error("is nested too deep"));
        }
        let id = self.nodes.len();
        self.nodes.push(Node::default());
        self.places.insert(place.pointer.clone(), id);
        self.nodes[id] = match schema {
            Value::Bool(any) => Node { asks: !any, never: !any, ..Node::default() },
            Value::Object(keywords) => self.keywords(keywords, id, place)?,
            _ => return Err(place.error("must be a schema: an object, true or false")),
        };
        Ok(id)
    }

    fn keywords(&mut self, keywords: &'a Map<String, Value>, id: Id, place: &Place) -> Result<Node, String> {
        let mut node = Node::default();
        for (keyword, value) in keywords {
            let at = place.join(keyword);
            let known = self.applicator(&mut node, keyword, value, &at)? || self.assertion(&mut node, keyword, value, &at)?;
            match keyword.as_str() {
                _ if known => node.asks = true,
                "$ref" => {
                    node.asks = true;
                    self.references.push((id, at.clone(), text(value, &at)?));
                }
                "$schema" if value.as_str().map(|uri| uri.trim_end_matches('#')) != Some(DRAFT) => {
                    return Err(at.error(&format!("must be {DRAFT}: other drafts are not read")));
                }
                "$id" if id == 0 => {}
                "$id" | "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveAnchor" | "$recursiveRef" | "$vocabulary" => {
                    return Err(at.error("is not read here: refer by `$ref` with a path in this schema, like `#/$defs/name`"));
                }
                "unevaluatedProperties" => return Err(at.error("is not read here: use `additionalProperties`")),
                "unevaluatedItems" | "additionalItems" => return Err(at.error("is not read here: use `prefixItems` and `items`")),
                "dependencies" => return Err(at.error("is not read here: use `dependentRequired` or `dependentSchemas`")),
                _ => {}
            }
        }
        // These say something only beside the keyword that they belong to.
        if let Some(contains) = &mut node.lists.contains {
            contains.min = keywords.get("minContains").map_or(Ok(1), |min| count(min, &place.join("minContains")))?;
            contains.max = keywords.get("maxContains").map(|max| count(max, &place.join("maxContains"))).transpose()?;
        }
        Ok(node)
    }

    /// Keywords that have schemas in them.
    fn applicator(&mut self, node: &mut Node, keyword: &str, value: &'a Value, at: &Place) -> Result<bool, String> {
        match keyword {
            "allOf" => node.all_of = self.list(value, at)?,
            "anyOf" => node.any_of = self.list(value, at)?,
            "oneOf" => node.one_of = self.list(value, at)?,
            "not" => node.not = Some(self.node(value, at)?),
            "if" => node.condition = Some(self.node(value, at)?),
            "then" => node.then = Some(self.node(value, at)?),
            "else" => node.otherwise = Some(self.node(value, at)?),
            "prefixItems" => node.lists.first = self.list(value, at)?,
            "items" => node.lists.rest = Some(self.node(value, at)?),
            "contains" => node.lists.contains = Some(Contains { item: self.node(value, at)?, min: 1, max: None }),
            "properties" => node.objects.properties = self.named(value, at)?.collect(),
            "dependentSchemas" => node.objects.dependent_schemas = self.named(value, at)?.collect(),
            "additionalProperties" => node.objects.others = Some(self.node(value, at)?),
            "propertyNames" => node.objects.names = Some(self.node(value, at)?),
            "patternProperties" => {
                let named = self.named(value, at)?;
                node.objects.patterns =
                    named.map(|(text, id)| Ok((self.pattern(&text, &at.join(&text))?, id))).collect::<Result<_, String>>()?;
            }
            "$defs" | "definitions" => drop(self.named(value, at)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Keywords that say something by themselves.
    fn assertion(&mut self, node: &mut Node, keyword: &str, value: &'a Value, at: &Place) -> Result<bool, String> {
        match keyword {
            "type" => node.types = Some(types(value, at)?),
            "const" => node.constant = Some(Values::of(vec![value.clone()])),
            "enum" => node.values = Some(Values::of(array(value, at)?.clone())),
            "format" => node.format = Some(text(value, at)?.to_owned()),
            "minimum" => node.numbers.minimum = Some(number(value, at)?),
            "exclusiveMinimum" => node.numbers.above = Some(number(value, at)?),
            "maximum" => node.numbers.maximum = Some(number(value, at)?),
            "exclusiveMaximum" => node.numbers.below = Some(number(value, at)?),
            "multipleOf" => node.numbers.multiple_of = Some(divisor(value, at)?),
            "minLength" => node.texts.min = Some(count(value, at)?),
            "maxLength" => node.texts.max = Some(count(value, at)?),
            "pattern" => node.texts.pattern = Some(self.pattern(text(value, at)?, at)?),
            "minItems" => node.lists.min = Some(count(value, at)?),
            "maxItems" => node.lists.max = Some(count(value, at)?),
            "uniqueItems" => node.lists.unique = value.as_bool().ok_or_else(|| at.error("must be true or false"))?,
            "minProperties" => node.objects.min = Some(count(value, at)?),
            "maxProperties" => node.objects.max = Some(count(value, at)?),
            "required" => node.objects.required = names(value, at)?.into_iter().collect(),
            "dependentRequired" => {
                let lists = members(value, at)?.iter().map(|(name, list)| Ok((name.clone(), names(list, &at.join(name))?)));
                node.objects.dependent_required = lists.collect::<Result<_, String>>()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn list(&mut self, value: &'a Value, at: &Place) -> Result<Vec<Id>, String> {
        match array(value, at)?.as_slice() {
            [] => Err(at.error("must have a schema in it")),
            schemas => schemas.iter().enumerate().map(|(i, schema)| self.node(schema, &at.join(i))).collect(),
        }
    }

    fn named(&mut self, value: &'a Value, at: &Place) -> Result<std::vec::IntoIter<(String, Id)>, String> {
        let named = members(value, at)?.iter().map(|(name, schema)| Ok((name.clone(), self.node(schema, &at.join(name))?)));
        Ok(named.collect::<Result<Vec<_>, String>>()?.into_iter())
    }

    fn pattern(&mut self, text: &str, at: &Place) -> Result<NamedPattern, String> {
        self.patterns += 1;
        if self.patterns > PATTERNS {
            return Err(at.error(&format!("is one regular expression too many: a schema may have {PATTERNS}")));
        }
        let pattern =
            Pattern::new(text).map_err(|error| at.error(&format!("is no regular expression that is read here: {error}")))?;
        Ok(NamedPattern { text: text.to_owned(), pattern })
    }

    /// Reads the targets of references, which may have references in turn.
    fn resolve(&mut self) -> Result<(), String> {
        while let Some((id, at, reference)) = self.references.pop() {
            let inside = reference.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
            let pointer = inside.ok_or_else(|| at.error("must be a path in this schema, like `#/$defs/name`"))?;
            let pointer = percent_decode_str(pointer).decode_utf8_lossy().into_owned();
            let target = self.root.pointer(&pointer).ok_or_else(|| at.error("refers to nothing in this schema"))?;
            let depth = pointer.split('/').count() - 1;
            self.nodes[id].reference = Some(self.node(target, &Place { pointer, depth })?);
        }
        Ok(())
    }

    /// Errors if a check of one value would go in a circle, or through too many parts.
    fn check_heights(&self) -> Result<(), String> {
        let mut heights = vec![None; self.nodes.len()];
        (0..self.nodes.len()).try_for_each(|id| self.height(id, 0, &mut heights).map(drop))
    }

    fn height(&self, id: Id, depth: usize, heights: &mut [Option<usize>]) -> Result<usize, String> {
        let known = heights[id];
        if depth + known.unwrap_or(0) > IN_PLACE {
            let pointer = self.places.iter().find_map(|(pointer, place)| (*place == id).then(|| pointer.clone()));
            let place = Place { pointer: pointer.unwrap_or_default(), depth: 0 };
            return Err(place.error(&format!("refers to itself, or to more than {IN_PLACE} schemas one after another")));
        }
        if let Some(height) = known {
            return Ok(height);
        }
        let below =
            self.nodes[id].in_place().try_fold(0, |most, id| Ok::<_, String>(self.height(id, depth + 1, heights)?.max(most)))?;
        // A part without others in it has the height 1, so that a chain is as long as the height of its first part.
        heights[id] = Some(below + 1);
        Ok(below + 1)
    }
}

fn text<'a>(value: &'a Value, at: &Place) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| at.error("must be a text"))
}

fn array<'a>(value: &'a Value, at: &Place) -> Result<&'a Vec<Value>, String> {
    value.as_array().ok_or_else(|| at.error("must be a list"))
}

fn members<'a>(value: &'a Value, at: &Place) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| at.error("must be an object"))
}

fn names(value: &Value, at: &Place) -> Result<Vec<String>, String> {
    array(value, at)?.iter().enumerate().map(|(i, name)| Ok(text(name, &at.join(i))?.to_owned())).collect()
}

fn number(value: &Value, at: &Place) -> Result<Value, String> {
    if value.is_number() { Ok(value.clone()) } else { Err(at.error("must be a number")) }
}

fn count(value: &Value, at: &Place) -> Result<u64, String> {
    let whole =
        value.as_u64().or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n)).map(|n| n as u64));
    whole.ok_or_else(|| at.error("must be a whole number that is not negative"))
}

fn divisor(value: &Value, at: &Place) -> Result<Value, String> {
    let positive = value
        .as_number()
        .and_then(super::check::decimal)
        .is_some_and(|number| number.sign() == bigdecimal::num_bigint::Sign::Plus);
    if positive { Ok(value.clone()) } else { Err(at.error("must be a number above 0, of at most 100 digits")) }
}

fn types(value: &Value, at: &Place) -> Result<Types, String> {
    let named = |value: &Value| value.as_str().and_then(Types::named);
    let types = match value {
        Value::Array(list) if !list.is_empty() => list.iter().try_fold(Types::NONE, |types, name| Some(types | named(name)?)),
        value => named(value),
    };
    types.ok_or_else(|| at.error("must be one or more of null, boolean, string, number, integer, array, object"))
}
