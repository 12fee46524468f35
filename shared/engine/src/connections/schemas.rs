//! The schemas by which tasks and replies were checked lately. Each task and each reply is checked by one, and to read it takes longer than
//! to check by it. What is read of a schema follows from the schema alone, so it is never out of date.

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use rookery_agents::json_schema::Schema;
use rookery_sessions::bounded;
use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// The most bytes of the texts of schemas that are kept; what is read of them takes several times as much.
const BYTES: u64 = 1024 * 1024;
/// What a schema counts at least, in bytes.
const OWN_BYTES: u64 = 256;

struct Read {
    schema: Schema,
    bytes: u64,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Value, Arc<Read>> for ByBytes {
    fn weight(&self, _: &Value, read: &Arc<Read>) -> u64 {
        read.bytes
    }
}

static LATELY: LazyLock<Cache<Value, Arc<Read>, ByBytes>> = LazyLock::new(|| bounded(BYTES, OWN_BYTES, ByBytes));

/// Checks a value; or gives the field and what is wrong with it. The field is empty for the value as a whole, also if the schema is not
/// understood any more.
pub(super) fn check(schema: &Value, value: &Value) -> Result<(), (String, String)> {
    let read = read(schema).map_err(|message| (String::new(), message))?;
    read.schema.check(value).map_err(|mismatch| (mismatch.field, mismatch.message))
}

fn read(schema: &Value) -> Result<Arc<Read>, String> {
    LATELY.get_or_insert_with(schema, || {
        let bytes = OWN_BYTES + schema.to_string().len() as u64;
        Ok(Arc::new(Read { schema: Schema::parse(schema)?, bytes }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_is_read_once_and_all_together_are_bounded() {
        let schema = json!({"type": "object", "required": ["a"]});
        let first = read(&schema).unwrap();
        assert!(Arc::ptr_eq(&first, &read(&json!({"type": "object", "required": ["a"]})).unwrap()));
        assert_eq!(check(&schema, &json!({})), Err(("a".to_owned(), "is missing".to_owned())));
        assert!(check(&json!({"type": "object", "required": ["b"]}), &json!({"b": 1})).is_ok());
        assert!(read(&json!({"type": "no type"})).is_err());
        let large = |n: usize| json!({"title": format!("{n}{}", "x".repeat(60_000))});
        for n in 0..100 {
            read(&large(n)).unwrap();
        }
        assert!(LATELY.weight() <= BYTES && LATELY.len() > 4, "{} of {} bytes", LATELY.weight(), LATELY.len());
        assert!(LATELY.get(&large(99)).is_some(), "the largest finds room");
    }
}
