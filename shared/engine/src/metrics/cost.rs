//! What an agent costs, estimated from its counts. The units of a hop are those of the bench where messages come one by one (docs/operating.md):
//! under load, reads, messages and pages of lists are shared, and a hop costs about a third less. Not estimated are retries, waits, requests
//! to external agents, models, and what is stored.

use rookery_domain::prices::{HTTP_REQUEST, LAMBDA_GB_SECOND, LAMBDA_REQUEST, LOG_KB, READ_UNIT, SQS_REQUEST, WRITE_UNIT};
use rookery_store::Counts;
use serde::Serialize;

/// What a delivery or check takes that is not handled together with its event, besides its commit: the page of the list, what is read, the
/// message, and a function that works 12 ms with half a GB.
const HOP: Units = Units { writes: 1.0, reads: 3.0, sqs: 3.0, lambda: 1.0, gb_seconds: 0.006, http: 0.0, log_kb: 0.45 };
/// What an event takes that comes in from outside, besides its item.
const ACCEPTED: Units = Units { writes: 0.0, reads: 1.5, sqs: 0.0, lambda: 1.0, gb_seconds: 0.005, http: 1.0, log_kb: 0.45 };

struct Units {
    writes: f64,
    reads: f64,
    sqs: f64,
    lambda: f64,
    gb_seconds: f64,
    http: f64,
    log_kb: f64,
}

/// An estimate of what an agent cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct EstimatedCost {
    /// Write units of DynamoDB.
    pub write_units: f64,
    /// Read units of DynamoDB.
    pub read_units: f64,
    /// Requests to SQS.
    pub sqs_requests: f64,
    /// All of it in dollars, with functions, HTTP requests and logs, by prices of us-east-1, on demand.
    pub usd: f64,
}

impl EstimatedCost {
    /// Estimates what these counts cost.
    pub fn estimated(counts: &Counts) -> Self {
        let hops = counts.received.saturating_sub(counts.chained).saturating_add(counts.checks) as f64;
        let accepted = counts.accepted as f64;
        let sum = |of: fn(&Units) -> f64| hops * of(&HOP) + accepted * of(&ACCEPTED);
        let write_units = counts.writes as f64 + sum(|units| units.writes);
        let (read_units, sqs_requests) = (sum(|units| units.reads), sum(|units| units.sqs));
        let usd = write_units * WRITE_UNIT
            + read_units * READ_UNIT
            + sqs_requests * SQS_REQUEST
            + sum(|units| units.lambda) * LAMBDA_REQUEST
            + sum(|units| units.gb_seconds) * LAMBDA_GB_SECOND
            + sum(|units| units.http) * HTTP_REQUEST
            + sum(|units| units.log_kb) * LOG_KB;
        EstimatedCost { write_units, read_units, sqs_requests, usd }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The event of the bench: it comes in, two agents handle it in its chain, and one calls outside.
    #[test]
    fn an_event_of_the_bench_costs_about_what_was_measured() {
        let hook = Counts { accepted: 1, writes: 1, ..Counts::default() };
        let filter = Counts { received: 1, chained: 1, ..Counts::default() };
        let call = Counts { received: 1, writes: 1, ..Counts::default() };
        let [hook, filter, call] = [hook, filter, call].map(|counts| EstimatedCost::estimated(&counts));
        assert_eq!(filter.usd, 0.0);
        let per_million_hops = (hook.usd + call.usd) / 3.0 * 1e6;
        assert!((1.6..2.2).contains(&per_million_hops), "{per_million_hops}");
    }
}
