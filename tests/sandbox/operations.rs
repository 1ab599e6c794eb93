//! The sandbox's answers held against what Zoho's OpenAPI documents say of each operation and status.
//!
//! Where a document knows one status only (those of records call every success 200), the schema of that
//! one is taken. `DOCUMENTS_DIFFER` lists what the documents say otherwise than Zoho's pages and SDKs.

use super::contract::{Schemas, documents};
use super::desk::{Desk, account, contact, deal, lead, read, seeded};
use reqwest::Method;
use serde_json::{Value, json};

/// Faults that are the documents' own: the reason stands behind each.
const DOCUMENTS_DIFFER: &[(&str, &str)] = &[
    ("bulk_write.json /crm/v8/upload", "a file id is text on the page and in the SDKs"),
    ("record_locking.json", "ids are texts everywhere else"),
    ("mass_update.json POST (200)", "the answer of a job is described but not named"),
    ("notes.json DELETE", "the page shows the id alone"),
    ("notes.json POST (400)", "refused rows have no schema"),
    ("blueprint.json PUT (400)", "the page shows `api_name` alone"),
    ("blueprint.json GET", "the process is described by the schema of a request"),
    ("notifications.json PATCH", "the list of its codes holds those of errors only"),
    ("coql.json POST", "a body without a query has no schema"),
    ("users.json POST", "the list of codes lacks `DUPLICATE_DATA`, which the page shows"),
];

struct Table {
    desk: Desk,
    schemas: Schemas,
    checks: usize,
    known: usize,
    faults: Vec<String>,
}

impl Table {
    /// Calls, and holds the answer against the operation of this template in this file.
    async fn check(&mut self, file: &str, template: &str, method: &str, path: &str, body: Value) -> Value {
        let body = (!body.is_null()).then_some(body);
        let (status, answer) = read(self.desk.send(method.parse().expect("a method"), path, body).await).await;
        self.hold(file, template, method, status, &answer);
        answer
    }

    fn hold(&mut self, file: &str, template: &str, method: &str, status: u16, answer: &Value) {
        let file = format!("{file}.json");
        let operation = self.schemas.file(&file)["paths"][template][method.to_lowercase()].clone();
        assert!(operation.is_object(), "{file} has no {method} {template}");
        let responses = &operation["responses"];
        let wanted = [status.to_string(), "200".to_owned(), "201".to_owned()];
        let response = wanted.iter().find_map(|status| responses.get(status)).expect("a response").clone();
        let (home, response) = match response["$ref"].as_str() {
            Some(reference) => self.schemas.follow(&file, reference),
            None => (file.clone(), response),
        };
        let content = response["content"].as_object().and_then(|content| content.values().next()).cloned();
        let Some(content) = content.filter(|_| !answer.is_null()) else { return };
        self.checks += 1;
        let Some(fault) = self.schemas.fault(&home, &content["schema"], answer, "$") else { return };
        let place = format!("{file} {method} {template} ({status})");
        let is_known = |(wanted, _): &&(&str, &str)| wanted.split(' ').all(|part| place.contains(part));
        match DOCUMENTS_DIFFER.iter().find(is_known) {
            Some(_) => self.known += 1,
            None => self.faults.push(format!("{place}: {fault}")),
        }
    }
}

fn id(answer: &Value, key: &str) -> String {
    let row = &answer[key][0];
    row["details"]["id"].as_str().or(row["id"].as_str()).unwrap_or_else(|| panic!("an id in {answer}")).to_owned()
}

#[tokio::test]
async fn answers_fit_their_operations() {
    let Some(schemas) = documents() else { return };
    let mut table = Table { desk: Desk::new().await, schemas, checks: 0, known: 0, faults: Vec::new() };
    records(&mut table).await;
    settings(&mut table).await;
    related(&mut table).await;
    processes(&mut table).await;
    jobs(&mut table).await;
    eprintln!(
        "{} answers held against their operations: {} faults, {} where the documents differ",
        table.checks,
        table.faults.len(),
        table.known
    );
    assert!(table.checks >= 90, "only {} checks", table.checks);
    assert!(table.faults.is_empty(), "{}", table.faults.join("\n"));
}

