//! What a password must be, and how long one waits after failing to give the right one.

use crate::config::PasswordHash;
use crate::error::FieldError;
use crate::secret::Secret;

/// 12 to 128 characters, no NUL; bcrypt reads only 72 bytes, so more than it reads is refused rather than ignored.
pub fn parse_password(field: &str, password: &str, algorithm: PasswordHash) -> Result<Secret, FieldError> {
    let length = password.chars().count();
    let error = |code, message: &str| Err(FieldError::new(field, code, message));
    match length {
        _ if password.contains('\0') => error("control_character", "leave out the NUL character"),
        0..12 => error("too_short", "at least 12 characters; a sentence is easy to remember"),
        129.. => error("too_long", "at most 128 characters"),
        _ if algorithm == PasswordHash::Bcrypt && password.len() > 72 => {
            error("too_long", "at most 72 bytes here")
        }
        _ => Ok(password.into()),
    }
}

/// Failures so far, and the seconds since the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Failures {
    pub count: i64,
    pub seconds_since_last: f64,
}

/// What is known about an attempt to sign in, before looking at the password.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempt {
    /// For this account from this address, 15 minutes back.
    pub pair: Failures,
    /// For this account from anywhere, a day back.
    pub account: Failures,
    /// From this address for any account, 15 minutes back.
    pub address: Failures,
    /// Somebody signed in to this account from here before: strangers elsewhere cannot slow them down.
    pub known_address: bool,
}

/// Seconds to wait before this attempt is looked at. Grows from 1 to 10; never a lock.
pub fn wait(attempt: &Attempt, most_per_address: u32) -> Option<u64> {
    let pair = match attempt.pair.count {
        0..5 => 0.0,
        count => f64::from(1 << (count - 5).min(4)).min(10.0),
    };
    let account = if attempt.account.count >= 100 && !attempt.known_address { 10.0 } else { 0.0 };
    let address = if attempt.address.count >= i64::from(most_per_address) { 10.0 } else { 0.0 };
    let left = [(pair, attempt.pair), (account, attempt.account), (address, attempt.address)]
        .into_iter()
        .map(|(wait, failures)| wait - failures.seconds_since_last)
        .fold(0.0, f64::max);
    (left > 0.0).then(|| left.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(count: i64, seconds_since_last: f64) -> Failures {
        Failures { count, seconds_since_last }
    }

    #[test]
    fn the_wait_grows_and_passes() {
        let after =
            |count, seconds| wait(&Attempt { pair: failures(count, seconds), ..Attempt::default() }, 1000);
        assert_eq!(
            [4, 5, 6, 7, 8, 9, 500].map(|count| after(count, 0.0)),
            [None, Some(1), Some(2), Some(4), Some(8), Some(10), Some(10)]
        );
        assert_eq!(after(500, 10.0), None);
    }

    #[test]
    fn a_stranger_cannot_lock_the_owner_out() {
        let mut attempt = Attempt { account: failures(5000, 0.1), ..Attempt::default() };
        assert!(wait(&attempt, 1000).is_some());
        attempt.known_address = true;
        assert_eq!(wait(&attempt, 1000), None);
    }

    #[test]
    fn passwords() {
        let parse = |text: &str| parse_password("password", text, PasswordHash::Argon2id);
        assert!(parse("eleven char").is_err() && parse("twelve chars").is_ok());
        assert!(parse(&"é".repeat(128)).is_ok() && parse(&"é".repeat(129)).is_err());
        assert!(parse_password("password", &"é".repeat(40), PasswordHash::Bcrypt).is_err());
    }
}
