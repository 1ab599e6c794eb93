//! Everything the sandbox knows between two calls: documents, clock, faults to play, modules.

use super::SandboxError;
use super::clock::Clock;
use super::control::Control;
use super::creator::Form;
use super::crm::module::{Module, ORG_PREFIX};
use super::docs::Docs;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::RngExt;
use serde_json::json;
use std::sync::Arc;

/// The state behind the server, one call at a time.
pub struct World {
    /// Documents: what survives a restart.
    pub docs: Docs,
    /// What time it is here.
    pub clock: Clock,
    /// The organisation's time zone, in which moments are shown.
    pub zone: TimeZone,
    /// The modules of the CRM.
    pub modules: Arc<Vec<Module>>,
    /// The forms of Creator.
    pub forms: Arc<Vec<Form>>,
    /// What tests asked for.
    pub control: Control,
    /// `http://127.0.0.1:PORT`, where this server is.
    pub origin: String,
}

impl World {
    /// A seeded world whose clock starts like this.
    pub fn new(clock: Clock, modules: Vec<Module>, forms: Vec<Form>, origin: String) -> Result<World, SandboxError> {
        let mut world = World {
            docs: Docs::default(),
            clock,
            zone: TimeZone::fixed(jiff::tz::offset(0)),
            modules: Arc::new(modules),
            forms: Arc::new(forms),
            control: Control::default(),
            origin,
        };
        let modules = Arc::clone(&world.modules);
        super::seed::plant(&mut world.docs, &modules);
        world.zone = world.read_zone();
        Ok(world)
    }

    fn read_zone(&self) -> TimeZone {
        self.docs
            .get("org", "org")
            .and_then(|org| org["time_zone"].as_str())
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or(TimeZone::UTC)
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time here, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// The time here as records show it: `2026-05-04T10:12:00+05:30`.
    pub fn now_text(&self) -> String {
        self.show(self.now())
    }

    /// A moment as records show it.
    pub fn show(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// A new id, greater than all before it.
    pub fn new_id(&mut self) -> String {
        let last = self.docs.get("counters", "id").and_then(serde_json::Value::as_u64).unwrap_or(1_000_000);
        self.docs.put("counters", "id", json!(last + 1));
        (ORG_PREFIX + last + 1).to_string()
    }

    /// The next number of a series, such as that of invoices; the first is 1001 unless the series says.
    pub fn next_number(&mut self, series: &str, first: Option<u64>) -> u64 {
        let before = first.unwrap_or(1001).saturating_sub(1);
        let last = self.docs.get("counters", series).and_then(serde_json::Value::as_u64).unwrap_or(before);
        self.docs.put("counters", series, json!(last + 1));
        last + 1
    }

    /// The module of this API name.
    pub fn module(&self, name: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.name.eq_ignore_ascii_case(name))
    }
}

/// This many random bytes, in lower-case hexadecimal.
pub fn random_hex(bytes: usize) -> String {
    let mut rng = rand::rng();
    (0..bytes).map(|_| format!("{:02x}", rng.random::<u8>())).collect()
}

/// This many random capital letters and digits.
pub fn random_capitals(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect()
}
