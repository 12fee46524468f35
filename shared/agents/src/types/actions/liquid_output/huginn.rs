//! How `liquid_output` takes Huginn's LiquidOutputAgent.

use crate::huginn::{Mapping, Taken};

pub(super) const MAPPING: Mapping = Mapping { emits: false, map: from_huginn, ..Mapping::of("LiquidOutputAgent") };

fn from_huginn(taken: &mut Taken<'_>) {
    let new_address =
        "The address of the page is new, and cannot be guessed: it is the agent's `page_url`, once the workflow is built.";
    for secret in ["secrets", "secret"] {
        taken.options.remove(secret);
    }
    taken.note("secrets", new_address);
}
