//! `/settings/recycle_bin`: deleted records until they are deleted for good.

use super::super::exchange::{Answer, Problem};
use super::collection::{self, Done};
use super::records::Paging;
use super::{Ctx, Outcome, meta, operation, problem, records, render, write};
use serde_json::{Value, json};

const NAME: &str = "recycle_bin";

/// `/settings/recycle_bin[/{id}]` and its `actions/restore`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["settings", NAME], operation(&ctx.call.method))?;
    match (method, rest) {
        ("GET", []) => list(ctx, None),
        ("GET", [id]) => list(ctx, Some(id)),
        ("DELETE", []) => collection::each_id(ctx, NAME, remove),
        ("DELETE", [id]) => {
            let done = vec![remove(ctx, id)];
            Ok(collection::rows(NAME, 200, done))
        }
        ("POST" | "PUT", ["actions", "restore"]) => {
            collection::each(ctx, NAME, 200, |ctx, row| restore(ctx, row["id"].as_str().unwrap_or("")))
        }
        ("POST" | "PUT", [id, "actions", "restore"]) => {
            let done = vec![restore(ctx, id)];
            Ok(collection::rows(NAME, 200, done))
        }
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn in_bin<'c>(ctx: &'c Ctx, id: &str) -> Option<&'c Value> {
    ctx.world.docs.get("deleted", id).filter(|gone| gone["permanent"] != true)
}

fn list(ctx: &Ctx, id: Option<&str>) -> Outcome {
    let ids = ctx.call.query.list("ids");
    let all = ctx.world.docs.all("deleted").filter(|(_, gone)| gone["permanent"] != true);
    let found: Vec<Value> = all
        .filter(|(key, _)| id.is_none_or(|id| id == *key) && (ids.is_empty() || ids.iter().any(|id| id == key)))
        .map(|(key, gone)| shown(ctx, key, gone))
        .rev()
        .collect();
    let paging = Paging::plain(ctx)?;
    let page = paging.of(&found);
    if page.is_empty() {
        return Ok(Answer::empty(204));
    }
    let info = records::info(ctx, &paging, page.len(), found.len());
    Ok(Answer::json(200, &json!({NAME: page, "info": info})))
}

fn shown(ctx: &Ctx, id: &str, gone: &Value) -> Value {
    let module = gone["module"].as_str().and_then(|name| ctx.world.module(name));
    json!({
        "id": id,
        "display_name": gone["display_name"],
        "deleted_time": gone["deleted_time"],
        "owner": render::user(ctx.world, &gone["record"]["Owner"], true),
        "module": {"api_name": gone["module"], "id": module.map(|module| meta::module_id(ctx.world, module))},
        "deleted_by": render::user(ctx.world, &gone["deleted_by"], true),
    })
}

/// Nobody can bring it back after this; it is still listed among the deleted, as permanently so.
fn remove(ctx: &mut Ctx, id: &str) -> Done {
    let mut gone = in_bin(ctx, id).cloned().ok_or_else(|| unknown(id))?;
    gone["permanent"] = json!(true);
    gone["record"] = Value::Null;
    ctx.world.docs.put("deleted", id, gone);
    Ok(write::success("Record(s) deleted successfully", json!({"id": id})))
}

fn restore(ctx: &mut Ctx, id: &str) -> Done {
    let gone = in_bin(ctx, id).cloned().ok_or_else(|| unknown(id))?;
    let module = gone["module"].as_str().and_then(|name| ctx.world.module(name)).ok_or_else(problem::invalid_module)?;
    let kind = module.kind();
    ctx.world.docs.remove("deleted", id);
    ctx.world.docs.put(&kind, id, gone["record"].clone());
    Ok(write::success("Record(s) restored successfully", json!({"id": id})))
}

fn unknown(id: &str) -> Problem {
    problem::invalid_data(json!({"id": id}))
}
