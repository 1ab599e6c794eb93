//! Fields of every kind, in a module and in fields of the user's own.

use super::desk::{Desk, contact, read};
use ararat::sandbox::{Sandbox, SandboxError, SandboxOptions};
use serde_json::{Value, json};

const SCHEMA: &str = r#"
[[module]]
name = "Voyages"
singular = "Voyage"
display = "Name"
fields = [
  { name = "Name", type = "text", length = 20, required = true },
  { name = "Number", type = "autonumber", prefix = "V-", suffix = "/26", start = 50 },
  { name = "Days", type = "integer" },
  { name = "Price", type = "currency" },
  { name = "Total", type = "formula", formula = "Days * (Price + 10)" },
  { name = "Rating", type = "percent" },
  { name = "Distance", type = "bigint" },
  { name = "Weather", type = "picklist", options = ["Fair", "Rough"], strict = true },
  { name = "Ports", type = "multiselectpicklist", options = ["Kiel", "Oslo"], strict = true },
  { name = "Crew", type = "multiselectlookup", module = "Contacts" },
  { name = "Guides", type = "multiuserlookup" },
  { name = "Charts", type = "fileupload" },
  { name = "Pictures", type = "imageupload" },
  { name = "Captain", type = "lookup", module = "Contacts" },
  { name = "Log", type = "subform", fields = [ { name = "Day", type = "date" }, { name = "Entry", type = "text", required = true } ] },
]

[[extend]]
module = "Leads"
fields = [ { name = "Boat_Length", type = "double" } ]
"#;

struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> File {
        let path = std::env::temp_dir().join(format!("ararat-{name}-{}.toml", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn desk(name: &str) -> Desk {
    let file = File::new(name, SCHEMA);
    Desk::with(SandboxOptions { modules: Some(file.0.clone()), ..SandboxOptions::default() }).await
}

async fn upload(desk: &Desk) -> String {
    let part = reqwest::multipart::Part::bytes(b"a chart".to_vec()).file_name("chart.pdf");
    let request =
        desk.http.post(desk.url("/crm/v8/files")).multipart(reqwest::multipart::Form::new().part("file", part));
    let sent = request.header("Authorization", format!("Zoho-oauthtoken {}", desk.token)).send().await;
    let (_, body) = read(sent.expect("an answer")).await;
    body["data"][0]["details"]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn every_kind_is_written_and_read() {
    let desk = desk("kinds").await;
    let file = upload(&desk).await;
    let user = "5725767000000411002";
    let voyage = json!({
        "Name": "North", "Days": 4, "Price": 20.5, "Total": 1, "Number": "mine", "Rating": 12.5, "Distance": 9_000_000_000_u64,
        "Weather": "Fair", "Ports": ["Oslo"], "Crew": [{"Crew": {"id": contact(0)}}, {"id": contact(1)}],
        "Guides": [{"id": user}], "Charts": [{"File_Id__s": file}], "Pictures": [file], "Captain": contact(2),
        "Log": [{"Day": "2026-05-01", "Entry": "Cast off"}],
    });
    let id = desk.insert("Voyages", voyage).await;
    let shown = desk.get(&format!("/crm/v8/Voyages/{id}")).await.1["data"][0].clone();
    assert_eq!(shown["Number"], "V-50/26");
    assert_eq!(shown["Total"], 122.0);
    assert_eq!(shown["Distance"], "9000000000");
    assert_eq!(shown["Crew"][0]["Crew"]["id"], contact(0).as_str());
    assert!(shown["Crew"][1]["Crew"]["name"].is_string() && shown["Crew"][1]["id"].is_string());
    assert_eq!(shown["Guides"][0]["name"], "Jonas Okafor");
    assert_eq!((&shown["Charts"][0]["File_Name__s"], &shown["Charts"][0]["Size__s"]), (&json!("chart.pdf"), &json!(7)));
    assert_eq!(shown["Pictures"][0]["Sequence_Number__s"], 1);
    assert_eq!(shown["Log"][0]["Entry"], "Cast off");
    let attachment = shown["Charts"][0]["id"].as_str().expect("an id");
    let path = format!("/crm/v8/Voyages/{id}/actions/download_fields_attachment?fields_attachment_id={attachment}");
    assert_eq!(desk.send(reqwest::Method::GET, &path, None).await.text().await.expect("text"), "a chart");
    desk.put(&format!("/crm/v8/Voyages/{id}"), json!({"data": [{"Days": 2}]})).await;
    let shown = desk.get(&format!("/crm/v2/Voyages/{id}")).await.1["data"][0].clone();
    assert_eq!((&shown["Total"], &shown["Charts"][0]["file_Name"]), (&json!(61.0), &json!("chart.pdf")));
    let found = desk
        .get(&format!("/crm/v8/Voyages/search?criteria=((Total:between:60,62)and(Crew:equals:{}))", contact(1)))
        .await;
    assert_eq!(found.1["data"][0]["id"], id.as_str());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_its_place() {
    let desk = desk("refused").await;
    let refused = async |name: &str, value: Value| {
        let mut row = json!({"Name": "x"});
        row[name] = value;
        let (_, body) = desk.post("/crm/v8/Voyages", json!({"data": [row]})).await;
        let row = body["data"][0].clone();
        assert_eq!(row["status"], "error", "{name}: {row}");
        (row["code"].clone(), row["details"].clone())
    };
    let at = |name: &str| json!(format!("$.data[0].{name}"));
    for (name, value, expected) in [
        ("Days", json!("4"), "integer"),
        ("Price", json!("dear"), "double"),
        ("Ports", json!("Oslo"), "jsonarray"),
        ("Crew", json!("none"), "jsonarray"),
        ("Guides", json!(true), "jsonarray"),
        ("Charts", json!({}), "jsonarray"),
        ("Captain", json!([]), "jsonobject"),
        ("Log", json!({}), "jsonarray"),
    ] {
        let (code, details) = refused(name, value).await;
        assert_eq!(
            (&code, &details["api_name"], &details["json_path"]),
            (&json!("INVALID_DATA"), &json!(name), &at(name))
        );
        assert_eq!(details["expected_data_type"], expected, "{name}");
    }
    assert_eq!(refused("Name", json!("n".repeat(21))).await.1["maximum_length"], 20);
    assert_eq!(refused("Weather", json!("Calm")).await.1["supported_values"], json!(["Fair", "Rough"]));
    assert_eq!(refused("Ports", json!(["Rome"])).await.1["supported_values"], json!(["Kiel", "Oslo"]));
    let (code, details) = refused("Log", json!([{"Day": "2026-05-01"}])).await;
    assert_eq!((code, &details["json_path"]), (json!("MANDATORY_NOT_FOUND"), &at("Log[0].Entry")));
}

#[tokio::test]
async fn own_fields_join_a_module_of_the_crm() {
    let desk = desk("extend").await;
    let id = desk.insert("Leads", json!({"Last_Name": "X", "Boat_Length": 7.5})).await;
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{id}")).await.1["data"][0]["Boat_Length"], 7.5);
    let (_, fields) = desk.get("/crm/v8/settings/fields/Boat_Length?module=Leads").await;
    assert_eq!(fields["fields"][0]["custom_field"], true);
    let (_, fields) = desk.get("/crm/v8/settings/fields?module=Voyages").await;
    let named = |name: &str| fields["fields"].as_array().expect("rows").iter().find(|f| f["api_name"] == name).cloned();
    assert_eq!(named("Total").expect("a field")["formula"]["expression"], "Days * (Price + 10)");
    assert_eq!(named("Crew").expect("a field")["multiselectlookup"]["connected_module"], "Contacts");
}

#[test]
fn a_wrong_schema_is_refused_in_words() {
    for (wrong, words) in [
        (SCHEMA.replace("\"Leads\"", "\"Ships\""), "unknown module `Ships`"),
        (SCHEMA.replace("Boat_Length", "Company"), "has a field named `Company` already"),
        (SCHEMA.replace("Days * (", "Weeks * ("), "there is no field `Weeks`"),
        (SCHEMA.replace("module = \"Contacts\"", "module = \"Sailors\""), "unknown module `Sailors`"),
    ] {
        let file = File::new("wrong", &wrong);
        let started = Sandbox::start(SandboxOptions { modules: Some(file.0.clone()), ..SandboxOptions::default() });
        let Err(SandboxError::Modules { reason }) = started else { panic!("expected a refusal: {words}") };
        assert!(reason.contains(words), "{reason}");
    }
}
