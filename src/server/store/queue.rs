//! Accepted executions and the nodes that hold them.
//!
//! A node's lease is one row that it renews, however many executions it holds. An execution leaves the
//! queue in the transaction that records its end, and only by the node whose turn it is: a node
//! that was thought dead cannot record a second end.

use super::executions::{batches, insert_new};
use super::{Execution, Store};
use crate::database::Transaction;
use crate::server::Error;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::HashSet;
use std::sync::Arc;

/// How long a node's lease lasts, in milliseconds.
pub const LEASE: i64 = 10_000;

/// Whose turn it is to run an accepted execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub owner: Arc<str>,
    /// Grows each time it is taken over.
    pub turn: i64,
    /// It is in the queue already; otherwise writing the execution enters it.
    pub entered: bool,
}

impl Claim {
    /// The first turn of an execution that is being accepted.
    pub fn first(owner: Arc<str>) -> Self {
        Self { owner, turn: 1, entered: false }
    }

    /// For whoever looks when it is due.
    pub fn nobody() -> Self {
        Self { owner: "".into(), turn: 0, entered: false }
    }
}

/// An execution that was taken over.
#[derive(Debug)]
pub struct Taken {
    pub execution: String,
    pub claim: Claim,
    /// Somebody wants it to stop.
    pub cancelled: bool,
}

const TAKE: &str = "update execution_queue set owner = $1, attempt = attempt + 1 where";
const TAKEN: &str = "returning execution, attempt, cancelled";

impl Taken {
    fn by(owner: &Arc<str>, (execution, turn, cancelled): (String, i64, i64)) -> Self {
        let claim = Claim { owner: owner.clone(), turn, entered: true };
        Self { execution, claim, cancelled: cancelled != 0 }
    }
}

/// What changes when another node publishes, or makes or revokes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    pub functions: (i64, i64, i64),
    pub keys: (i64, i64),
}

impl Store {
    /// Takes part, or goes on to: the lease is as long as ever from now on.
    pub async fn renew_node(&self, id: &str) -> Result<(), Error> {
        let sql = format!(
            "insert into nodes (id, until) values ($1, {now} + {LEASE}) \
             on conflict (id) do update set until = excluded.until",
            now = self.clock()
        );
        sqlx::query(AssertSqlSafe(sql)).bind(id).execute(self.pool()).await?;
        Ok(())
    }

    /// What a node holds is free at once.
    pub async fn release_node(&self, id: &str) -> Result<(), Error> {
        sqlx::query("update nodes set until = 0 where id = $1").bind(id).execute(self.pool()).await?;
        Ok(())
    }

    /// A file has one engine: every other one has ended, however it did.
    pub async fn release_other_nodes(&self, id: &str) -> Result<(), Error> {
        sqlx::query("update nodes set until = 0 where id <> $1").bind(id).execute(self.pool()).await?;
        Ok(())
    }

    /// Forgets nodes that hold nothing any more.
    pub async fn forget_nodes(&self) -> Result<(), Error> {
        let sql = format!(
            "delete from nodes where id <> '' and until < {now} - 3600000 \
             and id not in (select owner from execution_queue)",
            now = self.clock()
        );
        sqlx::query(AssertSqlSafe(sql)).execute(self.pool()).await?;
        Ok(())
    }

