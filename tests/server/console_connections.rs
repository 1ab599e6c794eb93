//! Connections in the console over plain HTTP, against the sandbox of this process.

use super::console::{Browser, PASSWORD, add_user, set_up};
use super::support::config;
use ararat::sandbox::{Sandbox, SandboxOptions};
use ararat::server::Config;

fn sandbox() -> Sandbox {
    Sandbox::start(SandboxOptions::default()).expect("the sandbox starts")
}

/// Makes a Zoho CRM connection to the sandbox and begins its sign-in; answers with the consent page's address.
async fn begin(browser: &Browser, sandbox: &Sandbox, link: &str, login_user: bool) -> String {
    let address = sandbox.accounts_url();
    let mut fields = vec![
        ("name", "Sales"),
        ("link_name", link),
        ("scope", "ZohoCRM.modules.ALL"),
        ("scope", "ZohoCRM.users.READ"),
        ("sandbox", address.as_str()),
        ("then", "connect"),
    ];
    if login_user {
        fields.push(("login_user", "on"));
    }
    let made = browser.post("/console/catalogue/zoho_crm", &fields).await;
    assert_eq!(made.location(), format!("/console/connections/{link}/connect"), "{}", made.text);
    connect(browser, sandbox, link).await
}

async fn connect(browser: &Browser, sandbox: &Sandbox, link: &str) -> String {
    let client = [("client_id", sandbox.client_id()), ("client_secret", sandbox.client_secret())];
    let onward = browser.post(&format!("/console/connections/{link}/connect"), &client).await;
    assert_eq!(onward.status, 200, "{}", onward.text);
    let refresh = onward.headers.get("refresh").expect("goes on").to_str().expect("text");
    refresh.strip_prefix("0; url=").expect("an address").to_owned()
}

/// The user consents; answers with the path that the provider leads back to.
async fn consent(page: &str) -> String {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let text = client.get(page).send().await.expect("a page").text().await.expect("a body");
    let (_, rest) = text.split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("a form: {text}"));
    let ticket = rest.split('"').next().expect("a ticket");
    let url: url::Url = page.parse().expect("an address");
    let form = [("ticket", ticket), ("decision", "approve")];
    let answer = client.post(url.join("/oauth/v2/auth").expect("an address")).form(&form).send().await.expect("sent");
    let back: url::Url = answer.headers()["location"].to_str().expect("text").parse().expect("an address");
    format!("{}?{}", back.path(), back.query().unwrap_or_default())
}

async fn comes_back(config: Config) {
    let sandbox = sandbox();
    let (engine, ada) = set_up(config).await;
    let bo = add_user(&ada, "bo", "administrator").await;
    let back = consent(&begin(&ada, &sandbox, "sales", false).await).await;
    let stolen = bo.get(&back).await;
    assert_eq!(stolen.status, 410, "another session: {}", stolen.text);
    let stranger = Browser::new(&engine.url).get(&back).await;
    assert!(stranger.location().starts_with("/console/sign-in?next=%2Fdelugeauth"), "{}", stranger.location());
    let done = ada.get(&back).await;
    assert_eq!((done.status, done.location()), (303, "/console/connections/sales"), "{}", done.text);
    let summary = ada.get("/console/connections/sales").await.text;
    assert!(summary.contains("Connected.") && summary.contains("connection: &quot;sales&quot;"), "{summary}");
    assert!(!summary.contains(sandbox.client_secret()));
    assert_eq!(ada.get(&back).await.status, 410, "once");
    engine.stop().await;
    sandbox.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_comes_back_to_its_own_session_once() {
    comes_back(config()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_that_is_too_late_is_refused() {
    let now = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(ararat::hosts::system_time()));
    let clock = now.clone();
    let sandbox = sandbox();
    let late =
        Config { clock: std::sync::Arc::new(move || clock.load(std::sync::atomic::Ordering::Relaxed)), ..config() };
    let (engine, ada) = set_up(late).await;
    let back = consent(&begin(&ada, &sandbox, "sales", false).await).await;
    now.fetch_add(16 * 60_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(ada.get(&back).await.status, 410);
    now.fetch_add(13 * 3_600_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(ada.get("/console/connections").await.status, 303, "nobody was there for 13 hours");
    let again = ada.post_raw("/console/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(again.status, 303);
    for _ in 0..15 {
        now.fetch_add(11 * 3_600_000, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(ada.get("/console/connections").await.status, 200);
    }
    now.fetch_add(4 * 3_600_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(ada.get("/console/connections").await.status, 303, "a week has passed");
    engine.stop().await;
    sandbox.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_signs_in_for_himself_and_a_reset_can_sign_him_out() {
    let sandbox = sandbox();
    let (engine, ada) = set_up(config()).await;
    let bo = add_user(&ada, "bo", "user").await;
    let back = consent(&begin(&ada, &sandbox, "everyone", true).await).await;
    assert_eq!(ada.get(&back).await.status, 303);
    assert!(!bo.get("/console/connections").await.text.contains("everyone"));
    assert!(bo.get("/console/connections?shared=true").await.text.contains("everyone"));
    let back = consent(&connect(&bo, &sandbox, "everyone").await).await;
    assert_eq!(bo.get(&back).await.location(), "/console/connections/everyone");
    let warned = ada.get("/console/users/bo").await.text;
    assert!(
        warned.contains("these connections are disconnected") && warned.contains("<code>everyone</code>"),
        "{warned}"
    );
    let state = async |user: &str| {
        let registry = engine.app.registry_for(user).await.expect("a registry");
        registry.connection("everyone").await.expect("a connection").state
    };
    assert_eq!(ada.post("/console/users/bo/reset", &[("revoke", "on")]).await.status, 200);
    assert_eq!(state("bo").await, ararat::connections::State::Revoked);
    assert_eq!(state("ada").await, ararat::connections::State::Connected);
    for (path, fields) in [
        ("/console/connections/everyone/delete", vec![]),
        ("/console/connections/everyone/hosts", vec![("host", "evil.example")]),
        ("/console/services", vec![("name", "x"), ("kind", "basic")]),
        ("/console/catalogue/zoho_crm", vec![("name", "x"), ("link_name", "x")]),
    ] {
        let bo = add_user(&ada, &format!("user{}", path.len()), "user").await;
        assert_eq!(bo.post(path, &fields).await.status, 403, "{path}");
    }
    engine.stop().await;
    sandbox.stop();
}
