//! What Zoho's own clients rely on beyond plain calls: `tests/clients` runs such a client itself.

use super::desk::{Desk, lead, seeded};
use serde_json::{Value, json};

fn named<'a>(fields: &'a Value, name: &str) -> &'a Value {
    fields["fields"].as_array().expect("rows").iter().find(|field| field["api_name"] == name).expect("the field")
}

#[tokio::test]
async fn lookups_and_subforms_name_their_modules() {
    let desk = Desk::new().await;
    let (_, deals) = desk.get("/crm/v8/settings/fields?module=Deals").await;
    let target = &named(&deals, "Account_Name")["lookup"]["module"];
    assert_eq!(target["api_name"], "Accounts");
    let id = target["id"].as_str().expect("an id");
    assert_eq!(desk.get(&format!("/crm/v8/settings/modules/{id}")).await.1["modules"][0]["api_name"], "Accounts");
    let (_, old) = desk.get("/crm/v2/settings/fields?module=Deals").await;
    assert_eq!(named(&old, "Account_Name")["lookup"]["module"], "Accounts");
    let (_, tasks) = desk.get("/crm/v8/settings/fields?module=Tasks").await;
    assert_eq!(named(&tasks, "What_Id")["lookup"]["module"]["api_name"], "se_module");
    let (_, quotes) = desk.get("/crm/v8/settings/fields?module=Quotes").await;
    assert_eq!(named(&quotes, "Quoted_Items")["associated_module"]["module"], "Quoted_Items");
    let (_, lines) = desk.get("/crm/v8/settings/fields?module=Quoted_Items").await;
    assert_eq!(named(&lines, "Product_Name")["lookup"]["module"]["api_name"], "Products");
    assert_ne!(named(&lines, "Quantity")["id"], named(&lines, "Discount")["id"]);
}

#[tokio::test]
async fn settings_are_read_by_their_ids() {
    let desk = Desk::new().await;
    for (kind, query) in
        [("layouts", "?module=Leads"), ("related_lists", "?module=Leads"), ("roles", ""), ("profiles", "")]
    {
        let (_, all) = desk.get(&format!("/crm/v8/settings/{kind}{query}")).await;
        let id = all[kind][0]["id"].as_str().expect("an id").to_owned();
        let (_, one) = desk.get(&format!("/crm/v8/settings/{kind}/{id}{query}")).await;
        assert_eq!(one[kind], json!([all[kind][0]]), "{kind}");
        assert_eq!(desk.get(&format!("/crm/v8/settings/{kind}/1{query}")).await.0, 204, "{kind}");
        assert_eq!(desk.get(&format!("/crm/v8/settings/{kind}/x{query}")).await.0, 400, "{kind}");
    }
}

#[tokio::test]
async fn a_notes_parent_names_its_module() {
    let desk = Desk::new().await;
    let lead = lead(0);
    let parent = json!({"id": lead, "module": {"api_name": "Leads"}});
    let id = desk.insert("Notes", json!({"Note_Content": "x", "Parent_Id": parent})).await;
    let (_, note) = desk.get(&format!("/crm/v8/Notes/{id}")).await;
    assert_eq!(note["data"][0]["Parent_Id"]["id"], lead.as_str());
    assert_eq!(note["data"][0]["Parent_Id"]["module"]["api_name"], "Leads");
    let (_, note) = desk.get(&format!("/crm/v2/Notes/{id}")).await;
    assert!(note["data"][0]["Parent_Id"].get("module").is_none());
}

#[tokio::test]
async fn a_lines_discount_may_be_text() {
    let desk = Desk::new().await;
    let line = |discount: Value| json!({"Quantity": 2, "List_Price": 50, "Discount": discount});
    let items = json!([line(json!("15.0")), line(json!("10%")), line(json!(5))]);
    let quote = json!({"Subject": "x", "Account_Name": {"id": super::desk::account(0)}, "Quoted_Items": items});
    let id = desk.insert("Quotes", quote.clone()).await;
    let (_, shown) = desk.get(&format!("/crm/v8/Quotes/{id}")).await;
    let off: Vec<&Value> =
        shown["data"][0]["Quoted_Items"].as_array().expect("lines").iter().map(|line| &line["Discount"]).collect();
    assert_eq!(json!(off), json!([15.0, 10.0, 5]));
    assert_eq!(shown["data"][0]["Sub_Total"], 270.0);
    let mut wrong = quote;
    wrong["Quoted_Items"][0]["Discount"] = json!("much");
    assert_eq!(desk.post("/crm/v8/Quotes", json!({"data": [wrong]})).await.1["data"][0]["code"], "INVALID_DATA");
}

#[tokio::test]
async fn tags_are_renamed_counted_merged_and_deleted() {
    let desk = Desk::new().await;
    let make = async |name: &str| {
        let (_, made) = desk.post("/crm/v8/settings/tags?module=Leads", json!({"tags": [{"name": name}]})).await;
        made["tags"][0]["details"]["id"].as_str().expect("an id").to_owned()
    };
    let (one, other) = (make("one").await, make("other").await);
    let tag = async |lead: String, name: &str| {
        desk.post(&format!("/crm/v8/Leads/{lead}/actions/add_tags"), json!({"tags": [{"name": name}]})).await;
    };
    tag(lead(0), "one").await;
    tag(lead(1), "other").await;
    let rows = json!({"tags": [{"id": one, "name": "first"}, {"id": seeded(99, 99), "name": "x"}]});
    let (status, done) = desk.put("/crm/v8/settings/tags?module=Leads", rows).await;
    assert_eq!(
        (status, &done["tags"][0]["code"], &done["tags"][1]["code"]),
        (200, &json!("SUCCESS"), &json!("INVALID_DATA"))
    );
    let (_, taken) =
        desk.put(&format!("/crm/v8/settings/tags/{other}?module=Leads"), json!({"tags": [{"name": "first"}]})).await;
    assert_eq!(taken["code"], "DUPLICATE_DATA");
    let count = format!("/crm/v8/settings/tags/{one}/actions/records_count?module=Leads");
    assert_eq!(desk.get(&count).await.1, json!({"count": "1"}));
    let merge = format!("/crm/v8/settings/tags/{one}/actions/merge");
    let conflict = json!({"tags": [{"conflict_id": other}]});
    assert_eq!(desk.post(&merge, conflict.clone()).await.1["tags"][0]["status"], "success");
    assert_eq!(desk.get(&count).await.1, json!({"count": "2"}));
    assert_eq!(desk.post(&merge, conflict).await.1["code"], "INVALID_DATA");
    let (_, gone) = desk.delete(&format!("/crm/v8/settings/tags/{one}")).await;
    assert_eq!(gone["tags"][0]["message"], "tags deleted successfully");
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{}", lead(1))).await.1["data"][0]["Tag"], json!([]));
}
