//! A connection's socket and answers, as hyper uses them: every step is noted in the connection.

use super::connection::Connection;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The socket of a connection.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Lets the system drop what it still holds for the client when the socket is closed.
    fn forget(&self) {}
}

impl Socket for TcpStream {
    fn forget(&self) {
        // Otherwise the system would keep the bytes for minutes, for a client that does not read.
        let _ = self.set_zero_linger();
    }
}

/// A socket whose steps are noted.
pub(super) struct Watched<S: Socket> {
    stream: S,
    connection: Arc<Connection>,
}

impl<S: Socket> Drop for Watched<S> {
    fn drop(&mut self) {
        if self.connection.is_cut() {
            self.stream.forget();
        }
    }
}

impl<S: Socket> Watched<S> {
    pub(super) fn new(stream: S, connection: Arc<Connection>) -> Self {
        Watched { stream, connection }
    }
}

impl<S: Socket> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.connection.read(buffer.filled().len() - before);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Socket> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.connection.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[IoSlice<'_>]) -> Poll<Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, parts))?;
        self.connection.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Hyper flushes when it has nothing left to write.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.connection.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// An answer's body. Hyper drops it when it has the whole body.
pub(super) struct Answer {
    body: Body,
    connection: Arc<Connection>,
    /// Whether the length of the whole is known, and counted as memory from the start.
    is_counted: bool,
}

impl Answer {
    pub(super) fn new(body: Body, connection: Arc<Connection>) -> Self {
        let bytes = body.size_hint().exact();
        connection.answer(usize::try_from(bytes.unwrap_or_default()).unwrap_or(usize::MAX));
        Answer { body, connection, is_counted: bytes.is_some() }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Pending => self.connection.has_all_so_far(),
            Poll::Ready(Some(Ok(frame))) => {
                self.connection.goes_on();
                if let (false, Some(data)) = (self.is_counted, frame.data_ref()) {
                    self.connection.hold(data.len());
                }
            }
            Poll::Ready(_) => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.connection.handed_over();
    }
}
