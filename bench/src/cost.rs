//! The cost of a load, itemised: by event, by hop, and as money.
//!
//! Storage, recovery, logs and outgoing traffic are not included.

use crate::usage::{Count, Usage};
use crate::workflow::Shape;
use rookery_domain::prices::{HTTP_REQUEST, LAMBDA_GB_SECOND, LAMBDA_REQUEST, READ_UNIT, SQS_REQUEST, WRITE_UNIT};
use serde::Serialize;

/// How many messages an invocation of dispatch handles.
const BATCH: f64 = 10.0;
/// The GB of memory for which Lambda gives one CPU: while code computes, its GB-seconds are CPU seconds times this, at any memory size.
const GB_OF_A_CPU: f64 = 1.769;

/// The counts of one operation.
#[derive(Debug, Serialize)]
pub(crate) struct Item {
    pub(crate) operation: String,
    #[serde(flatten)]
    pub(crate) count: Count,
}

/// A part of the cost.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) what: &'static str,
    pub(crate) per_event: f64,
    pub(crate) per_hop: f64,
    /// The cost of a million hops, in dollars.
    pub(crate) per_million_hops: f64,
}

/// The itemised cost of a load.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    pub(crate) events: usize,
    pub(crate) hops: f64,
    pub(crate) items: Vec<Item>,
    /// Receives that brought no message: they cost by the hour, not by the hop.
    pub(crate) empty_receives: u64,
    pub(crate) parts: Vec<Part>,
    pub(crate) write_units_per_hop: f64,
    pub(crate) read_units_per_hop: f64,
    pub(crate) sqs_requests_per_hop: f64,
    /// The cost of a million hops, in dollars.
    pub(crate) per_million_hops: f64,
}

impl Cost {
    /// Computes the cost from the usage for so many completed events, and from the CPU seconds of the functions.
    pub(crate) fn of(usage: &Usage, shape: Shape, events: usize, functions_cpu: f64) -> Cost {
        let of = |service: &str| usage.operations(service).map(|(name, count)| (name.to_owned(), *count)).collect::<Vec<_>>();
        let (dynamodb, sqs) = (of("DynamoDB"), of("SQS"));
        let sum = |counts: &[(String, Count)], get: fn(&Count) -> f64| counts.iter().map(|(_, count)| get(count)).sum::<f64>();
        let hops = events as f64 * shape.hops();
        let part = |what: &'static str, amount: f64, price: f64| Part {
            what,
            per_event: amount / events as f64,
            per_hop: amount / hops,
            per_million_hops: amount / hops * price * 1e6,
        };
        let messages = usage.of("SQS", "ReceiveMessage").messages;
        let parts = vec![
            part("DynamoDB write units", sum(&dynamodb, |count| count.write_units), WRITE_UNIT),
            part("DynamoDB read units", sum(&dynamodb, |count| count.read_units), READ_UNIT),
            part("SQS requests", sum(&sqs, |count| (count.requests - count.empty.min(count.requests)) as f64), SQS_REQUEST),
            part("Lambda invocations", events as f64 + messages as f64 / BATCH, LAMBDA_REQUEST),
            part("Lambda GB-seconds", functions_cpu * GB_OF_A_CPU, LAMBDA_GB_SECOND),
            part("HTTP API requests", events as f64, HTTP_REQUEST),
        ];
        let items = dynamodb.into_iter().chain(sqs.iter().cloned()).map(|(operation, count)| Item { operation, count });
        Cost {
            events,
            hops,
            items: items.collect(),
            empty_receives: sqs.iter().map(|(_, count)| count.empty).sum(),
            write_units_per_hop: parts[0].per_hop,
            read_units_per_hop: parts[1].per_hop,
            sqs_requests_per_hop: parts[2].per_hop,
            per_million_hops: parts.iter().map(|part| part.per_million_hops).sum(),
            parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_hop_is_a_third_of_an_event() -> Result<(), serde_json::Error> {
        let count = |requests, empty, write_units, read_units| json!({"requests": requests, "failed": 0, "messages": 0, "empty": empty, "write_units": write_units, "read_units": read_units});
        let mut received = count(320, 20, 0.0, 0.0);
        received["messages"] = json!(1000);
        let usage: Usage = serde_json::from_value(json!({
            "DynamoDB": {"PutItem": count(1000, 0, 6000.0, 0.0), "BatchGetItem": count(300, 0, 0.0, 3000.0)},
            "SQS": {"ReceiveMessage": received, "SendMessageBatch": count(300, 0, 0.0, 0.0)}
        }))?;
        let cost = Cost::of(&usage, Shape::Orders, 1000, 0.0);
        assert_eq!([cost.write_units_per_hop, cost.sqs_requests_per_hop], [2.0, 0.2]);
        assert_eq!(cost.empty_receives, 20);
        let money: Vec<f64> = cost.parts.iter().map(|part| (part.per_million_hops * 1e4).round() / 1e4).collect();
        assert_eq!(money, [1.25, 0.125, 0.08, 0.0733, 0.0, 0.3333]);
        Ok(())
    }
}
