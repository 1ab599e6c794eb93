//! Deliveries of outgoing webhooks: a queue, and the log of it.
//!
//! A delivery that is due is claimed by setting its next time to when the claim ends: if the engine that
//! sends it is gone by then, another one sends it again.

use super::{Execution, Row, Store, damaged};
use crate::database::Transaction;
use crate::server::Error;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, Row as _};
use std::sync::Arc;
use tokio::sync::Notify;

/// One wish to tell somebody something.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    pub id: String,
    /// The webhook's id.
    pub webhook: String,
    /// The webhook's name at the time.
    pub name: String,
    pub actor: String,
    /// The execution that it tells of; absent where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// JSON, secrets masked; absent where it tells of an execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
    /// The payload lies whole in the vault.
    #[serde(skip)]
    pub kept: bool,
    pub state: DeliveryState,
    pub attempts: i64,
    /// When it is sent next; while it is being sent, when somebody else may take it over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<i64>,
    /// What became of each attempt.
    pub log: Vec<Attempt>,
    pub created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
}

/// One request of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Absent where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Queued,
    Delivered,
    /// It was refused for good, or tried too often.
    Dead,
}

/// Which deliveries a list shows, newest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeliveryFilter {
    /// A webhook's id.
    pub webhook: Option<String>,
    pub state: Option<DeliveryState>,
    /// Older than this delivery: the next page.
    pub before: Option<String>,
    /// At most 200; 50 where absent.
    pub limit: Option<i64>,
}

impl DeliveryState {
    const ALL: [DeliveryState; 3] = [DeliveryState::Queued, DeliveryState::Delivered, DeliveryState::Dead];

    pub fn word(self) -> &'static str {
        match self {
            DeliveryState::Queued => "queued",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Dead => "dead",
        }
    }
}

const INSERT: &str = "insert into webhook_deliveries (id, webhook, name, actor, execution, payload, kept, state, \
     attempts, next_at, log, created_at) values ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, '[]', $8) \
     on conflict (id) do nothing";

impl Store {
    /// Told when there is something new to deliver.
    pub fn delivery_due(&self) -> &Arc<Notify> {
        &self.delivery
    }

    pub(super) fn new_delivery(&self) {
        self.delivery.notify_waiters();
    }

    /// Queues a delivery that was asked for.
    pub async fn insert_delivery(&self, new: &Delivery) -> Result<(), Error> {
        sqlx::query(INSERT)
            .bind(&new.id)
            .bind(&new.webhook)
            .bind(&new.name)
            .bind(&new.actor)
            .bind(&new.execution)
            .bind(new.payload.as_ref().map_or("", |json| json.get()))
            .bind(i64::from(new.kept))
            .bind(new.created_at)
            .execute(self.pool())
            .await?;
        self.new_delivery();
        Ok(())
    }

    /// Claims deliveries that are due, until the claims end. Gives each as it is now, its attempts counted up.
    pub async fn claim_deliveries(&self, now: i64, until: i64, most: i64) -> Result<Vec<Delivery>, Error> {
        let query = sqlx::query("select * from webhook_deliveries where next_at <= $1 order by next_at, id limit $2");
        let due = query.bind(now).bind(most).fetch_all(self.pool()).await?;
        let mut claimed = Vec::with_capacity(due.len());
        for row in &due {
            let found = read(row)?;
            let query = sqlx::query(
                "update webhook_deliveries set next_at = $1, attempts = attempts + 1 \
                 where id = $2 and next_at = $3 and attempts = $4",
            );
            let query = query.bind(until).bind(&found.id).bind(found.next_at).bind(found.attempts);
            if query.execute(self.pool()).await?.rows_affected() > 0 {
                claimed.push(Delivery { attempts: found.attempts + 1, next_at: Some(until), ..found });
            }
        }
        Ok(claimed)
    }

