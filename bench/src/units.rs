//! What single things cost in units of DynamoDB and requests of SQS: writes of records, and a delivery to each agent type.
//!
//! Units are counted, so they are the same on every machine.

use crate::client::Client;
use crate::process::Rookery;
use crate::usage::Usage;
use crate::workflow::id;
use crate::{Args, progress, settled};
use anyhow::{Context, Result};
use hyper::Method;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::{Display, Formatter};

/// How often each thing is done.
const TIMES: usize = 50;
/// How many records one request writes at most.
const BATCH: usize = 500;
/// How many segments a kind has while its records are written.
const SEGMENTS: usize = 80;

/// What one of a thing costs.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Units {
    write: f64,
    read: f64,
    sqs: f64,
}

impl Units {
    fn of(usage: &Usage, times: usize) -> Units {
        let units = usage.operations("DynamoDB").map(|(_, count)| (count.write_units, count.read_units));
        let (write, read) = units.fold((0.0, 0.0), |sum, units| (sum.0 + units.0, sum.1 + units.1));
        let requests = usage.operations("SQS").map(|(_, count)| count.requests.saturating_sub(count.empty)).sum::<u64>() as f64;
        let each = |sum: f64| sum / times as f64;
        Units { write: each(write), read: each(read), sqs: each(requests) }
    }

    /// What is more than this. Reads that processes share make the difference of two small costs less than nothing at times.
    fn beside(self, base: Units) -> Units {
        let more = |own: f64, base: f64| (own - base).max(0.0);
        Units { write: more(self.write, base.write), read: more(self.read, base.read), sqs: more(self.sqs, base.sqs) }
    }
}

/// A thing, and what one of it costs.
#[derive(Debug, Serialize)]
struct Row {
    what: String,
    #[serde(flatten)]
    units: Units,
}

/// What all things cost.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Table {
    records: Vec<Row>,
    types: Vec<Row>,
    /// The types whose examples need what is not there, like a mail server.
    left_out: Vec<String>,
}

/// Measures everything, on a data folder of its own.
pub(crate) async fn measure(args: &Args) -> Result<Table> {
    let folder = tempfile::tempdir().context("making a data folder")?;
    let (data, usage) = (folder.path().join("data"), folder.path().join("usage.json"));
    let rookery = Rookery::start(&args.program(), &data, &usage, None).await?;
    let client = Client::connect(rookery.addr()).await?;
    let mut bench = Bench { rookery, client, project: String::new(), table: Table::default() };
    bench.project = format!("/api/v1/projects/{}", id(&bench.post("/api/v1/projects", json!({"name": "Units"})).await?)?);
    progress("records, segments and lists");
    bench.records().await?;
    bench.types().await?;
    bench.rookery.stop().await?;
    Ok(bench.table)
}

/// A running program, and what was measured of it.
struct Bench {
    rookery: Rookery,
    client: Client,
    /// The path of the project.
    project: String,
    table: Table,
}

impl Bench {
    async fn post(&mut self, path: &str, body: Value) -> Result<Value> {
        self.client.call(Method::POST, path, &body).await
    }

    /// What it costs to make these calls, for each of so many things.
    async fn cost(&mut self, times: usize, calls: impl IntoIterator<Item = (Method, String, Value)>) -> Result<Units> {
        let before = settled(&self.rookery).await?;
        for (method, path, body) in calls {
            self.client.call(method, &path, &body).await?;
        }
        let after = settled(&self.rookery).await?;
        Ok(Units::of(&after.usage.since(&before.usage), times))
    }

