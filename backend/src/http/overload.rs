//! Bounded work in front of the database: beyond it 503 at once, never a pile-up. Reads have the other connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::error::{Error, Result};

tokio::task_local! {
    /// Closed when the client of this request hangs up. The server sets it.
    pub static CLIENT: watch::Receiver<()>;
}

/// Ends when the client hung up.
async fn client_is_gone() {
    match CLIENT.try_with(Clone::clone) {
        Ok(mut client) => while client.changed().await.is_ok() {},
        Err(_) => std::future::pending().await,
    }
}

#[derive(Debug)]
pub struct Gate {
    permits: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
    patience: Duration,
}

impl Gate {
    /// `at_once` at work, `most_waiting` in the queue, none of them longer than `patience`.
    pub fn new(at_once: usize, most_waiting: usize, patience: Duration) -> Self {
        Self { permits: Semaphore::new(at_once), waiting: AtomicUsize::new(0), most_waiting, patience }
    }

    /// A turn, or [`Error::Overloaded`]. A client that hangs up loses its place: of what was begun, this is the one thing
    /// that is not finished for nobody.
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let _place = Place::take(self)?;
        tokio::select! {
            turn = tokio::time::timeout(self.patience, self.permits.acquire()) => match turn {
                Ok(Ok(permit)) => Ok(permit),
                _ => Err(Error::Overloaded),
            },
            () = client_is_gone() => Err(Error::Overloaded),
        }
    }
}

/// A place in the queue, given back when the waiter goes, whichever way.
struct Place<'a>(&'a Gate);

impl<'a> Place<'a> {
    fn take(gate: &'a Gate) -> Result<Self> {
        let before = gate.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Self(gate);
        if before >= gate.most_waiting { Err(Error::Overloaded) } else { Ok(place) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_says_no_at_once_and_a_freed_turn_is_taken() {
        let gate = Gate::new(1, 1, Duration::from_secs(60));
        let first = gate.enter().await.unwrap();
        let (second, third) = tokio::join!(
            async { tokio::time::timeout(Duration::from_millis(20), gate.enter()).await.is_err() },
            gate.enter()
        );
        assert!(second && third.is_err());
        drop(first);
        assert!(gate.enter().await.is_ok());
    }

    #[tokio::test]
    async fn who_hangs_up_loses_the_place_in_the_queue() {
        let gate = Gate::new(1, 1, Duration::from_secs(60));
        let _first = gate.enter().await.unwrap();
        let (here, client) = watch::channel(());
        let second = CLIENT.scope(client, gate.enter());
        let hang_up = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(here);
        };
        assert!(tokio::join!(second, hang_up).0.is_err());
        assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
    }
}
