//! Walks through the main use case of the platform against a running server and narrates it:
//! `cargo run --example demo [http://127.0.0.1:8000]`. Ends at the first unexpected response.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the field is null")]

mod client;
mod walk;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> ExitCode {
    let base = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8000".to_owned());
    #[expect(clippy::disallowed_methods, reason = "any number that no earlier run has used will do")]
    let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis());
    match walk::walk(&client::Client::new(base), &run.to_string(), |line| println!("{line}")) {
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("demo: {failure}");
            ExitCode::FAILURE
        }
    }
}
