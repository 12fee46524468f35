//! The table's schema, for the local program and tests, which create the table by the SDK. On AWS the template creates it.

use crate::error::unavailable;
use crate::keys::{DUE, RECENT};
use crate::sdk::Store;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification, TimeToLiveStatus,
};
use rookery_domain::{Error, Result};

/// The attributes that lists filter by: the `recent` index has them besides its keys.
const RECENT_CARRIES: [&str; 4] = ["cell", "groups", "hop", "keep"];

impl Store {
    /// Creates the table if it does not exist.
    pub async fn create_table(&self) -> Result<()> {
        let request = self.table_request().map_err(Error::internal)?;
        match request.send().await {
            Ok(_) => {}
            // The table exists. Its TTL may still be off, if a first start was cut short.
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) => {}
            Err(error) => return Err(unavailable(error)),
        }
        let ttl =
            TimeToLiveSpecification::builder().enabled(true).attribute_name("expires_at").build().map_err(Error::internal)?;
        let described = self.client.describe_time_to_live().table_name(&*self.table).send().await.map_err(unavailable)?;
        let status = described.time_to_live_description.and_then(|description| description.time_to_live_status);
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            return Ok(());
        }
        let request = self.client.update_time_to_live().table_name(&*self.table).time_to_live_specification(ttl);
        request.send().await.map(drop).map_err(unavailable)
    }

    fn table_request(&self) -> Result<aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder, BuildError> {
        let attribute = |name: &str, kind| AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build();
        let mut request = self
            .client
            .create_table()
            .table_name(&*self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key("pk", KeyType::Hash)?)
            .key_schema(key("sk", KeyType::Range)?)
            .attribute_definitions(attribute("da", ScalarAttributeType::N)?);
        for name in ["pk", "sk", "rp", "rs", "dp"] {
            request = request.attribute_definitions(attribute(name, ScalarAttributeType::S)?);
        }
        let carries = RECENT_CARRIES.map(str::to_owned).to_vec();
        let recent = Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(carries)).build();
        let due = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
        Ok(request
            .global_secondary_indexes(index(RECENT, "rp", "rs", recent)?)
            .global_secondary_indexes(index(DUE, "dp", "da", due)?))
    }
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}

fn index(name: &str, hash: &str, range: &str, projection: Projection) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .key_schema(key(hash, KeyType::Hash)?)
        .key_schema(key(range, KeyType::Range)?)
        .projection(projection)
        .build()
}
