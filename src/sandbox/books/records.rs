//! Records of Books: lists with pages, one, add, change, delete; their comments.

use super::super::exchange::Answer;
use super::modules::Module;
use super::{Ctx, Outcome, Trouble, documents, done, filter, invalid, success};
use serde_json::{Map, Value, json};

/// The kind of documents that hold a module's records.
pub fn kind(module: &Module) -> String {
    format!("books/{}", module.path)
}

fn unknown(module: &Module) -> Trouble {
    Trouble(404, 1002, format!("{} does not exist.", module.label))
}

/// `GET /{module}`.
pub fn list(ctx: &mut Ctx, module: &Module) -> Outcome {
    let all = ctx.world.docs.all(&kind(module)).map(|(_, record)| record);
    let mut found: Vec<&Value> = all.filter(|record| filter::fits(record, &ctx.call.query)).collect();
    let (column, descending) = filter::sort(&mut found, &ctx.call.query);
    let number = |name: &str, otherwise: usize| {
        ctx.call.query.get(name).and_then(|text| text.parse().ok()).filter(|number| *number > 0).unwrap_or(otherwise)
    };
    let (page, per_page) = (number("page", 1), number("per_page", 200).min(200));
    let start = (page - 1).saturating_mul(per_page);
    let shown: Vec<Value> = found.iter().skip(start).take(per_page).map(|record| short(record)).collect();
    let body = json!({
        "code": 0, "message": "success", key(module): shown,
        "page_context": {
            "page": page, "per_page": per_page, "has_more_page": start + shown.len() < found.len(),
            "report_name": module.label, "applied_filter": ctx.call.query.get("filter_by").unwrap_or("Status.All"),
            "sort_column": column, "sort_order": if descending { "D" } else { "A" },
        },
    });
    Ok(Answer::json(200, &body))
}

/// The key of a module's list: its path, but for accounts.
fn key(module: &Module) -> &'static str {
    if module.path == "chartofaccounts" { "chartofaccounts" } else { module.path }
}

/// Lists leave out the lines.
fn short(record: &Value) -> Value {
    let mut short = record.clone();
    if let Some(row) = short.as_object_mut() {
        for name in ["line_items", "contact_persons", "comments"] {
            row.remove(name);
        }
    }
    short
}

fn one(ctx: &Ctx, module: &Module, id: &str) -> Result<Value, Trouble> {
    ctx.world.docs.get(&kind(module), id).cloned().ok_or_else(|| unknown(module))
}

/// `GET /{module}/{id}`.
pub fn get(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    let record = one(ctx, module, id)?;
    Ok(success(200, "success", module.key, record))
}

/// `POST /{module}`.
pub fn create(ctx: &mut Ctx, module: &Module) -> Outcome {
    let row = ctx.body()?;
    if let Some(name) = module.required.iter().find(|name| is_missing(row.get(**name))) {
        return Err(invalid(name));
    }
    if let Some((name, _)) = module.number
        && let Some(number) = row.get(name)
        && ctx.world.docs.all(&kind(module)).any(|(_, known)| known[name] == *number)
    {
        return Err(Trouble(400, 1001, format!("{} number already exists. Specify a unique number.", module.label)));
    }
    let id = ctx.world.new_id();
    let mut record = json!({module.id: id});
    if let Some((name, prefix)) = module.number {
        let next = ctx.world.next_number(&format!("books.{}", module.path), Some(100));
        record[name] = json!(format!("{prefix}{next:06}"));
    }
    record["status"] = json!(module.status);
    record["created_time"] = json!(ctx.now());
    fill(ctx, module, &mut record, row)?;
    documents::complete(ctx.world, module, &mut record)?;
    ctx.world.docs.put(&kind(module), &id, record.clone());
    if module.path == "customerpayments" {
        documents::apply(ctx.world, &record, 1.0);
    }
    Ok(success(201, &format!("The {} has been added.", module.label.to_lowercase()), module.key, record))
}

fn is_missing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(rows)) => rows.is_empty(),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => false,
    }
}

/// Writes what the caller sent; ids become texts, as Books shows them.
fn fill(ctx: &Ctx, module: &Module, record: &mut Value, row: Map<String, Value>) -> Result<(), Trouble> {
    for (name, value) in row {
        if name == module.id || name == "status" {
            continue;
        }
        let value = if name.ends_with("_id") && value.is_number() { json!(value.to_string()) } else { value };
        if let Some((kind, _)) = documents::parent(&name)
            && let Some(id) = value.as_str()
            && ctx.world.docs.get(kind, id).is_none()
        {
            return Err(Trouble(
                400,
                1002,
                format!("{} does not exist.", if kind == "books/contacts" { "Customer" } else { "Item" }),
            ));
        }
        record[name] = value;
    }
    record["last_modified_time"] = json!(ctx.now());
    Ok(())
}

/// `PUT /{module}/{id}`.
pub fn update(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    let mut record = one(ctx, module, id)?;
    let row = ctx.body()?;
    if module.path == "customerpayments" {
        documents::apply(ctx.world, &record, -1.0);
    }
    fill(ctx, module, &mut record, row)?;
    documents::complete(ctx.world, module, &mut record)?;
    ctx.world.docs.put(&kind(module), id, record.clone());
    if module.path == "customerpayments" {
        documents::apply(ctx.world, &record, 1.0);
    }
    let label = if module.path == "contacts" {
        "Contact information has been saved.".to_owned()
    } else {
        format!("{} information has been updated.", module.label)
    };
    Ok(success(200, &label, module.key, record))
}

/// `DELETE /{module}/{id}`.
pub fn delete(ctx: &mut Ctx, module: &Module, id: &str) -> Outcome {
    let record = one(ctx, module, id)?;
    if module.path == "contacts" && has_documents(ctx, id) {
        let message = "The customer has transactions and cannot be deleted. Mark the customer as inactive instead.";
        return Err(Trouble(400, 3062, message.to_owned()));
    }
    if module.path == "customerpayments" {
        documents::apply(ctx.world, &record, -1.0);
    }
    ctx.world.docs.remove(&kind(module), id);
    Ok(done(&format!("The {} has been deleted.", module.label.to_lowercase())))
}

fn has_documents(ctx: &Ctx, id: &str) -> bool {
    let documents = super::modules::MODULES.iter().filter(|module| module.lines);
    documents.into_iter().any(|module| {
        let mut all = ctx.world.docs.all(&kind(module));
        all.any(|(_, record)| record["customer_id"] == id || record["vendor_id"] == id)
    })
}

/// `/{module}/{id}/comments`.
pub fn comments(ctx: &mut Ctx, module: &Module, id: &str, method: &str) -> Outcome {
    let mut record = one(ctx, module, id)?;
    let mut all = record["comments"].as_array().cloned().unwrap_or_default();
    match method {
        "GET" => Ok(success(200, "success", "comments", json!(all))),
        "POST" => {
            let row = ctx.body()?;
            let text = row.get("description").and_then(Value::as_str).ok_or_else(|| invalid("description"))?;
            let comment = json!({
                "comment_id": ctx.world.new_id(), module.id: id, "description": text,
                "commented_by_id": ctx.access.user, "comment_type": "internal", "date_with_time": ctx.now(),
            });
            all.push(comment.clone());
            record["comments"] = json!(all);
            ctx.world.docs.put(&kind(module), id, record);
            Ok(success(201, "Comments added.", "comment", comment))
        }
        _ => Err(super::no_such_method()),
    }
}
