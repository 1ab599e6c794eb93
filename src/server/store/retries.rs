//! Attempts that follow each other, and those that none follows any more: the dead letters.

use super::queue::accept;
use super::{Execution, Store};
use crate::server::Error;
use serde::Serialize;

/// Which attempt an execution is, where its function says how often it is tried.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Retry {
    /// From 1; begins anew when a dead letter is run again.
    pub attempt: i64,
    /// The first attempt's id; absent in the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_attempt: Option<String>,
    /// The attempt that follows this one's failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt: Option<String>,
    /// None follows, and nobody has run it again or dismissed it.
    pub dead: bool,
    /// The attempt that follows, to be written with this one's end; never read back.
    #[serde(skip)]
    pub follow_up: Option<Box<Execution>>,
}

impl Store {
    /// Accepts a further attempt of a dead letter, which is none any more. Says whether it was one.
    pub async fn revive_dead_letter(&self, id: &str, next: &Execution) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let query = sqlx::query("update executions set dead = 0, next_attempt = $1 where id = $2 and dead = 1");
        if query.bind(&next.id).bind(id).execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        accept(&mut tx, std::slice::from_ref(next), self.is_server()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes an execution out of the dead letters; it stays in the log. Says whether it was one.
    pub async fn dismiss_dead_letter(&self, id: &str) -> Result<bool, Error> {
        let query = sqlx::query("update executions set dead = 0 where id = $1 and dead = 1").bind(id);
        Ok(query.execute(self.pool()).await?.rows_affected() > 0)
    }
}
