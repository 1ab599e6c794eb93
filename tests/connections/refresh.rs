//! Tokens are refreshed in time, once, and by one caller at a time.

use crate::provider::{Answer, Provider, Seen, json, text};
use crate::stage::{Clock, Folder, account, database_of, get, host, in_memory, open, sandbox, send, task, wait};
use ararat::connections::credential::Tokens;
use ararat::connections::keep_alive::{Kept, keep_alive};
use ararat::connections::registry::{Event, EventSink, Settings};
use ararat::connections::{Credential, Secret, State};
use ararat::fault::FaultKind;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TOKEN: &str = "/oauth/v2/token";

/// Gives tokens `token-1-…`, `token-2-…`; the API accepts the latest only.
fn zoho() -> Provider {
    let count = AtomicUsize::new(0);
    Provider::start(move |seen| match seen.path.as_str() {
        TOKEN => {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            json(json!({"access_token": format!("token-{number}-0123456789"), "expires_in": 3600}))
        }
        _ => {
            let wanted = format!("Zoho-oauthtoken token-{}-0123456789", count.load(Ordering::SeqCst));
            if seen.header("authorization") == wanted { text(200, "fine") } else { text(401, "INVALID_TOKEN") }
        }
    })
}

#[test]
fn a_token_is_fetched_once_and_used_until_it_is_due() {
    let (provider, clock) = (zoho(), Clock::new());
    let registry = sandbox(&provider.url, &clock);
    let mut host = host(&registry);
    for _ in 0..3 {
        assert_eq!(send(&mut host, task("/crm/v2/Leads", None)).expect("an answer").body, b"fine");
    }
    assert_eq!(provider.seen_at(TOKEN).len(), 1);
    let asked = provider.seen_at(TOKEN)[0].form();
    assert_eq!(asked["grant_type"], "refresh_token");
    assert_eq!(asked["refresh_token"], crate::stage::REFRESH);
    assert_eq!(asked["client_secret"], crate::stage::CLIENT_SECRET);

    clock.turn(3600 - 361);
    send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
    assert_eq!(provider.seen_at(TOKEN).len(), 1, "a tenth of its life is left");
    clock.turn(2);
    send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
    assert_eq!(provider.seen_at(TOKEN).len(), 2);
}

#[test]
fn a_rejected_token_is_replaced_once() {
    let tokens = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match seen.path.as_str() {
        TOKEN => {
            json(json!({"access_token": format!("tok-{}", tokens.fetch_add(1, Ordering::SeqCst)), "expires_in": 3600}))
        }
        "/never" => text(401, "INVALID_TOKEN"),
        _ if seen.header("authorization").ends_with("tok-0") => text(401, "INVALID_TOKEN"),
        _ => text(200, "fine"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    let mut host = host(&registry);
    let answer = send(&mut host, task("/crm/v2/Leads", Some("zoho_crm"))).expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"fine".as_slice()));
    assert_eq!(provider.seen_at("/crm/v2/Leads").len(), 2);
    assert_eq!(provider.seen_at(TOKEN).len(), 2);

    let answer = send(&mut host, get(&format!("{}/never", provider.url), Some("zoho_crm"))).expect("an answer");
    assert_eq!(answer.status, 401, "the second 401 is the answer");
    assert_eq!(provider.seen_at("/never").len(), 2);
    assert_eq!(provider.seen_at(TOKEN).len(), 3);
}

#[test]
fn a_hundred_threads_make_one_token_request() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        TOKEN => {
            Answer { delay: Duration::from_millis(150), ..json(json!({"access_token": "tok", "expires_in": 3600})) }
        }
        _ => text(200, "fine"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let registry = registry.clone();
            std::thread::spawn(move || {
                send(&mut host(&registry), task("/crm/v2/Leads", None)).expect("an answer").status
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), 200);
    }
    assert_eq!(provider.seen_at(TOKEN).len(), 1);
}

#[test]
fn two_registries_on_one_directory_make_one_token_request() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        TOKEN => Answer {
            delay: Duration::from_millis(150),
            ..json(json!({"access_token": "tok", "refresh_token": "next-refresh-token", "expires_in": 3600}))
        },
        _ => text(200, "fine"),
    });
    let (folder, clock) = (Folder::new(), Clock::new());
    // Each has its own file, locks and cache, as two processes have.
    let first = open(&folder.0, clock.settings()).expect("a registry");
    wait(first.add_sandbox(&account(&provider.url))).expect("a connection");
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let registry = open(&folder.0, clock.settings()).expect("a registry");
            std::thread::spawn(move || {
                send(&mut host(&registry), task("/crm/v2/Leads", None)).expect("an answer").status
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), 200);
    }
    assert_eq!(provider.seen_at(TOKEN).len(), 1);
}

