//! The command line and its environment variables.

use std::ffi::OsStr;
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{Arg, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{migrate, openapi, seed, serve, sessions};
use crate::config::ServeOptions;
use crate::telemetry::{self, LogFormat};

/// The backend of a tutoring marketplace.
#[derive(Parser)]
#[command(name = "astegni", version)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Apply pending migrations and serve the API.
    Serve(ServeOptions),
    /// Apply, undo or list the migrations of the database schema.
    Migrate(migrate::MigrateOptions),
    /// Fill an empty database with test users.
    Seed(seed::SeedOptions),
    /// Maintain booked sessions.
    #[command(subcommand)]
    Sessions(sessions::SessionsCommand),
    /// Print the OpenAPI document.
    Openapi,
}

impl CommandLine {
    /// Parses the arguments and environment variables of the process, which ends if they are invalid.
    pub(crate) fn from_process() -> Self {
        let command = without_empty_variables(Self::command());
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// Runs the command. Exit codes: 0 for success, 1 for a failure (reported on stderr), 2 for invalid usage.
    pub(crate) fn run(self) -> ExitCode {
        let (result, log_format) = match self.action {
            Action::Serve(options) => (serve::run(&options), options.log.log_format),
            Action::Migrate(options) => (migrate::run(&options), LogFormat::Pretty),
            Action::Seed(options) => (seed::run(&options), LogFormat::Pretty),
            Action::Sessions(command) => (sessions::run(&command), LogFormat::Pretty),
            Action::Openapi => (openapi::run(), LogFormat::Pretty),
        };
        let code = match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                telemetry::report(&error, log_format);
                ExitCode::FAILURE
            }
        };
        telemetry::flush();
        code
    }
}

/// Ignores the environment variables of settings if they are empty. Compose files pass on every variable that they
/// mention, whether or not it has a value.
fn without_empty_variables(command: Command) -> Command {
    let is_empty = |name: &OsStr| {
        std::env::var_os(name).is_some_and(|value| value.to_str().is_some_and(|value| value.trim().is_empty()))
    };
    let setting = |arg: Arg| if arg.get_env().is_some_and(is_empty) { arg.env(Resettable::Reset) } else { arg };
    command.mut_args(setting).mut_subcommands(without_empty_variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
