//! Books, Desk, Creator and Cliq, as real scripts reach them through the tasks, and as other clients do.

use super::desk::{Desk, read};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// What a script prints in a sandbox of its own.
fn printed(script: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .args(["run", "-", "--sandbox"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("an input").write_all(script.as_bytes()).expect("a script");
    let done = child.wait_with_output().expect("an end");
    let errors = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{errors}");
    String::from_utf8(done.stdout).expect("text")
}

fn prints(script: &str, expected: &[&str]) {
    assert_eq!(printed(script).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn books_through_its_tasks() {
    prints(
        r#"
org = zoho.books.getOrganizations("zoho_books").get("organizations").get(0).get("organization_id");
found = zoho.books.getRecords("contacts", org, {"contact_name_contains":"north"}, "zoho_books");
customer = found.get("contacts").get(0);
info customer.get("contact_name");
made = zoho.books.createRecord("Invoices", org, {"customer_id":customer.get("contact_id"),"line_items":{{"item_id":"460000000026100","quantity":2}}}, "zoho_books");
info made.get("message") + " " + made.get("invoice").get("invoice_number") + " " + made.get("invoice").get("total");
id = made.get("invoice").get("invoice_id");
info zoho.books.markStatus("invoices", org, id, "sent", "zoho_books").get("message");
info zoho.books.updateRecord("invoices", org, id, {"reference_number":"R7"}, "zoho_books").get("invoice").get("reference_number");
info zoho.books.getRecordsByID("invoices", org, id, "zoho_books").get("invoice").get("status");
pay = zoho.books.createRecord("customerpayments", org, {"customer_id":customer.get("contact_id"),"payment_mode":"cash","amount":37,"invoices":{{"invoice_id":id,"amount_applied":37}}}, "zoho_books");
info zoho.books.getRecordsByID("invoices", org, id).get("invoice").get("status");
info zoho.books.getTemplates("invoices", org, "zoho_books").get("templates").size();
info zoho.books.getRecordsByID("invoices", org, "1", "zoho_books");
info zoho.books.createRecord("contacts", org, {"company_name":"x"}, "zoho_books");
reply = invokeurl [ url :"https://books.zoho.com/api/v3/items?organization_id=" + org + "&sku=ITM-002" type :GET connection :"zoho_books" ];
info reply.get("items").get(0).get("name");
"#,
        &[
            "Northlight Boats",
            "The invoice has been added. INV-000100 37.0",
            "Invoice status has been changed to Sent.",
            "R7",
            "sent",
            "paid",
            "1",
            r#"{"code":1002,"message":"Invoice does not exist."}"#,
            r#"{"code":4,"message":"Invalid value passed for contact_name"}"#,
            "Fender",
        ],
    );
}

#[test]
fn desk_through_its_tasks() {
    prints(
        r#"
org = 70000020;
info zoho.desk.getRecords(org, "tickets", 1, 3).get("data").size();
found = zoho.desk.searchRecords(org, "contacts", {"email":"ines.marlow*"}, 0, 5, "zoho_desk");
contact = found.get("data").get(0);
info contact.get("firstName") + " " + found.get("count");
made = zoho.desk.create(org, "Tickets", {"subject":"Mast is bent","departmentId":"1892000000006000","contactId":contact.get("id")}, "zoho_desk");
id = made.get("id");
info made.get("status") + " " + made.get("ticketNumber");
info zoho.desk.update(org, "tickets", id, {"status":"Closed"}, "zoho_desk").get("statusType");
info zoho.desk.createRelatedRecord(org, "comments", "tickets", id, {"content":"Bring a crane"}, "zoho_desk").get("content");
comment = zoho.desk.getRelatedRecords(org, "comments", "tickets", id, 0, 5, {}, "zoho_desk").get("data").get(0).get("id");
info zoho.desk.updateRelatedRecord(org, "comments", comment, "tickets", id, {"content":"Two"}, "zoho_desk").get("content");
info zoho.desk.getRelatedRecordById(org, "comments", comment, "tickets", id, "zoho_desk").get("content");
info zoho.desk.getRecordById(org, "tickets", id, "zoho_desk").get("commentCount");
zoho.desk.ticket.move(org, id, "1892000000006001", "zoho_desk");
info zoho.desk.getRecordById(org, "tickets", id, "zoho_desk").get("departmentId");
info zoho.desk.ticket.merge(org, id, {"ids":{"1892000000006500"}}, "zoho_desk").get("id") == id;
split = zoho.desk.ticket.split(org, id, "1892000000006700", "zoho_desk");
info split.get("subject");
info zoho.desk.getRecordById(org, "tickets", "1892000000006500", "zoho_desk").get("errorCode");
info zoho.desk.create(org, "tickets", {"subject":"x","contactId":contact.get("id")}, "zoho_desk");
info zoho.desk.getRecordById(7, "tickets", id, "zoho_desk").get("errorCode");
"#,
        &[
            "3",
            "Ines 1",
            "Open 101",
            "Closed",
            "Bring a crane",
            "Two",
            "Two",
            "1",
            "1892000000006001",
            "true",
            "Mast is bent",
            "RESOURCE_NOT_FOUND",
            r#"{"errorCode":"INVALID_DATA","message":"The data is invalid due to validation restrictions","errors":[{"fieldName":"/departmentId","errorType":"missing","errorMessage":""}]}"#,
            "OAUTH_ORG_MISMATCH",
        ],
    );
}

#[test]
fn creator_through_its_tasks() {
    prints(
        r#"
app = "berth-booking";
made = zoho.creator.createRecord("quietharbor", app, "Booking", {"Guest":"Lena Sato","Nights":3,"Arrival":"2026-04-02","Boat":"3888833000001140","Extras":{"Water","Crane"}}, {"result":{"fields":{"Guest"}}}, "zoho_creator");
info made.get("message") + " " + made.get("data").get("Guest");
id = made.get("data").get("ID");
all = zoho.creator.getRecords("quietharbor", app, "All_Bookings", "Nights >= 2 && (Guest == \"Lena Sato\" || Guest.startsWith(\"Omar\"))", 1, 10, "zoho_creator");
for each one in all.get("data") { info one.get("Guest") + " " + one.get("Arrival"); }
info zoho.creator.updateRecord("quietharbor", app, "All_Bookings", id, {"Nights":4}, Map(), "zoho_creator").get("message");
one = zoho.creator.getRecordById("quietharbor", app, "All_Bookings", id, "zoho_creator").get("data");
info one.get("Nights") + " " + one.get("Boat").get("display_value");
info zoho.creator.updateRecords("quietharbor", app, "All_Bookings", "Confirmed == false", {"Confirmed":true}, Map(), "zoho_creator").get("result").size();
info zoho.creator.createRecord("quietharbor", app, "Boat", {{"Boat_Name":"Teal"},{"Boat_Name":"Heron"}}, Map(), "zoho_creator").get("result").get(1).get("code");
info zoho.creator.getRecords("quietharbor", app, "All_Bookings", "Nights > 99", 1, 10, "zoho_creator");
info zoho.creator.createRecord("quietharbor", app, "Booking", {"Guest":"","Nights":"many"}, Map(), "zoho_creator").get("error").keys();
info zoho.creator.getRecords("quietharbor", "nothing", "All_Bookings", "", 1, 10, "zoho_creator").get("code");
"#,
        &[
            "Data Added Successfully! Lena Sato",
            "Omar Haddad 12-Mar-2026",
            "Lena Sato 02-Apr-2026",
            "Data Updated Successfully!",
            "4 Heron",
            "1",
            "3002",
            r#"{"code":9280,"message":"No records found for the given criteria."}"#,
            "Guest,Nights",
            "2892",
        ],
    );
}

#[test]
fn cliq_through_its_tasks() {
    prints(
        r#"
info zoho.cliq.postToChannel("harbor", "Gate is open", "zoho_cliq").get("status");
info zoho.cliq.postToUser("jonas.okafor@quietharbor.example", {"text":"hello"}, "zoho_cliq").get("status");
info zoho.cliq.postToBot("harbormaster", "crane please", "zoho_cliq").get("status");
info zoho.cliq.postToChat("CT_400000000501", "hi", "zoho_cliq").get("status");
info zoho.cliq.postToChannel("nowhere", "x", "zoho_cliq").get("code");
row = zoho.cliq.createRecord("availabilitydatabase", {"name":"Ada","empid":"9","availability":"true"}, "zoho_cliq");
id = row.get("object").get("id");
info zoho.cliq.getRecords("availabilitydatabase", {"criteria":"availability==true && empid>1"}, "zoho_cliq").get("list").size();
info zoho.cliq.updateRecord("availabilitydatabase", id, {"availability":"false"}, "zoho_cliq").get("object").get("availability");
info zoho.cliq.getRecordById("availabilitydatabase", id, "zoho_cliq").get("object").get("name");
zoho.cliq.deleteRecord("availabilitydatabase", id, "zoho_cliq");
zoho.cliq.deleteRecords("availabilitydatabase", "availability==false", "zoho_cliq");
info zoho.cliq.getRecords("availabilitydatabase", Map(), "zoho_cliq").get("list").size();
"#,
        &["success", "success", "success", "success", "resource_not_found", "2", "false", "Ada", "2"],
    );
}

#[tokio::test]
async fn every_product_wants_a_token_with_its_scope() {
    let desk = Desk::new().await;
    let org = "90000020";
    let form =
        [("grant_type", "client_credentials"), ("scope", "ZohoCRM.modules.ALL"), ("soid", &format!("ZohoCRM.{org}"))];
    let narrow = desk.token(&form).await["access_token"].as_str().expect("a token").to_owned();
    let calls = [
        ("/books/v3/contacts?organization_id=60000020", "code", json!(57), json!(57)),
        ("/api/v1/tickets", "errorCode", json!("INVALID_OAUTH"), json!("SCOPE_MISMATCH")),
        ("/api/v2/quietharbor/berth-booking/report/All_Boats", "code", json!(1030), json!(2945)),
        ("/creator/v2.1/data/quietharbor/berth-booking/report/All_Boats", "code", json!(1030), json!(2945)),
        ("/api/v2/channels", "code", json!("oauthtoken_invalid"), json!("oauthtoken_scope_invalid")),
    ];
    for (path, key, without, narrowly) in calls {
        let bare = read(desk.http.get(desk.url(path)).send().await.expect("an answer")).await;
        assert_eq!((bare.0, &bare.1[key]), (401, &without), "{path}");
        let request = desk.http.get(desk.url(path)).header("Authorization", format!("Bearer {narrow}"));
        assert_eq!(read(request.send().await.expect("an answer")).await.1[key], narrowly, "{path}");
        assert_eq!(desk.get(path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn what_products_do_not_imitate_says_so() {
    let desk = Desk::new().await;
    for path in [
        "/books/v3/journals?organization_id=60000020",
        "/books/v2/contacts",
        "/api/v1/nonsense",
        "/api/v2/nonsense",
        "/api/v2/quietharbor/berth-booking/report/All_Boats/1/2/3",
        "/api/v7/x",
    ] {
        let (status, body) = desk.get(path).await;
        assert_eq!(status, 404, "{path}");
        assert!(body.to_string().contains("imitate"), "{path}: {body}");
    }
    let (_, body) = desk.get("/books/v3/contacts").await;
    assert_eq!(body["code"], 6041);
}

#[tokio::test]
async fn lists_of_books_are_filtered_sorted_and_paged() {
    let desk = Desk::new().await;
    let list = async |query: &str| {
        let (_, body) = desk.get(&format!("/books/v3/invoices?organization_id=60000020&{query}")).await;
        (body["invoices"].as_array().cloned().unwrap_or_default(), body["page_context"].clone())
    };
    let (paid, _) = list("filter_by=Status.Paid").await;
    assert!(!paid.is_empty() && paid.iter().all(|row| row["status"] == "paid" && row["balance"] == 0.0));
    let (sorted, page) = list("sort_column=total&sort_order=D&per_page=2").await;
    assert!(sorted[0]["total"].as_f64() >= sorted[1]["total"].as_f64() && page["has_more_page"] == true);
    assert_eq!(list("total_greater_than=100000").await.0.len(), 0);
    assert_eq!(list("customer_name_startswith=north&date_before=2026-03-01").await.1["page"], 1);
    let wrong = json!({"customer_id": "1", "line_items": [{"rate": 1}]});
    let path = "/books/v3/estimates?organization_id=60000020";
    assert_eq!(desk.post(path, wrong).await.1["message"], "Customer does not exist.");
    let sent: Value = json!({"contact_name": "By form"});
    let form = [("JSONString", sent.to_string())];
    let request = desk.http.post(desk.url("/books/v3/contacts?organization_id=60000020")).form(&form);
    let request = request.header("Authorization", format!("Zoho-oauthtoken {}", desk.token));
    let (status, body) = read(request.send().await.expect("an answer")).await;
    assert_eq!((status, &body["contact"]["contact_type"]), (201, &json!("customer")), "{body}");
    let id = body["contact"]["contact_id"].as_str().expect("an id").to_owned();
    assert_eq!(
        desk.delete(&format!("/books/v3/contacts/{id}?organization_id=60000020")).await.1["message"],
        "The contact has been deleted."
    );
}

#[tokio::test]
async fn a_ticket_is_answered_and_its_files_are_kept() {
    let desk = Desk::new().await;
    let ticket = json!({"subject": "New", "departmentId": "1892000000006000",
        "contact": {"lastName": "Quay", "email": "new@example.com"}});
    let (status, made) = desk.post("/api/v1/tickets", ticket).await;
    assert_eq!(status, 200, "{made}");
    let id = made["id"].as_str().expect("an id").to_owned();
    let (_, shown) = desk.get(&format!("/api/v1/tickets/{id}?include=contacts,departments")).await;
    assert_eq!(
        (&shown["contact"]["email"], &shown["department"]["name"]),
        (&json!("new@example.com"), &json!("Support"))
    );
    let reply = json!({"channel": "EMAIL", "to": "new@example.com", "content": "On our way"});
    assert_eq!(desk.post(&format!("/api/v1/tickets/{id}/sendReply"), reply).await.1["direction"], "out");
    assert_eq!(desk.get(&format!("/api/v1/tickets/{id}/conversations")).await.1["data"][0]["content"], "On our way");
    let (_, outbox) = desk.get("/__sandbox/outbox").await;
    assert_eq!(outbox[0]["mail"]["content"], "On our way");
    let part = reqwest::multipart::Part::bytes(b"a file".to_vec()).file_name("a.txt");
    let request = desk.http.post(desk.url(&format!("/api/v1/tickets/{id}/attachments")));
    let request = request.multipart(reqwest::multipart::Form::new().part("file", part));
    let sent = request.header("Authorization", format!("Zoho-oauthtoken {}", desk.token)).send().await;
    assert_eq!(read(sent.expect("an answer")).await.1["size"], "6");
    assert_eq!(desk.post("/api/v1/closeTickets", json!({"ids": [id, "1"]})).await.1["results"][1]["success"], false);
    assert_eq!(desk.get(&format!("/api/v1/tickets/{id}")).await.1["status"], "Closed");
}
