//! The commands `astegni sessions`.

use std::sync::Arc;

use anyhow::{Context, ensure};
use astegni_domain::schedule::{Occurrence, RecheckReport, SessionService, StuckSession};
use astegni_persistence::{Database, DatabaseSettings, checkpoint};
use chrono::SecondsFormat;
use clap::{Args, Subcommand};

use super::{migrate, print_line};
use crate::clock::SystemClock;
use crate::config::DatabaseOptions;

/// The commands that maintain booked sessions.
#[derive(Subcommand)]
pub(crate) enum SessionsCommand {
    /// Move future sessions whose instants have changed with the rules of their time zones, as after an upgrade.
    RecheckZones(RecheckOptions),
}

/// Options of `astegni sessions recheck-zones`.
#[derive(Args)]
pub(crate) struct RecheckOptions {
    #[command(flatten)]
    database: DatabaseOptions,
    /// Report the sessions that would be moved, without changing anything. Conflicts are not looked for.
    #[arg(long)]
    dry_run: bool,
}

/// Runs a command on the sessions of a database.
pub(crate) fn run(command: &SessionsCommand) -> anyhow::Result<()> {
    match command {
        SessionsCommand::RecheckZones(options) => recheck_zones(options),
    }
}

/// Moves sessions to their instants under the present rules and prints a summary to stdout. Sessions that cannot be moved are
/// listed and make the command fail, once all others are moved.
fn recheck_zones(options: &RecheckOptions) -> anyhow::Result<()> {
    let url = &options.database.database_url;
    migrate::ensure_current(&options.database)?;
    let database = Arc::new(Database::open(url, DatabaseSettings { threads: 1 })?);
    let sessions = SessionService::new(database.clone(), database.clone(), database, Arc::new(SystemClock));
    let rechecking =
        async { if options.dry_run { sessions.preview_recheck().await } else { sessions.recheck_zones().await } };
    let report = actix_web::rt::System::new().block_on(rechecking).context("cannot recheck the sessions")?;
    drop(sessions);
    checkpoint(url).context("cannot complete the database file")?;
    print_line(&summary(&report, options.dry_run))?;
    for stuck in &report.stuck {
        print_line(&explain(stuck))?;
    }
    let count = report.stuck.len();
    ensure!(
        count == 0,
        "{count} of the sessions could not be moved: reschedule or cancel them, or what they conflict with"
    );
    Ok(())
}

fn summary(report: &RecheckReport, is_trial: bool) -> String {
    let (moved, unchanged, stuck) = (report.moved.len(), report.unchanged, report.stuck.len());
    if is_trial {
        format!("would move {moved}, unchanged {unchanged}")
    } else {
        format!("moved {moved}, unchanged {unchanged}, not moved {stuck}")
    }
}

/// Describes a session that could not be moved: its time by the former rules, by the present ones, and the reason.
fn explain(StuckSession { session, conflict }: &StuckSession) -> String {
    let times = |occurrence: &Occurrence| {
        let [start, end] = [occurrence.starts_at, occurrence.ends_at]
            .map(|instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        format!("{start}/{end}")
    };
    let other = conflict.session_id.map(|id| format!(" with session {id}")).unwrap_or_default();
    let (before, after) = (times(&session.occurrence), times(&conflict.occurrence));
    format!("session {} not moved: {before} -> {after}: {}{other}", session.id, conflict.kind.as_str())
}
