//! The sandbox's answers held against Zoho's own OpenAPI documents of version 8.
//!
//! The documents are not part of this project: `ARARAT_CRM_OAS` names a folder that holds them, such
//! as `v8.0` of a checkout of `zoho/crm-oas`. Without it the test says that it checked nothing.

use super::desk::{Desk, account, contact, lead};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Schemas whose documents call everything required, though real answers hold a part: tags on records
/// have a name, an id and a colour.
const PARTIAL: [&str; 2] = ["Tag", "owner"];

/// The documents, read as they are needed.
pub struct Schemas {
    folder: PathBuf,
    files: HashMap<String, Value>,
}

impl Schemas {
    /// One document.
    pub fn file(&mut self, name: &str) -> Value {
        if !self.files.contains_key(name) {
            let text =
                std::fs::read_to_string(self.folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            self.files.insert(name.to_owned(), serde_json::from_str(&text).expect("an OpenAPI document"));
        }
        self.files[name].clone()
    }

    /// What `$ref` names, and the file in which it stands.
    pub fn follow(&mut self, file: &str, reference: &str) -> (String, Value) {
        let (address, pointer) = reference.split_once('#').expect("a fragment");
        let file = if address.is_empty() { file } else { address.rsplit('/').next().expect("a file") }.to_owned();
        let found = self.file(&file).pointer(pointer).cloned().unwrap_or_else(|| panic!("{reference} in {file}"));
        (file, found)
    }

    /// What is wrong with a value, in words; nothing where it fits.
    pub fn fault(&mut self, file: &str, schema: &Value, value: &Value, at: &str) -> Option<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            let (file, mut schema) = self.follow(file, reference);
            if PARTIAL.iter().any(|name| reference.ends_with(&format!("/{name}"))) {
                schema["required"] = json!([]);
            }
            return self.fault(&file, &schema, value, at);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let faults: Vec<String> = choices.iter().map_while(|choice| self.fault(file, choice, value, at)).collect();
            return (faults.len() == choices.len()).then(|| faults.join(" | "));
        }
        if value.is_null() {
            // The documents mark some nullable fields only; a required one that is null is checked by its presence.
            return None;
        }
        if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
            return Some(format!("{at}: {value} is none of {}", json!(allowed)));
        }
        match schema["type"].as_str() {
            Some("object") => self.object_fault(file, schema, value, at),
            Some("array") => {
                let Some(items) = value.as_array() else { return Some(format!("{at}: {value} is no array")) };
                items
                    .iter()
                    .enumerate()
                    .find_map(|(place, item)| self.fault(file, &schema["items"], item, &format!("{at}[{place}]")))
            }
            Some("string") if !value.is_string() => Some(format!("{at}: {value} is no text")),
            Some("integer") if !value.is_i64() && !value.is_u64() => Some(format!("{at}: {value} is no whole number")),
            Some("boolean") if !value.is_boolean() => Some(format!("{at}: {value} is no truth value")),
            _ => None,
        }
    }

    fn object_fault(&mut self, file: &str, schema: &Value, value: &Value, at: &str) -> Option<String> {
        // A bare `object` without properties stands for any value in these documents.
        let properties = schema["properties"].as_object()?;
        let Some(object) = value.as_object() else { return Some(format!("{at}: {value} is no object")) };
        let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(name) = missing.into_iter().find(|name| !object.contains_key(*name)) {
            return Some(format!("{at}: `{name}` is missing"));
        }
        object.iter().find_map(|(name, inner)| self.fault(file, properties.get(name)?, inner, &format!("{at}.{name}")))
    }
}

/// The documents, where `ARARAT_CRM_OAS` names their folder; says so where it does not.
pub fn documents() -> Option<Schemas> {
    let found = folder().map(|folder| Schemas { folder, files: HashMap::new() });
    if found.is_none() {
        eprintln!("SKIPPED: ARARAT_CRM_OAS names no folder, so no answer was held against Zoho's documents");
    }
    found
}

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("ARARAT_CRM_OAS").map(PathBuf::from)?;
    let inner = named.join("v8.0");
    Some(if inner.is_dir() { inner } else { named }).filter(|folder: &PathBuf| Path::is_dir(folder))
}

