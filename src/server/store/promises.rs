//! Idempotency keys: which execution a caller was given for which request.

use super::Store;
use crate::server::Error;
use sqlx::Row as _;

/// What was promised under an idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// The caller's API key.
    pub api_key: String,
    /// The idempotency key.
    pub name: String,
    /// SHA-256 of what was asked.
    pub request: String,
    /// The execution.
    pub execution: String,
}

impl Store {
    /// Keeps a promise, or gives the one that was made before under the same key.
    pub async fn promise(&self, new: &Promise, now: i64) -> Result<Option<Promise>, Error> {
        let done = sqlx::query(
            "insert into idempotency (api_key, name, request, execution, created_at) values ($1, $2, $3, $4, $5) \
             on conflict (api_key, name) do nothing",
        )
        .bind(&new.api_key)
        .bind(&new.name)
        .bind(&new.request)
        .bind(&new.execution)
        .bind(now)
        .execute(self.pool())
        .await?;
        if done.rows_affected() > 0 {
            return Ok(None);
        }
        let query = sqlx::query("select request, execution from idempotency where api_key = $1 and name = $2");
        let row = query.bind(&new.api_key).bind(&new.name).fetch_one(self.pool()).await?;
        Ok(Some(Promise { request: row.try_get("request")?, execution: row.try_get("execution")?, ..new.clone() }))
    }

    /// Takes a promise back: its execution was not accepted.
    pub async fn break_promise(&self, promise: &Promise) -> Result<(), Error> {
        let query = sqlx::query("delete from idempotency where api_key = $1 and name = $2 and execution = $3");
        query.bind(&promise.api_key).bind(&promise.name).bind(&promise.execution).execute(self.pool()).await?;
        Ok(())
    }

    /// Forgets promises that are older than a time.
    pub async fn forget_promises(&self, before: i64) -> Result<(), Error> {
        sqlx::query("delete from idempotency where created_at < $1").bind(before).execute(self.pool()).await?;
        Ok(())
    }
}
