//! OAuth: consent, codes, tokens, revocation, the device flow.

use super::desk::{Desk, read};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const REDIRECT: &str = "http://127.0.0.1:4711/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn consent_url(desk: &Desk, more: &[(&str, &str)]) -> String {
    let base = format!("{}/oauth/v2/auth", desk.sandbox.accounts_url());
    let mut url = url::Url::parse(&base).expect("an address");
    let usual = [
        ("response_type", "code"),
        ("client_id", desk.sandbox.client_id()),
        ("redirect_uri", REDIRECT),
        ("scope", "ZohoCRM.modules.ALL,ZohoCRM.users.READ"),
        ("access_type", "offline"),
        ("state", "a state & more"),
    ];
    url.query_pairs_mut().extend_pairs(usual.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name)));
    url.query_pairs_mut().extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
    url.into()
}

fn ticket(page: &str) -> String {
    let start = page.find("name=\"ticket\" value=\"").expect("a ticket") + 21;
    page[start..].split('"').next().expect("its end").to_owned()
}

/// Opens the page, decides, and hands back what the client is told.
async fn decide(desk: &Desk, more: &[(&str, &str)], decision: &str) -> HashMap<String, String> {
    let page = desk.http.get(consent_url(desk, more)).send().await.expect("a page").text().await.expect("its text");
    let form = [("ticket", ticket(&page)), ("decision", decision.to_owned())];
    let response = desk.http.post(desk.url("/oauth/v2/auth")).form(&form).send().await.expect("an answer");
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().expect("text").to_owned();
    assert!(location.starts_with(REDIRECT), "{location}");
    url::Url::parse(&location).expect("an address").query_pairs().into_owned().collect()
}

