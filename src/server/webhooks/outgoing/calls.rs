//! What pages and routes call: outgoing webhooks listed, made, changed, triggered; their deliveries.

use super::request::{learn_secrets, request_of};
use super::wish::OutgoingWish;
use crate::connections::dependency::{Use, UseKind};
use crate::server::concealed::restored;
use crate::server::ids::{number, sortable};
use crate::server::store::{Delivery, DeliveryFilter, DeliveryState, OutgoingRow};
use crate::server::{App, Error};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// An outgoing webhook as lists and pages show it, secrets masked.
#[derive(Debug, Clone, Serialize)]
pub struct OutgoingWebhook {
    pub id: String,
    #[serde(flatten)]
    pub wish: OutgoingWish,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

impl App {
    /// All outgoing webhooks, by name.
    pub async fn outgoing_webhooks(&self) -> Result<Vec<OutgoingWebhook>, Error> {
        Ok(self.store().outgoing_webhooks().await?.into_iter().map(OutgoingWebhook::of).collect())
    }

    /// An outgoing webhook by its id or its name.
    pub async fn outgoing_webhook(&self, id: &str) -> Result<OutgoingWebhook, Error> {
        Ok(OutgoingWebhook::of(self.outgoing_row(id).await?))
    }

    /// Makes an outgoing webhook. The connection that it uses knows of it from now on.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub async fn create_outgoing_webhook(&self, wish: OutgoingWish, by: &str) -> Result<OutgoingWebhook, Error> {
        let exact = self.checked_outgoing(wish).await?;
        let (id, now) = (number(), self.now());
        let (wish, kept) = self.outgoing_without_secrets(&id, &exact).await?;
        let row = OutgoingRow {
            id,
            wish,
            kept,
            revision: 1,
            created_at: now,
            created_by: by.to_owned(),
            updated_at: now,
            updated_by: by.to_owned(),
        };
        self.use_connection(None, Some(&row.wish)).await?;
        if !self.store().insert_outgoing(&row).await? {
            return Err(name_taken(&row.wish.name));
        }
        self.store().audit(now, by, "create outgoing webhook", &row.wish.name).await?;
        Ok(OutgoingWebhook::of(row))
    }

    /// Changes an outgoing webhook. What is still masked stays as it was.
    ///
    /// # Errors
    /// What makes no sense in it, or that somebody else has changed it meanwhile.
    pub async fn update_outgoing_webhook(
        &self,
        id: &str,
        wish: OutgoingWish,
        by: &str,
    ) -> Result<OutgoingWebhook, Error> {
        let row = self.outgoing_row(id).await?;
        let before = members(&self.exact_outgoing(&row).await?)?;
        let wish =
            restored(Value::Object(members(&wish)?), &Value::Object(members(&row.wish)?), &Value::Object(before));
        let exact = self.checked_outgoing(read(wish)?).await?;
        let (wish, kept) = self.outgoing_without_secrets(&row.id, &exact).await?;
        let changed = OutgoingRow { wish, kept, ..row.clone() };
        self.write_outgoing(&row, changed, "change outgoing webhook", by).await
    }

    /// Switches an outgoing webhook on or off. While it is off it hears of no executions and cannot be triggered.
    pub async fn switch_outgoing_webhook(&self, id: &str, enabled: bool, by: &str) -> Result<OutgoingWebhook, Error> {
        let row = self.outgoing_row(id).await?;
        // Both copies say it.
        let exact = OutgoingWish { enabled, ..self.exact_outgoing(&row).await? };
        let (wish, kept) = self.outgoing_without_secrets(&row.id, &exact).await?;
        let changed = OutgoingRow { wish, kept, ..row.clone() };
        let event = if enabled { "enable outgoing webhook" } else { "disable outgoing webhook" };
        self.write_outgoing(&row, changed, event, by).await
    }

