//! The nodes along an axis of XPath, and the tests that they must pass.

use super::evaluate::Asked;
use super::{Axis, Failed, Test, Work};
use crate::tree::{Data, Item, Tree, is_declaration};

impl Asked<'_> {
    /// The number of the namespace that a test names: none if it names none, or the tree has no names of namespaces.
    pub(super) fn space(&self, test: &Test) -> Result<Option<usize>, Failed> {
        let (Test::Name(prefix, _) | Test::Any(prefix)) = test else { return Ok(None) };
        let Some(prefix) = prefix.as_deref().filter(|_| self.tree.spaces.len() > 1) else { return Ok(None) };
        let root = self.tree.root().and_then(|root| self.tree.element(root.node));
        let wanted = if prefix == "xmlns" { "" } else { prefix };
        let declared = root.and_then(|root| root.declared.iter().find(|(declared, _)| declared == wanted));
        match (declared, self.tree.is_html) {
            (Some((_, space)), _) => Ok(Some(*space)),
            (None, true) => Ok(None),
            (None, false) => Err(Failed::UnknownPrefix(prefix.to_owned())),
        }
    }

    /// The items along an axis that pass a test, the nearest first.
    pub(super) fn along(&mut self, axis: Axis, item: Item, test: &Test, space: Option<usize>) -> Result<Vec<Item>, Failed> {
        let (tree, node, is_css) = (self.tree, item.node, self.is_css);
        let is_attribute = item.attribute > 0;
        let parent = if is_attribute { Some(node) } else { (node != 0).then(|| tree.get(node).parent) };
        let ancestors = || std::iter::successors(parent, |node| (*node != 0).then(|| tree.get(*node).parent));
        let mut found = Vec::new();
        let mut take = |node: u32, work: &mut Work| {
            work.spend(1)?;
            if passes(tree, node, test, space, is_css) {
                found.push(Item::node(node));
            }
            Ok(())
        };
        let work = &mut *self.work;
        match axis {
            Axis::Attribute => {
                let Some(element) = tree.element(node).filter(|_| !is_attribute) else { return Ok(found) };
                work.spend(element.attributes.len())?;
                let attributes = element.attributes.iter().zip(1..);
                let passing = attributes.filter(|((name, _), _)| !is_declaration(name) && names(test, name, tree.is_html));
                return Ok(passing.map(|(_, attribute)| Item { node, attribute }).collect());
            }
            Axis::Own if is_attribute => return Ok(if matches!(test, Test::Node) { vec![item] } else { found }),
            Axis::Own => take(node, work)?,
            Axis::Parent => parent.map_or(Ok(()), |parent| take(parent, work))?,
            Axis::Ancestor => ancestors().try_for_each(|node| take(node, work))?,
            Axis::AncestorOrSelf => {
                if !is_attribute {
                    take(node, work)?;
                }
                ancestors().try_for_each(|node| take(node, work))?;
            }
            Axis::Child | Axis::Descendant if is_attribute => {}
            Axis::Child => tree.children(node).try_for_each(|node| take(node, work))?,
            Axis::Descendant => tree.below(node).try_for_each(|node| take(node, work))?,
            Axis::DescendantOrSelf if is_attribute => return Ok(if matches!(test, Test::Node) { vec![item] } else { found }),
            Axis::DescendantOrSelf => (node..tree.get(node).end).try_for_each(|node| take(node, work))?,
            Axis::FollowingSibling | Axis::PrecedingSibling if is_attribute || node == 0 => {}
            Axis::FollowingSibling => {
                let end = tree.get(tree.get(node).parent).end;
                let mut next = tree.get(node).end;
                while next < end {
                    take(next, work)?;
                    next = tree.get(next).end;
                }
            }
            Axis::PrecedingSibling => {
                tree.children(tree.get(node).parent)
                    .take_while(|sibling| *sibling < node)
                    .try_for_each(|node| take(node, work))?;
                found.reverse();
            }
            Axis::Following => {
                let from = if is_attribute { node + 1 } else { tree.get(node).end };
                (from..tree.nodes.len() as u32).try_for_each(|node| take(node, work))?;
            }
            Axis::Preceding => {
                (1..node).rev().filter(|before| tree.get(*before).end <= node).try_for_each(|node| take(node, work))?;
                work.spend(node as usize)?;
            }
        }
        Ok(found)
    }
}

fn passes(tree: &Tree, node: u32, test: &Test, space: Option<usize>, is_css: bool) -> bool {
    match (test, &tree.get(node).data) {
        (Test::Node, _) | (Test::Text, Data::Text(_) | Data::Plain(_)) | (Test::Comment, Data::Comment(_)) => true,
        (Test::Instruction, Data::Instruction(_)) => true,
        (Test::Any(_), Data::Element(element)) => space.is_none_or(|space| element.space == space),
        (Test::Name(prefix, local), Data::Element(element)) => {
            // With namespaces, a name without a prefix is that of an element without a namespace.
            let is_bound = !tree.is_html && !is_css && tree.spaces.len() > 1;
            let has_space = match (prefix, space) {
                (_, Some(space)) => element.space == space,
                (None, None) => !is_bound || element.space == 0,
                (Some(_), None) => true,
            };
            has_space && local_is(&element.name, prefix.as_deref(), local, tree.is_html)
        }
        _ => false,
    }
}

/// Whether a name is that of a test. HTML has no prefixes: there, they belong to the name.
fn local_is(name: &str, prefix: Option<&str>, local: &str, is_html: bool) -> bool {
    match (prefix, name.split_once(':')) {
        (Some(prefix), Some((own, rest))) if is_html => own == prefix && rest == local,
        (_, Some((_, rest))) if !is_html => rest == local,
        _ => name == local,
    }
}

fn names(test: &Test, name: &str, is_html: bool) -> bool {
    match test {
        Test::Node | Test::Any(None) => true,
        Test::Any(Some(prefix)) => name.split_once(':').is_some_and(|(own, _)| own == prefix),
        Test::Name(Some(prefix), local) => {
            name.split_once(':').map_or(name == local, |(own, rest)| own == prefix && rest == local)
        }
        Test::Name(None, local) => name == local || (is_html && name.eq_ignore_ascii_case(local)),
        _ => false,
    }
}
