//! A process that is killed in the middle of a write leaves the old state or the new one.
#![cfg(all(unix, debug_assertions))]

use crate::provider::{Provider, json, text};
use crate::stage::{Clock, Folder, REFRESH, account, database_of, open, wait};
use ararat::connections::credential::Tokens;
use ararat::connections::{Credential, NewConnection, Registry, Secret, State};
use serde_json::json;
use std::path::Path;
use std::process::{Command, Output};

fn ararat(folder: &Path, args: &[&str], crash_at: u32) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ararat"))
        .args(args)
        .args(["--as", "asha"])
        .env("ARARAT_HOME", folder)
        .env("ARARAT_DATABASE_URL", database_of(folder).unwrap_or_default())
        .env("ARARAT_CRASH_AT_WRITE", crash_at.to_string())
        .output()
        .expect("runs")
}

fn was_killed(output: &Output) -> bool {
    use std::os::unix::process::ExitStatusExt;
    output.status.signal() == Some(9)
}

fn tokens_of(registry: &Registry, link: &str) -> Tokens {
    let connection = wait(registry.connection(link)).expect("a connection");
    assert_eq!(connection.state, State::Connected);
    match wait(registry.credential(&connection)).expect("opens") {
        Some(Credential::OAuth2(tokens)) => tokens,
        other => panic!("expected an OAuth 2 credential, found {other:?}"),
    }
}

#[test]
fn a_rotation_is_whole_or_not_there() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/oauth/v2/token" => {
            json(json!({"access_token": "new-access-token", "refresh_token": "new-refresh-token", "expires_in": 3600}))
        }
        _ => text(200, "fine"),
    });
    let (mut old, mut new) = (0, 0);
    for crash_at in 1.. {
        let folder = Folder::new();
        let registry = open(&folder.0, Clock::new().settings_of("asha")).expect("a registry");
        wait(registry.add_sandbox(&account(&provider.url))).expect("a connection");
        wait(registry.close());
        let ended = ararat(&folder.0, &["connections", "refresh", "zoho_crm"], crash_at);
        let registry = open(&folder.0, Clock::new().settings_of("asha")).expect("opens after a crash");
        let tokens = tokens_of(&registry, "zoho_crm");
        let refresh = tokens.refresh.as_ref().map(Secret::expose);
        match tokens.access.as_ref().map(Secret::expose) {
            None => assert_eq!(refresh, Some(REFRESH)),
            Some(access) => assert_eq!((access, refresh), ("new-access-token", Some("new-refresh-token"))),
        }
        if !was_killed(&ended) {
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
            break;
        }
        if tokens.access.is_none() { old += 1 } else { new += 1 }
    }
    assert!(old >= 4 && new >= 1, "killed {old} times before and {new} times after");
}

#[test]
fn a_rekey_is_whole_or_not_there() {
    let (mut old, mut new) = (0, 0);
    for crash_at in 1.. {
        let folder = Folder::new();
        let registry = open(&folder.0, Clock::new().settings_of("asha")).expect("a registry");
        for number in 0..3 {
            let tokens = Tokens {
                client_id: "c".into(),
                refresh: Some(Secret::new(format!("secret-{number}"))),
                ..Tokens::default()
            };
            let (name, link_name) = (format!("N {number}"), format!("n{number}"));
            let credential = Some(Credential::OAuth2(tokens));
            let new =
                NewConnection { service: "github".into(), name, link_name, credential, ..NewConnection::default() };
            let mut connection = wait(registry.add(new)).expect("added");
            connection.state = State::Connected;
            wait(registry.save(&connection, None)).expect("saved");
        }
        let before = wait(registry.vault_header()).expect("readable").expect("a header");
        wait(registry.close());
        let file = folder.0.join("second.key");
        let path = file.to_str().expect("text");
        let ended = ararat(&folder.0, &["vault", "rekey", "--to", "key-file", "--file", path], crash_at);
        let registry = open(&folder.0, Clock::new().settings_of("asha")).expect("opens after a crash");
        for number in 0..3 {
            let refresh = tokens_of(&registry, &format!("n{number}")).refresh.expect("a token");
            assert_eq!(refresh.expose(), format!("secret-{number}"));
        }
        if !was_killed(&ended) {
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
            break;
        }
        let after = wait(registry.vault_header()).expect("readable").expect("a header");
        if after == before {
            old += 1
        } else {
            new += 1
        }
        wait(registry.close());
        // Whatever was left behind, it can be done again.
        let third = folder.0.join("third.key");
        let path = third.to_str().expect("text");
        let again = ararat(&folder.0, &["vault", "rekey", "--to", "key-file", "--file", path], 0);
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        for number in 0..3 {
            let registry = open(&folder.0, Clock::new().settings_of("asha")).expect("opens");
            tokens_of(&registry, &format!("n{number}"));
        }
    }
    assert!(old >= 5 && new >= 1, "killed {old} times before and {new} times after");
}
