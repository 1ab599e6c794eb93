//! Writing records: insert, update, upsert, delete, conversion.

use super::desk::{Desk, account, contact, lead};
use serde_json::{Value, json};

#[tokio::test]
async fn an_insert_answers_with_id_times_and_people() {
    let desk = Desk::new().await;
    let row = json!({"Last_Name": "Marlowe", "First_Name": "Ada", "Company": "Ironleaf", "Nothing": 1});
    let (status, body) = desk.post("/crm/v8/Leads", json!({"data": [row], "trigger": []})).await;
    assert_eq!(status, 201);
    let done = &body["data"][0];
    assert_eq!((&done["code"], &done["message"]), (&json!("SUCCESS"), &json!("record added")));
    assert_eq!(done["details"]["Created_Time"], "2026-03-02T12:00:00+05:30");
    assert_eq!(done["details"]["Created_By"], json!({"name": "Mara Lindt", "id": "5725767000000411001"}));
    let id = done["details"]["id"].as_str().expect("an id");
    let (_, body) = desk.get(&format!("/crm/v8/Leads/{id}")).await;
    assert_eq!(body["data"][0]["Full_Name"], "Ada Marlowe");
    assert_eq!(body["data"][0]["Owner"]["name"], "Mara Lindt");
    assert!(body["data"][0].get("Nothing").is_none());
}