#[tokio::test]
async fn consent_with_pkce_gives_tokens_that_work() {
    let desk = Desk::new().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let page = desk.http.get(consent_url(&desk, &more)).send().await.expect("a page").text().await.expect("text");
    assert!(page.contains("ZohoCRM.users.READ") && page.contains("Sandbox client"));
    let back = decide(&desk, &more, "approve").await;
    assert_eq!(back["state"], "a state & more");
    assert_eq!(back["location"], "us");
    assert_eq!(back["accounts-server"], desk.sandbox.accounts_url());
    let form = [
        ("grant_type", "authorization_code"),
        ("code", back["code"].as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let body = desk.token(&form).await;
    assert!(body["refresh_token"].is_string(), "{body}");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["api_domain"], desk.sandbox.api_url());
    let header = format!("Bearer {}", body["access_token"].as_str().expect("a token"));
    let leads = desk.http.get(desk.url("/crm/v2/Leads")).header("Authorization", header).send().await.expect("leads");
    assert_eq!(leads.status(), 200);
    assert_eq!(desk.token(&form).await, json!({"error": "invalid_code"}), "a code works once");
}

#[tokio::test]
async fn a_wrong_verifier_or_redirect_is_refused() {
    let desk = Desk::new().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let back = decide(&desk, &more, "approve").await;
    let form = [("grant_type", "authorization_code"), ("code", &*back["code"]), ("redirect_uri", REDIRECT)];
    assert_eq!(desk.token(&form).await["error"], "invalid_code");
    let back = decide(&desk, &[], "approve").await;
    let form = [("grant_type", "authorization_code"), ("code", &*back["code"]), ("redirect_uri", "http://127.0.0.1/x")];
    assert_eq!(desk.token(&form).await["error"], "invalid_redirect_uri");
}

#[tokio::test]
async fn refusing_is_told_to_the_client() {
    let desk = Desk::new().await;
    let back = decide(&desk, &[], "deny").await;
    assert_eq!(back["error"], "access_denied");
    assert!(!back.contains_key("code"));
}

#[tokio::test]
async fn wrong_requests_for_consent_show_a_page_and_redirect_nowhere() {
    let desk = Desk::new().await;
    let wrong = [
        ("client_id", "1000.NOBODY", "invalid_client"),
        ("redirect_uri", "https://elsewhere.example.com/", "invalid_redirect_uri"),
        ("redirect_uri", "http://127.0.0.1.example.com/", "invalid_redirect_uri"),
        ("response_type", "token", "invalid_response_type"),
        ("scope", "nonsense", "invalid_scope"),
        ("scope", "", "invalid_scope"),
    ];
    for (name, value, expected) in wrong {
        let response = desk.http.get(consent_url(&desk, &[(name, value)])).send().await.expect("a page");
        assert_eq!(response.status(), 400, "{name}={value}");
        assert!(response.text().await.expect("text").contains(expected), "{name}={value}");
    }
    let forged = [("ticket", "nothing"), ("decision", "approve")];
    assert_eq!(desk.post_form("/oauth/v2/auth", &forged).await.0, 400);
}

#[tokio::test]
async fn a_refresh_token_comes_with_the_first_offline_consent_or_when_asked_anew() {
    let desk = Desk::new().await;
    for (more, expected) in [
        (vec![("access_type", "online")], false),
        // The first consent was given above, so this one brings no refresh token.
        (vec![], false),
        (vec![("prompt", "consent")], true),
    ] {
        let back = decide(&desk, &more, "approve").await;
        let form = [("grant_type", "authorization_code"), ("code", &*back["code"]), ("redirect_uri", REDIRECT)];
        assert_eq!(desk.token(&form).await["refresh_token"].is_string(), expected, "{more:?}");
    }
}

#[tokio::test]
async fn the_self_clients_code_needs_no_redirect_and_ends_after_three_minutes() {
    let desk = Desk::new().await;
    let code = desk.sandbox.grant_token().to_owned();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    desk.advance(179).await;
    assert!(desk.token(&form).await["refresh_token"].is_string());
    let desk = Desk::new().await;
    let code = desk.sandbox.grant_token().to_owned();
    desk.advance(180).await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    assert_eq!(desk.token(&form).await["error"], "invalid_code");
}

#[tokio::test]
async fn clients_must_prove_themselves() {
    let desk = Desk::new().await;
    let refresh = desk.sandbox.refresh_token();
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", "1000.NOBODY")];
    assert_eq!(desk.post_form("/oauth/v2/token", &form).await, (200, json!({"error": "invalid_client"})));
    form[2].1 = desk.sandbox.client_id();
    form.push(("client_secret", "wrong"));
    assert_eq!(desk.post_form("/oauth/v2/token", &form).await, (200, json!({"error": "invalid_client_secret"})));
    let wrong = [("grant_type", "refresh_token"), ("refresh_token", "1000.x.y")];
    assert_eq!(desk.token(&wrong).await, json!({"error": "invalid_code"}));
    assert_eq!(desk.token(&[("grant_type", "password")]).await, json!({"error": "unsupported_grant_type"}));
}

#[tokio::test]
async fn parameters_may_stand_in_the_query() {
    let desk = Desk::new().await;
    let (id, secret, refresh) = (desk.sandbox.client_id(), desk.sandbox.client_secret(), desk.sandbox.refresh_token());
    let query = format!("grant_type=refresh_token&client_id={id}&client_secret={secret}&refresh_token={refresh}");
    let response = desk.http.post(desk.url(&format!("/oauth/v2/token?{query}"))).send().await.expect("an answer");
    let (status, body) = read(response).await;
    assert_eq!(status, 200);
    assert!(body["access_token"].is_string() && body["refresh_token"].is_null(), "{body}");
}

#[tokio::test]
async fn access_tokens_end_after_an_hour() {
    let desk = Desk::new().await;
    desk.advance(3599).await;
    assert_eq!(desk.get("/crm/v2/Leads").await.0, 200);
    desk.advance(1).await;
    let (status, body) = desk.get("/crm/v2/Leads").await;
    assert_eq!(status, 401);
    let expected = json!({"code": "INVALID_TOKEN", "details": {}, "message": "invalid oauth token", "status": "error"});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn the_eleventh_token_in_ten_minutes_is_denied() {
    let desk = Desk::new().await;
    for _ in 0..9 {
        desk.fresh_token().await;
    }
    let refresh = desk.sandbox.refresh_token().to_owned();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let denied = desk.token(&form).await;
    assert_eq!(denied["error"], "Access Denied");
    assert_eq!(denied["status"], "failure");
    desk.advance(600).await;
    assert!(desk.token(&form).await["access_token"].is_string());
}

#[tokio::test]
async fn the_sixteenth_living_token_ends_the_first() {
    let desk = Desk::new().await;
    for batch in 0..2 {
        for _ in 0..7 {
            desk.fresh_token().await;
        }
        assert_eq!(desk.get("/crm/v2/Leads").await.0, 200, "after batch {batch}");
        desk.advance(600).await;
    }
    desk.fresh_token().await;
    assert_eq!(desk.get("/crm/v2/Leads").await.1["code"], "INVALID_TOKEN");
}

#[tokio::test]
async fn the_twenty_first_refresh_token_ends_the_first() {
    let desk = Desk::new().await;
    desk.post("/__sandbox/consent", json!({"mode": "approve"})).await;
    for round in 0..20 {
        desk.advance(61).await;
        let url = consent_url(&desk, &[("prompt", "consent")]);
        let response = desk.http.get(url).send().await.expect("an answer");
        let location = response.headers()["location"].to_str().expect("text").to_owned();
        let back: HashMap<String, String> =
            url::Url::parse(&location).expect("an address").query_pairs().into_owned().collect();
        let form = [("grant_type", "authorization_code"), ("code", &*back["code"]), ("redirect_uri", REDIRECT)];
        assert!(desk.token(&form).await["refresh_token"].is_string(), "round {round}");
    }
    let refresh = desk.sandbox.refresh_token().to_owned();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    assert_eq!(desk.token(&form).await["error"], "invalid_code");
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_its_access_tokens() {
    let desk = Desk::new().await;
    let refresh = desk.sandbox.refresh_token().to_owned();
    let done = desk.post_form("/oauth/v2/token/revoke", &[("token", &refresh)]).await;
    assert_eq!(done, (200, json!({"status": "success"})));
    assert_eq!(desk.get("/crm/v2/Leads").await.0, 401);
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    assert_eq!(desk.token(&form).await["error"], "invalid_code");
    assert_eq!(desk.post_form("/oauth/v2/token/revoke", &[("token", &refresh)]).await.0, 400);
}

#[tokio::test]
async fn client_credentials_need_the_organisation() {
    let desk = Desk::new().await;
    let zgid = desk.get("/crm/v8/org").await.1["org"][0]["zgid"].as_str().expect("an id").to_owned();
    let soid = format!("ZohoCRM.{zgid}");
    let form = [("grant_type", "client_credentials"), ("scope", "ZohoCRM.modules.leads.READ"), ("soid", &soid)];
    let body = desk.token(&form).await;
    assert!(body["access_token"].is_string() && body["refresh_token"].is_null(), "{body}");
    let form = [("grant_type", "client_credentials"), ("scope", "ZohoCRM.modules.leads.READ"), ("soid", "ZohoCRM.1")];
    assert_eq!(desk.token(&form).await["error"], "invalid_soid");
}

#[tokio::test]
async fn scopes_decide_what_a_token_opens() {
    let mut desk = Desk::new().await;
    let zgid = desk.get("/crm/v8/org").await.1["org"][0]["zgid"].as_str().expect("an id").to_owned();
    let soid = format!("ZohoCRM.{zgid}");
    let form = [("grant_type", "client_credentials"), ("scope", "zohocrm.modules.Leads.read"), ("soid", &*soid)];
    desk.token = desk.token(&form).await["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(desk.get("/crm/v2/Leads").await.0, 200);
    for (method, path) in
        [("GET", "/crm/v2/Deals"), ("POST", "/crm/v2/Leads"), ("GET", "/crm/v2/users"), ("GET", "/crm/v2/org")]
    {
        let method = method.parse().expect("a method");
        let (status, body) = read(desk.send(method, path, None).await).await;
        assert_eq!((status, &body["code"]), (401, &json!("OAUTH_SCOPE_MISMATCH")), "{path}");
    }
}

#[tokio::test]
async fn the_device_flow_waits_for_the_user() {
    let desk = Desk::new().await;
    let client = desk.sandbox.client_id().to_owned();
    let form = [
        ("grant_type", "device_request"),
        ("client_id", client.as_str()),
        ("scope", "ZohoCRM.modules.ALL"),
        ("access_type", "offline"),
    ];
    let (_, started) = desk.post_form("/oauth/v3/device/code", &form).await;
    let code = started["device_code"].as_str().expect("a code").to_owned();
    let secret = desk.sandbox.client_secret().to_owned();
    let poll = [
        ("grant_type", "device_token"),
        ("client_id", client.as_str()),
        ("client_secret", secret.as_str()),
        ("code", code.as_str()),
    ];
    assert_eq!(desk.post_form("/oauth/v3/device/token", &poll).await.1["error"], "authorization_pending");
    assert_eq!(desk.post_form("/oauth/v3/device/token", &poll).await.1["error"], "slow_down");
    let page = started["verification_uri_complete"].as_str().expect("an address");
    let page = desk.http.get(page).send().await.expect("a page").text().await.expect("text");
    let user_code = started["user_code"].as_str().expect("a code");
    let ticket = ticket(&page);
    let decision = [("ticket", ticket.as_str()), ("decision", "approve"), ("user_code", user_code)];
    assert_eq!(desk.post_form("/oauth/v3/device", &decision).await.0, 200);
    desk.advance(30).await;
    let (_, body) = desk.post_form("/oauth/v3/device/token", &poll).await;
    assert!(body["access_token"].is_string() && body["refresh_token"].is_string(), "{body}");
    assert_eq!(desk.post_form("/oauth/v3/device/token", &poll).await.1["error"], "invalid_code");
}

#[tokio::test]
async fn a_device_code_ends_after_five_minutes() {
    let desk = Desk::new().await;
    let client = desk.sandbox.client_id().to_owned();
    let form = [("grant_type", "device_request"), ("client_id", client.as_str()), ("scope", "ZohoCRM.modules.ALL")];
    let (_, started) = desk.post_form("/oauth/v3/device/code", &form).await;
    desk.advance(300).await;
    let secret = desk.sandbox.client_secret().to_owned();
    let poll = [
        ("grant_type", "device_token"),
        ("client_id", client.as_str()),
        ("client_secret", secret.as_str()),
        ("code", started["device_code"].as_str().expect("a code")),
    ];
    assert_eq!(desk.post_form("/oauth/v3/device/token", &poll).await.1["error"], "expired");
}

#[tokio::test]
async fn who_am_i_and_where() {
    let desk = Desk::new().await;
    let (status, body) = desk.get("/oauth/user/info").await;
    assert_eq!((status, &body["Email"]), (200, &json!("mara.lindt@quietharbor.example")));
    assert_eq!(desk.get("/oauth/serverinfo").await.1["locations"]["us"], desk.sandbox.accounts_url());
}