    /// Removes an outgoing webhook; what was not delivered yet is not delivered any more.
    pub async fn delete_outgoing_webhook(&self, id: &str, by: &str) -> Result<(), Error> {
        let row = self.outgoing_row(id).await?;
        self.store().delete_outgoing(&row.id).await?;
        self.use_connection(Some(&row.wish), None).await?;
        if row.kept {
            self.forget_concealed(&secret_name(&row.id)).await?;
        }
        self.store().audit(self.now(), by, "delete outgoing webhook", &row.wish.name).await
    }

    /// Tells the receiver of a webhook something: a record and what else its texts want. Gives the delivery's
    /// id; it is on disk by then.
    ///
    /// # Errors
    /// That there is no such webhook, or that it is off.
    pub async fn trigger_webhook(&self, id: &str, payload: Map<String, Value>, by: &str) -> Result<String, Error> {
        let row = self.outgoing_row(id).await?;
        if !row.wish.enabled {
            return Err(Error::Invalid(format!("the webhook `{}` is switched off", row.wish.name)));
        }
        if self.is_closing() {
            return Err(Error::Closing);
        }
        let now = self.now();
        let id = sortable(now);
        let (shown, kept) = self.conceal(&payload_name(&id), &payload, &self.redactor().child()).await?;
        let payload = RawValue::from_string(Value::Object(shown).to_string());
        let delivery = Delivery {
            id,
            webhook: row.id,
            name: row.wish.name,
            actor: by.to_owned(),
            execution: None,
            payload: Some(payload.map_err(|error| Error::System(error.to_string()))?),
            kept,
            state: DeliveryState::Queued,
            attempts: 0,
            next_at: Some(now),
            log: Vec::new(),
            created_at: now,
            ended_at: None,
        };
        self.store().insert_delivery(&delivery).await?;
        Ok(delivery.id)
    }

    /// Deliveries, newest first.
    pub async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, Error> {
        let webhook = match &filter.webhook {
            // By its name too, as long as it is there.
            Some(name) => Some(self.store().outgoing_webhook(name).await?.map_or_else(|| name.clone(), |row| row.id)),
            None => None,
        };
        self.settle().await;
        self.store().deliveries(&DeliveryFilter { webhook, ..filter.clone() }).await
    }

    /// One delivery with its attempts.
    pub async fn delivery(&self, id: &str) -> Result<Delivery, Error> {
        self.settle().await;
        self.store().delivery(id).await?.ok_or_else(|| Error::unknown("delivery", id))
    }

    /// Sends a dead delivery again.
    ///
    /// # Errors
    /// That there is none, or that it is not dead.
    pub async fn retry_delivery(&self, id: &str, by: &str) -> Result<(), Error> {
        let delivery = self.delivery(id).await?;
        if !self.store().revive_delivery(id, self.now()).await? {
            let message = format!("only a dead delivery is sent again; this one is {}", delivery.state.word());
            return Err(Error::Conflict(message));
        }
        self.store().audit(self.now(), by, "retry delivery", id).await
    }

    /// Forgets deliveries that ended before a time.
    pub(in crate::server) async fn forget_deliveries(&self, before: i64) -> Result<(), Error> {
        for id in self.store().forget_deliveries(before).await? {
            self.forget_concealed(&payload_name(&id)).await?;
        }
        Ok(())
    }

    async fn outgoing_row(&self, id: &str) -> Result<OutgoingRow, Error> {
        self.store().outgoing_webhook(id).await?.ok_or_else(|| Error::unknown("outgoing webhook", id))
    }

    async fn checked_outgoing(&self, mut wish: OutgoingWish) -> Result<OutgoingWish, Error> {
        wish.check().map_err(Error::Invalid)?;
        let published = self.published();
        for trigger in &mut wish.on {
            let function = published.find(&trigger.function);
            let function = function.ok_or_else(|| self.unknown_function(&trigger.function))?;
            trigger.function.clone_from(&function.definition.name);
        }
        if let Some(link) = wish.link() {
            let registry = self.outbound().registry().await.map_err(of_registry)?;
            registry.shared_connection(link).await.map_err(of_registry)?;
        }
        Ok(wish)
    }

