//! SQLite under the state: one table of JSON documents in one file.
//!
//! Rows lie over the seed: a row replaces a seeded document, a row without a body removes it. So a
//! first start writes nothing but the sandbox's own secrets.

use super::SandboxError;
use super::docs::{Change, Docs};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use std::path::Path;

const FILE: &str = "sandbox.sqlite";
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT, PRIMARY KEY (kind, id)
) STRICT";
const WRITE: &str = "INSERT INTO documents (kind, id, body) VALUES (?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body";

/// The file, open.
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens or makes the file in this folder.
    pub async fn open(folder: &Path) -> Result<Store, SandboxError> {
        std::fs::create_dir_all(folder)
            .map_err(|error| SandboxError::Data { folder: folder.to_owned(), reason: error.to_string() })?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let at = |error: sqlx::Error| SandboxError::Data { folder: folder.to_owned(), reason: error.to_string() };
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(at)?;
        sqlx::query(SCHEMA).execute(&pool).await.map_err(at)?;
        Ok(Store { pool })
    }

    /// Lays the rows over what is there.
    pub async fn load(&self, docs: &mut Docs) -> Result<(), sqlx::Error> {
        let rows: Vec<(String, String, Option<String>)> =
            sqlx::query_as("SELECT kind, id, body FROM documents ORDER BY rowid").fetch_all(&self.pool).await?;
        for (kind, id, body) in rows {
            match body.and_then(|text| serde_json::from_str(&text).ok()) {
                Some(value) => docs.put(&kind, &id, value),
                None => {
                    docs.remove(&kind, &id);
                }
            }
        }
        Ok(())
    }

    /// Writes these changes, all or none.
    pub async fn write(&self, changes: &[Change]) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for change in changes {
            sqlx::query(WRITE)
                .bind(&change.kind)
                .bind(&change.id)
                .bind(&change.body)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Closes the file.
    pub async fn close(self) {
        self.pool.close().await;
    }
}
