//! `uems serve`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use uems::app::App;
use uems::config::Config;
use uems::db::embedded::{Claim, Database};
use uems::server::Limits;
use uems::{db, jobs, router, server, stripe, telemetry};

use super::seed;
use super::signals::Signals;

/// Connections for health and metrics, and as many for the payment provider's events.
const RESERVE: u32 = 4;

#[derive(clap::Args)]
pub struct Serve {
    /// Fill the database with demo data if nobody is in it, and print the demo accounts
    #[arg(long)]
    demo: bool,
}

pub async fn run(config: Config, Serve { demo }: Serve) -> anyhow::Result<ExitCode> {
    if demo {
        seed::permitted(&config)?;
    }
    telemetry::install(&config, telemetry::Stream::Output)?;
    server::raise_descriptor_limit();
    let mut signals = Signals::listen()?;
    let mut claim = Claim::take(&config, "uems serve, starting")?;
    let listener = server::bind(config.server.listen).await?;
    let address = listener.local_addr()?;
    if let Some(claim) = &mut claim {
        claim.announce(address)?;
    }
    let mut database = tokio::select! {
        opened = Database::open(&config, claim) => opened?,
        () = signals.next() => anyhow::bail!("stopped before it was ready"),
    };
    let served = match prepare(database.options(), demo, &mut signals).await {
        Ok(true) => serve(&config, &mut database, listener, demo, &mut signals).await,
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    let closed = database.close().await;
    served.and(closed)?;
    tracing::info!(event = "stopped", "Stopped");
    telemetry::flush().await;
    Ok(ExitCode::SUCCESS)
}

/// The schema, and the demo data if wanted; false when a signal came first.
async fn prepare(options: PgConnectOptions, demo: bool, signals: &mut Signals) -> anyhow::Result<bool> {
    let prepared = async {
        db::migrations::apply(&options).await?;
        if demo {
            let pool = db::pool(options.clone(), 4);
            seed::demo(&pool).await?;
            pool.close().await;
        }
        anyhow::Ok(true)
    };
    tokio::select! {
        prepared = prepared => prepared,
        () = signals.next() => Ok(false),
    }
}

async fn serve(
    config: &Config,
    database: &mut Database,
    listener: TcpListener,
    demo: bool,
    signals: &mut Signals,
) -> anyhow::Result<()> {
    let (address, options) = (listener.local_addr()?, database.options());
    let pool = db::pool(options.clone(), config.database.db_connections);
    let app = App::new(pool, db::pool(options, RESERVE), config.clone());
    let events = app.payments.sandbox.clone().map(|sandbox| {
        let host =
            if address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { address.ip().to_string() };
        let webhook = format!("http://{host}:{}/api/v1/payments/webhook", address.port());
        tokio::spawn(stripe::sandbox::deliver_forever(sandbox, webhook))
    });
    let jobs = jobs::start(&app);
    let (stop, stopped) = oneshot::channel();
    let limits = Limits::default();
    let serving = server::serve(listener, router::router(app.clone()), &limits, async { _ = stopped.await });
    let mut serving = std::pin::pin!(serving);
    welcome(address, demo);

    loop {
        tokio::select! {
            () = &mut serving => anyhow::bail!("the accept loop ended"),
            () = signals.next() => break,
            () = database.ended() => {
                tracing::error!(event = "postgres_lost", critical = true, "The private PostgreSQL ended by itself and is started again");
                database.revive(config).await?;
            }
        }
    }
    tracing::info!(event = "stopping", "Finishing the running requests; a second signal cuts them off");
    app.accepting.store(false, Ordering::Relaxed);
    let jobs = jobs.stop();
    if let Some(events) = events {
        events.abort();
    }
    let _ = stop.send(());
    tokio::select! {
        () = async { tokio::join!(serving, jobs); app.db.close().await; app.reserve.close().await } => {}
        () = signals.next() => tracing::warn!(event = "requests_cut", "A second signal: stopping at once"),
    }
    Ok(())
}

/// A line for the log, and a few for the person who waits for it.
fn welcome(address: SocketAddr, demo: bool) {
    tracing::info!(event = "listening", address = %address, version = uems::metrics::VERSION, "Listening");
    if std::io::stderr().is_terminal() || demo {
        eprintln!("\n  UEMS is ready: http://{address}   (Ctrl-C ends it)\n");
    }
    if demo {
        eprintln!("{}\n", seed::accounts());
    }
}
