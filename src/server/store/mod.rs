//! The engine's database: rows in, rows out. One SQL for SQLite and PostgreSQL.

mod executions;
mod functions;
mod keys;

pub use executions::{Cause, Execution, Filter, State};
pub use functions::{FunctionRow, NewVersion, VersionRow};
pub use keys::KeyRow;

use super::Error;
use crate::connections::home;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations/server");

type Database = sqlx::Sqlite;
type Pool = sqlx::Pool<Database>;
type Row = <Database as sqlx::Database>::Row;

/// An open database.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
}

impl Store {
    /// Opens a file, making it (0600) where it is missing.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn open_file(path: &Path) -> Result<Self, Error> {
        home::make_private_file(path).map_err(|error| Error::Store(error.to_string()))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // What was accepted survives the loss of power, too.
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "on")
            .busy_timeout(Duration::from_secs(10));
        Self::connect(options, 4).await
    }

    /// A database that ends with the process.
    ///
    /// # Errors
    /// None that is to be expected.
    pub async fn in_memory() -> Result<Self, Error> {
        Self::connect(SqliteConnectOptions::new().in_memory(true), 1).await
    }

    async fn connect(options: SqliteConnectOptions, most: u32) -> Result<Self, Error> {
        let pool = SqlitePoolOptions::new()
            .max_connections(most)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&pool).await.map_err(|error| Error::Store(error.to_string()))?;
        Ok(Store { pool })
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Notes who did what.
    pub async fn audit(&self, at: i64, actor: &str, event: &str, subject: &str) -> Result<(), Error> {
        sqlx::query("insert into audit_log (id, at, actor, event, subject) values ($1, $2, $3, $4, $5)")
            .bind(super::ids::sortable(at))
            .bind(at)
            .bind(actor)
            .bind(event)
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// A row that does not hold what it should.
fn damaged(what: &str, reason: impl std::fmt::Display) -> Error {
    Error::Store(format!("a row is damaged ({what}): {reason}"))
}
