//! Files on records: upload, list, download, delete.

use super::super::exchange::{Answer, Problem};
use super::module::Module;
use super::{Ctx, Outcome, problem, render, write};
use crate::sandbox::multipart;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const LARGEST: usize = 20 * 1024 * 1024;

/// `/{module}/{id}/Attachments[/{attachment}]`.
pub fn answer(ctx: &mut Ctx, method: &str, module: &str, id: &str, rest: &[&str]) -> Outcome {
    let module = ctx.module(module)?;
    if ctx.world.docs.get(&module.kind(), id).is_none() {
        let details = json!({"related_status": "invalid", "resource_path_index": 1});
        return Err(Problem::new(400, "INVALID_DATA", "the id given seems to be invalid", details));
    }
    match (method, rest) {
        ("GET", []) => list(ctx, id),
        ("POST", []) => add(ctx, &module, id),
        ("DELETE", []) => {
            let ids = ctx.call.query.list("ids");
            if ids.is_empty() {
                return Err(problem::param_missing("ids"));
            }
            let done = ids.iter().map(|attachment| remove(ctx, id, attachment)).collect();
            Ok(write::answer(ctx, 200, done))
        }
        ("GET", [attachment]) => download(ctx, id, attachment),
        ("DELETE", [attachment]) => {
            let done = vec![remove(ctx, id, attachment)];
            Ok(write::answer(ctx, 200, done))
        }
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn list(ctx: &Ctx, id: &str) -> Outcome {
    let found: Vec<Value> = ctx
        .world
        .docs
        .all("attachments")
        .filter(|(_, attachment)| attachment["parent"] == id)
        .map(|(_, attachment)| shown(ctx, attachment))
        .rev()
        .collect();
    if found.is_empty() {
        return Ok(Answer::empty(204));
    }
    let info = json!({"per_page": 200, "count": found.len(), "page": 1, "more_records": false});
    Ok(Answer::json(200, &json!({"data": found, "info": info})))
}

fn shown(ctx: &Ctx, attachment: &Value) -> Value {
    let world = &ctx.world;
    let parent = attachment["parent"].as_str().unwrap_or("");
    let module = attachment["module"].as_str().and_then(|name| world.module(name));
    let name = module.and_then(|module| Some(render::title(module, world.docs.get(&module.kind(), parent)?)));
    let user = render::user(world, &attachment["by"], true);
    json!({
        "Owner": user,
        "Modified_By": user,
        "Created_By": user,
        "Modified_Time": attachment["time"],
        "Created_Time": attachment["time"],
        "Parent_Id": {"name": name, "id": parent},
        "File_Name": attachment["name"],
        "Size": attachment["size"].to_string(),
        "id": attachment["id"],
        "$editable": true,
        "$file_id": attachment["file_id"],
        "$type": if attachment["link"].is_null() { "Attachment" } else { "Link URL" },
        "$se_module": attachment["module"],
        "$state": "save",
        "$link_url": attachment["link"],
    })
}

fn add(ctx: &mut Ctx, module: &Module, parent: &str) -> Outcome {
    let (name, bytes, link) = match ctx.call.query.get("attachmentUrl") {
        Some(url) => (ctx.call.query.get("title").unwrap_or(url).to_owned(), Vec::new(), Some(url.to_owned())),
        None => {
            let file = multipart::file(ctx.call, "file").ok_or_else(|| {
                Problem::new(400, "INVALID_REQUEST", "expected a file", json!({"expected_type": "multipart/form-data"}))
            })?;
            (file.name, file.bytes, None)
        }
    };
    if bytes.len() > LARGEST {
        let message = "please check whether the file size is within the limit";
        return Err(Problem::new(400, "FILE_SIZE_MORE_THAN_ALLOWED_SIZE", message, json!({"maximum_length": LARGEST})));
    }
    let id = ctx.world.new_id();
    let now = ctx.world.now_text();
    let attachment = json!({
        "id": id,
        "parent": parent,
        "module": module.name,
        "name": name,
        "size": bytes.len(),
        "file_id": crate::sandbox::world::random_hex(32),
        "link": link,
        "by": {"id": ctx.access.user},
        "time": now,
    });
    ctx.world.docs.put("blobs", &id, json!(STANDARD.encode(&bytes)));
    ctx.world.docs.put("attachments", &id, attachment);
    let user = render::user(ctx.world, &json!({"id": ctx.access.user}), false);
    let details = json!({"Modified_Time": now, "Modified_By": user, "Created_Time": now, "id": id, "Created_By": user});
    let row = write::success("attachment uploaded successfully", details);
    Ok(Answer::json(200, &json!({"data": [row]})))
}

fn download(ctx: &Ctx, parent: &str, id: &str) -> Outcome {
    let attachment = ctx.world.docs.get("attachments", id).filter(|attachment| attachment["parent"] == parent);
    let Some(attachment) = attachment else { return Ok(Answer::empty(204)) };
    let blob = ctx.world.docs.get("blobs", id).and_then(Value::as_str).unwrap_or("");
    Ok(Answer::file(attachment["name"].as_str().unwrap_or("file"), STANDARD.decode(blob).unwrap_or_default()))
}

fn remove(ctx: &mut Ctx, parent: &str, id: &str) -> Result<Value, Problem> {
    let mine = ctx.world.docs.get("attachments", id).is_some_and(|attachment| attachment["parent"] == parent);
    if !mine {
        return Err(Problem::new(400, "INVALID_DATA", "record not deleted", json!({"id": id})));
    }
    ctx.world.docs.remove("attachments", id);
    ctx.world.docs.remove("blobs", id);
    Ok(write::success("record deleted", json!({"id": id})))
}