#[test]
fn four_processes_make_one_token_request() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        TOKEN => Answer {
            delay: Duration::from_millis(400),
            ..json(json!({"access_token": "fresh-token", "refresh_token": "next-refresh-token", "expires_in": 3600}))
        },
        _ => text(if seen.header("authorization").ends_with("fresh-token") { 200 } else { 401 }, "{}"),
    });
    let folder = Folder::new();
    let registry = open(&folder.0, Settings { user: Some("asha".into()), ..Settings::default() }).expect("a registry");
    let mut connection = wait(registry.add_sandbox(&account(&provider.url))).expect("a connection");
    let Some(Credential::OAuth2(tokens)) = wait(registry.credential(&connection)).expect("readable") else {
        panic!("expected an OAuth 2 credential");
    };
    let ended = Tokens { access: Some(Secret::new("ended-token")), ..tokens };
    (connection.lifetime, connection.expires_at) = (Some(3_600_000), Some(registry.now() - 1));
    wait(registry.save(&connection, Some(&Credential::OAuth2(ended)))).expect("saved");
    wait(registry.close());
    let process = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_ararat"))
            .args(["connections", "test", "zoho_crm", "--as", "asha"])
            .env("ARARAT_HOME", &folder.0)
            .env("ARARAT_DATABASE_URL", database_of(&folder.0).unwrap_or_default())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("runs")
    };
    let processes: Vec<_> = (0..4).map(|_| process()).collect();
    for process in processes {
        let ended = process.wait_with_output().expect("ends");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    assert_eq!(provider.seen_at(TOKEN).len(), 1);
    assert!(provider.seen().iter().all(|seen| !seen.header("authorization").ends_with("ended-token")));
}

#[test]
fn a_rotated_refresh_token_is_kept_and_a_missing_one_changes_nothing() {
    let provider = Provider::start(|seen: &Seen| {
        if seen.path != TOKEN {
            return text(200, "fine");
        }
        match seen.form()["refresh_token"].as_str() {
            "second-refresh" => json(json!({"access_token": "tok-2", "expires_in": "60"})),
            _ => json(json!({"access_token": "tok-1", "refresh_token": "second-refresh", "expires_in": 60})),
        }
    });
    let clock = Clock::new();
    let registry = sandbox(&provider.url, &clock);
    let mut host = host(&registry);
    for _ in 0..3 {
        send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
        clock.turn(60);
    }
    let sent: Vec<String> = provider.seen_at(TOKEN).iter().map(|seen| seen.form()["refresh_token"].clone()).collect();
    assert_eq!(sent, [crate::stage::REFRESH, "second-refresh", "second-refresh"]);
}

#[test]
fn a_dead_grant_asks_for_a_new_sign_in_and_is_not_tried_again() {
    for body in [r#"{"error":"invalid_grant"}"#, r#"{"error":"invalid_code"}"#] {
        let provider = Provider::start(move |_| text(200, body));
        let registry = sandbox(&provider.url, &Clock::new());
        let mut host = host(&registry);
        for _ in 0..2 {
            let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
            assert_eq!(fault.kind().name(), "run.connection");
            assert!(fault.message().starts_with("the connection `zoho_crm` needs a new sign-in"), "{fault}");
            assert_eq!(fault.help_text(), Some("run `ararat connections connect zoho_crm`"));
        }
        assert_eq!(provider.seen().len(), 1);
        let connection = wait(registry.connection("zoho_crm")).expect("a connection");
        assert_eq!(connection.state, State::NeedsReauth);
    }
}

#[test]
fn a_token_server_that_is_down_does_not_lose_the_connection() {
    let calls = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match (seen.path.as_str(), calls.fetch_add(1, Ordering::SeqCst)) {
        (TOKEN, 0..9) => text(503, "<html>down</html>"),
        (TOKEN, _) => json(json!({"access_token": "tok"})),
        (_, _) => text(200, "fine"),
    });
    let clock = Clock::new();
    let registry = sandbox(&provider.url, &clock);
    let mut host = host(&registry);
    // Three tries within a call, then a pause that doubles and has a tenth at random.
    for (number, pause) in [(3, 30..=33), (6, 60..=66), (9, 120..=132)] {
        for _ in 0..2 {
            let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
            let seconds: i64 =
                fault.message().split("must wait ").nth(1).expect("a wait")[..3].trim().parse().expect("a number");
            assert!(pause.contains(&seconds) && fault.message().contains("status 503"), "{fault}");
            assert_eq!(provider.seen_at(TOKEN).len(), number, "no storm after a failure");
        }
        clock.turn(133);
    }
    assert_eq!(wait(registry.connection("zoho_crm")).expect("a connection").state, State::Connected);
    assert_eq!(send(&mut host, task("/crm/v2/Leads", None)).expect("an answer").status, 200);
    assert_eq!(wait(registry.connection("zoho_crm")).expect("a connection").failures, 0);
}

