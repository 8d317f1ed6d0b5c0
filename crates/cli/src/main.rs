//! The binary `astegni`: the composition root, where the API meets its store and the system's clock.

mod clock;
mod command_line;
mod commands;
mod config;
mod listen;
mod log_writer;
mod secret;
mod shutdown;
mod telemetry;

use std::process::ExitCode;

fn main() -> ExitCode {
    command_line::CommandLine::from_process().run()
}