    /// The wish with its secrets masked.
    async fn outgoing_without_secrets(&self, id: &str, exact: &OutgoingWish) -> Result<(OutgoingWish, bool), Error> {
        let redactor = self.redactor().child();
        learn_secrets(&request_of(exact, &json!({}), ""), &redactor);
        let (shown, kept) = self.conceal(&secret_name(id), &members(exact)?, &redactor).await?;
        Ok((read(Value::Object(shown))?, kept))
    }

    /// The wish with its secrets.
    pub(super) async fn exact_outgoing(&self, row: &OutgoingRow) -> Result<OutgoingWish, Error> {
        if !row.kept {
            return Ok(row.wish.clone());
        }
        read(Value::Object(self.reveal(&secret_name(&row.id), &Map::new(), true).await?))
    }

    async fn write_outgoing(
        &self,
        before: &OutgoingRow,
        mut row: OutgoingRow,
        event: &str,
        by: &str,
    ) -> Result<OutgoingWebhook, Error> {
        let other = self.store().outgoing_webhook(&row.wish.name).await?.filter(|other| other.id != row.id);
        if other.is_some() {
            return Err(name_taken(&row.wish.name));
        }
        row.updated_at = self.now();
        by.clone_into(&mut row.updated_by);
        if !self.store().update_outgoing(&row).await? {
            let message = format!("somebody else has changed the outgoing webhook `{}` meanwhile", row.wish.name);
            return Err(Error::Conflict(message));
        }
        self.use_connection(Some(&before.wish), Some(&row.wish)).await?;
        self.store().audit(row.updated_at, by, event, &row.wish.name).await?;
        Ok(OutgoingWebhook::of(row))
    }

    /// Tells connections which webhooks lean on them.
    async fn use_connection(&self, before: Option<&OutgoingWish>, after: Option<&OutgoingWish>) -> Result<(), Error> {
        let of = |wish: Option<&OutgoingWish>| {
            wish.and_then(|wish| Some((wish.link()?.to_owned(), Use::new(UseKind::Webhook, &*wish.name))))
        };
        let (before, after) = (of(before), of(after));
        if before == after {
            return Ok(());
        }
        let registry = self.outbound().registry().await.map_err(of_registry)?;
        if let Some((link, by)) = after {
            registry.add_use(&link, &by).await.map_err(of_registry)?;
        }
        match before {
            None => Ok(()),
            Some((link, by)) => match registry.remove_use(&link, &by).await {
                // It is gone itself.
                Ok(_) | Err(crate::connections::Error::UnknownConnection { .. }) => Ok(()),
                Err(error) => Err(of_registry(error)),
            },
        }
    }
}

impl OutgoingWebhook {
    fn of(row: OutgoingRow) -> Self {
        Self {
            id: row.id,
            wish: row.wish,
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }
}

fn members(wish: &OutgoingWish) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(wish) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Error::System("a webhook is no object".to_owned())),
        Err(error) => Err(Error::System(error.to_string())),
    }
}

fn read(wish: Value) -> Result<OutgoingWish, Error> {
    serde_json::from_value(wish).map_err(|error| Error::System(format!("a webhook cannot be read: {error}")))
}

fn secret_name(id: &str) -> String {
    format!("engine.outgoing.{id}")
}

pub(super) fn payload_name(id: &str) -> String {
    format!("engine.delivery.{id}")
}

fn name_taken(name: &str) -> Error {
    Error::Conflict(format!("there is an outgoing webhook `{name}` already"))
}

/// What the registry says, as an error of whoever asked.
fn of_registry(error: crate::connections::Error) -> Error {
    match error {
        crate::connections::Error::UnknownConnection { link, near, .. } => {
            Error::Unknown { what: "connection", name: link, near }
        }
        other => Error::System(other.to_string()),
    }
}
