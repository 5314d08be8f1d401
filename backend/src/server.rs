//! The accept loop, its time limits, and the clean stop. Our own rather than `axum::serve`, which lets a half-sent
//! header hold a connection for ever.

mod patience;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

use crate::http::overload;
use patience::{Patient, Turn};

#[derive(Debug, Clone)]
pub struct Limits {
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// Between requests. Longer than the minute after which proxies close their idle connections: if we were first, a
    /// request could meet a connection that is just being closed.
    pub idle: Duration,
    /// For a client that reads nothing of its answer.
    pub write: Duration,
    /// For running requests, once a stop was asked for.
    pub drain: Duration,
    /// Beyond it connections wait in the system's queue.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(10),
            idle: seconds(75),
            write: seconds(30),
            drain: seconds(30),
            connections: 4096,
        }
    }
}

/// Opens the port.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} (choose another --listen)"))
}

/// Serves until `stop`, then finishes what is running.
pub async fn serve(listener: TcpListener, router: Router, limits: &Limits, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    let slots = Arc::new(Semaphore::new(limits.connections));
    let running = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer, slot) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let turn = Turn::default();
        let stream = Patient::new(stream, turn.clone(), limits.head, limits.write);
        let service = Service { router: router.clone(), peer, turn };
        tokio::spawn(connection(http.clone(), stream, service, running.watcher(), slot));
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, running.shutdown()).await.is_err() {
        tracing::warn!(event = "requests_cut", "Some requests did not finish in time and were cut off");
    }
}

/// What a connection's requests meet.
struct Service {
    router: Router,
    peer: SocketAddr,
    turn: Turn,
}

async fn connection(
    http: http1::Builder,
    stream: Patient<TcpStream>,
    service: Service,
    watcher: Watcher,
    slot: OwnedSemaphorePermit,
) {
    // Taken until the last request is done, whoever still waits for it.
    let slot = Arc::new(slot);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        service.turn.next();
        request.extensions_mut().insert(ConnectInfo(service.peer));
        let (answer, slot) = (service.router.clone().oneshot(request), slot.clone());
        let answer = finished(async move {
            let _slot = slot;
            answer.await
        });
        let turn = service.turn.clone();
        async move { answer.await.inspect(|_| turn.next()) }
    });
    if let Err(error) = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await {
        tracing::debug!(%error, "A connection ended early");
    }
}

/// Does a request's work to its end, also when the client hangs up meanwhile: what was committed is counted and logged,
/// and no statement is torn (a `begin` that nobody waits for would leave its transaction open in the pool).
fn finished<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> impl Future<Output = T> {
    let (here, client) = watch::channel(());
    let task = tokio::spawn(overload::CLIENT.scope(client, work));
    async move {
        let _here = here;
        match task.await {
            Ok(answer) => answer,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The program is at its end.
            Err(_) => std::future::pending().await,
        }
    }
}

/// The next connection and its slot. Running out of file descriptors is waited out rather than died of.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let slot = slots.clone().acquire_owned().await.expect("never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small and written whole: waiting to fill a packet only costs time.
                let _ = stream.set_nodelay(true);
                return (stream, peer, slot);
            }
            Err(error) => {
                tracing::warn!(event = "accept_failed", %error, "A connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// As many file descriptors as the system allows: the customary 1024 are fewer than the connections we take.
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "The limit of open files stays as it is");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    /// More than the system's buffers hold.
    const LARGE: usize = 64 << 20;

    async fn started(limits: Limits) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        };
        let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let router = Router::new().route("/slow", get(slow)).route("/", get(peer));
        let router = router.route("/large", get(|| async { vec![b'x'; LARGE] }));
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (address, (stop, stopped)) = (listener.local_addr().unwrap(), oneshot::channel());
        let server =
            tokio::spawn(async move { serve(listener, router, &limits, async { _ = stopped.await }).await });
        (address, stop, server)
    }

    async fn exchange(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    const SHORT: Duration = Duration::from_millis(150);
    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_half_sent_head_and_a_silent_connection_are_closed() {
        let (address, _stop, _server) =
            started(Limits { head: SHORT, idle: LONG, ..Limits::default() }).await;
        for text in ["GET / HTTP/1.1\r\nHost: x\r\nX-Half", ""] {
            let answer = tokio::time::timeout(Duration::from_secs(5), exchange(address, text)).await;
            assert!(answer.is_ok(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn an_idle_connection_may_wait_longer_but_not_for_ever() {
        let (address, _stop, _server) =
            started(Limits { head: SHORT, idle: SHORT * 4, ..Limits::default() }).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut buffer = [0; 1024];
        for _ in 0..2 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            assert!(stream.read(&mut buffer).await.unwrap() > 0);
            tokio::time::sleep(SHORT * 2).await;
        }
        let end = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer)).await;
        assert_eq!(end.unwrap().unwrap(), 0);
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_cut_off() {
        let (address, _stop, _server) =
            started(Limits { write: SHORT, idle: LONG, ..Limits::default() }).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        tokio::time::sleep(SHORT * 6).await;
        let mut nowhere = tokio::io::sink();
        let read = tokio::time::timeout(Duration::from_secs(30), tokio::io::copy(&mut stream, &mut nowhere));
        let whole = read.await.unwrap().is_ok_and(|bytes| bytes >= LARGE as u64);
        assert!(!whole);
    }

    #[tokio::test]
    async fn the_handler_knows_its_peer() {
        let (address, _stop, _server) = started(Limits::default()).await;
        let answer = exchange(address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(answer.contains("127.0.0.1:"), "{answer}");
    }

    #[tokio::test]
    async fn a_stop_lets_the_running_request_finish_and_takes_no_more() {
        let (address, stop, server) = started(Limits::default()).await;
        let running = tokio::spawn(exchange(address, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.send(()).unwrap();
        assert!(running.await.unwrap().ends_with("done"));
        server.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn beyond_the_cap_connections_wait_their_turn() {
        let (address, _stop, _server) =
            started(Limits { connections: 1, head: SHORT, ..Limits::default() }).await;
        let _first = TcpStream::connect(address).await.unwrap();
        let answer = exchange(address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
