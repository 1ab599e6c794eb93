//! The registry's SQLite file: rows in, rows out. Knows nothing of what the sealed records hold.
//!
//! A change to a connection and to its sealed credential is one transaction, and is refused where
//! someone else changed the row since it was read.

mod people;

use super::connection::{Connection, State};
use super::service::Service;
use super::template::Values;
use super::vault::{KeyRow, Sealed};
use super::{Error, home};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, Transaction};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// An open registry file.
pub struct Store {
    pool: SqlitePool,
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
}

impl Store {
    /// Opens the file, making it (0600) where it is missing.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        home::make_private_file(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            // One file at rest: no log beside it that a copy could miss.
            .journal_mode(SqliteJournalMode::Delete)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "on")
            .busy_timeout(Duration::from_secs(10));
        Self::connect(options, 4).await
    }

    /// A store that ends with the process.
    pub async fn in_memory() -> Result<Self, Error> {
        // Each connection to `:memory:` is a database of its own, so there is one, for good.
        Self::connect(SqliteConnectOptions::new().in_memory(true), 1).await
    }

    async fn connect(options: SqliteConnectOptions, most: u32) -> Result<Self, Error> {
        let pool = SqlitePoolOptions::new()
            .max_connections(most)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&pool).await.map_err(|error| Error::Store(error.to_string()))?;
        Ok(Store { pool, writes: AtomicU64::new(0) })
    }

    /// Closes the file; later calls fail.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub async fn connections(&self) -> Result<Vec<Connection>, Error> {
        let rows = sqlx::query("select * from connections order by link_name").fetch_all(&self.pool).await?;
        rows.iter().map(read_connection).collect()
    }

    pub async fn connection(&self, link: &str) -> Result<Option<Connection>, Error> {
        let query = sqlx::query("select * from connections where link_name = ?").bind(link);
        query.fetch_optional(&self.pool).await?.as_ref().map(read_connection).transpose()
    }

    pub async fn insert(&self, connection: &Connection, sealed: Option<&Sealed>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into connections (link_name, name, service, state, details, expires_at, lifetime, retry_at, \
             revision, created_at, updated_at, id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            "update connections set name = ?, state = ?, details = ?, expires_at = ?, lifetime = ?, retry_at = ?, \
             updated_at = ?, revision = revision + 1 where id = ? and revision = ?",
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
        sqlx::query("delete from secrets where record in (select id from sign_ins where connection = ?)")
            .bind(&connection.id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from sign_ins where connection = ?").bind(&connection.id).execute(&mut *tx).await?;
        sqlx::query("delete from connections where id = ?").bind(&connection.id).execute(&mut *tx).await?;
        self.commit(tx).await?;
        Ok(())
    }

    /// The sealed record of a connection or a custom service.
    pub async fn secret(&self, record: &str) -> Result<Option<Sealed>, Error> {
        let query = sqlx::query("select * from secrets where record = ?").bind(record);
        Ok(query.fetch_optional(&self.pool).await?.as_ref().map(read_sealed).transpose()?)
    }

    /// All sealed records, by record.
    pub async fn secrets(&self) -> Result<Vec<(String, Sealed)>, Error> {
        let rows = sqlx::query("select * from secrets order by record").fetch_all(&self.pool).await?;
        let read = |row: &SqliteRow| -> Result<_, Error> { Ok((row.try_get("record")?, read_sealed(row)?)) };
        rows.iter().map(read).collect()
    }

    /// Replaces the vault's header and every sealed record in one transaction. Says how many there were.
    pub async fn rekey(
        &self,
        row: &KeyRow,
        old_key: &str,
        reseal: impl Fn(&str, &Sealed) -> Result<Sealed, Error>,
    ) -> Result<usize, Error> {
        let mut tx = self.begin().await?;
        let now: Option<String> = sqlx::query_scalar("select key_id from vault").fetch_optional(&mut *tx).await?;
        if now.is_some_and(|now| now != old_key) {
            return Err(Error::vault("the vault's key was changed by another process", "run the command again"));
        }
        put_key_row(&mut tx, row).await?;
        let rows = sqlx::query("select * from secrets").fetch_all(&mut *tx).await?;
        for sealed in &rows {
            let record: String = sealed.try_get("record")?;
            put_secret(&mut tx, &record, &reseal(&record, &read_sealed(sealed)?)?).await?;
        }
        self.commit(tx).await?;
        Ok(rows.len())
    }

    pub async fn key_row(&self) -> Result<Option<KeyRow>, Error> {
        let row = sqlx::query("select key_id, source from vault").fetch_optional(&self.pool).await?;
        row.as_ref().map(read_key_row).transpose()
    }

    /// Records the header of a new vault, unless another process was first: then that one's is returned.
    pub async fn claim_vault(&self, row: &KeyRow) -> Result<KeyRow, Error> {
        let mut tx = self.begin().await?;
        let there = sqlx::query("select key_id, source from vault").fetch_optional(&mut *tx).await?;
        if let Some(there) = there {
            return read_key_row(&there);
        }
        put_key_row(&mut tx, row).await?;
        self.commit(tx).await?;
        Ok(row.clone())
    }

    pub async fn services(&self) -> Result<Vec<Service>, Error> {
        let rows = sqlx::query("select definition from services order by link_name").fetch_all(&self.pool).await?;
        rows.iter().map(read_service).collect()
    }

    pub async fn service(&self, link: &str) -> Result<Option<Service>, Error> {
        let query = sqlx::query("select definition from services where link_name = ?").bind(link);
        query.fetch_optional(&self.pool).await?.as_ref().map(read_service).transpose()
    }

    pub async fn insert_service(&self, service: &Service, owner: &str, now: i64) -> Result<(), Error> {
        sqlx::query(
            "insert into services (link_name, name, definition, owner, created_at, updated_at) values (?, ?, ?, ?, ?, ?)",
        )
        .bind(&service.link_name)
        .bind(&service.name)
        .bind(serde_json::to_string(service).map_err(|error| Error::Store(error.to_string()))?)
        .bind(owner)
        .bind(now)
        .bind(now)
        .execute(&self.pool)
        .await
        .map_err(|error| taken(error, &service.link_name))?;
        self.wrote();
        Ok(())
    }

    pub async fn update_service(&self, service: &Service, now: i64) -> Result<(), Error> {
        sqlx::query("update services set name = ?, definition = ?, updated_at = ? where link_name = ?")
            .bind(&service.name)
            .bind(serde_json::to_string(service).map_err(|error| Error::Store(error.to_string()))?)
            .bind(now)
            .bind(&service.link_name)
            .execute(&self.pool)
            .await?;
        self.wrote();
        Ok(())
    }

    pub async fn delete_service(&self, link: &str) -> Result<(), Error> {
        sqlx::query("delete from services where link_name = ?").bind(link).execute(&self.pool).await?;
        self.wrote();
        Ok(())
    }

    pub async fn log(&self, line: &AuditLine) -> Result<(), Error> {
        sqlx::query("insert into audit (at, actor, link_name, event, reason) values (?, ?, ?, ?, ?)")
            .bind(line.at)
            .bind(&line.actor)
            .bind(&line.link_name)
            .bind(&line.event)
            .bind(&line.reason)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The latest events of a connection, newest first.
    pub async fn history(&self, link: &str, most: u32) -> Result<Vec<AuditLine>, Error> {
        let query = sqlx::query("select * from audit where link_name = ? order by at desc, rowid desc limit ?");
        let rows = query.bind(link).bind(most).fetch_all(&self.pool).await?;
        rows.iter().map(read_audit).collect()
    }

    /// Times of an event since a given time, oldest first.
    pub async fn times_of(&self, link: &str, event: &str, since: i64) -> Result<Vec<i64>, Error> {
        let query = sqlx::query_scalar("select at from audit where link_name = ? and event = ? and at > ? order by at");
        Ok(query.bind(link).bind(event).bind(since).fetch_all(&self.pool).await?)
    }

    /// How often this process has written.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    /// Counted after the write is done: whoever read before it sees a smaller count.
    fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }

    async fn commit(&self, tx: Transaction<'_, Sqlite>) -> Result<(), Error> {
        tx.commit().await?;
        self.wrote();
        Ok(())
    }

    /// Takes the write lock at once, so that two changes wait for each other instead of failing.
    async fn begin(&self) -> Result<Transaction<'_, Sqlite>, Error> {
        Ok(self.pool.begin_with("begin immediate").await?)
    }
}

