//! The binary `astegni`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    astegni_http::cli::run(astegni_http::cli::Cli::parse())
}
