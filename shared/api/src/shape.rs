//! The shapes of bodies and answers: from a type to its schema. Without the feature `schemas` a shape is nothing, so no code that makes one is
//! linked.

use schemars::JsonSchema;
#[cfg(feature = "schemas")]
use schemars::{Schema, SchemaGenerator};

/// A schema, made with the generator of the document that the schema is for.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    #[cfg(feature = "schemas")]
    make: fn(&mut SchemaGenerator) -> Schema,
}

impl Shape {
    /// The shape of a type.
    pub(crate) fn of<T: JsonSchema>() -> Self {
        Shape {
            #[cfg(feature = "schemas")]
            make: SchemaGenerator::subschema_for::<T>,
        }
    }

    #[cfg(feature = "schemas")]
    pub(crate) fn make(self, generator: &mut SchemaGenerator) -> Schema {
        (self.make)(generator)
    }
}
