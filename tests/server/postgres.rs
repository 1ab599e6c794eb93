//! All tests that touch the store once more, with every engine on a PostgreSQL server.

use super::support::Folder;
use ararat::server::Config;
use sqlx::Connection;

#[path = "../common/postgres.rs"]
mod server;

pub use server::Postgres;
use server::{SERVER, SERVER_FILES};

/// Tests that choose their own database.
const OTHERS: [&str; 3] = ["everything_again", "cli::", "nodes::"];

#[test]
fn everything_again_on_postgresql() {
    if server().is_some() {
        return;
    }
    let Some(server) = Postgres::start() else { return };
    let temporary = Folder::new("on-postgresql");
    let passed = server::run_again(&server, &temporary.0, &OTHERS);
    let engines = tokio::runtime::Runtime::new().expect("a runtime").block_on(schemas(&server.url("postgres")));
    assert!(engines > 50, "{engines} engines were on the server");
    println!("on PostgreSQL, {engines} engines: {passed}");
}

async fn schemas(url: &str) -> i64 {
    let mut admin = sqlx::PgConnection::connect(url).await.expect("the server");
    let count = "select count(*) from information_schema.tables where table_name = 'execution_queue'";
    sqlx::query_scalar(count).fetch_one(&mut admin).await.expect("a count")
}

fn server() -> Option<String> {
    std::env::var(SERVER).ok()
}

/// The files of the server's own, where the tests run on one.
pub fn server_files() -> Option<std::path::PathBuf> {
    std::env::var_os(SERVER_FILES).map(Into::into)
}

/// The same engine where the tests run: on PostgreSQL with a schema that stands for its folder, or one of its own.
pub async fn placed(config: Config) -> Config {
    let (Some(server), None) = (server(), &config.database_url) else { return config };
    let folder = config.data.as_ref().map(|data| data.to_string_lossy().into_owned());
    let name = folder.unwrap_or_else(|| format!("memory{:016x}", rand::random::<u64>()));
    // A name has 63 bytes at most; what tells folders apart stands at their ends.
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).rev().take(60).collect();
    let url = format!("{server}/postgres");
    let mut admin = sqlx::PgConnection::connect(&url).await.expect("the server");
    let make = format!("create schema if not exists x{name}");
    sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
    admin.close().await.expect("closed");
    Config { database_url: Some(format!("{url}?options[search_path]=x{name}")), ..config }
}
