//! Settings that callers read and change: views, users, roles of contacts, currencies, variables, channels.

use super::desk::{Desk, contact, deal, lead};
use serde_json::json;

#[tokio::test]
async fn views_choose_records() {
    let desk = Desk::new().await;
    let (_, views) = desk.get("/crm/v8/settings/custom_views?module=Deals").await;
    let id = |name: &str| {
        let found = views["custom_views"].as_array().expect("rows").iter().find(|view| view["name"] == name);
        found.expect(name)["id"].as_str().expect("an id").to_owned()
    };
    assert_eq!(views["info"]["default"], id("All Deals").as_str());
    let won = id("Won Deals");
    let (_, deals) = desk.get(&format!("/crm/v8/Deals?fields=Stage&cvid={won}")).await;
    let deals = deals["data"].as_array().expect("rows").clone();
    assert!(!deals.is_empty() && deals.iter().all(|deal| deal["Stage"] == "Closed Won"));
    let (_, count) = desk.get(&format!("/crm/v8/Deals/actions/count?cvid={won}")).await;
    assert_eq!(count["count"], deals.len());
    assert_eq!(desk.get("/crm/v8/Deals?fields=Stage&cvid=1").await.1["message"], "the cvid given seems to be invalid");
    let (_, one) = desk.get(&format!("/crm/v8/settings/custom_views/{won}?module=Deals")).await;
    assert_eq!(one["custom_views"][0]["fields"][0]["api_name"], "Deal_Name");
    let (_, job) =
        desk.post("/crm/v8/Deals/actions/mass_update", json!({"cvid": won, "data": [{"Next_Step": "Thank"}]})).await;
    assert_eq!(job["data"][0]["code"], "SUCCESS");
    let job = job["data"][0]["details"]["job_id"].as_str().expect("an id").to_owned();
    let (_, state) = desk.get(&format!("/crm/v8/Deals/actions/mass_update?job_id={job}")).await;
    assert_eq!(
        (&state["data"][0]["Status"], &state["data"][0]["Updated_Count"]),
        (&json!("COMPLETED"), &json!(deals.len()))
    );
}

#[tokio::test]
async fn users_come_change_and_go() {
    let desk = Desk::new().await;
    let user = json!({"first_name": "Ada", "last_name": "Quay", "email": "ada.quay@quietharbor.example",
        "role": {"id": "5725767000000026008"}, "profile": "5725767000000026014"});
    let (status, made) = desk.post("/crm/v8/users", json!({"users": [user.clone()]})).await;
    assert_eq!((status, &made["users"][0]["message"]), (201, &json!("User added")), "{made}");
    let id = made["users"][0]["details"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.post("/crm/v8/users", json!({"users": [user]})).await.1["users"][0]["code"], "DUPLICATE_DATA");
    let (_, changed) = desk.put(&format!("/crm/v8/users/{id}"), json!({"users": [{"phone": "+1 555 0100"}]})).await;
    assert_eq!(changed["users"][0]["message"], "User updated");
    let shown = desk.get(&format!("/crm/v8/users/{id}")).await.1["users"][0].clone();
    assert_eq!(
        (&shown["full_name"], &shown["phone"], &shown["role"]["name"]),
        (&json!("Ada Quay"), &json!("+1 555 0100"), &json!("Manager"))
    );
    assert_eq!(desk.get("/crm/v8/users/actions/count?type=AllUsers").await.1["count"], "6");
    assert_eq!(desk.delete(&format!("/crm/v8/users/{id}")).await.1["users"][0]["message"], "User deleted");
    assert_eq!(desk.get("/crm/v8/users?type=DeletedUsers").await.1["users"][0]["id"], id.as_str());
    assert_eq!(
        desk.post("/crm/v8/users", json!({"users": [{"last_name": "X"}]})).await.1["users"][0]["code"],
        "MANDATORY_NOT_FOUND"
    );
}

#[tokio::test]
async fn contacts_play_parts_in_deals() {
    let desk = Desk::new().await;
    let (_, roles) = desk.get("/crm/v8/Contacts/roles").await;
    let role = roles["contact_roles"][1].clone();
    let path = format!("/crm/v8/Deals/{}/Contact_Roles", deal(0));
    let link = json!({"data": [{"Contact_Role": role["id"]}]});
    assert_eq!(desk.put(&format!("{path}/{}", contact(3)), link).await.0, 200);
    let (_, listed) = desk.get(&format!("{path}?fields=Last_Name")).await;
    assert_eq!(
        (&listed["data"][0]["id"], &listed["data"][0]["Contact_Role"]["name"]),
        (&json!(contact(3)), &role["name"])
    );
    let wrong = desk.put(&format!("{path}/{}", contact(3)), json!({"data": [{"Contact_Role": "1"}]})).await;
    assert_eq!(wrong.1["data"][0]["code"], "INVALID_DATA");
    let (_, made) = desk.post("/crm/v8/Contacts/roles", json!({"contact_roles": [{"name": "Harbour master"}]})).await;
    let id = made["contact_roles"][0]["details"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        desk.delete(&format!("/crm/v8/Contacts/roles?ids={id}&ids=7")).await.1["contact_roles"][1]["code"],
        "INVALID_DATA"
    );
    assert_eq!(desk.get(&format!("/crm/v8/Contacts/roles/{id}")).await.0, 204);
}

