//! What pages and routes call: incoming webhooks listed, made, changed, given a new address, removed.

use super::mapping::Mapping;
use super::wish::IncomingWish;
use crate::server::app::{Call, Given, fitted};
use crate::server::ids::{hex, number, random_hex};
use crate::server::store::{Cause, IncomingRow};
use crate::server::{App, Error};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// An incoming webhook as lists and pages show it: without its token and its secret.
#[derive(Debug, Clone, Serialize)]
pub struct IncomingWebhook {
    pub id: String,
    #[serde(flatten)]
    pub wish: IncomingWish,
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

/// An incoming webhook that was just made or given a new address; the only time that its token is seen.
pub struct NewIncomingWebhook {
    pub webhook: IncomingWebhook,
    pub token: Zeroizing<String>,
    /// The secret of its verification, where it was made here.
    pub secret: Option<Zeroizing<String>>,
}

impl NewIncomingWebhook {
    /// Where its sender sends to, on this engine.
    pub fn path(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("/hooks/{}", *self.token))
    }
}

impl App {
    /// All incoming webhooks, by name.
    pub async fn incoming_webhooks(&self) -> Result<Vec<IncomingWebhook>, Error> {
        Ok(self.store().incoming_webhooks().await?.into_iter().map(IncomingWebhook::of).collect())
    }

    /// An incoming webhook by its id or its name.
    pub async fn incoming_webhook(&self, id: &str) -> Result<IncomingWebhook, Error> {
        Ok(IncomingWebhook::of(self.incoming_row(id).await?))
    }

    /// Makes an incoming webhook.
    ///
    /// # Errors
    /// What makes no sense in it.
    pub async fn create_incoming_webhook(&self, wish: IncomingWish, by: &str) -> Result<NewIncomingWebhook, Error> {
        let mut wish = self.checked_incoming(wish)?;
        let (id, token, now) = (number(), new_token(), self.now());
        let given = wish.verification.as_mut().and_then(super::Verification::take_secret).map(Zeroizing::new);
        let made = (wish.verification.is_some() && given.is_none()).then(new_token);
        if let Some(secret) = given.as_ref().or(made.as_ref()) {
            self.keep_hook_secret(&id, secret).await?;
        }
        let row = IncomingRow {
            id,
            token_hash: hash_of(&token),
            wish,
            revision: 1,
            created_at: now,
            created_by: by.to_owned(),
            updated_at: now,
            updated_by: by.to_owned(),
        };
        if !self.store().insert_incoming(&row).await? {
            self.forget_hook_secret(&row).await?;
            return Err(name_taken(&row.wish.name));
        }
        self.store().audit(now, by, "create incoming webhook", &row.wish.name).await?;
        Ok(NewIncomingWebhook { webhook: IncomingWebhook::of(row), token, secret: made })
    }

    /// Changes an incoming webhook; its address stays. A verification without a secret keeps the one it has.
    ///
    /// # Errors
    /// What makes no sense in it, or that somebody else has changed it meanwhile.
    pub async fn update_incoming_webhook(
        &self,
        id: &str,
        wish: IncomingWish,
        by: &str,
    ) -> Result<IncomingWebhook, Error> {
        let row = self.incoming_row(id).await?;
        let mut wish = self.checked_incoming(wish)?;
        let given = wish.verification.as_mut().and_then(super::Verification::take_secret).map(Zeroizing::new);
        match (&given, wish.verification.is_some(), row.wish.verification.is_some()) {
            (Some(secret), ..) => self.keep_hook_secret(&row.id, secret).await?,
            (None, true, false) => {
                return Err(Error::Invalid("expected a `secret` in the new `verification`, found none".to_owned()));
            }
            (None, true, true) => {}
            (None, false, _) => self.forget_hook_secret(&row).await?,
        }
        let changed = IncomingRow { wish, ..row };
        self.write_incoming(changed, "change incoming webhook", by).await
    }

    /// Switches an incoming webhook on or off; while it is off, its address leads nowhere.
    pub async fn switch_incoming_webhook(&self, id: &str, enabled: bool, by: &str) -> Result<IncomingWebhook, Error> {
        let mut row = self.incoming_row(id).await?;
        row.wish.enabled = enabled;
        let event = if enabled { "enable incoming webhook" } else { "disable incoming webhook" };
        self.write_incoming(row, event, by).await
    }

