//! A line to another company, and what happens to lines: a TCP proxy whose faults a test chooses while it runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line {
    Open,
    /// Nobody listens.
    Refused,
    /// Takes connections, and hands nothing on.
    Silent,
    /// Hands requests on, and no answer back.
    Mute,
    /// Hands requests on, and answers with the beginning of an answer.
    Half,
    /// Takes a request, and resets the connection.
    Reset,
}

pub struct Wire {
    pub url: String,
    line: watch::Sender<Line>,
    /// What the proxy does by now.
    seen: watch::Receiver<Line>,
    taken: Arc<AtomicUsize>,
}

impl Wire {
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (line, lines) = watch::channel(Line::Open);
        let (now, seen) = watch::channel(Line::Open);
        let (url, taken) = (format!("http://{}", listener.local_addr().unwrap()), Arc::default());
        tokio::spawn(listen(listener, lines, now, target, Arc::clone(&taken)));
        Self { url, line, seen, taken }
    }

    /// Connections that are there end; new ones go as `line` says.
    pub async fn set(&self, line: Line) {
        self.line.send_replace(line);
        self.seen.clone().wait_for(|seen| *seen == line).await.unwrap();
    }

    /// Connections taken so far.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

async fn listen(
    listener: TcpListener,
    mut lines: watch::Receiver<Line>,
    now: watch::Sender<Line>,
    target: SocketAddr,
    taken: Arc<AtomicUsize>,
) {
    let address = listener.local_addr().unwrap();
    let mut listener = Some(listener);
    loop {
        let line = *lines.borrow_and_update();
        if line == Line::Refused {
            listener = None;
        } else if listener.is_none() {
            listener = Some(TcpListener::bind(address).await.unwrap());
        }
        now.send_replace(line);
        loop {
            let accepted = async {
                match &listener {
                    Some(listener) => listener.accept().await.unwrap().0,
                    None => std::future::pending().await,
                }
            };
            let stream = tokio::select! {
                stream = accepted => stream,
                changed = lines.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
            };
            taken.fetch_add(1, Ordering::SeqCst);
            let mut cut = lines.clone();
            tokio::spawn(async move {
                tokio::select! {
                    () = carry(stream, line, target) => {}
                    _ = cut.changed() => {}
                }
            });
        }
    }
}

async fn carry(mut stream: TcpStream, line: Line, target: SocketAddr) {
    let mut first = [0; 4096];
    match line {
        Line::Open => {
            let Ok(mut there) = TcpStream::connect(target).await else { return };
            let _ = copy_bidirectional(&mut stream, &mut there).await;
        }
        Line::Silent | Line::Refused => std::future::pending().await,
        Line::Mute => {
            let there = TcpStream::connect(target).await.unwrap();
            let ((mut from, _to), (mut answers, mut there)) = (stream.split(), there.into_split());
            let mut nobody = sink();
            let _ = tokio::join!(copy(&mut from, &mut there), copy(&mut answers, &mut nobody));
            std::future::pending().await
        }
        Line::Half => {
            let mut there = TcpStream::connect(target).await.unwrap();
            let length = stream.read(&mut first).await.unwrap_or(0);
            let _ = there.write_all(&first[..length]).await;
            let length = there.read(&mut first).await.unwrap_or(0);
            let _ = stream.write_all(&first[..length / 2]).await;
        }
        Line::Reset => {
            let _ = stream.read(&mut first).await;
            let _ = stream.set_zero_linger();
        }
    }
}
