//! Payments that came about before anybody looked, for demo data: in the books as the addresses would have left them.

use serde_json::Value;
use sqlx::PgConnection;

use super::cards::problem;
use super::{intents, refunds, store};

/// An intent, and what became of it.
pub struct Past<'a> {
    pub id: &'a str,
    /// In the currency's smallest unit.
    pub amount: i64,
    /// In small letters.
    pub currency: &'a str,
    pub created: i64,
    pub description: Option<&'a str>,
    pub metadata: Value,
    pub end: End<'a>,
    /// The payer objects to it at their bank.
    pub disputed: bool,
    pub refunds: Vec<PastRefund<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// Nobody has tried to pay it.
    Open,
    /// A card was declined, with this code of a decline; another one may be tried.
    Declined(&'a str),
    /// The bank has not answered yet.
    Processing,
    /// When.
    Paid(i64),
}

pub struct PastRefund<'a> {
    pub id: &'a str,
    pub amount: i64,
    pub created: i64,
    pub metadata: Value,
}

/// Writes them all. Nothing is told to anybody.
pub async fn plant(db: &mut PgConnection, all: &[Past<'_>]) -> sqlx::Result<()> {
    let objects: Vec<Value> = all.iter().flat_map(objects).collect();
    store::put_all(db, &objects).await
}

fn objects(past: &Past<'_>) -> Vec<Value> {
    let new = intents::New {
        id: past.id,
        amount: past.amount,
        currency: past.currency,
        description: past.description,
        metadata: past.metadata.clone(),
        created: past.created,
    };
    let mut intent = intents::object(&new);
    match past.end {
        End::Open => vec![intent],
        End::Processing => {
            intent["status"] = "processing".into();
            vec![intent]
        }
        End::Declined(code) => {
            let charge = intents::charge(&intent, "failed", past.created);
            intents::decline(&mut intent, &charge, &problem("card_declined", code));
            vec![charge, intent]
        }
        End::Paid(at) => {
            let mut charge = intents::charge(&intent, "succeeded", at);
            intents::settle(&mut intent, &charge);
            let returned: i64 = past.refunds.iter().map(|refund| refund.amount).sum();
            charge["amount_refunded"] = returned.into();
            charge["disputed"] = past.disputed.into();
            charge["refunded"] = (returned == past.amount).into();
            let of = |refund: &PastRefund<'_>| {
                let made = refunds::object(
                    refund.id,
                    refund.amount,
                    &intent,
                    refund.metadata.clone(),
                    refund.created,
                );
                with_status(made, "succeeded")
            };
            let refunds: Vec<Value> = past.refunds.iter().map(of).collect();
            [vec![charge, intent], refunds].concat()
        }
    }
}

fn with_status(mut object: Value, status: &str) -> Value {
    object["status"] = status.into();
    object
}
