//! Takes a request at the address of an incoming webhook.

use super::calls::{arguments_of, call_of_hook, hash_of};
use super::mapping::Delivered;
use super::wish::{Answer, IncomingWish};
use crate::server::app::{Call, Caller, Idempotency, Rate, Role};
use crate::server::store::{Execution, IncomingRow};
use crate::server::{App, Error};
use axum::http::{HeaderMap, Method};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

const LONGEST_DELIVERY: usize = 255;

/// What became of a request.
pub enum Received {
    /// The execution is on disk.
    Accepted(String),
    Ended(Box<Execution>),
    /// No webhook has this address, or it is off.
    Nowhere,
    WrongMethod(Vec<Method>),
    TooLarge(usize),
    /// It comes from an address that the webhook takes nothing from.
    Elsewhere,
    /// The sender did not show what it has to.
    Unverified,
    /// The request does not have what the function needs.
    Unfit(String),
}

/// How many requests webhooks may still take, by id.
#[derive(Default)]
pub(in crate::server) struct Rates(Mutex<HashMap<String, (u32, Arc<Rate>)>>);

impl Rates {
    fn take(&self, id: &str, per_minute: u32) -> Result<(), Error> {
        let rate = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || (per_minute, Arc::new(Rate::per_minute(per_minute)));
            let entry = known.entry(id.to_owned()).or_insert_with(new);
            if entry.0 != per_minute {
                *entry = new();
            }
            entry.1.clone()
        };
        rate.take().map_err(|seconds| Error::TooOften { seconds })
    }
}

impl App {
    /// The webhook that a token leads to, if it takes a request of this kind and size.
    pub(in crate::server) async fn hook_at(
        &self,
        token: &str,
        method: &Method,
        from: Option<IpAddr>,
        size: usize,
    ) -> Result<Result<IncomingRow, Received>, Error> {
        // What is compared is a hash of 256 random bits: its timing tells nothing of them.
        let found = self.store().incoming_by_token(&hash_of(token)).await?;
        let Some(row) = found.filter(|row| row.wish.enabled) else { return Ok(Err(Received::Nowhere)) };
        let allowed = &row.wish.allow_from;
        if !allowed.is_empty() && !from.is_some_and(|from| allowed.iter().any(|network| network.contains(from))) {
            return Ok(Err(Received::Elsewhere));
        }
        let methods: Vec<_> = row.wish.methods.iter().map(|verb| verb.method()).collect();
        if !methods.contains(method) {
            return Ok(Err(Received::WrongMethod(methods)));
        }
        if let Some(most) = row.wish.max_body.filter(|most| size > *most) {
            return Ok(Err(Received::TooLarge(most)));
        }
        if let Some(rate) = row.wish.rate {
            self.hook_rates().take(&row.id, rate)?;
        }
        Ok(Ok(row))
    }

    /// Whether a request comes from the webhook's sender.
    pub(in crate::server) async fn is_from_sender(
        &self,
        row: &IncomingRow,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<bool, Error> {
        let Some(verification) = &row.wish.verification else { return Ok(true) };
        let secret = self.hook_secret(row).await?;
        Ok(verification.holds(&secret, headers, body, self.now()))
    }

    /// Runs the function of a webhook with what was delivered.
    pub(in crate::server) async fn receive(
        &self,
        row: &IncomingRow,
        delivered: &Delivered<'_>,
    ) -> Result<Received, Error> {
        let arguments = match arguments_of(&row.wish, delivered) {
            Ok(arguments) => arguments,
            Err(reason) => return Ok(Received::Unfit(reason)),
        };
        let call = call_of_hook(&row.wish, arguments).lenient().waited_for(row.wish.answer == Answer::Sync);
        let accepted = match delivery_of(&row.wish, delivered.headers) {
            Some(name) if name.len() > LONGEST_DELIVERY => {
                return Ok(Received::Unfit(format!("expected a delivery's name of at most {LONGEST_DELIVERY} bytes")));
            }
            Some(name) => Some(self.accept_delivery(row, call.clone(), name, delivered.body).await?),
            None => None,
        };
        match (row.wish.answer, accepted) {
            (Answer::Async, Some(id)) => Ok(Received::Accepted(id)),
            (Answer::Async, None) => Ok(Received::Accepted(self.enqueue(call).await?)),
            (Answer::Sync, Some(id)) => Ok(Received::Ended(Box::new(self.wait_for(&id).await?))),
            (Answer::Sync, None) => Ok(Received::Ended(Box::new(self.run(call).await?))),
        }
    }

    /// Accepts a delivery, unless it was accepted before: then gives that execution's id.
    async fn accept_delivery(&self, row: &IncomingRow, call: Call, name: &str, body: &[u8]) -> Result<String, Error> {
        let sender = Caller::person(&format!("webhook:{}", row.id), Role::Execute);
        let once = Idempotency { caller: &sender, key: name, request: &[body] };
        self.enqueue_once(call, &once).await
    }
}

/// The sender's name for this delivery.
fn delivery_of<'a>(wish: &IncomingWish, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = headers.get(wish.delivery_header.as_deref()?)?.to_str().ok()?.trim();
    Some(name).filter(|name| !name.is_empty())
}
