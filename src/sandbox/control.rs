//! `/__sandbox/…`: what a test can do to the sandbox besides calling it.
//!
//! Stop and move the clock, let calls fail or wait, end tokens, decide consent without a page, reset,
//! export and import everything, read what was asked and what would have been sent by mail.

use super::accounts::Request;
use super::clock::Clock;
use super::exchange::{Answer, Call, Problem};
use super::world::World;
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

const REMEMBERED_CALLS: usize = 500;

/// How the consent page answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// A page asks the user.
    #[default]
    Ask,
    /// Every well-formed request is approved at once.
    Approve,
    /// Every well-formed request is refused at once.
    Deny,
}

/// An answer to give instead of the real one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// How many calls it spoils.
    #[serde(default = "one")]
    count: u32,
    /// The status to answer with.
    status: u16,
    /// The body to answer with.
    #[serde(default)]
    body: Option<Value>,
    /// A `Retry-After` header, in seconds.
    #[serde(default)]
    retry_after: Option<u32>,
    /// Only calls whose path begins like this.
    #[serde(default)]
    path: Option<String>,
    /// Only calls of this method.
    #[serde(default)]
    method: Option<String>,
}

fn one() -> u32 {
    1
}

/// What tests asked for, and what they may look at; none of it survives a restart.
#[derive(Default)]
pub struct Control {
    /// How the consent page answers.
    pub consent: Consent,
    /// Whether the token endpoint says that there were too many requests.
    pub throttle_tokens: bool,
    /// Requests for consent whose page is open, by ticket.
    pub tickets: HashMap<String, Request>,
    /// Device codes whose page is open, by ticket.
    pub device_tickets: HashMap<String, String>,
    /// When codes were given, by client.
    pub codes_given: HashMap<String, Vec<i64>>,
    latency: Duration,
    faults: Vec<Fault>,
    calls: VecDeque<Value>,
    calls_per_minute: Option<usize>,
    lately: VecDeque<i64>,
}

impl Control {
    /// How long every call waits.
    pub fn latency(&self) -> Duration {
        self.latency
    }

    /// The answer to give instead of the real one, if a fault was planned for this call.
    pub fn fault(&mut self, call: &Call) -> Option<Answer> {
        let at = self.faults.iter().position(|fault| {
            fault.path.as_ref().is_none_or(|path| call.path.starts_with(path.as_str()))
                && fault.method.as_ref().is_none_or(|method| call.method.as_str().eq_ignore_ascii_case(method))
        })?;
        let fault = self.faults[at].clone();
        self.faults[at].count = fault.count.saturating_sub(1);
        if self.faults[at].count == 0 {
            self.faults.remove(at);
        }
        let mut answer = match &fault.body {
            Some(Value::String(text)) => Answer::html(fault.status, text.clone()),
            Some(body) => Answer::json(fault.status, body),
            None => Answer::empty(fault.status),
        };
        answer.headers.extend(fault.retry_after.map(|seconds| ("retry-after", seconds.to_string())));
        Some(answer)
    }

    /// Counts a call, and answers instead where there were too many within a minute of the sandbox's clock.
    pub fn throttled(&mut self, now_ms: i64) -> Option<Answer> {
        let most = self.calls_per_minute?;
        self.lately.retain(|at| now_ms - at < 60_000);
        if self.lately.len() < most {
            self.lately.push_back(now_ms);
            return None;
        }
        let first = self.lately.front().copied().unwrap_or(now_ms);
        let message = "You have made too many requests within a certain time frame. Please try again later.";
        let mut answer = Answer::from(Problem::new(429, "TOO_MANY_REQUESTS", message, json!({"limit": most})));
        answer.headers.push(("retry-after", ((first + 60_999 - now_ms) / 1000).to_string()));
        Some(answer)
    }

    /// Remembers that this was asked and how it was answered, without secrets.
    pub fn remember(&mut self, call: &Call, status: u16) {
        if self.calls.len() == REMEMBERED_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(json!({"method": call.method.as_str(), "path": call.path, "status": status}));
    }
}

