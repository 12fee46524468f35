//! How a type takes the options of Huginn: the part of an import that each type's file has for itself.

use super::common::{in_zone, integer, is_true};
use super::report::Note;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// How a type of ours takes an agent of Huginn. `Mapping::of("CsvAgent")` is enough for a type whose options have Huginn's names: each
/// option that the type knows is taken as it is, and what the type does not know is left out with a note.
#[derive(Clone, Copy)]
pub struct Mapping {
    /// The last part of the type's name in Huginn, like `CsvAgent`.
    pub name: &'static str,
    /// When an agent whose file says nothing is checked, like `every_12h`: by the type's own default unless said otherwise. `None` in the end for a
    /// type that Huginn does not schedule.
    pub schedule: Option<&'static str>,
    /// Whether the agent emits events in Huginn.
    pub emits: bool,
    /// The options that are secrets, beside those whose names say so (`token`, `password`, ...).
    pub secrets: &'static [&'static str],
    /// The hosts that the secrets are sent to, unless `api_url` names another. Without any, those of the URLs in the options.
    pub hosts: &'static [&'static str],
    /// The options in which the empty text is not the same as nothing.
    pub keeps_empty: &'static [&'static str],
    /// Takes what is more than an option of the same name.
    pub map: fn(&mut Taken<'_>),
}

impl Mapping {
    /// The mapping of a type whose options and default schedule are Huginn's.
    pub const fn of(name: &'static str) -> Mapping {
        Mapping { name, schedule: None, emits: true, secrets: &[], hosts: &[], keeps_empty: &[], map: |_| {} }
    }
}

/// The options of an agent, while its type takes them: at first as the file has them, in the end as ours.
pub struct Taken<'a> {
    /// The options. Whatever stands here in the end and is no option of ours is left out, with a note.
    pub options: Map<String, Value>,
    /// When the agent is to be checked, as the file or else the type's default says it.
    pub schedule: Option<String>,
    /// The zone of schedules that name none: one of the IANA database.
    pub timezone: &'a str,
    /// The hosts that the secrets are sent to: those of the mapping, unless the options say others.
    pub hosts: Vec<String>,
    pub(super) notes: Vec<Note>,
    pub(super) is_different: bool,
}

impl Taken<'_> {
    /// Tells something of an option. The message must not hold the option's value, which may be a secret.
    pub fn note(&mut self, field: &str, message: impl Into<String>) {
        self.notes.push(Note { field: field.to_owned(), message: message.into() });
    }

    /// Tells that the agent does not do the same as in Huginn.
    pub fn differs(&mut self, field: &str, message: impl Into<String>) {
        self.is_different = true;
        self.note(field, message);
    }

    /// Gives an option another name.
    pub fn rename(&mut self, from: &str, to: &str) {
        if let Some(value) = self.options.remove(from) {
            self.options.insert(to.to_owned(), value);
        }
    }

    /// Sets an option, unless the file has it.
    pub fn default(&mut self, name: &str, value: impl Into<Value>) {
        self.options.entry(name).or_insert_with(|| value.into());
    }

    /// Leaves an option out, if it is there, and tells so. Returns whether it was there.
    pub fn leave_out(&mut self, name: &str, message: &str) -> bool {
        let is_there = self.options.remove(name).is_some();
        if is_there {
            self.note(name, message);
        }
        is_there
    }

    /// Leaves an option out that would have done something, if it is there.
    pub fn lacks(&mut self, name: &str, message: &str) {
        self.is_different |= self.leave_out(name, message);
    }

    /// Writes options that are numbers as texts.
    pub fn as_texts(&mut self, names: &[&str]) {
        for (_, value) in self.options.iter_mut().filter(|(name, value)| names.contains(&name.as_str()) && value.is_number()) {
            *value = value.to_string().into();
        }
    }

    /// Gives an option that is a schedule the zone of the import, if it names none.
    pub fn in_zone(&mut self, name: &str) {
        if let Some(schedule) = self.text(name).map(|schedule| in_zone(schedule, self.timezone)) {
            self.options.insert(name.to_owned(), schedule.into());
        }
    }

    /// An option that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.options.get(name).and_then(Value::as_str)
    }

    /// An option that is a whole number, which may stand as a text.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.options.get(name).and_then(integer)
    }

    /// Takes out an option that is true or false; the texts `true` and `false` are, too.
    pub fn take_flag(&mut self, name: &str) -> bool {
        self.options.remove(name).is_some_and(|value| is_true(&value))
    }
}

/// The names of a type's options, as serde reads them, so that they are known without a schema. `None` for a type that reads its options in a
/// way of its own.
pub(crate) fn options_of<'de, T: Deserialize<'de>>() -> Option<&'static [&'static str]> {
    T::deserialize(Asked).err().and_then(|Names(names)| names)
}

/// A deserializer that has nothing, and notes which fields were asked for.
struct Asked;

#[derive(Debug)]
struct Names(Option<&'static [&'static str]>);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is nothing to read")
    }
}

impl std::error::Error for Names {}

impl Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Names(None)
    }
}

impl<'de> Deserializer<'de> for Asked {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        Err(Names(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        Err(Names(Some(fields)))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
        tuple tuple_struct map enum identifier ignored_any
    }
}
