//! What tests can do to the sandbox.

use super::desk::{Desk, lead, read};
use serde_json::json;

#[tokio::test]
async fn planned_faults_come_first_and_end() {
    let desk = Desk::new().await;
    let fault = json!({"count": 2, "status": 503, "retry_after": 7, "path": "/crm", "body": {"code": "BUSY"}});
    assert_eq!(desk.post("/__sandbox/faults", fault).await.0, 200);
    desk.fresh_token().await;
    let response = desk.send(reqwest::Method::GET, "/crm/v2/Leads", None).await;
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(read(response).await, (503, json!({"code": "BUSY"})));
    assert_eq!(desk.get("/crm/v2/Leads").await.0, 503);
    assert_eq!(desk.get("/crm/v2/Leads").await.0, 200);
}

#[tokio::test]
async fn latency_throttle_and_tokens() {
    let desk = Desk::new().await;
    desk.post("/__sandbox/latency", json!({"milliseconds": 120})).await;
    let start = std::time::Instant::now();
    desk.get("/crm/v2/org").await;
    assert!(start.elapsed().as_millis() >= 120);
    desk.post("/__sandbox/latency", json!({"milliseconds": 0})).await;
    desk.post("/__sandbox/throttle", json!({"on": true})).await;
    assert_eq!(desk.token(&[("grant_type", "refresh_token")]).await["error"], "Access Denied");
    desk.post("/__sandbox/tokens/expire", json!({})).await;
    assert_eq!(desk.get("/crm/v2/org").await.0, 401);
}

#[tokio::test]
async fn mail_goes_into_the_outbox() {
    let desk = Desk::new().await;
    let mail = json!({"from": {"email": "a@example.com"}, "to": [{"email": "b@example.com"}], "subject": "Hi"});
    let path = format!("/crm/v8/Leads/{}/actions/send_mail", lead(0));
    assert_eq!(desk.post(&path, json!({"data": [mail]})).await.0, 200);
    assert_eq!(desk.get("/__sandbox/outbox").await.1[0]["mail"]["subject"], "Hi");
}

#[tokio::test]
async fn state_is_exported_and_imported() {
    let desk = Desk::new().await;
    let (_, state) = desk.get("/__sandbox/state").await;
    desk.delete(&format!("/crm/v8/Leads/{}", lead(0))).await;
    assert_eq!(desk.put("/__sandbox/state", state).await.0, 200);
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{}", lead(0))).await.0, 200);
}

#[tokio::test]
async fn calls_are_remembered_without_their_secrets() {
    let desk = Desk::new().await;
    desk.get("/crm/v2/Leads?word=secretword").await;
    let (_, calls) = desk.get("/__sandbox/calls").await;
    let text = calls.to_string();
    assert!(text.contains("/crm/v2/Leads") && !text.contains("secretword") && !text.contains(&desk.token));
    let (status, body) = desk.get("/__sandbox/nothing").await;
    assert!(status == 404 && body["message"].as_str().is_some_and(|message| message.contains("outbox")));
    assert_eq!(desk.post("/__sandbox/clock", json!({"set": "someday"})).await.0, 400);
}
