//! People who sign in to the console: accounts, sessions, links that set a password.

use super::{Row, Store};
use crate::server::Error;
use sqlx::Row as _;

/// What is kept of an account.
#[derive(Clone)]
pub struct AccountRow {
    pub name: String,
    /// Argon2id, as a PHC text; none before the first password.
    pub password: Option<String>,
    pub disabled_at: Option<i64>,
    pub created_at: i64,
    pub created_by: String,
}

/// A sign-in to the console.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub hash: String,
    pub account: String,
    pub created_at: i64,
    pub seen_at: i64,
}

/// A consent page that someone is on.
pub struct ConsentRow {
    pub hash: String,
    pub session: String,
    pub link_name: String,
    pub sealed: String,
    pub expires_at: i64,
}

impl Store {
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, Error> {
        let rows = sqlx::query("select * from accounts order by name").fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    pub async fn account(&self, name: &str) -> Result<Option<AccountRow>, Error> {
        let query = sqlx::query("select * from accounts where name = $1").bind(name);
        query.fetch_optional(self.pool()).await?.as_ref().map(read).transpose()
    }

    /// Says whether the name was free.
    pub async fn insert_account(&self, row: &AccountRow) -> Result<bool, Error> {
        let query = sqlx::query(
            "insert into accounts (name, password, created_at, created_by) values ($1, $2, $3, $4) on conflict do nothing",
        );
        let query = query.bind(&row.name).bind(&row.password).bind(row.created_at).bind(&row.created_by);
        Ok(query.execute(self.pool()).await?.rows_affected() > 0)
    }

    /// Sets a password and ends the account's sessions.
    pub async fn set_password(&self, name: &str, password: Option<&str>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let query = sqlx::query("update accounts set password = $1 where name = $2").bind(password).bind(name);
        query.execute(&mut *tx).await?;
        sqlx::query("delete from console_sessions where account = $1").bind(name).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Disables an account, which ends its sessions and links, or enables it again.
    pub async fn disable_account(&self, name: &str, at: Option<i64>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let query = sqlx::query("update accounts set disabled_at = $1 where name = $2").bind(at).bind(name);
        query.execute(&mut *tx).await?;
        if at.is_some() {
            sqlx::query("delete from console_sessions where account = $1").bind(name).execute(&mut *tx).await?;
            sqlx::query("delete from console_links where account = $1").bind(name).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Keeps a session, and forgets those that began or were seen before these times.
    pub async fn insert_session(&self, row: &SessionRow, begun: i64, seen: i64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let old = sqlx::query("delete from console_sessions where created_at < $1 or seen_at < $2");
        old.bind(begun).bind(seen).execute(&mut *tx).await?;
        sqlx::query("insert into console_sessions (hash, account, created_at, seen_at) values ($1, $2, $3, $4)")
            .bind(&row.hash)
            .bind(&row.account)
            .bind(row.created_at)
            .bind(row.seen_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    pub async fn session(&self, hash: &str) -> Result<Option<SessionRow>, Error> {
        let query = sqlx::query("select * from console_sessions where hash = $1").bind(hash);
        let Some(row) = query.fetch_optional(self.pool()).await? else { return Ok(None) };
        Ok(Some(SessionRow {
            hash: row.try_get("hash")?,
            account: row.try_get("account")?,
            created_at: row.try_get("created_at")?,
            seen_at: row.try_get("seen_at")?,
        }))
    }

    pub async fn see_session(&self, hash: &str, at: i64) -> Result<(), Error> {
        let query = sqlx::query("update console_sessions set seen_at = $1 where hash = $2").bind(at).bind(hash);
        query.execute(self.pool()).await?;
        Ok(())
    }

    pub async fn end_session(&self, hash: &str) -> Result<(), Error> {
        sqlx::query("delete from console_sessions where hash = $1").bind(hash).execute(self.pool()).await?;
        Ok(())
    }

    /// Keeps a link in place of the account's earlier ones.
    pub async fn insert_link(&self, hash: &str, account: Option<&str>, expires_at: i64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        match account {
            Some(name) => sqlx::query("delete from console_links where account = $1").bind(name),
            None => sqlx::query("delete from console_links where account is null"),
        }
        .execute(&mut *tx)
        .await?;
        sqlx::query("insert into console_links (hash, account, expires_at) values ($1, $2, $3)")
            .bind(hash)
            .bind(account)
            .bind(expires_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The account of a link in force; the inner none is the first administrator's.
    pub async fn link(&self, hash: &str, now: i64) -> Result<Option<Option<String>>, Error> {
        let query = sqlx::query_scalar("select account from console_links where hash = $1 and expires_at > $2");
        Ok(query.bind(hash).bind(now).fetch_optional(self.pool()).await?)
    }

    /// Uses a link up; `false` where someone else was first.
    pub async fn take_link(&self, hash: &str) -> Result<bool, Error> {
        let query = sqlx::query("delete from console_links where hash = $1").bind(hash);
        Ok(query.execute(self.pool()).await?.rows_affected() > 0)
    }

    /// Keeps a consent page under way, and forgets those that have ended.
    pub async fn insert_consent(&self, row: &ConsentRow, now: i64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from console_consents where expires_at <= $1").bind(now).execute(&mut *tx).await?;
        sqlx::query(
            "insert into console_consents (hash, session, link_name, sealed, expires_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(&row.hash)
        .bind(&row.session)
        .bind(&row.link_name)
        .bind(&row.sealed)
        .bind(row.expires_at)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a consent that a session began; none where there is no such thing, or no longer.
    pub async fn take_consent(&self, hash: &str, session: &str) -> Result<Option<ConsentRow>, Error> {
        let query = sqlx::query("delete from console_consents where hash = $1 and session = $2 returning *");
        let Some(row) = query.bind(hash).bind(session).fetch_optional(self.pool()).await? else { return Ok(None) };
        Ok(Some(ConsentRow {
            hash: row.try_get("hash")?,
            session: row.try_get("session")?,
            link_name: row.try_get("link_name")?,
            sealed: row.try_get("sealed")?,
            expires_at: row.try_get("expires_at")?,
        }))
    }
}

fn read(row: &Row) -> Result<AccountRow, Error> {
    Ok(AccountRow {
        name: row.try_get("name")?,
        password: row.try_get("password")?,
        disabled_at: row.try_get("disabled_at")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
    })
}
