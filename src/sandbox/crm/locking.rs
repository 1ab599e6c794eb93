//! `/{module}/{id}/Locking_Information__s`: a locked record takes no changes.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::Module;
use super::validate::Place;
use super::{Ctx, Outcome, meta, problem, render, write};
use serde_json::{Map, Value, json};

/// The name of the list.
pub const NAME: &str = "Locking_Information__s";
const KIND: &str = "locks";
const REASON: &str = "Locked_Reason__s";

/// Answers a call; a record has one lock at most.
pub fn answer(ctx: &mut Ctx, method: &str, module: &str, id: &str, rest: &[&str]) -> Outcome {
    let module = ctx.module(module)?;
    if ctx.world.docs.get(&module.kind(), id).is_none() {
        return Err(problem::invalid_id());
    }
    let lock = ctx.world.docs.get(KIND, id).cloned().filter(|lock| rest.first().is_none_or(|key| lock["id"] == *key));
    match (method, rest, lock) {
        ("GET", [] | [_], None) => Ok(Answer::empty(204)),
        ("GET", [] | [_], Some(lock)) => {
            let info = json!({"per_page": 200, "count": 1, "page": 1, "more_records": false});
            Ok(Answer::json(200, &json!({"data": [shown(ctx, &module, id, &lock)], "info": info})))
        }
        ("POST", [], _) => put(ctx, id, None, 201, "record added"),
        ("PUT", [_], Some(lock)) => put(ctx, id, Some(lock), 200, "record updated"),
        ("DELETE", [key], Some(_)) => {
            ctx.world.docs.remove(KIND, id);
            Ok(Answer::json(200, &json!({"data": [write::success("record deleted", json!({"id": key}))]})))
        }
        ("PUT" | "DELETE", [_], None) => Err(problem::invalid_id()),
        (_, [] | [_], _) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn put(ctx: &mut Ctx, id: &str, old: Option<Value>, status: u16, message: &str) -> Outcome {
    let rows = write::rows(ctx)?.into_iter().take(1).collect();
    let user = ctx.access.user.clone();
    let done = write::each(ctx, rows, |ctx, row: &Map<String, Value>, place: &Place| {
        let reason =
            row.get(REASON).and_then(Value::as_str).ok_or_else(|| problem::mandatory(place.details(REASON, &[])))?;
        if old.is_none() && is_locked(ctx.world, id) {
            return Err(Problem::new(400, "DUPLICATE_DATA", "the record is locked already", place.details("id", &[])));
        }
        let now = json!(ctx.world.now_text());
        let mut lock = old.clone().unwrap_or_else(|| json!({"Created_Time": now, "Created_By": {"id": user}}));
        if lock["id"].is_null() {
            lock["id"] = json!(ctx.world.new_id());
        }
        lock["reason"] = json!(reason);
        lock["Modified_Time"] = now;
        lock["Modified_By"] = json!({"id": user});
        ctx.world.docs.put(KIND, id, lock.clone());
        Ok(write::success(message, write::details(ctx.world, &lock)))
    });
    Ok(write::answer(ctx, status, done))
}

fn shown(ctx: &Ctx, module: &Module, id: &str, lock: &Value) -> Value {
    let world = &ctx.world;
    let name = world.docs.get(&module.kind(), id).map(|record| render::title(module, record));
    json!({
        "id": lock["id"],
        "Lock_Source__s": "Manual",
        "Locked_By__s": render::user(world, &lock["Created_By"], true),
        "Locked_For__s": {"name": name, "id": id, "module": {"api_name": module.name, "id": meta::module_id(world, module)}},
        REASON: lock["reason"],
        "Locked_Time__s": lock["Created_Time"],
        "Record_Locking_Configuration_Id__s": null,
        "Record_Locking_Rule_Id__s": null,
        "Created_By": render::user(world, &lock["Created_By"], true),
        "Created_Time": lock["Created_Time"],
        "Modified_By": render::user(world, &lock["Modified_By"], true),
        "Modified_Time": lock["Modified_Time"],
    })
}

/// Whether the record of this id is locked.
pub fn is_locked(world: &World, id: &str) -> bool {
    world.docs.get(KIND, id).is_some()
}
