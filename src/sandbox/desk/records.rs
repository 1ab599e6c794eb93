//! Records of Desk: lists, one, add, change, delete.

use super::super::exchange::Answer;
use super::modules::{Module, kind};
use super::{Ctx, Outcome, Trouble, no_such_method, no_such_record, wrong_field};
use serde_json::{Map, Value, json};

const MOST: usize = 100;

/// Parameters that say how to show rows, not which.
const OTHERS: &[&str] = &["from", "limit", "sortBy", "include", "fields", "orgId", "viewId", "isSpam"];

/// `GET /{module}`.
pub fn list(ctx: &mut Ctx, module: &Module) -> Outcome {
    ctx.need(module.scope)?;
    let query = &ctx.call.query;
    let all = ctx.world.docs.all(&kind(module.path)).map(|(_, record)| record);
    let fits = |record: &Value| {
        query
            .pairs()
            .filter(|(name, _)| !OTHERS.contains(name))
            .all(|(name, wanted)| record.get(key(name)).is_none_or(|value| wanted.split(',').any(|one| is(value, one))))
    };
    let mut found: Vec<&Value> = all.filter(|record| fits(record)).collect();
    sort(&mut found, query.get("sortBy").unwrap_or("-createdTime"));
    page(ctx, module, &found)
}

/// A filter's name where it is not that of the key.
fn key(name: &str) -> &str {
    match name {
        "assignee" => "assigneeId",
        "departmentIds" => "departmentId",
        "contactIds" => "contactId",
        other => other,
    }
}

fn is(value: &Value, wanted: &str) -> bool {
    let wanted = wanted.trim();
    text_of(value).eq_ignore_ascii_case(wanted) || (wanted.eq_ignore_ascii_case("Unassigned") && value.is_null())
}

/// A text as it is, anything else as JSON.
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Puts rows into the order of a key; `-` before it turns it round.
pub fn sort(found: &mut [&Value], by: &str) {
    let (by, descending) = by.strip_prefix('-').map_or((by, false), |by| (by, true));
    let text = |record: &Value| record[by].as_str().map_or_else(|| record[by].to_string(), str::to_lowercase);
    found.sort_by(|a, b| {
        let order = match (a[by].as_f64(), b[by].as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => text(a).cmp(&text(b)),
        };
        if descending { order.reverse() } else { order }
    });
}

fn page(ctx: &Ctx, module: &Module, found: &[&Value]) -> Outcome {
    let (start, limit) = window(ctx)?;
    let shown: Vec<Value> = found.iter().skip(start).take(limit).map(|record| shown(ctx, module, record)).collect();
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    Ok(Answer::json(200, &json!({"data": shown})))
}

/// From which row, and how many; the first is number 0 or 1, as Desk takes both.
pub fn window(ctx: &Ctx) -> Result<(usize, usize), Trouble> {
    let (from, limit) = (ctx.number("from", 0)?, ctx.number("limit", 10)?);
    if limit == 0 || limit > MOST {
        return Err(wrong_field("limit", "invalid"));
    }
    Ok((from.saturating_sub(1), limit))
}

/// A record with what `include` asks for beside it.
pub fn shown(ctx: &Ctx, module: &Module, record: &Value) -> Value {
    let mut shown = record.clone();
    for wanted in ctx.call.query.list("include") {
        let (key, path, name) = match wanted.as_str() {
            "contacts" | "contact" => ("contactId", "contacts", "contact"),
            "assignee" => ("assigneeId", "agents", "assignee"),
            "departments" | "department" => ("departmentId", "departments", "department"),
            "products" | "product" => ("productId", "products", "product"),
            "accounts" | "account" => ("accountId", "accounts", "account"),
            _ => continue,
        };
        if module.parents.iter().any(|(known, _)| *known == key) {
            let other = record[key].as_str().and_then(|id| ctx.world.docs.get(&kind(path), id));
            shown[name] = other.cloned().unwrap_or(Value::Null);
        }
    }
    shown
}

/// `GET /{module}/count`.
pub fn count(ctx: &mut Ctx, module: &Module) -> Outcome {
    ctx.need(module.scope)?;
    let count = ctx.world.docs.all(&kind(module.path)).count();
    Ok(Answer::json(200, &json!({"count": count})))
}

/// The record of this id.
pub fn find(ctx: &Ctx, module: &Module, id: &str) -> Result<Value, Trouble> {
    ctx.world.docs.get(&kind(module.path), id).cloned().ok_or_else(no_such_record)
}

/// `GET /{module}/{id}`.
pub fn get(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    ctx.need(module.scope)?;
    let record = find(ctx, module, id)?;
    Ok(Answer::json(200, &shown(ctx, module, &record)))
}

/// `POST /{module}`.
pub fn create(ctx: &mut Ctx, module: &Module) -> Outcome {
    ctx.need(module.scope)?;
    if !module.writable {
        return Err(no_such_method());
    }
    let mut row = ctx.body()?;
    if module.path == "tickets" {
        take_contact(ctx, &mut row)?;
    }
    let record = insert(ctx, module, row)?;
    Ok(Answer::json(200, &record))
}

