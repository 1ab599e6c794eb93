//! Related records, notes, attachments, photos, tags.

use super::desk::{Desk, account, contact, deal, lead, read, seeded};
use serde_json::{Value, json};

#[tokio::test]
async fn lists_follow_lookups_back() {
    let desk = Desk::new().await;
    let (status, body) = desk.get(&format!("/crm/v2/Accounts/{}/Contacts", account(0))).await;
    assert_eq!((status, body["info"]["count"].as_u64()), (200, Some(2)));
    for (path, expected) in [
        (format!("/crm/v2/Accounts/{}/Deals", account(0)), 200),
        (format!("/crm/v2/Contacts/{}/Deals", contact(0)), 200),
        (format!("/crm/v2/Deals/{}/Tasks", deal(0)), 200),
        (format!("/crm/v2/Contacts/{}/Tasks", contact(0)), 200),
        (format!("/crm/v2/Accounts/{}/Invoices", account(0)), 200),
        (format!("/crm/v2/Leads/{}/Notes", lead(0)), 200),
        (format!("/crm/v2/Leads/{}/Products", lead(0)), 204),
        (format!("/crm/v2/Leads/{}/Nothing", lead(0)), 400),
        ("/crm/v2/Leads/1/Notes".to_owned(), 400),
        (format!("/crm/v8/Accounts/{}/Contacts", account(0)), 400),
        (format!("/crm/v8/Accounts/{}/Contacts?fields=Last_Name", account(0)), 200),
    ] {
        assert_eq!(desk.get(&path).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn links_are_seen_from_both_ends() {
    let desk = Desk::new().await;
    let product = seeded(8, 0);
    let path = format!("/crm/v8/Leads/{}/Products/{product}", lead(0));
    let (status, body) = desk.put(&path, json!({"data": [{}]})).await;
    assert_eq!((status, &body["data"][0]["message"]), (200, &json!("relation added")));
    assert_eq!(desk.get(&path).await.0, 200);
    let (_, body) = desk.get(&format!("/crm/v8/Products/{product}/Leads?fields=Last_Name")).await;
    assert_eq!(body["data"][0]["id"], lead(0));
    let (_, body) = desk.delete(&path).await;
    assert_eq!(body["data"][0]["message"], "relation removed");
    assert_eq!(desk.delete(&path).await.0, 400);
    let (status, body) = desk.put(&format!("/crm/v8/Leads/{}/Products/1", lead(0)), json!({"data": [{}]})).await;
    assert_eq!((status, &body["data"][0]["message"]), (400, &json!("the related id given seems to be invalid")));
}

#[tokio::test]
async fn a_lookup_is_set_from_its_parent() {
    let desk = Desk::new().await;
    let path = format!("/crm/v2/Accounts/{}/Contacts/{}", account(5), contact(0));
    let (status, body) = desk.put(&path, json!({"data": [{"Title": "Director"}]})).await;
    assert_eq!(status, 200);
    assert!(body["data"][0]["details"]["Modified_Time"].is_string());
    let (_, body) = desk.get(&format!("/crm/v2/Contacts/{}", contact(0))).await;
    assert_eq!(body["data"][0]["Account_Name"]["id"], account(5));
    assert_eq!(body["data"][0]["Title"], "Director");
}

#[tokio::test]
async fn notes_hang_on_their_parent() {
    let desk = Desk::new().await;
    let note = json!({"Note_Title": "Hello", "Note_Content": "There", "Parent_Id": lead(5), "$se_module": "Leads"});
    let id = desk.insert("Notes", note).await;
    let path = format!("/crm/v8/Leads/{}/Notes", lead(5));
    let (_, body) = desk.post(&path, json!({"data": [{"Note_Content": "Again"}]})).await;
    assert_eq!(body["data"][0]["code"], "SUCCESS");
    let (_, body) = desk.get(&format!("{path}?fields=Note_Title,Parent_Id")).await;
    assert_eq!(body["data"].as_array().expect("rows").len(), 2);
    assert_eq!(body["data"][1]["Parent_Id"]["id"], lead(5));
    let (_, body) = desk.get(&format!("/crm/v8/Notes/{id}")).await;
    assert_eq!(body["data"][0]["$se_module"], "Leads");
    assert_eq!(desk.delete(&format!("{path}/{id}")).await.0, 200);
    assert_eq!(desk.get(&format!("/crm/v8/Notes/{id}")).await.0, 204);
    let orphan = json!({"data": [{"Note_Content": "x", "Parent_Id": lead(5), "$se_module": "Deals"}]});
    assert_eq!(desk.post("/crm/v8/Notes", orphan).await.0, 400);
}

#[tokio::test]
async fn attachments_come_back_byte_for_byte() {
    let desk = Desk::new().await;
    let path = format!("/crm/v8/Leads/{}/Attachments", lead(0));
    assert_eq!(desk.get(&path).await, (204, Value::Null));
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name("all bytes.bin");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = desk.http.post(desk.url(&path)).header("Authorization", format!("Bearer {}", desk.token));
    let (status, body) = read(request.multipart(form).send().await.expect("an answer")).await;
    assert_eq!((status, &body["data"][0]["message"]), (200, &json!("attachment uploaded successfully")));
    let id = body["data"][0]["details"]["id"].as_str().expect("an id").to_owned();
    let (_, body) = desk.get(&path).await;
    let shown = &body["data"][0];
    assert_eq!((&shown["File_Name"], &shown["Size"]), (&json!("all bytes.bin"), &json!("70000")));
    let response = desk.send(reqwest::Method::GET, &format!("{path}/{id}"), None).await;
    assert!(response.headers()["content-disposition"].to_str().expect("text").contains("all bytes.bin"));
    assert_eq!(response.bytes().await.expect("bytes"), bytes);
    assert_eq!(desk.delete(&format!("{path}/{id}")).await.0, 200);
    assert_eq!(desk.get(&path).await.0, 204);
    assert_eq!(desk.post(&path, json!({})).await.1["code"], "INVALID_REQUEST");
}

#[tokio::test]
async fn tags_are_made_put_on_and_taken_off() {
    let desk = Desk::new().await;
    let (status, body) =
        desk.post("/crm/v8/settings/tags?module=Leads", json!({"tags": [{"name": "Warm"}, {"name": "warm"}]})).await;
    assert_eq!(status, 201);
    assert_eq!(body["tags"][1]["code"], "DUPLICATE_DATA");
    let path = format!("/crm/v8/Leads/{}/actions", lead(1));
    let (status, _) =
        desk.post(&format!("{path}/add_tags"), json!({"tags": [{"name": "Warm"}, {"name": "New one"}]})).await;
    assert_eq!(status, 200);
    let (_, body) = desk.get(&format!("/crm/v8/Leads/{}", lead(1))).await;
    assert_eq!(body["data"][0]["Tag"].as_array().expect("tags").len(), 2);
    desk.post(&format!("{path}/remove_tags"), json!({"tags": [{"name": "Warm"}]})).await;
    let (_, body) = desk.get(&format!("/crm/v8/Leads/{}", lead(1))).await;
    assert_eq!(body["data"][0]["Tag"][0]["name"], "New one");
    let (status, _) =
        desk.post(&format!("/crm/v2/Leads/actions/add_tags?ids={},1&tag_names=Cold", lead(2)), json!({})).await;
    assert_eq!(status, 202);
    assert_eq!(desk.get("/crm/v8/settings/tags").await.1["code"], "REQUIRED_PARAM_MISSING");
}

#[tokio::test]
async fn a_photo_is_kept() {
    let desk = Desk::new().await;
    let path = format!("/crm/v8/Contacts/{}/photo", contact(0));
    assert_eq!(desk.get(&path).await.0, 204);
    let form =
        reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(vec![1, 2, 3]).file_name("a.png"));
    let request = desk.http.post(desk.url(&path)).header("Authorization", format!("Bearer {}", desk.token));
    assert_eq!(request.multipart(form).send().await.expect("an answer").status(), 200);
    let response = desk.send(reqwest::Method::GET, &path, None).await;
    assert_eq!(response.bytes().await.expect("bytes"), vec![1, 2, 3]);
    assert_eq!(desk.delete(&path).await.0, 200);
    assert_eq!(desk.get(&path).await.0, 204);
}

#[tokio::test]
async fn files_are_kept_under_their_id() {
    let desk = Desk::new().await;
    let part = reqwest::multipart::Part::bytes(b"hello".to_vec()).file_name("a.txt");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = desk.http.post(desk.url("/crm/v8/files")).header("Authorization", format!("Bearer {}", desk.token));
    let (status, body) = read(request.multipart(form).send().await.expect("an answer")).await;
    assert_eq!((status, &body["data"][0]["details"]["name"]), (200, &json!("a.txt")));
    let id = body["data"][0]["details"]["id"].as_str().expect("an id");
    let response = desk.send(reqwest::Method::GET, &format!("/crm/v8/files?id={id}"), None).await;
    assert_eq!(response.text().await.expect("text"), "hello");
    assert_eq!(desk.get("/crm/v8/files?id=nothing").await.0, 400);
}

#[tokio::test]
async fn a_task_about_a_lead_is_in_its_list() {
    let desk = Desk::new().await;
    desk.insert("Tasks", json!({"Subject": "Call back", "What_Id": lead(3), "$se_module": "Leads"})).await;
    let (_, body) = desk.get(&format!("/crm/v2/Leads/{}/Tasks", lead(3))).await;
    assert_eq!(body["data"][0]["Subject"], "Call back");
    assert_eq!(body["data"][0]["What_Id"]["id"], lead(3));
    let task = body["data"][0]["id"].as_str().expect("an id");
    let (status, _) = desk.delete(&format!("/crm/v2/Leads/{}/Tasks/{task}", lead(3))).await;
    assert_eq!(status, 200);
    assert_eq!(desk.get(&format!("/crm/v2/Leads/{}/Tasks", lead(3))).await.0, 204);
}
