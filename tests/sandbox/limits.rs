//! Odd and hostile calls: always an answer, never a crash.

use super::desk::{Desk, lead};
use serde_json::json;

#[tokio::test]
async fn names_that_are_not_loopback_are_turned_away() {
    let desk = Desk::new().await;
    let response = desk.http.get(desk.url("/oauth/serverinfo")).header("Host", "evil.example.com").send().await;
    assert_eq!(response.expect("an answer").status(), 421);
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let desk = Desk::new().await;
    let body = vec![b'x'; 26 * 1024 * 1024];
    let sent = desk.http.post(desk.url("/crm/v2/Leads")).body(body).send().await;
    // The server may close before everything was sent.
    assert!(sent.is_err() || sent.is_ok_and(|response| response.status() == 413));
    let other = reqwest::Client::new().get(desk.url("/oauth/serverinfo")).send().await;
    assert_eq!(other.expect("the sandbox lives").status(), 200);
}

#[tokio::test]
async fn nonsense_gets_an_answer() {
    let desk = Desk::new().await;
    let paths = [
        "/crm/v2/Leads?page=0".to_owned(),
        "/crm/v2/Leads?page=18446744073709551615&per_page=200".to_owned(),
        "/crm/v8/Leads?fields=id&page_token=WyIvIiwtMSwwXQ".to_owned(),
        "/crm/v2/Leads/search?criteria=(((((".to_owned(),
        "/crm/v2/Leads/search?criteria=(Last_Name:between:a)".to_owned(),
        "/crm/v2/Leads/search?word=%F0%9F%99%82%F0%9F%99%82".to_owned(),
        "/crm/v2/%2e%2e/%00".to_owned(),
        "/crm/v2/Leads/%FF".to_owned(),
        format!("/crm/v2/Leads/{}/Attachments/../../..", lead(0)),
        "/crm/v2/settings/tags?module=".to_owned(),
        "/crm".to_owned(),
        "/".to_owned(),
    ];
    for path in paths {
        let (status, _) = desk.get(&path).await;
        assert!((200..500).contains(&status), "{path}: {status}");
    }
    let bodies = [
        json!({"data": [{"Last_Name": {"a": 1}}]}),
        json!({"data": [{"Last_Name": "x", "Annual_Revenue": 1e300}]}),
        json!({"data": [{"Last_Name": "x", "Owner": {"id": {}}}]}),
        json!({"data": [{"Last_Name": "x", "Tag": [{"name": 5}, 3]}]}),
        json!({"data": [null]}),
    ];
    for body in bodies {
        for method in ["POST", "PUT"] {
            let response = desk.send(method.parse().expect("a method"), "/crm/v8/Leads", Some(body.clone())).await;
            assert!(response.status().as_u16() < 500, "{method} {body}");
        }
    }
}

#[tokio::test]
async fn many_at_once_are_served_in_order() {
    let desk = std::sync::Arc::new(Desk::new().await);
    let jobs: Vec<_> = (0..40)
        .map(|at| {
            let desk = std::sync::Arc::clone(&desk);
            tokio::spawn(async move { desk.insert("Leads", json!({"Last_Name": format!("Crowd {at}")})).await })
        })
        .collect();
    let mut ids = Vec::new();
    for job in jobs {
        ids.push(job.await.expect("no panic"));
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    assert_eq!(desk.get("/crm/v8/Leads/actions/count").await.1["count"], 100);
}
