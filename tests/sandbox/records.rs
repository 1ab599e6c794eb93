//! Reading records.

use super::desk::{Desk, lead, read};
use serde_json::{Value, json};

#[tokio::test]
async fn version_2_lists_whole_records() {
    let desk = Desk::new().await;
    let (status, body) = desk.get("/crm/v2/Contacts?per_page=2").await;
    assert_eq!(status, 200);
    assert_eq!(body["info"], json!({"per_page": 2, "count": 2, "page": 1, "more_records": true}));
    let contact = &body["data"][0];
    assert!(contact["Account_Name"]["name"].is_string() && contact["Account_Name"]["id"].is_string(), "{contact}");
    assert!(contact["Owner"]["email"].as_str().is_some_and(|email| email.ends_with(".example")));
    assert_eq!(contact["$approved"], true);
    assert!(contact.get("Department").is_some_and(Value::is_null), "empty fields show as null");
}

#[tokio::test]
async fn later_versions_want_fields_and_give_only_those() {
    let desk = Desk::new().await;
    for version in ["v3", "v8"] {
        let (status, body) = desk.get(&format!("/crm/{version}/Leads")).await;
        assert_eq!((status, &body["code"]), (400, &json!("REQUIRED_PARAM_MISSING")), "{version}");
    }
    let (status, body) = desk.get("/crm/v8/Leads?fields=Last_Name,Company,Nothing&per_page=1").await;
    assert_eq!(status, 200);
    let keys: Vec<&String> = body["data"][0].as_object().expect("a record").keys().collect();
    assert_eq!(keys, ["Last_Name", "Company", "id"]);
}

#[tokio::test]
async fn pages_follow_each_other_by_token() {
    let desk = Desk::new().await;
    let (_, first) = desk.get("/crm/v8/Leads?fields=id&per_page=25&sort_by=Last_Name&sort_order=asc").await;
    assert!(first["info"]["previous_page_token"].is_null() && first["info"]["sort_by"] == "Last_Name", "{first}");
    let mut seen: Vec<Value> = first["data"].as_array().expect("rows").clone();
    let mut info = first["info"].clone();
    while let Some(token) = info["next_page_token"].as_str() {
        let path = format!("/crm/v8/Leads?fields=id&per_page=25&sort_by=Last_Name&sort_order=asc&page_token={token}");
        let (_, next) = desk.get(&path).await;
        seen.extend(next["data"].as_array().expect("rows").clone());
        info = next["info"].clone();
    }
    let mut ids: Vec<&str> = seen.iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids.len(), 60);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 60, "no record comes twice");
    assert_eq!(desk.get("/crm/v8/Leads?fields=id&page_token=nonsense").await.0, 400);
    let (status, body) = desk.get("/crm/v8/Leads?fields=id&page=11&per_page=200").await;
    assert_eq!((status, &body["code"]), (400, &json!("DISCRETE_PAGINATION_LIMIT_EXCEEDED")));
}

#[tokio::test]
async fn lists_are_sorted_as_asked() {
    let desk = Desk::new().await;
    let (_, body) = desk.get("/crm/v2/Deals?fields=Amount&sort_by=Amount&sort_order=asc").await;
    let amounts: Vec<f64> =
        body["data"].as_array().expect("rows").iter().filter_map(|row| row["Amount"].as_f64()).collect();
    assert!(amounts.len() == 60 && amounts.is_sorted(), "{amounts:?}");
    assert_eq!(desk.get("/crm/v2/Deals?sort_by=Nothing").await.0, 400);
    assert_eq!(desk.get("/crm/v2/Deals?per_page=none").await.0, 400);
}

#[tokio::test]
async fn a_page_beyond_the_end_is_no_content() {
    let desk = Desk::new().await;
    assert_eq!(desk.get("/crm/v2/Leads?page=9").await, (204, Value::Null));
}

#[tokio::test]
async fn one_record_by_its_id() {
    let desk = Desk::new().await;
    let (status, body) = desk.get(&format!("/crm/v8/Leads/{}", lead(0))).await;
    assert_eq!(status, 200);
    assert_eq!(body["data"][0]["id"], lead(0));
    assert_eq!(body["data"][0]["Full_Name"], "Amara Dubrovnik");
    assert_eq!(desk.get("/crm/v8/Leads/5725767000000999999").await, (204, Value::Null));
    let (status, body) = desk.get("/crm/v8/Leads/abc").await;
    assert_eq!((status, &body["message"]), (400, &json!("the id given seems to be invalid")));
}

#[tokio::test]
async fn if_modified_since_hides_what_is_older() {
    let desk = Desk::new().await;
    let ask = async |path: &str, since: &str| {
        let request = desk.http.get(desk.url(path)).header("If-Modified-Since", since);
        read(request.header("Authorization", format!("Zoho-oauthtoken {}", desk.token)).send().await.expect("answer"))
            .await
            .0
    };
    let one = format!("/crm/v2/Leads/{}", lead(1));
    assert_eq!(ask("/crm/v2/Leads", "2026-03-05T00:00:00+05:30").await, 304);
    assert_eq!(ask("/crm/v2/Leads", "2026-01-01T00:00:00+05:30").await, 200);
    assert_eq!(ask(&one, "2026-03-05T00:00:00+05:30").await, 304);
    assert_eq!(ask(&one, "yesterday").await, 400);
}

#[tokio::test]
async fn errors_have_zohos_shape() {
    let desk = Desk::new().await;
    let (status, body) = desk.get("/crm/v2/Nothing").await;
    let expected = json!({
        "code": "INVALID_MODULE", "details": {}, "message": "the module name given seems to be invalid",
        "status": "error",
    });
    assert_eq!((status, body), (400, expected));
    assert_eq!(desk.get("/crm/v2/Leads/1/2/3/4").await.1["code"], "INVALID_URL_PATTERN");
    assert_eq!(desk.get("/crm/v9/Leads").await.1["code"], "API_NOT_SUPPORTED");
    assert_eq!(desk.get("/elsewhere").await.0, 404);
    let patched = desk.send(reqwest::Method::PATCH, "/crm/v2/Leads", None).await;
    assert_eq!(read(patched).await.1["code"], "INVALID_REQUEST_METHOD");
    let bare = desk.http.get(desk.url("/crm/v2/Leads")).send().await.expect("an answer");
    assert_eq!(read(bare).await.1["code"], "AUTHENTICATION_FAILURE");
}