async fn records(table: &mut Table) {
    let (file, base) = ("record", "/crm/v8/{module_api_name}");
    let (one, none) = (format!("{base}/{{id}}"), Value::Null);
    let lead = lead(0);
    for fields in [
        "Leads?fields=Last_Name,Owner,Tag,Created_By",
        "Quotes?fields=Subject,Quoted_Items",
        "Leads",
        "Leads?fields=id&cvid=1",
    ] {
        table.check(file, base, "GET", &format!("/crm/v8/{fields}"), none.clone()).await;
    }
    for module in [
        "Leads", "Contacts", "Accounts", "Deals", "Tasks", "Events", "Calls", "Products", "Quotes", "Invoices", "Cases",
    ] {
        let list = table.desk.get(&format!("/crm/v8/{module}?fields=id&per_page=1")).await.1;
        table.check(file, &one, "GET", &format!("/crm/v8/{module}/{}", id(&list, "data")), none.clone()).await;
    }
    let rows = [
        json!({"data": [{"Last_Name": "X", "Email": "x@example.com"}]}),
        json!({"data": [{}]}),
        json!({"data": [{"Last_Name": 1}]}),
        json!({"data": [{"Last_Name": "a"}, {}]}),
        json!({}),
    ];
    for body in rows {
        table.check(file, base, "POST", "/crm/v8/Leads", body).await;
    }
    let change = json!({"data": [{"City": "Kiel"}]});
    table.check(file, base, "PUT", "/crm/v8/Leads", json!({"data": [{"id": lead, "City": "Oslo"}]})).await;
    table.check(file, &one, "PUT", &format!("/crm/v8/Leads/{lead}"), change.clone()).await;
    table.check(file, &one, "PUT", "/crm/v8/Leads/1", change.clone()).await;
    let upsert = json!({"data": [{"Last_Name": "X", "Email": "x@example.com"}], "duplicate_check_fields": ["Email"]});
    table.check(file, &format!("{base}/upsert"), "POST", "/crm/v8/Leads/upsert", upsert).await;
    for query in ["word=am", "criteria=(x)", "email=x@example.com"] {
        table
            .check(file, &format!("{base}/search"), "GET", &format!("/crm/v8/Leads/search?{query}"), none.clone())
            .await;
    }
    table.check(file, &one, "DELETE", &format!("/crm/v8/Contacts/{}", contact(7)), none.clone()).await;
    table.check(file, base, "DELETE", &format!("/crm/v8/Contacts?ids={},1", contact(8)), none.clone()).await;
    table.check(file, &format!("{base}/deleted"), "GET", "/crm/v8/Contacts/deleted?type=all", none.clone()).await;
    table.check(file, &format!("{base}/actions/count"), "GET", "/crm/v8/Leads/actions/count", none.clone()).await;
    table
        .check(file, &format!("{one}/actions/clone"), "POST", &format!("/crm/v8/Leads/{lead}/actions/clone"), json!({}))
        .await;
    for query in [
        "select Last_Name, Account_Name.Industry from Contacts where id is not null limit 3",
        "select Stage from Deals",
        "select Nothing from Deals where id is not null",
    ] {
        table.check("coql", "/crm/v8/coql", "POST", "/crm/v8/coql", json!({"select_query": query})).await;
    }
    table.check("coql", "/crm/v8/coql", "POST", "/crm/v8/coql", json!({})).await;
}

