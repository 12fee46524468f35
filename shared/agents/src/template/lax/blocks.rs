//! What each tag is made into, and the blocks, each with what ends it and its parts.

use super::expression::{Chain, count};
use super::words::{is_quote, name};
use super::{Fault, Read, Reader, Tag, tags};
use crate::template::conditions::{Branch, Branches, Case, Condition};
use crate::template::error;
use crate::template::filters::patterns;
use crate::template::loops::{Loop, LoopBlock};
use crate::template::replaces::Replace;
use crate::template::tags::{Captured, Count, Leave, Made, Mark};
use crate::template::values::Assign;
use liquid_core::runtime::Interrupt;
use liquid_core::{Renderable, Template};

/// The tags, and the blocks among them, as an error lists them.
const TAGS: &str = "assign, break, capture, case, comment, continue, credential, cycle, decrement, for, if, increment, line_break, raw, \
                    regex_replace, regex_replace_first, tablerow, unless, uuidv4";
/// The tags that only stand in blocks.
const PARTS: [&str; 4] = ["else", "elsif", "when", "with"];

fn boxed<R: Renderable + 'static>(made: R) -> Option<Box<dyn Renderable>> {
    Some(Box::new(made))
}

impl<'s> Reader<'s> {
    /// Makes a tag into what is rendered, with all up to its end if it begins a block; none where that is nothing.
    pub(super) fn tag(&mut self, tag: &Tag<'s>) -> Read<'s, Option<Box<dyn Renderable>>> {
        Ok(match tag.name {
            "#" => None,
            "comment" => self.comment(tag).map(|()| None)?,
            "raw" => self.raw(tag)?,
            "assign" => boxed(self.assign(tag)?),
            "if" | "unless" => boxed(self.branches(tag)?),
            "case" => boxed(self.case(tag)?),
            "for" => boxed(self.turns(tag, LoopBlock::For)?),
            "tablerow" => boxed(self.turns(tag, LoopBlock::TableRow)?),
            "capture" => boxed(self.capture(tag)?),
            "regex_replace" => boxed(self.replace(tag, usize::MAX)?),
            "regex_replace_first" => boxed(self.replace(tag, 1)?),
            "credential" => boxed(self.credential(tag)?),
            "cycle" => boxed(tags::cycle(tag)?),
            "increment" | "decrement" => boxed(Count { name: tags::variable(tag, tag.markup)?, is_up: tag.name == "increment" }),
            "break" => boxed(Leave(Interrupt::Break)),
            "continue" => boxed(Leave(Interrupt::Continue)),
            "line_break" => boxed(Made::LineBreak),
            "uuidv4" => boxed(Made::Uuid),
            name if PARTS.contains(&name) || name.starts_with("end") => {
                return Err(tag.fault(&format!("`{{% {name} %}}` has no place here: no block that it belongs to is open")));
            }
            name => return Err(tag.fault(&format!("there is no tag `{name}`; there are {TAGS}"))),
        })
    }

    /// Reads a part of a block up to one of these tags, or to the tag that ends the block, which has the block's name.
    fn part(&mut self, block: &Tag<'s>, others: &[&str]) -> Read<'s, (Template, Tag<'s>)> {
        let end = format!("end{}", block.name);
        let ends: Vec<&str> = others.iter().copied().chain([end.as_str()]).collect();
        let (body, found) = self.elements(&ends)?;
        let fault = || block.fault(&format!("`{{% {} %}}` is not closed: `{{% {end} %}}` expected", block.name));
        Ok((body, found.ok_or_else(fault)?))
    }

    /// Reads a part of a block, and what comes behind the tag that parts the block in two, if it has that tag.
    fn parts(&mut self, block: &Tag<'s>, between: &str) -> Read<'s, (Template, Option<Template>)> {
        let (body, found) = self.part(block, &[between])?;
        let behind = if found.name == between { Some(self.part(block, &[])?.0) } else { None };
        Ok((body, behind))
    }

    /// Reads blocks whose text becomes a value.
    fn captured<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<'s, T>) -> Read<'s, T> {
        self.captures += 1;
        let found = read(self);
        self.captures -= 1;
        found
    }

    fn assign(&mut self, tag: &Tag<'s>) -> Read<'s, Assign> {
        let fault = || tag.fault("a variable, `=` and a value expected, as in {% assign name = value %}");
        let (variable, value) = tag.markup.split_once('=').ok_or_else(fault)?;
        let name = tags::variable(tag, variable)?;
        let chain = Chain::read(value)?.ok_or_else(fault)?;
        self.unknown_filters(Some(&chain));
        self.passed_over(tag.markup, &format!("{variable} = {chain}"));
        Ok(Assign { name, chain: chain.made(&mut self.patterns)? })
    }

    fn condition(&mut self, tag: &Tag<'s>) -> Read<'s, Condition> {
        let (condition, shown) = tags::condition(tag)?;
        self.passed_over(tag.markup, &shown);
        Ok(condition)
    }

    fn branches(&mut self, tag: &Tag<'s>) -> Read<'s, Branches> {
        let mut branches = Vec::new();
        let (mut condition, mut is_met) = (self.condition(tag)?, tag.name == "if");
        loop {
            let (body, next) = self.part(tag, &["elsif", "else"])?;
            branches.push(Branch { condition, is_met, body });
            let otherwise = match next.name {
                "elsif" => {
                    (condition, is_met) = (self.condition(&next)?, true);
                    continue;
                }
                "else" => Some(self.part(tag, &[])?.0),
                _ => None,
            };
            return Ok(Branches { branches, otherwise });
        }
    }

    fn case(&mut self, tag: &Tag<'s>) -> Read<'s, Case> {
        let (value, _) = tags::value(tag)?;
        let mut cases = Vec::new();
        // What stands before the first `when` is not rendered.
        let (_, mut next) = self.part(tag, &["when", "else"])?;
        while next.name == "when" {
            let values = tags::values(&next)?;
            let (body, behind) = self.part(tag, &["when", "else"])?;
            cases.push((values, body));
            next = behind;
        }
        let otherwise = if next.name == "else" { Some(self.part(tag, &[])?.0) } else { None };
        Ok(Case { value, cases, otherwise })
    }

    fn turns(&mut self, tag: &Tag<'s>, kind: LoopBlock) -> Read<'s, Loop> {
        let (variable, turns) = tags::turns(tag, kind)?;
        let (body, otherwise) = self.parts(tag, "else")?;
        Ok(Loop { kind, variable, turns, body, otherwise })
    }

    fn capture(&mut self, tag: &Tag<'s>) -> Read<'s, Captured> {
        let name = tags::variable(tag, name(tag.markup.trim().trim_start_matches(is_quote)))?;
        let (body, _) = self.captured(|reader| reader.part(tag, &[]))?;
        Ok(Captured { name, body })
    }

    fn replace(&mut self, tag: &Tag<'s>, most: usize) -> Read<'s, Replace> {
        let (expression, text) = tags::value(tag)?;
        let pattern = patterns::fixed(&expression).transpose();
        let pattern = pattern.map_err(|error| Fault::Syntax(text, error::message(&error)))?;
        count(&mut self.patterns, pattern.is_some(), text)?;
        let (body, with) = self.captured(|reader| reader.parts(tag, "with"))?;
        Ok(Replace { most, expression, pattern, body, with: with.unwrap_or_else(|| Template::new(Vec::new())) })
    }

    fn credential(&mut self, tag: &Tag<'s>) -> Read<'s, Mark> {
        let name = tags::credential(tag)?;
        self.is_captured |= self.captures > 0;
        if !self.credentials.iter().any(|known| known == name) {
            self.credentials.push(name.to_owned());
        }
        Ok(Mark(name.to_owned()))
    }
}
