//! Leases: which process of which machine may ask for a connection's token.
//!
//! Only where the registry is on a server; on a file a locked file says the same. A lease ends by
//! itself, by the server's clock, so that a process that died holds nobody up for good.

use super::Store;
use crate::connections::Error;

/// Longer than a token request may take (30 s) with what is written before and after it.
const LIFE_MS: i64 = 45_000;
const NOW: &str = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

impl Store {
    /// Takes the lease of a record, unless someone else holds it.
    pub async fn take_lease(&self, record: &str, holder: &str) -> Result<bool, Error> {
        let statement = format!(
            "insert into leases (record, holder, until) values ($1, $2, {NOW} + {LIFE_MS}) \
             on conflict (record) do update set holder = excluded.holder, until = excluded.until \
             where leases.until < {NOW}"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(record).bind(holder);
        Ok(query.execute(self.pool()).await?.rows_affected() == 1)
    }

    /// Gives a lease back; one that ended and went to someone else stays theirs.
    pub async fn give_lease_back(&self, record: &str, holder: &str) -> Result<(), Error> {
        let query = sqlx::query("delete from leases where record = $1 and holder = $2");
        query.bind(record).bind(holder).execute(self.pool()).await?;
        Ok(())
    }
}
