//! The books of the fictional firm: a few contacts, items and documents.

use super::super::docs::Docs;
use super::super::seed::day;
use serde_json::{Value, json};

/// The id of the organisation in Books.
const ORGANIZATION: &str = "60000020";
const FIRST_ID: u64 = 460_000_000_026_000;
const TIME: &str = "2026-02-02T09:00:00+0530";

/// Puts them into the documents.
pub fn plant(docs: &mut Docs) {
    let org = json!({
        "organization_id": ORGANIZATION, "name": "Quiet Harbor Trading", "contact_name": "Mara Lindt",
        "email": "mara.lindt@quietharbor.example", "is_default_org": true, "plan_type": 0, "plan_name": "TRIAL",
        "language_code": "en", "fiscal_year_start_month": 3, "account_created_date": "2025-01-06",
        "time_zone": "Asia/Kolkata", "is_org_active": true, "currency_id": "460000000000097", "currency_code": "USD",
        "currency_symbol": "$", "currency_format": "###,##0.00", "price_precision": 2, "country": "India",
    });
    docs.put("books/organizations", ORGANIZATION, org);
    let contacts: Vec<String> = CONTACTS.iter().enumerate().map(|(at, row)| contact(docs, at, row)).collect();
    let items: Vec<String> = ITEMS.iter().enumerate().map(|(at, row)| item(docs, at, *row)).collect();
    for at in 0..6 {
        invoice(docs, at, &contacts, &items);
    }
    for at in 0..3 {
        estimate(docs, at, &contacts, &items);
    }
    for (at, name) in ["Sales", "Cost of Goods Sold", "Office Supplies"].iter().enumerate() {
        let account = json!({
            "account_name": name, "account_type": (["income", "cost_of_goods_sold", "expense"][at]), "is_active": true,
        });
        put(docs, "chartofaccounts", "account_id", 400 + at, account);
    }
    let user = json!({
        "name": "Mara Lindt", "email": "mara.lindt@quietharbor.example", "user_role": "admin", "status": "active",
    });
    put(docs, "users", "user_id", 500, user);
}

type Contact = (&'static str, &'static str, &'static str, &'static str);

const CONTACTS: &[Contact] = &[
    ("Northlight Boats", "Ines", "Marlow", "customer"),
    ("Fernwood Rigging", "Otto", "Keller", "customer"),
    ("Amber Quay Café", "Lena", "Sato", "customer"),
    ("Stonebridge Sails", "Omar", "Haddad", "customer"),
    ("Greywater Supplies", "Paul", "Nyberg", "vendor"),
];

const ITEMS: &[(&str, f64, &str)] = &[
    ("Dock line", 18.5, "ITM-001"),
    ("Fender", 32.0, "ITM-002"),
    ("Anchor, 10 kg", 145.0, "ITM-003"),
    ("Mooring, a month", 240.0, "ITM-004"),
];

fn put(docs: &mut Docs, path: &str, key: &str, number: usize, mut record: Value) -> String {
    let id = (FIRST_ID + number as u64).to_string();
    record[key] = json!(id);
    record["created_time"] = json!(TIME);
    record["last_modified_time"] = json!(TIME);
    docs.put(&format!("books/{path}"), &id, record);
    id
}

fn contact(docs: &mut Docs, at: usize, (name, first, last, kind): &Contact) -> String {
    let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
    let person = json!({
        "contact_person_id": (FIRST_ID + 900 + at as u64).to_string(), "first_name": first, "last_name": last,
        "email": email, "phone": format!("+1 555 0160 {at:03}"), "is_primary_contact": true,
    });
    let record = json!({
        "contact_name": name, "company_name": name, "contact_type": kind, "first_name": first, "last_name": last,
        "email": email, "phone": person["phone"], "mobile": "", "status": "active", "currency_code": "USD",
        "payment_terms": 15, "contact_persons": [person], "outstanding_receivable_amount": 0.0,
        "billing_address": {"address": format!("{} Quay Street", at + 1), "city": "Pune", "country": "India"},
    });
    put(docs, "contacts", "contact_id", at, record)
}

fn item(docs: &mut Docs, at: usize, (name, rate, sku): (&str, f64, &str)) -> String {
    let record = json!({
        "name": name, "item_name": name, "rate": rate, "sku": sku, "description": "", "status": "active", "unit": "pcs",
        "product_type": "goods", "item_type": "sales",
    });
    put(docs, "items", "item_id", 100 + at, record)
}

fn lines(at: usize, items: &[String]) -> (Value, f64) {
    let (name, rate, _) = ITEMS[at % ITEMS.len()];
    let quantity = (at % 3 + 1) as f64;
    let line = json!({
        "line_item_id": (FIRST_ID + 700 + at as u64).to_string(), "item_id": items[at % items.len()], "name": name,
        "description": "", "rate": rate, "quantity": quantity, "item_total": rate * quantity,
    });
    (json!([line]), rate * quantity)
}

fn invoice(docs: &mut Docs, at: usize, contacts: &[String], items: &[String]) {
    let customer = at % 4;
    let (lines, total) = lines(at, items);
    let status = ["paid", "sent", "draft"][at % 3];
    let paid = if status == "paid" { total } else { 0.0 };
    let record = json!({
        "invoice_number": format!("INV-{:06}", at + 1), "customer_id": contacts[customer],
        "customer_name": CONTACTS[customer].0, "status": status, "date": day(at as i64 - 30), "due_date": day(at as i64 - 15),
        "reference_number": format!("R-{at}"), "currency_code": "USD", "line_items": lines, "sub_total": total,
        "total": total, "payment_made": paid, "balance": total - paid,
    });
    put(docs, "invoices", "invoice_id", 200 + at, record);
}

fn estimate(docs: &mut Docs, at: usize, contacts: &[String], items: &[String]) {
    let (lines, total) = lines(at + 1, items);
    let record = json!({
        "estimate_number": format!("EST-{:06}", at + 1), "customer_id": contacts[at], "customer_name": CONTACTS[at].0,
        "status": (["draft", "sent", "accepted"][at]), "date": day(at as i64 - 20), "expiry_date": day(at as i64 + 20),
        "currency_code": "USD", "line_items": lines, "sub_total": total, "total": total,
    });
    put(docs, "estimates", "estimate_id", 300 + at, record);
}
