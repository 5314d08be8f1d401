//! How a request reaches Stripe: over HTTPS, or, for the sandbox inside this process, without a network.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use tower::ServiceExt;

/// Longest answer that is read.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How this program does TLS, as a client: ring, and the roots compiled in.
pub fn tls() -> anyhow::Result<rustls::ClientConfig> {
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[derive(Clone, Debug)]
pub enum Transport {
    Https {
        client: reqwest::Client,
        base: String,
    },
    /// The sandbox's own routes, asked like a server.
    Inside(Router),
}

impl Transport {
    /// To a server; the certificate is checked against the roots compiled in.
    pub fn to(base: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .connect_timeout(Duration::from_secs(2))
            .pool_idle_timeout(Duration::from_secs(50))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("uems/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self::Https { client, base: base.trim_end_matches('/').to_owned() })
    }

    /// Sends a request whose address is a path, and reads the answer whole.
    pub async fn send(&self, mut request: Request<Bytes>) -> anyhow::Result<(StatusCode, HeaderMap, Bytes)> {
        match self {
            Self::Https { client, base } => {
                let address = format!("{base}{}", request.uri());
                *request.uri_mut() = address.parse().context("the address of Stripe cannot be read")?;
                let mut answer = client.execute(request.map(reqwest::Body::from).try_into()?).await?;
                let mut body = Vec::new();
                while let Some(part) = answer.chunk().await? {
                    anyhow::ensure!(body.len() + part.len() <= MOST_BYTES, "the answer is too long");
                    body.extend_from_slice(&part);
                }
                Ok((answer.status(), answer.headers().clone(), body.into()))
            }
            Self::Inside(router) => {
                let answer = router.clone().oneshot(request.map(Body::from)).await?;
                let (head, body) = answer.into_parts();
                let body =
                    Limited::new(body, MOST_BYTES).collect().await.map_err(anyhow::Error::from_boxed)?;
                Ok((head.status, head.headers, body.to_bytes()))
            }
        }
    }
}
