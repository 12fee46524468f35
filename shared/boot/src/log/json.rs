//! The form of a function's lines: one flat JSON object, since each byte of a line is paid for. A line has the time, the level, its
//! own fields, and those of the innermost span that has any. So a field has the same name wherever it comes from, and must not be
//! given to both the line and its span.

use rookery_domain::Time;
use std::fmt;
use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes a line. Lambda needs `timestamp` and `level` under these names.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write!(writer, "{{\"timestamp\":\"{}\",\"level\":\"{}\",", Time::now(), event.metadata().level())?;
        context.field_format().format_fields(writer.by_ref(), event)?;
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<N>>().map_or("", |formatted| formatted.fields.as_str());
            if !fields.is_empty() {
                write!(writer, ",{fields}")?;
                break;
            }
        }
        writer.write_str("}\n")
    }
}

/// Writes fields as the members of an object, without its braces. Fields that are recorded later are added at the end.
pub(super) struct JsonFields;

impl<'writer> FormatFields<'writer> for JsonFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut members = Members { writer, is_first: true, written: Ok(()) };
        fields.record(&mut members);
        members.written
    }

    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let is_first = current.fields.is_empty();
        let mut members = Members { writer: current.as_writer(), is_first, written: Ok(()) };
        fields.record(&mut members);
        members.written
    }
}

struct Members<'writer> {
    writer: Writer<'writer>,
    is_first: bool,
    written: fmt::Result,
}

impl Members<'_> {
    /// `value` must be JSON.
    fn add(&mut self, field: &Field, value: impl fmt::Display) {
        let comma = if std::mem::take(&mut self.is_first) { "" } else { "," };
        self.written = self.written.and_then(|()| write!(self.writer, "{comma}\"{}\":{value}", field.name()));
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, serde_json::Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, serde_json::Value::from(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::log::lines_as_json;
    use crate::log::tests::Lines;
    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn a_line_is_one_flat_object_of_its_own_fields_and_those_of_the_innermost_span_that_has_any() {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::registry().with(lines_as_json(lines.writer()));
        tracing::subscriber::with_default(subscriber, || {
            let _outer = tracing::info_span!("outer", request = "not seen").entered();
            let span = tracing::info_span!("span", workflow = %"w\"1", trace = tracing::field::Empty, attempt = None::<u32>);
            span.record("trace", "00ff");
            let _span = span.entered();
            let _empty = tracing::info_span!("empty").entered();
            tracing::warn!(why = "a\nb", share = 0.5, took_ms = 12, is_late = true, of = ?Some("x"), "put {}", "off");
        });
        let text = lines.text();
        let mut line: Value = serde_json::from_str(&text).unwrap();
        assert!(text.ends_with("}\n") && text.lines().count() == 1, "{text}");
        let at = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(at.as_str().unwrap().parse::<jiff::Timestamp>().is_ok() && at.as_str().unwrap().len() == 24, "{at}");
        let own = json!({"level": "WARN", "message": "put off", "why": "a\nb", "share": 0.5, "took_ms": 12, "is_late": true, "of": "Some(\"x\")"});
        let mut expected = own.as_object().unwrap().clone();
        expected.extend(json!({"workflow": "w\"1", "trace": "00ff"}).as_object().unwrap().clone());
        assert_eq!(line, Value::Object(expected));
    }
}
