//! The blocking host: redirects, limits, broken answers, where credentials may go.

use crate::provider::{Answer, Provider, json, text};
use crate::stage::{Clock, Folder, get, host, in_memory, request, sandbox, send, task, wait};
use ararat::connections::NewConnection;
use ararat::connections::outbound::Source;
use ararat::host::{Ask, Body, Host, Mail, Method, Reply, Target};
use ararat::hosts::post::Routes;
use ararat::hosts::{BlockingHost, HostConfig};
use ararat::http::network::Reach;
use serde_json::json;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn bare() -> BlockingHost {
    // A registry that cannot be opened: these tests must not need one.
    let registry = Source::Dir("/proc/ararat-cannot-be-here".into());
    BlockingHost::new(HostConfig { registry, ..HostConfig::default() })
}

#[test]
fn a_plain_request_needs_no_registry() {
    let provider =
        Provider::start(|_| Answer { headers: vec![("X-Note".into(), "a".into())], ..text(404, "not here") });
    let mut asked = request(Method::Post, Target::Url(format!("{}/a?x=1", provider.url)), None);
    asked.query = vec![("y".into(), "2 3".into())];
    asked.headers = vec![("X-Own".into(), "v".into())];
    asked.body = Body::Form(vec![("k".into(), "v w".into())]);
    let answer = send(&mut bare(), asked).expect("an answer");
    assert_eq!(
        (answer.status, answer.header("x-note"), answer.body.as_slice()),
        (404, Some("a"), b"not here".as_slice())
    );
    assert_eq!(answer.url, format!("{}/a?x=1&y=2+3", provider.url));
    let seen = &provider.seen()[0];
    assert_eq!((seen.method.as_str(), seen.body.as_str()), ("POST", "k=v+w"));
    assert_eq!((seen.query["y"].as_str(), seen.header("x-own")), ("2 3", "v"));
    assert_eq!(seen.header("user-agent"), concat!("ararat/", env!("CARGO_PKG_VERSION")));
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
}

#[test]
fn a_redirect_to_another_server_goes_on_without_credentials() {
    let other = Provider::start(|_| text(200, "elsewhere"));
    let elsewhere = other.url.clone();
    let provider = Provider::start(move |seen| match seen.path.as_str() {
        "/oauth/v2/token" => json(json!({"access_token": "tok", "expires_in": 3600})),
        "/here" => Answer { headers: vec![("location".into(), "/there".into())], ..text(302, "") },
        "/away" => Answer { headers: vec![("location".into(), format!("{elsewhere}/x"))], ..text(302, "") },
        "/loop" => Answer { headers: vec![("location".into(), "/loop".into())], ..text(302, "") },
        _ => text(200, "there"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    let mut host = host(&registry);
    let mut ask = |path: &str| {
        let mut request = get(&format!("{}{path}", provider.url), Some("zoho_crm"));
        request.headers = vec![("Cookie".into(), "c=1".into()), ("X-Own".into(), "v".into())];
        send(&mut host, request)
    };
    assert_eq!(ask("/here").expect("an answer").body, b"there");
    assert_eq!(provider.seen_at("/there")[0].header("authorization"), "Zoho-oauthtoken tok");
    let answer = ask("/away").expect("an answer");
    assert_eq!((answer.body.as_slice(), answer.url), (b"elsewhere".as_slice(), format!("{}/x", other.url)));
    let seen = &other.seen()[0];
    assert_eq!((seen.header("authorization"), seen.header("cookie"), seen.header("x-own")), ("", "", "v"));
    let fault = ask("/loop").expect_err("a fault");
    assert!(fault.message().starts_with("expected at most 5 redirects"), "{fault}");
    assert_eq!(provider.seen_at("/loop").len(), 6);
}

#[test]
fn credentials_go_to_the_services_hosts_only() {
    let (provider, other) = (Provider::start(|_| text(200, "{}")), Provider::start(|_| text(200, "stolen")));
    let registry = sandbox(&provider.url, &Clock::new());
    let fault = send(&mut host(&registry), get(&format!("{}/x", other.url), Some("zoho_crm"))).expect_err("a fault");
    assert_eq!(fault.kind().name(), "run.connection");
    assert!(fault.message().contains("may not send its credentials to"), "{fault}");
    let help = format!("if you trust that host, run `ararat connections allow zoho_crm {}`", other.host());
    assert_eq!(fault.help_text(), Some(help.as_str()));
    assert!(other.seen().is_empty() && provider.seen().is_empty(), "no token was asked for either");
}

#[test]
fn a_connection_that_cannot_be_used_says_what_to_do() {
    let registry = sandbox("http://127.0.0.1:9", &Clock::new());
    let draft = NewConnection {
        service: "github".into(),
        name: "GitHub".into(),
        link_name: "github".into(),
        ..NewConnection::default()
    };
    wait(registry.add(draft)).expect("a connection");
    let mut host = host(&registry);
    let mut fault = |link: &str| {
        let fault = send(&mut host, get("https://api.github.com/user", Some(link))).expect_err("a fault");
        (fault.message(), fault.help_text().unwrap_or_default().to_owned())
    };
    let (message, help) = fault("zoho_cmr");
    assert_eq!(message, "no connection has the link name `zoho_cmr` (there is `zoho_crm`)");
    assert_eq!(help, "did you mean `zoho_crm`?");
    let (message, help) = fault("github");
    assert_eq!(message, "the connection `github` is not connected yet");
    assert_eq!(help, "run `ararat connections connect github`");
    wait(registry.forget_tokens("zoho_crm", "by the user")).expect("revoked");
    assert_eq!(fault("zoho_crm").0, "the connection `zoho_crm` was revoked");
    let fault = send(&mut host, task("/books/v3/invoices", None)).expect_err("a fault");
    assert_eq!(fault.message(), "no connection covers Zoho Books, and the task names none");
}

#[test]
fn a_scope_that_is_missing_is_named_before_the_call() {
    let provider = Provider::start(|_| text(200, "{}"));
    let registry = sandbox(&provider.url, &Clock::new());
    let mut connection = wait(registry.connection("zoho_crm")).expect("a connection");
    connection.scopes = vec!["ZohoCRM.modules.leads.READ".into()];
    wait(registry.save(&connection, None)).expect("saved");
    let mut request = task("/crm/v2/Deals", None);
    request.scopes = vec!["ZohoCRM.modules.deals.READ".into()];
    let fault = send(&mut host(&registry), request).expect_err("a fault");
    assert_eq!(fault.message(), "the connection `zoho_crm` lacks the scope `ZohoCRM.modules.deals.READ`");
    assert!(provider.seen().is_empty());
}

#[test]
fn answers_are_bounded_and_broken_ones_are_faults() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/large" => text(200, &"x".repeat(1001)),
        "/cut" => Answer { missing: 10, ..text(200, "partial") },
        _ => text(200, &"x".repeat(1000)),
    });
    let mut host = bare();
    let mut ask = |path: &str| {
        let mut request = get(&format!("{}{path}", provider.url), None);
        request.max_response = 1000;
        send(&mut host, request)
    };
    assert_eq!(ask("/fits").expect("an answer").body.len(), 1000);
    let fault = ask("/large").expect_err("a fault");
    assert!(fault.message().starts_with("expected a response of at most 1000 bytes"), "{fault}");
    assert!(fault.kind().is_catchable());
    let fault = ask("/cut").expect_err("a fault");
    assert_eq!(fault.kind().name(), "run.http");
    assert!(fault.message().contains("closed the connection before its answer was complete"), "{fault}");
}

