use std::process::Stdio;

use crate::support::{Server, command, run, sqlite};

#[test]
fn invalid_settings_are_usage_errors_that_say_what_is_valid() {
    for (arguments, reason) in [
        (vec!["serve", "--listen", "nowhere"], "localhost:8000"),
        (vec!["serve", "--listen", "localhost"], "localhost:8000"),
        (vec!["serve", "--database-url", "mysql://x"], "sqlite:// or postgres://"),
        (vec!["serve", "--default-time-zone", "CEST"], "IANA"),
        (vec!["serve", "--cors-origins", "*"], "origin"),
        (vec!["migrate", "--down", "0"], "--down"),
        (vec!["dance"], "dance"),
    ] {
        let (code, _, stderr) = run(command("sqlite://unused.db"), &arguments);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
    }
}

#[test]
fn an_invalid_log_filter_is_an_error_that_names_its_variable() {
    for filter in ["loud", "astegni=loud", "info,=,"] {
        let mut command = command("sqlite://unused.db");
        command.env("RUST_LOG", filter);
        let (code, _, stderr) = run(command, &["serve"]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("RUST_LOG") && stderr.contains(filter), "{stderr}");
    }
}

#[test]
fn an_empty_variable_counts_as_unset_for_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let (_, help, _) = run(command("sqlite://unused.db"), &["serve", "--help"]);
    let named = |rest: &'_ str| rest.split(['=', ']']).next().unwrap().to_owned();
    let variables: Vec<String> = help.split("[env: ").skip(1).map(named).collect();
    assert!(
        ["DATABASE_URL", "JWT_SECRET", "CORS_ORIGINS", "RUST_LOG"]
            .iter()
            .all(|name| variables.contains(&(*name).to_owned()))
    );
    for empty in ["", "  "] {
        let mut command = command("");
        command.current_dir(folder.path()).envs(variables.iter().map(|name| (name, empty)));
        command.stderr(Stdio::null());
        Server::start(command).stop();
    }
    assert!(folder.path().join("astegni.db").exists(), "the default database");
    assert!(folder.path().join("astegni.db.secret").exists());
}

#[test]
fn a_secret_that_is_missing_or_too_short_is_reported() {
    let (code, _, stderr) = run(command("postgres://postgres@127.0.0.1:1/x"), &["serve"]);
    assert!(code == Some(1) && stderr.contains("JWT_SECRET"), "{stderr}");
    let mut short = command("sqlite://unused.db");
    short.env("JWT_SECRET", "short");
    let (code, _, stderr) = run(short, &["serve"]);
    assert!(code == Some(1) && stderr.contains("at least 32"), "{stderr}");
}

#[test]
fn a_database_that_cannot_be_opened_is_reported_once() {
    for (database_url, reason) in [
        ("sqlite:///no/such/folder/a.db", "unable to open database file"),
        ("postgres://postgres@127.0.0.1:1/x", "Connection refused"),
    ] {
        let (code, _, stderr) = run(command(database_url), &["migrate"]);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(
            stderr.contains(&format!("cannot open the database {}", database_url.replace("postgres@", ""))),
            "{stderr}"
        );
        assert_eq!(stderr.matches(reason).count(), 1, "{stderr}");
    }
}

#[test]
fn the_openapi_document_is_printed() {
    let (code, document, _) = run(command("sqlite://unused.db"), &["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!((code, document["openapi"].as_str()), (Some(0), Some("3.1.0")));
}

#[test]
fn output_into_a_closed_pipe_is_not_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(command(&sqlite(folder.path())), &["migrate"]).0, Some(0));
    for arguments in [vec!["migrate", "--status"], vec!["openapi"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(&sqlite(folder.path())).args(arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
    }
}