#[tokio::test]
async fn rows_fail_alone_and_in_order() {
    let desk = Desk::new().await;
    let rows = json!({"data": [{"Last_Name": "A"}, {"Company": "B"}, {"Last_Name": "C", "Email": "no"}]});
    let (status, body) = desk.post("/crm/v8/Leads", rows.clone()).await;
    assert_eq!(status, 207);
    assert_eq!(body["data"][0]["status"], "success");
    let expected = json!({
        "code": "MANDATORY_NOT_FOUND", "details": {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"},
        "message": "required field not found", "status": "error",
    });
    assert_eq!(body["data"][1], expected);
    assert_eq!(body["data"][2]["details"]["expected_data_type"], "email");
    assert_eq!(desk.post("/crm/v2/Leads", rows).await.0, 202);
    let (status, body) = desk.post("/crm/v8/Leads", json!({"data": [{}]})).await;
    assert_eq!((status, &body["data"][0]["code"]), (400, &json!("MANDATORY_NOT_FOUND")));
}

#[tokio::test]
async fn version_2_names_the_field_only() {
    let desk = Desk::new().await;
    let (status, body) = desk.post("/crm/v2/Leads", json!({"data": [{}]})).await;
    assert_eq!(status, 202);
    assert_eq!(body["data"][0]["details"], json!({"api_name": "Last_Name"}));
}

#[tokio::test]
async fn values_must_fit_their_fields() {
    let desk = Desk::new().await;
    let wrong = [
        ("Last_Name", json!(5), "expected_data_type"),
        ("Last_Name", json!("x".repeat(81)), "maximum_length"),
        ("No_of_Employees", json!("12"), "expected_data_type"),
        ("No_of_Employees", json!(1234567890), "maximum_length"),
        ("Annual_Revenue", json!("1"), "expected_data_type"),
        ("Email_Opt_Out", json!("true"), "expected_data_type"),
        ("Languages", json!("English"), "expected_data_type"),
        ("Phone", json!("☎"), "expected_data_type"),
        ("Owner", json!(true), "expected_data_type"),
        ("Owner", json!({"id": "1"}), "id"),
    ];
    for (name, value, detail) in wrong {
        let mut row = json!({"Last_Name": "X"});
        row[name] = value.clone();
        let (status, body) = desk.post("/crm/v8/Leads", json!({"data": [row]})).await;
        let done = &body["data"][0];
        assert_eq!((status, &done["code"]), (400, &json!("INVALID_DATA")), "{name}={value}");
        assert_eq!(done["details"]["api_name"], name);
        assert!(done["details"].get(detail).is_some(), "{done}");
    }
    for (value, fits) in
        [("2026-02-28", true), ("2026-02-30", false), ("28-02-2026", false), ("2026-02-28T00:00:00Z", false)]
    {
        let row = json!({"Deal_Name": "X", "Stage": "Qualification", "Closing_Date": value});
        let (status, _) = desk.post("/crm/v8/Deals", json!({"data": [row]})).await;
        assert_eq!(status == 201, fits, "{value}");
    }
}

#[tokio::test]
async fn moments_are_shown_in_the_organisations_zone() {
    let desk = Desk::new().await;
    let row = json!({
        "Event_Title": "Fair", "Start_DateTime": "2026-03-02T10:00:00Z", "End_DateTime": "2026-03-02T12:00:00+01:00",
    });
    let id = desk.insert("Events", row).await;
    let (_, body) = desk.get(&format!("/crm/v8/Events/{id}")).await;
    assert_eq!(body["data"][0]["Start_DateTime"], "2026-03-02T15:30:00+05:30");
    assert_eq!(body["data"][0]["End_DateTime"], "2026-03-02T16:30:00+05:30");
    let row = json!({"Event_Title": "X", "Start_DateTime": "2026-03-02T10:00:00", "End_DateTime": "2026-03-02"});
    assert_eq!(desk.post("/crm/v8/Events", json!({"data": [row]})).await.0, 400);
}

#[tokio::test]
async fn lookups_take_ids_in_any_form_and_refuse_strangers() {
    let desk = Desk::new().await;
    let number: u64 = account(0).parse().expect("a number");
    for id in [json!(account(0)), json!(number), json!({"id": account(0)}), json!({"id": number, "name": "x"})] {
        let id = desk.insert("Contacts", json!({"Last_Name": "X", "Account_Name": id})).await;
        let (_, body) = desk.get(&format!("/crm/v8/Contacts/{id}")).await;
        assert_eq!(body["data"][0]["Account_Name"]["id"], account(0));
        assert!(body["data"][0]["Account_Name"]["name"].is_string());
    }
    let row = json!({"data": [{"Last_Name": "X", "Account_Name": {"id": contact(0)}}]});
    let (status, body) = desk.post("/crm/v8/Contacts", row).await;
    assert_eq!((status, &body["data"][0]["message"]), (400, &json!("the related id given seems to be invalid")));
}

#[tokio::test]
async fn bodies_must_be_what_they_should() {
    let desk = Desk::new().await;
    for body in [json!([]), json!("x"), json!({"data": {}}), json!({"data": []}), json!({})] {
        assert_eq!(desk.post("/crm/v8/Leads", body.clone()).await.0, 400, "{body}");
    }
    let many: Vec<Value> = (0..101).map(|at| json!({"Last_Name": at.to_string()})).collect();
    let (status, body) = desk.post("/crm/v8/Leads", json!({"data": many})).await;
    assert_eq!((status, &body["code"]), (400, &json!("LIMIT_EXCEEDED")));
    let broken = desk
        .http
        .post(desk.url("/crm/v8/Leads"))
        .body("{\"data\": [")
        .header("Authorization", format!("Bearer {}", desk.token));
    assert_eq!(broken.send().await.expect("an answer").status(), 400);
    let (_, body) = desk.post("/crm/v8/Leads", json!({"data": [5]})).await;
    assert_eq!(body["data"][0]["code"], "INVALID_DATA");
}

#[tokio::test]
async fn updates_change_what_they_name() {
    let desk = Desk::new().await;
    desk.advance(60).await;
    let path = format!("/crm/v8/Leads/{}", lead(2));
    let before = desk.get(&path).await.1["data"][0].clone();
    let (status, body) = desk.put(&path, json!({"data": [{"City": "Turku", "Mobile": null}]})).await;
    assert_eq!((status, &body["data"][0]["message"]), (200, &json!("record updated")));
    let after = desk.get(&path).await.1["data"][0].clone();
    assert_eq!(after["City"], "Turku");
    assert_eq!(after["Company"], before["Company"]);
    assert_eq!(after["Created_Time"], before["Created_Time"]);
    assert_eq!(after["Modified_Time"], "2026-03-02T12:01:00+05:30");
    let (status, body) = desk.put(&path, json!({"data": [{"Last_Name": null}]})).await;
    assert_eq!((status, &body["data"][0]["code"]), (400, &json!("MANDATORY_NOT_FOUND")));
    let rows = json!({"data": [{"id": lead(3), "City": "Oulu"}, {"id": "99", "City": "x"}, {"City": "x"}]});
    let (status, body) = desk.put("/crm/v8/Leads", rows).await;
    assert_eq!(status, 207);
    let codes: Vec<&Value> = body["data"].as_array().expect("rows").iter().map(|row| &row["code"]).collect();
    assert_eq!(codes, ["SUCCESS", "INVALID_DATA", "MANDATORY_NOT_FOUND"]);
}

#[tokio::test]
async fn unique_fields_refuse_a_second_value() {
    let desk = Desk::new().await;
    let row = json!({"data": [{"Product_Name": "Twin", "Product_Code": "qh-1000"}]});
    let (status, body) = desk.post("/crm/v8/Products", row).await;
    assert_eq!((status, &body["data"][0]["code"]), (400, &json!("DUPLICATE_DATA")));
    assert!(body["data"][0]["details"]["id"].is_string());
}

#[tokio::test]
async fn upsert_inserts_or_updates() {
    let desk = Desk::new().await;
    let row = json!({"Last_Name": "Kestrel", "Email": "k@new.example.com", "City": "Riga"});
    let (status, body) = desk.post("/crm/v8/Leads/upsert", json!({"data": [row]})).await;
    assert_eq!((status, &body["data"][0]["action"]), (200, &json!("insert")));
    let id = body["data"][0]["details"]["id"].clone();
    let row = json!({"Last_Name": "Kestrel", "Email": "K@new.example.com", "City": "Vilnius"});
    let (_, body) = desk.post("/crm/v8/Leads/upsert", json!({"data": [row]})).await;
    let done = &body["data"][0];
    assert_eq!((&done["action"], &done["duplicate_field"]), (&json!("update"), &json!("Email")));
    assert_eq!(done["details"]["id"], id);
    let rows = json!({"data": [{"Last_Name": "Kestrel", "Phone": "1"}], "duplicate_check_fields": ["Last_Name"]});
    let (_, body) = desk.post("/crm/v8/Leads/upsert", rows).await;
    assert_eq!(body["data"][0]["duplicate_field"], "Last_Name");
    let rows = json!({"data": [{"id": id, "City": "Tartu"}]});
    assert_eq!(desk.post("/crm/v2/Leads/upsert", rows).await.1["data"][0]["action"], "update");
    let rows = json!({"data": [{"Last_Name": "X"}], "duplicate_check_fields": ["Nothing"]});
    assert_eq!(desk.post("/crm/v8/Leads/upsert", rows).await.0, 400);
}

#[tokio::test]
async fn deletes_are_listed_and_cut_lookups() {
    let desk = Desk::new().await;
    let (status, body) = desk.delete(&format!("/crm/v8/Accounts/{}", account(1))).await;
    assert_eq!((status, &body["data"][0]["message"]), (200, &json!("record deleted")));
    assert_eq!(desk.get(&format!("/crm/v8/Accounts/{}", account(1))).await.0, 204);
    let (_, body) = desk.get(&format!("/crm/v8/Contacts/{}", contact(1))).await;
    assert!(body["data"][0]["Account_Name"].is_null());
    let (_, body) = desk.get("/crm/v8/Accounts/deleted").await;
    assert_eq!((&body["data"][0]["id"], &body["data"][0]["type"]), (&json!(account(1)), &json!("recycle")));
    assert_eq!(desk.get("/crm/v8/Leads/deleted").await.0, 204);
    let (status, body) = desk.delete(&format!("/crm/v8/Accounts?ids={},{}", account(1), account(2))).await;
    assert_eq!(status, 207);
    assert_eq!(body["data"][0]["message"], "record not deleted");
    assert_eq!(body["data"][1]["code"], "SUCCESS");
}

#[tokio::test]
async fn orders_add_up_their_lines() {
    let desk = Desk::new().await;
    let row = json!({
        "Subject": "Big one", "Account_Name": account(0), "Adjustment": -5,
        "Invoiced_Items": [
            {"Product_Name": {"id": super::desk::seeded(8, 0)}, "Quantity": 2, "List_Price": 10.5},
            {"Product_Name": {"id": super::desk::seeded(8, 1)}, "Quantity": 1, "List_Price": 4, "Discount": 1},
        ],
    });
    let id = desk.insert("Invoices", row).await;
    let (_, body) = desk.get(&format!("/crm/v8/Invoices/{id}")).await;
    let invoice = &body["data"][0];
    assert_eq!((&invoice["Sub_Total"], &invoice["Grand_Total"]), (&json!(24.0), &json!(19.0)));
    assert!(invoice["Invoice_Number"].is_string());
    assert_eq!(invoice["Invoiced_Items"][0]["Product_Name"]["name"], "Tide Gauge");
    let bare = json!([{"Product_Name": {"id": super::desk::seeded(8, 0)}, "Quantity": 2}]);
    let id = desk.insert("Invoices", json!({"Subject": "Y", "Account_Name": account(0), "Invoiced_Items": bare})).await;
    let (_, body) = desk.get(&format!("/crm/v8/Invoices/{id}")).await;
    assert_eq!(body["data"][0]["Grand_Total"], json!(698.0), "the product's own price");
    let row = json!({"data": [{"Subject": "X", "Account_Name": account(0), "Invoiced_Items": [{"Quantity": "2"}]}]});
    let (_, body) = desk.post("/crm/v8/Invoices", row).await;
    assert_eq!(body["data"][0]["details"]["json_path"], "$.data[0].Invoiced_Items[0].Quantity");
}

#[tokio::test]
async fn version_2_spells_the_lines_of_orders_in_its_own_way() {
    let desk = Desk::new().await;
    let product = json!({"id": super::desk::seeded(8, 0)});
    let lines =
        json!([{"product": product, "quantity": 3, "list_price": 10, "Discount": 5, "product_description": "blue"}]);
    let row = json!({"Subject": "Old style", "Account_Name": account(0), "Product_Details": lines});
    let (status, body) = desk.post("/crm/v2/Invoices", json!({"data": [row]})).await;
    assert_eq!(status, 201);
    let id = body["data"][0]["details"]["id"].as_str().expect("an id").to_owned();
    let (_, body) = desk.get(&format!("/crm/v2/Invoices/{id}")).await;
    let invoice = &body["data"][0];
    let line = &invoice["Product_Details"][0];
    let name = json!({"Product_Code": "QH-1000", "name": "Tide Gauge", "id": super::desk::seeded(8, 0)});
    assert_eq!((&line["product"], &line["quantity"], &line["list_price"]), (&name, &json!(3), &json!(10)));
    assert_eq!((&line["total"], &line["total_after_discount"]), (&json!(30.0), &json!(25.0)));
    assert_eq!(line["product_description"], "blue");
    assert_eq!((&invoice["Invoiced_Items"][0]["Quantity"], &invoice["Grand_Total"]), (&json!(3), &json!(25.0)));
    let change = json!({"data": [{"Product_Details": [{"id": line["id"], "product": product, "quantity": 1, "list_price": 7}]}]});
    assert_eq!(desk.put(&format!("/crm/v2/Invoices/{id}"), change).await.0, 200);
    let (_, body) = desk.get(&format!("/crm/v8/Invoices/{id}")).await;
    assert_eq!(body["data"][0]["Grand_Total"], json!(7.0));
    assert!(body["data"][0].get("Product_Details").is_none());
}

#[tokio::test]
async fn a_lead_is_converted_once() {
    let desk = Desk::new().await;
    let path = format!("/crm/v8/Leads/{}/actions/convert", lead(0));
    let deal = json!({"Deal_Name": "From a lead", "Stage": "Qualification", "Closing_Date": "2026-05-01"});
    let (status, body) = desk.post(&path, json!({"data": [{"Deals": {"Deal_Name": "No stage"}}]})).await;
    assert_eq!((status, &body["code"]), (400, &json!("MANDATORY_NOT_FOUND")));
    assert_eq!(body["details"]["json_path"], "$.data[0].Deals.Stage");
    let (status, body) = desk.post(&path, json!({"data": [{"overwrite": true, "Deals": deal}]})).await;
    assert_eq!(status, 200, "{body}");
    let details = &body["data"][0]["details"];
    let contact = details["Contacts"]["id"].as_str().expect("a contact");
    let (_, shown) = desk.get(&format!("/crm/v8/Contacts/{contact}")).await;
    assert_eq!(shown["data"][0]["Full_Name"], "Amara Dubrovnik");
    assert_eq!(shown["data"][0]["Account_Name"]["id"], details["Accounts"]["id"]);
    let (status, body) = desk.post(&path, json!({"data": [{}]})).await;
    assert_eq!((status, &body["code"]), (400, &json!("ID_ALREADY_CONVERTED")));
    let (_, leads) = desk.get("/crm/v8/Leads?fields=id&converted=true").await;
    assert_eq!(leads["data"].as_array().expect("rows").len(), 1);
    assert_eq!(desk.get("/crm/v8/Leads/actions/count").await.1["count"], 59);
}

#[tokio::test]
async fn version_2_converts_to_bare_ids() {
    let desk = Desk::new().await;
    let (status, body) = desk.post(&format!("/crm/v2/Leads/{}/actions/convert", lead(1)), json!({"data": [{}]})).await;
    assert_eq!(status, 200);
    let row = body["data"][0].as_object().expect("a row");
    assert!(row["Contacts"].is_string() && row["Accounts"].is_string() && !row.contains_key("Deals"), "{row:?}");
}

#[tokio::test]
async fn several_records_change_at_once() {
    let desk = Desk::new().await;
    let body = json!({"data": [{"City": "Bergen"}], "ids": [lead(0), lead(1), "1"]});
    let (status, body) = desk.post("/crm/v8/Leads/actions/mass_update", body).await;
    assert_eq!(status, 207);
    assert_eq!(body["data"][2]["code"], "INVALID_DATA");
    assert_eq!(desk.get("/crm/v8/Leads/search?criteria=(City:equals:bergen)").await.1["info"]["count"], 2);
    let body = json!({"data": [{"City": "Bergen"}], "cvid": "1"});
    assert_eq!(desk.post("/crm/v8/Leads/actions/mass_update", body).await.1["code"], "INVALID_DATA");
}

#[tokio::test]
async fn a_copy_has_an_id_and_lines_of_its_own() {
    let desk = Desk::new().await;
    let invoice = super::desk::seeded(13, 2);
    let (status, body) = desk.post(&format!("/crm/v8/Invoices/{invoice}/actions/clone"), json!({})).await;
    assert_eq!(status, 201, "{body}");
    let id = body["data"][0]["details"]["id"].as_str().expect("an id");
    let copy = desk.get(&format!("/crm/v8/Invoices/{id}")).await.1["data"][0].clone();
    let first = desk.get(&format!("/crm/v8/Invoices/{invoice}")).await.1["data"][0].clone();
    assert_eq!(copy["Grand_Total"], first["Grand_Total"]);
    assert_ne!(copy["Invoice_Number"], first["Invoice_Number"]);
    assert_ne!(copy["Invoiced_Items"][0]["id"], first["Invoiced_Items"][0]["id"]);
}

#[tokio::test]
async fn several_calls_travel_in_one() {
    let desk = Desk::new().await;
    let requests = json!({"__composite_requests": [
        {"sub_request_id": "a", "method": "POST", "uri": "/crm/v8/Leads", "body": {"data": [{"Last_Name": "Inner"}]}},
        {"sub_request_id": "b", "method": "GET", "uri": "/crm/v8/Leads", "params": {"fields": "Last_Name", "per_page": 1}},
        {"sub_request_id": "c", "method": "GET", "uri": "/crm/v8/Nothing"},
    ]});
    let (status, body) = desk.post("/crm/v8/__composite_requests", requests).await;
    assert_eq!(status, 200, "{body}");
    let statuses: Vec<&Value> = body["__composite_requests"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["details"]["response"]["status_code"])
        .collect();
    assert_eq!(statuses, [201, 200, 400]);
    assert_eq!(body["__composite_requests"][1]["details"]["response"]["body"]["data"][0]["Last_Name"], "Inner");
    let nested = json!({"__composite_requests": [{"method": "POST", "uri": "/crm/v8/__composite_requests"}]});
    assert_eq!(desk.post("/crm/v8/__composite_requests", nested).await.0, 400);
}
