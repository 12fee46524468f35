//! Condition expressions on single items ("Condition and filter expressions" in the Developer Guide).

use super::{Item, Table, item, key, n, s};
use crate::conform;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

/// The item that a failed condition returned.
fn item_of(error: impl Into<aws_sdk_dynamodb::Error>) -> Option<Item> {
    match error.into() {
        aws_sdk_dynamodb::Error::ConditionalCheckFailedException(failed) => failed.item,
        other => panic!("not a failed condition: {other:?}"),
    }
}

#[tokio::test]
async fn put_if_absent_wins_once() {
    conform("put_if_absent_wins_once", async |world| {
        let table = Table::create(world).await;
        let put = |who: &str| table.put(item("p", "1", [("who", s(who))])).condition_expression("attribute_not_exists(pk)");
        put("first").send().await.unwrap();
        let error = put("second").send().await.unwrap_err().into_service_error();
        assert!(error.is_conditional_check_failed_exception(), "{error:?}");
        assert_eq!(table.read("p", "1").await.unwrap()["who"], s("first"));
    })
    .await;
}

#[tokio::test]
async fn racing_puts_if_absent_have_one_winner() {
    conform("racing_puts_if_absent_have_one_winner", async |world| {
        let table = Table::create(world).await;
        let mut racers = tokio::task::JoinSet::new();
        for racer in 0..16 {
            let put = table.put(item("p", "1", [("who", n(racer))])).condition_expression("attribute_not_exists(pk)");
            racers.spawn(async move { put.send().await.is_ok() });
        }
        let won = racers.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test]
async fn a_failed_condition_returns_the_item_if_asked() {
    conform("a_failed_condition_returns_the_item_if_asked", async |world| {
        let table = Table::create(world).await;
        let stored = item("p", "1", [("version", n(3))]);
        table.put(stored.clone()).send().await.unwrap();

        let put = table.put(item("p", "1", [])).condition_expression("attribute_not_exists(pk)");
        let error = put.clone().return_values_on_condition_check_failure(AllOld).send().await.unwrap_err();
        assert_eq!(item_of(error), Some(stored.clone()));
        let error = put.send().await.unwrap_err();
        assert_eq!(item_of(error), None);

        let update = table.update("p", "1").update_expression("SET version = :new").condition_expression("version = :old");
        let update = update.expression_attribute_values(":new", n(3)).expression_attribute_values(":old", n(2));
        let error = update.return_values_on_condition_check_failure(AllOld).send().await.unwrap_err();
        assert_eq!(item_of(error), Some(stored.clone()));
    })
    .await;
}

#[tokio::test]
async fn a_condition_that_finds_nothing_returns_no_item() {
    conform("a_condition_that_finds_nothing_returns_no_item", async |world| {
        let table = Table::create(world).await;
        let put = table.put(item("p", "1", [])).condition_expression("attribute_exists(pk)");
        let error = put.return_values_on_condition_check_failure(AllOld).send().await.unwrap_err();
        assert_eq!(item_of(error), None);
        assert_eq!(table.read("p", "1").await, None);
    })
    .await;
}

#[tokio::test]
async fn update_and_delete_hold_to_their_condition() {
    conform("update_and_delete_hold_to_their_condition", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "1", [("version", n(1))])).send().await.unwrap();
        let update = |from: i64| {
            let update =
                table.update("p", "1").update_expression("SET version = version + :one").condition_expression("version = :from");
            update.expression_attribute_values(":one", n(1)).expression_attribute_values(":from", n(from))
        };
        update(1).send().await.unwrap();
        assert!(update(1).send().await.unwrap_err().into_service_error().is_conditional_check_failed_exception());

        let delete = |version: i64| {
            let delete = world.dynamodb.delete_item().table_name(&table.name).set_key(Some(key("p", "1")));
            delete.condition_expression("version = :version").expression_attribute_values(":version", n(version))
        };
        assert!(delete(1).send().await.unwrap_err().into_service_error().is_conditional_check_failed_exception());
        delete(2).send().await.unwrap();
        assert_eq!(table.read("p", "1").await, None);
        // Deleting an item that does not exist is no error.
        world.dynamodb.delete_item().table_name(&table.name).set_key(Some(key("p", "1"))).send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn functions_and_operators_combine() {
    conform("functions_and_operators_combine", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "1", [("name", s("heron")), ("age", n(7))])).send().await.unwrap();
        let check = async |condition: &str, value| {
            let update = table.update("p", "1").update_expression("SET seen = :value").condition_expression(condition);
            update.expression_attribute_names("#n", "name").expression_attribute_values(":value", value).send().await.is_ok()
        };
        assert!(check("begins_with(#n, :value)", s("her")).await);
        assert!(!check("begins_with(#n, :value)", s("ron")).await);
        assert!(check("contains(#n, :value) AND NOT attribute_exists(absent)", s("ero")).await);
        assert!(check("size(#n) < :value OR attribute_not_exists(#n)", n(6)).await);
        assert!(check("attribute_type(#n, :value)", s("S")).await);
        assert!(check("age BETWEEN :value AND :value AND #n <> :value", n(7)).await);
        assert!(!check("age IN (:value) AND #n <> :value", n(8)).await);
        // A value of another type is never equal and never less.
        assert!(!check("age < :value AND #n <> :value", s("9")).await);
    })
    .await;
}
