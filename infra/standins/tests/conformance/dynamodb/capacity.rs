//! The capacity that requests take ("DynamoDB read and write operations" in the Developer Guide). The count of costs rests on
//! these numbers.

use super::{Table, item, key, n, s};
use crate::conform;
use aws_sdk_dynamodb::types::{ConsumedCapacity, Put, ReturnConsumedCapacity::Indexes, TransactWriteItem};

fn units(capacity: Option<&ConsumedCapacity>) -> f64 {
    capacity.and_then(|capacity| capacity.capacity_units()).unwrap()
}

#[tokio::test]
async fn a_write_unit_is_a_kilobyte_begun() {
    conform("a_write_unit_is_a_kilobyte_begun", async |world| {
        let table = Table::create(world).await;
        // Names and values count: "pk" "p" "sk" "1" "text" take 10 bytes.
        for (bytes, expected) in [(1, 1.0), (1_014, 1.0), (1_015, 2.0), (3_000, 3.0)] {
            let put = table.put(item("p", "1", [("text", s(&"x".repeat(bytes)))])).return_consumed_capacity(Indexes);
            // The item is deleted first: a larger item that is overwritten would be what counts.
            world.dynamodb.delete_item().table_name(&table.name).set_key(Some(key("p", "1"))).send().await.unwrap();
            assert_eq!(units(put.send().await.unwrap().consumed_capacity()), expected, "{bytes} bytes");
        }
    })
    .await;
}

#[tokio::test]
async fn an_update_and_a_delete_cost_the_larger_of_before_and_after() {
    conform("an_update_and_a_delete_cost_the_larger_of_before_and_after", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "1", [("text", s(&"x".repeat(3_000)))])).send().await.unwrap();
        let update = table
            .update("p", "1")
            .update_expression("SET #t = :short")
            .expression_attribute_names("#t", "text")
            .expression_attribute_values(":short", s("x"));
        let update = update.return_consumed_capacity(Indexes).send().await.unwrap();
        assert_eq!(units(update.consumed_capacity()), 3.0);
        let delete = world.dynamodb.delete_item().table_name(&table.name).set_key(Some(key("p", "1")));
        assert_eq!(units(delete.return_consumed_capacity(Indexes).send().await.unwrap().consumed_capacity()), 1.0);
    })
    .await;
}

#[tokio::test]
async fn an_indexed_write_costs_the_index_too() {
    conform("an_indexed_write_costs_the_index_too", async |world| {
        let table = Table::create(world).await;
        let put = table.put(item("p", "1", [("shard", s("0")), ("at", n(1))])).return_consumed_capacity(Indexes);
        let put = put.send().await.unwrap();
        let capacity = put.consumed_capacity().unwrap();
        assert_eq!(capacity.capacity_units(), Some(2.0));
        assert_eq!(capacity.table().unwrap().capacity_units(), Some(1.0));
        assert_eq!(capacity.global_secondary_indexes().unwrap()["due"].capacity_units(), Some(1.0));

        let sparse = table.put(item("p", "2", [])).return_consumed_capacity(Indexes).send().await.unwrap();
        assert_eq!(units(sparse.consumed_capacity()), 1.0);
        // A move in the index: an entry is deleted and one is put.
        let moved = table.put(item("p", "1", [("shard", s("0")), ("at", n(2))])).return_consumed_capacity(Indexes);
        assert_eq!(units(moved.send().await.unwrap().consumed_capacity()), 3.0);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_costs_twice() {
    conform("a_transaction_costs_twice", async |world| {
        let table = Table::create(world).await;
        let put = |sk: &str, bytes: usize| {
            let item = item("p", sk, [("text", s(&"x".repeat(bytes)))]);
            let put = Put::builder().table_name(&table.name).set_item(Some(item)).build().unwrap();
            TransactWriteItem::builder().put(put).build()
        };
        let transaction = world.dynamodb.transact_write_items().transact_items(put("1", 10)).transact_items(put("2", 1_500));
        let answer = transaction.return_consumed_capacity(Indexes).send().await.unwrap();
        assert_eq!(units(answer.consumed_capacity().first()), 2.0 + 4.0);
    })
    .await;
}

#[tokio::test]
async fn a_read_unit_is_four_kilobytes_and_half_of_it_if_eventually_consistent() {
    conform("a_read_unit_is_four_kilobytes_and_half_of_it_if_eventually_consistent", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "1", [("text", s(&"x".repeat(5_000)))])).send().await.unwrap();
        let cost = async |sk: &str, consistent: bool| {
            let get = table.get("p", sk).consistent_read(consistent).return_consumed_capacity(Indexes);
            units(get.send().await.unwrap().consumed_capacity())
        };
        assert_eq!(cost("1", true).await, 2.0);
        assert_eq!(cost("1", false).await, 1.0);
        assert_eq!(cost("missing", true).await, 1.0);
        assert_eq!(cost("missing", false).await, 0.5);
    })
    .await;
}

#[tokio::test]
async fn a_query_costs_the_sum_of_its_items() {
    conform("a_query_costs_the_sum_of_its_items", async |world| {
        let table = Table::create(world).await;
        for sk in ["1", "2", "3", "4"] {
            table.put(item("p", sk, [("text", s(&"x".repeat(1_500)))])).send().await.unwrap();
        }
        let query = table.query("p").return_consumed_capacity(Indexes);
        // 6,056 bytes are two units, though four items that are read one by one would be four.
        assert_eq!(units(query.clone().consistent_read(true).send().await.unwrap().consumed_capacity()), 2.0);
        assert_eq!(units(query.send().await.unwrap().consumed_capacity()), 1.0);
    })
    .await;
}
