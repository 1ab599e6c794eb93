//! Search by criteria, e-mail, phone and word.

use super::desk::Desk;
use serde_json::{Value, json};

async fn count(desk: &Desk, module: &str, criteria: &str) -> usize {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("criteria", criteria).finish();
    let (status, body) = desk.get(&format!("/crm/v8/{module}/search?{query}")).await;
    match status {
        200 => body["data"].as_array().expect("rows").len(),
        204 => 0,
        _ => panic!("{criteria}: {status} {body}"),
    }
}

#[tokio::test]
async fn criteria_find_what_they_say() {
    let desk = Desk::new().await;
    let row = json!({
        "Last_Name": "Odd, (Name)", "Company": "Zinc: & Co", "No_of_Employees": 7777, "Email": "odd@odd.example.com",
        "Languages": ["French", "Hindi"], "Email_Opt_Out": true,
    });
    desk.insert("Leads", row).await;
    let one = [
        r"(Last_Name:equals:odd\, \(name\))",
        "(Company:equals:Zinc: & Co)",
        "(Company:starts_with:zinc)",
        "((No_of_Employees:greater_than:7000)and(No_of_Employees:less_equal:7777))",
        "(No_of_Employees:between:7776,7778)",
        "(No_of_Employees:in:7777,8888)",
        "(Languages:equals:Hindi)",
        "((Last_Name:equals:nobody)or((Company:contains:Zinc)and(Email_Opt_Out:equals:true)))",
        "(Created_Time:greater_equal:2026-03-02T12:00:00+05:30)",
    ];
    for criteria in one {
        assert_eq!(count(&desk, "Leads", criteria).await, 1, "{criteria}");
    }
    assert_eq!(count(&desk, "Leads", "(Last_Name:equals:nobody)").await, 0);
    assert_eq!(count(&desk, "Leads", "(Languages:not_equal:French)").await, 0, "empty fields match nothing");
    assert_eq!(count(&desk, "Leads", "(Owner:equals:5725767000000411002)").await, 20);
}

#[tokio::test]
async fn lookups_are_found_by_id_or_name() {
    let desk = Desk::new().await;
    let account = super::desk::account(3);
    assert_eq!(count(&desk, "Contacts", &format!("(Account_Name:equals:{account})")).await, 2);
    assert_eq!(count(&desk, "Contacts", &format!("(Account_Name.id:equals:{account})")).await, 2);
    let name = desk.get(&format!("/crm/v8/Accounts/{account}")).await.1["data"][0]["Account_Name"].clone();
    assert_eq!(count(&desk, "Contacts", &format!("(Account_Name:equals:{})", name.as_str().expect("a name"))).await, 2);
}

#[tokio::test]
async fn other_ways_to_search() {
    let desk = Desk::new().await;
    desk.insert(
        "Leads",
        json!({"Last_Name": "Quirk", "Secondary_Email": "q@q.example.com", "Mobile": "+1 (555) 9-87"}),
    )
    .await;
    for query in ["email=Q@q.example.com", "phone=1555987", "word=quir"] {
        let (status, body) = desk.get(&format!("/crm/v2/Leads/search?{query}")).await;
        assert_eq!((status, body["data"].as_array().map(Vec::len)), (200, Some(1)), "{query}");
    }
    assert_eq!(desk.get("/crm/v2/Leads/search?email=none@none.example.com").await, (204, Value::Null));
    let (status, body) = desk.get("/crm/v2/Leads/search").await;
    assert_eq!((status, &body["code"]), (400, &json!("EXPECTED_PARAM_MISSING")));
    assert_eq!(desk.get("/crm/v2/Leads/actions/count?word=quir").await.1, json!({"count": 1}));
}

#[tokio::test]
async fn wrong_criteria_are_named() {
    let desk = Desk::new().await;
    for (criteria, detail) in [
        ("(Nothing:equals:1)", "api_name"),
        ("(City:resembles:1)", "operator"),
        ("(No_of_Employees:equals:many)", "reason"),
        ("City:equals:1", "near"),
    ] {
        let (status, body) = desk.get(&format!("/crm/v8/Leads/search?criteria={criteria}")).await;
        assert_eq!((status, &body["code"]), (400, &json!("INVALID_QUERY")), "{criteria}");
        assert!(body["details"].get(detail).is_some(), "{body}");
    }
}
