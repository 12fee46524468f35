//! The measured workflow: a trigger and three agents, and the events that go through it.

use crate::client::Client;
use anyhow::{Context, Result, ensure};
use hyper::Method;
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The size of an event.
const EVENT_BYTES: usize = 1024;

const NAMES: [&str; 8] = ["Ada", "Bela", "Chidi", "Dagny", "Emeka", "Fatma", "Goran", "Hiroko"];
const GOODS: [&str; 8] =
    ["walnut shelf", "desk lamp", "wool blanket", "tea kettle", "bread knife", "floor cushion", "wall clock", "coat rack"];
const WORDS: [&str; 24] = [
    "please",
    "leave",
    "the",
    "parcel",
    "with",
    "our",
    "neighbour",
    "if",
    "nobody",
    "answers",
    "after",
    "five",
    "bell",
    "is",
    "broken",
    "ring",
    "twice",
    "garden",
    "door",
    "behind",
    "house",
    "thanks",
    "call",
    "before",
];

/// A started workflow.
pub(crate) struct Workflow {
    pub(crate) addr: SocketAddr,
    /// The path of its hook.
    pub(crate) hook: String,
}

impl Workflow {
    /// Creates the workflow over the API, in a project of its own: hook, condition, event formatting, HTTP request to the sink.
    pub(crate) async fn make(addr: SocketAddr, project: &str, sink: SocketAddr) -> Result<Self> {
        let mut client = Client::connect(addr).await?;
        let project = client.call(Method::POST, "/api/v1/projects", &json!({"name": project})).await?;
        let workflows = format!("/api/v1/projects/{}/workflows", id(&project)?);
        let made = client.call(Method::POST, &workflows, &json!({"name": "Orders", "options": options(sink)})).await?;
        let workflow = format!("{workflows}/{}", id(&made)?);
        client.call(Method::POST, &format!("{workflow}/start"), &json!({})).await?;
        let hook = client.call(Method::GET, &format!("{workflow}/agents/hook"), &json!({})).await?;
        let url = hook["hook_url"].as_str().context("the trigger has no hook_url")?;
        let path = url.find("/hooks/").map(|at| url[at..].to_owned());
        Ok(Workflow { addr, hook: path.with_context(|| format!("{url} is not a hook's address"))? })
    }
}

fn id(made: &Value) -> Result<&str> {
    made["id"].as_str().context("what was made has no id")
}

fn options(sink: SocketAddr) -> Value {
    let agent = |id: &str, kind: &str, config: Value| json!({"id": id, "type": "agent", "agent_type": kind, "config": config});
    let link = |source: &str, target: &str| json!({"id": format!("{source}-{target}"), "type": "link", "source": {"id": source}, "target": {"id": target}});
    json!({"cells": [
        agent("hook", "webhook", json!({})),
        agent("paid", "condition", json!({"condition": {"all": [
            {"path": "type", "operator": "eq", "value": "order.paid"},
            {"path": "total", "operator": "gt", "value": 0}
        ]}})),
        agent("format", "event_formatting", json!({"mode": "merge", "instructions": {
            "title": "{{ customer.name }} paid {{ total }} {{ currency }} for {{ items.size }} items"
        }})),
        agent("send", "http_request", json!({"url": format!("http://{sink}/"), "method": "post"})),
        link("hook", "paid"),
        link("paid", "format"),
        link("format", "send"),
    ]})
}

/// Makes an event: an order as a shop would send it, 1 KB, each different.
pub(crate) fn event(number: usize) -> Result<Bytes> {
    let mut random = Random(number as u64);
    let items: Vec<Value> = (0..3)
        .map(|_| json!({"sku": format!("{:08X}", random.next() as u32), "name": random.one_of(&GOODS), "price": random.price()}))
        .collect();
    let name = random.one_of(&NAMES);
    let mut order = json!({
        "number": number,
        "type": "order.paid",
        "id": format!("ord_{:016x}{:016x}", random.next(), random.next()),
        "created_at": format!("2026-03-{:02}T{:02}:{:02}:00Z", 1 + random.next() % 28, random.next() % 24, random.next() % 60),
        "total": random.price(),
        "currency": "EUR",
        "customer": {"name": name, "email": format!("{}.{}@example.com", name.to_lowercase(), random.next() % 10_000)},
        "items": items,
        "note": "",
    });
    let missing = EVENT_BYTES.saturating_sub(order.to_string().len());
    let mut note = String::new();
    while note.len() < missing {
        note.push_str(random.one_of(&WORDS));
        note.push(' ');
    }
    note.truncate(missing);
    order["note"] = note.into();
    let event = order.to_string();
    ensure!(event.len() == EVENT_BYTES, "an event has {} bytes", event.len());
    Ok(event.into())
}

/// SplitMix64: it gives the same events in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[(self.next() % of.len() as u64) as usize]
    }

    fn price(&mut self) -> f64 {
        (100 + self.next() % 50_000) as f64 / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_a_kilobyte_and_their_number() -> Result<()> {
        for number in [0, 7, 9_999, 123_456] {
            let event: Value = serde_json::from_slice(&event(number)?)?;
            assert_eq!(event["number"], number);
        }
        assert_ne!(event(1)?, event(2)?);
        Ok(())
    }
}