/// Adds a record of what a caller sent.
pub fn insert(ctx: &mut Ctx, module: &Module, row: Map<String, Value>) -> Result<Value, Trouble> {
    let missing = |name: &&&str| row.get(**name).is_none_or(|value| value.is_null() || value == "");
    if let Some(name) = module.required.iter().find(missing) {
        return Err(wrong_field(name, "missing"));
    }
    let id = ctx.world.new_id();
    let now = json!(ctx.now());
    let mut record = json!({"id": id, "createdTime": now, "modifiedTime": now, "createdBy": ctx.access.user});
    defaults(ctx, module, &mut record, &id);
    fill(ctx, module, &mut record, row)?;
    ctx.world.docs.put(&kind(module.path), &id, record.clone());
    Ok(record)
}

fn defaults(ctx: &mut Ctx, module: &Module, record: &mut Value, id: &str) {
    let more = match module.path {
        "tickets" => {
            let number = ctx.world.next_number("desk.tickets", Some(101));
            json!({
                "ticketNumber": number.to_string(), "status": "Open", "statusType": "Open", "channel": "Web",
                "priority": null, "classification": null, "category": null, "subCategory": null, "email": null, "phone": null,
                "description": null, "contactId": null, "assigneeId": null, "accountId": null, "productId": null,
                "dueDate": null, "closedTime": null, "commentCount": "0", "threadCount": "0", "isSpam": false,
                "isArchived": false, "customFields": {}, "cf": {},
                "webUrl": format!("{}/desk/tickets/{id}", ctx.world.origin),
            })
        }
        "contacts" => {
            json!({"firstName": null, "email": null, "phone": null, "mobile": null, "type": null, "accountId": null, "isDeleted": false})
        }
        "tasks" => json!({"status": "Not Started", "priority": "Normal", "dueDate": null, "category": "Basic"}),
        _ => json!({}),
    };
    for (name, value) in more.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
}

/// Writes what the caller sent; an id of another module must exist there.
fn fill(ctx: &Ctx, module: &Module, record: &mut Value, row: Map<String, Value>) -> Result<(), Trouble> {
    for (name, value) in row {
        if ["id", "createdTime", "createdBy", "ticketNumber", "webUrl"].contains(&name.as_str()) {
            continue;
        }
        let value = if name.ends_with("Id") && value.is_number() { json!(value.to_string()) } else { value };
        let parent = module.parents.iter().find(|(key, _)| *key == name);
        if let (Some((_, path)), Some(id)) = (parent, value.as_str())
            && ctx.world.docs.get(&kind(path), id).is_none()
        {
            return Err(wrong_field(&name, "invalid"));
        }
        record[name] = value;
    }
    if module.path == "tickets" {
        let closed = record["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("closed"));
        record["statusType"] = json!(if closed {
            "Closed"
        } else if record["status"] == "On Hold" {
            "On Hold"
        } else {
            "Open"
        });
        record["closedTime"] = if closed { json!(ctx.now()) } else { Value::Null };
    }
    record["modifiedTime"] = json!(ctx.now());
    Ok(())
}

/// A ticket names its contact by `contactId`, or describes one under `contact`, known by the address or new.
fn take_contact(ctx: &mut Ctx, row: &mut Map<String, Value>) -> Result<(), Trouble> {
    if row.get("contactId").is_some_and(|id| !id.is_null()) {
        return Ok(());
    }
    let contact = row.remove("contact").and_then(|contact| contact.as_object().cloned());
    let contact = contact.ok_or_else(|| wrong_field("contactId", "missing"))?;
    let email = contact.get("email").and_then(Value::as_str).unwrap_or("").to_owned();
    let mut all = ctx.world.docs.all("desk/contacts");
    let known = all.find(|(_, known)| {
        !email.is_empty() && known["email"].as_str().is_some_and(|text| text.eq_ignore_ascii_case(&email))
    });
    let known = known.map(|(id, _)| id.to_owned());
    drop(all);
    let id = match known {
        Some(id) => id,
        None => {
            let module = super::modules::find("contacts").ok_or_else(no_such_record)?;
            insert(ctx, module, contact)?["id"].as_str().unwrap_or("").to_owned()
        }
    };
    row.insert("contactId".to_owned(), json!(id));
    Ok(())
}

/// `PATCH /{module}/{id}`.
pub fn update(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    ctx.need(module.scope)?;
    if !module.writable {
        return Err(no_such_method());
    }
    let mut record = find(ctx, module, id)?;
    let row = ctx.body()?;
    if let Some(name) =
        module.required.iter().find(|name| row.get(**name).is_some_and(|value| value.is_null() || value == ""))
    {
        return Err(wrong_field(name, "missing"));
    }
    fill(ctx, module, &mut record, row)?;
    ctx.world.docs.put(&kind(module.path), id, record.clone());
    Ok(Answer::json(200, &record))
}

/// `DELETE /{module}/{id}`.
pub fn delete(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    ctx.need(module.scope)?;
    if !module.writable {
        return Err(no_such_method());
    }
    ctx.world.docs.remove(&kind(module.path), id).ok_or_else(no_such_record)?;
    Ok(Answer::empty(204))
}
