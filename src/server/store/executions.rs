//! The execution log.

use super::deliveries::tell_webhooks;
use super::queue::{accept, lost};
use super::{Claim, Retry, Row, Store, damaged};
use crate::database::Transaction;
use crate::server::Error;
use crate::server::executor::journal::{HttpCall, Said};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyPool, AssertSqlSafe, Row as _};

/// Rows of one statement. Only these numbers, so that there are few statements, each prepared once.
const ROWS_AT_ONCE: [usize; 4] = [64, 16, 4, 1];

/// How far an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// What began an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Zoho's REST shape.
    Rest,
    /// The engine's own API.
    Api,
    Console,
    Schedule,
    Webhook,
    Rerun,
}

/// One execution as it is logged, secrets masked.
#[derive(Debug, Clone, Serialize)]
pub struct Execution {
    pub id: String,
    /// The function's id.
    pub function: String,
    /// The function's name at the time.
    pub name: String,
    /// 0 for a draft.
    pub version: i64,
    pub cause: Cause,
    pub actor: String,
    /// Whose connections it uses; the engine's own where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acts_as: Option<String>,
    pub state: State,
    /// JSON object.
    pub arguments: Box<RawValue>,
    /// JSON of the returned value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Box<RawValue>>,
    /// JSON object: `kind`, `code`, `message`, `file`, `line`, `column`, `help`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<RawValue>>,
    pub lines: Vec<Said>,
    pub calls: Vec<HttpCall>,
    pub statements: i64,
    pub duration_us: i64,
    pub created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// When an attempt that waits may begin; read from the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<i64>,
    /// Absent where nobody said that it is tried again.
    #[serde(flatten)]
    pub retry: Option<Box<Retry>>,
    /// For `execution_tapes`; never read back with the rest.
    #[serde(skip)]
    pub tape: Option<String>,
    /// The arguments as they were, sealed, where the log shows them masked.
    #[serde(skip)]
    pub sealed: Option<String>,
    /// Whose it is to run, where it was accepted; never read back with the rest.
    #[serde(skip)]
    pub claim: Option<Claim>,
}

/// Which executions a list shows, newest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// A function's full name.
    pub function: Option<String>,
    pub state: Option<State>,
    /// Who began it: a key's name, `schedule NAME`, `webhook NAME`.
    pub actor: Option<String>,
    /// Only attempts that none follows any more.
    pub dead: bool,
    /// All attempts of this one and those that followed it.
    pub first_attempt: Option<String>,
    /// Words in lines, errors, arguments or outputs.
    pub search: Option<String>,
    /// Begun at or after this time, in milliseconds since the epoch.
    pub since: Option<i64>,
    /// Older than this execution: the next page.
    pub before: Option<String>,
    /// At most 200; 50 where absent.
    pub limit: Option<i64>,
}

impl State {
    pub const ALL: [State; 5] = [State::Queued, State::Running, State::Succeeded, State::Failed, State::Cancelled];

    pub fn word(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Running => "running",
            State::Succeeded => "succeeded",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
        }
    }

    /// Written out, since an index of one state serves only statements that name it.
    fn condition(self) -> String {
        format!("state = '{}'", self.word())
    }

    pub fn is_final(self) -> bool {
        matches!(self, State::Succeeded | State::Failed | State::Cancelled)
    }
}

impl Cause {
    pub const ALL: [Cause; 6] =
        [Cause::Rest, Cause::Api, Cause::Console, Cause::Schedule, Cause::Webhook, Cause::Rerun];

    pub fn word(self) -> &'static str {
        match self {
            Cause::Rest => "rest",
            Cause::Api => "api",
            Cause::Console => "console",
            Cause::Schedule => "schedule",
            Cause::Webhook => "webhook",
            Cause::Rerun => "rerun",
        }
    }
}

impl Store {
    /// Writes executions as they are now, new or changed, in one transaction; but none that was accepted and
    /// has been taken over by another node since. Says which those are.
    pub async fn write_executions(&self, executions: &[Execution]) -> Result<Vec<String>, Error> {
        let mut tx = self.begin().await?;
        let lost = lost(&mut tx, executions).await?;
        if lost.is_empty() {
            self.write_held(tx, executions).await?;
        } else {
            let held: Vec<_> = executions.iter().filter(|one| !lost.contains(&one.id)).cloned().collect();
            self.write_held(tx, &held).await?;
        }
        Ok(lost.into_iter().collect())
    }

