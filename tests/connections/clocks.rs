//! Clocks that are set: no token becomes eternal, and no pause does.

use crate::provider::{Answer, Provider, json, text};
use crate::stage::{Clock, account, host, in_memory, send, task, wait};
use ararat::connections::Registry;
use ararat::connections::registry::Settings;
use ararat::hosts::BlockingHost;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

const TOKEN: &str = "/oauth/v2/token";
const DAY: i64 = 86_400;

/// A registry by a clock that can be set, and by one that only goes on.
fn by_two_clocks(provider: &Provider) -> (Registry, Clock, Clock) {
    let (wall, steady) = (Clock::new(), Clock::new());
    let registry = in_memory(Settings { steady: Some(steady.reading()), ..wall.settings() });
    wait(registry.add_sandbox(&account(&provider.url))).expect("a connection");
    (registry, wall, steady)
}

fn zoho() -> Provider {
    Provider::start(|seen| match seen.path.as_str() {
        TOKEN => json(json!({"access_token": format!("{:x}", rand::random::<u64>()), "expires_in": 3600})),
        _ => text(200, "fine"),
    })
}

fn call(host: &mut BlockingHost) {
    assert_eq!(send(host, task("/crm/v2/Leads", None)).expect("an answer").status, 200);
}

#[test]
fn a_clock_that_is_set_back_makes_no_token_eternal() {
    let provider = zoho();
    let (registry, wall, steady) = by_two_clocks(&provider);
    let mut host = host(&registry);
    call(&mut host);
    // Not quite an hour passes, all of which the wall clock loses again, and a minute more.
    steady.turn(3500);
    wall.turn(-60);
    call(&mut host);
    assert_eq!(provider.seen_at(TOKEN).len(), 2, "its age counts, not only the time of day");
    call(&mut host);
    assert_eq!(provider.seen_at(TOKEN).len(), 2, "the new one is as young as it is");
    steady.turn(3500);
    call(&mut host);
    assert_eq!(provider.seen_at(TOKEN).len(), 3);
}

#[test]
fn a_clock_that_was_wrong_for_a_while_costs_one_token() {
    let provider = zoho();
    let (registry, wall, steady) = by_two_clocks(&provider);
    let mut host = host(&registry);
    call(&mut host);
    wall.turn(DAY);
    call(&mut host);
    assert_eq!(provider.seen_at(TOKEN).len(), 2, "by the time of day it ended long ago");
    wall.turn(-DAY);
    for _ in 0..3 {
        steady.turn(600);
        wall.turn(600);
        call(&mut host);
    }
    assert_eq!(provider.seen_at(TOKEN).len(), 2, "and this one is half an hour old");
}

#[test]
fn a_clock_that_is_set_back_makes_no_pause_eternal() {
    let asked = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match seen.path.as_str() {
        TOKEN if asked.fetch_add(1, Ordering::SeqCst) == 0 => {
            Answer { headers: vec![("Retry-After".into(), "300".into())], ..text(429, "busy") }
        }
        TOKEN => json(json!({"access_token": "tok", "expires_in": 10})),
        _ => text(200, "fine"),
    });
    let (registry, wall, steady) = by_two_clocks(&provider);
    let mut host = host(&registry);
    let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
    assert!(fault.message().contains("must wait 300 s"), "{fault}");
    wall.turn(-DAY);
    steady.turn(1);
    call(&mut host);
    // Nine more use the provider's budget up, and then the clock is set back again.
    for _ in 0..8 {
        wall.turn(10);
        steady.turn(10);
        call(&mut host);
    }
    wall.turn(10);
    steady.turn(10);
    call(&mut host);
    assert_eq!(provider.seen_at(TOKEN).len(), 11);
    wall.turn(-DAY);
    steady.turn(10);
    call(&mut host);
    assert_eq!(provider.seen_at(TOKEN).len(), 12);
}
