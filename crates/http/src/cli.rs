//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{DatabaseOptions, ServeOptions};
use crate::{bootstrap, openapi, telemetry};

/// The backend of a tutoring marketplace in one binary.
#[derive(Parser)]
#[command(name = "astegni", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Apply pending migrations and serve the API.
    Serve(ServeOptions),
    /// Change the database's schema.
    Migrate {
        #[command(flatten)]
        database: DatabaseOptions,
        /// Undo the last N migrations instead of applying what is pending.
        #[arg(long, value_name = "N", conflicts_with = "status")]
        down: Option<usize>,
        /// Tell which migrations are applied, and change nothing.
        #[arg(long)]
        status: bool,
    },
    /// Print the OpenAPI document.
    Openapi,
}

/// Runs a command. Exit codes: 0 done, 1 failed (the reason is on stderr), 2 wrong usage.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Serve(options) => {
            telemetry::install(options.log_format);
            bootstrap::serve(options)
        }
        Command::Migrate { database, down: Some(count), status: _ } => bootstrap::migrate_down(&database, count),
        Command::Migrate { database, down: None, status: true } => bootstrap::migration_status(&database),
        Command::Migrate { database, down: None, status: false } => bootstrap::migrate_up(&database),
        Command::Openapi => openapi::print(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("astegni: {error:#}");
            ExitCode::FAILURE
        }
    }
}
