//! From names to addresses to connections: each address is checked here, and the connection is opened to exactly the address that
//! was checked.

use crate::{EgressError, Policy};
use futures::TryFutureExt;
use futures::future::BoxFuture;
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A future that gives the addresses of a name.
pub type Resolving = BoxFuture<'static, io::Result<Vec<IpAddr>>>;

/// Turns names into addresses. The caller checks the addresses, and trusts none.
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of `host`, which is a name in lower case and not an address.
    fn resolve(&self, host: &str) -> Resolving;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Resolving {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Which addresses a connection may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All that the policy permits.
    Permitted,
    /// Only those that the policy allows by name: for secrets over plain HTTP.
    AllowListed,
    /// All: for [`crate::Services`], whose addresses no agent gave.
    Anywhere,
}

/// Opens TCP connections to checked addresses.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) policy: Arc<Policy>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) reach: Reach,
}

impl Connector {
    /// The addresses of a host, all of them checked. If one is refused, all are: an attacker's name server could hide it among good ones.
    pub(crate) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, EgressError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = match bare.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.resolve(bare).await.unwrap_or_default(),
        };
        let addresses: Vec<_> = found.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        if addresses.is_empty() {
            return Err(EgressError::DnsFailed { host: host.to_owned() });
        }
        if self.reach != Reach::Anywhere && !addresses.iter().all(|address| self.policy.permits(*address)) {
            return Err(EgressError::AddressRefused { host: host.to_owned() });
        }
        if self.reach == Reach::AllowListed && !addresses.iter().all(|address| self.policy.allows(*address)) {
            return Err(EgressError::CredentialInsecure { host: host.to_owned() });
        }
        Ok(addresses)
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, EgressError> {
        let secure = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(TokioIo::new(self.open(uri.host().unwrap_or_default(), port).await?))
    }

    /// Opens a connection to a host, at one of its checked addresses.
    pub(crate) async fn open(&self, host: &str, port: u16) -> Result<TcpStream, EgressError> {
        let failed = |error: &io::Error| EgressError::ConnectFailed { host: host.to_owned(), reason: error.kind().to_string() };
        let addresses = self.addresses(host, port).await?;
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(|error| failed(&error))?;
        stream.set_nodelay(true).and_then(|()| give_up_after(&stream, self.policy.timeout)).map_err(|error| failed(&error))?;
        Ok(stream)
    }
}

/// Lets the system close a connection whose receiver takes nothing more. Without this limit, the receiver could keep the
/// connection and the unsent data for as long as it likes, even after the call has ended. Functions run on Linux; elsewhere, the
/// system's own limit counts.
fn give_up_after(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(stream, u32::try_from(limit.as_millis()).unwrap_or(u32::MAX))?;
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, limit);
    Ok(())
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = EgressError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), EgressError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// How connections are opened: plain, or with TLS.
#[derive(Clone)]
pub(crate) enum Way {
    Plain(Connector),
    Secure(HttpsConnector<Connector>),
}

/// Opens connections with a time limit for resolving, connecting and the TLS handshake. A call that ends here was not sent. It is one type
/// for both ways, so that a binary has the client's code once.
#[derive(Clone)]
pub(crate) struct Timed {
    pub(crate) way: Way,
    pub(crate) limit: Duration,
}

impl Service<Uri> for Timed {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let limit = self.limit;
        let host = uri.host().unwrap_or_default().to_owned();
        let connecting = match &mut self.way {
            Way::Plain(connector) => Box::pin(connector.clone().connect(uri).map_ok(MaybeHttpsStream::Http).err_into()),
            Way::Secure(connector) => connector.call(uri),
        };
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(EgressError::ConnectFailed { host, reason: format!("no answer within {limit:?}") }.into()),
            }
        })
    }
}
