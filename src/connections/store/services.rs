//! Rows of the services that users have made.

use super::{Store, damaged, taken};
use crate::connections::Error;
use crate::connections::service::Service;
use crate::database;
use sqlx::Row;

impl Store {
    pub async fn services(&self) -> Result<Vec<Service>, Error> {
        let rows = sqlx::query("select definition from services order by link_name").fetch_all(self.pool()).await?;
        rows.iter().map(read_service).collect()
    }

    pub async fn service(&self, link: &str) -> Result<Option<Service>, Error> {
        let query = sqlx::query("select definition from services where link_name = $1").bind(link);
        query.fetch_optional(self.pool()).await?.as_ref().map(read_service).transpose()
    }

    /// Who made a service.
    pub async fn service_owner(&self, link: &str) -> Result<Option<String>, Error> {
        let query = sqlx::query_scalar("select owner from services where link_name = $1").bind(link);
        Ok(query.fetch_optional(self.pool()).await?)
    }

    pub async fn insert_service(&self, service: &Service, owner: &str, now: i64) -> Result<(), Error> {
        sqlx::query(
            "insert into services (link_name, name, definition, owner, created_at, updated_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&service.link_name)
        .bind(&service.name)
        .bind(serde_json::to_string(service).map_err(|error| Error::Store(error.to_string()))?)
        .bind(owner)
        .bind(now)
        .bind(now)
        .execute(self.pool())
        .await
        .map_err(|error| taken(error, &service.link_name))?;
        self.wrote();
        Ok(())
    }

    pub async fn update_service(&self, service: &Service, now: i64) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("update services set name = $1, definition = $2, updated_at = $3 where link_name = $4")
            .bind(&service.name)
            .bind(serde_json::to_string(service).map_err(|error| Error::Store(error.to_string()))?)
            .bind(now)
            .bind(&service.link_name)
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await
    }

    pub async fn delete_service(&self, link: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from services where link_name = $1").bind(link).execute(&mut *tx).await?;
        self.commit(tx).await
    }
}

fn read_service(row: &database::Row) -> Result<Service, Error> {
    let text: String = row.try_get("definition")?;
    serde_json::from_str(&text).map_err(|error| damaged("service", &error.to_string()))
}
