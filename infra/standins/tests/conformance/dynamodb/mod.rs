//! DynamoDB, by the Amazon DynamoDB Developer Guide and API Reference. This file has the table that the tests use, and short
//! forms for values.

mod batches;
mod capacity;
mod conditions;
mod items;
mod limits;
mod paging;
mod transactions;

use super::world::{World, unique};
use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use std::collections::HashMap;

type Item = HashMap<String, AttributeValue>;

/// A table with the keys `pk` and `sk` (text) and the index `due` on `shard` (text) and `at` (number), which items may lack.
struct Table<'a> {
    name: String,
    world: &'a World,
}

impl<'a> Table<'a> {
    async fn create(world: &'a World) -> Table<'a> {
        let name = unique("table");
        let attribute =
            |name: &str, kind| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap();
        let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
        let index = GlobalSecondaryIndex::builder()
            .index_name("due")
            .key_schema(key("shard", KeyType::Hash))
            .key_schema(key("at", KeyType::Range))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .unwrap();
        world
            .dynamodb
            .create_table()
            .table_name(&name)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute("pk", ScalarAttributeType::S))
            .attribute_definitions(attribute("sk", ScalarAttributeType::S))
            .attribute_definitions(attribute("shard", ScalarAttributeType::S))
            .attribute_definitions(attribute("at", ScalarAttributeType::N))
            .key_schema(key("pk", KeyType::Hash))
            .key_schema(key("sk", KeyType::Range))
            .global_secondary_indexes(index)
            .send()
            .await
            .unwrap();
        Table { name, world }
    }

    fn put(&self, item: Item) -> PutItemFluentBuilder {
        self.world.dynamodb.put_item().table_name(&self.name).set_item(Some(item))
    }

    fn get(&self, pk: &str, sk: &str) -> GetItemFluentBuilder {
        self.world.dynamodb.get_item().table_name(&self.name).set_key(Some(key(pk, sk)))
    }

    fn update(&self, pk: &str, sk: &str) -> UpdateItemFluentBuilder {
        self.world.dynamodb.update_item().table_name(&self.name).set_key(Some(key(pk, sk)))
    }

    fn query(&self, pk: &str) -> QueryFluentBuilder {
        let query = self.world.dynamodb.query().table_name(&self.name);
        query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", s(pk))
    }

    /// The item as a consistent read sees it.
    async fn read(&self, pk: &str, sk: &str) -> Option<Item> {
        self.get(pk, sk).consistent_read(true).send().await.unwrap().item
    }
}

fn key(pk: &str, sk: &str) -> Item {
    item(pk, sk, [])
}

fn item<const N: usize>(pk: &str, sk: &str, attributes: [(&str, AttributeValue); N]) -> Item {
    let keys = [("pk", s(pk)), ("sk", s(sk))];
    keys.into_iter().chain(attributes).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// The sort keys of a page, in its order.
fn sort_keys(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect()
}
