//! Tags: their list per module, and putting them on records.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::Module;
use super::{Ctx, Outcome, operation, problem, render, validate, write};
use serde_json::{Value, json};

const LONGEST: usize = 25;

/// `/settings/tags[/{id}[/actions/…]]`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["settings", "tags"], operation(&ctx.call.method))?;
    match (method, rest) {
        ("GET", []) => {
            let module = module(ctx)?;
            let tags: Vec<Value> = of_module(ctx.world, &module).map(|tag| shown(ctx.world, tag)).collect();
            let info = json!({"count": tags.len(), "allowed_count": 100});
            Ok(Answer::json(200, &json!({"tags": tags, "info": info})))
        }
        ("POST", []) => create(ctx),
        ("PUT", []) => rename_all(ctx),
        ("PUT", [id]) => rename(ctx, id),
        ("DELETE", [id]) => delete(ctx, id),
        ("GET", [id, "actions", "records_count"]) => count(ctx, id),
        ("POST", [id, "actions", "merge"]) => merge(ctx, id),
        (_, [] | [_] | [_, "actions", "records_count" | "merge"]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn module(ctx: &Ctx) -> Result<Module, Problem> {
    let name = ctx.call.query.get("module").ok_or_else(|| problem::param_missing("module"))?;
    ctx.world.module(name).cloned().ok_or_else(problem::invalid_module)
}

fn of_module<'w>(world: &'w World, module: &Module) -> impl Iterator<Item = &'w Value> {
    let name = module.name.clone();
    world.docs.all("tags").map(|(_, tag)| tag).filter(move |tag| tag["module"] == name.as_str())
}

fn shown(world: &World, tag: &Value) -> Value {
    let user = render::user(world, &tag["by"], false);
    json!({
        "created_time": tag["created_time"],
        "modified_time": tag["modified_time"],
        "color_code": tag["color_code"],
        "modified_by": user,
        "name": tag["name"],
        "id": tag["id"],
        "created_by": user,
    })
}

/// The id of a module's tag of this name, made where there is none.
pub fn find_or_make(world: &mut World, user: &str, module: &Module, name: &str) -> Option<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST {
        return None;
    }
    let known = find(world, module, name);
    Some(known.unwrap_or_else(|| make(world, user, module, name, &Value::Null)))
}

