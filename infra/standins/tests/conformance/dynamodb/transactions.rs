//! TransactWriteItems and TransactGetItems ("Managing complex workflows with DynamoDB transactions" in the Developer Guide).

use super::{Item, Table, item, key, n, s};
use crate::conform;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Get, Put, ReturnValuesOnConditionCheckFailure, TransactGetItem, TransactWriteItem, Update,
};

fn put(table: &Table<'_>, item: Item) -> TransactWriteItem {
    TransactWriteItem::builder().put(Put::builder().table_name(&table.name).set_item(Some(item)).build().unwrap()).build()
}

fn put_if_absent(table: &Table<'_>, item: Item) -> TransactWriteItem {
    let put = Put::builder().table_name(&table.name).set_item(Some(item)).condition_expression("attribute_not_exists(pk)");
    let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld).build().unwrap();
    TransactWriteItem::builder().put(put).build()
}

#[tokio::test]
async fn all_four_actions_are_applied_together() {
    conform("all_four_actions_are_applied_together", async |world| {
        let table = Table::create(world).await;
        for sk in ["updated", "deleted", "checked"] {
            table.put(item("p", sk, [("n", n(1))])).send().await.unwrap();
        }
        let update = Update::builder().table_name(&table.name).set_key(Some(key("p", "updated"))).update_expression("ADD n :one");
        let update = update.expression_attribute_values(":one", n(1)).build().unwrap();
        let delete = Delete::builder().table_name(&table.name).set_key(Some(key("p", "deleted"))).build().unwrap();
        let check = ConditionCheck::builder().table_name(&table.name).set_key(Some(key("p", "checked")));
        let check = check.condition_expression("attribute_exists(pk)").build().unwrap();
        world
            .dynamodb
            .transact_write_items()
            .transact_items(put(&table, item("p", "put", [])))
            .transact_items(TransactWriteItem::builder().update(update).build())
            .transact_items(TransactWriteItem::builder().delete(delete).build())
            .transact_items(TransactWriteItem::builder().condition_check(check).build())
            .send()
            .await
            .unwrap();
        let page = table.query("p").consistent_read(true).send().await.unwrap();
        assert_eq!(super::sort_keys(page.items()), ["checked", "put", "updated"]);
        assert_eq!(page.items()[2]["n"], n(2));
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_transaction_changes_nothing_and_says_why_for_each_item() {
    conform("a_cancelled_transaction_changes_nothing_and_says_why_for_each_item", async |world| {
        let table = Table::create(world).await;
        let taken = item("p", "taken", [("who", s("first"))]);
        table.put(taken.clone()).send().await.unwrap();
        let error = world
            .dynamodb
            .transact_write_items()
            .transact_items(put(&table, item("p", "a", [])))
            .transact_items(put_if_absent(&table, item("p", "taken", [])))
            .transact_items(put(&table, item("p", "b", [])))
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) =
            error
        else {
            panic!("not a cancellation: {error:?}");
        };
        let reasons = cancelled.cancellation_reasons();
        let codes: Vec<&str> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
        assert_eq!(codes, ["None", "ConditionalCheckFailed", "None"]);
        assert_eq!(reasons[1].item(), Some(&taken));
        assert_eq!(table.read("p", "a").await, None);
        assert_eq!(table.read("p", "b").await, None);
    })
    .await;
}

#[tokio::test]
async fn the_same_token_is_applied_once_and_differs_for_other_items() {
    conform("the_same_token_is_applied_once_and_differs_for_other_items", async |world| {
        let table = Table::create(world).await;
        let add = |amount: i64| {
            let update = Update::builder().table_name(&table.name).set_key(Some(key("p", "1"))).update_expression("ADD n :by");
            let update = update.expression_attribute_values(":by", n(amount)).build().unwrap();
            let update = TransactWriteItem::builder().update(update).build();
            world.dynamodb.transact_write_items().client_request_token(&table.name[6..36]).transact_items(update)
        };
        add(1).send().await.unwrap();
        add(1).send().await.unwrap();
        assert_eq!(table.read("p", "1").await.unwrap()["n"], n(1));
        let error = add(2).send().await.unwrap_err().into_service_error();
        assert!(error.is_idempotent_parameter_mismatch_exception(), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_hundred_items_are_taken_and_one_more_is_not() {
    conform("a_hundred_items_are_taken_and_one_more_is_not", async |world| {
        let table = Table::create(world).await;
        let items = |count: usize| Some((0..count).map(|i| put(&table, item("p", &format!("{i:03}"), []))).collect());
        let error = world.dynamodb.transact_write_items().set_transact_items(items(101)).send().await.unwrap_err();
        assert_eq!(error.into_service_error().meta().code(), Some("ValidationException"));
        world.dynamodb.transact_write_items().set_transact_items(items(100)).send().await.unwrap();
        assert_eq!(table.query("p").consistent_read(true).send().await.unwrap().count(), 100);
    })
    .await;
}

#[tokio::test]
async fn one_item_twice_is_refused() {
    conform("one_item_twice_is_refused", async |world| {
        let table = Table::create(world).await;
        let twice = world.dynamodb.transact_write_items();
        let twice = twice.transact_items(put(&table, item("p", "1", []))).transact_items(put(&table, item("p", "1", [])));
        let error = twice.send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"));
    })
    .await;
}

#[tokio::test]
async fn a_transactional_get_answers_in_order_with_gaps() {
    conform("a_transactional_get_answers_in_order_with_gaps", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "2", [])).send().await.unwrap();
        let get = |sk: &str| {
            let get = Get::builder().table_name(&table.name).set_key(Some(key("p", sk))).build().unwrap();
            TransactGetItem::builder().get(get).build()
        };
        let answer = world.dynamodb.transact_get_items().transact_items(get("1")).transact_items(get("2")).send().await.unwrap();
        let items: Vec<bool> = answer.responses().iter().map(|response| response.item().is_some()).collect();
        assert_eq!(items, [false, true]);
    })
    .await;
}