    async fn write_held(&self, mut tx: Transaction, executions: &[Execution]) -> Result<(), Error> {
        let is_new = |one: &Execution| one.claim.as_ref().is_some_and(|claim| !claim.entered);
        for some in executions.chunk_by(|a, b| is_new(a) == is_new(b)) {
            if some.first().is_some_and(is_new) {
                accept(&mut tx, some, self.is_server()).await?;
                continue;
            }
            for some in batches(some) {
                upsert(some, self.is_server()).execute(&mut *tx).await?;
            }
        }
        let follows = |one: &Execution| Some(Execution::clone(one.retry.as_ref()?.follow_up.as_deref()?));
        let next: Vec<_> = executions.iter().filter_map(follows).collect();
        accept(&mut tx, &next, self.is_server()).await?;
        for execution in executions {
            if let Some(tape) = &execution.tape {
                sqlx::query(
                    "insert into execution_tapes (execution, tape) values ($1, $2) \
                     on conflict (execution) do update set tape = excluded.tape",
                )
                .bind(&execution.id)
                .bind(tape)
                .execute(&mut *tx)
                .await?;
            }
        }
        let told = tell_webhooks(&mut tx, executions).await?;
        tx.commit().await?;
        if told {
            self.new_delivery();
        }
        Ok(())
    }

    /// Executions that a filter lets pass, newest first, without lines and calls.
    pub async fn executions(&self, filter: &Filter) -> Result<Vec<Execution>, Error> {
        let (conditions, binds) = conditions(filter);
        let sql = format!(
            "select id, function, name, version, cause, actor, acts_as, state, arguments, output, error, null as lines, \
             null as calls, statements, duration_us, created_at, started_at, ended_at, sealed, attempt, first_attempt, \
             next_attempt, dead, {DUE_AT} from executions {conditions} order by id desc limit {}",
            filter.limit.unwrap_or(50).clamp(1, 200)
        );
        let query = binds.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, bind| query.bind(bind));
        query.fetch_all(self.pool()).await?.iter().map(read).collect()
    }

    pub async fn execution(&self, id: &str) -> Result<Option<Execution>, Error> {
        let sql = format!("select executions.*, {DUE_AT} from executions where id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.pool()).await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn tape(&self, id: &str) -> Result<Option<String>, Error> {
        let query = sqlx::query_scalar("select tape from execution_tapes where execution = $1").bind(id);
        Ok(query.fetch_optional(self.pool()).await?)
    }

    /// Removes ended executions that are older than a time. Says how many there were.
    pub async fn forget_executions(&self, before: i64) -> Result<u64, Error> {
        let first_kept = format!("{before:012x}");
        forget(self.pool(), "delete from execution_tapes where execution < $1", &first_kept).await?;
        let ended = "delete from executions where id < $1 and state in ('succeeded', 'failed', 'cancelled')";
        forget(self.pool(), ended, &first_kept).await
    }
}

async fn forget(pool: &AnyPool, statement: &'static str, first_kept: &str) -> Result<u64, Error> {
    Ok(sqlx::query(statement).bind(first_kept.to_owned()).execute(pool).await?.rows_affected())
}

/// The `where` of a filter, and what its placeholders stand for.
fn conditions(filter: &Filter) -> (String, Vec<String>) {
    let mut conditions: Vec<String> = filter.state.map(State::condition).into_iter().collect();
    conditions.extend(filter.dead.then(|| "dead = 1".to_owned()));
    let mut binds: Vec<String> = Vec::new();
    let mut add = |condition: &str, bind: String| {
        binds.push(bind);
        conditions.push(condition.replace("$n", &format!("${}", binds.len())));
    };
    if let Some(function) = &filter.function {
        add("name = $n", function.clone());
    }
    if let Some(actor) = &filter.actor {
        add("actor = $n", actor.clone());
    }
    if let Some(first) = &filter.first_attempt {
        let either = "(first_attempt = $n or id = $n)";
        add(either, first.clone());
    }
    if let Some(since) = filter.since {
        add("id >= $n", format!("{since:012x}"));
    }
    if let Some(before) = &filter.before {
        add("id < $n", before.clone());
    }
    if let Some(words) = filter.search.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let columns = ["name", "lines", "error", "arguments", "output", "calls"];
        let any: Vec<_> = columns.iter().map(|column| format!("lower({column}) like $n escape '!'")).collect();
        add(&format!("({})", any.join(" or ")), format!("%{}%", escape_like(&words.to_lowercase())));
    }
    match conditions.is_empty() {
        true => (String::new(), binds),
        false => (format!("where {}", conditions.join(" and ")), binds),
    }
}

/// When an execution that waits in the queue may begin.
const DUE_AT: &str =
    "(select q.due_at from execution_queue q where q.execution = executions.id and q.due_at > 0) as due_at";

const COLUMNS: [&str; 23] = [
    "id",
    "function",
    "name",
    "version",
    "cause",
    "actor",
    "acts_as",
    "state",
    "arguments",
    "output",
    "error",
    "lines",
    "calls",
    "statements",
    "duration_us",
    "created_at",
    "started_at",
    "ended_at",
    "sealed",
    "attempt",
    "first_attempt",
    "next_attempt",
    "dead",
];
/// What an execution can change.
const CHANGING: [&str; 14] = [
    "arguments",
    "sealed",
    "version",
    "state",
    "output",
    "error",
    "lines",
    "calls",
    "statements",
    "duration_us",
    "started_at",
    "ended_at",
    "next_attempt",
    "dead",
];

/// Writes executions as they are now, new or changed.
pub(super) fn upsert(executions: &[Execution], on_server: bool) -> Query<'static, Any, AnyArguments> {
    let changes: Vec<_> = CHANGING.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    insert(executions, &format!("do update set {}", changes.join(", ")), on_server)
}