async fn settings(table: &mut Table) {
    let none = Value::Null;
    let base = "/crm/v8/settings";
    table.check("modules", &format!("{base}/modules"), "GET", &format!("{base}/modules"), none.clone()).await;
    for module in ["Leads", "Quotes", "Nonsense"] {
        table
            .check(
                "modules",
                &format!("{base}/modules/{{api_name}}"),
                "GET",
                &format!("{base}/modules/{module}"),
                none.clone(),
            )
            .await;
    }
    for module in ["Leads", "Deals", "Quotes", "Tasks", "Cases", "Quoted_Items"] {
        table
            .check("fields", &format!("{base}/fields"), "GET", &format!("{base}/fields?module={module}"), none.clone())
            .await;
    }
    for file in ["layouts", "related_lists", "custom_views"] {
        let all = table
            .check(file, &format!("{base}/{file}"), "GET", &format!("{base}/{file}?module=Leads"), none.clone())
            .await;
        let path = format!("{base}/{file}/{}?module=Leads", id(&all, file));
        table.check(file, &format!("{base}/{file}/{{id}}"), "GET", &path, none.clone()).await;
    }
    for file in ["roles", "profiles", "variables", "variable_groups"] {
        table.check(file, &format!("{base}/{file}"), "GET", &format!("{base}/{file}"), none.clone()).await;
    }
    table.check("org", "/crm/v8/org", "GET", "/crm/v8/org", none.clone()).await;
    table.check("currencies", "/crm/v8/org/currencies", "GET", "/crm/v8/org/currencies", none.clone()).await;
    let variable = json!({"variables": [{"name": "V", "api_name": "V", "type": "integer", "value": "1", "variable_group": {"name": "General"}}]});
    let made =
        table.check("variables", &format!("{base}/variables"), "POST", &format!("{base}/variables"), variable).await;
    let path = format!("{base}/variables/{}", id(&made, "variables"));
    for (method, body) in [("PUT", json!({"variables": [{"value": "2"}]})), ("DELETE", none.clone())] {
        table.check("variables", &format!("{base}/variables/{{id}}"), method, &path, body).await;
    }
    users(table).await;
    let tag = |name: &str| json!({"tags": [{"name": name}]});
    let made =
        table.check("tags", &format!("{base}/tags"), "POST", &format!("{base}/tags?module=Leads"), tag("one")).await;
    let path = format!("{base}/tags/{}", id(&made, "tags"));
    table.check("tags", &format!("{base}/tags"), "POST", &format!("{base}/tags?module=Leads"), tag("one")).await;
    table.check("tags", &format!("{base}/tags"), "GET", &format!("{base}/tags?module=Leads"), none.clone()).await;
    table.check("tags", &format!("{base}/tags/{{id}}"), "PUT", &format!("{path}?module=Leads"), tag("two")).await;
    for action in ["add_tags", "remove_tags"] {
        let template = format!("/crm/v8/{{module_api_name}}/{{record_id}}/actions/{action}");
        table
            .check("tags", &template, "POST", &format!("/crm/v8/Leads/{}/actions/{action}", lead(0)), tag("two"))
            .await;
    }
    table
        .check(
            "tags",
            &format!("{base}/tags/{{id}}/actions/records_count"),
            "GET",
            &format!("{path}/actions/records_count?module=Leads"),
            none.clone(),
        )
        .await;
    table.check("tags", &format!("{base}/tags/{{id}}"), "DELETE", &path, none).await;
}

async fn users(table: &mut Table) {
    let (base, none) = ("/crm/v8/users", Value::Null);
    table.check("users", base, "GET", "/crm/v8/users?type=AllUsers", none.clone()).await;
    let user = json!({"users": [{"last_name": "Q", "email": "q@example.com", "role": "5725767000000026008", "profile": "5725767000000026014"}]});
    let made = table.check("users", base, "POST", base, user.clone()).await;
    table.check("users", base, "POST", base, user).await;
    let path = format!("{base}/{}", id(&made, "users"));
    for (method, body) in [("GET", none.clone()), ("PUT", json!({"users": [{"phone": "1"}]})), ("DELETE", none.clone())]
    {
        table.check("users", "/crm/v8/users/{user}", method, &path, body).await;
    }
    table.check("users", "/crm/v8/users/actions/count", "GET", "/crm/v8/users/actions/count?type=AllUsers", none).await;
}

