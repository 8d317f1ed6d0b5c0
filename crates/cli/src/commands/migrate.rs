//! `astegni migrate`

use anyhow::Context;
use astegni_persistence::{DatabaseUrl, Migrator};
use clap::Args;

use super::print_line;
use crate::config::DatabaseOptions;

/// Options of `astegni migrate`.
#[derive(Args)]
pub(crate) struct MigrateOptions {
    #[command(flatten)]
    database: DatabaseOptions,
    /// Undo the last N migrations instead of applying what is pending.
    #[arg(long, value_name = "N", conflicts_with = "status")]
    down: Option<usize>,
    /// List the migrations and whether each is applied; change nothing.
    #[arg(long)]
    status: bool,
}

/// Applies, undoes or lists migrations.
pub(crate) fn run(options: &MigrateOptions) -> anyhow::Result<()> {
    match (options.down, options.status) {
        (Some(count), _) => down(&options.database, count),
        (None, true) => status(&options.database),
        (None, false) => up(&options.database),
    }
}

/// Applies pending migrations and names each on stderr.
pub(crate) fn up(options: &DatabaseOptions) -> anyhow::Result<()> {
    for name in migrator(options)?.up().context("a migration failed")? {
        eprintln!("applied {name}");
    }
    Ok(())
}

fn down(options: &DatabaseOptions, count: usize) -> anyhow::Result<()> {
    for version in migrator(options)?.down(count).context("a migration could not be undone")? {
        eprintln!("undid {version}");
    }
    Ok(())
}

fn status(options: &DatabaseOptions) -> anyhow::Result<()> {
    if let DatabaseUrl::Sqlite(file) = &options.database_url {
        anyhow::ensure!(file.exists(), "there is no database at {}", options.database_url);
    }
    for migration in migrator(options)?.status().context("cannot read the list of applied migrations")? {
        let state = if migration.applied { "applied" } else { "pending" };
        print_line(&format!("{state} {}", migration.name))?;
    }
    Ok(())
}

fn migrator(options: &DatabaseOptions) -> anyhow::Result<Migrator> {
    let url = &options.database_url;
    Migrator::connect(url).with_context(|| format!("cannot open the database {url}"))
}
