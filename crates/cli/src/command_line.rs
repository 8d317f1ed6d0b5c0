//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{migrate, openapi, serve};
use crate::config::ServeOptions;

/// The backend of a tutoring marketplace in one binary.
#[derive(Parser)]
#[command(name = "astegni", version)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Apply pending migrations and serve the API.
    Serve(ServeOptions),
    /// Apply, undo or list migrations of the database's schema.
    Migrate(migrate::MigrateOptions),
    /// Print the OpenAPI document.
    Openapi,
}

impl CommandLine {
    /// Runs the command. Exit codes: 0 success, 1 failure (the reason is on stderr), 2 wrong usage.
    pub(crate) fn run(self) -> ExitCode {
        let result = match self.command {
            Command::Serve(options) => serve::run(&options),
            Command::Migrate(options) => migrate::run(&options),
            Command::Openapi => openapi::run(),
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("astegni: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}
