//! Sign-in flows against a scripted provider.

use crate::provider::{Answer, Provider, json, text};
use crate::stage::{Clock, get, host, in_memory, send, wait};
use ararat::connections::sign_in::loopback::Loopback;
use ararat::connections::sign_in::{self, Callback};
use ararat::connections::{Credential, Error, NewConnection, Registry, Secret, Service, State};
use ararat::http::{Client, Options};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

fn oauth2_service(url: &str, more: &str) -> Service {
    let text = format!(
        r#"
        link_name = "meet"
        name = "Meet"
        family = "custom"
        api_base = "{url}"
        [auth.oauth2]
        grants = ["authorization_code", "client_credentials"]
        authorize_url = "{url}/authorize"
        token_url = "{url}/token"
        revoke_url = "{url}/revoke"
        {more}
        "#
    );
    toml::from_str(&text).expect("a service")
}

fn registry_with(service: &Service) -> (Registry, Client) {
    let registry = in_memory(Clock::new().settings());
    wait(registry.add_service(service)).expect("a service");
    let new = NewConnection {
        service: service.link_name.clone(),
        name: "Meet".into(),
        link_name: "meet".into(),
        scopes: vec!["a,b".into()],
        ..NewConnection::default()
    };
    wait(registry.add(new)).expect("a connection");
    wait(sign_in::set_client(&registry, "meet", "the id", Some(Secret::new("the:secret +")))).ok();
    (registry, Client::new(Options::default()))
}

fn query(url: &url::Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

#[test]
fn authorization_code_with_pkce_and_state() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/token" => json(json!({"access_token": "tok", "refresh_token": "ref", "expires_in": "3600", "scope": "a b"})),
        _ => text(200, "fine"),
    });
    let (registry, http) = registry_with(&oauth2_service(&provider.url, ""));
    let loopback = wait(Loopback::bind(0)).expect("a port");
    let redirect = loopback.redirect();
    assert!(redirect.ends_with("/delugeauth/callback"));
    let consent = wait(sign_in::consent(&registry, "meet", &redirect)).expect("a page");
    let asked = query(&consent.authorization.url);
    assert_eq!((asked["scope"].as_str(), asked["response_type"].as_str()), ("a,b", "code"));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked["state"].len() >= 22, "at least 128 bits");

    // The browser: a stray request first, then the redirect.
    let (back, state) = (redirect.clone(), asked["state"].clone());
    let browser = std::thread::spawn(move || {
        let stray = ureq(&back.replace("/delugeauth/callback", "/favicon.ico"));
        (stray, ureq(&format!("{back}?code=c%2B1&state={state}")))
    });
    let callback = wait(loopback.wait(Duration::from_secs(5))).expect("a redirect");
    let (stray, page) = browser.join().expect("no panic");
    assert!(stray.starts_with("HTTP/1.1 404") && page.starts_with("HTTP/1.1 200"), "{stray} {page}");
    assert!(!page.contains("c+1"), "the page does not repeat the code");

    let connection = wait(sign_in::finish(&registry, &http, "meet", consent, &callback)).expect("connected");
    assert_eq!(
        (connection.state, connection.scopes.as_slice()),
        (State::Connected, ["a".to_owned(), "b".into()].as_slice())
    );
    let form = provider.seen_at("/token")[0].form();
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "c+1"));
    assert_eq!((form["redirect_uri"].as_str(), form["client_secret"].as_str()), (redirect.as_str(), "the:secret +"));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    assert_eq!(challenge, asked["code_challenge"]);
    let answer = send(&mut host(&registry), get(&format!("{}/x", provider.url), Some("meet"))).expect("an answer");
    assert_eq!(answer.body, b"fine");
    assert_eq!(provider.seen_at("/x")[0].header("authorization"), "Bearer tok");
}

