//! The commands, one module each. Options shared by several commands are in `config`.

pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod seed;
pub(crate) mod serve;
pub(crate) mod sessions;

use std::io::{ErrorKind, Write};

/// Prints a line to stdout. A closed pipe, as left by `head`, is not an error.
fn print_line(line: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}
