//! `/{module}/{id}/__timeline`: what happened to a record.

use super::super::exchange::Answer;
use super::super::world::World;
use super::module::Module;
use super::records::Paging;
use super::{Ctx, Outcome, meta, problem, records, render};
use serde_json::{Map, Value, json};

const KIND: &str = "timelines";
const KEPT: usize = 50;

/// Notes that a record was `added` or `updated`, and which values changed to what.
pub fn note(world: &mut World, user: &str, id: &str, action: &str, old: &Value, changes: &Map<String, Value>) {
    let entry = json!({
        "id": world.new_id(),
        "action": action,
        "time": world.now_text(),
        "by": user,
        "history": changes
            .iter()
            .filter(|(name, value)| old.get(name.as_str()).unwrap_or(&Value::Null) != *value)
            .map(|(name, value)| json!({"name": name, "old": old.get(name.as_str()), "new": value}))
            .collect::<Vec<_>>(),
    });
    let mut entries: Vec<Value> = world.docs.get(KIND, id).and_then(Value::as_array).cloned().unwrap_or_default();
    entries.push(entry);
    let surplus = entries.len().saturating_sub(KEPT);
    world.docs.put(KIND, id, Value::Array(entries.split_off(surplus)));
}

/// Answers with the newest first.
pub fn answer(ctx: &mut Ctx, method: &str, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    if method != "GET" {
        return Err(problem::invalid_method());
    }
    let record = ctx.world.docs.get(&module.kind(), id).ok_or_else(problem::invalid_id)?;
    let about = json!({
        "id": id, "name": render::title(&module, record),
        "module": {"api_name": module.name, "id": meta::module_id(ctx.world, &module)},
    });
    let made = json!({
        "id": id, "action": "added", "time": record["Created_Time"], "by": record["Created_By"]["id"], "history": [],
    });
    let entries = ctx.world.docs.get(KIND, id).and_then(Value::as_array).cloned().unwrap_or_default();
    let begins = entries.iter().any(|entry| entry["action"] == "added");
    let all = (!begins).then_some(made).into_iter().chain(entries);
    let mut shown: Vec<Value> = all.map(|entry| shown(ctx.world, &module, &about, &entry)).collect();
    shown.reverse();
    let paging = Paging::plain(ctx)?;
    let page = paging.of(&shown);
    if page.is_empty() {
        return Ok(Answer::empty(204));
    }
    let info = records::info(ctx, &paging, page.len(), shown.len());
    Ok(Answer::json(200, &json!({"__timeline": page, "info": info})))
}

fn shown(world: &World, module: &Module, about: &Value, entry: &Value) -> Value {
    let history: Vec<Value> = entry["history"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|change| {
            let field = module.field(change["name"].as_str()?)?;
            Some(json!({
                "data_type": field.kind.data_type(), "enable_colour_code": false, "pick_list_values": [],
                "field_label": field.label(), "api_name": field.name,
                "id": super::fields::id_of(world, module, &field.name),
                "_value": {"new": plain(&change["new"]), "old": plain(&change["old"])},
            }))
        })
        .collect();
    json!({
        "id": entry["id"],
        "action": entry["action"],
        "audited_time": entry["time"],
        "source": "crm_api",
        "extension": null,
        "type": null,
        "done_by": render::user(world, &json!({"id": entry["by"]}), false),
        "related_record": null,
        "automation_details": null,
        "record": about,
        "field_history": if history.is_empty() { Value::Null } else { json!(history) },
    })
}

/// A value as text; a lookup as the id that it holds.
fn plain(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value.clone(),
        Value::Object(object) => object.get("id").cloned().unwrap_or(Value::Null),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => json!(value.to_string()),
    }
}
