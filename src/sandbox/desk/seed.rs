//! The help desk of the fictional firm: departments, agents, people, a dozen tickets.

use super::super::docs::Docs;
use super::super::seed::day;
use serde_json::{Value, json};

const ORGANIZATION: u64 = 70_000_020;
const FIRST_ID: u64 = 1892_0000_0000_6000;

/// Puts them into the documents.
pub fn plant(docs: &mut Docs) {
    let org = json!({
        "id": ORGANIZATION, "companyName": "Quiet Harbor Trading", "portalName": "quietharbor", "city": "Pune",
        "country": "India", "isDefault": true, "edition": "ENTERPRISE", "currencyCode": "USD", "timeZone": "Asia/Kolkata",
    });
    docs.put("desk/organizations", &ORGANIZATION.to_string(), org);
    let departments: Vec<String> = ["Support", "Sales"]
        .iter()
        .enumerate()
        .map(|(at, name)| put(docs, "departments", at, json!({"name": name, "isEnabled": true, "isDefault": at == 0})))
        .collect();
    let agents: Vec<String> = [("Mara", "Lindt"), ("Jonas", "Okafor"), ("Priya", "Raman")]
        .iter()
        .enumerate()
        .map(|(at, (first, last))| {
            let email = format!("{}.{}@quietharbor.example", first.to_lowercase(), last.to_lowercase());
            let agent = json!({
                "firstName": first, "lastName": last, "name": format!("{first} {last}"), "emailId": email,
                "status": "ACTIVE", "roleId": null, "associatedDepartmentIds": departments,
            });
            put(docs, "agents", 100 + at, agent)
        })
        .collect();
    let accounts: Vec<String> = ["Northlight Boats", "Fernwood Rigging", "Stonebridge Sails"]
        .iter()
        .enumerate()
        .map(|(at, name)| {
            put(
                docs,
                "accounts",
                200 + at,
                json!({"accountName": name, "industry": "Travel", "phone": format!("+1 555 0170 {at:03}")}),
            )
        })
        .collect();
    let contacts: Vec<String> = PEOPLE.iter().enumerate().map(|(at, row)| contact(docs, at, *row, &accounts)).collect();
    put(docs, "products", 400, json!({"productName": "Mooring", "productCode": "MOOR", "unitPrice": 240}));
    for (at, subject) in SUBJECTS.iter().enumerate() {
        ticket(docs, at, subject, &departments, &contacts, &agents);
    }
}

const PEOPLE: &[(&str, &str)] =
    &[("Ines", "Marlow"), ("Otto", "Keller"), ("Lena", "Sato"), ("Omar", "Haddad"), ("Ada", "Quay")];

const SUBJECTS: &[&str] = &[
    "Gate code does not work",
    "Invoice shows the wrong berth",
    "Crane booking for Friday",
    "Water tap on pier C leaks",
    "Lost a fender overnight",
    "Question about winter storage",
    "Shore power trips",
    "Change of card details",
    "Wifi is slow on pier A",
    "Guest berth for two nights",
    "Noise from the yard",
    "Key card was not returned",
];

fn put(docs: &mut Docs, path: &str, number: usize, mut record: Value) -> String {
    let id = (FIRST_ID + number as u64).to_string();
    record["id"] = json!(id);
    for name in ["createdTime", "modifiedTime"] {
        if record[name].is_null() {
            record[name] = json!("2026-02-02T03:30:00.000Z");
        }
    }
    docs.put(&format!("desk/{path}"), &id, record);
    id
}

fn contact(docs: &mut Docs, at: usize, (first, last): (&str, &str), accounts: &[String]) -> String {
    let record = json!({
        "firstName": first, "lastName": last, "email": format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase()),
        "phone": format!("+1 555 0171 {at:03}"), "mobile": null, "type": null, "accountId": accounts.get(at), "isDeleted": false,
    });
    put(docs, "contacts", 300 + at, record)
}

fn ticket(docs: &mut Docs, at: usize, subject: &str, departments: &[String], contacts: &[String], agents: &[String]) {
    let status = ["Open", "On Hold", "Open", "Closed"][at % 4];
    let made = format!("{}T0{}:15:00.000Z", day(at as i64 - 14), at % 9);
    let contact = &contacts[at % contacts.len()];
    let email = docs.get("desk/contacts", contact).map(|contact| contact["email"].clone());
    let record = json!({
        "ticketNumber": (at + 1).to_string(), "subject": subject, "description": format!("{subject}. Please help."),
        "departmentId": departments[at % departments.len()], "contactId": contact, "email": email, "phone": null,
        "assigneeId": (at % 3 != 2).then(|| &agents[at % agents.len()]), "accountId": null, "productId": null,
        "status": status, "statusType": status, "priority": (["High", "Medium", "Low"][at % 3]), "channel": (["Email", "Web", "Phone"][at % 3]),
        "classification": null, "category": null, "subCategory": null, "dueDate": null, "isSpam": false, "isArchived": false,
        "closedTime": (status == "Closed").then(|| made.clone()), "commentCount": "0", "threadCount": "1",
        "customFields": {}, "cf": {}, "createdTime": made, "modifiedTime": made, "webUrl": null,
    });
    let id = put(docs, "tickets", 500 + at, record);
    let thread = (FIRST_ID + 700 + at as u64).to_string();
    let body = json!({
        "id": thread, "parent": id, "channel": "EMAIL", "content": format!("{subject}. Please help."), "summary": subject,
        "direction": "in", "status": "SUCCESS", "createdTime": made, "fromEmailAddress": email,
    });
    docs.put("desk/threads", &thread, body);
}
