//! What a payment's state becomes when the provider says something, in whatever order and however often; pure.
//!
//! The state is a meet of facts: success outranks an end without payment, which outranks the attempts before it, and
//! among attempts the newer one counts. A refund only moves towards its end. So every order of the same news leads to
//! the same state.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::model::{RefundStatus, Status};
use crate::error::Refusal;

/// What of a payment the provider's news can change.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub status: Status,
    /// Failed for good.
    pub canceled: bool,
    /// The provider's time of what put it into its status.
    pub at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
}

impl State {
    pub fn is_settled(&self) -> bool {
        matches!(self.status, Status::Succeeded | Status::Refunded)
    }

    /// Whether the intent can still be paid.
    pub fn is_open(&self) -> bool {
        !self.is_settled() && !self.canceled
    }
}

/// News of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    Processing,
    Failed,
    Canceled,
    Succeeded,
}

/// The state after the news; `None` when it says nothing new.
pub fn advance(now: &State, news: News, at: DateTime<Utc>) -> Option<State> {
    if now.is_settled() {
        return None;
    }
    let status = |status| State { status, canceled: false, at, settled_at: None };
    match news {
        News::Succeeded => Some(State { settled_at: Some(at), ..status(Status::Succeeded) }),
        _ if now.canceled => None,
        News::Canceled => Some(State { canceled: true, ..status(Status::Failed) }),
        News::Processing | News::Failed => {
            let (next, rank) = match news {
                News::Failed => (Status::Failed, 1),
                _ => (Status::Processing, 0),
            };
            // The provider's clock has seconds: of two attempts in one, the end of an attempt outranks its beginning.
            let known = match now.status {
                Status::Processing => Some((now.at, 0)),
                Status::Failed => Some((now.at, 1)),
                Status::Pending | Status::Succeeded | Status::Refunded => None,
            };
            known.is_none_or(|known| (at, rank) > known).then(|| status(next))
        }
    }
}

/// A refund moves on, never back; one that succeeded can still fail, when the bank sends the money back.
pub fn refund_moves(now: RefundStatus, next: RefundStatus) -> bool {
    let rank = |status| match status {
        RefundStatus::Pending => 0,
        RefundStatus::Succeeded => 1,
        RefundStatus::Failed | RefundStatus::Canceled => 2,
    };
    rank(next) > rank(now)
}

/// What a refund is decided on, under the lock of its payment.
#[derive(Clone, Debug)]
pub struct Refundable {
    pub status: Status,
    pub amount: Decimal,
    /// Refunds made or under way.
    pub claimed: Decimal,
    pub disputed: bool,
}

