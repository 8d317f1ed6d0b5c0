//! The documents, compared with the code that they describe.

#![expect(clippy::unwrap_used, reason = "outside #[test] functions, helpers of tests fail the test in the same way")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the names and texts of all Markdown files that speak of the code.
fn documents() -> Vec<(String, String)> {
    let mut names = vec!["README.md", "CONTRIBUTING.md", "SECURITY.md", "migrations/README.md"];
    let files = ["docs", "docs/decisions"].into_iter().flat_map(|folder| {
        fs::read_dir(root().join(folder))
            .unwrap()
            .map(move |entry| format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap()))
    });
    let files: Vec<String> = files.filter(|name| Path::new(name).extension().is_some_and(|end| end == "md")).collect();
    names.extend(files.iter().map(String::as_str));
    names.into_iter().map(|name| (name.to_owned(), read(name))).collect()
}

/// Returns a document without its blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Returns whether a path exists, in full or as the documents abbreviate it.
fn exists(path: &str) -> bool {
    let full = match path.split_once('/') {
        Some((layer @ ("domain" | "persistence"), rest)) => format!("crates/{layer}/src/{rest}"),
        _ => path.to_owned(),
    };
    root().join(&full).exists() || root().join("crates/http/src").join(&full).exists()
}

#[test]
fn every_path_that_the_documents_mention_exists() {
    let mut checked = 0;
    for (document, text) in documents() {
        for span in prose(&text).split('`').skip(1).step_by(2) {
            let is_file = Path::new(span).extension().is_some_and(|end| end == "rs" || end == "json");
            let is_path = (is_file || span.ends_with('/'))
                && span.trim_end_matches('/').contains('/')
                && !span.contains(['<', ' ', ':', '*'])
                && !span.starts_with(['/', '.']);
            if is_path {
                assert!(exists(span), "{document} mentions {span}");
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "only {checked} paths were found");
}

/// Returns file and code of every quotation: a block whose first line names the file. `// ..` marks an omission.
fn quotations(document: &str) -> Vec<(String, String)> {
    let text = read(document);
    let blocks = text.split("```rust ").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    blocks.map(|block| block.split_once('\n').unwrap()).map(|(file, code)| (file.to_owned(), code.to_owned())).collect()
}

#[test]
fn the_example_of_an_endpoint_quotes_the_code() {
    let quotations = quotations("docs/adding-an-endpoint.md");
    assert!(quotations.len() > 7);
    for (file, code) in quotations {
        let source = read(&file);
        for part in code.split("\n// ..\n") {
            assert!(
                source.contains(part),
                "docs/adding-an-endpoint.md quotes {file}, which no longer contains:\n{part}"
            );
        }
    }
}

#[test]
fn every_link_between_the_documents_leads_to_a_file() {
    for (document, text) in documents() {
        let folder = root().join(&document).parent().unwrap().to_owned();
        for target in prose(&text).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            assert!(target.starts_with("http") || folder.join(file).exists(), "{document} links to {target}");
        }
    }
}

#[test]
fn the_readme_lists_every_setting_with_its_default() {
    let help = Command::new(env!("CARGO_BIN_EXE_astegni")).env_clear().args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let readme = read("README.md");
    let (_, table) = readme.split_once("## Settings").unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `--")).collect();
    let settings: Vec<&str> = help.split("\n      --").skip(1).filter(|setting| setting.contains("[env: ")).collect();
    assert_eq!(rows.len(), settings.len());
    for (row, setting) in rows.iter().zip(settings) {
        let flag = setting.split([' ', '\n']).next().unwrap();
        let (_, variable) = setting.split_once("[env: ").unwrap();
        let variable = variable.split(['=', ']']).next().unwrap();
        assert!(row.starts_with(&format!("| `--{flag}` | `{variable}` |")), "{flag}: {row}");
        if let Some((_, default)) = setting.split_once("[default: ") {
            let default = default.split(']').next().unwrap();
            assert!(row.contains(&format!("| `{default}` |")), "{default}: {row}");
        }
    }
}