#[test]
fn a_failure_that_passes_is_not_seen() {
    let calls = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match (seen.path.as_str(), calls.fetch_add(1, Ordering::SeqCst)) {
        (TOKEN, 0..2) => text(500, "oops"),
        (TOKEN, _) => json(json!({"access_token": "tok", "expires_in": 3600})),
        (_, _) => text(200, "fine"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    assert_eq!(send(&mut host(&registry), task("/crm/v2/Leads", None)).expect("an answer").status, 200);
    assert_eq!(provider.seen_at(TOKEN).len(), 3);
}

#[test]
fn a_busy_token_server_is_left_alone_as_long_as_it_says_but_a_person_may_insist() {
    let calls = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match (seen.path.as_str(), calls.fetch_add(1, Ordering::SeqCst)) {
        (TOKEN, 0) => Answer { headers: vec![("Retry-After".into(), "77".into())], ..text(429, "busy") },
        (TOKEN, _) => json(json!({"access_token": "tok", "expires_in": 3600})),
        (_, _) => text(200, "fine"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    let mut host = host(&registry);
    for _ in 0..2 {
        let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
        assert!(fault.message().contains("must wait 77 s"), "{fault}");
    }
    assert_eq!(provider.seen_at(TOKEN).len(), 1);
    let http = ararat::http::Client::new(Default::default());
    wait(ararat::connections::refresh::force(&registry, &http, "zoho_crm")).expect("refreshed");
    assert_eq!(send(&mut host, task("/crm/v2/Leads", None)).expect("an answer").status, 200);
    assert_eq!(provider.seen_at(TOKEN).len(), 2);
}

#[test]
fn a_refresh_ahead_of_time_that_fails_is_a_note_while_the_token_lives() {
    let calls = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match (seen.path.as_str(), calls.fetch_add(1, Ordering::SeqCst)) {
        (TOKEN, 0) => json(json!({"access_token": "tok", "expires_in": 3600})),
        (TOKEN, _) => text(503, "down"),
        (_, _) => text(200, "fine"),
    });
    let clock = Clock::new();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = told.clone();
    let events: EventSink = Arc::new(move |event: &Event<'_>| {
        sink.lock().expect("not poisoned").push(match event {
            Event::History(line) => format!("{} {}", line.link_name, line.event),
            Event::Note { link_name, text } => format!("note {link_name}: {text}"),
        });
    });
    let registry = in_memory(Settings { events: Some(events), ..clock.settings() });
    wait(registry.add_sandbox(&account(&provider.url))).expect("a connection");
    let mut host = host(&registry);
    send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
    clock.turn(3500);
    assert_eq!(send(&mut host, task("/crm/v2/Leads", None)).expect("an answer").status, 200);
    let told = told.lock().expect("not poisoned");
    assert!(told.contains(&"zoho_crm refreshed".to_owned()), "{told:?}");
    assert!(told.contains(&"zoho_crm refresh failed".to_owned()), "{told:?}");
    let note = "note zoho_crm: its token could not be refreshed ahead of its end";
    assert!(told.iter().any(|line| line.starts_with(note)), "{told:?}");
}

#[test]
fn sign_ins_that_nobody_uses_are_kept_alive() {
    let (provider, clock) = (zoho(), Clock::new());
    let registry = sandbox(&provider.url, &clock);
    let http = ararat::http::Client::new(Default::default());
    let keep = || wait(keep_alive(&registry, &http, Duration::from_secs(86_400))).expect("kept");
    assert!(keep().is_empty(), "used a moment ago");
    clock.turn(86_401);
    let kept = keep();
    assert!(matches!(kept.as_slice(), [Kept { link_name, user: None, result: Ok(()) }] if link_name == "zoho_crm"));
    assert!(keep().is_empty());
    assert_eq!(provider.seen_at(TOKEN).len(), 1);
    clock.turn(86_401);
    wait(registry.forget_tokens("zoho_crm", "by the user")).expect("revoked");
    clock.turn(86_401);
    assert!(keep().is_empty(), "signed out");
}

#[test]
fn zohos_budget_of_token_requests_is_kept_here() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        TOKEN => json(json!({"access_token": format!("{:x}", rand::random::<u64>()), "expires_in": 10})),
        _ => text(200, "fine"),
    });
    let clock = Clock::new();
    let registry = sandbox(&provider.url, &clock);
    let mut host = host(&registry);
    for _ in 0..10 {
        send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
        clock.turn(10);
    }
    let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
    assert!(fault.message().contains("must wait 500 s"), "{fault}");
    assert_eq!(provider.seen_at(TOKEN).len(), 10);
    clock.turn(501);
    send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
}

