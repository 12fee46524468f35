//! The SDK's HTTP client: that of outside calls, with other addresses. So its code is in a function once, and there is no HTTP/2, which the
//! SDK's own client has, and which DynamoDB and SQS do not speak.

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use rookery_egress::Services;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// The SDK's own limit for opening a connection.
const CONNECT: Duration = Duration::from_millis(3100);

type BoxError = Box<dyn Error + Send + Sync>;

/// The client. Clones share connections.
#[derive(Clone)]
pub(crate) struct Https(Arc<Services>);

impl Https {
    pub(crate) fn new() -> Self {
        Https(Arc::new(Services::new(CONNECT)))
    }
}

impl std::fmt::Debug for Https {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Https")
    }
}

impl HttpClient for Https {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let services = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = prepared(request).map_err(ConnectorError::user)?;
            let answer = services.send(request).await.map_err(failed)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x)).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The request as the client takes it. The SDK is told of its connection, so that a retry after an error of the service takes another one.
fn prepared(request: HttpRequest) -> Result<http::Request<Full<Bytes>>, BoxError> {
    let (head, body) = request.try_into_http1x()?.into_parts();
    let body = Bytes::copy_from_slice(body.bytes().ok_or("the SDK streams no request of ours")?);
    let mut request = http::Request::from_parts(head, Full::new(body));
    let connection = capture_connection(&mut request);
    if let Some(captured) = request.extensions().get::<CaptureSmithyConnection>() {
        captured.set_connection_retriever(move || poisonable(connection.clone()));
    }
    Ok(request)
}

fn poisonable(connection: CaptureConnection) -> Option<ConnectionMetadata> {
    let is_proxied = connection.connection_metadata().as_ref()?.is_proxied();
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(is_proxied).poison_fn(poison).build())
}

/// Tells the SDK whether another try may help: not where the request is at fault, or where the answer is no HTTP.
fn failed(error: BoxError) -> ConnectorError {
    let (is_user, is_parse) = of_hyper(error.as_ref()).map_or((false, false), |error| (error.is_user(), error.is_parse()));
    match (is_user, is_parse) {
        (true, _) => ConnectorError::user(error),
        (_, true) => ConnectorError::other(error, None),
        _ => ConnectorError::io(error),
    }
}

fn of_hyper<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e hyper::Error> {
    error.downcast_ref().or_else(|| of_hyper(error.source()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
    use aws_sdk_sqs::error::SdkError;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::{TcpListener, TcpStream};

    const SENT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"MessageId\":\"7\"}";
    const FAILED: &str = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\n{}";

    /// A queue that gives these answers, one after the other, to requests with this text.
    struct Queue {
        url: String,
        connections: Arc<AtomicUsize>,
    }

    impl Queue {
        async fn start(answers: &'static [&'static str]) -> Queue {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let connections = Arc::new(AtomicUsize::new(0));
            let (counted, next) = (connections.clone(), Arc::new(AtomicUsize::new(0)));
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(answer(stream, answers, next.clone()));
                }
            });
            Queue { url, connections }
        }

        async fn send(&self) -> Result<Option<String>, SdkError<aws_sdk_sqs::operation::send_message::SendMessageError>> {
            let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
            let config = aws_sdk_sqs::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Credentials::for_tests())
                .region(Region::new("us-east-1"))
                .retry_config(retries)
                .endpoint_url(&self.url)
                .http_client(Https::new());
            let client = aws_sdk_sqs::Client::from_conf(config.build());
            let sent = client.send_message().queue_url(&self.url).message_body("a text").send().await?;
            Ok(sent.message_id)
        }
    }

    async fn answer(stream: TcpStream, answers: &[&str], next: Arc<AtomicUsize>) {
        let mut stream = BufReader::new(stream);
        loop {
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
                    return;
                }
                length =
                    line.to_lowercase().strip_prefix("content-length: ").map_or(length, |length| length.trim().parse().unwrap());
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            assert!(String::from_utf8_lossy(&body).contains("a text"));
            stream.write_all(answers[next.fetch_add(1, Ordering::SeqCst)].as_bytes()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_request_is_answered() {
        assert_eq!(Queue::start(&[SENT]).await.send().await.unwrap().as_deref(), Some("7"));
    }

    #[tokio::test]
    async fn a_service_that_fails_is_asked_again_by_another_connection() {
        let queue = Queue::start(&[FAILED, SENT]).await;
        assert_eq!(queue.send().await.unwrap().as_deref(), Some("7"));
        assert_eq!(queue.connections.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_service_that_is_not_there_is_asked_again_and_one_that_speaks_no_http_is_not() {
        let gone = Queue { url: "http://127.0.0.1:1".to_owned(), connections: Arc::default() };
        let error = gone.send().await.unwrap_err();
        assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()), "{error:?}");

        let queue = Queue::start(&["SSH-2.0\r\n\r\n"]).await;
        let error = queue.send().await.unwrap_err();
        assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_other()), "{error:?}");
        assert_eq!(queue.connections.load(Ordering::SeqCst), 1);
    }
}