    /// Gives an incoming webhook a new address; the old one leads nowhere from now on.
    pub async fn renew_incoming_webhook(&self, id: &str, by: &str) -> Result<NewIncomingWebhook, Error> {
        let token = new_token();
        let row = IncomingRow { token_hash: hash_of(&token), ..self.incoming_row(id).await? };
        let webhook = self.write_incoming(row, "renew incoming webhook", by).await?;
        Ok(NewIncomingWebhook { webhook, token, secret: None })
    }

    /// Removes an incoming webhook. Its executions stay in the log.
    pub async fn delete_incoming_webhook(&self, id: &str, by: &str) -> Result<(), Error> {
        let row = self.incoming_row(id).await?;
        self.store().delete_incoming(&row.id).await?;
        self.forget_hook_secret(&row).await?;
        self.store().audit(self.now(), by, "delete incoming webhook", &row.wish.name).await
    }

    async fn write_incoming(&self, mut row: IncomingRow, event: &str, by: &str) -> Result<IncomingWebhook, Error> {
        let other = self.store().incoming_webhook(&row.wish.name).await?.filter(|other| other.id != row.id);
        if other.is_some() {
            return Err(name_taken(&row.wish.name));
        }
        row.updated_at = self.now();
        by.clone_into(&mut row.updated_by);
        if !self.store().update_incoming(&row).await? {
            let message = format!("somebody else has changed the incoming webhook `{}` meanwhile", row.wish.name);
            return Err(Error::Conflict(message));
        }
        self.store().audit(row.updated_at, by, event, &row.wish.name).await?;
        Ok(IncomingWebhook::of(row))
    }

    async fn incoming_row(&self, id: &str) -> Result<IncomingRow, Error> {
        self.store().incoming_webhook(id).await?.ok_or_else(|| Error::unknown("incoming webhook", id))
    }

    /// Checks a wish against the function that it names.
    fn checked_incoming(&self, mut wish: IncomingWish) -> Result<IncomingWish, Error> {
        wish.check().map_err(Error::Invalid)?;
        let published = self.published();
        let function = published.find(&wish.function).ok_or_else(|| self.unknown_function(&wish.function))?;
        wish.function.clone_from(&function.definition.name);
        let mapped = |name: &String| (name.clone(), Given::Json("null".to_owned()));
        let arguments = wish.arguments.keys().map(mapped).collect();
        fitted(&function.definition, &call_of_hook(&wish, arguments))?;
        Ok(wish)
    }

    async fn keep_hook_secret(&self, id: &str, secret: &str) -> Result<(), Error> {
        self.redactor().learn(secret);
        self.keep_text(&secret_name(id), secret).await
    }

    /// The secret that a webhook's sender has to have.
    pub(super) async fn hook_secret(&self, row: &IncomingRow) -> Result<Zeroizing<String>, Error> {
        let secret = self.kept_text(&secret_name(&row.id)).await?;
        self.redactor().learn(&secret);
        Ok(secret)
    }

    async fn forget_hook_secret(&self, row: &IncomingRow) -> Result<(), Error> {
        if row.wish.verification.is_none() {
            return Ok(());
        }
        self.forget_concealed(&secret_name(&row.id)).await
    }
}

impl IncomingWebhook {
    fn of(row: IncomingRow) -> Self {
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

/// The call that a webhook makes.
pub(super) fn call_of_hook(wish: &IncomingWish, arguments: Vec<(String, Given)>) -> Call {
    Call::new(&wish.function, Cause::Webhook, format!("webhook {}", wish.name)).arguments(arguments)
}

/// The arguments of a function that a request gives.
///
/// # Errors
/// Which required one is missing.
pub(super) fn arguments_of(
    wish: &IncomingWish,
    delivered: &super::Delivered<'_>,
) -> Result<Vec<(String, Given)>, String> {
    let one = |(name, mapping): (&String, &Mapping)| {
        let taken = mapping.take(delivered).map_err(|reason| format!("the argument `{name}`: {reason}"));
        taken.map(|given| given.map(|given| (name.clone(), given))).transpose()
    };
    wish.arguments.iter().filter_map(one).collect()
}

fn new_token() -> Zeroizing<String> {
    Zeroizing::new(random_hex::<32>())
}

/// What is kept of a token.
pub(super) fn hash_of(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn secret_name(id: &str) -> String {
    format!("engine.webhook.{id}")
}

fn name_taken(name: &str) -> Error {
    Error::Conflict(format!("there is an incoming webhook `{name}` already"))
}