#[tokio::test]
async fn variables_have_groups_and_kinds() {
    let desk = Desk::new().await;
    let (_, groups) = desk.get("/crm/v8/settings/variable_groups").await;
    assert_eq!(groups["variable_groups"][0]["api_name"], "General");
    let make = async |row| desk.post("/crm/v8/settings/variables", json!({"variables": [row]})).await;
    let (status, made) =
        make(json!({"name": "Berths", "api_name": "Berths", "type": "integer", "value": "4", "variable_group": {"name": "Harbor"}})).await;
    assert_eq!((status, &made["variables"][0]["status"]), (201, &json!("success")), "{made}");
    assert_eq!(make(json!({"name": "Odd", "type": "odd"})).await.1["variables"][0]["code"], "INVALID_DATA");
    assert_eq!(desk.get("/crm/v8/settings/variables?group=Harbor").await.1["variables"][0]["value"], "4");
    assert_eq!(desk.get("/crm/v8/settings/variable_groups/Harbor").await.1["variable_groups"][0]["name"], "Harbor");
    let (_, gone) = desk.delete("/crm/v8/settings/variables/Berths").await;
    assert_eq!(gone["variables"][0]["status"], "success");
    assert_eq!(desk.get("/crm/v8/settings/variables/Berths").await.0, 204);
}

#[tokio::test]
async fn channels_currencies_and_pipelines() {
    let desk = Desk::new().await;
    let watch = json!({"channel_id": "1000000068001", "events": ["Leads.all"], "notify_url": "https://example.com/hook", "token": "t"});
    let (status, made) = desk.post("/crm/v8/actions/watch", json!({"watch": [watch.clone()]})).await;
    assert_eq!((status, &made["watch"][0]["details"]["events"][0]["resource_name"]), (201, &json!("Leads")), "{made}");
    assert_eq!(desk.get("/crm/v8/actions/watch?channel_id=1000000068001").await.1["watch"][0]["token"], "t");
    assert_eq!(desk.delete("/crm/v8/actions/watch?channel_ids=1000000068001").await.1["watch"][0]["status"], "success");
    assert_eq!(desk.get("/crm/v8/actions/watch").await.0, 204);
    let mut wrong = watch;
    wrong["events"] = json!(["Nonsense.all"]);
    assert_eq!(
        desk.post("/crm/v8/actions/watch", json!({"watch": [wrong]})).await.1["watch"][0]["code"],
        "INVALID_DATA"
    );
    assert_eq!(desk.get("/crm/v8/org/currencies").await.1["currencies"][0]["iso_code"], "USD");
    let euro = json!({"currencies": [{"iso_code": "EUR", "symbol": "€", "exchange_rate": "1.1"}]});
    assert_eq!(desk.post("/crm/v8/org/currencies", euro).await.1["currencies"][0]["status"], "success");
    let layout = desk.get("/crm/v8/settings/layouts?module=Deals").await.1["layouts"][0]["id"].clone();
    let (_, pipelines) =
        desk.get(&format!("/crm/v8/settings/pipeline?layout_id={}", layout.as_str().expect("an id"))).await;
    assert!(
        pipelines["pipeline"][0]["maps"]
            .as_array()
            .expect("stages")
            .iter()
            .any(|stage| stage["display_value"] == "Closed Won")
    );
}

#[tokio::test]
async fn what_is_not_imitated_says_so() {
    let desk = Desk::new().await;
    for path in ["/crm/v8/settings/nonsense", "/crm/v8/settings/scoring_rules", "/crm/v8/__features/x/y/z/a"] {
        let (status, body) = desk.get(path).await;
        assert_eq!((status, &body["code"]), (404, &json!("INVALID_URL_PATTERN")), "{path}: {body}");
        assert!(body.to_string().contains("imitate"), "{body}");
    }
    let (_, body) = desk.post(&format!("/crm/v8/Leads/{}/actions/levitate", lead(0)), json!({})).await;
    assert!(body["message"].as_str().expect("words").contains("levitate"));
}
