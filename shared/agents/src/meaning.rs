//! The types of options that mean more than their JSON says. Each says in the schema what it means, under `x-rookery`, so that forms need not
//! guess; and each is read in one way.

use crate::Problems;
use crate::template::{JsonTemplate, Template};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::Deref;

macro_rules! means {
    ($($(#[$doc:meta])* $name:ident($of:ty) $meaning:literal)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) $of);

        impl Deref for $name {
            type Target = $of;

            fn deref(&self) -> &$of {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut schema = generator.subschema_for::<$of>();
                schema.insert("x-rookery".to_owned(), $meaning.into());
                schema
            }
        }
    )*};
}

means! {
    /// A text that is a template.
    TemplateText(String) "template"
    /// Any JSON in which all texts are templates.
    TemplateJson(Value) "templates"
    /// An object in which all texts are templates.
    TemplateObject(Map<String, Value>) "templates"
    /// Any JSON that is taken as it is.
    PlainJson(Value) "values"
    /// A path into the payload.
    PathText(String) "path"
    /// The name of a credential of the project.
    CredentialName(String) "credential"
    /// When something is due, as [`crate::schedule::Schedule`] reads it.
    ScheduleText(String) "schedule"
    /// The name of a persistent agent of the project.
    PersistentAgentName(String) "persistent_agent"
    /// The id of a segment of the project.
    SegmentText(String) "segment"
    /// The id of a list of the project.
    ListText(String) "list"
    /// The name of a stage of that list.
    StageText(String) "stage"
    /// The id of a workflow of the project.
    WorkflowText(String) "workflow"
    /// A script in JavaScript, of many lines.
    ScriptText(String) "script"
    /// A JSON Schema.
    SchemaJson(Value) "json_schema"
}

impl TemplateText {
    /// Reads the template, or notes what is wrong with it.
    pub(crate) fn take(&self, field: &str, problems: &mut Problems) -> Option<Template> {
        problems.take_template(field, Template::parse(self))
    }
}

impl TemplateJson {
    /// Reads the templates, or notes what is wrong with one of them, at its place.
    pub(crate) fn take(&self, field: &str, problems: &mut Problems) -> Option<JsonTemplate> {
        problems.take_template(field, JsonTemplate::parse(self))
    }
}

impl TemplateObject {
    /// Reads the templates, or notes what is wrong with one of them, at its place.
    pub(crate) fn take(self, field: &str, problems: &mut Problems) -> Option<JsonTemplate> {
        problems.take_template(field, JsonTemplate::parse(&Value::Object(self.0)))
    }
}