async fn related(table: &mut Table) {
    let none = Value::Null;
    let (notes, one) = ("/crm/v8/Notes", "/crm/v8/Notes/{id}");
    let parent = json!({"id": lead(0), "module": {"api_name": "Leads"}});
    let made =
        table.check("notes", notes, "POST", notes, json!({"data": [{"Note_Content": "x", "Parent_Id": parent}]})).await;
    table.check("notes", notes, "POST", notes, json!({"data": [{}]})).await;
    let fields = "fields=Modified_Time,$attachments,Owner,Created_Time,Parent_Id,$editable,$is_shared_to_client,Modified_By,$size,$state,$voice_note,Created_By,Note_Title,Note_Content";
    let path = format!("{notes}/{}", id(&made, "data"));
    table.check("notes", notes, "GET", &format!("{notes}?{fields}"), none.clone()).await;
    table.check("notes", one, "GET", &format!("{path}?{fields}"), none.clone()).await;
    table.check("notes", one, "PUT", &path, json!({"data": [{"Note_Content": "y"}]})).await;
    table.check("notes", one, "DELETE", &path, none.clone()).await;
    let list = "/crm/v8/{module_api_name}/{record_id}/{related_list_api_name}";
    table
        .check(
            "related_records",
            list,
            "GET",
            &format!("/crm/v8/Accounts/{}/Deals?fields=Stage", account(0)),
            none.clone(),
        )
        .await;
    let products = format!("/crm/v8/Leads/{}/Products", lead(0));
    table.check("related_records", list, "PUT", &products, json!({"data": [{"id": seeded(8, 0)}]})).await;
    let files = "/crm/v8/{module}/{record_id}/Attachments";
    let path = format!("/crm/v8/Leads/{}/Attachments", lead(0));
    table.check("attachments", files, "POST", &format!("{path}?attachmentUrl=https://example.com"), none.clone()).await;
    table.check("attachments", files, "GET", &format!("{path}?fields=id,File_Name,Size,Owner"), none.clone()).await;
    let roles = "/crm/v8/Contacts/roles";
    table.check("contact_roles", roles, "GET", roles, none.clone()).await;
    let made = table.check("contact_roles", roles, "POST", roles, json!({"contact_roles": [{"name": "Pilot"}]})).await;
    table.check("contact_roles", roles, "POST", roles, json!({"contact_roles": [{}]})).await;
    table
        .check(
            "contact_roles",
            &format!("{roles}/{{id}}"),
            "DELETE",
            &format!("{roles}/{}", id(&made, "contact_roles")),
            none,
        )
        .await;
    let convert = "/crm/v8/Leads/{lead_id}/actions/convert";
    for _ in 0..2 {
        table
            .check(
                "convert_lead",
                convert,
                "POST",
                &format!("/crm/v8/Leads/{}/actions/convert", lead(3)),
                json!({"data": [{}]}),
            )
            .await;
    }
}

async fn processes(table: &mut Table) {
    let none = Value::Null;
    let case = table.desk.insert("Cases", json!({"Subject": "s", "Status": "New", "Case_Origin": "Web"})).await;
    let (template, path) =
        ("/crm/v8/{module_api_name}/{record_id}/actions/blueprint", format!("/crm/v8/Cases/{case}/actions/blueprint"));
    let open = table.check("blueprint", template, "GET", &path, none.clone()).await;
    for step in [open["blueprint"]["transitions"][0]["id"].clone(), json!("1")] {
        table
            .check("blueprint", template, "PUT", &path, json!({"blueprint": [{"transition_id": step, "data": {}}]}))
            .await;
    }
    let (template, path) =
        ("/crm/v8/{module_api_name}/{record_id}/actions/share", format!("/crm/v8/Leads/{}/actions/share", lead(0)));
    let share = json!({"share": [{"user": {"id": "5725767000000411002"}, "permission": "read_write"}]});
    for (method, body) in [("POST", share), ("GET", none.clone()), ("DELETE", none.clone())] {
        table.check("share_records", template, method, &path, body).await;
    }
    let owner = json!({"owner": {"id": "5725767000000411002"}});
    table
        .check(
            "change_owner",
            "/crm/v8/{module}/{id}/actions/change_owner",
            "POST",
            &format!("/crm/v8/Deals/{}/actions/change_owner", deal(0)),
            owner,
        )
        .await;
    table
        .check(
            "timelines",
            "/crm/v8/{module}/{record_id}/__timeline",
            "GET",
            &format!("/crm/v8/Deals/{}/__timeline", deal(0)),
            none.clone(),
        )
        .await;
    let bin = "/crm/v8/settings/recycle_bin";
    table.check("recycle_bin", bin, "GET", bin, none.clone()).await;
    table
        .check("recycle_bin", &format!("{bin}/{{record_id}}"), "DELETE", &format!("{bin}/{}", contact(7)), none.clone())
        .await;
    let (template, path) = (
        "/crm/v8/{module_name}/{record_id}/Locking_Information__s",
        format!("/crm/v8/Leads/{}/Locking_Information__s", lead(0)),
    );
    table.check("record_locking", template, "POST", &path, json!({"data": [{"Locked_Reason__s": "x"}]})).await;
    table.check("record_locking", template, "GET", &format!("{path}?fields=id"), none.clone()).await;
    let watch =
        json!({"watch": [{"channel_id": "10", "events": ["Leads.all"], "notify_url": "https://example.com/x"}]});
    let template = "/crm/v8/actions/watch";
    table.check("notifications", template, "POST", template, watch).await;
    table.check("notifications", template, "GET", &format!("{template}?channel_id=10"), none.clone()).await;
    table
        .check("notifications", template, "PATCH", template, json!({"watch": [{"channel_id": "10", "token": "u"}]}))
        .await;
    table.check("notifications", template, "DELETE", &format!("{template}?channel_ids=10"), none).await;
}

