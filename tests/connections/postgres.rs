//! All tests of this binary once more, with every registry on a PostgreSQL server.

use crate::stage::Folder;
use server::Postgres;
use std::process::Command;

#[path = "../common/postgres.rs"]
mod server;

/// Set for the second run: the server's address, without a database.
pub const SERVER: &str = "ARARAT_TEST_SERVER";
/// Where the server keeps its files.
pub const SERVER_FILES: &str = "ARARAT_TEST_SERVER_FILES";

#[test]
fn everything_again_on_postgresql() {
    if std::env::var_os(SERVER).is_some() {
        return;
    }
    let Some(server) = Postgres::start() else {
        return;
    };
    let temporary = Folder::new();
    std::fs::create_dir(&temporary.0).expect("a folder");
    let program = std::env::current_exe().expect("this program");
    let run = Command::new(program)
        .args(["--skip", "everything_again"])
        .env(SERVER, server.url("").trim_end_matches('/'))
        .env(SERVER_FILES, &server.folder)
        .env("TMPDIR", &temporary.0)
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "on PostgreSQL:\n{said}\n{}", String::from_utf8_lossy(&run.stderr));
    let passed = said.lines().find(|line| line.starts_with("test result")).unwrap_or_default();
    assert!(!passed.contains(" 0 passed"), "{passed}");
    println!("on PostgreSQL: {passed}");
}