    /// Takes over executions of nodes whose lease has ended, and those that wait for nobody and are due, each by
    /// one node only.
    pub async fn take_over(&self, owner: &Arc<str>, now: i64, most: i64) -> Result<Vec<Taken>, Error> {
        let lock = if self.is_server() { "for update skip locked" } else { "" };
        let sql = format!(
            "{TAKE} execution in (select execution from execution_queue where owner in \
             (select id from nodes where until <= {clock} and id <> $1) and due_at <= $2 \
             order by execution limit {most} {lock}) {TAKEN}",
            clock = self.clock()
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(owner.to_string()).bind(now);
        Ok(query.fetch_all(self.pool()).await?.into_iter().map(|row| Taken::by(owner, row)).collect())
    }

    /// Takes over one execution that no node runs, whether it is due or not.
    pub async fn take_idle(&self, owner: &Arc<str>, execution: &str) -> Result<Option<Taken>, Error> {
        let sql = format!(
            "{TAKE} execution = $2 and owner in (select id from nodes where until <= {clock} and id <> $1) {TAKEN}",
            clock = self.clock()
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(owner.to_string()).bind(execution.to_owned());
        Ok(query.fetch_optional(self.pool()).await?.map(|row| Taken::by(owner, row)))
    }

    /// Marks an accepted execution that is to stop. Says whether there is one.
    pub async fn mark_cancelled(&self, execution: &str) -> Result<bool, Error> {
        let query = sqlx::query("update execution_queue set cancelled = 1 where execution = $1").bind(execution);
        Ok(query.execute(self.pool()).await?.rows_affected() > 0)
    }

    /// What a node holds and is to stop.
    pub async fn cancelled_of(&self, owner: &str) -> Result<Vec<String>, Error> {
        let query = sqlx::query_scalar("select execution from execution_queue where owner = $1 and cancelled = 1");
        Ok(query.bind(owner).fetch_all(self.pool()).await?)
    }

    /// Leaves an execution to whoever looks next.
    pub async fn give_back(&self, execution: &str, claim: &Claim) -> Result<(), Error> {
        sqlx::query("update execution_queue set owner = '' where execution = $1 and owner = $2 and attempt = $3")
            .bind(execution)
            .bind(claim.owner.to_string())
            .bind(claim.turn)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// What is published and which keys there are, in numbers.
    pub async fn fingerprint(&self) -> Result<Fingerprint, Error> {
        let found: (i64, i64, i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from functions), \
             (select cast(coalesce(sum(version), 0) as bigint) from functions), \
             (select coalesce(max(created_at), 0) from function_versions), \
             (select count(*) from api_keys), (select count(revoked_at) from api_keys)",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(Fingerprint { functions: (found.0, found.1, found.2), keys: (found.3, found.4) })
    }

    /// The time by a clock that all nodes share.
    fn clock(&self) -> &'static str {
        if self.is_server() {
            "(extract(epoch from clock_timestamp()) * 1000)::bigint"
        } else {
            "(cast(strftime('%s', 'now') as integer) * 1000)"
        }
    }
}

/// Writes executions that are accepted, and enters them; one that is there already stays as it is.
pub(super) async fn accept(tx: &mut Transaction, executions: &[Execution], on_server: bool) -> Result<(), Error> {
    let mut new: HashSet<String> = HashSet::new();
    for some in batches(executions) {
        for row in insert_new(some, on_server).fetch_all(&mut **tx).await? {
            new.insert(row.try_get(0)?);
        }
    }
    let entering = executions.iter().filter(|one| new.contains(&one.id));
    for (execution, claim) in entering.filter_map(|one| Some((one, one.claim.as_ref()?))) {
        sqlx::query(
            "insert into execution_queue (execution, owner, attempt, due_at) values ($1, $2, $3, $4) \
             on conflict (execution) do nothing",
        )
        .bind(&execution.id)
        .bind(claim.owner.to_string())
        .bind(claim.turn)
        .bind(execution.due_at.unwrap_or(0))
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Which of these states were not for their node to write any more. Those that end leave the queue.
pub(super) async fn lost(tx: &mut Transaction, executions: &[Execution]) -> Result<HashSet<String>, Error> {
    let held = |one: &&Execution| one.claim.as_ref().is_some_and(|claim| claim.entered);
    let (ended, queued): (Vec<_>, Vec<_>) = executions.iter().filter(held).partition(|one| one.state.is_final());
    let mut lost: HashSet<String> = ended.iter().chain(&queued).map(|one| one.id.clone()).collect();
    for (some, sql) in [(&ended, "delete from execution_queue"), (&queued, "select execution from execution_queue")] {
        let returning = if sql.starts_with("delete") { "returning execution" } else { "" };
        for some in batches(some) {
            let one = |index: usize| {
                let at = index * 3;
                format!("(execution = ${} and owner = ${} and attempt = ${})", at + 1, at + 2, at + 3)
            };
            let any: Vec<_> = (0..some.len()).map(one).collect();
            let sql = format!("{sql} where {} {returning}", any.join(" or "));
            let query = some.iter().fold(sqlx::query_scalar(AssertSqlSafe(sql)), |query, execution| {
                let (owner, turn) = execution.claim.as_ref().map_or(("", 0), |claim| (&*claim.owner, claim.turn));
                query.bind(execution.id.clone()).bind(owner.to_owned()).bind(turn)
            });
            let mine: Vec<String> = query.fetch_all(&mut **tx).await?;
            mine.iter().for_each(|id| _ = lost.remove(id));
        }
    }
    Ok(lost)
}
