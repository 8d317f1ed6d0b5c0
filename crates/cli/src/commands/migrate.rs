//! The command `astegni migrate`.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, ensure};
use astegni_persistence::{DatabaseUrl, Migrator};
use clap::Args;

use super::print_line;
use crate::config::DatabaseOptions;

/// Options of `astegni migrate`.
#[derive(Args)]
pub(crate) struct MigrateOptions {
    #[command(flatten)]
    database: DatabaseOptions,
    /// Undo the last N migrations instead of applying pending ones. Asks first if tables would lose rows.
    #[arg(long, value_name = "N", conflicts_with = "status", value_parser = clap::value_parser!(u16).range(1..))]
    down: Option<u16>,
    /// Undo migrations without asking, even if tables lose rows.
    #[arg(long, requires = "down")]
    yes: bool,
    /// List the migrations and whether each is applied, without changing anything.
    #[arg(long)]
    status: bool,
}

/// Applies, undoes or lists migrations and prints a line for each to stdout.
pub(crate) fn run(options: &MigrateOptions) -> anyhow::Result<()> {
    let lines = match (options.down, options.status) {
        (Some(count), _) => down(&options.database, count.into(), options.yes)?,
        (None, true) => status(&options.database)?,
        (None, false) => up(&options.database)?.iter().map(|name| format!("applied {name}")).collect(),
    };
    for line in lines {
        print_line(&line)?;
    }
    Ok(())
}

/// Applies pending migrations and returns their names.
pub(crate) fn up(options: &DatabaseOptions) -> anyhow::Result<Vec<String>> {
    migrator(options)?.up().context("a migration failed")
}

fn down(options: &DatabaseOptions, count: usize, yes: bool) -> anyhow::Result<Vec<String>> {
    ensure_exists(options)?;
    let mut migrator = migrator(options)?;
    let tables = migrator.tables_losing_rows(count)?;
    if !tables.is_empty() && !yes {
        let loss = format!("all rows of {} would be deleted", tables.join(", "));
        ensure!(std::io::stdin().is_terminal(), "{loss}; add --yes to go ahead");
        let consent = ask(&format!("{loss}; continue? [y/N] "), std::io::stdin().lock(), std::io::stderr())?;
        ensure!(consent, "nothing was undone");
    }
    let undone = migrator.down(count).context("a migration could not be undone")?;
    Ok(undone.iter().map(|name| format!("undid {name}")).collect())
}

/// Asks a question and returns whether the answer is yes.
fn ask(question: &str, mut input: impl BufRead, mut output: impl Write) -> std::io::Result<bool> {
    write!(output, "{question}")?;
    output.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn status(options: &DatabaseOptions) -> anyhow::Result<Vec<String>> {
    ensure_exists(options)?;
    let migrations = migrator(options)?.status().context("cannot read the list of applied migrations")?;
    let state = |applied| if applied { "applied" } else { "pending" };
    Ok(migrations.iter().map(|migration| format!("{} {}", state(migration.applied), migration.name)).collect())
}

/// Checks that a database exists and has the current schema, without changing it.
pub(crate) fn ensure_current(options: &DatabaseOptions) -> anyhow::Result<()> {
    ensure_exists(options)?;
    let migrations = migrator(options)?.status().context("cannot read the list of applied migrations")?;
    let is_current = migrations.iter().all(|migration| migration.applied);
    ensure!(is_current, "{} has pending migrations; run `astegni migrate` first", options.database_url);
    Ok(())
}

/// Checks that a SQLite file exists, which connecting would create.
fn ensure_exists(options: &DatabaseOptions) -> anyhow::Result<()> {
    if let DatabaseUrl::Sqlite(file) = &options.database_url {
        ensure!(file.exists(), "there is no database at {}", options.database_url);
    }
    Ok(())
}

fn migrator(options: &DatabaseOptions) -> anyhow::Result<Migrator> {
    let url = &options.database_url;
    Migrator::connect(url).with_context(|| format!("cannot open the database {url}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_explicit_yes_is_consent() {
        for (answer, consent) in
            [("y\n", true), ("Yes\n", true), ("n\n", false), ("\n", false), ("", false), ("yep\n", false)]
        {
            let mut question = Vec::new();
            assert_eq!(ask("continue? [y/N] ", answer.as_bytes(), &mut question).unwrap(), consent, "{answer:?}");
            assert_eq!(question, b"continue? [y/N] ");
        }
    }
}
