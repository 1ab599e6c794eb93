//! `GET /{module}/deleted`: what was deleted lately.

use super::super::exchange::Answer;
use super::records::Paging;
use super::{Ctx, Outcome, problem, records, render};
use serde_json::{Value, json};

/// Answers with the deleted records of a module, newest first.
pub fn answer(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let wanted = ctx.call.query.get("type").unwrap_or("all");
    if !matches!(wanted, "all" | "recycle" | "permanent") {
        return Err(problem::invalid_param("type", "all, recycle or permanent"));
    }
    let since = records::modified_since(ctx)?;
    let world = &ctx.world;
    let found: Vec<Value> = world
        .docs
        .all("deleted")
        .filter(|(_, gone)| gone["module"] == module.name.as_str())
        .filter(|(_, gone)| wanted == "all" || (gone["permanent"] == true) == (wanted == "permanent"))
        .filter(|(_, gone)| {
            since.is_none_or(|since| {
                gone["deleted_time"]
                    .as_str()
                    .and_then(|at| at.parse().ok())
                    .is_none_or(|at: jiff::Timestamp| at > since)
            })
        })
        .map(|(id, gone)| {
            json!({
                "deleted_by": render::user(world, &gone["deleted_by"], false),
                "id": id,
                "display_name": gone["display_name"],
                "type": if gone["permanent"] == true { "permanent" } else { "recycle" },
                "created_by": render::user(world, &gone["created_by"], false),
                "deleted_time": gone["deleted_time"],
            })
        })
        .rev()
        .collect();
    let paging = Paging::plain(ctx)?;
    let shown = paging.of(&found);
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let info = records::info(ctx, &paging, shown.len(), found.len());
    Ok(Answer::json(200, &json!({"data": shown, "info": info})))
}
