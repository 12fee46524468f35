//! A route refuses every body that its schema refuses. This is tried on every route with a body: a good body is spoiled at every
//! place, in every way.

use crate::support::{World, agent, request};
use axum::body::Body;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The document, and the schema of a body in it.
struct Schema<'a> {
    document: &'a Value,
    schema: &'a Value,
}

impl Schema<'_> {
    fn validator(&self) -> Validator {
        let mut schema = self.schema.clone();
        schema["components"] = self.document["components"].clone();
        jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{}: {error}", self.schema))
    }

    /// A value with all fields of a schema.
    fn sample(&self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.sample(self.document.pointer(reference.trim_start_matches('#')).unwrap());
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(first) = schema[key].as_array().and_then(|choices| choices.first()) {
                return self.sample(first);
            }
        }
        if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
            return first.clone();
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
        match kind {
            "object" => {
                let fields = schema["properties"].as_object().into_iter().flatten();
                Value::Object(fields.map(|(name, field)| (name.clone(), self.sample(field))).collect())
            }
            "array" => json!([self.sample(&schema["items"])]),
            "string" => json!("a"),
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
            "boolean" => json!(true),
            _ => Value::Null,
        }
    }
}

/// All versions of a value that are spoiled at one place, in one way.
fn spoiled(value: &Value) -> Vec<Value> {
    let mut all =
        vec![Value::Null, json!([]), json!({}), json!("x"), json!(-1), json!(1.5), json!(true), json!("x".repeat(70_000))];
    match value {
        Value::Object(fields) => {
            all.push(Value::Array(fields.values().cloned().collect()));
            let with = |name: &str, value: Value| {
                Value::Object({
                    let mut fields = fields.clone();
                    fields.insert(name.to_owned(), value);
                    fields
                })
            };
            all.push(with("unknown_to_all", json!(1)));
            for (name, field) in fields {
                let without: Map<_, _> = fields.clone().into_iter().filter(|(other, _)| other != name).collect();
                all.push(Value::Object(without));
                all.extend(spoiled(field).into_iter().map(|field| with(name, field)));
            }
        }
        Value::Array(items) => {
            for item in items {
                all.extend(spoiled(item).into_iter().map(|item| json!([item])));
            }
        }
        _ => {}
    }
    all
}

#[tokio::test]
async fn a_body_that_its_schema_refuses_is_refused() {
    let world = World::open().await;
    let workflow = world.started(json!([agent("hand", "manual", json!({}))])).await;
    let project = workflow.split("/workflows").next().unwrap();
    let document = rookery_api::openapi();
    let (mut routes, mut refused) = (0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            routes += 1;
            let filled = path.replace("/api/v1/projects/{project}/workflows/{workflow}", &workflow);
            let filled = filled.replace("/api/v1/projects/{project}", project).replace("{cell}", "hand");
            let filled = filled.replace("{credential}", "token").replace("{version}", "1").replace("{project}", &project[17..]);
            let filled = filled.split('{').next().unwrap().to_owned() + &"0".repeat(if filled.contains('{') { 32 } else { 0 });
            let schema = Schema { document: &document, schema };
            let (validator, sample) = (schema.validator(), schema.sample(schema.schema));
            for body in spoiled(&sample).into_iter().filter(|body| !validator.is_valid(body)) {
                refused += 1;
                let sent = request(&method.to_uppercase(), &filled).header("content-type", "application/json");
                let answer = world.send(sent.body(Body::from(body.to_string())).unwrap()).await;
                assert!(answer.status.is_client_error(), "{method} {path} took {body:.300}: {} {}", answer.status, answer.text());
            }
        }
    }
    assert!(routes >= 12 && refused > 200, "{routes} routes, {refused} bodies");
    world.stop().await;
}
