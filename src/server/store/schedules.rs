//! Schedules, and what became of the times they were due.

use super::queue::accept;
use super::{Execution, Row, Store, damaged};
use crate::server::Error;
use crate::server::schedules::ScheduleWish;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

/// What is kept of a schedule.
#[derive(Debug, Clone)]
pub struct ScheduleRow {
    pub id: String,
    /// With secrets among its arguments masked.
    pub wish: ScheduleWish,
    /// The arguments as they are lie in the vault.
    pub kept: bool,
    pub next_at: Option<i64>,
    pub runs: i64,
    pub revision: i64,
    /// SHA-256 of the project's entry that was applied last.
    pub declared: Option<String>,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

/// Why a schedule ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    Due,
    /// Somebody wanted it at once.
    Asked,
}

/// What became of a due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// An execution was begun.
    Begun,
    /// It passed while no engine was there.
    Missed,
    /// No execution could be begun.
    Refused,
}

/// One time of a schedule.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduleRun {
    /// Milliseconds since the epoch.
    pub at: i64,
    pub kind: RunKind,
    pub outcome: RunOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub recorded_at: i64,
}

/// A step of a schedule: from the time it was due at to the next.
pub struct ScheduleStep<'a> {
    pub row: &'a ScheduleRow,
    pub next_at: Option<i64>,
    pub runs: &'a [ScheduleRun],
    pub executions: &'a [Execution],
}

