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
    /// Requests per minute; the engine's own limit where absent.
    pub rate: Option<i64>,
    /// The user whose connections its calls use; the engine's own where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acts_as: Option<String>,
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
            "insert into api_keys (id, name, role, hash, rate, created_at, created_by, acts_as) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&key.id)
        .bind(&key.name)
        .bind(&key.role)
        .bind(&key.hash)
        .bind(key.rate)
        .bind(key.created_at)
        .bind(&key.created_by)
        .bind(&key.acts_as)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Keeps a token of OAuth, hashed, and forgets those that have ended.
    pub async fn insert_token(&self, hash: &str, api_key: &str, now: i64, expires_at: i64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from access_tokens where expires_at <= $1").bind(now).execute(&mut *tx).await?;
        sqlx::query("insert into access_tokens (hash, api_key, expires_at) values ($1, $2, $3)")
            .bind(hash)
            .bind(api_key)
            .bind(expires_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The key that a token stands for, and when the token ends.
    pub async fn token(&self, hash: &str) -> Result<Option<(String, i64)>, Error> {
        let query = sqlx::query_as("select api_key, expires_at from access_tokens where hash = $1").bind(hash);
        Ok(query.fetch_optional(self.pool()).await?)
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
        rate: row.try_get("rate")?,
        acts_as: row.try_get("acts_as")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
