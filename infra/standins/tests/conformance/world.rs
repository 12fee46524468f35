//! What a test talks to: the stand-ins on a temporary folder, or an external endpoint; and SDK clients for it.

use crate::clients::{dynamodb_client, sqs_client};
use rookery_standins::Standins;
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// Our stand-ins and their folder; none with an external endpoint.
    ours: Option<(Standins, TempDir)>,
}

impl World {
    pub(crate) async fn start() -> World {
        match std::env::var("ROOKERY_CONFORMANCE_ENDPOINT") {
            Ok(endpoint) => World { dynamodb: dynamodb_client(&endpoint), sqs: sqs_client(&endpoint), ours: None },
            Err(_) => {
                let data = tempfile::tempdir().unwrap();
                let mut standins = Standins::start(data.path()).unwrap();
                let endpoints = standins.listen().await.unwrap();
                let (dynamodb, sqs) = (dynamodb_client(&endpoints.dynamodb), sqs_client(&endpoints.sqs));
                World { dynamodb, sqs, ours: Some((standins, data)) }
            }
        }
    }

    pub(crate) fn is_foreign(&self) -> bool {
        self.ours.is_none()
    }

    pub(crate) async fn stop(self) {
        if let Some((standins, _data)) = self.ours {
            standins.stop().await;
        }
    }
}

/// A name that no other test uses.
pub(crate) fn unique(stem: &str) -> String {
    format!("{stem}-{}", uuid::Uuid::now_v7().simple())
}
