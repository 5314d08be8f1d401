//! A connection whose patience ends: with a client that sends the head of a request drop by drop, and with one that
//! does not read its answer. (hyper's own limit cannot tell such a client from a proxy's idle connection.)

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Counts the steps of a connection: even while the head of a request is awaited, odd while one is answered.
#[derive(Debug, Clone, Default)]
pub struct Turn(Arc<AtomicUsize>);

impl Turn {
    /// A head is complete; or the head of its answer is.
    pub fn next(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    fn now(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

#[derive(Debug)]
pub struct Patient<S> {
    stream: S,
    turn: Turn,
    seen: usize,
    head: Deadline,
    write: Deadline,
}

impl<S> Patient<S> {
    /// `head` runs from the first byte of a head (on a new connection from the start), `write` while nothing is read.
    pub fn new(stream: S, turn: Turn, head: Duration, write: Duration) -> Self {
        let mut head = Deadline::after(head);
        head.arm();
        Self { stream, turn, seen: 0, head, write: Deadline::after(write) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let turn = this.turn.now();
        if turn != this.seen {
            this.seen = turn;
            this.head.armed = false;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if turn.is_multiple_of(2) {
            if buffer.filled().len() > before {
                this.head.arm();
            } else if read.is_pending() && this.head.has_passed(cx) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> Patient<S> {
    fn unless_stuck<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write.armed = false;
            return written;
        }
        self.write.arm();
        if self.write.has_passed(cx) {
            Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
        } else {
            Poll::Pending
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stuck(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.unless_stuck(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[derive(Debug)]
struct Deadline {
    after: Duration,
    armed: bool,
    sleep: Pin<Box<Sleep>>,
}

impl Deadline {
    fn after(after: Duration) -> Self {
        Self { after, armed: false, sleep: Box::pin(tokio::time::sleep(after)) }
    }

    /// Starts it, unless it runs.
    fn arm(&mut self) {
        if !self.armed {
            self.armed = true;
            self.sleep.as_mut().reset(Instant::now() + self.after);
        }
    }

    fn has_passed(&mut self, cx: &mut Context<'_>) -> bool {
        self.armed && self.sleep.as_mut().poll(cx).is_ready()
    }
}
