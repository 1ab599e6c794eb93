//! Schedules and webhooks in the console over plain HTTP.

use super::console::{Browser, add_user, set_up};
use super::support::{Engine, config};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

const WORK: &str = "string schedule.work(String mode)\n{\n\tinfo \"mode \" + mode;\n\treturn mode;\n}";
const PAID: &str = "string automation.paid(String email)\n{\n\treturn email;\n}";

/// An engine with an administrator, a user, and two published functions.
async fn stage() -> (Engine, Browser, Browser) {
    let (engine, admin) = set_up(config()).await;
    engine.publish(WORK).await;
    engine.publish(PAID).await;
    let user = add_user(&admin, "bo", "user").await;
    (engine, admin, user)
}

/// Looks at a page until it shows a text.
async fn follow(browser: &Browser, path: &str, text: &str) -> String {
    for _ in 0..100 {
        let seen = browser.get(path).await;
        if seen.text.contains(text) {
            return seen.text;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("expected `{text}` on {path}");
}

/// The fields of a schedule.
fn schedule<'a>(change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "<i>nightly"),
        ("function", "schedule.work"),
        ("rhythm", "day"),
        ("start", "2099-01-01T02:30"),
        ("zone", "Europe/Berlin"),
        ("missed", "skip"),
        ("arguments", "{\"mode\": \"dry\"}"),
        ("enabled", "on"),
    ];
    fields.retain(|(name, _)| change.iter().all(|(other, _)| name != other));
    fields.extend_from_slice(change);
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_made_looked_ahead_run_switched_and_removed() {
    let (engine, admin, user) = stage().await;
    assert!(admin.get("/console/schedules").await.text.contains("No schedules yet"));
    let preview = admin.post("/console/schedules/preview", &schedule(&[])).await;
    assert!(preview.status == 200 && preview.text.contains("2099-01-02T02:30:00+01:00"), "{}", preview.text);
    assert!(engine.app.schedules().await.expect("schedules").is_empty(), "a preview makes nothing");
    for (change, message) in [
        (vec![("rhythm", "cron"), ("cron", "61 * * * *")], "Expected a cron expression"),
        (vec![("zone", "Mars/Base")], "Expected a time zone"),
        (vec![("arguments", "[")], "The arguments are a JSON object"),
        (vec![("function", "automation.paid")], "Expected a function of `schedule`"),
        (vec![("arguments", "{\"other\": 1}")], "has no argument `other`"),
    ] {
        let refused = admin.post("/console/schedules/new", &schedule(&change)).await;
        assert!(refused.status == 422 && refused.text.contains(message), "{message}: {}", refused.text);
        assert!(
            refused.text.contains("&lt;i&gt;nightly") && !refused.text.contains("<i>nightly"),
            "what was filled in stays"
        );
    }
    let made = admin.post("/console/schedules/new", &schedule(&[])).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let base = made.location().to_owned();
    let page = user.get(&base).await.text;
    assert!(page.contains("every day, in Europe/Berlin") && page.contains("2099-01-01T02:30:00+01:00"), "{page}");
    assert!(!page.contains("Run now") && !page.contains("<i>nightly"), "{page}");
    assert!(user.get("/console/schedules").await.text.contains("schedule.work"));

    let form = admin.get(&format!("{base}/edit")).await.text;
    assert!(
        form.contains("value=\"2099-01-01T02:30\"") && form.contains("&quot;mode&quot;: &quot;dry&quot;"),
        "{form}"
    );
    let changed = schedule(&[("rhythm", "cron"), ("cron", "30 9 * * MON-FRI"), ("name", "workdays"), ("start", "")]);
    assert_eq!(admin.post(&format!("{base}/edit"), &changed).await.status, 303);
    assert!(admin.get(&base).await.text.contains("30 9 * * MON-FRI"));

    let run = admin.post(&format!("{base}/run"), &[]).await;
    assert!(run.location().starts_with("/console/executions/"), "{}", run.text);
    assert!(follow(&admin, run.location(), "Succeeded").await.contains("mode dry"));
    assert!(admin.get(&base).await.text.contains("asked for"));
    assert_eq!(admin.post(&format!("{base}/switch"), &[]).await.status, 303);
    assert!(admin.get(&base).await.text.contains(">Off<"));
    assert_eq!(admin.post(&format!("{base}/switch"), &[("on", "on")]).await.status, 303);
    assert!(admin.get(&base).await.text.contains(">Active<"));
    assert_eq!(admin.post(&format!("{base}/delete"), &[]).await.location(), "/console/schedules");
    assert_eq!(admin.get(&base).await.status, 404);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_change_no_schedules_and_webhooks() {
    let (engine, admin, user) = stage().await;
    let made = admin.post("/console/schedules/new", &schedule(&[])).await;
    let base = made.location().to_owned();
    for path in
        ["/console/schedules", "/console/webhooks", "/console/webhooks/outgoing", "/console/webhooks/deliveries"]
    {
        assert_eq!(user.get(path).await.status, 200, "{path}");
        assert_eq!(Browser::new(&engine.url).get(path).await.status, 303, "{path}");
    }
    for path in ["/console/schedules/new", "/console/webhooks/incoming/new", "/console/webhooks/outgoing/new"] {
        assert_eq!(user.get(path).await.status, 403, "{path}");
        assert_eq!(user.post(path, &schedule(&[])).await.status, 403, "{path}");
        assert_eq!(admin.post_raw(path, &schedule(&[])).await.status, 403, "{path} without a token");
    }
    for change in ["edit", "preview", "switch", "run", "delete"] {
        assert_eq!(user.post(&format!("{base}/{change}"), &schedule(&[])).await.status, 403, "{change}");
    }
    for path in [
        "incoming/1/edit",
        "incoming/1/renew",
        "incoming/1/switch",
        "incoming/1/delete",
        "outgoing/1/edit",
        "outgoing/1/trigger",
        "outgoing/1/switch",
        "outgoing/1/delete",
        "deliveries/1/retry",
    ] {
        assert_eq!(user.post(&format!("/console/webhooks/{path}"), &[]).await.status, 403, "{path}");
        assert_eq!(admin.post(&format!("/console/webhooks/{path}"), &[("payload", "{}")]).await.status, 404, "{path}");
    }
    engine.stop().await;
}

/// What stands in an element with this id.
fn text_of<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">")).expect("an element");
    rest.split('<').next().expect("a text")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incoming_webhook_shows_its_address_once() {
    let (engine, admin, user) = stage().await;
    let fields = [
        ("name", "<b>payments"),
        ("function", "automation.paid"),
        ("argument", "email"),
        ("from", "body.customer.email"),
        ("default", ""),
        ("required", "yes"),
        ("argument", ""),
        ("from", ""),
        ("default", ""),
        ("required", ""),
        ("method", "POST"),
        ("answer", "sync"),
        ("verification", "secret_header"),
        ("header", "X-Token"),
        ("secret", "planted paprika"),
        ("enabled", "on"),
    ];
    let made = admin.post("/console/webhooks/incoming/new", &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let address = text_of(&made.text, "made-address").to_owned();
    assert!(address.starts_with(&format!("{}/hooks/", engine.url)), "{address}");
    let call = reqwest::Client::new().post(&address).header("x-token", "planted paprika");
    let answer =
        call.header("content-type", "application/json").body("{\"customer\": {\"email\": \"a@b.c\"}}").send().await;
    assert!(answer.expect("an answer").text().await.expect("a body").contains("a@b.c"));

    let id = engine.app.incoming_webhooks().await.expect("webhooks")[0].id.clone();
    let base = format!("/console/webhooks/incoming/{id}");
    let token = address.rsplit('/').next().expect("a token").to_owned();
    for path in ["/console/webhooks".to_owned(), base.clone(), format!("{base}/edit")] {
        let page = admin.get(&path).await.text;
        assert!(
            !page.contains(&token) && !page.contains("planted paprika") && !page.contains("<b>pay"),
            "{path}: {page}"
        );
    }
    assert!(user.get(&base).await.text.contains("body.customer.email"));
    let mut changed = fields.to_vec();
    changed.retain(|(name, _)| *name != "secret");
    assert_eq!(admin.post(&format!("{base}/edit"), &changed).await.status, 303, "the secret stays");
    changed.push(("argument", "nobody"));
    changed.push(("from", "cookie.x"));
    let refused = admin.post(&format!("{base}/edit"), &changed).await;
    assert!(refused.status == 422 && refused.text.contains("cookie.x"), "{}", refused.text);
    let renewed = admin.post(&format!("{base}/renew"), &[]).await;
    assert_ne!(text_of(&renewed.text, "made-address"), address);
    assert_eq!(reqwest::Client::new().post(&address).send().await.expect("an answer").status(), 404);
    assert_eq!(admin.post(&format!("{base}/switch"), &[]).await.status, 303);
    assert!(admin.get(&base).await.text.contains(">Off<"));
    assert_eq!(admin.post(&format!("{base}/delete"), &[]).await.location(), "/console/webhooks/incoming");
    assert_eq!(admin.get(&base).await.status, 404);
    engine.stop().await;
}

/// A receiver that answers with the status it was told.
async fn receiver(status: Arc<AtomicU16>) -> String {
    let answer = move || {
        let status = status.load(Ordering::SeqCst);
        async move { StatusCode::from_u16(status).expect("a status") }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(answer))).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outgoing_webhook_is_sent_dies_and_is_sent_again() {
    let (engine, admin, user) = stage().await;
    let status = Arc::new(AtomicU16::new(400));
    let url = format!("{}/leads/${{Leads.id}}", receiver(status.clone()).await);
    let fields = [
        ("name", "new <lead>"),
        ("method", "POST"),
        ("url", url.as_str()),
        ("authorization", "general"),
        ("header_name", "Authorization"),
        ("header_kind", "custom"),
        ("header_value", "Bearer planted-cayenne"),
        ("body", "json"),
        ("text", "{\"name\": \"${Leads.Last_Name}\"}"),
        ("on_function", "automation.paid"),
        ("on_when", "failure"),
        ("enabled", "on"),
    ];
    let made = admin.post("/console/webhooks/outgoing/new", &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let base = made.location().to_owned();
    for path in ["/console/webhooks/outgoing".to_owned(), base.clone(), format!("{base}/edit")] {
        let page = admin.get(&path).await.text;
        assert!(
            !page.contains("planted-cayenne") && !page.contains("<lead>") && page.contains("new &lt;lead&gt;"),
            "{path}: {page}"
        );
    }
    let form = admin.get(&format!("{base}/edit")).await.text;
    assert!(form.contains("value=\"Bearer ***\""), "secrets are masked: {form}");
    let mut masked = fields.to_vec();
    masked[6].1 = "Bearer ***";
    assert_eq!(admin.post(&format!("{base}/edit"), &masked).await.status, 303);
    let wrong = admin.post("/console/webhooks/outgoing/new", &[("name", "x"), ("url", "ftp://x")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("Expected an address"), "{}", wrong.text);

    let payload = [("payload", "{\"module\": \"Leads\", \"record\": {\"id\": \"7\", \"Last_Name\": \"<s>\"}}")];
    let sent = admin.post(&format!("{base}/trigger"), &payload).await;
    assert!(sent.location().starts_with("/console/webhooks/deliveries/"), "{}", sent.text);
    let page = follow(&admin, sent.location(), ">Dead<").await;
    assert!(page.contains(">400<") && page.contains("&lt;s&gt;") && !page.contains("<s>"), "{page}");
    assert!(user.get("/console/webhooks/deliveries?state=dead").await.text.contains("new &lt;lead&gt;"));
    assert!(admin.get("/console/webhooks/deliveries?state=delivered").await.text.contains("No deliveries"));
    assert!(!user.get(sent.location()).await.text.contains("Send again"));
    status.store(200, Ordering::SeqCst);
    assert_eq!(admin.post(&format!("{}/retry", sent.location()), &[]).await.status, 303);
    follow(&admin, sent.location(), ">Delivered<").await;
    assert_eq!(admin.post(&format!("{}/retry", sent.location()), &[]).await.status, 422);
    let broken = admin.post(&format!("{base}/trigger"), &[("payload", "[")]).await;
    assert!(broken.status == 422 && broken.text.contains("The payload is a JSON object"), "{}", broken.text);
    assert_eq!(admin.post(&format!("{base}/delete"), &[]).await.location(), "/console/webhooks/outgoing");
    engine.stop().await;
}