#[tokio::test]
async fn answers_fit_zohos_own_documents() {
    let Some(mut schemas) = documents() else { return };
    let desk = Desk::new().await;
    let lead = lead(0);
    let note = json!({"data": [{"Note_Content": "x", "Parent_Id": {"id": lead}, "$se_module": "Leads"}]});
    let mut ids = Vec::new();
    for kind in ["roles", "profiles"] {
        let (_, all) = desk.get(&format!("/crm/v8/settings/{kind}")).await;
        ids.push(all[kind][0]["id"].as_str().expect("an id").to_owned());
    }
    let (role, profile) = (&ids[0], &ids[1]);
    let two = json!({"tags": [{"name": "kept"}, {"name": "gone"}]});
    let (_, made) = desk.post("/crm/v8/settings/tags?module=Leads", two).await;
    let tag_id = |at: usize| made["tags"][at]["details"]["id"].as_str().expect("an id").to_owned();
    let (kept, conflict) = (tag_id(0), json!({"tags": [{"conflict_id": tag_id(1)}]}));
    let (tag, renamed) = (json!({"tags": [{"name": "new"}]}), json!({"tags": [{"name": "kept too"}]}));
    let files = format!("/crm/v8/Leads/{lead}/Attachments");
    let file = "record.json";
    let calls = [
        (
            file,
            "Response_Wrapper",
            "GET",
            "/crm/v8/Leads?fields=Last_Name,Owner,Created_By,Tag".to_owned(),
            json!(null),
        ),
        (file, "Response_Wrapper", "GET", format!("/crm/v8/Leads/{lead}"), json!(null)),
        (file, "Response_Wrapper", "GET", "/crm/v8/Leads/search?word=am".to_owned(), json!(null)),
        (file, "API_Exception", "GET", "/crm/v8/Leads".to_owned(), json!(null)),
        (file, "API_Exception", "GET", "/crm/v8/Leads/abc".to_owned(), json!(null)),
        (file, "Success_Response", "POST", "/crm/v8/Leads".to_owned(), json!({"data": [{"Last_Name": "X"}]})),
        (file, "API_Exception", "POST", "/crm/v8/Leads".to_owned(), json!({"data": [{}]})),
        (file, "API_Exception", "POST", "/crm/v8/Leads".to_owned(), json!({"data": [{"Last_Name": 1}]})),
        (file, "API_Exception", "PUT", "/crm/v8/Leads/1".to_owned(), json!({"data": [{"Last_Name": "x"}]})),
        (file, "Success_Response", "POST", "/crm/v8/Leads/upsert".to_owned(), json!({"data": [{"Last_Name": "Y"}]})),
        (file, "Success_Response", "DELETE", format!("/crm/v8/Contacts/{}", contact(7)), json!(null)),
        (file, "Deleted_Records_Wrapper", "GET", "/crm/v8/Contacts/deleted".to_owned(), json!(null)),
        (
            "related_records.json",
            "Response_Wrapper",
            "GET",
            format!("/crm/v8/Accounts/{}/Deals?fields=Stage", account(0)),
            json!(null),
        ),
        (
            "coql.json",
            "Response_Wrapper",
            "POST",
            "/crm/v8/coql".to_owned(),
            json!({"select_query": "select id from Deals where id is not null"}),
        ),
        (
            "coql.json",
            "Syntax_Exception",
            "POST",
            "/crm/v8/coql".to_owned(),
            json!({"select_query": "select id from Deals"}),
        ),
        ("coql.json", "Syntax_Exception", "POST", "/crm/v8/coql".to_owned(), json!({"select_query": "select # from"})),
        (
            "coql.json",
            "Invalid_Query_Exception",
            "POST",
            "/crm/v8/coql".to_owned(),
            json!({"select_query": "select a from Deals where id is not null"}),
        ),
        ("notes.json", "Success_Response", "POST", "/crm/v8/Notes".to_owned(), note),
        ("users.json", "Response_Wrapper", "GET", "/crm/v8/users?type=AllUsers".to_owned(), json!(null)),
        ("org.json", "Response_Wrapper", "GET", "/crm/v8/org".to_owned(), json!(null)),
        ("modules.json", "Response_Wrapper", "GET", "/crm/v8/settings/modules".to_owned(), json!(null)),
        ("fields.json", "Response_Wrapper", "GET", "/crm/v8/settings/fields?module=Leads".to_owned(), json!(null)),
        ("tags.json", "Response_Wrapper", "GET", "/crm/v8/settings/tags?module=Leads".to_owned(), json!(null)),
        ("variables.json", "Response_Wrapper", "GET", "/crm/v8/settings/variables".to_owned(), json!(null)),
        ("roles.json", "Response_Wrapper", "GET", "/crm/v8/settings/roles".to_owned(), json!(null)),
        ("profiles.json", "Response_Wrapper", "GET", "/crm/v8/settings/profiles".to_owned(), json!(null)),
        (
            "related_lists.json",
            "Response_Wrapper",
            "GET",
            "/crm/v8/settings/related_lists?module=Leads".to_owned(),
            json!(null),
        ),
        (
            "notes.json",
            "Response_Wrapper",
            "GET",
            "/crm/v8/Notes?fields=Modified_Time,$attachments,Owner,Created_Time,Parent_Id,$editable,$is_shared_to_client,Modified_By,$size,$state,$voice_note,Created_By,Note_Title,Note_Content".to_owned(),
            json!(null),
        ),
        ("fields.json", "Response_Wrapper", "GET", "/crm/v8/settings/fields?module=Quotes".to_owned(), json!(null)),
        (
            "fields.json",
            "Response_Wrapper",
            "GET",
            "/crm/v8/settings/fields?module=Quoted_Items".to_owned(),
            json!(null),
        ),
        ("roles.json", "Response_Wrapper", "GET", format!("/crm/v8/settings/roles/{role}"), json!(null)),
        ("profiles.json", "Response_Wrapper", "GET", format!("/crm/v8/settings/profiles/{profile}"), json!(null)),
        ("tags.json", "Success_Wrapper", "POST", "/crm/v8/settings/tags?module=Leads".to_owned(), tag),
        ("tags.json", "Success_Wrapper", "PUT", format!("/crm/v8/settings/tags/{kept}?module=Leads"), renamed),
        ("tags.json", "Success_Wrapper", "POST", format!("/crm/v8/settings/tags/{kept}/actions/merge"), conflict),
        ("tags.json", "Success_Wrapper", "DELETE", format!("/crm/v8/settings/tags/{kept}"), json!(null)),
        (
            "attachments.json",
            "SuccessWrapper",
            "POST",
            format!("{files}?attachmentUrl=https://example.com"),
            json!(null),
        ),
        ("attachments.json", "Attachment", "GET", format!("{files}?fields=File_Name,Size,Owner"), json!(null)),
        (
            "convert_lead.json",
            "Success_Response",
            "POST",
            format!("/crm/v8/Leads/{lead}/actions/convert"),
            json!({"data": [{}]}),
        ),
    ];
    let checks = calls.len();
    let mut faults = Vec::new();
    for (file, name, method, path, body) in calls {
        let body = (!body.is_null()).then_some(body);
        let (_, answer) = super::desk::read(desk.send(method.parse().expect("a method"), &path, body).await).await;
        // A row is held against the schema of rows, a whole answer against that of answers.
        let rows = name.ends_with("Response") || name == "API_Exception" || name == "Attachment";
        let value = if rows && answer["data"].is_array() { &answer["data"][0] } else { &answer };
        let schemas_of = schemas.file(file)["components"]["schemas"].clone();
        match schemas_of.get(name) {
            None => faults.push(format!(
                "{file} has no {name}; it has {:?}",
                schemas_of.as_object().map(|all| all.keys().cloned().collect::<Vec<_>>())
            )),
            Some(schema) => faults.extend(
                schemas.fault(file, schema, value, "$").map(|fault| format!("{method} {path} ({name}): {fault}")),
            ),
        }
    }
    eprintln!("{checks} answers held against named schemas, {} faults", faults.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
