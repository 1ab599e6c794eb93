//! Rows of the vault: sealed records, and where its key comes from.

use super::{Store, damaged};
use crate::connections::Error;
use crate::connections::vault::{KeyRow, Sealed};
use crate::database::{self, Transaction, crash_point};
use sqlx::{AssertSqlSafe, Row};

impl Store {
    /// The sealed record of a connection or a custom service.
    pub async fn secret(&self, record: &str) -> Result<Option<Sealed>, Error> {
        let query = sqlx::query("select * from secrets where record = $1").bind(record);
        Ok(query.fetch_optional(self.pool()).await?.as_ref().map(read_sealed).transpose()?)
    }

    /// Writes a sealed record that belongs to no connection.
    pub async fn put_secret(&self, record: &str, sealed: &Sealed) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        put_secret(&mut tx, record, sealed).await?;
        self.commit(tx).await
    }

    /// Writes a sealed record that belongs to no connection, unless it is there.
    pub async fn put_first_secret(&self, record: &str, sealed: &Sealed) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        insert_secret(&mut tx, record, sealed, "nothing").await?;
        self.commit(tx).await
    }

    /// Removes a sealed record that belongs to no connection.
    pub async fn shred_secret(&self, record: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        shred(&mut tx, record).await?;
        self.commit(tx).await
    }

    /// All sealed records, by record.
    pub async fn secrets(&self) -> Result<Vec<(String, Sealed)>, Error> {
        let rows = sqlx::query("select * from secrets order by record").fetch_all(self.pool()).await?;
        let read = |row: &database::Row| -> Result<_, Error> { Ok((row.try_get("record")?, read_sealed(row)?)) };
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
        let row = sqlx::query("select key_id, source from vault").fetch_optional(self.pool()).await?;
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
}

const FIELD: &str = "credential";

pub(super) async fn put_secret(tx: &mut Transaction, record: &str, sealed: &Sealed) -> Result<(), Error> {
    let newer = "update set schema = excluded.schema, key_id = excluded.key_id, nonce = excluded.nonce, \
                 sealed = excluded.sealed";
    insert_secret(tx, record, sealed, newer).await
}

/// Writes a record under the vault's present key; `or` is done where it is there already.
async fn insert_secret(tx: &mut Transaction, record: &str, sealed: &Sealed, or: &str) -> Result<(), Error> {
    let key_id: Option<String> = sqlx::query_scalar("select key_id from vault").fetch_optional(&mut **tx).await?;
    if key_id.is_some_and(|key_id| key_id != sealed.key_id) {
        return Err(Error::vault("the vault's key was changed by another process", "run the command again"));
    }
    let insert = format!(
        "insert into secrets (record, field, schema, key_id, nonce, sealed) values ($1, $2, $3, $4, $5, $6) \
         on conflict (record, field) do {or}"
    );
    sqlx::query(AssertSqlSafe(insert))
        .bind(record)
        .bind(FIELD)
        .bind(sealed.schema)
        .bind(&sealed.key_id)
        .bind(&sealed.nonce)
        .bind(&sealed.bytes)
        .execute(&mut **tx)
        .await?;
    crash_point();
    Ok(())
}

/// Removes the sealed records of a connection; `secure_delete` overwrites their pages.
pub(super) async fn shred(tx: &mut Transaction, record: &str) -> Result<(), Error> {
    sqlx::query("delete from secrets where record = $1").bind(record).execute(&mut **tx).await?;
    Ok(())
}

async fn put_key_row(tx: &mut Transaction, row: &KeyRow) -> Result<(), Error> {
    let source = serde_json::to_string(&row.source).map_err(|error| Error::Store(error.to_string()))?;
    sqlx::query(
        "insert into vault (one, key_id, source) values (1, $1, $2) \
         on conflict (one) do update set key_id = excluded.key_id, source = excluded.source",
    )
    .bind(&row.key_id)
    .bind(source)
    .execute(&mut **tx)
    .await?;
    crash_point();
    Ok(())
}

fn read_sealed(row: &database::Row) -> Result<Sealed, sqlx::Error> {
    Ok(Sealed {
        schema: row.try_get("schema")?,
        key_id: row.try_get("key_id")?,
        nonce: row.try_get("nonce")?,
        bytes: row.try_get("sealed")?,
    })
}

fn read_key_row(row: &database::Row) -> Result<KeyRow, Error> {
    let source: String = row.try_get("source")?;
    let source = serde_json::from_str(&source).map_err(|error| damaged("vault", &error.to_string()))?;
    Ok(KeyRow { key_id: row.try_get("key_id")?, source })
}
