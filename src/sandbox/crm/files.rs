//! `/files`: files that are sent first and named later.

use super::super::exchange::{Answer, Problem};
use super::{Ctx, Outcome, problem, write};
use crate::sandbox::multipart;
use crate::sandbox::world::random_hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// `POST /files`.
pub fn upload(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["files"], "CREATE")?;
    let file = multipart::file(ctx.call, "file").ok_or_else(|| {
        Problem::new(400, "INVALID_DATA", "expected a file in the form field `file`", json!({"api_name": "file"}))
    })?;
    let id = random_hex(32);
    ctx.world.docs.put("files", &id, json!({"name": file.name, "content": STANDARD.encode(&file.bytes)}));
    let row = write::success("file uploaded successfully", json!({"name": file.name, "id": id}));
    Ok(Answer::json(200, &json!({"data": [row]})))
}

/// `GET /files?id=`.
pub fn download(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["files"], "READ")?;
    let id = ctx.call.query.get("id").ok_or_else(|| problem::param_missing("id"))?;
    let file = ctx.world.docs.get("files", id).ok_or_else(problem::invalid_id)?;
    let bytes = STANDARD.decode(file["content"].as_str().unwrap_or("")).unwrap_or_default();
    Ok(Answer::file(file["name"].as_str().unwrap_or("file"), bytes))
}
