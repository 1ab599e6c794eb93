//! What the CRM says about itself.

use super::desk::Desk;
use ararat::sandbox::{Sandbox, SandboxError, SandboxOptions};
use serde_json::{Value, json};

#[tokio::test]
async fn modules_and_fields_are_described() {
    let desk = Desk::new().await;
    let (_, body) = desk.get("/crm/v8/settings/modules").await;
    let names: Vec<&str> =
        body["modules"].as_array().expect("rows").iter().filter_map(|row| row["api_name"].as_str()).collect();
    for name in ["Leads", "Contacts", "Accounts", "Deals", "Tasks", "Invoices", "Notes"] {
        assert!(names.contains(&name), "{name}");
    }
    assert_eq!(desk.get("/crm/v8/settings/modules/Leads").await.1["modules"][0]["singular_label"], "Lead");
    let (_, body) = desk.get("/crm/v8/settings/fields?module=Leads").await;
    let fields = body["fields"].as_array().expect("rows");
    let field = |name: &str| fields.iter().find(|field| field["api_name"] == name).cloned().unwrap_or(Value::Null);
    assert_eq!(field("Last_Name")["system_mandatory"], true);
    assert_eq!(field("Designation")["field_label"], "Title");
    assert_eq!(field("Lead_Source")["pick_list_values"][0]["display_value"], "Advertisement");
    assert_eq!(field("Created_Time")["read_only"], true);
    assert_eq!(desk.get("/crm/v8/settings/fields").await.1["code"], "REQUIRED_PARAM_MISSING");
    assert_eq!(desk.get("/crm/v8/settings/fields?module=X").await.1["code"], "INVALID_MODULE");
    assert_eq!(desk.get("/crm/v8/settings/layouts?module=Leads").await.1["layouts"][0]["name"], "Standard");
    let (_, body) = desk.get("/crm/v8/settings/related_lists?module=Accounts").await;
    assert!(body["related_lists"].as_array().expect("rows").iter().any(|list| list["api_name"] == "Contacts"));
}

#[tokio::test]
async fn users_by_type() {
    let desk = Desk::new().await;
    for (kind, count) in [
        ("AllUsers", 5),
        ("ActiveUsers", 4),
        ("DeactiveUsers", 1),
        ("ActiveConfirmedUsers", 3),
        ("AdminUsers", 1),
        ("CurrentUser", 1),
    ] {
        let (_, body) = desk.get(&format!("/crm/v2/users?type={kind}")).await;
        assert_eq!(body["users"].as_array().expect("users").len(), count, "{kind}");
        assert_eq!(body["info"]["count"], count);
    }
    assert_eq!(desk.get("/crm/v2/users?type=Anyone").await.0, 400);
    assert_eq!(desk.get("/crm/v2/users/5725767000000411002").await.1["users"][0]["full_name"], "Jonas Okafor");
    assert_eq!(desk.get("/crm/v2/org").await.1["org"][0]["company_name"], "Quiet Harbor Trading");
    assert_eq!(desk.get("/crm/v2/settings/roles").await.1["roles"][0]["name"], "CEO");
    assert_eq!(desk.get("/crm/v2/settings/profiles").await.1["profiles"][0]["name"], "Administrator");
}

#[tokio::test]
async fn variables_are_read_and_changed() {
    let desk = Desk::new().await;
    let (_, body) = desk.get("/crm/v8/settings/variables/Discount_Limit?group=General").await;
    assert_eq!(body["variables"][0]["value"], "15");
    let (status, _) =
        desk.put("/crm/v8/settings/variables/Discount_Limit", json!({"variables": [{"value": "20"}]})).await;
    assert_eq!(status, 200);
    let (_, body) = desk.get("/crm/v8/settings/variables/Discount_Limit").await;
    assert_eq!(body["variables"][0]["value"], "20");
    assert_eq!(desk.get("/crm/v8/settings/variables/Nothing").await.0, 204);
    let new = json!({"variables": [{"name": "My Note", "api_name": "My_Note", "type": "text", "value": "x"}]});
    assert_eq!(desk.post("/crm/v8/settings/variables", new.clone()).await.0, 201);
    assert_eq!(desk.post("/crm/v8/settings/variables", new).await.1["variables"][0]["code"], "DUPLICATE_DATA");
}

#[tokio::test]
async fn modules_of_ones_own() {
    let folder = std::env::temp_dir().join(format!("ararat-sandbox-modules-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("modules.toml");
    let text = r#"
        [[module]]
        name = "Boats"
        singular = "Boat"
        display = "Name"
        duplicate = ["Name"]
        fields = [
          { name = "Name", type = "text", length = 20, required = true },
          { name = "Berth", type = "integer", unique = true },
          { name = "Kind", type = "picklist", options = ["Sail", "Motor"], strict = true },
          { name = "Captain", type = "lookup", module = "Contacts" },
        ]
    "#;
    std::fs::write(&file, text).expect("a file");
    let desk = Desk::with(SandboxOptions { modules: Some(file.clone()), ..SandboxOptions::default() }).await;
    let id = desk
        .insert("Boats", json!({"Name": "Heron", "Berth": 4, "Kind": "Sail", "Captain": super::desk::contact(0)}))
        .await;
    assert!(desk.get(&format!("/crm/v8/Boats/{id}")).await.1["data"][0]["Captain"]["name"].is_string());
    let (_, body) =
        desk.post("/crm/v8/Boats", json!({"data": [{"Name": "B", "Berth": 4}, {"Name": "C", "Kind": "Row"}]})).await;
    assert_eq!(body["data"][0]["code"], "DUPLICATE_DATA");
    assert_eq!(body["data"][1]["details"]["supported_values"], json!(["Sail", "Motor"]));
    drop(desk);
    std::fs::write(&file, text.replace("\"Boats\"", "\"Leads\"")).expect("a file");
    let refused = Sandbox::start(SandboxOptions { modules: Some(file), ..SandboxOptions::default() });
    assert!(matches!(refused, Err(SandboxError::Modules { .. })));
    std::fs::remove_dir_all(folder).expect("the folder goes");
}
