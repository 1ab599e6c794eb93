//! All tests of this binary once more, with every registry on a PostgreSQL server.

use crate::stage::Folder;
use server::Postgres;
pub use server::{SERVER, SERVER_FILES};

#[path = "../common/postgres.rs"]
mod server;

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
    let passed = server::run_again(&server, &temporary.0, &["everything_again"]);
    assert!(!passed.contains(" 0 passed"), "{passed}");
    println!("on PostgreSQL: {passed}");
}
