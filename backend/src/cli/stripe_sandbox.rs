//! `uems stripe-sandbox`: the stand-in for Stripe as a server of its own.

use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use uems::config::{Config, Environment};
use uems::db::embedded::Database;
use uems::server::{self, Limits};
use uems::stripe::sandbox::{self, Keys, Sandbox};
use uems::{db, telemetry};

use super::signals::Signals;

const CONNECTIONS: u32 = 12;

#[derive(clap::Args)]
pub struct StripeSandbox {
    /// Where events are delivered
    #[arg(long, default_value = "http://127.0.0.1:8000/api/v1/payments/webhook")]
    webhook_url: String,
}

/// Serves on --listen, with the keys that the server it stands for Stripe to has in its settings.
pub async fn run(config: Config, args: StripeSandbox) -> anyhow::Result<ExitCode> {
    let keys = keys(&config)?;
    telemetry::install(&config, telemetry::Stream::Output)?;
    let mut signals = Signals::listen()?;
    let listener = server::bind(config.server.listen).await?;
    let mut database = tokio::select! {
        opened = Database::open_beside(&config, "uems stripe-sandbox") => opened?,
        () = signals.next() => anyhow::bail!("stopped before it was ready"),
    };
    let served = serve(&mut database, listener, keys, args.webhook_url, &mut signals).await;
    let closed = database.close().await;
    served.and(closed)?;
    Ok(ExitCode::SUCCESS)
}

fn keys(config: &Config) -> anyhow::Result<Keys> {
    anyhow::ensure!(
        config.server.environment != Environment::Production,
        "ENVIRONMENT=production refuses the payment sandbox"
    );
    let settings = &config.payments;
    let secret = settings.stripe_api_key.clone();
    let secret =
        secret.context("set STRIPE_API_KEY to the key the server will show, such as sk_test_sandbox")?;
    let webhook_secret = settings.webhook_secrets().into_iter().next();
    let webhook_secret = webhook_secret.context("set STRIPE_WEBHOOK_SECRET to sign the events with")?;
    let publishable = settings.stripe_publishable_key.clone();
    Ok(Keys {
        secret,
        publishable: publishable.unwrap_or_else(|| "pk_test_uems_sandbox".to_owned()),
        webhook_secret: webhook_secret.into(),
    })
}

async fn serve(
    database: &mut Database,
    listener: TcpListener,
    keys: Keys,
    webhook_url: String,
    signals: &mut Signals,
) -> anyhow::Result<()> {
    let options = database.options();
    tokio::select! {
        migrated = db::migrations::apply(&options) => migrated?,
        () = signals.next() => return Ok(()),
    }
    let pool = db::pool(options, CONNECTIONS);
    let sandbox = Sandbox::new(pool.clone(), keys);
    println!(
        "A stand-in for Stripe listens on http://{} and tells {webhook_url} (Ctrl-C ends it)",
        listener.local_addr()?
    );
    let events = tokio::spawn(sandbox::deliver_forever(sandbox.clone(), webhook_url));
    let (stop, stopped) = oneshot::channel::<()>();
    let limits = Limits::default();
    let serving = server::serve(listener, sandbox::router(sandbox), &limits, async { _ = stopped.await });
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        () = &mut serving => anyhow::bail!("the accept loop ended"),
        () = database.ended() => anyhow::bail!("the private PostgreSQL ended by itself"),
        () = signals.next() => {}
    }
    events.abort();
    let _ = stop.send(());
    tokio::select! {
        () = async { serving.await; pool.close().await } => {}
        () = signals.next() => {}
    }
    Ok(())
}
