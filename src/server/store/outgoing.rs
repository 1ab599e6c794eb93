//! Outgoing webhooks, and which executions they tell of.

use super::{Row, Store, damaged};
use crate::database::Transaction;
use crate::server::Error;
use crate::server::webhooks::outgoing::{OutgoingWish, When};
use sqlx::Row as _;

/// What is kept of an outgoing webhook.
#[derive(Debug, Clone)]
pub struct OutgoingRow {
    pub id: String,
    /// With secrets masked.
    pub wish: OutgoingWish,
    /// The wish lies whole in the vault.
    pub kept: bool,
    pub revision: i64,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

impl Store {
    /// All outgoing webhooks, by name.
    pub async fn outgoing_webhooks(&self) -> Result<Vec<OutgoingRow>, Error> {
        let rows = sqlx::query("select * from outgoing_webhooks order by name_key").fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    /// An outgoing webhook by its id or its name in any case.
    pub async fn outgoing_webhook(&self, id_or_name: &str) -> Result<Option<OutgoingRow>, Error> {
        let query = sqlx::query("select * from outgoing_webhooks where id = $1 or name_key = $2");
        let query = query.bind(id_or_name).bind(id_or_name.to_lowercase());
        query.fetch_optional(self.pool()).await?.as_ref().map(read).transpose()
    }

    /// Keeps a new outgoing webhook. Says whether its name was free.
    pub async fn insert_outgoing(&self, row: &OutgoingRow) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "insert into outgoing_webhooks (id, name, name_key, wish, kept, revision, created_at, created_by, \
             updated_at, updated_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (name_key) do nothing",
        )
        .bind(&row.id)
        .bind(&row.wish.name)
        .bind(row.wish.name.to_lowercase())
        .bind(written(&row.wish)?)
        .bind(i64::from(row.kept))
        .bind(row.revision)
        .bind(row.created_at)
        .bind(&row.created_by)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        put_triggers(&mut tx, row).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Writes a changed outgoing webhook. Says whether nobody else has changed it since it was read.
    pub async fn update_outgoing(&self, row: &OutgoingRow) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "update outgoing_webhooks set name = $1, name_key = $2, wish = $3, kept = $4, updated_at = $5, \
             updated_by = $6, revision = revision + 1 where id = $7 and revision = $8",
        )
        .bind(&row.wish.name)
        .bind(row.wish.name.to_lowercase())
        .bind(written(&row.wish)?)
        .bind(i64::from(row.kept))
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .bind(&row.id)
        .bind(row.revision)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        put_triggers(&mut tx, row).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Removes an outgoing webhook; its deliveries stay in the log.
    pub async fn delete_outgoing(&self, id: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from webhook_triggers where webhook = $1").bind(id).execute(&mut *tx).await?;
        sqlx::query("delete from outgoing_webhooks where id = $1").bind(id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn put_triggers(tx: &mut Transaction, row: &OutgoingRow) -> Result<(), Error> {
    sqlx::query("delete from webhook_triggers where webhook = $1").bind(&row.id).execute(&mut **tx).await?;
    for trigger in row.wish.on.iter().filter(|_| row.wish.enabled) {
        let states: &[&str] = match trigger.when {
            When::Success => &["succeeded"],
            When::Failure => &["failed"],
            When::End => &["succeeded", "failed"],
        };
        for state in states {
            let query = sqlx::query(
                "insert into webhook_triggers (webhook, function, state) values ($1, $2, $3) \
                 on conflict (webhook, function, state) do nothing",
            );
            let query = query.bind(&row.id).bind(trigger.function.to_lowercase()).bind(*state);
            query.execute(&mut **tx).await?;
        }
    }
    Ok(())
}

fn written(wish: &OutgoingWish) -> Result<String, Error> {
    serde_json::to_string(wish).map_err(|error| Error::Store(error.to_string()))
}

fn read(row: &Row) -> Result<OutgoingRow, Error> {
    let wish: String = row.try_get("wish")?;
    Ok(OutgoingRow {
        id: row.try_get("id")?,
        wish: serde_json::from_str(&wish).map_err(|error| damaged("outgoing webhook", error))?,
        kept: row.try_get::<i64, _>("kept")? != 0,
        revision: row.try_get("revision")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}
