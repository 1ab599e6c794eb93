//! The console over plain HTTP: the set-up, signing in, the guard before every form, users and keys.

use super::support::{Engine, config};
use ararat::server::Config;
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use std::sync::Mutex;

/// A browser without a screen: keeps cookies, follows nothing by itself.
pub struct Browser {
    pub url: String,
    client: reqwest::Client,
    cookies: Mutex<Vec<(String, String)>>,
}

/// What came back.
pub struct Seen {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Seen {
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The token of the page's forms.
    pub fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("a page with a form");
        rest[..64].to_owned()
    }
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { url: url.to_owned(), client, cookies: Mutex::default() }
    }

    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().expect("a lock");
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn get(&self, path: &str) -> Seen {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    /// A form as it stands, with the headers of a browser.
    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = self.client.post(format!("{}{path}", self.url)).header("origin", &self.url).form(fields);
        self.send(request.header("sec-fetch-site", "same-origin")).await
    }

    /// A form with the token that a page of the same session shows.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let csrf = self.get("/console/account").await.csrf();
        let mut fields = fields.to_vec();
        fields.push(("csrf", &csrf));
        self.post_raw(path, &fields).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Seen {
        let answer = request.header("cookie", self.cookies()).send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("a line");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            let mut cookies = self.cookies.lock().expect("a lock");
            cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Seen { status, headers, text: answer.text().await.expect("a body") }
    }
}

pub const PASSWORD: &str = "planted correct horse";

/// An engine whose first administrator `ada` is signed in.
pub async fn set_up(config: Config) -> (Engine, Browser) {
    let engine = Engine::with(config).await;
    let token = engine.app.set_up_token().await.expect("asked").expect("a token");
    let browser = Browser::new(&engine.url);
    let page = browser.get(&format!("/console/welcome?token={}", token.as_str())).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let fields = [("token", token.as_str()), ("name", "ada"), ("password", PASSWORD), ("again", PASSWORD)];
    let entered = browser.post_raw("/console/welcome", &fields).await;
    assert_eq!((entered.status, entered.location()), (303, "/console"), "{}", entered.text);
    (engine, browser)
}

