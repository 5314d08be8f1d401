//! What becomes of the charges of the demo.

use rand::RngExt;
use rand::rngs::StdRng;

use super::world::{CURRENT, PREVIOUS};
use crate::payments::PaymentType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Paid,
    /// And the payer objects to it at their bank.
    Disputed,
    /// A quarter was waived and given back.
    PartlyReturned,
    /// All of it was waived and given back.
    Returned,
    /// Half was waived, the rest is paid.
    Scholarship,
    /// Nothing is left to pay.
    Waived,
    Declined,
    Begun,
    Processing,
    Open,
}

impl Fate {
    pub fn draw(rng: &mut StdRng, term: usize) -> Self {
        match (term, rng.random_range(0..100)) {
            (PREVIOUS, 0..88) | (_, 0..56) => Self::Paid,
            (PREVIOUS, 88..93) | (_, 56..61) => Self::PartlyReturned,
            (PREVIOUS, 93) | (_, 61) => Self::Returned,
            (PREVIOUS, 94..97) | (_, 62..69) => Self::Scholarship,
            (_, 69..71 | 97) => Self::Waived,
            (PREVIOUS, _) => Self::Open,
            (_, 71..78) => Self::Declined,
            (_, 78..82) => Self::Begun,
            (_, 84) => Self::Disputed,
            (_, 82..84) => Self::Processing,
            _ => Self::Open,
        }
    }

    /// The demo student can look at everything, and has something to pay, with a card that was declined before.
    pub fn of_demo_student(term: usize, kind: PaymentType) -> Self {
        match (term, kind) {
            (PREVIOUS, PaymentType::Tuition) => Self::PartlyReturned,
            (CURRENT, PaymentType::Tuition) => Self::Open,
            (CURRENT, PaymentType::Fees) => Self::Declined,
            _ => Self::Paid,
        }
    }
}