    /// Writes what became of an attempt, unless somebody else has taken the delivery over.
    pub async fn finish_attempt(&self, delivery: &Delivery) -> Result<bool, Error> {
        let log = serde_json::to_string(&delivery.log).map_err(|error| Error::Store(error.to_string()))?;
        let done = sqlx::query(
            "update webhook_deliveries set state = $1, next_at = $2, log = $3, ended_at = $4 \
             where id = $5 and attempts = $6 and state = 'queued'",
        )
        .bind(delivery.state.word())
        .bind(delivery.next_at)
        .bind(log)
        .bind(delivery.ended_at)
        .bind(&delivery.id)
        .bind(delivery.attempts)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Queues a dead delivery again, as if it were new. Says whether there was one.
    pub async fn revive_delivery(&self, id: &str, now: i64) -> Result<bool, Error> {
        let query = sqlx::query(
            "update webhook_deliveries set state = 'queued', attempts = 0, next_at = $1, ended_at = null \
             where id = $2 and state = 'dead'",
        );
        let revived = query.bind(now).bind(id).execute(self.pool()).await?.rows_affected() > 0;
        self.new_delivery();
        Ok(revived)
    }

    /// When the first delivery is due.
    pub async fn next_delivery_at(&self) -> Result<Option<i64>, Error> {
        Ok(sqlx::query_scalar("select min(next_at) from webhook_deliveries").fetch_one(self.pool()).await?)
    }

    pub async fn delivery(&self, id: &str) -> Result<Option<Delivery>, Error> {
        let query = sqlx::query("select * from webhook_deliveries where id = $1").bind(id);
        query.fetch_optional(self.pool()).await?.as_ref().map(read).transpose()
    }

    /// Deliveries that a filter lets pass, newest first.
    pub async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, Error> {
        let given = [
            ("webhook = $n", filter.webhook.clone()),
            ("state = $n", filter.state.map(|state| state.word().to_owned())),
            ("id < $n", filter.before.clone()),
        ];
        let given: Vec<_> = given.into_iter().filter_map(|(condition, bind)| Some((condition, bind?))).collect();
        let numbered = |(index, (condition, _)): (usize, &(&str, String))| {
            format!(
                " {} {}",
                if index == 0 { "where" } else { "and" },
                condition.replace("$n", &format!("${}", index + 1))
            )
        };
        let conditions: String = given.iter().enumerate().map(numbered).collect();
        let limit = filter.limit.unwrap_or(50).clamp(1, 200);
        let sql = format!("select * from webhook_deliveries{conditions} order by id desc limit {limit}");
        let query = given.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (_, bind)| query.bind(bind));
        query.fetch_all(self.pool()).await?.iter().map(read).collect()
    }

    /// Forgets deliveries that ended before a time.
    pub async fn forget_deliveries(&self, before: i64) -> Result<Vec<String>, Error> {
        let query = sqlx::query_scalar("select id from webhook_deliveries where ended_at < $1 and kept = 1");
        let kept = query.bind(before).fetch_all(self.pool()).await?;
        let query = sqlx::query("delete from webhook_deliveries where ended_at < $1").bind(before);
        query.execute(self.pool()).await?;
        Ok(kept)
    }
}

/// Queues deliveries to the webhooks that want to hear of executions that have ended, once for each. Says
/// whether there are any.
pub(super) async fn tell_webhooks(tx: &mut Transaction, executions: &[Execution]) -> Result<bool, Error> {
    if !executions.iter().any(|one| one.state.is_final() && one.version > 0) {
        return Ok(false);
    }
    let triggers: Vec<(String, String, String, String)> = sqlx::query_as(
        "select t.webhook, t.function, t.state, w.name from webhook_triggers t \
         join outgoing_webhooks w on w.id = t.webhook",
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut told = false;
    // What is tried again has not ended for anybody who waits for news.
    let is_last =
        |one: &&Execution| one.version > 0 && one.retry.as_ref().is_none_or(|retry| retry.next_attempt.is_none());
    for execution in executions.iter().filter(|_| !triggers.is_empty()).filter(is_last) {
        let function = execution.name.to_lowercase();
        let wants =
            |trigger: &&(String, String, String, String)| trigger.1 == function && trigger.2 == execution.state.word();
        for (webhook, _, _, name) in triggers.iter().filter(wants) {
            sqlx::query(INSERT)
                .bind(format!("{}-{webhook}", execution.id))
                .bind(webhook)
                .bind(name)
                .bind(&execution.actor)
                .bind(&execution.id)
                .bind("")
                .bind(0_i64)
                .bind(execution.ended_at.unwrap_or(execution.created_at))
                .execute(&mut **tx)
                .await?;
            told = true;
        }
    }
    Ok(told)
}

fn read(row: &Row) -> Result<Delivery, Error> {
    let (payload, state, log): (String, String, String) =
        (row.try_get("payload")?, row.try_get("state")?, row.try_get("log")?);
    let state = DeliveryState::ALL.into_iter().find(|known| known.word() == state);
    let payload = (!payload.is_empty()).then(|| RawValue::from_string(payload));
    Ok(Delivery {
        id: row.try_get("id")?,
        webhook: row.try_get("webhook")?,
        name: row.try_get("name")?,
        actor: row.try_get("actor")?,
        execution: row.try_get("execution")?,
        payload: payload.transpose().map_err(|error| damaged("payload", error))?,
        kept: row.try_get::<i64, _>("kept")? != 0,
        state: state.ok_or_else(|| damaged("state", "unknown"))?,
        attempts: row.try_get("attempts")?,
        next_at: row.try_get("next_at")?,
        log: serde_json::from_str(&log).map_err(|error| damaged("log", error))?,
        created_at: row.try_get("created_at")?,
        ended_at: row.try_get("ended_at")?,
    })
}