/// How much is refunded: what was asked for, or all that is left.
pub fn refund(facts: &Refundable, asked: Option<Decimal>) -> Result<Decimal, Refusal> {
    let left = facts.amount - facts.claimed;
    match facts.status {
        Status::Pending | Status::Processing | Status::Failed => {
            return Err(Refusal::new("not_paid", "nothing was paid yet, so nothing can be refunded"));
        }
        Status::Succeeded | Status::Refunded => {}
    }
    if facts.disputed {
        let detail = "the payer disputes this payment at their bank; answer the dispute instead";
        return Err(Refusal::new("payment_disputed", detail));
    }
    let amount = asked.unwrap_or(left);
    if left <= Decimal::ZERO || amount > left {
        let detail = format!("of {} paid, {left} can still be refunded", facts.amount);
        return Err(Refusal::new("refund_exceeds_payment", detail).fact("refundable", left));
    }
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn fresh() -> State {
        State { status: Status::Pending, canceled: false, at: start(), settled_at: None }
    }

    fn after(news: &[(News, i64)]) -> State {
        news.iter().fold(fresh(), |state, (news, second)| {
            advance(&state, *news, start() + TimeDelta::seconds(*second)).unwrap_or(state)
        })
    }

    #[test]
    fn success_is_never_taken_back() {
        for later in [News::Processing, News::Failed, News::Canceled, News::Succeeded] {
            assert_eq!(after(&[(News::Succeeded, 5), (later, 9)]), after(&[(News::Succeeded, 5)]));
        }
        assert_eq!(after(&[(News::Canceled, 1), (News::Succeeded, 2)]).status, Status::Succeeded);
    }

    #[test]
    fn a_failed_payment_may_be_tried_again_and_older_news_changes_nothing() {
        assert_eq!(after(&[(News::Failed, 1), (News::Processing, 2)]).status, Status::Processing);
        assert_eq!(after(&[(News::Processing, 2), (News::Failed, 1)]).status, Status::Processing);
        assert_eq!(after(&[(News::Failed, 1), (News::Processing, 1)]).status, Status::Failed);
        let closed = after(&[(News::Canceled, 1), (News::Processing, 2), (News::Failed, 3)]);
        assert!(closed.canceled && closed.status == Status::Failed);
    }

    #[test]
    fn refunds_stay_within_what_was_paid() {
        let paid = |claimed: i64| Refundable {
            status: Status::Succeeded,
            amount: Decimal::new(10_000, 2),
            claimed: Decimal::new(claimed, 2),
            disputed: false,
        };
        let cents = |cents| Some(Decimal::new(cents, 2));
        assert_eq!(refund(&paid(0), None).unwrap(), Decimal::new(10_000, 2));
        assert_eq!(refund(&paid(9_000), None).unwrap(), Decimal::new(1_000, 2));
        assert_eq!(refund(&paid(9_000), cents(1_000)).unwrap(), Decimal::new(1_000, 2));
        for (facts, asked, code) in [
            (paid(9_000), cents(1_001), "refund_exceeds_payment"),
            (paid(10_000), None, "refund_exceeds_payment"),
            (Refundable { status: Status::Pending, ..paid(0) }, None, "not_paid"),
            (Refundable { status: Status::Failed, ..paid(0) }, None, "not_paid"),
            (Refundable { disputed: true, ..paid(0) }, None, "payment_disputed"),
            (Refundable { status: Status::Refunded, ..paid(10_000) }, cents(1), "refund_exceeds_payment"),
        ] {
            assert_eq!(refund(&facts, asked).unwrap_err().code, code);
        }
    }

    /// What a provider may tell of one intent: some attempts, then success, an end, or nothing yet.
    fn story() -> impl Strategy<Value = Vec<(News, i64)>> {
        let attempts = prop::collection::vec(prop::bool::ANY, 0..4);
        (attempts, 0..3).prop_map(|(attempts, end)| {
            let mut news = vec![];
            for (number, failed_at_once) in attempts.iter().enumerate() {
                let second = 10 * number as i64;
                news.push((News::Processing, second));
                // The clock has seconds only.
                news.push((News::Failed, if *failed_at_once { second } else { second + 5 }));
            }
            let last = 10 * attempts.len() as i64;
            match end {
                0 => news.extend([(News::Processing, last), (News::Succeeded, last)]),
                1 => news.push((News::Canceled, last)),
                _ => {}
            }
            news
        })
    }

    type Told = Vec<(News, i64)>;

    fn shuffled() -> impl Strategy<Value = (Told, Told)> {
        story().prop_flat_map(|story| {
            let all = story.clone();
            let repeats = if all.is_empty() {
                Just(vec![]).boxed()
            } else {
                prop::collection::vec(prop::sample::select(all.clone()), 0..10).boxed()
            };
            (Just(story), repeats).prop_flat_map(move |(story, repeats)| {
                let told = [all.clone(), repeats].concat();
                (Just(story), Just(told).prop_shuffle())
            })
        })
    }

    proptest! {
        #[test]
        fn every_order_of_the_same_news_ends_in_the_same_state((story, told) in shuffled()) {
            prop_assert_eq!(after(&told), after(&story));
        }

        #[test]
        fn a_refund_ends_the_same_in_every_order(
            told in Just(vec![RefundStatus::Pending, RefundStatus::Succeeded, RefundStatus::Failed,
                RefundStatus::Succeeded, RefundStatus::Pending]).prop_shuffle(),
            most in 1..=5_usize,
        ) {
            let seen = &told[..most];
            let end = seen.iter().fold(RefundStatus::Pending, |now, next| if refund_moves(now, *next) { *next } else { now });
            let expected = match () {
                () if seen.contains(&RefundStatus::Failed) => RefundStatus::Failed,
                () if seen.contains(&RefundStatus::Succeeded) => RefundStatus::Succeeded,
                () => RefundStatus::Pending,
            };
            prop_assert_eq!(end, expected);
        }
    }
}
