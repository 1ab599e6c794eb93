//! What hangs on records: comments, threads, conversations, attachments, and records that point back.

use super::super::exchange::Answer;
use super::modules::{self, Module, kind};
use super::{Ctx, Outcome, no_such_method, no_such_record, no_such_url, records, wrong_field};
use crate::sandbox::multipart;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Lists whose rows belong to one record and to nothing else.
const OWN: &[&str] = &["comments", "threads", "attachments", "timeEntry"];

fn own_kind(list: &str) -> String {
    format!("desk/{list}")
}

/// `/{module}/{id}/{list}`.
pub fn list(ctx: &mut Ctx, method: &str, module: &Module, id: &str, list: &str) -> Outcome {
    ctx.need(module.scope)?;
    records::find(ctx, module, id)?;
    match method {
        "GET" if list == "conversations" => {
            let both = [("threads", "thread"), ("comments", "comment")].into_iter();
            let rows = both.flat_map(|(list, kind)| {
                rows(ctx, id, list).into_iter().map(move |mut row| {
                    row["type"] = json!(kind);
                    row
                })
            });
            let rows = rows.collect();
            shown(ctx, rows)
        }
        "GET" if OWN.contains(&list) => shown(ctx, rows(ctx, id, list)),
        "GET" => {
            let rows = pointing(ctx, module, id, list)?;
            shown(ctx, rows)
        }
        "POST" if list == "attachments" => attach(ctx, id),
        "POST" if list == "comments" || list == "timeEntry" => add(ctx, module, id, list),
        "POST" => add_pointing(ctx, module, id, list),
        _ => Err(no_such_method()),
    }
}

fn shown(ctx: &Ctx, rows: Vec<Value>) -> Outcome {
    let (start, limit) = records::window(ctx)?;
    let page: Vec<Value> = rows.into_iter().skip(start).take(limit).collect();
    if page.is_empty() { Ok(Answer::empty(204)) } else { Ok(Answer::json(200, &json!({"data": page}))) }
}

fn rows(ctx: &Ctx, parent: &str, list: &str) -> Vec<Value> {
    let all = ctx.world.docs.all(&own_kind(list)).filter(|(_, row)| row["parent"] == parent);
    all.map(|(_, row)| without_parent(row.clone())).collect()
}

fn without_parent(mut row: Value) -> Value {
    if let Some(row) = row.as_object_mut() {
        row.remove("parent");
        row.remove("file");
    }
    row
}

/// The key by which records of a list point at this module.
fn pointer(module: &Module, list: &str) -> Option<(&'static Module, &'static str)> {
    let child = modules::find(list)?;
    child.parents.iter().find(|(_, path)| *path == module.path).map(|(key, _)| (child, *key))
}

fn pointing(ctx: &Ctx, module: &Module, id: &str, list: &str) -> Result<Vec<Value>, super::Trouble> {
    let (child, key) = pointer(module, list).ok_or_else(no_such_url)?;
    let all = ctx.world.docs.all(&kind(child.path)).filter(|(_, record)| record[key] == id);
    Ok(all.map(|(_, record)| records::shown(ctx, child, record)).collect())
}

fn add_pointing(ctx: &mut Ctx, module: &Module, id: &str, list: &str) -> Outcome {
    let (child, key) = pointer(module, list).filter(|(child, _)| child.writable).ok_or_else(no_such_url)?;
    let mut row = ctx.body()?;
    row.insert(key.to_owned(), json!(id));
    let record = records::insert(ctx, child, row)?;
    Ok(Answer::json(200, &record))
}

fn add(ctx: &mut Ctx, module: &Module, parent: &str, list: &str) -> Outcome {
    let row = ctx.body()?;
    if list == "comments" && row.get("content").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(wrong_field("content", "missing"));
    }
    let id = ctx.world.new_id();
    let now = ctx.now();
    let mut entry = json!({
        "id": id, "parent": parent, "commentedTime": now, "modifiedTime": null, "isPublic": false,
        "contentType": "plainText", "commenterId": ctx.access.user, "attachments": [],
    });
    for (name, value) in row {
        entry[name] = value;
    }
    ctx.world.docs.put(&own_kind(list), &id, entry.clone());
    count(ctx, module, parent, list);
    Ok(Answer::json(200, &without_parent(entry)))
}

/// A ticket knows how many comments it has.
fn count(ctx: &mut Ctx, module: &Module, parent: &str, list: &str) {
    let known = ctx.world.docs.get(&kind(module.path), parent).cloned();
    if let Some(mut record) = known.filter(|record| record.get("commentCount").is_some() && list == "comments") {
        record["commentCount"] = json!(rows(ctx, parent, list).len().to_string());
        ctx.world.docs.put(&kind(module.path), parent, record);
    }
}

fn attach(ctx: &mut Ctx, parent: &str) -> Outcome {
    let file = multipart::file(ctx.call, "file").ok_or_else(|| wrong_field("file", "missing"))?;
    let id = ctx.world.new_id();
    let entry = json!({
        "id": id, "parent": parent, "name": file.name, "size": file.bytes.len().to_string(), "isPublic": false,
        "createdTime": ctx.now(), "creatorId": ctx.access.user, "file": STANDARD.encode(&file.bytes),
        "href": format!("{}{}/{id}/content", ctx.world.origin, ctx.call.path),
    });
    ctx.world.docs.put(&own_kind("attachments"), &id, entry.clone());
    Ok(Answer::json(200, &without_parent(entry)))
}

/// `/{module}/{id}/{list}/{other}`.
pub fn one(ctx: &mut Ctx, method: &str, module: &Module, id: &str, list: &str, other: &str) -> Outcome {
    ctx.need(module.scope)?;
    records::find(ctx, module, id)?;
    if !OWN.contains(&list) {
        let (child, key) = pointer(module, list).ok_or_else(no_such_url)?;
        let record = records::find(ctx, child, other)?;
        if record[key] != id {
            return Err(no_such_record());
        }
        return match method {
            "GET" => records::get(ctx, child, other),
            "PATCH" | "PUT" => records::update(ctx, child, other),
            "DELETE" => records::delete(ctx, child, other),
            _ => Err(no_such_method()),
        };
    }
    let kind = own_kind(list);
    let entry = ctx.world.docs.get(&kind, other).filter(|entry| entry["parent"] == id).cloned();
    let mut entry = entry.ok_or_else(no_such_record)?;
    match method {
        "GET" => Ok(Answer::json(200, &without_parent(entry))),
        "PATCH" | "PUT" => {
            for (name, value) in ctx.body()?.into_iter().filter(|(name, _)| name != "id" && name != "parent") {
                entry[name] = value;
            }
            entry["modifiedTime"] = json!(ctx.now());
            ctx.world.docs.put(&kind, other, entry.clone());
            Ok(Answer::json(200, &without_parent(entry)))
        }
        "DELETE" => {
            ctx.world.docs.remove(&kind, other);
            count(ctx, module, id, list);
            Ok(Answer::empty(204))
        }
        _ => Err(no_such_method()),
    }
}
