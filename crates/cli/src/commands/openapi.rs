//! `astegni openapi`

use std::io::{ErrorKind, Write};

/// Prints the OpenAPI document to stdout.
pub(crate) fn run() -> anyhow::Result<()> {
    let document = serde_json::to_string_pretty(&astegni_http::openapi::document())?;
    match writeln!(std::io::stdout(), "{document}") {
        // The reader, such as `head`, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}
