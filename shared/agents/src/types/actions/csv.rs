//! `csv`: reads a CSV text, an event for each of its rows or one for all, or writes one. The options are those of Huginn's CsvAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::compose::text_of;
use crate::huginn::Mapping;
use crate::meaning::PathText;
use crate::paths::Path;
use crate::{AgentError, Context, Effects, Emit, Example, Facts};
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use rookery_domain::{Payload, limits};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Reads a text with comma-separated values, an event for each row or one for all of them; or writes such a text.
///
/// Rows are objects when the text has a header, and lists otherwise. All values are texts. The events are in the group `on_result`, with the rows
/// or the text under `data_key`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Whether a text is read, or written.
    #[serde(default)]
    mode: Mode,
    /// The path to what is read, a text, or written, a list of objects or of lists.
    #[serde(default = "data_path")]
    data_path: PathText,
    /// The name under which the result stands in the payload.
    #[serde(default = "data_key")]
    data_key: String,
    /// What stands between two values: one character, or `\t` for tabulators.
    #[serde(default = "comma")]
    separator: String,
    /// Whether the first line has the names of the columns.
    #[serde(default = "yes")]
    with_header: bool,
    /// The columns to take, as names with commas between them. Without it, all of them.
    #[serde(default)]
    use_fields: String,
    /// When a text is read: an event for each row, or one with all rows.
    #[serde(default)]
    output: Output,
}

/// What is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// A text is read.
    #[default]
    Parse,
    /// A text is written.
    Serialize,
}

/// What events come of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Output {
    /// An event for each row.
    #[default]
    EventPerRow,
    /// One event with all rows.
    EventPerFile,
}

fn data_path() -> PathText {
    PathText("$.data".to_owned())
}

fn data_key() -> String {
    "data".to_owned()
}

fn comma() -> String {
    ",".to_owned()
}

fn yes() -> bool {
    true
}

/// The agent.
pub struct Csv {
    mode: Mode,
    path: Path,
    key: String,
    separator: u8,
    with_header: bool,
    fields: Vec<String>,
    output: Output,
}

impl AgentType for Csv {
    const NAME: &'static str = "csv";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "CSV";
    const GROUPS: &'static [&'static str] = &["on_result"];
    const HUGINN: Option<Mapping> = Some(Mapping::of("CsvAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let path = problems.take("data_path", Path::parse(&options.data_path));
        let separator = match options.separator.as_bytes() {
            br"\t" => Some(b'\t'),
            [one] if one.is_ascii() && !matches!(one, b'"' | b'\r' | b'\n') => Some(*one),
            _ => None,
        };
        if separator.is_none() {
            problems.add("separator", "Give one character of ASCII, like `,` or `;`, or `\\t` for tabulators.");
        }
        let fields: Vec<String> =
            options.use_fields.split(',').map(str::trim).filter(|field| !field.is_empty()).map(str::to_owned).collect();
        if !fields.is_empty() && !options.with_header && options.mode == Mode::Parse {
            problems.add("use_fields", "Columns have names only `with_header`: turn that on, or leave this out.");
        }
        let Options { mode, data_key: key, with_header, output, .. } = options;
        problems.errors.is_empty().then_some(Csv { mode, path: path?, key, separator: separator?, with_header, fields, output })
    }

    fn facts(&self) -> Facts {
        Facts { only_computes: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let data = self.path.get(cx.payload()).unwrap_or(&Value::Null);
        let results = match (self.mode, data) {
            (Mode::Parse, Value::String(text)) => self.parse(text)?,
            (Mode::Parse, _) => return Err(AgentError::fail("no_csv", "There is no text at `data_path` in this event.")),
            (Mode::Serialize, Value::Array(rows)) => vec![self.serialize(rows)?.into()],
            (Mode::Serialize, _) => return Err(AgentError::fail("no_rows", "There is no list at `data_path` in this event.")),
        };
        let emit = |result| {
            let payload = Payload::of(Value::Object(Map::from_iter([(self.key.clone(), result)])))?;
            Ok(Emit { groups: vec!["on_result".to_owned()], payload })
        };
        Ok(Effects { emit: results.into_iter().map(emit).collect::<Result<_, AgentError>>()?, ..Effects::none() })
    }

    fn examples() -> Vec<Example> {
        let text = json!({"data": "name,total\nAnn,5\n\"Bo, B.\",7\n"});
        let rows = [json!({"name": "Ann", "total": "5"}), json!({"name": "Bo, B.", "total": "7"})];
        let without = json!({"with_header": false, "separator": ";", "data_path": "body", "data_key": "row"});
        let written = json!({"mode": "serialize", "use_fields": "name, total"});
        vec![
            Example::new("An event for each row", json!({}))
                .on(text.clone())
                .emits("on_result", json!({"data": rows[0]}))
                .emits("on_result", json!({"data": rows[1]})),
            Example::new("One event with one column", json!({"output": "event_per_file", "use_fields": "total"}))
                .on(text)
                .emits("on_result", json!({"data": [{"total": "5"}, {"total": "7"}]})),
            Example::new("Without a header", without).on(json!({"body": "a;b\n"})).emits("on_result", json!({"row": ["a", "b"]})),
            Example::new("A text is written", written)
                .on(json!({"data": [{"total": 5, "name": "Ann", "id": 1}, {"name": "Bo, B.", "total": null}]}))
                .emits("on_result", json!({"data": "name,total\nAnn,5\n\"Bo, B.\",\n"})),
        ]
    }
}

impl Csv {
    /// The results of a text: its rows, or one list of them.
    fn parse(&self, text: &str) -> Result<Vec<Value>, AgentError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = ReaderBuilder::new()
            .delimiter(self.separator)
            .has_headers(self.with_header)
            .flexible(true)
            .from_reader(text.as_bytes());
        let names = match self.with_header {
            true => Some(reader.headers().map_err(unreadable)?.clone()),
            false => None,
        };
        let rows = reader.records().map(|row| Ok(self.row(names.as_ref(), &row.map_err(unreadable)?)));
        match self.output {
            // One row more than may be committed is enough to say so.
            Output::EventPerRow => rows.take(limits::CHILDREN + 1).collect(),
            Output::EventPerFile => Ok(vec![Value::Array(rows.collect::<Result<_, AgentError>>()?)]),
        }
    }

    fn row(&self, names: Option<&StringRecord>, row: &StringRecord) -> Value {
        let Some(names) = names else { return row.iter().collect() };
        let is_wanted = |name: &str| self.fields.is_empty() || self.fields.iter().any(|field| field == name);
        let cells = names.iter().zip(row.iter()).filter(|(name, _)| is_wanted(name));
        cells.map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
    }

    /// Rows as a text. The columns are `use_fields`, or else the keys of the first row.
    fn serialize(&self, rows: &[Value]) -> Result<String, AgentError> {
        let mut writer = WriterBuilder::new().delimiter(self.separator).flexible(true).from_writer(Vec::new());
        let columns: Vec<String> = match (self.fields.is_empty(), rows.first()) {
            (true, Some(Value::Object(first))) => first.keys().cloned().collect(),
            _ => self.fields.clone(),
        };
        if self.with_header && !columns.is_empty() {
            writer.write_record(&columns).map_err(unreadable)?;
        }
        for row in rows {
            let cells: Vec<String> = match row {
                Value::Object(row) => columns.iter().map(|column| row.get(column).map(text_of).unwrap_or_default()).collect(),
                Value::Array(row) => row.iter().map(text_of).collect(),
                other => vec![text_of(other)],
            };
            writer.write_record(&cells).map_err(unreadable)?;
        }
        let bytes = writer.into_inner().map_err(|error| unreadable(error.into_error().into()))?;
        String::from_utf8(bytes).map_err(|error| AgentError::fail("no_csv", error.to_string()))
    }
}

