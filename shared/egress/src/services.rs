//! Requests to the services of the deployment itself, its table and its queues: the operator gave their addresses, so none is refused. No call of
//! an agent is made here.

use crate::Policy;
use crate::connect::{Connector, Reach, SystemResolver};
use crate::pool::{Pool, Unused, plain, secure};
use bytes::Bytes;
use http::uri::Scheme;
use http_body_util::Full;
use hyper::body::Incoming;
use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// They are always the same few hosts, which a function asks again and again.
const UNUSED: Unused = Unused { kept: Duration::from_secs(90), of_each_host: usize::MAX };

/// The client for the deployment's own services. It has the code of the client for agents' calls, so that a function has that once.
pub struct Services {
    connector: Connector,
    plain: Pool,
    /// Made at its first use, like that of [`crate::Egress`].
    secure: OnceLock<Pool>,
}

impl Services {
    /// Makes a client with this time limit for opening a connection. This opens nothing.
    pub fn new(connect_timeout: Duration) -> Self {
        let policy = Policy { connect_timeout, ..Policy::default() };
        let connector = Connector { policy: Arc::new(policy), resolver: Arc::new(SystemResolver), reach: Reach::Anywhere };
        Services { plain: plain(connector.clone(), UNUSED), secure: OnceLock::new(), connector }
    }

    /// Sends a request as it is, and waits for the head of its answer.
    pub async fn send(
        &self,
        request: http::Request<Full<Bytes>>,
    ) -> Result<http::Response<Incoming>, Box<dyn Error + Send + Sync>> {
        let is_plain = request.uri().scheme() == Some(&Scheme::HTTP);
        let pool = if is_plain { &self.plain } else { self.secure()? };
        Ok(pool.request(request).await?)
    }

    fn secure(&self) -> Result<&Pool, &'static str> {
        if let Some(pool) = self.secure.get() {
            return Ok(pool);
        }
        let pool = secure(self.connector.clone(), UNUSED)?;
        Ok(self.secure.get_or_init(|| pool))
    }
}
