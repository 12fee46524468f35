//! Pushing to the connections that API Gateway holds.

use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::error::{DisplayErrorContext, SdkError};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use rookery_domain::{Error, Result};

pub(crate) struct Push(pub(crate) Client);

impl Push {
    /// Sends a frame. `false` if the client is gone.
    pub(crate) async fn frame(&self, connection: &str, frame: String) -> Result<bool> {
        let sent = self.0.post_to_connection().connection_id(connection).data(Blob::new(frame)).send().await;
        is_there(sent)
    }

    /// Closes the connection, if it is still there.
    pub(crate) async fn close(&self, connection: &str) -> Result<()> {
        is_there(self.0.delete_connection().connection_id(connection).send().await).map(drop)
    }
}

fn is_there<T, E>(done: std::result::Result<T, SdkError<E>>) -> Result<bool>
where
    E: std::error::Error + Send + Sync + 'static,
{
    match done {
        Ok(_) => Ok(true),
        Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 410) => Ok(false),
        Err(error) => Err(Error::unavailable(DisplayErrorContext(error).to_string())),
    }
}
