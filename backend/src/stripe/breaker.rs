//! When Stripe is down, nobody has to wait for it: after a few failures in a row calls are refused at once, until one
//! that is let through as a probe succeeds.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const FAILURES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made now. While it is open, one call per pause may.
    pub fn allows(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.open_until {
            Some(until) if now < until => false,
            Some(_) => {
                state.open_until = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    pub fn note(&self, now: Instant, reached: bool) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reached {
            *state = State::default();
        } else {
            state.failures += 1;
            if state.failures >= FAILURES {
                state.open_until = Some(now + PAUSE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_five_failures_and_closes_after_a_probe_that_succeeds() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..4 {
            breaker.note(start, false);
            assert!(breaker.allows(start));
        }
        breaker.note(start, false);
        assert!(!breaker.allows(start));
        let later = start + PAUSE;
        assert!(breaker.allows(later), "a probe");
        assert!(!breaker.allows(later), "and only one");
        breaker.note(later, false);
        assert!(!breaker.allows(later));
        let last = later + PAUSE;
        assert!(breaker.allows(last));
        breaker.note(last, true);
        assert!(breaker.allows(last) && breaker.allows(last));
    }
}
