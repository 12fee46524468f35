//! Connections on which no HTTP is spoken, for [`crate::mail`] and [`crate::imap_session`]: opened to addresses that [`crate::connect`] has checked, with
//! TLS by the provider and the certificates of calls, and read in bounded pieces. What is said on them does not belong here.

use crate::{Egress, EgressError};
use hyper_rustls::ConfigBuilderExt;
use memchr::memchr;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How much is read at once.
const PIECE: usize = 8 * 1024;

/// A connection, plain or with TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Egress {
    /// Opens a connection to one of the checked addresses of a host.
    pub(crate) async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let limit = self.inner.connector.policy.connect_timeout;
        let too_long = |_| EgressError::ConnectFailed { host: host.to_owned(), reason: format!("no answer within {limit:?}") };
        timeout(limit, self.inner.connector.open(host, port)).await.map_err(too_long)?
    }

    /// Speaks TLS on a connection, with a server that shows that it is this host.
    pub(crate) async fn with_tls(&self, stream: Box<dyn Stream>, host: &str) -> Result<Box<dyn Stream>, EgressError> {
        let failed = |reason: String| EgressError::TlsFailed { host: host.to_owned(), reason };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|error| failed(error.to_string()))?;
        let connector = match self.inner.mail_tls.get() {
            Some(connector) => connector,
            None => {
                let made = tls().map_err(|reason| failed(reason.to_owned()))?;
                self.inner.mail_tls.get_or_init(|| made)
            }
        };
        Ok(Box::new(connector.connect(name, stream).await.map_err(|error| failed(error.to_string()))?))
    }
}

fn tls() -> Result<TlsConnector, &'static str> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| "no version of TLS is there")?.with_native_roots();
    let config = config.map_err(|_| "this machine has no root certificates: install ca-certificates")?;
    Ok(Arc::new(config.with_no_client_auth()).into())
}

/// A connection that is read by lines and by bytes.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    /// What came and was not read yet.
    unread: Vec<u8>,
}

impl Wire {
    pub(crate) fn over(stream: Box<dyn Stream>) -> Wire {
        Wire { stream, unread: Vec::new() }
    }

    /// The connection, for TLS. Whatever the server said beyond its answer came without TLS, and may be anybody's: then there is none.
    pub(crate) fn into_stream(self) -> Option<Box<dyn Stream>> {
        self.unread.is_empty().then_some(self.stream)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The next line, without its end; none if it has more than so many bytes.
    pub(crate) async fn line(&mut self, most: usize) -> io::Result<Option<Vec<u8>>> {
        let mut searched = 0;
        loop {
            if let Some(end) = memchr(b'\n', &self.unread[searched..]) {
                let mut line: Vec<u8> = self.unread.drain(..=searched + end).collect();
                while line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
                    line.pop();
                }
                return Ok((line.len() <= most).then_some(line));
            }
            searched = self.unread.len();
            if searched > most {
                return Ok(None);
            }
            self.read_piece().await?;
        }
    }

    /// So many bytes.
    pub(crate) async fn exactly(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < count {
            self.read_piece().await?;
        }
        Ok(self.unread.drain(..count).collect())
    }

    async fn read_piece(&mut self) -> io::Result<()> {
        let begin = self.unread.len();
        self.unread.resize(begin + PIECE, 0);
        let read = self.stream.read(&mut self.unread[begin..]).await;
        self.unread.truncate(begin + *read.as_ref().unwrap_or(&0));
        if read? == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}
