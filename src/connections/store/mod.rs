//! The registry's database: rows in, rows out. Knows nothing of what the sealed records hold.
//!
//! A change to a connection and to its sealed credential is one transaction, and is refused where
//! someone else changed the row since it was read.

mod lease;
mod people;
mod sealed;
mod services;

use super::connection::{Connection, State};
use super::service::Budget;
use super::template::Values;
use super::vault::Sealed;
use super::{Error, home};
use crate::database::{self, Database, Place, Schema, Transaction, crash_point};
use sealed::{put_secret, shred};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::migrate::Migrator;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");
static SCHEMA: Schema = Schema {
    history: "_sqlx_migrations",
    sqlite: &SQLITE,
    postgres: &POSTGRES,
    // One file at rest, with no log beside it that a copy could miss; deleted rows are overwritten.
    pragmas: &[
        "pragma journal_mode = delete",
        "pragma synchronous = full",
        "pragma secure_delete = on",
        "pragma busy_timeout = 10000",
    ],
    write_lock: Some("update changes set number = number + 1 where one = 1"),
};

/// An open registry.
pub struct Store {
    database: Database,
    /// The file, where it is one: its last change shows other processes' writes.
    file: Option<PathBuf>,
    /// Grows after each write of this process.
    writes: AtomicU64,
}