#[test]
fn unreachable_servers_and_bad_requests_are_named() {
    let mut host = bare();
    let fault = send(&mut host, get("http://127.0.0.1:1/x?access_token=planted", None)).expect_err("a fault");
    assert!(fault.message().starts_with("could not reach the server: "), "{fault}");
    assert!(fault.message().ends_with("(GET http://127.0.0.1:1/x?access_token=***)"), "{fault}");
    let fault = send(&mut host, get("example.com/x", None)).expect_err("a fault");
    assert!(fault.message().starts_with("expected an address such as https://example.com/path"), "{fault}");
    let fault = send(&mut host, get("file:///etc/passwd", None)).expect_err("a fault");
    assert!(fault.message().starts_with("expected an address with http or https, found `file`"), "{fault}");
    let mut request = get("http://127.0.0.1:1/", None);
    request.headers = vec![("X".into(), "a\r\nY: b".into())];
    let fault = send(&mut host, request).expect_err("a fault");
    assert!(fault.message().contains("line break"), "{fault}");
}

#[test]
fn private_addresses_can_be_switched_off() {
    let provider = Provider::start(|_| text(200, "inside"));
    let url = provider.url.replace("127.0.0.1", "localhost");
    for url in [&provider.url, &url] {
        let reach = Reach { deny_private: true, allow: vec![] };
        let mut host = BlockingHost::new(HostConfig { reach, ..HostConfig::default() });
        let fault = send(&mut host, get(url, None)).expect_err("a fault");
        assert!(fault.message().contains("is a private address"), "{fault}");
    }
    assert!(provider.seen().is_empty());
    let reach = Reach { deny_private: true, allow: vec!["127.0.0.1".into()] };
    let mut host = BlockingHost::new(HostConfig { reach, ..HostConfig::default() });
    assert_eq!(send(&mut host, get(&provider.url, None)).expect("an answer").body, b"inside");
}

#[test]
fn a_stop_ends_a_waiting_request() {
    let provider = Provider::start(|_| Answer { delay: Duration::from_secs(4), ..text(200, "late") });
    let stop = Arc::new(AtomicBool::new(false));
    let mut host = BlockingHost::new(HostConfig { stop: stop.clone(), ..HostConfig::default() });
    assert!(host.ask(Ask::Breathe).is_ok());
    let started = std::time::Instant::now();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        stop.store(true, Ordering::Relaxed);
    });
    let fault = send(&mut host, get(&provider.url, None)).expect_err("a fault");
    assert_eq!(fault.kind().name(), "run.stopped");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(host.ask(Ask::Breathe).is_err());
}

