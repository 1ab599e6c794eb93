//! The engine's database: rows in, rows out. One SQL for SQLite and PostgreSQL.

mod accounts;
mod audit;
mod deliveries;
mod executions;
mod functions;
mod incoming;
mod keys;
mod outgoing;
mod promises;
mod queue;
mod retries;
mod schedules;

pub use accounts::{AccountRow, ConsentRow, SessionRow};
pub use audit::AuditRow;
pub use deliveries::{Attempt, Delivery, DeliveryFilter, DeliveryState};
pub use executions::{Cause, Execution, Filter, State};
pub use functions::{FunctionRow, NewVersion, VersionRow};
pub use incoming::IncomingRow;
pub use keys::KeyRow;
pub use outgoing::OutgoingRow;
pub use promises::Promise;
pub use queue::{Claim, Fingerprint, Taken};
pub use retries::Retry;
pub use schedules::{RunKind, RunOutcome, ScheduleRow, ScheduleRun, ScheduleStep};

use super::Error;
use crate::connections::home;
use crate::database::{Database, Place, Row, Schema, Transaction};
use sqlx::AnyPool;
use sqlx::migrate::Migrator;
use std::sync::Arc;
use tokio::sync::Notify;

/// The same statements make the tables of both kinds.
static TABLES: Migrator = sqlx::migrate!("./migrations/server");
static SCHEMA: Schema = Schema {
    history: "_engine_migrations",
    sqlite: &TABLES,
    postgres: &TABLES,
    // What was accepted survives the loss of power, too; readers do not wait for the writer.
    pragmas: &[
        "pragma journal_mode = wal",
        "pragma synchronous = full",
        "pragma secure_delete = on",
        "pragma busy_timeout = 10000",
    ],
    write_lock: None,
};

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Arc<Database>,
    /// Told when there is something new to deliver.
    delivery: Arc<Notify>,
}

impl Store {
    /// Opens a database, making its file (0600) where it is missing.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn open(place: &Place) -> Result<Self, Error> {
        if let Place::File(path) = place {
            home::make_private_file(path).map_err(|error| Error::Store(error.to_string()))?;
        }
        let opened = Database::open(place, &SCHEMA).await;
        let database = opened.map_err(|error| Error::Store(format!("cannot open {place}: {error}")))?;
        Ok(Store { database: Arc::new(database), delivery: Arc::default() })
    }

    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Whether other nodes may use it too.
    pub fn is_server(&self) -> bool {
        self.database.is_server()
    }

    /// For statements that stand alone.
    fn pool(&self) -> &AnyPool {
        self.database.pool()
    }

    async fn begin(&self) -> Result<Transaction, Error> {
        Ok(self.database.begin().await?)
    }
}

/// A row that does not hold what it should.
fn damaged(what: &str, reason: impl std::fmt::Display) -> Error {
    Error::Store(format!("a row is damaged ({what}): {reason}"))
}
