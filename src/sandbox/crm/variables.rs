//! Variables of the organisation: `/settings/variables`.

use super::super::exchange::{Answer, Problem};
use super::{Ctx, Outcome, operation, problem, write};
use serde_json::{Value, json};

/// `/settings/variables[/{id or API name}]`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["settings", "variables"], operation(&ctx.call.method))?;
    match (method, rest) {
        ("GET", []) => {
            let all: Vec<Value> = ctx.world.docs.all("variables").map(|(_, variable)| variable.clone()).collect();
            if all.is_empty() { Ok(Answer::empty(204)) } else { Ok(Answer::json(200, &json!({"variables": all}))) }
        }
        ("GET", [key]) => match find(ctx, key) {
            None => Ok(Answer::empty(204)),
            Some(id) => Ok(Answer::json(200, &json!({"variables": [ctx.world.docs.get("variables", &id)]}))),
        },
        ("POST", []) => each(ctx, 201, create),
        ("PUT", []) => each(ctx, 200, |ctx, row| {
            let key = row["id"].as_str().or(row["api_name"].as_str());
            let key = key.ok_or_else(|| problem::mandatory(json!({"api_name": "id"})))?;
            change(ctx, key, row)
        }),
        ("PUT", [key]) => each(ctx, 200, |ctx, row| change(ctx, key, row)),
        ("DELETE", []) => {
            let ids = ctx.call.query.list("ids");
            if ids.is_empty() {
                return Err(problem::param_missing("ids"));
            }
            let done: Vec<_> = ids.iter().map(|id| remove(ctx, id)).collect();
            Ok(rows(200, done))
        }
        ("DELETE", [key]) => {
            let done = vec![remove(ctx, key)];
            Ok(rows(200, done))
        }
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn find(ctx: &Ctx, key: &str) -> Option<String> {
    let mut all = ctx.world.docs.all("variables");
    all.find(|(id, variable)| *id == key || variable["api_name"] == key).map(|(id, _)| id.to_owned())
}

fn each(ctx: &mut Ctx, status: u16, mut act: impl FnMut(&mut Ctx, &Value) -> Result<Value, Problem>) -> Outcome {
    let body = ctx.call.json_object()?;
    let given = body["variables"].as_array().ok_or_else(|| problem::mandatory(json!({"api_name": "variables"})))?;
    let done = given.iter().map(|row| act(ctx, row)).collect();
    Ok(rows(status, done))
}

fn rows(status: u16, done: Vec<Result<Value, Problem>>) -> Answer {
    let status = if done.iter().all(Result::is_err) { 400 } else { status };
    let rows: Vec<Value> = done.into_iter().map(|row| row.unwrap_or_else(|problem| problem.to_value())).collect();
    Answer::json(status, &json!({"variables": rows}))
}

fn create(ctx: &mut Ctx, row: &Value) -> Result<Value, Problem> {
    for name in ["name", "type"] {
        if row[name].as_str().is_none_or(str::is_empty) {
            return Err(problem::mandatory(json!({"api_name": name})));
        }
    }
    let name = row["name"].as_str().unwrap_or("");
    let api_name = row["api_name"].as_str().map_or_else(|| name.replace(' ', "_"), str::to_owned);
    if let Some(id) = find(ctx, &api_name) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", json!({"api_name": "api_name", "id": id})));
    }
    let id = ctx.world.new_id();
    let group = row.get("variable_group").cloned().unwrap_or(json!({"api_name": "General", "name": "General"}));
    let variable = json!({
        "id": id, "api_name": api_name, "name": name, "description": row["description"], "source": "custom",
        "type": row["type"], "variable_group": group, "read_only": false, "value": row["value"],
    });
    ctx.world.docs.put("variables", &id, variable);
    Ok(write::success("variable created", json!({"id": id})))
}

fn change(ctx: &mut Ctx, key: &str, row: &Value) -> Result<Value, Problem> {
    let id = find(ctx, key).ok_or_else(problem::invalid_id)?;
    let mut variable = ctx.world.docs.get("variables", &id).cloned().unwrap_or(json!({}));
    for name in ["name", "api_name", "description", "value"] {
        if let Some(value) = row.get(name) {
            variable[name] = value.clone();
        }
    }
    ctx.world.docs.put("variables", &id, variable);
    Ok(write::success("variable updated", json!({"id": id})))
}

fn remove(ctx: &mut Ctx, key: &str) -> Result<Value, Problem> {
    let id = find(ctx, key).ok_or_else(problem::invalid_id)?;
    ctx.world.docs.remove("variables", &id);
    Ok(write::success("variable deleted", json!({"id": id})))
}
