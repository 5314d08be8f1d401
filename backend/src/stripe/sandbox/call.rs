//! A request as the handlers see it: of whom, with which form, and once for its `Idempotency-Key`.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::answer::{Answer, Refusal, Result, failure, invalid, key_reused, missing, unauthorized};
use super::form::Form;
use super::switches::{self, Switch, Switches};
use super::{Sandbox, store};

/// Who asks: our server with the secret key, or a browser with the publishable one and the secret of one intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Server,
    Browser,
}

/// A request of somebody with a key of ours.
pub struct Call {
    pub sandbox: Sandbox,
    /// In the address or in the body.
    pub form: Form,
    caller: Caller,
    path: String,
    key: Option<String>,
}

/// A request of our server; a browser's is refused.
pub struct ServerCall(pub Call);

impl FromRequest<Sandbox> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, sandbox: &Sandbox) -> Result<Self> {
        let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
        let form = if *request.method() == Method::GET {
            Form::parse(request.uri().query().unwrap_or_default().as_bytes())
        } else {
            let body = Bytes::from_request(request, sandbox).await;
            Form::parse(&body.map_err(|_| invalid("", "The body cannot be read."))?)
        };
        let caller = caller(sandbox, &headers, &form)?;
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        Ok(Self { sandbox: sandbox.clone(), form, caller, path, key: key.map(str::to_owned) })
    }
}

impl FromRequest<Sandbox> for ServerCall {
    type Rejection = Refusal;

    async fn from_request(request: Request, sandbox: &Sandbox) -> Result<Self> {
        let call = Call::from_request(request, sandbox).await?;
        if call.caller == Caller::Server { Ok(Self(call)) } else { Err(unauthorized()) }
    }
}

fn caller(sandbox: &Sandbox, headers: &HeaderMap, form: &Form) -> Result<Caller> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ").map(str::to_owned));
    match bearer.as_deref().or(form.get("key")) {
        Some(key) if key == &*sandbox.keys.secret => Ok(Caller::Server),
        Some(key) if key == sandbox.keys.publishable => Ok(Caller::Browser),
        _ => Err(unauthorized()),
    }
}

impl Call {
    /// An intent; a browser has to know its secret.
    pub async fn intent(&self, id: &str) -> Result<Value> {
        let intent = store::find(&self.sandbox.db, "payment_intent", id).await?;
        let known = intent.filter(|intent| {
            self.caller == Caller::Server
                || self.form.get("client_secret").is_some_and(|text| intent["client_secret"] == text)
        });
        known.ok_or_else(|| missing(&format!("payment_intent: '{id}'")))
    }

    /// Everything that changes something: once per key, in one transaction, as unreliable as the switches say.
    pub async fn once<Do>(&self, act: Do) -> Result<Answer>
    where
        Do: AsyncFnOnce(&mut PgConnection, &Switches) -> Result<Answer>,
    {
        let db = &self.sandbox.db;
        if switches::take_one(db, Switch::FailNext).await? {
            return Ok(failure());
        }
        let switches = Switches::read(db).await?;
        let mut tx = db.begin().await?;
        let answer = match self.kept(&mut tx).await? {
            Some(kept) => kept,
            None => {
                let answer = self.first(&mut tx, &switches, act).await?;
                self.keep(&mut tx, &answer).await?;
                answer
            }
        };
        tx.commit().await?;
        self.sandbox.due.notify_one();
        tokio::time::sleep(Duration::from_millis(switches.get(Switch::Delay))).await;
        if switches::take_one(db, Switch::LoseNext).await? {
            return Ok(failure());
        }
        Ok(answer)
    }

    /// What is kept: what happened, or a failure before or after it.
    async fn first<Do>(&self, db: &mut PgConnection, switches: &Switches, act: Do) -> Result<Answer>
    where
        Do: AsyncFnOnce(&mut PgConnection, &Switches) -> Result<Answer>,
    {
        if switches.get(Switch::FailKept) > 0 && switches::take_one(&mut *db, Switch::FailKept).await? {
            return Ok(failure());
        }
        let answer = act(db, switches).await?;
        if switches.get(Switch::LoseKept) > 0 && switches::take_one(&mut *db, Switch::LoseKept).await? {
            return Ok(failure());
        }
        Ok(answer)
    }

    /// What tells this request apart from others under its key.
    fn fingerprint(&self) -> Vec<u8> {
        Sha256::digest(format!("{}?{}", self.path, self.form.canonical())).to_vec()
    }

    async fn kept(&self, db: &mut PgConnection) -> Result<Option<Answer>> {
        let Some(key) = &self.key else { return Ok(None) };
        match store::kept(db, key).await? {
            Some(kept) if kept.fingerprint != self.fingerprint() => Err(key_reused()),
            kept => {
                Ok(kept.map(|kept| Answer { status: kept.status as u16, body: kept.body, replayed: true }))
            }
        }
    }

    async fn keep(&self, db: &mut PgConnection, answer: &Answer) -> Result<()> {
        if let Some(key) = &self.key {
            store::keep(db, key, &self.fingerprint(), answer.status, &answer.body).await?;
        }
        Ok(())
    }
}