fn unreadable(error: csv::Error) -> AgentError {
    AgentError::fail("no_csv", format!("The CSV cannot be read or written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, agent, cell, context, event, problem};

    async fn run(config: Value, payload: Value) -> Result<Vec<Value>, AgentError> {
        let (cell, world, event) = (cell(), World::default(), event("source", &payload.to_string()));
        let effects = agent("csv", config).receive(&context(&cell, &event, &world)).await?;
        Ok(effects.emit.iter().map(|emit| emit.payload.value()["data"].clone()).collect())
    }

    #[tokio::test]
    async fn odd_texts_are_read() {
        let read = async |text: &str| run(json!({}), json!({"data": text})).await;
        assert_eq!(
            read("\u{feff}a,b\r\n1,\"x\ny\"\r\n\r\n2").await.unwrap(),
            [json!({"a": "1", "b": "x\ny"}), json!({"a": "2"})]
        );
        assert_eq!(read("").await.unwrap(), Vec::<Value>::new());
        assert_eq!(read("a,b\n1,2,3").await.unwrap(), [json!({"a": "1", "b": "2"})], "what no column is for is left out");
        assert_eq!(run(json!({}), json!({"data": 5})).await.unwrap_err().code, "no_csv");
        assert_eq!(run(json!({"mode": "serialize"}), json!({"data": "a"})).await.unwrap_err().code, "no_rows");
    }

    #[tokio::test]
    async fn what_is_written_is_read_back() {
        let rows = json!([{"a": "1;\"2\"", "b": "x\ny"}, {"a": "", "b": "é"}]);
        for separator in [",", ";", "\\t", "|"] {
            let written = run(json!({"mode": "serialize", "separator": separator}), json!({"data": rows})).await.unwrap();
            let read = run(json!({"separator": separator, "output": "event_per_file"}), json!({"data": written[0]})).await;
            assert_eq!(read.unwrap(), std::slice::from_ref(&rows));
        }
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem("csv", json!({"separator": "--"})), "config.separator");
        assert_eq!(problem("csv", json!({"separator": "é"})), "config.separator");
        assert_eq!(problem("csv", json!({"data_path": "a..b"})), "config.data_path");
        assert_eq!(problem("csv", json!({"with_header": false, "use_fields": "a"})), "config.use_fields");
    }
}
