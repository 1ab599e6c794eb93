//! Jobs over many records: CSV files in zip archives, out and in.

use super::desk::{Desk, account, read};
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;

fn unzipped(bytes: &[u8]) -> (String, String) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip archive");
    assert_eq!(archive.len(), 1);
    let mut file = archive.by_index(0).expect("a file");
    let mut text = String::new();
    file.read_to_string(&mut text).expect("text");
    (file.name().expect("a name").into_owned(), text)
}

pub fn zipped(name: &str, text: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default()).expect("a file");
    archive.write_all(text.as_bytes()).expect("content");
    archive.finish().expect("an archive").into_inner()
}

async fn download(desk: &Desk, path: &str) -> (String, String) {
    let response = desk.send(reqwest::Method::GET, path, None).await;
    assert_eq!(response.status(), 200);
    unzipped(&response.bytes().await.expect("a body"))
}

#[tokio::test]
async fn records_are_exported_with_the_columns_asked_for() {
    let desk = Desk::new().await;
    let criteria = json!({"group_operator": "or", "group": [
        {"field": {"api_name": "Lead_Status"}, "comparator": "equal", "value": "Contacted"},
        {"api_name": "Company", "comparator": "starts_with", "value": "q"},
    ]});
    let query = json!({"module": {"api_name": "Leads"}, "fields": ["Last_Name", "Owner", "id"], "criteria": criteria});
    let (status, made) = desk.post("/crm/bulk/v8/read", json!({"query": query})).await;
    assert_eq!((status, &made["data"][0]["code"]), (201, &json!("ADDED_SUCCESSFULLY")), "{made}");
    let id = made["data"][0]["details"]["id"].as_str().expect("an id").to_owned();
    let (_, job) = desk.get(&format!("/crm/bulk/v8/read/{id}")).await;
    let job = &job["data"][0];
    assert_eq!(job["state"], "COMPLETED");
    let (name, text) = download(&desk, job["result"]["download_url"].as_str().expect("an address")).await;
    assert_eq!(name, format!("{id}.csv"));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("Last_Name,Owner,id"));
    let expected = "(Lead_Status:equals:Contacted)or(Company:starts_with:q)";
    let (_, found) = desk.get(&format!("/crm/v8/Leads/actions/count?criteria={expected}")).await;
    assert_eq!(json!(lines.count()), found["count"]);
    assert_eq!(job["result"]["count"], found["count"]);
}

#[tokio::test]
async fn version_two_names_the_module_as_text_and_columns_follow_lookups() {
    let desk = Desk::new().await;
    let query = json!({"module": "Contacts", "fields": ["Last_Name", "Account_Name", "Account_Name.Account_Name"]});
    let (_, made) = desk.post("/crm/bulk/v2/read", json!({"query": query})).await;
    let id = made["data"][0]["details"]["id"].as_str().expect("an id").to_owned();
    let (_, text) = download(&desk, &format!("/crm/bulk/v2/read/{id}/result")).await;
    let (_, first) = desk.get(&format!("/crm/v2/Accounts/{}", account(0))).await;
    let wanted = format!("{},{}", account(0), first["data"][0]["Account_Name"].as_str().expect("a name"));
    assert!(text.lines().any(|line| line.ends_with(&wanted)), "{text}");
}

#[tokio::test]
async fn wrong_jobs_are_refused_by_name() {
    let desk = Desk::new().await;
    let refused = async |query: Value| desk.post("/crm/bulk/v8/read", json!({"query": query})).await.1["code"].clone();
    assert_eq!(refused(json!({"module": {"api_name": "Nonsense"}})).await, "MODULE_NOT_AVAILABLE");
    assert_eq!(refused(json!({"module": {"api_name": "Leads"}, "fields": ["Nonsense"]})).await, "FIELD_NOT_SUPPORTED");
    let group = json!({"module": {"api_name": "Leads"}, "criteria": {"group": [], "group_operator": "xor"}});
    assert_eq!(refused(group).await, "GROUP_OPERATOR_NOT_SUPPORTED");
    assert_eq!(
        desk.get("/crm/bulk/v8/read/1").await,
        (
            404,
            json!({
                "code": "RESOURCE_NOT_FOUND", "details": {"resource": "1"},
                "message": "The requested resource doesn't exist.", "status": "error",
            })
        )
    );
    assert_eq!(desk.get("/crm/bulk/v8/nonsense").await.0, 404);
}

