//! Variables of the organisation: `/settings/variables`.

use super::super::exchange::{Answer, Problem};
use super::collection::{self, Done};
use super::{Ctx, Outcome, operation, problem, write};
use serde_json::{Value, json};

const NAME: &str = "variables";
const TYPES: [&str; 13] = [
    "integer", "text", "percent", "decimal", "currency", "date", "datetime", "email", "phone", "url", "checkbox",
    "textarea", "long",
];

/// `/settings/variables[/{id or API name}]`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["settings", "variables"], operation(&ctx.call.method))?;
    match (method, rest) {
        ("GET", []) => {
            let group = ctx.call.query.get("group");
            let all = ctx.world.docs.all(NAME).map(|(_, variable)| variable);
            let found = all.filter(|variable| group.is_none_or(|group| is_of_group(variable, group)));
            Ok(collection::listed(NAME, found.cloned().collect()))
        }
        ("GET", [key]) => match find(ctx, key) {
            None => Ok(Answer::empty(204)),
            Some(id) => Ok(Answer::json(200, &json!({"variables": [ctx.world.docs.get("variables", &id)]}))),
        },
        ("POST", []) => collection::each(ctx, NAME, 201, create),
        ("PUT", []) => collection::each(ctx, NAME, 200, |ctx, row| {
            let key = row["id"].as_str().or(row["api_name"].as_str());
            let key = key.ok_or_else(|| problem::mandatory(json!({"api_name": "id"})))?;
            change(ctx, key, row)
        }),
        ("PUT", [key]) => collection::each(ctx, NAME, 200, |ctx, row| change(ctx, key, row)),
        ("DELETE", []) => collection::each_id(ctx, NAME, remove),
        ("DELETE", [key]) => {
            let done = vec![remove(ctx, key)];
            Ok(collection::rows(NAME, 200, done))
        }
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn find(ctx: &Ctx, key: &str) -> Option<String> {
    let mut all = ctx.world.docs.all("variables");
    all.find(|(id, variable)| *id == key || variable["api_name"] == key).map(|(id, _)| id.to_owned())
}

fn is_of_group(variable: &Value, group: &str) -> bool {
    let of = &variable["variable_group"];
    [&of["id"], &of["api_name"], &of["name"]].iter().any(|known| **known == group)
}

/// `/settings/variable_groups[/{id or API name}]`: what the variables and the seed name.
pub fn groups(ctx: &mut Ctx, key: Option<&str>) -> Outcome {
    ctx.need(&["settings", "variable_groups"], "READ").or_else(|_| ctx.need(&["settings", "variables"], "READ"))?;
    let mut found: Vec<Value> = Vec::new();
    for (_, variable) in ctx.world.docs.all(NAME) {
        let of = &variable["variable_group"];
        if !found.iter().any(|group| group["api_name"] == of["api_name"]) {
            found.push(json!({
                "display_label": of["name"], "api_name": of["api_name"], "name": of["name"], "description": null,
                "id": of["id"], "source": "custom",
            }));
        }
    }
    found.retain(|group| key.is_none_or(|key| group["id"] == key || group["api_name"] == key));
    Ok(collection::listed("variable_groups", found))
}

fn create(ctx: &mut Ctx, row: &Value) -> Done {
    for name in ["name", "type"] {
        if row[name].as_str().is_none_or(str::is_empty) {
            return Err(problem::mandatory(json!({"api_name": name})));
        }
    }
    if !row["type"].as_str().is_some_and(|kind| TYPES.contains(&kind)) {
        return Err(problem::invalid_data(json!({"api_name": "type", "supported_values": TYPES})));
    }
    let name = row["name"].as_str().unwrap_or("");
    let api_name = row["api_name"].as_str().map_or_else(|| name.replace(' ', "_"), str::to_owned);
    if let Some(id) = find(ctx, &api_name) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", json!({"api_name": "api_name", "id": id})));
    }
    let id = ctx.world.new_id();
    let group = group(ctx, &row["variable_group"]);
    let variable = json!({
        "id": id, "api_name": api_name, "name": name, "description": row["description"], "source": "custom",
        "type": row["type"], "variable_group": group, "read_only": false, "value": row["value"],
    });
    ctx.world.docs.put("variables", &id, variable);
    Ok(write::success("variable created", json!({"id": id})))
}

/// The group that a row names, as the other variables know it; a new one where none does.
fn group(ctx: &mut Ctx, wanted: &Value) -> Value {
    let name = [&wanted["id"], &wanted["api_name"], &wanted["name"]].into_iter().find_map(Value::as_str);
    let name = name.unwrap_or("General").to_owned();
    let known = ctx.world.docs.all(NAME).find(|(_, variable)| is_of_group(variable, &name));
    if let Some((_, variable)) = known {
        return variable["variable_group"].clone();
    }
    let id = ctx.world.new_id();
    json!({"api_name": name.replace(' ', "_"), "name": name, "id": id})
}

fn change(ctx: &mut Ctx, key: &str, row: &Value) -> Done {
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

fn remove(ctx: &mut Ctx, key: &str) -> Done {
    let id = find(ctx, key).ok_or_else(problem::invalid_id)?;
    ctx.world.docs.remove("variables", &id);
    Ok(write::success("variable deleted", json!({"id": id})))
}
