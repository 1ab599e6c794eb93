//! API keys, hashed.

use super::{Row, Store};
use crate::server::Error;
use serde::Serialize;
use sqlx::Row as _;

/// What is kept of a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyRow {
    /// The public half of the key.
    pub id: String,
    pub name: String,
    /// `administrator` or `execute`.
    pub role: String,
    /// SHA-256 of the secret half, in hexadecimal digits.
    #[serde(skip)]
    pub hash: String,
    pub created_at: i64,
    pub created_by: String,
    pub revoked_at: Option<i64>,
}

impl Store {
    pub async fn keys(&self) -> Result<Vec<KeyRow>, Error> {
        let rows = sqlx::query("select * from api_keys order by created_at, id").fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    pub async fn insert_key(&self, key: &KeyRow) -> Result<(), Error> {
        sqlx::query(
            "insert into api_keys (id, name, role, hash, created_at, created_by) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&key.id)
        .bind(&key.name)
        .bind(&key.role)
        .bind(&key.hash)
        .bind(key.created_at)
        .bind(&key.created_by)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Says whether there was such a key in force.
    pub async fn revoke_key(&self, id: &str, at: i64) -> Result<bool, Error> {
        let done = sqlx::query("update api_keys set revoked_at = $1 where id = $2 and revoked_at is null")
            .bind(at)
            .bind(id)
            .execute(self.pool())
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn read(row: &Row) -> Result<KeyRow, Error> {
    Ok(KeyRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        hash: row.try_get("hash")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
