//! The commands, a module each. Options that several commands share are in `config`.

pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;

use std::io::{ErrorKind, Write};

/// Prints a line to stdout. A reader that has seen enough, such as `head`, is no failure.
fn print_line(line: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}
