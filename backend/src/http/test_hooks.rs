//! Addresses for tests of what must not happen: a panic, a slow statement. Only in debug builds, and only where
//! UEMS_TEST_HOOKS is set; a release binary does not have them.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::app::App;
use crate::error::Result;

pub fn add(router: Router<App>) -> Router<App> {
    match std::env::var_os("UEMS_TEST_HOOKS") {
        Some(_) => router.route("/test/panic", get(panics)).route("/test/slow", get(slow)),
        None => router,
    }
}

async fn panics() -> &'static str {
    panic!("on purpose")
}

async fn slow(State(app): State<App>) -> Result<&'static str> {
    sqlx::query("select pg_sleep(0.6)").execute(&app.db).await?;
    Ok("slow")
}
