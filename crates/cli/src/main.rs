//! The binary `astegni`: the composition root, where the API, its store and the system's clock meet.

mod clock;
mod command_line;
mod commands;
mod config;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    command_line::CommandLine::parse().run()
}