/// Writes those that are not there, and gives their ids.
pub(super) fn insert_new(executions: &[Execution], on_server: bool) -> Query<'static, Any, AnyArguments> {
    insert(executions, "do nothing returning id", on_server)
}

/// Parts of rows, each as long as one statement takes.
pub(super) fn batches<T>(rows: &[T]) -> Vec<&[T]> {
    let mut rest = rows;
    let mut all = Vec::new();
    for size in ROWS_AT_ONCE {
        let some = rest.chunks_exact(size);
        rest = some.remainder();
        all.extend(some);
    }
    all
}

fn insert(executions: &[Execution], conflict: &str, on_server: bool) -> Query<'static, Any, AnyArguments> {
    let width = COLUMNS.len();
    // SQLite takes `$1` for a name, and looks each name of a statement up by walking through all of them.
    let mark = |number: usize| if on_server { format!("${number}") } else { "?".to_owned() };
    let row = |index: usize| {
        let marks: Vec<_> = (1..=width).map(|column| mark(index * width + column)).collect();
        format!("({})", marks.join(", "))
    };
    let rows: Vec<_> = (0..executions.len()).map(row).collect();
    let sql = format!(
        "insert into executions ({}) values {} on conflict (id) {conflict}",
        COLUMNS.join(", "),
        rows.join(", ")
    );
    executions.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, execution| {
        query
            .bind(execution.id.clone())
            .bind(execution.function.clone())
            .bind(execution.name.clone())
            .bind(execution.version)
            .bind(execution.cause.word())
            .bind(execution.actor.clone())
            .bind(execution.acts_as.clone())
            .bind(execution.state.word())
            .bind(execution.arguments.get().to_owned())
            .bind(execution.output.as_ref().map(|json| json.get().to_owned()))
            .bind(execution.error.as_ref().map(|json| json.get().to_owned()))
            .bind(as_json(&execution.lines))
            .bind(as_json(&execution.calls))
            .bind(execution.statements)
            .bind(execution.duration_us)
            .bind(execution.created_at)
            .bind(execution.started_at)
            .bind(execution.ended_at)
            .bind(execution.sealed.clone())
            .bind(execution.retry.as_ref().map(|retry| retry.attempt))
            .bind(execution.retry.as_ref().and_then(|retry| retry.first_attempt.clone()))
            .bind(execution.retry.as_ref().and_then(|retry| retry.next_attempt.clone()))
            .bind(execution.retry.as_ref().map_or(0, |retry| i64::from(retry.dead)))
    })
}

fn as_json<T: Serialize>(items: &[T]) -> Option<String> {
    // Numbers and texts always have a JSON form.
    (!items.is_empty()).then(|| serde_json::to_string(items).unwrap_or_default())
}

fn escape_like(words: &str) -> String {
    words.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn read(row: &Row) -> Result<Execution, Error> {
    let cause: String = row.try_get("cause")?;
    let state: String = row.try_get("state")?;
    let arguments: String = row.try_get("arguments")?;
    Ok(Execution {
        id: row.try_get("id")?,
        function: row.try_get("function")?,
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        cause: Cause::ALL.into_iter().find(|one| one.word() == cause).ok_or_else(|| damaged("cause", &cause))?,
        actor: row.try_get("actor")?,
        acts_as: row.try_get("acts_as")?,
        state: State::ALL.into_iter().find(|one| one.word() == state).ok_or_else(|| damaged("state", &state))?,
        arguments: RawValue::from_string(arguments).map_err(|error| damaged("arguments", error))?,
        output: raw(row, "output")?,
        error: raw(row, "error")?,
        lines: list(row, "lines")?,
        calls: list(row, "calls")?,
        statements: row.try_get("statements")?,
        duration_us: row.try_get("duration_us")?,
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        due_at: row.try_get("due_at")?,
        retry: retry(row)?.map(Box::new),
        tape: None,
        sealed: row.try_get("sealed")?,
        claim: None,
    })
}

fn retry(row: &Row) -> Result<Option<Retry>, Error> {
    let Some(attempt) = row.try_get("attempt")? else { return Ok(None) };
    Ok(Some(Retry {
        attempt,
        first_attempt: row.try_get("first_attempt")?,
        next_attempt: row.try_get("next_attempt")?,
        dead: row.try_get::<i64, _>("dead")? != 0,
        follow_up: None,
    }))
}

fn raw(row: &Row, column: &str) -> Result<Option<Box<RawValue>>, Error> {
    let text: Option<String> = row.try_get(column)?;
    text.map(RawValue::from_string).transpose().map_err(|error| damaged(column, error))
}

fn list<T: for<'a> Deserialize<'a>>(row: &Row, column: &str) -> Result<Vec<T>, Error> {
    let text: Option<String> = row.try_get(column)?;
    let read = |text: String| serde_json::from_str(&text).map_err(|error| damaged(column, error));
    text.map_or(Ok(Vec::new()), read)
}
