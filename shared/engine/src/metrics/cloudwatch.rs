//! Metrics for CloudWatch, in its embedded metric format: one line of JSON on standard output, which Lambda logs.
//! Source: "Specification: Embedded metric format" in the Amazon CloudWatch User Guide.

use rookery_domain::Time;
use rookery_store::Counts;
use serde_json::{Value, json};

const NAMESPACE: &str = "Rookery";

/// One line for CloudWatch: the counts of all agents since the last line, and how often a run's limit was reached. Counts of zero are
/// left out: the alarms take what is missing for zero, and each byte of a line is paid for.
pub(crate) fn line(stage: &str, now: Time, counts: &Counts, limits_reached: u64) -> Value {
    let counts = [
        ("Deliveries", counts.received),
        ("Checks", counts.checks),
        ("Events", counts.emitted),
        ("Failures", counts.errors),
        ("LimitsReached", limits_reached),
    ];
    let metrics: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.0,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Stage"]],
                "Metrics": metrics.iter().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect::<Value>(),
            }],
        },
        "Stage": stage,
    });
    for (name, count) in metrics {
        line[name] = count.into();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_that_is_named_has_its_value_and_zeros_are_not_named() {
        let counts = Counts { received: 3, emitted: 2, errors: 1, ..Counts::default() };
        let line = line("prod", Time(1_700_000_000_000), &counts, 5);
        assert!(!line.to_string().contains("Checks"), "{line}");
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        let named: Vec<&str> =
            directive["Metrics"].as_array().unwrap().iter().map(|metric| metric["Name"].as_str().unwrap()).collect();
        let values: Vec<u64> = named.iter().map(|name| line[*name].as_u64().unwrap()).collect();
        assert_eq!(values, [3, 2, 1, 5]);
        assert_eq!(line[directive["Dimensions"][0][0].as_str().unwrap()], "prod");
        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_000_i64);
    }
}
