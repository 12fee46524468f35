//! What other parts of a schema say about the same value: references, alternatives, conditions.

use super::Mismatch;
use super::check::Check;
use super::node::{Id, Node};
use super::place::{Checked, Fault, Path};
use serde_json::Value;

impl Check<'_> {
    /// What other parts say about the same value.
    pub(super) fn in_place(&mut self, node: &Node, value: &Value, path: &Path<'_>) -> Checked {
        for id in node.reference.iter().chain(&node.all_of) {
            self.node(*id, value, path)?;
        }
        if !node.any_of.is_empty() {
            self.alternatives(&node.any_of, value, path, false)?;
        }
        if !node.one_of.is_empty() {
            self.alternatives(&node.one_of, value, path, true)?;
        }
        if let Some(id) = node.not
            && self.fits(id, value, path)?
        {
            return path.wrong("has a form that is not allowed");
        }
        let Some(condition) = node.condition else { return Ok(()) };
        let next = if self.fits(condition, value, path)? { node.then } else { node.otherwise };
        next.map_or(Ok(()), |id| self.node(id, value, path))
    }

    fn alternatives(&mut self, ids: &[Id], value: &Value, path: &Path<'_>, exclusive: bool) -> Checked {
        let (mut fit, mut mismatches) = (0, Vec::new());
        for id in ids {
            match self.trial(*id, value, path)? {
                Ok(()) if !exclusive => return Ok(()),
                Ok(()) => fit += 1,
                Err(mismatch) => mismatches.push(mismatch),
            }
        }
        match fit {
            1 => Ok(()),
            0 => Err(Fault::Mismatch(none_fits(mismatches, path))),
            _ => path.wrong("fits more than one of the alternatives of its schema, and must fit only one"),
        }
    }

    pub(super) fn fits(&mut self, id: Id, value: &Value, path: &Path<'_>) -> Result<bool, Fault> {
        Ok(self.trial(id, value, path)?.is_ok())
    }

    /// The mismatch of a part that the value need not fit.
    fn trial(&mut self, id: Id, value: &Value, path: &Path<'_>) -> Result<Result<(), Mismatch>, Fault> {
        match self.node(id, value, path) {
            Ok(()) => Ok(Ok(())),
            Err(Fault::Mismatch(mismatch)) => {
                self.spend(10)?;
                Ok(Err(mismatch))
            }
            Err(Fault::TooLong) => Err(Fault::TooLong),
        }
    }
}

/// If all alternatives but one are for something else altogether, it helps to know what is wrong with that one.
fn none_fits(mut mismatches: Vec<Mismatch>, path: &Path<'_>) -> Mismatch {
    let here = path.mismatch("fits none of the alternatives of its schema");
    mismatches.retain(|mismatch| mismatch.field != here.field);
    if mismatches.len() == 1 { mismatches.remove(0) } else { here }
}
