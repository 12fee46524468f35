//! Confirming a sender's subscription to a hook: a call to the address that the sender gave, which the agent type has checked.

use rookery_domain::{Error, Result};
use rookery_egress::{Egress, Request};
use std::time::Duration;

/// How long the call may take: Amazon SNS waits for 15 seconds.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Calls the address. 503 when the call fails, so that the sender asks again.
pub(crate) async fn confirm(egress: &Egress, url: &str) -> Result<()> {
    let request = Request { timeout: Some(TIMEOUT), ..Request::new(http::Method::GET, url) };
    match egress.send(request).await {
        Ok(response) if (200..300).contains(&response.status) => {
            tracing::info!("a sender's subscription was confirmed");
            Ok(())
        }
        Ok(response) => Err(Error::unavailable(format!("the confirmation of a subscription was answered {}", response.status))),
        Err(error) => Err(Error::unavailable(format!("the confirmation of a subscription failed: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::Kind;
    use rookery_egress::Policy;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_sender_that_does_not_hear_it_is_to_ask_again() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/?Action=ConfirmSubscription", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            for status in ["200 OK", "403 Forbidden"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = [0; 1024];
                let read = stream.read(&mut head).await.unwrap();
                assert!(head[..read].starts_with(b"GET /?Action=ConfirmSubscription "));
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let egress = Egress::new(Policy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() });
        confirm(&egress, &url).await.unwrap();
        assert_eq!(confirm(&egress, &url).await.unwrap_err().kind, Kind::Unavailable);
        server.await.unwrap();
        // The policy of outside calls applies here, too.
        assert_eq!(confirm(&Egress::new(Policy::default()), &url).await.unwrap_err().kind, Kind::Unavailable);
    }
}
