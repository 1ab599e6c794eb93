//! `actions/share`: with whom else a record is shared.

use super::super::exchange::{Answer, Problem};
use super::collection;
use super::validate::id_in;
use super::{Ctx, Outcome, meta, problem, write};
use serde_json::{Value, json};

const NAME: &str = "share";
const KIND: &str = "shares";
const MOST: usize = 10;
const PERMISSIONS: [&str; 3] = ["read_only", "read_write", "full_access"];

/// `/{module}/{id}/actions/share`.
pub fn answer(ctx: &mut Ctx, method: &str, module: &str, id: &str) -> Outcome {
    let module = ctx.world.module(module).cloned().ok_or_else(problem::invalid_module)?;
    let operation = super::operation(&ctx.call.method);
    let scope = module.scope_name();
    ctx.need(&["share", &scope], operation).or_else(|_| ctx.need(&["modules", &scope], operation))?;
    if ctx.world.docs.get(&module.kind(), id).is_none() {
        return Err(problem::entity_id_invalid());
    }
    let known: Vec<Value> = ctx.world.docs.get(KIND, id).and_then(Value::as_array).cloned().unwrap_or_default();
    match method {
        "GET" if known.is_empty() => Ok(Answer::empty(204)),
        "GET" => {
            let through = json!({
                "module": {"api_name": module.name, "name": module.plural(), "id": meta::module_id(ctx.world, &module)},
                "entity_name": module.singular, "id": id,
            });
            let shown: Vec<Value> = known.iter().map(|share| shown(ctx, share, &through)).collect();
            let active = ctx.world.docs.all("users").filter(|(_, user)| user["status"] == "active");
            let others: Vec<Value> = active
                .filter(|(id, _)| *id != ctx.access.user && known.iter().all(|share| share["user"] != *id))
                .map(|(id, user)| json!({"id": id, "name": user["full_name"], "full_name": user["full_name"], "zuid": user["zuid"]}))
                .collect();
            Ok(Answer::json(200, &json!({NAME: shown, "shareable_user": others})))
        }
        "POST" | "PUT" => give(ctx, id, known, method == "POST"),
        "DELETE" if known.is_empty() => {
            let message = "No sharing through this record is available to revoke.";
            Err(Problem::new(400, "INVALID_DATA", message, json!({})))
        }
        "DELETE" => {
            ctx.world.docs.remove(KIND, id);
            Ok(Answer::json(200, &json!({NAME: write::success("Sharing Revoked", json!({"id": id}))})))
        }
        _ => Err(problem::invalid_method()),
    }
}

fn shown(ctx: &Ctx, share: &Value, through: &Value) -> Value {
    let user = share["user"].as_str().and_then(|id| ctx.world.docs.get("users", id)).cloned().unwrap_or(Value::Null);
    json!({
        "shared_with": {"name": user["full_name"], "id": user["id"], "full_name": user["full_name"], "zuid": user["zuid"]},
        "share_related_records": share["share_related_records"],
        "shared_through": through,
        "shared_time": share["time"],
        "permission": share["permission"],
        "shared_by": super::render::user(ctx.world, &share["by"], false),
        "user": {"name": user["full_name"], "id": user["id"], "full_name": user["full_name"], "zuid": user["zuid"]},
    })
}

/// POST adds to what is there, PUT takes its place.
fn give(ctx: &mut Ctx, id: &str, known: Vec<Value>, adds: bool) -> Outcome {
    let rows = collection::given(ctx, NAME)?;
    let mut all = if adds { known } else { Vec::new() };
    let mut done = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let given = one(ctx, id, row, at, &all);
        done.push(given.map(|share| {
            all.push(share);
            write::success("record will be shared successfully", json!({"id": id}))
        }));
    }
    ctx.world.docs.put(KIND, id, Value::Array(all));
    Ok(collection::rows(NAME, 200, done))
}

fn one(ctx: &Ctx, id: &str, row: &Value, at: usize, known: &[Value]) -> Result<Value, Problem> {
    let details = |name: &str| json!({"api_name": name, "json_path": format!("$.{NAME}[{at}].{name}"), "id": id});
    if known.len() >= MOST {
        let message = "Cannot share a record to more than 10 users.";
        return Err(Problem::new(400, "SHARE_LIMIT_EXCEEDED", message, details("user")));
    }
    let user = row.get("user").or(row.get("shared_with")).and_then(id_in);
    let user = user.ok_or_else(|| problem::mandatory(details("user")))?;
    if ctx.world.docs.get("users", &user).is_none() {
        return Err(Problem::new(400, "INVALID_DATA", "the related id given seems to be invalid", details("user")));
    }
    if known.iter().any(|share| share["user"] == user.as_str()) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", details("user")));
    }
    let permission = row["permission"].as_str().unwrap_or("read_only");
    if !PERMISSIONS.contains(&permission) {
        return Err(problem::invalid_data(details("permission")));
    }
    Ok(json!({
        "user": user, "permission": permission, "by": {"id": ctx.access.user}, "time": ctx.world.now_text(),
        "share_related_records": row["share_related_records"].as_bool().unwrap_or(false),
    }))
}