#[test]
fn throttling_waits_and_keeps_the_connection() {
    let provider = Provider::start(|_| text(200, "Access Denied"));
    let registry = sandbox(&provider.url, &Clock::new());
    let mut host = host(&registry);
    for _ in 0..2 {
        let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
        assert!(fault.message().contains("must wait 600 s"), "{fault}");
    }
    assert_eq!(provider.seen().len(), 1);
    assert_eq!(wait(registry.connection("zoho_crm")).expect("a connection").state, State::Connected);
}

#[test]
fn a_slow_answer_is_a_socket_timeout() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        TOKEN => json(json!({"access_token": "tok", "expires_in": 3600})),
        _ => Answer { delay: Duration::from_secs(3), ..text(200, "late") },
    });
    let registry = sandbox(&provider.url, &Clock::new());
    let mut request = task("/crm/v2/Leads", None);
    request.timeout = Duration::from_millis(200);
    let fault = send(&mut host(&registry), request).expect_err("a fault");
    assert_eq!(*fault.kind(), FaultKind::SocketTimeout);
    assert_eq!(fault.message(), "socket timeout error");
}

#[test]
fn a_change_by_another_process_counts_at_once() {
    let (provider, clock, folder) = (zoho(), Clock::new(), Folder::new());
    let first = open(&folder.0, clock.settings()).expect("a registry");
    wait(first.add_sandbox(&account(&provider.url))).expect("a connection");
    let second = open(&folder.0, clock.settings()).expect("a registry");
    let mut host = host(&first);
    for _ in 0..3 {
        send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
        // Long enough for the connection to be kept ready.
        std::thread::sleep(Duration::from_millis(70));
    }
    wait(second.forget_tokens("zoho_crm", "by the user")).expect("revoked");
    for link in [None, Some("zoho_crm")] {
        let fault = send(&mut host, task("/crm/v2/Leads", link)).expect_err("a fault");
        assert_eq!(fault.message(), "the connection `zoho_crm` was revoked");
    }
    assert_eq!(provider.seen_at("/crm/v2/Leads").len(), 3);
}

#[test]
fn a_row_can_name_other_signs_of_an_ended_token() {
    let tokens = AtomicUsize::new(0);
    let provider = Provider::start(move |seen| match seen.path.as_str() {
        TOKEN => json(json!({"access_token": format!("tok-{}", tokens.fetch_add(1, Ordering::SeqCst))})),
        _ if seen.header("authorization").ends_with("tok-0") => json(json!({"ok": false, "error": "token_expired"})),
        _ => json(json!({"ok": true})),
    });
    let clock = Clock::new();
    let registry = in_memory(clock.settings());
    let text = format!(
        r#"
        link_name = "talk"
        name = "Talk"
        family = "custom"
        api_base = "{0}"
        [auth.oauth2]
        grants = ["client_credentials"]
        token_url = "{0}{TOKEN}"
        expired_signals = ["token_expired"]
        "#,
        provider.url
    );
    wait(registry.add_service(&toml::from_str(&text).expect("a service"))).expect("added");
    let (service, name, link_name) = ("talk".to_owned(), "Talk".to_owned(), "talk".to_owned());
    let new = ararat::connections::NewConnection { service, name, link_name, ..Default::default() };
    wait(registry.add(new)).expect("a connection");
    let http = ararat::http::Client::new(Default::default());
    wait(ararat::connections::sign_in::set_client(&registry, "talk", "id", None)).expect("a client");
    wait(ararat::connections::sign_in::with_client_credentials(&registry, &http, "talk")).expect("connected");
    let answer = send(&mut host(&registry), get(&format!("{}/x", provider.url), Some("talk"))).expect("an answer");
    assert_eq!(answer.body, br#"{"ok":true}"#);
    assert_eq!(provider.seen_at("/x").len(), 2);
}
