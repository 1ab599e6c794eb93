//! How calls are made: in their turn, by the provider's clock, with one header of a name, or not at all.

use crate::provider::{Answer, Provider, json, text};
use crate::stage::{Clock, account, get, host, in_memory, sandbox, send, task, wait};
use ararat::connections::outbound::Source;
use ararat::connections::registry::{Changes, Event, EventSink, Settings};
use ararat::connections::service::Budget;
use ararat::connections::{Credential, NewConnection, Registry, Secret, Service, State};
use ararat::hosts::{BlockingHost, HostConfig};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn fine() -> Provider {
    Provider::start(|seen| match seen.path.as_str() {
        "/oauth/v2/token" => json(json!({"access_token": "tok", "expires_in": 3600})),
        _ => text(200, "fine"),
    })
}

#[test]
fn calls_beyond_a_connections_rate_wait_or_are_refused() {
    let (provider, clock) = (fine(), Clock::new());
    let registry = sandbox(&provider.url, &clock);
    wait(registry.forget_tokens("zoho_crm", "by the user")).expect("revoked");
    let rate = Some(Budget { requests: 2, seconds: 60 });
    let mut connection = wait(registry.edit("zoho_crm", Changes { rate, ..Changes::default() })).expect("changed");
    connection.state = State::Connected;
    let tokens = Credential::from_plain(br#"{"type":"oauth2","client_id":"c","access":"tok"}"#).expect("a credential");
    wait(registry.save(&connection, Some(&tokens))).expect("saved");
    let mut host = host(&registry);
    for _ in 0..2 {
        assert_eq!(send(&mut host, task("/crm/v2/Leads", None)).expect("an answer").status, 200);
    }
    let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
    let expected = "the connection `zoho_crm` must wait 60 s before its next call: it may make 2 calls in 60 s";
    assert_eq!(fault.message(), expected);
    clock.turn(59);
    let mut patient = task("/crm/v2/Leads", None);
    patient.timeout = Duration::from_millis(1100);
    assert_eq!(send(&mut host, patient).expect("an answer after its turn").status, 200);
    assert_eq!(provider.seen_at("/crm/v2/Leads").len(), 3);
}

#[test]
fn a_provider_that_asks_for_a_pause_gets_it() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/oauth/v2/token" => json(json!({"access_token": "tok", "expires_in": 3600})),
        "/crm/v2/Busy" => Answer { headers: vec![("Retry-After".into(), "30".into())], ..text(429, "slow down") },
        _ => text(200, "fine"),
    });
    let clock = Clock::new();
    let registry = sandbox(&provider.url, &clock);
    let mut first = host(&registry);
    let answer = send(&mut first, task("/crm/v2/Busy", None)).expect("the answer is the script's to read");
    assert_eq!((answer.status, answer.body.as_slice()), (429, b"slow down".as_slice()));
    for host in [&mut first, &mut host(&registry)] {
        let fault = send(host, task("/crm/v2/Leads", None)).expect_err("a fault");
        assert!(fault.message().ends_with("30 s before its next call: the provider asked for a pause"), "{fault}");
    }
    assert_eq!(provider.seen_at("/crm/v2/Leads").len(), 0);
    clock.turn(30);
    assert_eq!(send(&mut first, task("/crm/v2/Leads", None)).expect("an answer").status, 200);
}

fn signed(url: &str) -> Registry {
    let registry = in_memory(Clock::new().settings());
    let service: Service = toml::from_str(&format!(
        "link_name = \"old\"\nname = \"Old\"\nfamily = \"custom\"\napi_base = \"{url}\"\n[auth.oauth1]\n\
         request_token_url = \"{url}/r\"\nauthorize_url = \"{url}/a\"\naccess_token_url = \"{url}/t\"\nsignature = \"HMAC-SHA1\"\n"
    ))
    .expect("a service");
    wait(registry.add_service(&service)).expect("added");
    let credential = Credential::OAuth1 {
        consumer_key: "ck".into(),
        consumer_secret: Secret::new("planted-consumer"),
        token: Some(Secret::new("token")),
        token_secret: Some(Secret::new("planted-token")),
    };
    let (service, name, link_name) = ("old".to_owned(), "Old".to_owned(), "old".to_owned());
    let credential = Some(credential);
    let new = NewConnection { service, name, link_name, credential, ..NewConnection::default() };
    let mut connection = wait(registry.add(new)).expect("a connection");
    connection.state = State::Connected;
    wait(registry.save(&connection, None)).expect("saved");
    registry
}

