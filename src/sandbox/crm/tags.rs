//! Tags: their list per module, and putting them on records.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::Module;
use super::{Ctx, Outcome, operation, problem, render, write};
use serde_json::{Value, json};

const LONGEST: usize = 25;

/// `/settings/tags[/{id}]`.
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
        ("PUT", [id]) => rename(ctx, id),
        ("DELETE", [id]) => {
            ctx.world.docs.remove("tags", id).ok_or_else(problem::invalid_id)?;
            let done = write::success("tags deleted successfully", json!({"id": id}));
            Ok(Answer::json(200, &json!({"tags": done})))
        }
        (_, [] | [_]) => Err(problem::invalid_method()),
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

fn rename(ctx: &mut Ctx, id: &str) -> Outcome {
    let body = ctx.call.json_object()?;
    let mut tag = ctx.world.docs.get("tags", id).cloned().ok_or_else(problem::invalid_id)?;
    let name = body["tags"][0]["name"].as_str().ok_or_else(|| problem::mandatory(json!({"api_name": "name"})))?;
    tag["name"] = json!(name);
    tag["modified_time"] = json!(ctx.world.now_text());
    ctx.world.docs.put("tags", id, tag.clone());
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