/// One GET without a client.
fn ureq(url: &str) -> String {
    use std::io::{Read, Write};
    let url = url::Url::parse(url).expect("a url");
    let address = (url.host_str().expect("a host").trim_matches(['[', ']']), url.port().expect("a port"));
    let mut stream = std::net::TcpStream::connect(address).expect("connects");
    let target = &url[url::Position::BeforePath..];
    write!(stream, "GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("a page");
    page
}

#[test]
fn the_browser_may_come_back_to_either_address_of_this_machine() {
    let loopback = wait(Loopback::bind(0)).expect("a port");
    let back = loopback.redirect().replace("127.0.0.1", "[::1]");
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("\nSKIPPED: this machine has no [::1]");
        return;
    }
    let browser = std::thread::spawn(move || ureq(&format!("{back}?code=c&state=s")));
    let callback = wait(loopback.wait(Duration::from_secs(5))).expect("a redirect");
    assert!(browser.join().expect("no panic").starts_with("HTTP/1.1 200"));
    assert_eq!(callback.fields["code"], "c");

    for elsewhere in ["https://localhost:8912/delugeauth/callback", "http://example.com:1/delugeauth/callback"] {
        assert!(wait(Loopback::at(elsewhere)).expect("no failure").is_none(), "{elsewhere}");
    }
    assert!(wait(Loopback::at("http://localhost:8912/other")).expect("no failure").is_none());
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let redirect = format!("http://{host}:{port}/delugeauth/callback");
        assert!(wait(Loopback::at(&redirect)).expect("free").is_some(), "{redirect}");
    }
    let taken = std::net::TcpListener::bind(("::1", port)).expect("free again");
    let error = wait(Loopback::bind(port)).err().expect("someone else would be answered");
    assert!(error.to_string().contains(&format!("port {port} of this machine")), "{error}");
    drop(taken);
}

#[test]
fn a_redirect_with_another_state_is_refused() {
    let provider = Provider::start(|_| text(200, "{}"));
    let (registry, http) = registry_with(&oauth2_service(&provider.url, ""));
    let finish = |query: &dyn Fn(&str) -> String| -> Error {
        let consent =
            wait(sign_in::consent(&registry, "meet", "http://127.0.0.1:1/delugeauth/callback")).expect("a page");
        let query = query(&consent.authorization.state.clone());
        wait(sign_in::finish(&registry, &http, "meet", consent, &Callback::read(&query))).expect_err("refused")
    };
    for query in ["?code=c&state=wrong", "?code=c", "?code=c&state="] {
        assert!(finish(&|_| query.to_owned()).to_string().contains("`state` differs"), "{query}");
    }
    let denied = finish(&|state| format!("?error=access_denied&state={state}"));
    assert_eq!(denied.to_string(), "the provider of the connection `meet` refused: access_denied");
    assert!(provider.seen().is_empty());
}

#[test]
fn a_redirect_from_another_issuer_is_refused() {
    let provider = Provider::start(|_| json(json!({"access_token": "tok", "expires_in": 3600})));
    let (registry, http) = registry_with(&oauth2_service(&provider.url, ""));
    let finish = |issuer: &str| {
        let consent =
            wait(sign_in::consent(&registry, "meet", "http://127.0.0.1:1/delugeauth/callback")).expect("a page");
        let query = format!("?code=c&state={}&iss={issuer}", consent.authorization.state);
        wait(sign_in::finish(&registry, &http, "meet", consent, &Callback::read(&query)))
    };
    for issuer in ["https://evil.example", "", "http://127.0.0.1:1"] {
        let error = finish(issuer).expect_err("refused");
        assert!(error.to_string().ends_with("(its `iss` differs)"), "{error}");
    }
    assert!(provider.seen().is_empty(), "the client's secret stays here");
    finish(&provider.url).expect("connected");
}

#[test]
fn a_row_can_say_that_life_times_are_in_milliseconds() {
    let provider = Provider::start(|_| json(json!({"access_token": "tok", "expires_in": 3_600_000})));
    let (registry, http) = registry_with(&oauth2_service(&provider.url, "expires_in_ms = true"));
    let connection = wait(sign_in::with_client_credentials(&registry, &http, "meet")).expect("connected");
    assert_eq!(connection.lifetime, Some(3_600_000));
}

