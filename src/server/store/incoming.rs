//! Incoming webhooks.

use super::{Row, Store, damaged};
use crate::server::Error;
use crate::server::webhooks::incoming::IncomingWish;
use sqlx::Row as _;

/// What is kept of an incoming webhook.
#[derive(Debug, Clone)]
pub struct IncomingRow {
    pub id: String,
    /// SHA-256 of its token, in hexadecimal digits.
    pub token_hash: String,
    /// Without the secret of its verification.
    pub wish: IncomingWish,
    pub revision: i64,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

impl Store {
    /// All incoming webhooks, by name.
    pub async fn incoming_webhooks(&self) -> Result<Vec<IncomingRow>, Error> {
        let rows = sqlx::query("select * from incoming_webhooks order by name_key").fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    /// An incoming webhook by its id or its name in any case.
    pub async fn incoming_webhook(&self, id_or_name: &str) -> Result<Option<IncomingRow>, Error> {
        let query = sqlx::query("select * from incoming_webhooks where id = $1 or name_key = $2");
        let query = query.bind(id_or_name).bind(id_or_name.to_lowercase());
        query.fetch_optional(self.pool()).await?.as_ref().map(read).transpose()
    }

    /// The incoming webhook that a token leads to.
    pub async fn incoming_by_token(&self, hash: &str) -> Result<Option<IncomingRow>, Error> {
        let query = sqlx::query("select * from incoming_webhooks where token_hash = $1").bind(hash);
        query.fetch_optional(self.pool()).await?.as_ref().map(read).transpose()
    }

    /// Keeps a new incoming webhook. Says whether its name was free.
    pub async fn insert_incoming(&self, row: &IncomingRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "insert into incoming_webhooks (id, name, name_key, token_hash, wish, revision, created_at, created_by, \
             updated_at, updated_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (name_key) do nothing",
        )
        .bind(&row.id)
        .bind(&row.wish.name)
        .bind(row.wish.name.to_lowercase())
        .bind(&row.token_hash)
        .bind(written(&row.wish)?)
        .bind(row.revision)
        .bind(row.created_at)
        .bind(&row.created_by)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Writes a changed incoming webhook. Says whether nobody else has changed it since it was read.
    pub async fn update_incoming(&self, row: &IncomingRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "update incoming_webhooks set name = $1, name_key = $2, token_hash = $3, wish = $4, updated_at = $5, \
             updated_by = $6, revision = revision + 1 where id = $7 and revision = $8",
        )
        .bind(&row.wish.name)
        .bind(row.wish.name.to_lowercase())
        .bind(&row.token_hash)
        .bind(written(&row.wish)?)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .bind(&row.id)
        .bind(row.revision)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes an incoming webhook; its executions stay.
    pub async fn delete_incoming(&self, id: &str) -> Result<(), Error> {
        sqlx::query("delete from incoming_webhooks where id = $1").bind(id).execute(self.pool()).await?;
        Ok(())
    }
}

fn written(wish: &IncomingWish) -> Result<String, Error> {
    serde_json::to_string(wish).map_err(|error| Error::Store(error.to_string()))
}

fn read(row: &Row) -> Result<IncomingRow, Error> {
    let wish: String = row.try_get("wish")?;
    Ok(IncomingRow {
        id: row.try_get("id")?,
        token_hash: row.try_get("token_hash")?,
        wish: serde_json::from_str(&wish).map_err(|error| damaged("incoming webhook", error))?,
        revision: row.try_get("revision")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}
