//! Signing in by device code, in the standard's form and in Zoho's, and by pasting an address back.

use crate::provider::{Provider, Seen, json, text};
use crate::stage::{Clock, Folder, START, database_of, in_memory, open, wait};
use ararat::connections::sign_in::{self, device::Polled};
use ararat::connections::{NewConnection, Registry, Secret, Service, State};
use ararat::http::{Client, Options};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Mutex;

fn service(url: &str, more: &str) -> Service {
    let text = format!(
        "link_name = \"tv\"\nname = \"TV\"\nfamily = \"custom\"\napi_base = \"{url}\"\n[auth.oauth2]\n\
         grants = [\"device_code\", \"authorization_code\"]\ntoken_url = \"{url}/token\"\n\
         authorize_url = \"{url}/authorize\"\nscopes = [\"a\", \"b\"]\n{more}\n"
    );
    toml::from_str(&text).expect("a service")
}

fn registry_with(service: &Service, clock: &Clock) -> (Registry, Client) {
    let registry = in_memory(clock.settings());
    wait(registry.add_service(service)).expect("a service");
    let (service, name, link_name) = ("tv".to_owned(), "TV".to_owned(), "tv".to_owned());
    wait(registry.add(NewConnection { service, name, link_name, ..NewConnection::default() })).expect("a connection");
    wait(sign_in::set_client(&registry, "tv", "client", Some(Secret::new("planted-secret")))).expect("a client");
    (registry, Client::new(Options::default()))
}

/// Answers `/device` with the codes, and polls with each reply in turn.
fn provider(codes: Value, replies: &[Value]) -> Provider {
    let replies: Mutex<VecDeque<Value>> = Mutex::new(replies.iter().cloned().collect());
    Provider::start(move |seen: &Seen| match seen.path.as_str() {
        "/device" => json(codes.clone()),
        _ => match replies.lock().expect("not poisoned").pop_front() {
            Some(Value::Null) => text(503, "<html>down</html>"),
            Some(reply) => json(reply),
            None => text(500, "nothing left"),
        },
    })
}

fn standard_codes() -> Value {
    json!({"device_code": "planted-device-code", "user_code": "WDJB-MJHT", "verification_uri": "https://x.example/device",
        "expires_in": 1800})
}

#[test]
fn the_standards_flow_waits_slows_down_and_connects() {
    let token = json!({"access_token": "tok", "refresh_token": "ref", "expires_in": 3600, "scope": "a"});
    let (pending, slow) = (json!({"error": "authorization_pending"}), json!({"error": "slow_down"}));
    let provider = provider(standard_codes(), &[pending.clone(), slow, pending, Value::Null, token]);
    let more = format!("device_code_url = \"{}/device\"\nscope_delimiter = \" \"", provider.url);
    let (registry, http) = registry_with(&service(&provider.url, &more), &Clock::new());
    let mut start = wait(sign_in::device::start(&registry, &http, "tv")).expect("a code");
    assert_eq!((start.user_code.as_str(), start.page.as_str()), ("WDJB-MJHT", "https://x.example/device"));
    assert_eq!((start.interval, start.ends_at), (5_000, START + 1_800_000));
    assert!(!format!("{start:?}").contains("planted"));
    let asked = provider.seen_at("/device")[0].form();
    assert_eq!((asked["client_id"].as_str(), asked["scope"].as_str()), ("client", "a b"));
    assert!(!asked.contains_key("client_secret") && !asked.contains_key("grant_type"));

    let mut pauses = Vec::new();
    let connection = loop {
        match wait(sign_in::device::poll(&registry, &http, "tv", &mut start)).expect("no end") {
            Polled::Again(after) => pauses.push(after),
            Polled::Connected(connection) => break connection,
        }
    };
    // Five seconds more for good after `slow_down`; twice as long while the server is down.
    assert_eq!(pauses, [5_000, 10_000, 10_000, 20_000]);
    assert_eq!((connection.state, connection.grant.as_deref()), (State::Connected, Some("device_code")));
    assert_eq!(connection.scopes, ["a"]);
    let form = provider.seen_at("/token")[0].form();
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!((form["device_code"].as_str(), form["client_id"].as_str()), ("planted-device-code", "client"));
}

#[test]
fn a_refusal_and_an_end_say_so() {
    for (reply, expected) in [
        (json!({"error": "access_denied"}), "the person at the other device said no"),
        (json!({"error": "expired_token"}), "the code for `tv` ended before anyone used it"),
        (json!({"error": "invalid_client", "error_description": "who?"}), "invalid_client (who?)"),
    ] {
        let provider = provider(standard_codes(), &[reply]);
        let more = format!("device_code_url = \"{}/device\"", provider.url);
        let clock = Clock::new();
        let (registry, http) = registry_with(&service(&provider.url, &more), &clock);
        let mut start = wait(sign_in::device::start(&registry, &http, "tv")).expect("a code");
        let error = wait(sign_in::device::poll(&registry, &http, "tv", &mut start)).expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
        clock.turn(1800);
        let error = wait(sign_in::device::poll(&registry, &http, "tv", &mut start)).expect_err("too late");
        assert!(error.to_string().contains("ended before anyone used it"), "{error}");
        assert_eq!(provider.seen_at("/token").len(), 1, "a code that ended is not asked with");
        assert_eq!(wait(registry.connection("tv")).expect("a connection").state, State::Draft);
    }
}

