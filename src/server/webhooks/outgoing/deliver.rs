//! Sends deliveries that are due, tries again what may still succeed, and gives up what will not.

use super::calls::payload_name;
use super::request::{learn_secrets, request_of};
use crate::connections::Error as OutboundError;
use crate::host::Response;
use crate::http::clock;
use crate::server::store::{Attempt, Delivery, DeliveryState, Execution};
use crate::server::{App, Error, backoff};
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const SECOND: i64 = 1000;
/// The longest that a receiver can put it off.
const LONGEST_PAUSE: i64 = 24 * 3600 * SECOND;
/// A delivery that is being sent for longer than this is another engine's to send: longer than any wait.
const CLAIM: i64 = 120 * SECOND;
/// Requests that are under way at once.
const AT_ONCE: usize = 64;
/// How often an engine looks for what others have queued.
const LOOK_ON_SERVER: Duration = Duration::from_secs(5);
const LOOK_ON_FILE: Duration = Duration::from_secs(30);
const SHORTEST: Duration = Duration::from_millis(50);

/// Deliveries that are being sent by this engine.
#[derive(Default)]
pub(in crate::server) struct Deliveries(AtomicUsize);

impl Deliveries {
    pub fn under_way(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

/// What an attempt came to.
enum Outcome {
    Delivered,
    /// It may succeed later, not before so many milliseconds where the receiver said so.
    Again(Option<i64>),
    Refused,
}

impl App {
    /// Sends what is due now and waits for what becomes of it. Says how many deliveries were claimed here.
    ///
    /// # Errors
    /// That the database failed.
    pub async fn run_due_deliveries(&self) -> Result<usize, Error> {
        let mut sending = JoinSet::new();
        let count = self.claim_into(&mut sending).await?;
        while sending.join_next().await.is_some() {}
        Ok(count)
    }

    /// Begins to send what is due, as far as there is room.
    async fn claim_into(&self, sending: &mut JoinSet<()>) -> Result<usize, Error> {
        let room = AT_ONCE.saturating_sub(sending.len());
        if room == 0 || self.is_closing() {
            return Ok(0);
        }
        let now = self.now();
        let claimed = self.store().claim_deliveries(now, now + CLAIM, i64::try_from(room).unwrap_or(1)).await?;
        let count = claimed.len();
        for delivery in claimed {
            let app = self.clone();
            app.sending().0.fetch_add(1, Ordering::AcqRel);
            sending.spawn(async move {
                app.attempt(delivery).await;
                app.sending().0.fetch_sub(1, Ordering::AcqRel);
            });
        }
        Ok(count)
    }

    /// One attempt, and what follows from it.
    async fn attempt(&self, mut delivery: Delivery) {
        let (at, started) = (self.now(), Instant::now());
        let (outcome, status, error) = match self.send(&delivery).await {
            Ok(response) => (of_status(&response), Some(response.status), None),
            Err(Failed { again, message }) => (again, None, Some(message)),
        };
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        delivery.log.push(Attempt { at, ms, status, error });
        self.decide(&mut delivery, &outcome);
        self.tell_attempt(&delivery, ms);
        match self.store().finish_attempt(&delivery).await {
            Ok(true) if delivery.kept && delivery.state == DeliveryState::Delivered => {
                if let Err(error) = self.forget_concealed(&payload_name(&delivery.id)).await {
                    tracing::warn!(id = delivery.id, %error, "a delivered payload stays in the vault");
                }
            }
            Ok(_) => {}
            // Its claim ends, and it is sent again.
            Err(error) => tracing::error!(id = delivery.id, %error, "an attempt could not be written down"),
        }
    }

    fn decide(&self, delivery: &mut Delivery, outcome: &Outcome) {
        let now = self.now();
        let pause = backoff::DELIVERIES.pause(delivery.attempts, rand::random());
        (delivery.state, delivery.next_at) = match (outcome, pause) {
            (Outcome::Delivered, _) => (DeliveryState::Delivered, None),
            (Outcome::Again(wish), Some(pause)) => {
                let pause = pause.max(wish.unwrap_or(0).min(LONGEST_PAUSE));
                (DeliveryState::Queued, Some(now.saturating_add(pause)))
            }
            (Outcome::Again(_), None) | (Outcome::Refused, _) => (DeliveryState::Dead, None),
        };
        delivery.ended_at = (delivery.state != DeliveryState::Queued).then_some(now);
    }

    fn tell_attempt(&self, delivery: &Delivery, ms: u64) {
        let Delivery { id, name, attempts, .. } = delivery;
        let last = delivery.log.last();
        let (status, error) = (last.and_then(|last| last.status), last.and_then(|last| last.error.as_deref()));
        match delivery.state {
            DeliveryState::Delivered => {
                self.metrics().delivered();
                tracing::debug!(id, webhook = name, attempts, status, ms, "delivered");
            }
            DeliveryState::Queued => tracing::info!(id, webhook = name, attempts, status, error, "not delivered yet"),
            DeliveryState::Dead => {
                self.metrics().given_up();
                tracing::warn!(id, webhook = name, attempts, status, error, "not delivered");
            }
        }
    }

    async fn send(&self, delivery: &Delivery) -> Result<Response, Failed> {
        let row = self.store().outgoing_webhook(&delivery.webhook).await?;
        let row = row.ok_or_else(|| Failed::for_good("there is no such webhook any more"))?;
        if !row.wish.enabled {
            return Err(Failed::for_good("the webhook is switched off"));
        }
        let wish = self.exact_outgoing(&row).await?;
        let payload = self.payload_of(delivery).await?;
        let request = request_of(&wish, &payload, &delivery.id);
        // What it holds of secrets is kept from the messages about it.
        let redactor = self.redactor().child();
        learn_secrets(&request, &redactor);
        self.outbound().carry(&request).await.map_err(|error| Failed {
            again: of_error(&error),
            message: redactor.clean(&error.to_string()).into_owned(),
        })
    }

    async fn payload_of(&self, delivery: &Delivery) -> Result<Value, Failed> {
        if let Some(id) = &delivery.execution {
            let execution = self.store().execution(id).await?;
            return Ok(event_of(&execution.ok_or_else(|| Failed::for_good("its execution is forgotten"))?));
        }
        let text = delivery.payload.as_ref().map_or("{}", |json| json.get());
        let shown: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        Ok(Value::Object(self.reveal(&payload_name(&delivery.id), &shown, delivery.kept).await?))
    }

    /// Sends deliveries when they are due, for as long as the engine is there.
    pub(in crate::server) fn keep_deliveries(&self) {
        let (engine, queued) = (self.weak(), self.store().delivery_due().clone());
        tokio::spawn(async move {
            let mut sending = JoinSet::new();
            loop {
                let noticed = queued.notified();
                tokio::pin!(noticed);
                // From here on nothing is missed.
                noticed.as_mut().enable();
                let Some(app) = engine().filter(|app| !app.is_closing()) else { break };
                let wait = app.send_and_wait(&mut sending).await;
                drop(app);
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = noticed => {}
                    Some(_) = sending.join_next() => {}
                }
            }
            while sending.join_next().await.is_some() {}
        });
    }

    /// Begins to send what is due and says how long to wait for the next.
    async fn send_and_wait(&self, sending: &mut JoinSet<()>) -> Duration {
        let look = if self.store().is_server() { LOOK_ON_SERVER } else { LOOK_ON_FILE };
        let next = match self.claim_into(sending).await {
            Ok(_) => self.store().next_delivery_at().await,
            Err(error) => Err(error),
        };
        match next {
            Ok(next) => {
                let left = next.map_or(i64::MAX, |next| next.saturating_sub(self.now()));
                Duration::from_millis(u64::try_from(left).unwrap_or(0)).clamp(SHORTEST, look)
            }
            Err(error) => {
                tracing::error!(%error, "deliveries cannot be sent now");
                look.min(Duration::from_secs(1))
            }
        }
    }
}

/// Why an attempt had no answer.
struct Failed {
    again: Outcome,
    message: String,
}

impl Failed {
    fn for_good(message: &str) -> Self {
        Self { again: Outcome::Refused, message: message.to_owned() }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { again: Outcome::Again(None), message: error.to_string() }
    }
}

fn of_status(response: &Response) -> Outcome {
    match response.status {
        200..=299 => Outcome::Delivered,
        408 | 425 | 429 | 500..=599 => {
            Outcome::Again(clock::retry_after(response).map(|seconds| seconds.saturating_mul(SECOND)))
        }
        _ => Outcome::Refused,
    }
}

fn of_error(error: &OutboundError) -> Outcome {
    match error {
        OutboundError::Wait { seconds, .. } | OutboundError::Crowded { seconds, .. } => {
            Outcome::Again(Some(seconds.saturating_mul(SECOND)))
        }
        // Somebody can sign in, or the world can mend.
        OutboundError::NotConnected { .. }
        | OutboundError::NotAuthorised { .. }
        | OutboundError::Revoked { .. }
        | OutboundError::NeedsSignIn { .. }
        | OutboundError::Provider { .. }
        | OutboundError::Vault { .. }
        | OutboundError::Store(_) => Outcome::Again(None),
        OutboundError::Http(error) if error.is_transient() => Outcome::Again(None),
        OutboundError::Http(_)
        | OutboundError::UnknownConnection { .. }
        | OutboundError::UnknownService { .. }
        | OutboundError::NotAllowed { .. }
        | OutboundError::MissingScope { .. }
        | OutboundError::HostNotAllowed { .. }
        | OutboundError::NotEncrypted { .. }
        | OutboundError::Usage { .. }
        | OutboundError::Unsupported(_) => Outcome::Refused,
    }
}

/// What is told of an execution, as the log shows it.
fn event_of(execution: &Execution) -> Value {
    json!({
        "event": format!("function.{}", execution.state.word()),
        "function": execution.name,
        "execution": {
            "id": execution.id,
            "version": execution.version,
            "cause": execution.cause,
            "actor": execution.actor,
            "state": execution.state,
            "arguments": execution.arguments,
            "output": execution.output,
            "error": execution.error,
            "created_at": execution.created_at,
            "started_at": execution.started_at,
            "ended_at": execution.ended_at,
            "duration_us": execution.duration_us,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Response {
        let headers = retry_after.map(|value| ("retry-after".to_owned(), value.to_owned())).into_iter().collect();
        Response { status, headers, body: Vec::new(), url: String::new() }
    }

    #[test]
    fn only_what_may_succeed_is_tried_again() {
        for status in [200, 201, 204] {
            assert!(matches!(of_status(&answer(status, None)), Outcome::Delivered), "{status}");
        }
        for status in [408, 425, 429, 500, 503] {
            assert!(matches!(of_status(&answer(status, None)), Outcome::Again(None)), "{status}");
        }
        for status in [301, 302, 400, 401, 403, 404, 410, 422] {
            assert!(matches!(of_status(&answer(status, None)), Outcome::Refused), "{status}");
        }
        assert!(matches!(of_status(&answer(429, Some("90"))), Outcome::Again(Some(90_000))));
        let link = "x".to_owned();
        assert!(matches!(of_error(&OutboundError::Revoked { link: link.clone() }), Outcome::Again(None)));
        let host = OutboundError::HostNotAllowed { link, host: "h".to_owned(), allowed: Vec::new() };
        assert!(matches!(of_error(&host), Outcome::Refused));
    }
}
