//! Queries.

use super::desk::{Desk, account};
use serde_json::{Value, json};

async fn ask(desk: &Desk, query: &str) -> (u16, Value) {
    desk.post("/crm/v8/coql", json!({"select_query": query})).await
}

#[tokio::test]
async fn a_query_follows_lookups() {
    let desk = Desk::new().await;
    let query = format!(
        "select Last_Name, Account_Name, Account_Name.Industry, Owner.email from Contacts \
         where Account_Name.id = '{}' order by Last_Name asc",
        account(0)
    );
    let (status, body) = ask(&desk, &query).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["info"], json!({"count": 2, "more_records": false}));
    let row = &body["data"][0];
    assert!(row["Account_Name.Industry"].is_string() && row["Account_Name"]["id"] == account(0), "{row}");
    assert!(row["Owner.email"].is_string() && row["id"].is_string(), "{row}");
}

#[tokio::test]
async fn filters_order_and_limit() {
    let desk = Desk::new().await;
    let query = "select Amount from Deals where (Amount >= 10000 and Stage not in ('Closed Won', 'Closed Lost')) \
                 order by Amount desc limit 2, 3";
    let (_, body) = ask(&desk, query).await;
    let amounts: Vec<f64> =
        body["data"].as_array().expect("rows").iter().filter_map(|row| row["Amount"].as_f64()).collect();
    assert_eq!(amounts.len(), 3);
    assert!(amounts.is_sorted_by(|a, b| a >= b) && amounts[2] >= 10_000.0, "{amounts:?}");
    assert_eq!(body["info"]["more_records"], true);
    assert_eq!(ask(&desk, "select id from Deals where Deal_Name like '%order 100'").await.1["info"]["count"], 1);
    assert_eq!(ask(&desk, "select id from Leads where Mobile is not null").await.0, 204);
    let between = "select id from Deals where Closing_Date between '2026-01-01' and '2026-01-10'";
    assert_eq!(ask(&desk, between).await.1["info"]["count"], 7);
}

#[tokio::test]
async fn totals_and_groups() {
    let desk = Desk::new().await;
    let (_, body) =
        ask(&desk, "select count(id) as many, sum(Amount), max(Closing_Date) from Deals where id is not null").await;
    assert_eq!(body["data"][0]["many"], 60);
    assert!(body["data"][0]["SUM(Amount)"].as_f64().is_some_and(|sum| sum > 0.0));
    let query = "select Stage, count(id) as many from Deals where id is not null group by Stage order by many desc";
    let (_, body) = ask(&desk, query).await;
    let counts: Vec<u64> =
        body["data"].as_array().expect("rows").iter().filter_map(|row| row["many"].as_u64()).collect();
    assert_eq!(counts.iter().sum::<u64>(), 60);
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
}

#[tokio::test]
async fn wrong_queries_are_named() {
    let desk = Desk::new().await;
    for (query, code) in [
        ("select Last_Name from Contacts", "SYNTAX_ERROR"),
        ("select Last_Name from", "SYNTAX_ERROR"),
        ("select Nothing from Contacts where id is not null", "INVALID_QUERY"),
        ("select id from Nothing where id is not null", "INVALID_QUERY"),
        ("select id from Deals where Amount > 'many'", "INVALID_QUERY"),
        ("select id from Deals where id is not null limit 2001", "LIMIT_EXCEEDED"),
    ] {
        let (status, body) = ask(&desk, query).await;
        assert_eq!((status, &body["code"]), (400, &json!(code)), "{query}: {body}");
    }
    assert_eq!(desk.post("/crm/v8/coql", json!({"select_query": 5})).await.0, 400);
    assert_eq!(desk.get("/crm/v8/coql").await.1["code"], "INVALID_REQUEST_METHOD");
}
