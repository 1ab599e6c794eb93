//! What only tickets can do: merge, move, split, reply, close several.

use super::super::exchange::Answer;
use super::modules::{self, Module};
use super::{Ctx, Outcome, Trouble, no_such_record, records, wrong_field};
use serde_json::{Map, Value, json};

const KIND: &str = "desk/tickets";

fn tickets() -> Result<&'static Module, Trouble> {
    modules::find("tickets").ok_or_else(no_such_record)
}

/// `POST /tickets/{id}/{action}`.
pub fn act(ctx: &mut Ctx, id: &str, action: &str) -> Outcome {
    ctx.need("tickets")?;
    let ticket = records::find(ctx, tickets()?, id)?;
    let row = ctx.body()?;
    match action {
        "merge" => merge(ctx, id, &row),
        "move" => shift(ctx, id, ticket, &row),
        _ => reply(ctx, id, ticket, &row, action == "sendReply"),
    }
}

/// What hangs on the others hangs on this one from then on, and they are gone.
fn merge(ctx: &mut Ctx, id: &str, row: &Map<String, Value>) -> Outcome {
    let ids = row.get("ids").and_then(Value::as_array).ok_or_else(|| wrong_field("ids", "missing"))?;
    let ids: Vec<String> = ids
        .iter()
        .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
        .filter(|other| other != id)
        .collect();
    for other in &ids {
        records::find(ctx, tickets()?, other)?;
    }
    for list in ["comments", "threads", "attachments"] {
        let kind = format!("desk/{list}");
        let moved: Vec<(String, Value)> = ctx
            .world
            .docs
            .all(&kind)
            .filter(|(_, row)| ids.iter().any(|other| row["parent"] == other.as_str()))
            .map(|(key, row)| (key.to_owned(), row.clone()))
            .collect();
        for (key, mut row) in moved {
            row["parent"] = json!(id);
            ctx.world.docs.put(&kind, &key, row);
        }
    }
    for other in &ids {
        ctx.world.docs.remove(KIND, other);
    }
    records::get(ctx, tickets()?, id)
}

fn shift(ctx: &mut Ctx, id: &str, mut ticket: Value, row: &Map<String, Value>) -> Outcome {
    let department = row.get("departmentId").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let department = department.ok_or_else(|| wrong_field("departmentId", "missing"))?;
    if ctx.world.docs.get("desk/departments", &department).is_none() {
        return Err(wrong_field("departmentId", "invalid"));
    }
    ticket["departmentId"] = json!(department);
    ticket["modifiedTime"] = json!(ctx.now());
    ctx.world.docs.put(KIND, id, ticket);
    Ok(Answer::empty(200))
}

/// A reply is a thread of the ticket; what is sent goes into the outbox.
fn reply(ctx: &mut Ctx, id: &str, mut ticket: Value, row: &Map<String, Value>, sends: bool) -> Outcome {
    let content = row.get("content").and_then(Value::as_str).ok_or_else(|| wrong_field("content", "missing"))?;
    let thread = json!({
        "id": ctx.world.new_id(), "parent": id, "channel": row.get("channel").cloned().unwrap_or(json!("EMAIL")),
        "content": content, "summary": content.chars().take(80).collect::<String>(), "direction": "out",
        "status": if sends { "SUCCESS" } else { "DRAFT" }, "to": row.get("to"), "createdTime": ctx.now(),
        "fromEmailAddress": row.get("fromEmailAddress"), "author": {"id": ctx.access.user},
    });
    let key = thread["id"].as_str().unwrap_or("").to_owned();
    ctx.world.docs.put("desk/threads", &key, thread.clone());
    if sends {
        let mail = json!({"id": key, "time": ctx.now(), "module": "desk/tickets", "record": id, "mail": row});
        ctx.world.docs.put("outbox", &key, mail);
    }
    let count = ctx.world.docs.all("desk/threads").filter(|(_, thread)| thread["parent"] == id).count();
    ticket["threadCount"] = json!(count.to_string());
    ctx.world.docs.put(KIND, id, ticket);
    let mut shown = thread;
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("parent");
    }
    Ok(Answer::json(200, &shown))
}

/// `POST /tickets/{id}/threads/{thread}/split`: the thread becomes a ticket of its own.
pub fn split(ctx: &mut Ctx, id: &str, thread: &str) -> Outcome {
    ctx.need("tickets")?;
    let ticket = records::find(ctx, tickets()?, id)?;
    let mut moved = ctx
        .world
        .docs
        .get("desk/threads", thread)
        .filter(|row| row["parent"] == id)
        .cloned()
        .ok_or_else(no_such_record)?;
    let keep = ["subject", "departmentId", "contactId", "channel", "email"];
    let row = keep
        .iter()
        .map(|name| ((*name).to_owned(), ticket[*name].clone()))
        .filter(|(_, value)| !value.is_null())
        .collect();
    let made = records::insert(ctx, tickets()?, row)?;
    moved["parent"] = made["id"].clone();
    ctx.world.docs.put("desk/threads", thread, moved);
    Ok(Answer::json(200, &made))
}

/// `POST /closeTickets`.
pub fn close(ctx: &mut Ctx) -> Outcome {
    ctx.need("tickets")?;
    let row = ctx.body()?;
    let ids = row.get("ids").and_then(Value::as_array).cloned().ok_or_else(|| wrong_field("ids", "missing"))?;
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let known = ctx.world.docs.get(KIND, &id).cloned();
        results.push(
            json!({"id": id, "success": known.is_some(), "errors": known.is_none().then_some("RESOURCE_NOT_FOUND")}),
        );
        if let Some(mut ticket) = known {
            ticket["status"] = json!("Closed");
            ticket["statusType"] = json!("Closed");
            ticket["closedTime"] = json!(ctx.now());
            ctx.world.docs.put(KIND, &id, ticket);
        }
    }
    Ok(Answer::json(200, &json!({"results": results})))
}
