//! The promises, shown at the engine's own surface over real stand-ins.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod faults;
mod faulty;
mod replies;
mod requests;
mod waits;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use faulty::{Faults, faulty};
use rookery_egress::{Egress, Policy};
use rookery_engine::{Engine, Settings};
use rookery_queue::{Producer, Queue, QueueUrls, create_queues};
use rookery_standins::Standins;
use rookery_store::{Store, Workflow};
use std::sync::Arc;
use std::time::Duration;

struct World {
    _folder: tempfile::TempDir,
    standins: Standins,
    sqs: aws_sdk_sqs::Client,
    urls: QueueUrls,
    /// Without faults: to set up and to judge.
    calm: Arc<Engine>,
    /// With faults: what is tested.
    tested: Arc<Engine>,
    faults: Arc<Faults>,
}

impl World {
    async fn start(seed: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let faults = Faults::new(seed, 30);
        let retry = || {
            aws_sdk_dynamodb::config::retry::RetryConfig::standard()
                .with_max_attempts(2)
                .with_initial_backoff(Duration::from_millis(1))
        };
        let dynamodb = standins.dynamodb_config().build();
        let queue = standins.sqs_config().build();
        let store = Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb.clone()), "rookery");
        store.create_table().await.unwrap();
        let sqs = aws_sdk_sqs::Client::from_conf(queue.clone());
        let urls = create_queues(&sqs).await.unwrap();
        let egress = || Egress::new(Policy::default());
        let calm = Engine::new(store, Producer::start(sqs.clone(), &urls), egress(), Settings::default());
        let failing = |inner| faulty(inner, faults.clone());
        let dynamodb = dynamodb.to_builder().http_client(failing(dynamodb.http_client().unwrap())).retry_config(retry()).build();
        let queue = queue.to_builder().http_client(failing(queue.http_client().unwrap())).retry_config(retry()).build();
        let producer = Producer::start(aws_sdk_sqs::Client::from_conf(queue), &urls);
        let tested = Engine::new(
            Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb), "rookery"),
            producer,
            egress(),
            Settings::default(),
        );
        World { _folder: folder, standins, sqs, urls, calm, tested, faults }
    }

    /// A workflow with these options, running.
    async fn started(&self, options: &str) -> Workflow {
        let project = self.calm.store.create_project("promises").await.unwrap();
        let (workflow, result) = self.calm.create_workflow(&project.id, "promises", options).await.unwrap();
        assert_eq!(result.errors, []);
        self.calm.build(&workflow, true).await.unwrap().0
    }

    /// Messages in all queues, whatever their state.
    async fn messages_left(&self) -> u64 {
        let mut left = 0;
        for queue in Queue::ALL {
            for url in [&self.urls.of(queue).queue, &self.urls.of(queue).dead] {
                let asked = self.sqs.get_queue_attributes().queue_url(url).attribute_names(Name::All).send().await.unwrap();
                let attributes = asked.attributes.unwrap();
                let names = [
                    Name::ApproximateNumberOfMessages,
                    Name::ApproximateNumberOfMessagesNotVisible,
                    Name::ApproximateNumberOfMessagesDelayed,
                ];
                left += names.iter().map(|name| attributes[name].parse::<u64>().unwrap()).sum::<u64>();
            }
        }
        left
    }
}
