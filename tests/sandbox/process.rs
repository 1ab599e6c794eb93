//! What happens around records: processes, sharing, locks, owners, histories, the bin.

use super::desk::{Desk, contact, lead};
use serde_json::{Value, json};

#[tokio::test]
async fn a_case_goes_through_its_blueprint() {
    let desk = Desk::new().await;
    let case = desk.insert("Cases", json!({"Subject": "Leak", "Status": "New", "Case_Origin": "Web"})).await;
    let path = format!("/crm/v8/Cases/{case}/actions/blueprint");
    let (_, body) = desk.get(&path).await;
    let steps = body["blueprint"]["transitions"].as_array().expect("transitions").clone();
    assert_eq!(body["blueprint"]["process_info"]["field_value"], "New");
    let close = steps.iter().find(|step| step["name"] == "Close").expect("a transition");
    assert_eq!(close["fields"][0]["api_name"], "Solution");
    let take = async |id: &Value, data: Value| {
        desk.put(&path, json!({"blueprint": [{"transition_id": id, "data": data}]})).await
    };
    assert_eq!(take(&close["id"], json!({})).await.1["code"], "MANDATORY_NOT_FOUND");
    assert_eq!(take(&json!("1"), json!({})).await.1["message"], "invalid transition");
    let (status, done) = take(&close["id"], json!({"Solution": "Caulk it", "Notes": "Done"})).await;
    assert_eq!((status, &done["message"]), (200, &json!("transition updated successfully")), "{done}");
    let shown = desk.get(&format!("/crm/v8/Cases/{case}")).await.1["data"][0].clone();
    assert_eq!((&shown["Status"], &shown["Solution"]), (&json!("Closed"), &json!("Caulk it")));
    assert_eq!(
        desk.get(&format!("/crm/v8/Leads/{}/actions/blueprint", lead(0))).await.1["code"],
        "RECORD_NOT_IN_PROCESS"
    );
}

#[tokio::test]
async fn records_are_shared_and_taken_back() {
    let desk = Desk::new().await;
    let path = format!("/crm/v8/Leads/{}/actions/share", lead(0));
    assert_eq!(desk.get(&path).await.0, 204);
    let share = json!({"share": [{"user": {"id": "5725767000000411002"}, "permission": "read_write"}]});
    assert_eq!(desk.post(&path, share.clone()).await.1["share"][0]["message"], "record will be shared successfully");
    assert_eq!(desk.post(&path, share).await.1["share"][0]["code"], "DUPLICATE_DATA");
    let (_, body) = desk.get(&path).await;
    assert_eq!(
        (&body["share"][0]["user"]["full_name"], &body["share"][0]["permission"]),
        (&json!("Jonas Okafor"), &json!("read_write"))
    );
    assert_eq!(desk.delete(&path).await.1["share"]["message"], "Sharing Revoked");
    assert_eq!(desk.delete(&path).await.0, 400);
}

#[tokio::test]
async fn a_locked_record_does_not_change() {
    let desk = Desk::new().await;
    let record = format!("/crm/v8/Leads/{}", lead(1));
    let path = format!("{record}/Locking_Information__s");
    let (status, made) = desk.post(&path, json!({"data": [{"Locked_Reason__s": "Audit"}]})).await;
    assert_eq!(status, 201, "{made}");
    let id = made["data"][0]["details"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.get(&path).await.1["data"][0]["Locked_Reason__s"], "Audit");
    let change = json!({"data": [{"City": "Kiel"}]});
    assert_eq!(desk.put(&record, change.clone()).await.1["data"][0]["code"], "RECORD_LOCKED");
    assert_eq!(desk.delete(&record).await.1["data"][0]["code"], "RECORD_LOCKED");
    assert_eq!(desk.get(&record).await.1["data"][0]["$locked_for_me"], true);
    assert_eq!(desk.delete(&format!("{path}/{id}")).await.0, 200);
    assert_eq!(desk.put(&record, change).await.0, 200);
}

#[tokio::test]
async fn owners_change_and_the_timeline_tells() {
    let desk = Desk::new().await;
    let owner = json!({"id": "5725767000000411003"});
    let body = json!({"ids": [lead(2), lead(3), "1"], "owner": owner});
    let (status, done) = desk.post("/crm/v8/Leads/actions/change_owner", body).await;
    assert_eq!(
        (status, &done["data"][0]["status"], &done["data"][2]["code"]),
        (207, &json!("success"), &json!("INVALID_DATA"))
    );
    desk.put(&format!("/crm/v8/Leads/{}", lead(2)), json!({"data": [{"City": "Kiel"}]})).await;
    let (_, body) = desk.get(&format!("/crm/v8/Leads/{}/__timeline", lead(2))).await;
    let entries = body["__timeline"].as_array().expect("entries");
    assert_eq!(entries.len(), 3);
    assert_eq!(
        (&entries[0]["field_history"][0]["api_name"], &entries[0]["field_history"][0]["_value"]["new"]),
        (&json!("City"), &json!("Kiel"))
    );
    assert_eq!(entries[2]["action"], "added");
    let views = desk.get("/crm/v8/settings/custom_views?module=Vendors").await.1;
    let all = json!({"cvid": views["custom_views"][0]["id"], "owner": owner});
    let (_, job) = desk.post("/crm/v8/Vendors/actions/mass_change_owner", all).await;
    assert_eq!(job["data"][0]["message"], "owner is successfully updated", "{job}");
}

#[tokio::test]
async fn the_bin_gives_back_and_forgets() {
    let desk = Desk::new().await;
    for number in [4, 5] {
        desk.delete(&format!("/crm/v8/Contacts/{}", contact(number))).await;
    }
    assert_eq!(desk.get("/crm/v8/settings/recycle_bin").await.1["info"]["count"], 2);
    assert_eq!(desk.delete(&format!("/crm/v8/settings/recycle_bin/{}", contact(4))).await.0, 200);
    assert_eq!(desk.get("/crm/v8/Contacts/deleted?type=permanent").await.1["data"][0]["id"], contact(4).as_str());
    assert_eq!(desk.get("/crm/v8/Contacts/deleted?type=recycle").await.1["data"][0]["id"], contact(5).as_str());
    let restore = format!("/crm/v8/settings/recycle_bin/{}/actions/restore", contact(5));
    assert_eq!(desk.post(&restore, json!({})).await.0, 200);
    assert_eq!(desk.get(&format!("/crm/v8/Contacts/{}", contact(5))).await.0, 200);
    assert_eq!(desk.post(&restore, json!({})).await.0, 400);
}

#[tokio::test]
async fn calls_are_limited_when_a_test_asks() {
    let desk = Desk::new().await;
    desk.post("/__sandbox/throttle", json!({"calls_per_minute": 2})).await;
    assert_eq!([desk.get("/crm/v8/org").await.0, desk.get("/crm/v8/org").await.0], [200, 200]);
    let (status, body) = desk.get("/crm/v8/org").await;
    assert_eq!((status, &body["code"]), (429, &json!("TOO_MANY_REQUESTS")));
    desk.advance(61).await;
    assert_eq!(desk.get("/crm/v8/org").await.0, 200);
    desk.post("/__sandbox/throttle", json!({"calls_per_minute": null})).await;
}