impl RunKind {
    const ALL: [(RunKind, &'static str); 2] = [(RunKind::Due, "due"), (RunKind::Asked, "asked")];

    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

impl RunOutcome {
    const ALL: [(RunOutcome, &'static str); 3] =
        [(RunOutcome::Begun, "begun"), (RunOutcome::Missed, "missed"), (RunOutcome::Refused, "refused")];

    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

impl Store {
    /// All schedules, by name.
    pub async fn schedules(&self) -> Result<Vec<ScheduleRow>, Error> {
        let rows = sqlx::query("select * from schedules order by name_key").fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    /// A schedule by its id or its name in any case.
    pub async fn schedule(&self, id_or_name: &str) -> Result<Option<ScheduleRow>, Error> {
        let query = sqlx::query("select * from schedules where id = $1 or name_key = $2");
        let query = query.bind(id_or_name).bind(id_or_name.to_lowercase());
        query.fetch_optional(self.pool()).await?.as_ref().map(read).transpose()
    }

    /// Schedules that are due, the longest first.
    pub async fn due_schedules(&self, now: i64) -> Result<Vec<ScheduleRow>, Error> {
        let query = sqlx::query("select * from schedules where next_at <= $1 order by next_at limit 100").bind(now);
        query.fetch_all(self.pool()).await?.iter().map(read).collect()
    }

    /// When the first schedule is due.
    pub async fn next_schedule_at(&self) -> Result<Option<i64>, Error> {
        Ok(sqlx::query_scalar("select min(next_at) from schedules").fetch_one(self.pool()).await?)
    }

    /// Keeps a new schedule. Says whether its name was free.
    pub async fn insert_schedule(&self, row: &ScheduleRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "insert into schedules (id, name, name_key, wish, kept, next_at, runs, revision, declared, created_at, \
             created_by, updated_at, updated_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             on conflict (name_key) do nothing",
        )
        .bind(&row.id)
        .bind(&row.wish.name)
        .bind(row.wish.name.to_lowercase())
        .bind(written(&row.wish)?)
        .bind(i64::from(row.kept))
        .bind(row.next_at)
        .bind(row.runs)
        .bind(row.revision)
        .bind(&row.declared)
        .bind(row.created_at)
        .bind(&row.created_by)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Writes a changed schedule. Says whether nobody else has changed it since it was read.
    pub async fn update_schedule(&self, row: &ScheduleRow) -> Result<bool, Error> {
        let done = sqlx::query(
            "update schedules set name = $1, name_key = $2, wish = $3, kept = $4, next_at = $5, declared = $6, \
             updated_at = $7, updated_by = $8, revision = revision + 1 where id = $9 and revision = $10",
        )
        .bind(&row.wish.name)
        .bind(row.wish.name.to_lowercase())
        .bind(written(&row.wish)?)
        .bind(i64::from(row.kept))
        .bind(row.next_at)
        .bind(&row.declared)
        .bind(row.updated_at)
        .bind(&row.updated_by)
        .bind(&row.id)
        .bind(row.revision)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes a schedule with its history; its executions stay.
    pub async fn delete_schedule(&self, id: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from schedule_runs where schedule = $1").bind(id).execute(&mut *tx).await?;
        sqlx::query("delete from schedules where id = $1").bind(id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a step of a schedule: what was due is entered, its executions are accepted, the next time is
    /// set, all of it or nothing. Gives the executions that are to run here; none where another engine was
    /// first, and none for a time that was entered before.
    pub async fn step_schedule(&self, step: &ScheduleStep<'_>) -> Result<Vec<Execution>, Error> {
        let mut tx = self.begin().await?;
        let query = sqlx::query("update schedules set next_at = $1 where id = $2 and next_at = $3 and revision = $4");
        let query = query.bind(step.next_at).bind(&step.row.id).bind(step.row.next_at).bind(step.row.revision);
        if query.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(Vec::new());
        }
        let mut begun = Vec::new();
        for run in step.runs {
            let is_new = enter(&mut tx, &step.row.id, run).await?;
            let execution = step.executions.iter().find(|one| Some(&one.id) == run.execution.as_ref());
            begun.extend(execution.filter(|_| is_new).cloned());
        }
        if !begun.is_empty() {
            let query = sqlx::query("update schedules set runs = runs + $1 where id = $2");
            let count = i64::try_from(begun.len()).unwrap_or(i64::MAX);
            query.bind(count).bind(&step.row.id).execute(&mut *tx).await?;
            accept(&mut tx, &begun, self.is_server()).await?;
        }
        tx.commit().await?;
        Ok(begun)
    }

    /// Enters a run that was asked for, with its execution.
    pub async fn add_schedule_run(&self, id: &str, run: &ScheduleRun, execution: &Execution) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        enter(&mut tx, id, run).await?;
        accept(&mut tx, std::slice::from_ref(execution), self.is_server()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What became of a schedule's times, the latest first.
    pub async fn schedule_runs(&self, id: &str, most: i64) -> Result<Vec<ScheduleRun>, Error> {
        let query = sqlx::query("select * from schedule_runs where schedule = $1 order by at desc, kind limit $2");
        query.bind(id).bind(most).fetch_all(self.pool()).await?.iter().map(read_run).collect()
    }

    /// Forgets times of schedules before a given one.
    pub async fn forget_schedule_runs(&self, before: i64) -> Result<(), Error> {
        sqlx::query("delete from schedule_runs where recorded_at < $1").bind(before).execute(self.pool()).await?;
        Ok(())
    }
}

/// Says whether the time had not been entered before.
async fn enter(tx: &mut crate::database::Transaction, id: &str, run: &ScheduleRun) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into schedule_runs (schedule, at, kind, outcome, execution, note, recorded_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (schedule, at, kind) do nothing",
    )
    .bind(id)
    .bind(run.at)
    .bind(run.kind.word())
    .bind(run.outcome.word())
    .bind(&run.execution)
    .bind(&run.note)
    .bind(run.recorded_at)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn written(wish: &ScheduleWish) -> Result<String, Error> {
    serde_json::to_string(wish).map_err(|error| Error::Store(error.to_string()))
}

fn read(row: &Row) -> Result<ScheduleRow, Error> {
    let wish: String = row.try_get("wish")?;
    Ok(ScheduleRow {
        id: row.try_get("id")?,
        wish: serde_json::from_str(&wish).map_err(|error| damaged("schedule", error))?,
        kept: row.try_get::<i64, _>("kept")? != 0,
        next_at: row.try_get("next_at")?,
        runs: row.try_get("runs")?,
        revision: row.try_get("revision")?,
        declared: row.try_get("declared")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}

fn read_run(row: &Row) -> Result<ScheduleRun, Error> {
    let (kind, outcome): (String, String) = (row.try_get("kind")?, row.try_get("outcome")?);
    let kind = RunKind::ALL.iter().find(|(_, word)| *word == kind).map(|(kind, _)| *kind);
    let outcome = RunOutcome::ALL.iter().find(|(_, word)| *word == outcome).map(|(outcome, _)| *outcome);
    Ok(ScheduleRun {
        at: row.try_get("at")?,
        kind: kind.ok_or_else(|| damaged("kind", "unknown"))?,
        outcome: outcome.ok_or_else(|| damaged("outcome", "unknown"))?,
        execution: row.try_get("execution")?,
        note: row.try_get("note")?,
        recorded_at: row.try_get("recorded_at")?,
    })
}
