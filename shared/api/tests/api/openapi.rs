//! The document is a contract. It is kept as a snapshot, whose diff shows every change of the API.

use crate::support::World;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_document_is_the_one_that_was_agreed() {
    // The snapshot is a text: insta's own JSON does not keep numbers of arbitrary precision.
    insta::assert_snapshot!(serde_json::to_string_pretty(&rookery_api::openapi()).unwrap());
}

#[tokio::test]
async fn it_is_served_and_consistent() {
    let world = World::open().await;
    let document = world.get("/openapi.json").await.ok(200);
    assert_eq!(document, rookery_api::openapi());
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}: its id is taken");
        }
    }
    // A second shape of one name gets a number, and clients that are made of the document would have to guess which is which.
    let shapes = document["components"]["schemas"].as_object().unwrap().keys();
    assert_eq!(shapes.filter(|name| name.ends_with(|last: char| last.is_ascii_digit())).collect::<Vec<_>>(), [""; 0]);
    let mut references = Vec::new();
    collect(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    world.stop().await;
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}