async fn jobs(table: &mut Table) {
    let none = Value::Null;
    let views = table.desk.get("/crm/v8/settings/custom_views?module=Deals").await.1;
    let cvid = id(&views, "custom_views");
    let (template, path) = ("/crm/v8/{module}/actions/mass_update", "/crm/v8/Deals/actions/mass_update");
    let change = json!([{"Next_Step": "Call"}]);
    let job = table.check("mass_update", template, "POST", path, json!({"cvid": cvid, "data": change})).await;
    let job = job["data"][0]["details"]["job_id"].as_str().expect("a job").to_owned();
    table.check("mass_update", template, "GET", &format!("{path}?job_id={job}"), none.clone()).await;
    let (template, path) = ("/crm/v8/{module}/actions/mass_change_owner", "/crm/v8/Deals/actions/mass_change_owner");
    table
        .check(
            "mass_change_owner",
            template,
            "POST",
            path,
            json!({"cvid": cvid, "owner": {"id": "5725767000000411002"}}),
        )
        .await;
    let reads = "/crm/bulk/v8/read";
    let query = |module: &str, field: &str| json!({"query": {"module": {"api_name": module}, "fields": [field]}});
    let job = table.check("bulk_read", reads, "POST", reads, query("Leads", "Last_Name")).await;
    table.check("bulk_read", reads, "POST", reads, query("Nonsense", "id")).await;
    table.check("bulk_read", reads, "POST", reads, query("Leads", "Nonsense")).await;
    table
        .check(
            "bulk_read",
            &format!("{reads}/{{job_id}}"),
            "GET",
            &format!("{reads}/{}", id(&job, "data")),
            none.clone(),
        )
        .await;
    table.check("bulk_read", &format!("{reads}/{{job_id}}"), "GET", &format!("{reads}/1"), none.clone()).await;
    let writes = "/crm/bulk/v8/write";
    let file = upload(table).await;
    let resource = json!([{"type": "data", "module": {"api_name": "Leads"}, "file_id": file}]);
    let job =
        table.check("bulk_write", writes, "POST", writes, json!({"operation": "insert", "resource": resource})).await;
    table.check("bulk_write", writes, "POST", writes, json!({})).await;
    let job = job["details"]["id"].as_str().expect("a job").to_owned();
    table.check("bulk_write", &format!("{writes}/{{job_id}}"), "GET", &format!("{writes}/{job}"), none.clone()).await;
    table.check("bulk_write", &format!("{writes}/{{job_id}}"), "GET", &format!("{writes}/1"), none).await;
}

/// Uploads a small table; its id.
async fn upload(table: &mut Table) -> Value {
    let bytes = super::bulk::zipped("leads.csv", "Last_Name\nZ\n");
    let form =
        reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(bytes).file_name("leads.zip"));
    let request = table.desk.http.request(Method::POST, table.desk.url("/crm/v8/upload")).multipart(form);
    let request = request.header("Authorization", format!("Zoho-oauthtoken {}", table.desk.token));
    let sent = request.header("feature", "bulk-write").header("X-CRM-ORG", "90000020").send().await;
    let (status, answer) = read(sent.expect("an answer")).await;
    table.hold("bulk_write", "/crm/v8/upload", "POST", status, &answer);
    answer["details"]["file_id"].clone()
}
