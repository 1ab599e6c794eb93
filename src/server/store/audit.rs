//! Who did what to keys, functions and users.

use super::Store;
use crate::server::{Error, ids};
use serde::Serialize;
use sqlx::Row as _;

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    pub at: i64,
    pub actor: String,
    pub event: String,
    pub subject: String,
}

impl Store {
    /// Notes who did what.
    pub async fn audit(&self, at: i64, actor: &str, event: &str, subject: &str) -> Result<(), Error> {
        sqlx::query("insert into audit_log (id, at, actor, event, subject) values ($1, $2, $3, $4, $5)")
            .bind(ids::sortable(at))
            .bind(at)
            .bind(actor)
            .bind(event)
            .bind(subject)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// The latest lines, newest first.
    pub async fn audit_lines(&self, most: i64) -> Result<Vec<AuditRow>, Error> {
        let query = sqlx::query("select at, actor, event, subject from audit_log order by id desc limit $1");
        let rows = query.bind(most).fetch_all(self.pool()).await?;
        let read = |row: &super::Row| {
            Ok(AuditRow {
                at: row.try_get("at")?,
                actor: row.try_get("actor")?,
                event: row.try_get("event")?,
                subject: row.try_get("subject")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
