//! Functions, their drafts and their versions.

use super::{Row, Store, damaged};
use crate::server::Error;
use crate::server::functions::Definition;
use serde::Serialize;
use sqlx::Row as _;

/// A function with its draft, if it has one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionRow {
    pub id: String,
    pub name: String,
    /// The version in force; none before the first publication.
    pub version: Option<i64>,
    pub draft: Option<String>,
    pub draft_at: Option<i64>,
    pub draft_by: Option<String>,
    pub created_at: i64,
    pub created_by: String,
}

/// One published version; versions never change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionRow {
    /// The function's id.
    pub function: String,
    pub version: i64,
    pub source: String,
    pub definition: Definition,
    pub note: Option<String>,
    pub created_at: i64,
    pub created_by: String,
}

/// A version to be.
pub struct NewVersion<'a> {
    pub source: &'a str,
    pub definition: &'a Definition,
    pub note: Option<&'a str>,
    pub at: i64,
    pub by: &'a str,
}

impl Store {
    pub async fn functions(&self) -> Result<Vec<FunctionRow>, Error> {
        let rows = sqlx::query("select * from functions order by name_key").fetch_all(self.pool()).await?;
        rows.iter().map(read_function).collect()
    }

    /// A function by its full name, in any case.
    pub async fn function(&self, name: &str) -> Result<Option<FunctionRow>, Error> {
        let query = sqlx::query("select * from functions where name_key = $1").bind(name.to_ascii_lowercase());
        query.fetch_optional(self.pool()).await?.as_ref().map(read_function).transpose()
    }

    /// Keeps a draft, of a new function or of one that is there.
    pub async fn put_draft(&self, name: &str, source: &str, at: i64, by: &str) -> Result<(), Error> {
        sqlx::query(
            "insert into functions (id, name, name_key, draft, draft_at, draft_by, created_at, created_by) \
             values ($1, $2, $3, $4, $5, $6, $5, $6) on conflict (name_key) do update set \
             draft = excluded.draft, draft_at = excluded.draft_at, draft_by = excluded.draft_by",
        )
        .bind(crate::server::ids::number())
        .bind(name)
        .bind(name.to_ascii_lowercase())
        .bind(source)
        .bind(at)
        .bind(by)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    pub async fn drop_draft(&self, name: &str) -> Result<(), Error> {
        sqlx::query("update functions set draft = null, draft_at = null, draft_by = null where name_key = $1")
            .bind(name.to_ascii_lowercase())
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Adds a version and puts it in force; the draft is gone with it.
    pub async fn add_version(&self, new: &NewVersion<'_>) -> Result<VersionRow, Error> {
        let name = &new.definition.name;
        let key = name.to_ascii_lowercase();
        let mut tx = self.begin().await?;
        sqlx::query(
            "insert into functions (id, name, name_key, created_at, created_by) values ($1, $2, $3, $4, $5) \
             on conflict (name_key) do update set name = excluded.name",
        )
        .bind(crate::server::ids::number())
        .bind(name)
        .bind(&key)
        .bind(new.at)
        .bind(new.by)
        .execute(&mut *tx)
        .await?;
        let id: String =
            sqlx::query_scalar("select id from functions where name_key = $1").bind(&key).fetch_one(&mut *tx).await?;
        let last: Option<i64> = sqlx::query_scalar("select max(version) from function_versions where function = $1")
            .bind(&id)
            .fetch_one(&mut *tx)
            .await?;
        let version = last.unwrap_or(0) + 1;
        let definition = serde_json::to_string(new.definition).map_err(|error| Error::Store(error.to_string()))?;
        sqlx::query(
            "insert into function_versions (function, version, source, definition, note, created_at, created_by) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&id)
        .bind(version)
        .bind(new.source)
        .bind(definition)
        .bind(new.note)
        .bind(new.at)
        .bind(new.by)
        .execute(&mut *tx)
        .await?;
        sqlx::query("update functions set version = $1, draft = null, draft_at = null, draft_by = null where id = $2")
            .bind(version)
            .bind(&id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(VersionRow {
            function: id,
            version,
            source: new.source.to_owned(),
            definition: new.definition.clone(),
            note: new.note.map(str::to_owned),
            created_at: new.at,
            created_by: new.by.to_owned(),
        })
    }

    /// The versions of a function, newest first.
    pub async fn versions(&self, function: &str) -> Result<Vec<VersionRow>, Error> {
        let query = sqlx::query("select * from function_versions where function = $1 order by version desc");
        query.bind(function).fetch_all(self.pool()).await?.iter().map(read_version).collect()
    }

    pub async fn version(&self, function: &str, version: i64) -> Result<Option<VersionRow>, Error> {
        let query = sqlx::query("select * from function_versions where function = $1 and version = $2");
        let row = query.bind(function).bind(version).fetch_optional(self.pool()).await?;
        row.as_ref().map(read_version).transpose()
    }

    /// The versions in force of all functions.
    pub async fn versions_in_force(&self) -> Result<Vec<VersionRow>, Error> {
        let rows = sqlx::query(
            "select v.* from function_versions v join functions f on f.id = v.function and f.version = v.version",
        );
        rows.fetch_all(self.pool()).await?.iter().map(read_version).collect()
    }

    /// Removes a function with its versions; its executions stay.
    pub async fn delete_function(&self, id: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from function_versions where function = $1").bind(id).execute(&mut *tx).await?;
        sqlx::query("delete from functions where id = $1").bind(id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn read_function(row: &Row) -> Result<FunctionRow, Error> {
    Ok(FunctionRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        version: row.try_get("version")?,
        draft: row.try_get("draft")?,
        draft_at: row.try_get("draft_at")?,
        draft_by: row.try_get("draft_by")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
    })
}

fn read_version(row: &Row) -> Result<VersionRow, Error> {
    let definition: String = row.try_get("definition")?;
    Ok(VersionRow {
        function: row.try_get("function")?,
        version: row.try_get("version")?,
        source: row.try_get("source")?,
        definition: serde_json::from_str(&definition).map_err(|error| damaged("definition", error))?,
        note: row.try_get("note")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
    })
}