/// Adds a user and signs him in.
pub async fn add_user(admin: &Browser, name: &str, role: &str) -> Browser {
    let page = admin.post("/console/users", &[("name", name), ("role", role)]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (_, rest) = page.text.split_once("/console/welcome?token=").expect("a link");
    let browser = Browser::new(&admin.url);
    let fields = [("token", &rest[..64]), ("password", PASSWORD), ("again", PASSWORD)];
    let entered = browser.post_raw("/console/welcome", &fields).await;
    assert_eq!(entered.status, 303, "{}", entered.text);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_console_is_set_up_once() {
    let (engine, browser) = set_up(config()).await;
    assert!(engine.app.set_up_token().await.expect("asked").is_none(), "someone can sign in");
    let home = browser.get("/console/connections").await;
    assert!(home.text.contains("No connections yet") && home.text.contains("ada"), "{}", home.text);
    assert!(home.text.contains("New connection"), "the first one is the administrator");
    let again = Browser::new(&engine.url).get("/console/welcome?token=00").await;
    assert_eq!(again.status, 410, "{}", again.text);
    let start = Browser::new(&engine.url).get("/").await;
    assert_eq!((start.status, start.location()), (303, "/console"));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_see_the_sign_in_and_come_back_to_their_page() {
    let (engine, browser) = set_up(config()).await;
    let stranger = Browser::new(&engine.url);
    for path in ["/console", "/console/connections", "/console/users", "/console/keys", "/console/audit"] {
        let seen = stranger.get(path).await;
        assert_eq!(seen.status, 303, "{path}");
        assert!(seen.location().starts_with("/console/sign-in?next="), "{path}: {}", seen.location());
    }
    let next = stranger.get("/console/users?x=1").await;
    assert_eq!(next.location(), "/console/sign-in?next=%2Fconsole%2Fusers%3Fx%3D1");
    let wrong = stranger.post_raw("/console/sign-in", &[("name", "ada"), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("do not go together") && !wrong.text.contains("value=\"wrong\""));
    let nobody = stranger.post_raw("/console/sign-in", &[("name", "nobody"), ("password", "nobody")]).await;
    assert_eq!(nobody.status, 422);
    let fields = [("name", "ada"), ("password", PASSWORD), ("next", "/console/users?x=1")];
    let right = stranger.post_raw("/console/sign-in", &fields).await;
    assert_eq!((right.status, right.location()), (303, "/console/users?x=1"));
    let cookie = right.headers.get(SET_COOKIE).expect("a cookie").to_str().expect("text");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    assert_eq!(stranger.get("/console/users").await.status, 200);
    let out = stranger.post("/console/sign-out", &[]).await;
    assert_eq!(out.location(), "/console/sign-in");
    assert_eq!(stranger.get("/console/users").await.status, 303);
    assert_eq!(browser.get("/console/users").await.status, 200, "the other session goes on");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down() {
    let (engine, _) = set_up(config()).await;
    let guesser = Browser::new(&engine.url);
    let guess =
        async |name: &str| guesser.post_raw("/console/sign-in", &[("name", name), ("password", "guess")]).await.status;
    for _ in 0..5 {
        assert_eq!(guess("ada").await, 422);
    }
    assert_eq!(guess("ada").await, 429);
    let right = guesser.post_raw("/console/sign-in", &[("name", "ada"), ("password", PASSWORD)]).await;
    assert_eq!(right.status, 429, "the right one has to wait too");
    assert!(right.headers.contains_key("retry-after"));
    assert_eq!(guess("bo").await, 422);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_other_sites_change_nothing() {
    let (engine, browser) = set_up(config()).await;
    let csrf = browser.get("/console/account").await.csrf();
    let make =
        |fields: &[(&str, &str)]| reqwest::Client::new().post(format!("{}/console/keys", engine.url)).form(fields);
    let fields = [("name", "evil"), ("role", "administrator")];
    let with_token = [("name", "evil"), ("role", "administrator"), ("csrf", csrf.as_str())];
    for (request, what) in [
        (make(&fields), "no token"),
        (make(&[("name", "evil"), ("csrf", "00")]), "a wrong token"),
        (make(&with_token).header("sec-fetch-site", "cross-site"), "another site"),
        (make(&with_token).header("sec-fetch-site", "same-site"), "a neighbour"),
        (make(&with_token).header("origin", "https://evil.example"), "another origin"),
        (make(&with_token).header("origin", "null"), "no origin"),
    ] {
        let seen = browser.send(request).await;
        assert_eq!(seen.status, 403, "{what}: {}", seen.text);
    }
    assert!(engine.app.keys().await.expect("keys").iter().all(|key| key.name != "evil"));
    let made = browser.send(make(&with_token).header("origin", &engine.url)).await;
    assert_eq!(made.status, 200, "{}", made.text);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_binds_the_browser() {
    let (engine, browser) = set_up(config()).await;
    for path in ["/console/connections", "/console/sign-in", "/console/nowhere", "/console/users"] {
        let seen = browser.get(path).await;
        let header = |name: &str| seen.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert!(!seen.text.contains("<style") && !seen.text.contains(" style="), "{path}");
        for (at, _) in seen.text.match_indices("<script") {
            assert!(seen.text[at..].starts_with("<script src=\"/console/assets/"), "{path}");
        }
        assert!(!seen.text.contains("//cdn") && !seen.text.contains("=\"http"), "{path}");
    }
    assert_eq!(browser.get("/console/nowhere").await.status, 404);
    let (_, rest) = browser
        .get("/console/users")
        .await
        .text
        .split_once("<script src=\"")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a script");
    let script = browser.get(rest.split('"').next().expect("a path")).await;
    assert_eq!(script.status, 200);
    assert!(script.headers["cache-control"].to_str().expect("text").contains("immutable"));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_cookies_are_secure() {
    let url = "https://ararat.example.com/".parse().expect("an address");
    let (engine, browser) = set_up(Config { public_url: Some(url), ..config() }).await;
    assert!(browser.cookies().starts_with("__Host-ararat_session="));
    assert_eq!(browser.get("/console/users").await.status, 200);
    let request = reqwest::Client::new().post(format!("{}/console/keys", engine.url));
    let csrf = browser.get("/console/account").await.csrf();
    let request = request.form(&[("name", "k"), ("role", "execute"), ("csrf", &csrf)]);
    let seen = browser.send(request.header("origin", "https://ararat.example.com")).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_come_by_a_link_and_do_not_administer() {
    let (engine, admin) = set_up(config()).await;
    let user = add_user(&admin, "bo", "user").await;
    assert_eq!(user.get("/console/connections").await.status, 200);
    let page = user.get("/console/connections").await.text;
    assert!(!page.contains("New connection") && !page.contains("Users and keys"), "{page}");
    for path in ["/console/users", "/console/keys", "/console/audit", "/console/users/ada"] {
        assert_eq!(user.get(path).await.status, 403, "{path}");
    }
    for path in ["/console/users", "/console/keys", "/console/users/ada/disable", "/console/users/bo/role"] {
        assert_eq!(user.post(path, &[("name", "x"), ("role", "administrator")]).await.status, 403, "{path}");
    }
    let raised = admin.post("/console/users/bo/role", &[("role", "administrator")]).await;
    assert_eq!(raised.status, 303, "{}", raised.text);
    assert_eq!(user.get("/console/users").await.status, 200, "at once");
    assert_eq!(admin.post("/console/users", &[("name", "bo"), ("role", "user")]).await.status, 422);
    assert_eq!(admin.post("/console/users", &[("name", "a b"), ("role", "user")]).await.status, 422);
    let disabled = admin.post("/console/users/bo/disable", &[]).await;
    assert_eq!(disabled.status, 303, "{}", disabled.text);
    assert_eq!(user.get("/console/connections").await.status, 303, "signed out at once");
    let back = user.post_raw("/console/sign-in", &[("name", "bo"), ("password", PASSWORD)]).await;
    assert_eq!(back.status, 422);
    let own = admin.post("/console/users/ada/disable", &[]).await;
    assert!(own.status == 422 && own.text.contains("cannot disable yourself"), "{}", own.text);
    let last = admin.post("/console/users/ada/role", &[("role", "user")]).await;
    assert!(last.status == 422 && last.text.contains("only administrator"), "{}", last.text);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_changed_and_reset() {
    let (engine, admin) = set_up(config()).await;
    let user = add_user(&admin, "bo", "user").await;
    let short = user.post("/console/account", &[("old", PASSWORD), ("password", "short"), ("again", "short")]).await;
    assert!(short.status == 422 && short.text.contains("at least 10"), "{}", short.text);
    let new = "another long password";
    let wrong = user.post("/console/account", &[("old", "wrong"), ("password", new), ("again", new)]).await;
    assert!(wrong.status == 422 && wrong.text.contains("present password"), "{}", wrong.text);
    let done = user.post("/console/account", &[("old", PASSWORD), ("password", new), ("again", new)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(user.get("/console/account").await.status, 303, "signed out");
    assert_eq!(user.post_raw("/console/sign-in", &[("name", "bo"), ("password", new)]).await.status, 303);
    let reset = admin.post("/console/users/bo/reset", &[]).await;
    assert!(reset.status == 200 && reset.text.contains("Hand this link over"), "{}", reset.text);
    assert_eq!(user.get("/console/account").await.status, 303, "the sessions have ended");
    assert_eq!(user.post_raw("/console/sign-in", &[("name", "bo"), ("password", new)]).await.status, 422);
    let (_, rest) = reset.text.split_once("/console/welcome?token=").expect("a link");
    let fields = [("token", &rest[..64]), ("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(user.post_raw("/console/welcome", &fields).await.status, 303);
    assert_eq!(user.post_raw("/console/welcome", &fields).await.status, 410, "once");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shown_once() {
    let (engine, admin) = set_up(config()).await;
    let made = admin.post("/console/keys", &[("name", "<b>robot</b>"), ("role", "execute"), ("rate", "60")]).await;
    assert!(made.text.contains("&lt;b&gt;robot&lt;/b&gt;") && !made.text.contains("<b>robot"), "{}", made.text);
    let (_, rest) = made.text.split_once("id=\"made-key\">").expect("a key");
    let key = rest.split('<').next().expect("a key").to_owned();
    assert!(engine.app.caller_of_key(&key).is_some());
    let list = admin.get("/console/keys").await;
    assert!(!list.text.contains(&key) && list.text.contains("60 a minute"), "{}", list.text);
    assert_eq!(admin.post("/console/keys", &[("name", ""), ("role", "execute")]).await.status, 422);
    let id = key.split('.').nth(1).expect("an id");
    let gone = admin.post(&format!("/console/keys/{id}/revoke"), &[]).await;
    assert_eq!(gone.status, 303, "{}", gone.text);
    assert!(engine.app.caller_of_key(&key).is_none());
    assert!(admin.get("/console/keys").await.text.contains("The key is revoked."), "a notice, once");
    assert!(!admin.get("/console/keys").await.text.contains("The key is revoked."));
    let log = admin.get("/console/audit").await.text;
    assert!(log.contains("revoke key") && log.contains("first administrator") && !log.contains(&key), "{log}");
    engine.stop().await;
}