async fn upload(desk: &Desk, bytes: Vec<u8>) -> (u16, Value) {
    let part = reqwest::multipart::Part::bytes(bytes).file_name("leads.zip");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = desk.http.post(desk.url("/crm/v8/upload")).multipart(form);
    let request = request.header("Authorization", format!("Zoho-oauthtoken {}", desk.token));
    read(request.header("feature", "bulk-write").header("X-CRM-ORG", "90000020").send().await.expect("an answer")).await
}

#[tokio::test]
async fn a_table_is_imported_row_by_row() {
    let desk = Desk::new().await;
    let table =
        "Last_Name,Email,Annual_Revenue\n\"Ostrander, jr.\",o@example.com,12.5\nNoname,wrong,1\n,x@example.com,1\n";
    let (status, file) = upload(&desk, zipped("leads.csv", table)).await;
    assert_eq!((status, &file["code"]), (200, &json!("FILE_UPLOAD_SUCCESS")), "{file}");
    let resource = json!([{"type": "data", "module": {"api_name": "Leads"}, "file_id": file["details"]["file_id"]}]);
    let (status, made) = desk.post("/crm/bulk/v8/write", json!({"operation": "insert", "resource": resource})).await;
    assert_eq!(status, 201, "{made}");
    let id = made["details"]["id"].as_str().expect("an id").to_owned();
    let (_, job) = desk.get(&format!("/crm/bulk/v8/write/{id}")).await;
    let counts = &job["resource"][0]["file"];
    assert_eq!(
        (&counts["added_count"], &counts["skipped_count"], &counts["total_count"]),
        (&json!(1), &json!(2), &json!(3))
    );
    let address = job["result"]["download_url"].as_str().expect("an address");
    let (_, report) = download(&desk, address.strip_prefix(&desk.sandbox.api_url()).expect("here")).await;
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[0], "Last_Name,Email,Annual_Revenue,STATUS,RECORD_ID,ERRORS");
    assert!(lines[1].contains("ADDED") && lines[2].ends_with("INVALID_DATA-Email"), "{report}");
    assert!(lines[3].ends_with("SKIPPED,,MANDATORY_NOT_FOUND-Last_Name"), "{report}");
    let again = zipped("leads.csv", "Email;Company\no@example.com;Ostrander & Co\nnew@example.com;None\n");
    let file = upload(&desk, again).await.1["details"]["file_id"].clone();
    let mappings = json!([{"api_name": "Email", "index": 0}, {"api_name": "Company", "index": 1},
        {"api_name": "Last_Name", "default_value": {"value": "Unknown"}}]);
    let resource = json!([{"type": "data", "module": {"api_name": "Leads"}, "file_id": file, "find_by": "Email",
        "field_mappings": mappings}]);
    let (_, made) = desk.post("/crm/bulk/v8/write", json!({"operation": "upsert", "resource": resource})).await;
    let id = made["details"]["id"].as_str().expect("an id").to_owned();
    let counts = desk.get(&format!("/crm/bulk/v8/write/{id}")).await.1["resource"][0]["file"].clone();
    assert_eq!((&counts["added_count"], &counts["updated_count"]), (&json!(1), &json!(1)), "{counts}");
}

#[tokio::test]
async fn only_archives_with_the_right_headers_are_taken() {
    let desk = Desk::new().await;
    assert_eq!(upload(&desk, b"Last_Name\nX\n".to_vec()).await.1["code"], "INVALID_FILE_FORMAT");
    let bare = desk.post("/crm/v8/upload", json!({})).await;
    assert_eq!((bare.0, &bare.1["ERROR_MESSAGE"]), (400, &json!("Bad Request")));
    let file = upload(&desk, zipped("a.csv", "Nonsense\n1\n")).await.1["details"]["file_id"].clone();
    let resource = json!([{"type": "data", "module": {"api_name": "Leads"}, "file_id": file}]);
    let (_, refused) = desk.post("/crm/bulk/v8/write", json!({"operation": "insert", "resource": resource})).await;
    assert_eq!(refused["code"], "INVALID_FIELD");
}