const FIELD: &str = "credential";

async fn put_secret(tx: &mut Transaction<'_, Sqlite>, record: &str, sealed: &Sealed) -> Result<(), Error> {
    let key_id: Option<String> = sqlx::query_scalar("select key_id from vault").fetch_optional(&mut **tx).await?;
    if key_id.is_some_and(|key_id| key_id != sealed.key_id) {
        return Err(Error::vault("the vault's key was changed by another process", "run the command again"));
    }
    sqlx::query(
        "insert into secrets (record, field, schema, key_id, nonce, sealed) values (?, ?, ?, ?, ?, ?) \
         on conflict (record, field) do update set schema = excluded.schema, key_id = excluded.key_id, \
         nonce = excluded.nonce, sealed = excluded.sealed",
    )
    .bind(record)
    .bind(FIELD)
    .bind(sealed.schema)
    .bind(&sealed.key_id)
    .bind(&sealed.nonce)
    .bind(&sealed.bytes)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Removes the sealed records of a connection; `secure_delete` overwrites their pages.
async fn shred(tx: &mut Transaction<'_, Sqlite>, record: &str) -> Result<(), Error> {
    sqlx::query("delete from secrets where record = ?").bind(record).execute(&mut **tx).await?;
    Ok(())
}

async fn put_key_row(tx: &mut Transaction<'_, Sqlite>, row: &KeyRow) -> Result<(), Error> {
    let source = serde_json::to_string(&row.source).map_err(|error| Error::Store(error.to_string()))?;
    sqlx::query("insert or replace into vault (one, key_id, source) values (1, ?, ?)")
        .bind(&row.key_id)
        .bind(source)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read_connection(row: &SqliteRow) -> Result<Connection, Error> {
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
    };
    serde_json::to_string(&details).expect("details are lists and texts")
}

fn read_sealed(row: &SqliteRow) -> Result<Sealed, sqlx::Error> {
    Ok(Sealed {
        schema: row.try_get("schema")?,
        key_id: row.try_get("key_id")?,
        nonce: row.try_get("nonce")?,
        bytes: row.try_get("sealed")?,
    })
}

fn read_key_row(row: &SqliteRow) -> Result<KeyRow, Error> {
    let source: String = row.try_get("source")?;
    let source = serde_json::from_str(&source).map_err(|error| damaged("vault", &error.to_string()))?;
    Ok(KeyRow { key_id: row.try_get("key_id")?, source })
}

fn read_service(row: &SqliteRow) -> Result<Service, Error> {
    let text: String = row.try_get("definition")?;
    serde_json::from_str(&text).map_err(|error| damaged("service", &error.to_string()))
}

fn read_audit(row: &SqliteRow) -> Result<AuditLine, Error> {
    Ok(AuditLine {
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        link_name: row.try_get("link_name")?,
        event: row.try_get("event")?,
        reason: row.try_get("reason")?,
    })
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
