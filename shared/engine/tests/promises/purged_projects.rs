//! The deletion of a project with many workflows: it is answered at once, and done in parts.

use crate::World;
use crate::purges::{client, prefix_of, scan};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use rookery_boot::{Clients, Options, TABLE};
use rookery_domain::{ProjectId, Time, WorkflowId};
use rookery_store::keys::{Prefix, Removal};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
/// Counts the requests that are made to the table.
#[derive(Clone, Debug, Default)]
struct Requests(Arc<AtomicUsize>);

impl Requests {
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl Intercept for Requests {
    fn name(&self) -> &'static str {
        "requests"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Stores heads of workflows.
async fn put_heads(client: &Client, project: &ProjectId, count: usize) {
    let number = |value: i64| AttributeValue::N(value.to_string());
    let head = |_| {
        let put = PutRequest::builder()
            .item("pk", AttributeValue::S(project.to_string()))
            .item("sk", AttributeValue::S(Prefix::Head.sort(WorkflowId::random())))
            .item("name", AttributeValue::S("w".into()))
            .item("state", AttributeValue::S("new".into()));
        let put = put.item("ver", number(1)).item("built", number(0)).item("created", number(1)).item("updated", number(1));
        WriteRequest::builder().put_request(put.build().unwrap()).build()
    };
    let heads: Vec<WriteRequest> = (0..count).map(head).collect();
    for heads in heads.chunks(25) {
        client.batch_write_item().request_items(TABLE, heads.to_vec()).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_project_answers_at_once_and_goes_on_behind_in_parts() {
    const MANY: usize = 1200;
    let world = World::start(22).await;
    let requests = Requests::default();
    let config = world.standins.dynamodb_config().interceptor(requests.clone()).build();
    let clients = Clients::new(config, world.standins.sqs_config().build());
    let engine = rookery_boot::assemble(clients, TABLE, world.urls.clone(), Options::default()).engine;
    let client = client(&world);

    let mut asked = Vec::new();
    let mut projects = Vec::new();
    for count in [1, MANY] {
        let project = engine.store.create_project("p").await.unwrap().id;
        put_heads(&client, &project, count).await;
        requests.take();
        engine.delete_project(&project).await.unwrap();
        asked.push(requests.take());
        projects.push(project);
    }
    assert_eq!(asked[0], asked[1], "requests for a project of one workflow, and of {MANY}");
    // Nothing of the project can be reached, even before the first purge.
    let page = engine.store.list_workflows(&projects[1], 1, None).await.unwrap();
    assert!(engine.store.workflow(&page.items[0].id).await.is_err());

    let mut ticks = 0;
    loop {
        requests.take();
        let due = engine.tick(Time::now()).await.unwrap();
        let asked = requests.take();
        // The limit is the budget of 2,000, the part that was begun last, and the due items: a hundred on a page.
        assert!(asked <= 2000 + 450 + due / 10, "tick {ticks} of {due} due items took {asked} requests");
        if due == 0 {
            break;
        }
        ticks += 1;
        assert!(ticks < 30);
    }
    assert!(ticks > 2, "in parts");
    for (key, item) in scan(&client).await {
        assert_eq!(prefix_of(&key).removal(), Removal::Never, "{key:?}");
        assert!(item.contains_key("deleted"), "{key:?}");
    }
}
