//! What `rookery --usage` writes: the counts of its requests to DynamoDB and SQS.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The counts of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    pub(crate) messages: u64,
    pub(crate) empty: u64,
    pub(crate) write_units: f64,
    pub(crate) read_units: f64,
}

/// Counts by service and operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Usage(BTreeMap<String, BTreeMap<String, Count>>);

impl Usage {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("the usage in {}", file.display()))
    }

    pub(crate) fn of(&self, service: &str, operation: &str) -> Count {
        self.0.get(service).and_then(|service| service.get(operation)).copied().unwrap_or_default()
    }

    /// The operations of a service that were used.
    pub(crate) fn operations(&self, service: &str) -> impl Iterator<Item = (&str, &Count)> {
        self.0.get(service).into_iter().flatten().map(|(name, count)| (name.as_str(), count))
    }

    /// The counts since an earlier reading.
    pub(crate) fn since(&self, before: &Usage) -> Usage {
        let mut usage = self.clone();
        for (service, operations) in &mut usage.0 {
            for (operation, count) in operations.iter_mut() {
                let before = before.of(service, operation);
                count.requests -= before.requests;
                count.failed -= before.failed;
                count.messages -= before.messages;
                count.empty -= before.empty;
                count.write_units -= before.write_units;
                count.read_units -= before.read_units;
            }
            operations.retain(|_, count| *count != Count::default());
        }
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_only_what_came_since() -> Result<()> {
        let count = |requests: u64| serde_json::json!({"requests": requests, "failed": 0, "messages": 2, "empty": 1, "write_units": 1.5, "read_units": 0});
        let before: Usage =
            serde_json::from_value(serde_json::json!({"SQS": {"CreateQueue": count(4), "ReceiveMessage": count(1)}}))?;
        let after: Usage = serde_json::from_value(
            serde_json::json!({"SQS": {"CreateQueue": count(4), "ReceiveMessage": count(3)}, "DynamoDB": {"PutItem": count(5)}}),
        )?;
        let since = after.since(&before);
        assert_eq!(since.operations("SQS").collect::<Vec<_>>(), [("ReceiveMessage", &Count { requests: 2, ..Count::default() })]);
        assert_eq!(since.of("DynamoDB", "PutItem").write_units, 1.5);
        Ok(())
    }
}