/// Output that the test can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn output_is_buffered_and_written_before_a_request() {
    let out = Shared::default();
    let length = |out: &Shared| out.0.lock().expect("not poisoned").len();
    let mut host = BlockingHost::new(HostConfig { output: Some(Box::new(out.clone())), ..HostConfig::default() });
    host.ask(Ask::Print("one")).expect("printed");
    assert_eq!(length(&out), 0);
    let _ = send(&mut host, get("http://127.0.0.1:1/", None));
    assert_eq!(length(&out), 4);
    host.ask(Ask::Print("two")).expect("printed");
    drop(host);
    assert_eq!(*out.0.lock().expect("not poisoned"), b"one\ntwo\n");
}

#[test]
fn mail_goes_to_the_outbox_or_nowhere() {
    let mail = Mail { from: "a@example.com".into(), to: vec!["b@example.com".into()], ..Mail::default() };
    let mut host = bare();
    let fault = host.ask(Ask::Mail(mail.clone())).expect_err("a fault");
    assert_eq!(fault.kind().name(), "run.mail");
    assert!(fault.help_text().expect("help").contains("--outbox DIR"));
    let folder = Folder::new();
    let post = Routes { outbox: Some(folder.0.clone()), ..Routes::default() };
    let mut host = BlockingHost::new(HostConfig { post, clock: Some(Box::new(|| 5)), ..HostConfig::default() });
    host.ask(Ask::Mail(mail.clone())).expect("written");
    host.ask(Ask::Mail(mail)).expect("written");
    assert_eq!(std::fs::read_dir(&folder.0).expect("an outbox").count(), 2);
    assert!(matches!(host.ask(Ask::Now), Ok(Reply::Now(5))));
}

#[test]
fn dynamic_parameters_fill_addresses() {
    let provider = Provider::start(|_| text(200, "fine"));
    let registry = in_memory(Clock::new().settings());
    let service: ararat::connections::Service = toml::from_str(&format!(
        r#"
        link_name = "own"
        name = "Own"
        family = "custom"
        api_base = "http://{}"
        params = ["team"]
        [[auth.api_key]]
        name = "key"
        label = "Key"
        place = "query"
        "#,
        provider.host()
    ))
    .expect("a service");
    wait(registry.add_service(&service)).expect("added");
    let new = NewConnection {
        service: "own".into(),
        name: "Own".into(),
        link_name: "own".into(),
        params: [("team".to_owned(), "blue".to_owned())].into(),
        ..NewConnection::default()
    };
    let without = NewConnection { params: [].into(), ..new.clone() };
    assert!(wait(registry.add(without)).expect_err("refused").to_string().contains("needs a value for `team`"));
    wait(registry.add(new)).expect("a connection");
    let values = [("key".to_owned(), ararat::connections::Secret::new("planted-key"))].into();
    let credential = ararat::connections::Credential::ApiKey { values };
    wait(ararat::connections::sign_in::with_keys(&registry, "own", credential)).expect("connected");
    let answer =
        send(&mut host(&registry), get(&format!("{}/{{team}}/x", provider.url), Some("own"))).expect("an answer");
    assert_eq!(answer.url, format!("{}/blue/x", provider.url), "without the key");
    assert_eq!(
        (provider.seen()[0].path.as_str(), provider.seen()[0].query["key"].as_str()),
        ("/blue/x", "planted-key")
    );
}

#[test]
fn the_sandbox_stands_in_for_zohos_hosts() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/oauth/v2/token" => json(json!({"access_token": "tok", "expires_in": 3600})),
        _ => text(200, "fine"),
    });
    let registry = sandbox(&provider.url, &Clock::new());
    let mut host = host(&registry);
    for dc in ["com", "eu", "com.au"] {
        let url = format!("https://www.zohoapis.{dc}/crm/v2/Leads?page=2");
        assert_eq!(send(&mut host, get(&url, Some("zoho_crm"))).expect("an answer").body, b"fine");
    }
    let seen = provider.seen_at("/crm/v2/Leads");
    assert_eq!((seen.len(), seen[0].query["page"].as_str()), (3, "2"));
    let desk = send(&mut host, get("https://desk.zoho.com/api/v1/tickets", Some("zoho_crm"))).expect("an answer");
    assert_eq!(desk.url, format!("{}/api/v1/tickets", provider.url));
    let fault = send(&mut host, get("https://zoho.example.com/api/v1/x", Some("zoho_crm"))).expect_err("a fault");
    let only = format!("to `zoho.example.com`, only to `{}`", provider.host());
    assert!(fault.message().ends_with(&only), "{fault}");
}
