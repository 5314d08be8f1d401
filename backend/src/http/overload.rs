//! Bounded work in front of the database: beyond it 503 at once, never a pile-up. Reads have the other connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

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

    /// A turn, or [`Error::Overloaded`].
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>> {
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let _place = Place::take(self)?;
        match tokio::time::timeout(self.patience, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Overloaded),
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
}
