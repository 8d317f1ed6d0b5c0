use std::process::Command;

use crate::support::{Server, command, sqlite};
use crate::walk;

/// Returns the shell commands under "The API in five calls".
fn five_calls() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let (_, section) = readme.split_once("## The API in five calls").unwrap();
    let (_, script) = section.split_once("```sh\n").unwrap();
    script.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_five_calls_of_the_readme_work_after_the_demo_and_can_be_repeated() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("curl is not installed; this test is SKIPPED");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(&sqlite(folder.path())));
    walk::walk(&server.client, "before", |_| {}).unwrap();
    let script = five_calls().replace("127.0.0.1:8000", &server.address);
    for _ in 0..2 {
        let output = Command::new("sh").args(["-euc", &script]).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(stdout.contains(r#""sessions_created":16"#), "{stdout}");
        assert!(!stdout.contains(r#""success":false"#), "{stdout}");
        let lines: Vec<serde_json::Value> = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect();
        assert_eq!(lines.last().unwrap().as_array().unwrap().len(), 16);
    }
}