#[test]
fn signatures_follow_the_providers_clock() {
    // Ten minutes ahead of the registry's clock, and strict about five.
    let ahead = crate::stage::START / 1000 + 600;
    let provider = Provider::start(move |seen| {
        let header = seen.header("authorization");
        let text_after = header.split("oauth_timestamp=\"").nth(1).expect("a timestamp");
        let timestamp: i64 = text_after.split('"').next().expect("a number").parse().expect("a number");
        let date = ("Date".to_owned(), "Tue, 14 Nov 2023 22:23:20 GMT".to_owned());
        let status = if (timestamp - ahead).abs() <= 300 { 200 } else { 401 };
        Answer { headers: vec![date], ..text(status, "") }
    });
    let registry = signed(&provider.url);
    let mut host = host(&registry);
    let url = format!("{}/x", provider.url);
    assert_eq!(send(&mut host, get(&url, Some("old"))).expect("an answer").status, 200);
    assert_eq!(provider.seen().len(), 2, "refused once, then signed for the right time");
    assert_eq!(send(&mut host, get(&url, Some("old"))).expect("an answer").status, 200);
    assert_eq!(provider.seen().len(), 3, "and known from then on");
}

#[test]
fn a_token_servers_clock_does_not_shift_a_tokens_end() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/oauth/v2/token" => Answer {
            headers: vec![("Date".into(), "Tue, 14 Nov 2023 22:23:20 GMT".into())],
            ..json(json!({"access_token": "tok", "expires_in": 3600}))
        },
        _ => text(200, "fine"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    send(&mut host(&registry), task("/crm/v2/Leads", None)).expect("an answer");
    let connection = wait(registry.connection("zoho_crm")).expect("a connection");
    assert_eq!(connection.expires_at, Some(crate::stage::START + 3_600_000));
}

/// A sink that keeps the notes.
fn notes() -> (EventSink, Arc<Mutex<Vec<String>>>) {
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = kept.clone();
    let events: EventSink = Arc::new(move |event: &Event<'_>| {
        if let Event::Note { link_name, text } = event {
            sink.lock().expect("not poisoned").push(format!("{link_name}: {text}"));
        }
    });
    (events, kept)
}

#[test]
fn a_scripts_own_header_gives_way_and_a_note_says_so_once() {
    let provider = fine();
    let (events, notes) = notes();
    let registry = in_memory(Settings { events: Some(events), ..Clock::new().settings() });
    wait(registry.add_sandbox(&account(&provider.url))).expect("a connection");
    let mut host = host(&registry);
    for _ in 0..2 {
        let mut request = get(&format!("{}/x", provider.url), Some("zoho_crm"));
        request.headers =
            vec![("authorization".into(), "Bearer the-script's".into()), ("X-Other".into(), "kept".into())];
        send(&mut host, request).expect("an answer");
    }
    let seen = &provider.seen_at("/x")[1];
    assert_eq!((seen.header("authorization"), seen.header("x-other")), ("Zoho-oauthtoken tok", "kept"));
    let expected = "zoho_crm: the script sets the header `Authorization` too; the connection's own is sent";
    assert_eq!(*notes.lock().expect("not poisoned"), [expected]);
}

#[test]
fn a_dry_run_resolves_everything_and_sends_nothing() {
    let provider = fine();
    let registry = sandbox(&provider.url, &Clock::new());
    let (trace, count) = (Arc::new(Mutex::new(String::new())), AtomicUsize::new(0));
    let sink = trace.clone();
    let mut host = BlockingHost::new(HostConfig {
        registry: Source::Open(registry.clone()),
        trace: Some(Arc::new(Mutex::new(move |line: &str| {
            count.fetch_add(1, Ordering::SeqCst);
            sink.lock().expect("not poisoned").push_str(line);
        }))),
        dry_run: true,
        ..HostConfig::default()
    });
    let answer = send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()));
    send(&mut host, get("https://example.invalid/x", None)).expect("an answer");
    let trace = trace.lock().expect("not poisoned").clone();
    assert!(trace.contains("/crm/v2/Leads' -H 'Authorization: Zoho-oauthtoken ***'"), "{trace}");
    assert!(trace.contains("# not sent") && trace.contains("https://example.invalid/x"), "{trace}");
    // What would be refused is refused.
    let fault = send(&mut host, get("https://example.invalid/x", Some("zoho_crm"))).expect_err("a fault");
    assert!(fault.message().contains("may not send its credentials"), "{fault}");
    assert!(send(&mut host, get("https://example.invalid/x", Some("nope"))).is_err());
    assert!(provider.seen().is_empty());
}
