//! Rows about people: users and their roles, their own sign-ins, and what uses a connection.
//!
//! A sign-in is read and written as the connection it belongs to, with the user's own state laid
//! over it; so everything that signs in, refreshes or revokes treats both alike.

use super::sealed::{put_secret, shred};
use super::{Details, SecretChange, Store, details_of};
use crate::connections::connection::{Connection, State};
use crate::connections::{Error, dependency::Use, users::Role};
use crate::database;
use sqlx::Row;
use std::collections::HashMap;

impl Store {
    /// All users by name, with their roles.
    pub async fn users(&self) -> Result<Vec<(String, Role)>, Error> {
        let rows = sqlx::query("select name, role from users order by name").fetch_all(self.pool()).await?;
        rows.iter().map(read_user).collect()
    }

    /// Makes a user the administrator if there are no users at all; says whether it did.
    pub async fn claim_administration(&self, user: &str, now: i64) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "insert into users (name, role, created_at) select $1, $2, $3 where not exists (select 1 from users)",
        )
        .bind(user)
        .bind(Role::Administrator.word())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        self.commit(tx).await?;
        Ok(true)
    }

    /// Gives a user a role; `false` where that would leave no administrator.
    pub async fn set_role(&self, user: &str, role: Role, now: i64) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into users (name, role, created_at) values ($1, $2, $3) on conflict (name) do update set role = excluded.role",
        )
        .bind(user)
        .bind(role.word())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let query = sqlx::query_scalar("select count(*) from users where role = $1").bind(Role::Administrator.word());
        let left: i64 = query.fetch_one(&mut *tx).await?;
        if left == 0 {
            return Ok(false);
        }
        self.commit(tx).await?;
        Ok(true)
    }

    /// A user's own sign-in to a connection, laid over it.
    pub async fn sign_in(&self, base: &Connection, user: &str) -> Result<Option<Connection>, Error> {
        let query =
            sqlx::query("select * from sign_ins where connection = $1 and \"user\" = $2").bind(&base.id).bind(user);
        query.fetch_optional(self.pool()).await?.as_ref().map(|row| laid_over(base, user, row)).transpose()
    }

    /// A user's own sign-ins, by the connection's id.
    pub async fn sign_ins_of(&self, user: &str, bases: &[Connection]) -> Result<Vec<Connection>, Error> {
        let rows = sqlx::query("select * from sign_ins where \"user\" = $1").bind(user).fetch_all(self.pool()).await?;
        let bases: HashMap<_, _> = bases.iter().map(|base| (base.id.as_str(), base)).collect();
        let mut found = Vec::new();
        for row in &rows {
            let connection: String = row.try_get("connection")?;
            if let Some(base) = bases.get(connection.as_str()) {
                found.push(laid_over(base, user, row)?);
            }
        }
        Ok(found)
    }

    /// Everyone's own sign-ins, each with its user and its connection's id.
    pub async fn all_sign_ins(&self) -> Result<Vec<(String, String)>, Error> {
        let rows =
            sqlx::query("select \"user\", connection from sign_ins order by 1, 2").fetch_all(self.pool()).await?;
        rows.iter().map(|row| Ok((row.try_get("user")?, row.try_get("connection")?))).collect()
    }

    /// Users who signed in to a connection with credentials of their own.
    pub async fn signed_in_users(&self, connection: &str) -> Result<Vec<String>, Error> {
        let query = sqlx::query_scalar("select \"user\" from sign_ins where connection = $1 order by 1");
        Ok(query.bind(connection).fetch_all(self.pool()).await?)
    }

    /// Writes a user's own sign-in; `false` if it was changed since it was read.
    pub(super) async fn update_sign_in(&self, of: &Connection, secret: SecretChange<'_>) -> Result<bool, Error> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "insert into sign_ins (id, connection, \"user\", state, details, expires_at, lifetime, retry_at, revision, \
             updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9) on conflict (connection, \"user\") do update set \
             state = excluded.state, details = excluded.details, expires_at = excluded.expires_at, \
             lifetime = excluded.lifetime, retry_at = excluded.retry_at, updated_at = excluded.updated_at, \
             revision = sign_ins.revision + 1 where sign_ins.id = excluded.id and sign_ins.revision = $10",
        )
        .bind(&of.id)
        .bind(&of.base)
        .bind(&of.user)
        .bind(of.state.word())
        .bind(details_of(of))
        .bind(of.expires_at)
        .bind(of.lifetime)
        .bind(of.retry_at)
        .bind(of.updated_at)
        .bind(of.revision)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        match secret {
            SecretChange::Keep => {}
            SecretChange::Set(sealed) => put_secret(&mut tx, &of.id, sealed).await?,
            SecretChange::Forget => shred(&mut tx, &of.id).await?,
        }
        self.commit(tx).await?;
        Ok(true)
    }

    /// Forgets all users' own sign-ins to a connection.
    pub async fn forget_sign_ins(&self, connection: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from secrets where record in (select id from sign_ins where connection = $1)")
            .bind(connection)
            .execute(&mut *tx)
            .await?;
        sqlx::query("delete from sign_ins where connection = $1").bind(connection).execute(&mut *tx).await?;
        self.commit(tx).await
    }

    pub async fn uses(&self, connection: &str) -> Result<Vec<Use>, Error> {
        let query = sqlx::query("select kind, name from uses where connection = $1 order by kind, name");
        let rows = query.bind(connection).fetch_all(self.pool()).await?;
        rows.iter().map(|row| Use::read(row.try_get("kind")?, row.try_get("name")?)).collect()
    }

    /// Link names of the connections that something uses.
    pub async fn used_by(&self, by: &Use) -> Result<Vec<String>, Error> {
        let query = sqlx::query_scalar(
            "select link_name from connections join uses on uses.connection = connections.id \
             where uses.kind = $1 and uses.name = $2 order by 1",
        );
        Ok(query.bind(by.kind.word()).bind(&by.name).fetch_all(self.pool()).await?)
    }

    /// `false` where it was known already.
    pub async fn add_use(&self, connection: &str, by: &Use, now: i64) -> Result<bool, Error> {
        let query = sqlx::query(
            "insert into uses (connection, kind, name, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        );
        let query = query.bind(connection).bind(by.kind.word()).bind(&by.name).bind(now);
        Ok(query.execute(self.pool()).await?.rows_affected() > 0)
    }

    /// `false` where there was no such use.
    pub async fn remove_use(&self, connection: &str, by: &Use) -> Result<bool, Error> {
        let query = sqlx::query("delete from uses where connection = $1 and kind = $2 and name = $3");
        let done = query.bind(connection).bind(by.kind.word()).bind(&by.name).execute(self.pool()).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn read_user(row: &database::Row) -> Result<(String, Role), Error> {
    let word: String = row.try_get("role")?;
    let role = Role::parse(&word).ok_or_else(|| super::damaged("role", &word))?;
    Ok((row.try_get("name")?, role))
}

/// What is the user's own comes from the sign-in, the rest from the connection.
fn laid_over(base: &Connection, user: &str, row: &database::Row) -> Result<Connection, Error> {
    let state: String = row.try_get("state")?;
    let state = State::parse(&state).ok_or_else(|| super::damaged("state", &state))?;
    let text: String = row.try_get("details")?;
    let details: Details =
        serde_json::from_str(&text).map_err(|error| super::damaged("details", &error.to_string()))?;
    Ok(Connection {
        id: row.try_get("id")?,
        state,
        scopes: details.scopes,
        params: details.params,
        dc: details.dc,
        grant: details.grant,
        reason: details.reason,
        expires_at: row.try_get("expires_at")?,
        lifetime: row.try_get("lifetime")?,
        retry_at: row.try_get("retry_at")?,
        failures: details.failures,
        revision: row.try_get("revision")?,
        updated_at: row.try_get("updated_at")?,
        base: base.id.clone(),
        user: Some(user.to_owned()),
        ..base.clone()
    })
}