#[test]
fn client_credentials_are_asked_again_when_they_end() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/token" => json(json!({"access_token": format!("{:x}", rand::random::<u64>()), "expires_in": 100})),
        _ => text(200, "fine"),
    });
    let service = oauth2_service(&provider.url, "client_auth = \"header\"\nscope_delimiter = \" \"");
    let registry = in_memory(Clock::new().settings());
    drop(registry);
    let clock = Clock::new();
    let registry = in_memory(clock.settings());
    wait(registry.add_service(&service)).expect("a service");
    let (name, link_name) = ("Meet".to_owned(), "meet".to_owned());
    let scopes = vec!["a,b".to_owned()];
    wait(registry.add(NewConnection { service: "meet".into(), name, link_name, scopes, ..NewConnection::default() }))
        .expect("a connection");
    wait(sign_in::set_client(&registry, "meet", "the id", Some(Secret::new("the:secret +")))).expect("a client");
    let http = Client::new(Options::default());
    wait(sign_in::with_client_credentials(&registry, &http, "meet")).expect("connected");
    let seen = &provider.seen_at("/token")[0];
    // RFC 6749, 2.3.1: id and secret are form-encoded before base64.
    let expected = base64::engine::general_purpose::STANDARD.encode("the+id:the%3Asecret+%2B");
    assert_eq!(seen.header("authorization"), format!("Basic {expected}"));
    assert_eq!((seen.form()["grant_type"].as_str(), seen.form()["scope"].as_str()), ("client_credentials", "a b"));
    clock.turn(100);
    send(&mut host(&registry), get(&format!("{}/x", provider.url), Some("meet"))).expect("an answer");
    assert_eq!(provider.seen_at("/token").len(), 2);
}

#[test]
fn revoking_tells_the_provider_and_forgets_here_in_any_case() {
    for status in [200, 500] {
        let provider = Provider::start(move |seen| match seen.path.as_str() {
            "/token" => json(json!({"access_token": "tok", "refresh_token": "ref"})),
            _ => text(status, ""),
        });
        let (registry, http) = registry_with(&oauth2_service(&provider.url, ""));
        wait(sign_in::with_self_client(&registry, &http, "meet", "c")).expect("connected");
        let told = wait(sign_in::revoke(&registry, &http, "meet")).expect("revoked");
        assert_eq!(told.is_none(), status == 200);
        assert_eq!(provider.seen_at("/revoke")[0].form()["token"], "ref");
        let connection = wait(registry.connection("meet")).expect("a connection");
        assert_eq!(connection.state, State::Revoked);
        let Some(Credential::OAuth2(kept)) = wait(registry.credential(&connection)).expect("readable") else {
            panic!("expected the client to stay");
        };
        assert_eq!((kept.client_id.as_str(), kept.access, kept.refresh), ("the id", None, None));
    }
}