/// What a change does to the sealed credential.
pub enum SecretChange<'a> {
    Keep,
    Set(&'a Sealed),
    /// Overwritten and removed.
    Forget,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditLine {
    pub at: i64,
    pub actor: String,
    pub link_name: String,
    pub event: String,
    pub reason: Option<String>,
}

/// The part of a connection that is kept as JSON.
#[derive(Serialize, Deserialize)]
struct Details {
    scopes: Vec<String>,
    params: Values,
    hosts: Vec<String>,
    dc: Option<String>,
    grant: Option<String>,
    login_user: bool,
    owner: String,
    reason: Option<String>,
    #[serde(default)]
    failures: u32,
    #[serde(default)]
    rate: Option<Budget>,
}

impl Store {
    /// Opens a registry, making its file (0600) where it is missing.
    pub async fn open(place: &Place) -> Result<Self, Error> {
        let file = match place {
            Place::File(path) => Some(path.clone()),
            Place::Memory | Place::Server(_) => None,
        };
        if let Some(path) = &file {
            home::make_private_file(path)?;
        }
        let database = Database::open(place, &SCHEMA).await.map_err(|error| cannot_open(place, &error))?;
        Ok(Store { database, file, writes: AtomicU64::new(0) })
    }

    /// Whether other machines may use it too.
    pub fn is_server(&self) -> bool {
        self.database.is_server()
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// How many changes a server has seen; none on a file, whose own time of change tells.
    pub async fn changes(&self) -> Result<Option<i64>, Error> {
        if !self.is_server() {
            return Ok(None);
        }
        Ok(Some(sqlx::query_scalar("select number from changes").fetch_one(self.pool()).await?))
    }

    /// Closes it; later calls fail.
    pub async fn close(&self) {
        self.database.close().await;
    }

    fn pool(&self) -> &sqlx::AnyPool {
        self.database.pool()
    }

    pub async fn connections(&self) -> Result<Vec<Connection>, Error> {
        let rows = sqlx::query("select * from connections order by link_name").fetch_all(self.pool()).await?;
        rows.iter().map(read_connection).collect()
    }

    pub async fn connection(&self, link: &str) -> Result<Option<Connection>, Error> {
        let query = sqlx::query("select * from connections where link_name = $1").bind(link);
        query.fetch_optional(self.pool()).await?.as_ref().map(read_connection).transpose()
    }

    pub async fn insert(&self, connection: &Connection, sealed: Option<&Sealed>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into connections (link_name, name, service, state, details, expires_at, lifetime, retry_at, \
             revision, created_at, updated_at, id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&connection.link_name)
        .bind(&connection.name)
        .bind(&connection.service)
        .bind(connection.state.word())
        .bind(details_of(connection))
        .bind(connection.expires_at)
        .bind(connection.lifetime)
        .bind(connection.retry_at)
        .bind(connection.revision)
        .bind(connection.created_at)
        .bind(connection.updated_at)
        .bind(&connection.id)
        .execute(&mut *tx)
        .await
        .map_err(|error| taken(error, &connection.link_name))?;
        if let Some(sealed) = sealed {
            put_secret(&mut tx, &connection.id, sealed).await?;
        }
        self.commit(tx).await?;
        Ok(())
    }

    /// Writes a connection as changed from the revision it was read at; `false` if it was changed since.
    pub async fn update(&self, connection: &Connection, secret: SecretChange<'_>) -> Result<bool, Error> {
        if connection.user.is_some() {
            return self.update_sign_in(connection, secret).await;
        }
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "update connections set name = $1, state = $2, details = $3, expires_at = $4, lifetime = $5, retry_at = $6, \
             updated_at = $7, revision = revision + 1 where id = $8 and revision = $9",
        )
        .bind(&connection.name)
        .bind(connection.state.word())
        .bind(details_of(connection))
        .bind(connection.expires_at)
        .bind(connection.lifetime)
        .bind(connection.retry_at)
        .bind(connection.updated_at)
        .bind(&connection.id)
        .bind(connection.revision)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        crash_point();
        match secret {
            SecretChange::Keep => {}
            SecretChange::Set(sealed) => put_secret(&mut tx, &connection.id, sealed).await?,
            SecretChange::Forget => shred(&mut tx, &connection.id).await?,
        }
        self.commit(tx).await?;
        Ok(true)
    }

    pub async fn delete(&self, connection: &Connection) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        shred(&mut tx, &connection.id).await?;
        sqlx::query("delete from secrets where record in (select id from sign_ins where connection = $1)")
            .bind(&connection.id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from sign_ins where connection = $1").bind(&connection.id).execute(&mut *tx).await?;
        sqlx::query("delete from connections where id = $1").bind(&connection.id).execute(&mut *tx).await?;
        self.commit(tx).await?;
        Ok(())
    }

    pub async fn log(&self, line: &AuditLine) -> Result<(), Error> {
        crash_point();
        sqlx::query("insert into audit (at, actor, link_name, event, reason) values ($1, $2, $3, $4, $5)")
            .bind(line.at)
            .bind(&line.actor)
            .bind(&line.link_name)
            .bind(&line.event)
            .bind(&line.reason)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// The latest events of one name or of all, newest first.
    pub async fn history(&self, link: Option<&str>, most: u32) -> Result<Vec<AuditLine>, Error> {
        let query = match link {
            Some(link) => sqlx::query("select * from audit where link_name = $2 order by at desc, id desc limit $1")
                .bind(i64::from(most))
                .bind(link),
            None => sqlx::query("select * from audit order by at desc, id desc limit $1").bind(i64::from(most)),
        };
        query.fetch_all(self.pool()).await?.iter().map(read_audit).collect()
    }

    /// The latest lines of three kinds of event, newest first.
    pub async fn history_of(&self, events: [&str; 3], most: u32) -> Result<Vec<AuditLine>, Error> {
        let query = sqlx::query("select * from audit where event in ($1, $2, $3) order by at desc, id desc limit $4");
        let query = events.into_iter().fold(query, |query, event| query.bind(event.to_owned()));
        query.bind(i64::from(most)).fetch_all(self.pool()).await?.iter().map(read_audit).collect()
    }

    /// Times of an event since a given time, oldest first.
    pub async fn times_of(&self, link: &str, event: &str, since: i64) -> Result<Vec<i64>, Error> {
        let query =
            sqlx::query_scalar("select at from audit where link_name = $1 and event = $2 and at > $3 order by at");
        Ok(query.bind(link).bind(event).bind(since).fetch_all(self.pool()).await?)
    }

    /// How often this process has written.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    /// Counted after the write is done: whoever read before it sees a smaller count.
    fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }

    async fn commit(&self, tx: Transaction) -> Result<(), Error> {
        crash_point();
        tx.commit().await?;
        crash_point();
        self.wrote();
        Ok(())
    }

    async fn begin(&self) -> Result<Transaction, Error> {
        Ok(self.database.begin().await?)
    }
}

fn read_connection(row: &database::Row) -> Result<Connection, Error> {
    let state: String = row.try_get("state")?;
    let state = State::parse(&state).ok_or_else(|| damaged("state", &state))?;
    let text: String = row.try_get("details")?;
    let details: Details = serde_json::from_str(&text).map_err(|error| damaged("details", &error.to_string()))?;
    Ok(Connection {
        id: row.try_get("id")?,
        link_name: row.try_get("link_name")?,
        name: row.try_get("name")?,
        service: row.try_get("service")?,
        state,
        scopes: details.scopes,
        params: details.params,
        hosts: details.hosts,
        dc: details.dc,
        grant: details.grant,
        login_user: details.login_user,
        owner: details.owner,
        expires_at: row.try_get("expires_at")?,
        lifetime: row.try_get("lifetime")?,
        reason: details.reason,
        retry_at: row.try_get("retry_at")?,
        failures: details.failures,
        rate: details.rate,
        revision: row.try_get("revision")?,
        base: row.try_get("id")?,
        user: None,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

fn details_of(connection: &Connection) -> String {
    let details = Details {
        scopes: connection.scopes.clone(),
        params: connection.params.clone(),
        hosts: connection.hosts.clone(),
        dc: connection.dc.clone(),
        grant: connection.grant.clone(),
        login_user: connection.login_user,
        owner: connection.owner.clone(),
        reason: connection.reason.clone(),
        failures: connection.failures,
        rate: connection.rate,
    };
    serde_json::to_string(&details).expect("details are lists and texts")
}

fn read_audit(row: &database::Row) -> Result<AuditLine, Error> {
    Ok(AuditLine {
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        link_name: row.try_get("link_name")?,
        event: row.try_get("event")?,
        reason: row.try_get("reason")?,
    })
}

fn cannot_open(place: &Place, error: &sqlx::Error) -> Error {
    Error::Store(format!("{place} does not open: {error}"))
}

fn damaged(what: &str, reason: &str) -> Error {
    Error::Store(format!("a row of the registry is damaged ({what}): {reason}"))
}

fn taken(error: sqlx::Error, link: &str) -> Error {
    let is_unique = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
    if is_unique {
        Error::usage_help(format!("the link name `{link}` is taken"), "choose another with --link-name")
    } else {
        error.into()
    }
}
