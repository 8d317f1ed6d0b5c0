//! Plays the platform's main job against a running server and prints it:
//! `cargo run --example demo [http://127.0.0.1:8000]`. It ends at the first surprise.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the field is null")]

mod client;
mod walk;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> ExitCode {
    let base = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8000".to_owned());
    // Names that nobody has taken in an earlier run.
    #[expect(clippy::disallowed_methods, reason = "any number that has not been used yet will do")]
    let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis());
    match walk::walk(&client::Client::new(base), &run.to_string(), |line| println!("{line}")) {
        Ok(_) => ExitCode::SUCCESS,
        Err(surprise) => {
            eprintln!("surprise: {surprise}");
            ExitCode::FAILURE
        }
    }
}