#[test]
fn odd_replies_do_not_become_tokens() {
    let replies: [(Answer, &str); 4] = [
        (text(200, "<html>planted</html>"), "expected a token, found status 200 and an HTML page"),
        (text(200, r#"{"error":"invalid_client"}"#), "invalid_client"),
        (text(400, r#"{"error":"invalid_request","error_description":"bad"}"#), "invalid_request (bad)"),
        (text(200, &"x".repeat(2 << 20)), "expected a response of at most 1048576 bytes"),
    ];
    for (reply, expected) in replies {
        let provider = Provider::start(move |_| reply.clone());
        let (registry, http) = registry_with(&oauth2_service(&provider.url, ""));
        let error = wait(sign_in::with_self_client(&registry, &http, "meet", "c")).expect_err("refused").to_string();
        assert!(error.contains(expected) && !error.contains("planted"), "{error}");
        assert_eq!(wait(registry.connection("meet")).expect("a connection").state, State::Draft);
    }
}

#[test]
fn token_servers_are_not_followed_elsewhere() {
    let other = Provider::start(|_| json(json!({"access_token": "stolen"})));
    let elsewhere = other.url.clone();
    let provider =
        Provider::start(move |_| Answer { headers: vec![("location".into(), elsewhere.clone())], ..text(307, "") });
    let (registry, http) = registry_with(&oauth2_service(&provider.url, ""));
    assert!(wait(sign_in::with_self_client(&registry, &http, "meet", "c")).is_err());
    assert!(other.seen().is_empty());
}

#[test]
fn oauth1_in_three_legs() {
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/request" => text(200, "oauth_token=req&oauth_token_secret=reqsecret&oauth_callback_confirmed=true"),
        "/access" => text(200, "oauth_token=acc&oauth_token_secret=accsecret"),
        _ => text(200, "fine"),
    });
    let url = &provider.url;
    let service: Service = toml::from_str(&format!(
        r#"
        link_name = "old"
        name = "Old"
        family = "custom"
        api_base = "{url}"
        [auth.oauth1]
        request_token_url = "{url}/request"
        authorize_url = "{url}/authorize"
        access_token_url = "{url}/access"
        signature = "HMAC-SHA256"
        "#
    ))
    .expect("a service");
    let (registry, http) = registry_with(&service);
    let mut connection = wait(registry.connection("meet")).expect("a connection");
    connection.scopes.clear();
    let credential = Credential::OAuth1 {
        consumer_key: "ck".into(),
        consumer_secret: Secret::new("consumer-secret"),
        token: None,
        token_secret: None,
    };
    wait(registry.try_save(&connection, Some(&credential))).expect("saved");
    let callback = "http://127.0.0.1:1/delugeauth/callback";
    let start = wait(sign_in::three_legs::start(&registry, &http, "meet", callback)).expect("a page");
    assert_eq!(query(&start.url)["oauth_token"], "req");
    let wrong = Callback::read("?oauth_token=other&oauth_verifier=v");
    let again = wait(sign_in::three_legs::start(&registry, &http, "meet", callback)).expect("a page");
    assert!(wait(sign_in::three_legs::finish(&registry, &http, "meet", again, &wrong)).is_err());
    let right = Callback::read("?oauth_token=req&oauth_verifier=v");
    wait(sign_in::three_legs::finish(&registry, &http, "meet", start, &right)).expect("connected");
    assert!(provider.seen_at("/access")[0].header("authorization").contains("oauth_verifier=\"v\""));
    send(&mut host(&registry), get(&format!("{url}/x?a=b"), Some("meet"))).expect("an answer");
    let header = provider.seen_at("/x")[0].header("authorization").to_owned();
    assert!(header.contains("oauth_token=\"acc\"") && header.contains("HMAC-SHA256"), "{header}");
}

#[test]
fn zohos_accounts_server_must_be_zohos() {
    let registry = in_memory(Clock::new().settings());
    let (service, name, link_name) = ("zoho_crm".to_owned(), "CRM".to_owned(), "crm".to_owned());
    wait(registry.add(NewConnection { service, name, link_name, ..NewConnection::default() })).expect("a connection");
    wait(sign_in::set_client(&registry, "crm", "id", Some(Secret::new("secret")))).expect("a client");
    let consent = wait(sign_in::consent(&registry, "crm", "http://127.0.0.1:1/delugeauth/callback")).expect("a page");
    let asked = query(&consent.authorization.url);
    assert_eq!((asked["access_type"].as_str(), asked["prompt"].as_str()), ("offline", "consent"));
    assert_eq!(asked["scope"], "ZohoCRM.modules.ALL,ZohoCRM.settings.READ,ZohoCRM.users.READ");
    let back =
        format!("?code=c&state={}&accounts-server=https%3A%2F%2Faccounts.evil.example", consent.authorization.state);
    let http = Client::new(Options::default());
    let error = wait(sign_in::finish(&registry, &http, "crm", consent, &Callback::read(&back))).expect_err("refused");
    assert!(error.to_string().contains("none of Zoho's accounts servers"), "{error}");
}

#[test]
fn aws_requests_are_signed_for_their_region() {
    let provider = Provider::start(|_| text(200, "fine"));
    let host_name = provider.host();
    let service: Service = toml::from_str(&format!(
        "link_name = \"store\"\nname = \"Store\"\nfamily = \"custom\"\napi_base = \"http://{host_name}\"\n\
         params = [\"aws_service\", \"aws_region\"]\nauth = \"aws_sigv4\"\n"
    ))
    .expect("a service");
    let registry = in_memory(Clock::new().settings());
    wait(registry.add_service(&service)).expect("added");
    let params = [("aws_service".to_owned(), "s3".to_owned()), ("aws_region".to_owned(), "eu-west-1".to_owned())];
    let (service, name, link_name) = ("store".to_owned(), "Store".to_owned(), "store".to_owned());
    let new = NewConnection { service, name, link_name, params: params.into(), ..NewConnection::default() };
    wait(registry.add(new)).expect("a connection");
    let credential = Credential::AwsSigv4 {
        access_key_id: "AKID".into(),
        secret_access_key: Secret::new("planted-aws-secret"),
        session_token: Some(Secret::new("planted-session")),
    };
    wait(sign_in::with_keys(&registry, "store", credential)).expect("connected");
    send(&mut host(&registry), get(&format!("{}/a?b=c", provider.url), Some("store"))).expect("an answer");
    let seen = &provider.seen()[0];
    let header = seen.header("authorization");
    assert!(header.starts_with("AWS4-HMAC-SHA256 Credential=AKID/") && header.contains("/eu-west-1/s3/aws4_request"));
    let names = "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    assert!(header.contains(names) && !header.contains("planted"), "{header}");
    assert_eq!(seen.header("x-amz-security-token"), "planted-session");
}
