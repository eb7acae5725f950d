//! For whoever watches the process: `/healthz` says that it runs, `/readyz` that it can serve. Without Redis or
//! the read replica it can, at more cost: that is degraded.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::json;
use store::ReplicaHealth;

use crate::state::AppState;

/// A database that takes longer to say anything is of no use to a page either.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// Work that should have begun this long ago means that no worker takes it.
const QUEUE_LATE_S: i64 = 15 * 60;

pub async fn healthz() -> Response {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })).into_response()
}

pub async fn readyz(State(state): State<AppState>) -> Response {
    if state.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "stopping" }))).into_response();
    }
    let (database, migrations, queue) = match tokio::time::timeout(DATABASE_TIMEOUT, look(&state)).await {
        Ok(Ok((version, queue))) => (json!({ "status": "ok" }), json!({ "status": "ok", "version": version }), queue),
        Ok(Err(error)) => (failed(&error.to_string()), failed("not known"), failed("not known")),
        Err(_) => (failed("no answer in time"), failed("not known"), failed("not known")),
    };
    let ready = database["status"] == "ok" && migrations["status"] == "ok";
    let mut body = json!({ "database": database, "migrations": migrations, "queue": queue });
    let mut degraded = false;
    if let Some(shared) = &state.api.shared {
        degraded |= !shared.is_up();
        body["redis"] = json!({ "status": if shared.is_up() { "ok" } else { "degraded" } });
    }
    if let Some(replica) = state.ctx.db.replica_health().await {
        body["replica"] = match replica {
            ReplicaHealth::Answers => json!({ "status": "ok" }),
            // reports are read from the database itself meanwhile
            ReplicaHealth::Fails(detail) => {
                degraded = true;
                json!({ "status": "degraded", "detail": detail })
            }
        };
    }
    let (code, status) = match (ready, degraded) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "failed"),
        (true, true) => (StatusCode::OK, "degraded"),
        (true, false) => (StatusCode::OK, "ok"),
    };
    body["status"] = status.into();
    (code, Json(body)).into_response()
}

fn failed(detail: &str) -> serde_json::Value {
    json!({ "status": "failed", "detail": detail })
}

/// A late queue is told but does not take the pages down with it: they read what is there.
async fn look(state: &AppState) -> store::Result<(Option<i64>, serde_json::Value)> {
    let mut tx = state.ctx.db.read().await?;
    let stats = store::jobs::stats(&mut tx).await?;
    drop(tx);
    let jobs = |wanted: &str| stats.iter().filter(|stat| stat.state == wanted).map(|stat| stat.jobs).sum::<i64>();
    let oldest = stats.iter().filter(|stat| stat.state == "waiting").map(|stat| stat.oldest_run_at).min();
    let late_s = oldest.map_or(0, |at| (state.ctx.now() - at).max(0));
    let queue = json!({
        "status": if late_s > QUEUE_LATE_S { "late" } else { "ok" },
        "waiting": jobs("waiting"), "running": jobs("running"), "failed": jobs("failed"), "late_s": late_s,
    });
    Ok((state.schema_version, queue))
}
