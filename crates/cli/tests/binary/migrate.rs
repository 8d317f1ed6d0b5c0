use crate::support::{Server, command, run, sqlite};
use crate::walk;

fn migrations() -> usize {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).unwrap();
    folders.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count()
}

#[test]
fn an_empty_database_is_migrated_up_and_down() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = |arguments: &[&str]| run(command(&sqlite(folder.path())), arguments);
    let (code, applied, _) = migrate(&["migrate"]);
    assert_eq!((code, applied.lines().count()), (Some(0), migrations()), "{applied}");
    let (_, status, _) = migrate(&["migrate", "--status"]);
    assert_eq!(status.lines().filter(|line| line.starts_with("applied ")).count(), migrations(), "{status}");
    let (code, undone, _) = migrate(&["migrate", "--down", "1"]);
    assert_eq!(code, Some(0));
    let last = applied.lines().last().unwrap().replace("applied", "undid");
    assert_eq!(undone.trim(), last);
    let (_, status, _) = migrate(&["migrate", "--status"]);
    assert!(status.lines().last().unwrap().starts_with("pending "), "{status}");
    assert_eq!(status.lines().count(), migrations(), "{status}");
}

#[test]
fn migrations_under_tables_with_rows_are_undone_with_yes_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(&sqlite(folder.path())));
    walk::walk(&server.client, "down", |_| {}).unwrap();
    server.stop();
    let all = migrations().to_string();
    let migrate = |arguments: &[&str]| run(command(&sqlite(folder.path())), arguments);
    let (_, before, _) = migrate(&["migrate", "--status"]);
    let (code, _, stderr) = migrate(&["migrate", "--down", &all]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("users") && stderr.contains("--yes"), "{stderr}");
    assert_eq!(migrate(&["migrate", "--status"]).1, before, "nothing was undone");
    let (code, undone, stderr) = migrate(&["migrate", "--down", &all, "--yes"]);
    assert_eq!((code, undone.lines().count()), (Some(0), migrations()), "{stderr}");
}

#[test]
fn more_migrations_than_are_applied_cannot_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = |arguments: &[&str]| run(command(&sqlite(folder.path())), arguments);
    let (code, _, stderr) = migrate(&["migrate", "--down", "1"]);
    assert!(code == Some(1) && stderr.contains("there is no database"), "{stderr}");
    migrate(&["migrate"]);
    let (code, _, stderr) = migrate(&["migrate", "--down", "99", "--yes"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("only {} are applied", migrations())), "{stderr}");
    assert!(!migrate(&["migrate", "--status"]).1.contains("pending"));
}
