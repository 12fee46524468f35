//! Single items: values come back as they went in, counters, old and new images, and the description of time to live.

use super::{Table, b, item, n, s};
use crate::conform;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TimeToLiveSpecification, TimeToLiveStatus};
use std::collections::HashMap;

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    conform("values_come_back_as_they_went_in", async |world| {
        let table = Table::create(world).await;
        let map = HashMap::from([("inner".to_owned(), AttributeValue::L(vec![n(1), AttributeValue::Null(true)]))]);
        let stored = item(
            "p",
            "1",
            [
                ("binary", b(&[0, 255, 128, 10])),
                ("empty", s("")),
                ("empty binary", b(&[])),
                ("text", s("null \u{0} emoji \u{1F426} quote \" slash \\")),
                ("number", AttributeValue::N("-1.5".to_owned())),
                ("flag", AttributeValue::Bool(false)),
                ("map", AttributeValue::M(map)),
                ("list", AttributeValue::L(vec![])),
                ("set", AttributeValue::Ss(vec!["one".to_owned()])),
            ],
        );
        table.put(stored.clone()).send().await.unwrap();
        assert_eq!(table.read("p", "1").await, Some(stored));
    })
    .await;
}

#[tokio::test]
async fn a_consistent_read_sees_the_write_before_it() {
    conform("a_consistent_read_sees_the_write_before_it", async |world| {
        let table = Table::create(world).await;
        for i in 0..20 {
            table.put(item("p", "1", [("n", n(i))])).send().await.unwrap();
            assert_eq!(table.read("p", "1").await.unwrap()["n"], n(i));
        }
    })
    .await;
}

#[tokio::test]
async fn concurrent_additions_all_count() {
    conform("concurrent_additions_all_count", async |world| {
        let table = Table::create(world).await;
        let mut adders = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let add = table.update("p", "1").update_expression("ADD hits :one SET seen = if_not_exists(seen, :one)");
            adders.spawn(add.expression_attribute_values(":one", n(1)).send());
        }
        for added in adders.join_all().await {
            added.unwrap();
        }
        let item = table.read("p", "1").await.unwrap();
        assert_eq!((&item["hits"], &item["seen"]), (&n(20), &n(1)));
    })
    .await;
}

#[tokio::test]
async fn sets_grow_and_shrink() {
    conform("sets_grow_and_shrink", async |world| {
        let table = Table::create(world).await;
        let change = async |expression: &str, members: &[&str]| {
            let members = AttributeValue::Ss(members.iter().map(|member| (*member).to_owned()).collect());
            let update = table.update("p", "1").update_expression(expression).expression_attribute_values(":m", members);
            update.send().await.unwrap();
        };
        change("ADD tags :m", &["a", "b"]).await;
        change("ADD tags :m", &["b", "c"]).await;
        change("DELETE tags :m", &["a"]).await;
        let item = table.read("p", "1").await.unwrap();
        let mut tags = item["tags"].as_ss().unwrap().clone();
        tags.sort();
        assert_eq!(tags, ["b", "c"]);
        // A set without elements is removed.
        change("DELETE tags :m", &["b", "c"]).await;
        assert!(!table.read("p", "1").await.unwrap().contains_key("tags"));
    })
    .await;
}

#[tokio::test]
async fn updates_return_the_images_asked_for() {
    conform("updates_return_the_images_asked_for", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "1", [("n", n(1)), ("kept", n(0))])).send().await.unwrap();
        let add = |returned| {
            let update = table.update("p", "1").update_expression("SET n = n + :one").expression_attribute_values(":one", n(1));
            update.return_values(returned).send()
        };
        assert_eq!(add(ReturnValue::UpdatedNew).await.unwrap().attributes, Some(HashMap::from([("n".to_owned(), n(2))])));
        assert_eq!(add(ReturnValue::UpdatedOld).await.unwrap().attributes, Some(HashMap::from([("n".to_owned(), n(2))])));
        assert_eq!(add(ReturnValue::AllNew).await.unwrap().attributes, Some(item("p", "1", [("n", n(4)), ("kept", n(0))])));
        assert_eq!(add(ReturnValue::AllOld).await.unwrap().attributes, Some(item("p", "1", [("n", n(4)), ("kept", n(0))])));
        let put = table.put(item("p", "1", [])).return_values(ReturnValue::AllOld).send().await.unwrap();
        assert_eq!(put.attributes, Some(item("p", "1", [("n", n(5)), ("kept", n(0))])));
    })
    .await;
}

#[tokio::test]
async fn a_projection_returns_what_it_names() {
    conform("a_projection_returns_what_it_names", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "1", [("a", n(1)), ("b", n(2))])).send().await.unwrap();
        let got = table.get("p", "1").projection_expression("b, absent").send().await.unwrap();
        assert_eq!(got.item, Some(HashMap::from([("b".to_owned(), n(2))])));
    })
    .await;
}

#[tokio::test]
async fn time_to_live_is_described() {
    conform("time_to_live_is_described", async |world| {
        let table = Table::create(world).await;
        let describe = async || {
            let described = world.dynamodb.describe_time_to_live().table_name(&table.name).send().await.unwrap();
            let description = described.time_to_live_description.unwrap();
            (description.time_to_live_status.unwrap(), description.attribute_name)
        };
        assert_eq!(describe().await, (TimeToLiveStatus::Disabled, None));
        let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires_at").build().unwrap();
        world
            .dynamodb
            .update_time_to_live()
            .table_name(&table.name)
            .time_to_live_specification(specification)
            .send()
            .await
            .unwrap();
        let (status, attribute) = describe().await;
        assert!(matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        assert_eq!(attribute.as_deref(), Some("expires_at"));
    })
    .await;
}
