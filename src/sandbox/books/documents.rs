//! Invoices and their kin: lines that add up, names that follow from ids, status, payments, mail.

use super::super::world::World;
use super::modules::Module;
use super::records::kind;
use super::{Ctx, Outcome, Trouble, done, invalid};
use serde_json::{Value, json};

/// Whose record a key points at, and under which key that record's name is shown beside it.
pub fn parent(key: &str) -> Option<(&'static str, &'static str)> {
    match key {
        "customer_id" => Some(("books/contacts", "customer_name")),
        "vendor_id" => Some(("books/contacts", "vendor_name")),
        "item_id" => Some(("books/items", "name")),
        _ => None,
    }
}

/// Adds what follows from the rest: names, dates, lines, totals, the balance.
pub fn complete(world: &mut World, module: &Module, record: &mut Value) -> Result<(), Trouble> {
    for key in ["customer_id", "vendor_id"] {
        let known = record[key].as_str().and_then(|id| world.docs.get("books/contacts", id));
        if let (Some(contact), Some((_, name))) = (known, parent(key)) {
            record[name] = contact["contact_name"].clone();
        }
    }
    if module.path == "contacts" {
        contact(record);
    }
    if module.lines || module.path == "customerpayments" || module.path == "expenses" {
        let today = world.now_text().split('T').next().unwrap_or("").to_owned();
        record["date"] = record.get("date").cloned().unwrap_or_else(|| json!(today));
        record["currency_code"] = record.get("currency_code").cloned().unwrap_or(json!("USD"));
    }
    if !module.lines {
        return Ok(());
    }
    let lines = record["line_items"].as_array().cloned().ok_or_else(|| invalid("line_items"))?;
    let mut total = 0.0;
    let mut shown = Vec::with_capacity(lines.len());
    for line in lines {
        let line = complete_line(world, line)?;
        total += line["item_total"].as_f64().unwrap_or(0.0);
        shown.push(line);
    }
    let extra = ["shipping_charge", "adjustment"].iter().filter_map(|name| record[*name].as_f64()).sum::<f64>();
    let paid = record["payment_made"].as_f64().unwrap_or(0.0);
    record["line_items"] = json!(shown);
    record["sub_total"] = json!(total);
    record["total"] = json!(total + extra);
    if module.path == "invoices" || module.path == "bills" {
        record["balance"] = json!(total + extra - paid);
    }
    Ok(())
}

fn complete_line(world: &mut World, mut line: Value) -> Result<Value, Trouble> {
    if !line.is_object() {
        return Err(invalid("line_items"));
    }
    if line["item_id"].is_number() {
        line["item_id"] = json!(line["item_id"].to_string());
    }
    if let Some(id) = line["item_id"].as_str().filter(|id| !id.is_empty()) {
        let item =
            world.docs.get("books/items", id).ok_or_else(|| Trouble(400, 2006, "Item does not exist.".to_owned()))?;
        for name in ["name", "rate", "description"] {
            if line[name].is_null() {
                line[name] = item[name].clone();
            }
        }
    }
    if line["line_item_id"].is_null() {
        line["line_item_id"] = json!(world.new_id());
    }
    let number =
        |value: &Value, otherwise: f64| value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(otherwise);
    let quantity = number(&line["quantity"], 1.0);
    let rate = number(&line["rate"], 0.0);
    line["quantity"] = json!(quantity);
    line["rate"] = json!(rate);
    line["item_total"] = json!(quantity * rate - number(&line["discount_amount"], 0.0));
    Ok(line)
}

/// A contact's first person lends it a name and an address.
fn contact(record: &mut Value) {
    let person = record["contact_persons"][0].clone();
    for name in ["first_name", "last_name", "email", "phone", "mobile"] {
        if record[name].is_null() {
            record[name] = person.get(name).cloned().unwrap_or(json!(""));
        }
    }
    for (name, value) in [("contact_type", "customer"), ("company_name", ""), ("currency_code", "USD")] {
        if record[name].is_null() {
            record[name] = json!(value);
        }
    }
}

/// `POST /{module}/{id}/status/{status}`.
pub fn mark(ctx: &mut Ctx, module: &Module, id: &str, status: &str) -> Outcome {
    let mut record = ctx
        .world
        .docs
        .get(&kind(module), id)
        .cloned()
        .ok_or_else(|| Trouble(404, 1002, format!("{} does not exist.", module.label)))?;
    let status = status.to_ascii_lowercase();
    let known =
        module.statuses.contains(&status.as_str()) || (module.status == Some("active") && status.ends_with("active"));
    if !known {
        return Err(super::no_such_url());
    }
    if record["status"] == "void" && status == "sent" {
        return Err(Trouble(
            400,
            1004,
            format!("The status of a void {} cannot be changed to sent.", module.label.to_lowercase()),
        ));
    }
    record["status"] = json!(status);
    record["last_modified_time"] = json!(ctx.now());
    ctx.world.docs.put(&kind(module), id, record);
    Ok(done(&format!("{} status has been changed to {}.", module.label, capital(&status))))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `POST /{module}/{id}/email`: into the outbox.
pub fn mail(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    let record = ctx
        .world
        .docs
        .get(&kind(module), id)
        .cloned()
        .ok_or_else(|| Trouble(404, 1002, format!("{} does not exist.", module.label)))?;
    let mail = ctx.body().unwrap_or_default();
    let message = ctx.world.new_id();
    let entry = json!({"id": message, "time": ctx.now(), "module": format!("books/{}", module.path), "record": id, "mail": mail});
    ctx.world.docs.put("outbox", &message, entry);
    if record["status"] == "draft" {
        let mut record = record;
        record["status"] = json!("sent");
        ctx.world.docs.put(&kind(module), id, record);
    }
    Ok(done(&format!("Your {} has been sent.", module.label.to_lowercase())))
}

/// Takes a payment off the invoices that it names, or with -1 gives it back.
pub fn apply(world: &mut World, payment: &Value, sign: f64) {
    for part in payment["invoices"].as_array().into_iter().flatten() {
        let id = part["invoice_id"].as_str().map_or_else(|| part["invoice_id"].to_string(), str::to_owned);
        let Some(mut invoice) = world.docs.get("books/invoices", &id).cloned() else { continue };
        let made =
            invoice["payment_made"].as_f64().unwrap_or(0.0) + sign * part["amount_applied"].as_f64().unwrap_or(0.0);
        let total = invoice["total"].as_f64().unwrap_or(0.0);
        invoice["payment_made"] = json!(made);
        invoice["balance"] = json!(total - made);
        invoice["status"] = json!(if made >= total {
            "paid"
        } else if made > 0.0 {
            "partially_paid"
        } else {
            "sent"
        });
        world.docs.put("books/invoices", &id, invoice);
    }
}
