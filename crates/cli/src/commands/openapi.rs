//! The command `astegni openapi`.

use super::print_line;

/// Prints the OpenAPI document to stdout.
pub(crate) fn run() -> anyhow::Result<()> {
    print_line(&serde_json::to_string_pretty(&astegni_http::openapi::document())?)?;
    Ok(())
}