/// Answers a call below `/__sandbox`.
pub fn answer(world: &mut World, call: &Call) -> Result<Answer, Problem> {
    let what: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let body = if call.body.is_empty() { json!({}) } else { call.json_object()? };
    match (&call.method, what.as_slice()) {
        (&Method::GET, ["state"]) => return Ok(Answer::json(200, &world.docs.export())),
        (&Method::GET, ["outbox"]) => return Ok(listed(world.docs.all("outbox").map(|(_, mail)| mail.clone()))),
        (&Method::GET, ["calls"]) => return Ok(listed(world.control.calls.iter().cloned())),
        (&Method::GET, ["clock"]) => return Ok(Answer::json(200, &json!({"now": world.now().to_string()}))),
        (&Method::PUT | &Method::POST, ["state"]) => import(world, &body),
        (&Method::POST, ["reset"]) => reset(world),
        (&Method::POST, ["clock"]) => set_clock(world, &body)?,
        (&Method::POST, ["faults"]) => world.control.faults.push(read(body, "fault")?),
        (&Method::DELETE, ["faults"]) => world.control.faults.clear(),
        (&Method::POST, ["latency"]) => {
            world.control.latency = Duration::from_millis(number(&body, "milliseconds")?.min(60_000));
        }
        (&Method::POST, ["throttle"]) if body.get("calls_per_minute").is_some() => {
            world.control.calls_per_minute = body["calls_per_minute"].as_u64().and_then(|most| most.try_into().ok());
            world.control.lately.clear();
        }
        (&Method::POST, ["throttle"]) => world.control.throttle_tokens = body["on"].as_bool().unwrap_or(true),
        (&Method::POST, ["consent"]) => world.control.consent = read(body["mode"].clone(), "mode")?,
        (&Method::POST, ["tokens", "expire"]) => world.docs.remove_where("access", |_| true),
        (&Method::POST, ["tokens", "revoke"]) => {
            world.docs.remove_where("access", |_| true);
            world.docs.remove_where("refresh", |_| true);
        }
        (&Method::POST, ["outbox"]) => keep(world, body),
        (&Method::DELETE, ["outbox"]) => world.docs.remove_where("outbox", |_| true),
        _ => return Err(unknown(&call.path)),
    }
    Ok(Answer::json(200, &json!({"status": "success"})))
}

fn listed(items: impl Iterator<Item = Value>) -> Answer {
    Answer::json(200, &Value::Array(items.collect()))
}

fn unknown(path: &str) -> Problem {
    let known = "state, reset, clock, faults, latency, throttle, consent, tokens/expire, tokens/revoke, outbox, calls";
    Problem::new(404, "NOT_FOUND", format!("the sandbox has no `{path}`; it has {known}"), json!({}))
}

fn read<T: serde::de::DeserializeOwned>(body: Value, what: &str) -> Result<T, Problem> {
    serde_json::from_value(body)
        .map_err(|error| Problem::new(400, "INVALID_DATA", format!("this is no {what}: {error}"), json!({})))
}

fn number(body: &Value, name: &str) -> Result<u64, Problem> {
    let wanted = format!("expected a whole number as `{name}`");
    body[name].as_u64().ok_or_else(|| Problem::new(400, "INVALID_DATA", wanted, json!({"api_name": name})))
}

fn set_clock(world: &mut World, body: &Value) -> Result<(), Problem> {
    if let Some(text) = body["set"].as_str() {
        let at: Timestamp = text.parse().map_err(|error: jiff::Error| {
            Problem::new(400, "INVALID_DATA", format!("expected a moment as `set`: {error}"), json!({}))
        })?;
        world.clock = Clock::Fixed(at);
    } else if let Some(seconds) = body["advance_seconds"].as_i64() {
        world.clock = world.clock.advanced(SignedDuration::from_secs(seconds));
    } else if body["system"].as_bool() == Some(true) {
        world.clock = Clock::System;
    } else {
        let wanted = "expected `set` (a moment), `advance_seconds` (a whole number) or `system` (true)";
        return Err(Problem::new(400, "INVALID_DATA", wanted, json!({})));
    }
    Ok(())
}

/// Makes everything as it was at the first start; clients and their tokens stay.
fn reset(world: &mut World) {
    let mut fresh = super::docs::Docs::default();
    super::seed::plant(&mut fresh, &world.modules);
    let mut state = fresh.export();
    let now = world.docs.export();
    for kind in ["clients", "refresh", "access", "codes", "consents", "secrets"] {
        if let Some(documents) = now.get(kind) {
            state[kind] = documents.clone();
        }
    }
    import(world, &state);
    world.control = Control::default();
}

/// What a script would have sent by other ways than the CRM.
fn keep(world: &mut World, mut message: Value) {
    let id = world.new_id();
    message["id"] = json!(id);
    message["time"] = json!(world.now_text());
    world.docs.put("outbox", &id, message);
}

fn import(world: &mut World, state: &Value) {
    if let Some(kinds) = state.as_object() {
        world.docs.import(kinds);
    }
}
