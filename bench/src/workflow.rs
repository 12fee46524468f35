//! The measured workflow, in one of several shapes, and the events that go through it.

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

/// How many agents call the sink in a fan-out.
const FAN: usize = 100;

/// What an event goes through, from the hook to the sink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// A condition, an event formatting, a call.
    #[default]
    Orders,
    /// A condition that ends nine of ten events, and a call.
    Filter,
    /// Two event formattings side by side, joined by a merge, and a call.
    Join,
    /// A hundred calls for each event.
    Fan,
}

impl Shape {
    /// Whether the sink is called for the event with this number.
    pub(crate) fn arrives(self, number: usize) -> bool {
        self != Shape::Filter || number.is_multiple_of(10)
    }

    /// How often the sink is called for an event that arrives.
    pub(crate) fn calls(self) -> usize {
        if self == Shape::Fan { FAN } else { 1 }
    }

    /// How many deliveries an event leads to.
    pub(crate) fn hops(self) -> f64 {
        match self {
            Shape::Orders => 3.0,
            Shape::Filter => 1.1,
            Shape::Join => 5.0,
            Shape::Fan => FAN as f64,
        }
    }
}

/// A started workflow.
pub(crate) struct Workflow {
    pub(crate) shape: Shape,
    pub(crate) addr: SocketAddr,
    /// The path of its hook.
    pub(crate) hook: String,
}

impl Workflow {
    /// Creates and starts the workflow, in a project of its own.
    pub(crate) async fn make(shape: Shape, addr: SocketAddr, project: &str, sink: SocketAddr) -> Result<Self> {
        Project::make(addr, project).await?.workflow(shape, 1, sink).await
    }
}

/// A project, made over the API.
pub(crate) struct Project {
    addr: SocketAddr,
    client: Client,
    /// The path of its workflows.
    workflows: String,
}

impl Project {
    pub(crate) async fn make(addr: SocketAddr, name: &str) -> Result<Self> {
        let mut client = Client::connect(addr).await?;
        let project = client.call(Method::POST, "/api/v1/projects", &json!({"name": name})).await?;
        Ok(Project { addr, client, workflows: format!("/api/v1/projects/{}/workflows", id(&project)?) })
    }

    /// Creates and starts a workflow whose hook has so many links. The first of them takes the events; each of the others takes a
    /// group that no event has, and leads to an agent of its own, and these agents are linked in a row.
    pub(crate) async fn workflow(&mut self, shape: Shape, links: usize, sink: SocketAddr) -> Result<Workflow> {
        let Project { addr, client, workflows } = self;
        let body = json!({"name": "Orders", "options": {"cells": cells(shape, links, sink)}});
        let made = client.call(Method::POST, workflows, &body).await?;
        let workflow = format!("{workflows}/{}", id(&made)?);
        client.call(Method::POST, &format!("{workflow}/start"), &json!({})).await?;
        let hook = client.call(Method::GET, &format!("{workflow}/agents/hook"), &json!({})).await?;
        let url = hook["hook_url"].as_str().context("the trigger has no hook_url")?;
        let path = url.find("/hooks/").map(|at| url[at..].to_owned());
        let hook = path.with_context(|| format!("{url} is not a hook's address"))?;
        Ok(Workflow { shape, addr: *addr, hook })
    }
}

/// The id of what was made.
pub(crate) fn id(made: &Value) -> Result<&str> {
    made["id"].as_str().context("what was made has no id")
}

fn cells(shape: Shape, links: usize, sink: SocketAddr) -> Vec<Value> {
    let agent = |id: &str, kind: &str, config: Value| json!({"id": id, "type": "agent", "agent_type": kind, "config": config});
    let link = |source: &str, target: &str| json!({"id": format!("{source}-{target}"), "type": "link", "source": {"id": source}, "target": {"id": target}});
    let paid = agent(
        "paid",
        "condition",
        json!({"condition": {"all": [
            {"path": "type", "operator": "eq", "value": "order.paid"},
            {"path": "total", "operator": "gt", "value": 0}
        ]}}),
    );
    let title = "{{ customer.name }} paid {{ total }} {{ currency }} for {{ items.size }} items";
    let format = |id: &str| agent(id, "event_formatting", json!({"mode": "merge", "instructions": {"title": title}}));
    let send = |id: &str, payload: Option<Value>| {
        let mut config = json!({"url": format!("http://{sink}/"), "method": "post"});
        if let Some(payload) = payload {
            config["payload"] = payload;
        }
        agent(id, "http_request", config)
    };
    let mut cells = vec![agent("hook", "webhook", json!({}))];
    match shape {
        Shape::Orders => {
            cells.extend([paid, format("format"), send("send", None)]);
            cells.extend([link("hook", "paid"), link("paid", "format"), link("format", "send")]);
        }
        Shape::Filter => cells.extend([paid, send("send", None), link("hook", "paid"), link("paid", "send")]),
        Shape::Join => {
            let number = json!({"number": "{{ left.number | as_object }}"});
            let join = agent("join", "merge", json!({"mode": "all"}));
            cells.extend([format("left"), format("right"), join, send("send", Some(number))]);
            cells.extend([
                link("hook", "left"),
                link("hook", "right"),
                link("left", "join"),
                link("right", "join"),
                link("join", "send"),
            ]);
        }
        Shape::Fan => {
            for id in (0..FAN).map(|number| format!("send{number}")) {
                cells.extend([send(&id, None), link("hook", &id)]);
            }
        }
    }
    for number in 1..links {
        let id = format!("other{number}");
        let group =
            json!({"id": format!("hook-{id}"), "type": "link", "source": {"id": "hook"}, "target": {"id": id}, "group_id": id});
        let row = (number > 1).then(|| link(&format!("other{}", number - 1), &id));
        cells.extend([format(&id), group].into_iter().chain(row));
    }
    cells
}

/// Makes an event: an order as a shop would send it, 1 KB, each different. Orders that must not arrive are not paid.
pub(crate) fn event(shape: Shape, number: usize) -> Result<Bytes> {
    let mut random = Random(number as u64);
    let items: Vec<Value> = (0..3)
        .map(|_| json!({"sku": format!("{:08X}", random.next() as u32), "name": random.one_of(&GOODS), "price": random.price()}))
        .collect();
    let name = random.one_of(&NAMES);
    let mut order = json!({
        "number": number,
        "type": if shape.arrives(number) { "order.paid" } else { "order.open" },
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
            let event: Value = serde_json::from_slice(&event(Shape::Filter, number)?)?;
            assert_eq!(event["number"], number);
        }
        assert_ne!(event(Shape::Orders, 1)?, event(Shape::Orders, 2)?);
        Ok(())
    }
}
