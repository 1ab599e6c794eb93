//! A database for many statements: an SQLite file on one machine, or a PostgreSQL server for several.
//!
//! Statements are written once, with `$1` for parameters and in the SQL that both speak; only the
//! tables are made by a migration for each. What is kept in them is for whoever opens one, who may
//! name the tables of the other kind nowhere.

mod crash;
mod place;

pub use crash::crash_point;
pub use place::Place;

use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::Migrator;
use sqlx::{Any, AnyPool, Executor};
use std::time::Duration;

/// A row of either kind.
pub type Row = AnyRow;
/// A change under way: undone unless committed.
pub type Transaction = sqlx::Transaction<'static, Any>;

/// The tables of one part of the program.
pub struct Schema {
    /// The table in which the database remembers what has been migrated.
    pub history: &'static str,
    pub sqlite: &'static Migrator,
    pub postgres: &'static Migrator,
    /// Settings of each connection to an SQLite file: `pragma secure_delete = on`.
    pub pragmas: &'static [&'static str],
    /// Run first by every change on a server, to lock a row; on a file SQLite's own lock does the
    /// same. Without it, changes on a server run side by side.
    pub write_lock: Option<&'static str>,
}

/// An open database. Cheap to share by reference; has a pool inside.
pub struct Database {
    pool: AnyPool,
    server: bool,
    write_lock: Option<&'static str>,
}

/// Connections to a server; a file has fewer, as it has one writer at a time anyway.
const MOST_ON_SERVER: u32 = 16;
const MOST_ON_FILE: u32 = 4;
/// How long a statement waits for a connection or a lock.
const PATIENCE: Duration = Duration::from_secs(10);

impl Database {
    /// Opens a database and brings its tables up to date.
    pub async fn open(place: &Place, schema: &'static Schema) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let (most, server) = match place {
            // Each connection to memory is a database of its own, so there is one, for good.
            Place::Memory => (1, false),
            Place::File(_) => (MOST_ON_FILE, false),
            Place::Server(_) => (MOST_ON_SERVER, true),
        };
        let mut options = AnyPoolOptions::new().max_connections(most).acquire_timeout(PATIENCE);
        if server {
            options = options.test_before_acquire(true);
        } else {
            options = options.idle_timeout(None).max_lifetime(None).after_connect(move |connection, _| {
                Box::pin(async move {
                    for pragma in schema.pragmas {
                        connection.execute(*pragma).await?;
                    }
                    Ok(())
                })
            });
        }
        let pool = options.connect(&place.url()?).await?;
        let known = if server { schema.postgres } else { schema.sqlite };
        let mut migrator = Migrator::with_migrations(known.iter().cloned().collect());
        migrator.dangerous_set_table_name(schema.history);
        migrator.run(&pool).await?;
        Ok(Database { pool, server, write_lock: schema.write_lock })
    }

    /// For statements that stand alone.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Whether other machines may use it too.
    pub fn is_server(&self) -> bool {
        self.server
    }

    /// Begins a change. Under a write lock changes run one after the other, so that what one reads
    /// stays true until it has written.
    pub async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        if !self.server {
            return self.pool.begin_with("begin immediate").await;
        }
        let mut tx = self.pool.begin().await?;
        if let Some(statement) = self.write_lock {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    /// Closes it; later statements fail.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
