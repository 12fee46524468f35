//! Query: order, pages, filters, the sparse index ("Querying tables in DynamoDB" in the Developer Guide).

use super::{Table, item, n, s, sort_keys};
use crate::conform;
use aws_sdk_dynamodb::types::{AttributeValue, Select};

async fn filled(table: &Table<'_>, count: i64) {
    for i in 0..count {
        table.put(item("p", &format!("{i:02}"), [("even", AttributeValue::Bool(i % 2 == 0))])).send().await.unwrap();
    }
    table.put(item("other", "00", [])).send().await.unwrap();
}

#[tokio::test]
async fn a_limit_makes_pages_in_either_order() {
    conform("a_limit_makes_pages_in_either_order", async |world| {
        let table = Table::create(world).await;
        filled(&table, 7).await;
        for (forward, expected) in
            [(true, ["00", "01", "02", "03", "04", "05", "06"]), (false, ["06", "05", "04", "03", "02", "01", "00"])]
        {
            let (mut seen, mut start) = (Vec::new(), None);
            loop {
                let query = table.query("p").limit(3).scan_index_forward(forward).set_exclusive_start_key(start);
                let page = query.send().await.unwrap();
                assert!(page.count() <= 3);
                seen.extend(sort_keys(page.items()).into_iter().map(str::to_owned));
                start = page.last_evaluated_key;
                if start.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_full_last_page_has_a_key_and_then_comes_an_empty_one() {
    conform("a_full_last_page_has_a_key_and_then_comes_an_empty_one", async |world| {
        let table = Table::create(world).await;
        filled(&table, 3).await;
        let page = table.query("p").limit(3).send().await.unwrap();
        assert_eq!(page.last_evaluated_key(), Some(&super::key("p", "02")));
        let page = table.query("p").limit(3).set_exclusive_start_key(page.last_evaluated_key).send().await.unwrap();
        assert_eq!((page.count(), page.last_evaluated_key()), (0, None));
        assert_eq!(table.query("p").limit(4).send().await.unwrap().last_evaluated_key(), None);
    })
    .await;
}

#[tokio::test]
async fn a_filter_applies_after_the_limit() {
    conform("a_filter_applies_after_the_limit", async |world| {
        let table = Table::create(world).await;
        filled(&table, 6).await;
        let query = table.query("p").limit(4).filter_expression("even = :no");
        let page = query.expression_attribute_values(":no", AttributeValue::Bool(false)).send().await.unwrap();
        assert_eq!(sort_keys(page.items()), ["01", "03"]);
        assert_eq!((page.count(), page.scanned_count()), (2, 4));
        assert_eq!(page.last_evaluated_key(), Some(&super::key("p", "03")));
    })
    .await;
}

#[tokio::test]
async fn a_megabyte_ends_a_page() {
    conform("a_megabyte_ends_a_page", async |world| {
        let table = Table::create(world).await;
        for sk in ["1", "2", "3", "4"] {
            table.put(item("p", sk, [("text", s(&"x".repeat(390_000)))])).send().await.unwrap();
        }
        let page = table.query("p").send().await.unwrap();
        assert!(page.count() < 4 && page.last_evaluated_key().is_some(), "{} items", page.count());
        let rest = table.query("p").set_exclusive_start_key(page.last_evaluated_key.clone()).send().await.unwrap();
        assert_eq!((page.count() + rest.count(), rest.last_evaluated_key()), (4, None));
    })
    .await;
}

#[tokio::test]
async fn sort_key_conditions_bound_a_query() {
    conform("sort_key_conditions_bound_a_query", async |world| {
        let table = Table::create(world).await;
        filled(&table, 5).await;
        table.put(item("p", "1#a", [])).send().await.unwrap();
        let query = async |condition: &str, values: &[(&str, &str)]| {
            let mut query = table.query("p").key_condition_expression(format!("pk = :pk AND {condition}"));
            for (name, value) in values {
                query = query.expression_attribute_values(*name, s(value));
            }
            let page = query.send().await.unwrap();
            sort_keys(page.items()).join(" ")
        };
        assert_eq!(query("sk BETWEEN :a AND :b", &[(":a", "01"), (":b", "03")]).await, "01 02 03");
        assert_eq!(query("sk > :a", &[(":a", "03")]).await, "04 1#a");
        assert_eq!(query("begins_with(sk, :a)", &[(":a", "1#")]).await, "1#a");
    })
    .await;
}

#[tokio::test]
async fn a_count_gives_no_items() {
    conform("a_count_gives_no_items", async |world| {
        let table = Table::create(world).await;
        filled(&table, 5).await;
        let page = table.query("p").select(Select::Count).send().await.unwrap();
        assert_eq!((page.count(), page.items().len()), (5, 0));
    })
    .await;
}

#[tokio::test]
async fn a_sparse_index_holds_only_items_with_its_keys() {
    conform("a_sparse_index_holds_only_items_with_its_keys", async |world| {
        let table = Table::create(world).await;
        for (sk, at) in [("late", 100), ("early", 9), ("negative", -5)] {
            table.put(item("p", sk, [("shard", s("0")), ("at", n(at)), ("hidden", n(1))])).send().await.unwrap();
        }
        table.put(item("p", "half", [("shard", s("0"))])).send().await.unwrap();
        table.put(item("p", "none", [])).send().await.unwrap();
        let due = world
            .dynamodb
            .query()
            .table_name(&table.name)
            .index_name("due")
            .key_condition_expression("#shard = :s AND #at <= :now");
        let due = due
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":s", s("0"));
        let page = due.clone().expression_attribute_values(":now", n(1_000)).send().await.unwrap();
        assert_eq!(sort_keys(page.items()), ["negative", "early", "late"]);
        assert!(!page.items()[0].contains_key("hidden"), "a KEYS_ONLY index projects keys");

        // Without the key, the item leaves the index; with another, it moves.
        table.update("p", "early").update_expression("REMOVE #at").expression_attribute_names("#at", "at").send().await.unwrap();
        let page = due.expression_attribute_values(":now", n(99)).limit(1).send().await.unwrap();
        assert_eq!(sort_keys(page.items()), ["negative"]);
        // A page of an index ends at the keys of index and table.
        let mut names: Vec<&str> = page.last_evaluated_key().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["at", "pk", "shard", "sk"]);
    })
    .await;
}