fn find(world: &World, module: &Module, name: &str) -> Option<String> {
    let same = |tag: &&Value| tag["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name));
    of_module(world, module).find(same).and_then(|tag| tag["id"].as_str().map(str::to_owned))
}

fn make(world: &mut World, user: &str, module: &Module, name: &str, color: &Value) -> String {
    let id = world.new_id();
    let now = world.now_text();
    let tag = json!({
        "id": id, "name": name, "module": module.name, "color_code": color, "by": {"id": user},
        "created_time": now, "modified_time": now,
    });
    world.docs.put("tags", &id, tag);
    id
}

fn create(ctx: &mut Ctx) -> Outcome {
    let module = module(ctx)?;
    let body = ctx.call.json_object()?;
    let tags = body["tags"].as_array().ok_or_else(|| problem::mandatory(json!({"api_name": "tags"})))?;
    let user = ctx.access.user.clone();
    let mut done = Vec::new();
    for tag in tags {
        done.push(create_one(ctx.world, &user, &module, tag).unwrap_or_else(|problem| problem.to_value()));
    }
    let status = if done.iter().all(|row| row["status"] == "error") { 400 } else { 201 };
    Ok(Answer::json(status, &json!({"tags": done})))
}

fn create_one(world: &mut World, user: &str, module: &Module, tag: &Value) -> Result<Value, Problem> {
    let name = tag["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| problem::mandatory(json!({"api_name": "name"})))?;
    if name.chars().count() > LONGEST {
        return Err(problem::invalid_data(json!({"maximum_length": LONGEST, "api_name": "name"})));
    }
    if let Some(id) = find(world, module, name) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", json!({"id": id, "api_name": "name"})));
    }
    let id = make(world, user, module, name, &tag["color_code"]);
    let tag = world.docs.get("tags", &id).cloned().unwrap_or(Value::Null);
    Ok(write::success("tags created successfully", shown(world, &tag)))
}

/// `PUT /settings/tags`: each row names its tag by the id.
fn rename_all(ctx: &mut Ctx) -> Outcome {
    module(ctx)?;
    let body = ctx.call.json_object()?;
    let rows = body["tags"].as_array().ok_or_else(|| problem::mandatory(json!({"api_name": "tags"})))?;
    let mut done = Vec::new();
    for row in rows {
        let id = row.get("id").and_then(validate::id_in);
        let id = id.ok_or_else(|| problem::mandatory(json!({"api_name": "id"})));
        done.push(id.and_then(|id| rename_one(ctx.world, &id, row)).unwrap_or_else(|problem| problem.to_value()));
    }
    let status = if done.iter().all(|row| row["status"] == "error") { 400 } else { 200 };
    Ok(Answer::json(status, &json!({"tags": done})))
}

fn rename(ctx: &mut Ctx, id: &str) -> Outcome {
    let body = ctx.call.json_object()?;
    let done = rename_one(ctx.world, id, &body["tags"][0])?;
    Ok(Answer::json(200, &json!({"tags": [done]})))
}

fn rename_one(world: &mut World, id: &str, row: &Value) -> Result<Value, Problem> {
    let mut tag = world.docs.get("tags", id).cloned().ok_or_else(problem::invalid_id)?;
    let name = row["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| problem::mandatory(json!({"api_name": "name"})))?;
    if name.chars().count() > LONGEST {
        return Err(problem::invalid_data(json!({"maximum_length": LONGEST, "api_name": "name"})));
    }
    let module = tag["module"].as_str().and_then(|name| world.module(name)).ok_or_else(problem::invalid_module)?;
    if let Some(other) = find(world, module, name).filter(|other| other != id) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", json!({"id": other, "api_name": "name"})));
    }
    tag["name"] = json!(name);
    if let Some(color) = row.get("color_code") {
        tag["color_code"] = color.clone();
    }
    tag["modified_time"] = json!(world.now_text());
    world.docs.put("tags", id, tag.clone());
    Ok(write::success("tags updated successfully", shown(world, &tag)))
}

/// Version 2 documents one object as the answer, version 8 a list; where it changed is inferred.
fn delete(ctx: &mut Ctx, id: &str) -> Outcome {
    let tag = ctx.world.docs.remove("tags", id).ok_or_else(problem::invalid_id)?;
    let done = write::success("tags deleted successfully", shown(ctx.world, &tag));
    let done = if ctx.version == 20 { done } else { json!([done]) };
    Ok(Answer::json(200, &json!({"tags": done})))
}

/// How many of the module's records carry a tag, as text.
fn count(ctx: &mut Ctx, id: &str) -> Outcome {
    let module = module(ctx)?;
    ctx.world.docs.get("tags", id).ok_or_else(problem::invalid_id)?;
    let count = ctx.world.docs.all(&module.kind()).filter(|(_, record)| carries(record, id)).count();
    Ok(Answer::json(200, &json!({"count": count.to_string()})))
}

fn carries(record: &Value, tag: &str) -> bool {
    record["Tag"].as_array().into_iter().flatten().any(|known| known == tag)
}

/// The tag of the address takes the place of the one in conflict. Inferred from the names.
fn merge(ctx: &mut Ctx, id: &str) -> Outcome {
    let body = ctx.call.json_object()?;
    let other = body["tags"][0].get("conflict_id").and_then(validate::id_in);
    let other = other.ok_or_else(|| problem::mandatory(json!({"api_name": "conflict_id"})))?;
    let tag = ctx.world.docs.get("tags", id).cloned().ok_or_else(problem::invalid_id)?;
    let gone = ctx.world.docs.get("tags", &other).filter(|gone| gone["module"] == tag["module"] && other != id);
    gone.ok_or_else(|| problem::invalid_data(json!({"api_name": "conflict_id"})))?;
    let module = tag["module"].as_str().and_then(|name| ctx.world.module(name)).cloned();
    let kind = module.ok_or_else(problem::invalid_module)?.kind();
    let tagged: Vec<Value> =
        ctx.world.docs.all(&kind).map(|(_, record)| record).filter(|record| carries(record, &other)).cloned().collect();
    for mut record in tagged {
        let known = record["Tag"].as_array().into_iter().flatten().filter(|tag| **tag != other && **tag != id);
        let tags: Vec<Value> = known.cloned().chain([json!(id)]).collect();
        record["Tag"] = json!(tags);
        if let Some(record_id) = record["id"].as_str().map(str::to_owned) {
            ctx.world.docs.put(&kind, &record_id, record);
        }
    }
    ctx.world.docs.remove("tags", &other);
    let done = write::success("tags updated successfully", shown(ctx.world, &tag));
    Ok(Answer::json(200, &json!({"tags": [done]})))
}

/// `actions/add_tags` and `actions/remove_tags` on these records.
pub fn on_records(ctx: &mut Ctx, module: &str, ids: &[String], adds: bool) -> Outcome {
    let module = ctx.module(module)?;
    let names = wanted(ctx)?;
    let over_write = ctx.call.query.get("over_write") == Some("true");
    let done = ids.iter().map(|id| on_record(ctx, &module, id, &names, adds, over_write)).collect();
    Ok(write::answer(ctx, 200, done))
}

/// The names of tags, from the query (`tag_names`) or the body (`tags`).
fn wanted(ctx: &Ctx) -> Result<Vec<String>, Problem> {
    let named = ctx.call.query.list("tag_names");
    if !named.is_empty() {
        return Ok(named);
    }
    let body = ctx.call.json_object()?;
    let tags = body["tags"].as_array().ok_or_else(|| problem::mandatory(json!({"api_name": "tags"})))?;
    Ok(tags.iter().filter_map(|tag| tag["name"].as_str()).map(str::to_owned).collect())
}

fn on_record(
    ctx: &mut Ctx,
    module: &Module,
    id: &str,
    names: &[String],
    adds: bool,
    over_write: bool,
) -> Result<Value, Problem> {
    let mut record = ctx.world.docs.get(&module.kind(), id).cloned().ok_or_else(problem::invalid_id)?;
    let mut tags: Vec<String> =
        record["Tag"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
    if adds {
        if over_write {
            tags.clear();
        }
        let user = ctx.access.user.clone();
        for name in names {
            let tag = find_or_make(ctx.world, &user, module, name);
            tags.extend(tag.filter(|tag| !tags.contains(tag)));
        }
    } else {
        let gone: Vec<String> = names.iter().filter_map(|name| find(ctx.world, module, name)).collect();
        tags.retain(|tag| !gone.contains(tag));
    }
    let known = tags.iter().filter_map(|tag| ctx.world.docs.get("tags", tag));
    let shown: Vec<Value> =
        known.map(|tag| json!({"name": tag["name"], "id": tag["id"], "color_code": tag["color_code"]})).collect();
    record["Tag"] = json!(tags);
    ctx.world.docs.put(&module.kind(), id, record);
    Ok(write::success("tags updated successfully", json!({"id": id, "tags": shown})))
}