    async fn records(&mut self) -> Result<()> {
        let (records, lists) = (format!("{}/records", self.project), format!("{}/lists", self.project));
        for n in 0..SEGMENTS {
            let condition = json!({"path": "n", "operator": "eq", "value": n});
            self.post(
                &format!("{}/segments", self.project),
                json!({"name": n.to_string(), "kind": "person", "condition": condition}),
            )
            .await?;
        }
        let list = id(&self.post(&lists, json!({"name": "Deals", "stages": ["new", "won"]})).await?)?.to_owned();
        let entries = format!("{lists}/{list}/entries");
        let person = |name: &str, n: usize, attributes: Value| json!({"kind": "person", "id": format!("{name}{n}"), "attributes": attributes});
        let write = |records: Vec<Value>| json!({"records": records});
        let singly = |name: &'static str, attributes: fn(usize) -> Value| {
            let path = records.clone();
            (0..TIMES).map(move |n| (Method::POST, path.clone(), write(vec![person(name, n, attributes(n))])))
        };
        let batch = |name: &str, attributes: Value| {
            vec![(Method::POST, records.clone(), write((0..BATCH).map(|n| person(name, n, attributes.clone())).collect()))]
        };
        let entry = |n: usize, stage: &str| json!({"entries": [{"kind": "person", "id": format!("a{n}"), "stage": stage}]});
        let each = |method: Method, below: &str, body: Value| {
            let (below, body) = (below.to_owned(), body);
            (0..TIMES).map(move |n| (method.clone(), format!("{below}/person/a{n}"), body.clone()))
        };
        // The first write reads the segments.
        self.cost(1, batch("warm", json!({"n": -1}))).await?;
        let enters = |n: usize| json!({"n": n % SEGMENTS});
        let mut rows = vec![
            ("a record, created", self.cost(TIMES, singly("a", |_| json!({"n": -1}))).await?),
            ("a record, one of 500 created by one request", self.cost(BATCH, batch("b", json!({"n": -1}))).await?),
            ("a record, changed", self.cost(TIMES, singly("a", |_| json!({"n": -2}))).await?),
            ("a record, written as it is", self.cost(TIMES, singly("a", |_| json!({"n": -2}))).await?),
            ("a record that enters a segment", self.cost(TIMES, singly("a", enters)).await?),
            (
                "a record that goes from one segment to another",
                self.cost(TIMES, singly("a", |n| json!({"n": (n + 1) % SEGMENTS}))).await?,
            ),
            ("a record, one of 500 that enter a segment by one request", self.cost(BATCH, batch("b", json!({"n": 7}))).await?),
        ];
        let add = |stage: &'static str| {
            let path = entries.clone();
            (0..TIMES).map(move |n| (Method::POST, path.clone(), entry(n, stage)))
        };
        rows.push(("a record, added to a list", self.cost(TIMES, add("new")).await?));
        rows.push(("a record, moved to another stage", self.cost(TIMES, add("won")).await?));
        rows.push(("a record, read", self.cost(TIMES, each(Method::GET, &records, json!({}))).await?));
        rows.push(("a record, taken out of a list", self.cost(TIMES, each(Method::DELETE, &entries, json!({}))).await?));
        rows.push(("a record, deleted", self.cost(TIMES, each(Method::DELETE, &records, json!({}))).await?));
        self.table.records = rows.into_iter().map(|(what, units)| Row { what: what.to_owned(), units }).collect();
        Ok(())
    }

    /// Measures the first example of each type that has an event in and needs no answer, and of those that are checked.
    async fn types(&mut self) -> Result<()> {
        let types = self.client.call(Method::GET, &format!("{}/workflows/agent_types", self.project), &json!({})).await?;
        let event = self.event("manual", &json!({}), None).await?.map_err(anyhow::Error::msg)?;
        let mut rows = vec![Row { what: "an event that nobody takes".to_owned(), units: event }];
        for agent_type in types.as_array().context("no agent types")? {
            let name = agent_type["type"].as_str().context("a type without a name")?;
            let examples = agent_type["examples"].as_array().into_iter().flatten();
            let mut simple = examples.filter(|example| example["answer"].is_null() && example["reply"].is_null());
            let Some(example) = simple.find(|example| example.get("event").is_some()) else { continue };
            progress(name);
            match self.event(name, &example["config"], Some(&example["event"])).await? {
                Ok(units) => rows.push(Row {
                    what: format!("{name}: {}", example["title"].as_str().unwrap_or_default()),
                    units: units.beside(event),
                }),
                Err(reason) => self.table.left_out.push(format!("{name}: {reason}")),
            }
        }
        self.table.types = rows;
        Ok(())
    }

    /// What an event costs that comes to an agent, or an event that nobody takes; or why that cannot be measured here.
    async fn event(&mut self, agent_type: &str, config: &Value, payload: Option<&Value>) -> Result<Result<Units, String>> {
        let mut cells = vec![json!({"id": "hand", "type": "agent", "agent_type": "manual", "config": {}})];
        if payload.is_some() {
            cells.push(json!({"id": "it", "type": "agent", "agent_type": agent_type, "config": config}));
            cells.push(json!({"id": "link", "type": "link", "source": {"id": "hand"}, "target": {"id": "it"}}));
        }
        let workflows = format!("{}/workflows", self.project);
        let made = self.post(&workflows, json!({"name": agent_type, "options": {"cells": cells}})).await?;
        let workflow = format!("{workflows}/{}", id(&made)?);
        if let Err(refused) = self.post(&format!("{workflow}/start"), json!({})).await {
            return Ok(Err(short(&refused)));
        }
        let emit = (
            Method::POST,
            format!("{workflow}/agents/hand/events"),
            json!({"payload": payload.cloned().unwrap_or_else(|| json!({}))}),
        );
        // The first event reads the graph.
        self.cost(1, [emit.clone()]).await?;
        let units = self.cost(TIMES, std::iter::repeat_n(emit, TIMES)).await?;
        let failures = self.client.call(Method::GET, &format!("{workflow}/failures"), &json!({})).await?;
        self.post(&format!("{workflow}/stop"), json!({})).await?;
        Ok(match failures[0]["code"].as_str() {
            Some(code) => Err(code.to_owned()),
            None => Ok(units),
        })
    }
}

/// The message of a refusal, without the rest of the answer.
fn short(refused: &anyhow::Error) -> String {
    let text = refused.to_string();
    let answer = text.split_once(": ").and_then(|(_, answer)| serde_json::from_str::<Value>(answer).ok()).unwrap_or_default();
    answer["error"]["message"].as_str().map(str::to_owned).unwrap_or(text)
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for (title, rows) in [("records", &self.records), ("an event, and what each agent adds", &self.types)] {
            writeln!(f, "\n{title:<70}{:>14}{:>14}{:>14}", "write units", "read units", "SQS requests")?;
            for Row { what, units } in rows {
                writeln!(f, "{what:<70}{:>14.2}{:>14.2}{:>14.2}", units.write, units.read, units.sqs)?;
            }
        }
        writeln!(f, "\nLeft out: {}", self.left_out.join("; "))
    }
}