#[test]
fn zohos_flow_has_its_own_words_and_milliseconds() {
    let codes = json!({"device_code": "dev", "user_code": "ABCD-EFGH", "verification_url": "https://z.example/device",
        "verification_uri_complete": "https://z.example/device?user_code=ABCD-EFGH", "interval": 30000, "expires_in": 300000});
    let token = json!({"access_token": "tok", "refresh_token": "ref", "expires_in": 3600});
    let replies = [json!({"error": "slow_down"}), json!({"error": "other_dc", "user_dc": "eu"}), token];
    let provider = provider(codes, &replies);
    let more = format!("device_code_url = \"{0}/device\"\ndevice_token_url = \"{0}/poll\"", provider.url);
    let (registry, http) = registry_with(&service(&provider.url, &more), &Clock::new());
    let mut start = wait(sign_in::device::start(&registry, &http, "tv")).expect("a code");
    assert_eq!((start.interval, start.ends_at), (30_000, START + 300_000));
    let asked = provider.seen_at("/device")[0].form();
    assert_eq!((asked["grant_type"].as_str(), asked["access_type"].as_str()), ("device_request", "offline"));
    let mut poll = || wait(sign_in::device::poll(&registry, &http, "tv", &mut start)).expect("no end");
    assert!(matches!(poll(), Polled::Again(35_000)));
    assert!(matches!(poll(), Polled::Again(35_000)));
    let Polled::Connected(connection) = poll() else { panic!("expected a connection") };
    assert_eq!(connection.dc.as_deref(), Some("eu"), "the data centre of the account is kept");
    let form = provider.seen_at("/poll")[0].form();
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("device_token", "dev"));
    assert_eq!(form["client_secret"], "planted-secret");
}

#[test]
fn only_data_centres_of_the_table_are_believed() {
    let codes = json!({"device_code": "d", "user_code": "u", "verification_url": "https://z.example/"});
    for (reply, expected) in [
        (json!({"error": "other_dc", "user_dc": "evil"}), "expected a data centre of us, eu"),
        (json!({"error": "other_dc"}), "set it with --dc"),
    ] {
        let provider = provider(codes.clone(), &[reply]);
        let more = format!("device_code_url = \"{0}/device\"\ndevice_token_url = \"{0}/poll\"", provider.url);
        let (registry, http) = registry_with(&service(&provider.url, &more), &Clock::new());
        let mut start = wait(sign_in::device::start(&registry, &http, "tv")).expect("a code");
        let error = wait(sign_in::device::poll(&registry, &http, "tv", &mut start)).expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_service_without_device_codes_names_the_other_way() {
    let (registry, http) = registry_with(&service("http://127.0.0.1:9", ""), &Clock::new());
    let error = wait(sign_in::device::start(&registry, &http, "tv")).expect_err("refused");
    assert_eq!(error.to_string(), "the service `tv` has no sign-in by device code");
    assert!(error.help().expect("help").contains("--paste"));
}

#[test]
fn the_address_can_be_pasted_back_without_a_terminal() {
    let provider = Provider::start(|_| json(json!({"access_token": "tok", "expires_in": 3600})));
    let home = Folder::new();
    let registry = open(&home.0, Clock::new().settings_of("asha")).expect("a registry");
    wait(registry.add_service(&service(&provider.url, ""))).expect("a service");
    let (service, name, link_name) = ("tv".to_owned(), "TV".to_owned(), "tv".to_owned());
    wait(registry.add(NewConnection { service, name, link_name, ..NewConnection::default() })).expect("a connection");
    wait(sign_in::set_client(&registry, "tv", "client", None)).expect("a client");
    wait(registry.close());
    let mut child = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .args(["connections", "connect", "tv", "--grant", "authorization_code", "--paste", "--port", "8999"])
        .args(["--as", "asha"])
        .env("ARARAT_HOME", &home.0)
        .env("ARARAT_DATABASE_URL", database_of(&home.0).unwrap_or_default())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let page = said.by_ref().map_while(Result::ok).find(|line| line.contains("/authorize?")).expect("a page");
    let query: std::collections::BTreeMap<String, String> =
        url::Url::parse(&page).expect("an address").query_pairs().into_owned().collect();
    assert_eq!(query["redirect_uri"], "http://127.0.0.1:8999/delugeauth/callback");
    let back = format!("{}?code=c&state={}\n", query["redirect_uri"], query["state"]);
    child.stdin.take().expect("a pipe").write_all(back.as_bytes()).expect("written");
    let rest: Vec<String> = said.map_while(Result::ok).collect();
    assert!(child.wait().expect("ends").success(), "{rest:?}");
    assert_eq!(provider.seen_at("/token")[0].form()["code"], "c");
}
