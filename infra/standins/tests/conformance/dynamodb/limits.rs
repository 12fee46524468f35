//! Sizes and shapes that DynamoDB refuses ("Service, account, and table quotas" in the Developer Guide).

use super::{Table, item, n, s};
use crate::conform;
use aws_sdk_dynamodb::types::AttributeValue;

#[tokio::test]
async fn an_item_has_400_kilobytes_at_most() {
    conform("an_item_has_400_kilobytes_at_most", async |world| {
        let table = Table::create(world).await;
        // 409,600 bytes, of which names and keys take 10.
        table.put(item("p", "1", [("text", s(&"x".repeat(409_590)))])).send().await.unwrap();
        let error = table.put(item("p", "1", [("text", s(&"x".repeat(409_591)))])).send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"));
        let grow = table.update("p", "1").update_expression("SET more = :more").expression_attribute_values(":more", s("x"));
        assert_eq!(grow.send().await.unwrap_err().into_service_error().meta().code(), Some("ValidationException"));
    })
    .await;
}

#[tokio::test]
async fn keys_are_not_empty_and_of_their_type() {
    conform("keys_are_not_empty_and_of_their_type", async |world| {
        let table = Table::create(world).await;
        let mut number = item("p", "1", []);
        number.insert("sk".to_owned(), n(1));
        let mut missing = item("p", "1", []);
        missing.remove("sk");
        for bad in [item("", "1", []), item("p", "", []), number, missing] {
            let error = table.put(bad).send().await.unwrap_err().into_service_error();
            assert_eq!(error.meta().code(), Some("ValidationException"));
        }
    })
    .await;
}

#[tokio::test]
async fn keys_have_2048_and_1024_bytes_at_most() {
    conform("keys_have_2048_and_1024_bytes_at_most", async |world| {
        let table = Table::create(world).await;
        table.put(item(&"p".repeat(2_048), &"s".repeat(1_024), [])).send().await.unwrap();
        assert!(table.put(item(&"p".repeat(2_049), "s", [])).send().await.is_err());
        assert!(table.put(item("p", &"s".repeat(1_025), [])).send().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn index_keys_must_be_of_their_type() {
    conform("index_keys_must_be_of_their_type", async |world| {
        let table = Table::create(world).await;
        let error = table.put(item("p", "1", [("shard", s("0")), ("at", s("soon"))])).send().await.unwrap_err();
        assert_eq!(error.into_service_error().meta().code(), Some("ValidationException"));
    })
    .await;
}

#[tokio::test]
async fn values_nest_32_levels_deep() {
    conform("values_nest_32_levels_deep", async |world| {
        let table = Table::create(world).await;
        let nested = |levels: usize| (1..levels).fold(n(1), |inner, _| AttributeValue::L(vec![inner]));
        table.put(item("p", "1", [("deep", nested(32))])).send().await.unwrap();
        let error = table.put(item("p", "1", [("deep", nested(34))])).send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"));
    })
    .await;
}

#[tokio::test]
async fn numbers_have_38_digits() {
    conform("numbers_have_38_digits", async |world| {
        let table = Table::create(world).await;
        let put = |number: &str| table.put(item("p", "1", [("n", AttributeValue::N(number.to_owned()))])).send();
        put("12345678901234567890123456789012345678").await.unwrap();
        assert_eq!(table.read("p", "1").await.unwrap()["n"].as_n().unwrap(), "12345678901234567890123456789012345678");
        for bad in ["123456789012345678901234567890123456789", "1e126", "NaN", "one"] {
            assert_eq!(put(bad).await.unwrap_err().into_service_error().meta().code(), Some("ValidationException"), "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_table_is_its_own_error() {
    conform("an_unknown_table_is_its_own_error", async |world| {
        let get = world.dynamodb.get_item().table_name(super::unique("missing")).set_key(Some(super::key("p", "1")));
        assert!(get.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    })
    .await;
}
