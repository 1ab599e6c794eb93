//! `/Contacts/roles`: what part a contact plays in a deal.

use super::super::exchange::Problem;
use super::collection::{self, Done};
use super::validate::id_in;
use super::{Ctx, Outcome, operation, problem, write};
use serde_json::{Value, json};

const NAME: &str = "contact_roles";
const LONGEST: usize = 100;

/// `/Contacts/roles[/{id}]`.
pub fn answer(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    let operation = operation(&ctx.call.method);
    ctx.need(&["modules", "contacts"], operation)?;
    match (method, rest) {
        ("GET", []) => {
            let all = ctx.world.docs.all(NAME).map(|(_, role)| role.clone()).collect();
            Ok(collection::listed(NAME, all))
        }
        ("GET", [id]) => {
            let found = ctx.world.docs.get(NAME, id).cloned();
            Ok(collection::listed(NAME, found.into_iter().collect()))
        }
        ("POST", []) => collection::each(ctx, NAME, 200, create),
        ("PUT", []) => collection::each(ctx, NAME, 200, |ctx, row| {
            let id = row.get("id").and_then(id_in).ok_or_else(|| problem::mandatory(json!({"api_name": "id"})))?;
            change(ctx, &id, row)
        }),
        ("PUT", [id]) => collection::each(ctx, NAME, 200, |ctx, row| change(ctx, id, row)),
        ("DELETE", []) => collection::each_id(ctx, NAME, remove),
        ("DELETE", [id]) => {
            let done = vec![remove(ctx, id)];
            Ok(collection::rows(NAME, 200, done))
        }
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn name_of(row: &Value) -> Result<&str, Problem> {
    let name = row["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let missing = || Problem::new(400, "MANDATORY_NOT_FOUND", "invalid data", json!({"api_name": "name"}));
    let name = name.ok_or_else(missing)?;
    if name.chars().count() > LONGEST {
        return Err(problem::invalid_data(json!({"api_name": "name", "maximum_length": LONGEST})));
    }
    Ok(name)
}

fn create(ctx: &mut Ctx, row: &Value) -> Done {
    let name = name_of(row)?;
    let twin = ctx.world.docs.all(NAME).find(|(_, role)| role["name"] == name).map(|(id, _)| id.to_owned());
    if let Some(id) = twin {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", json!({"id": id, "api_name": "name"})));
    }
    let last = ctx.world.docs.all(NAME).count() + 1;
    let number = row["sequence_number"].as_u64().unwrap_or(last as u64);
    let id = ctx.world.new_id();
    ctx.world.docs.put(NAME, &id, json!({"id": id, "name": name, "sequence_number": number}));
    Ok(write::success("contact role added", json!({"id": id})))
}

fn change(ctx: &mut Ctx, id: &str, row: &Value) -> Done {
    let mut role = ctx.world.docs.get(NAME, id).cloned().ok_or_else(|| unknown(id))?;
    if row.get("name").is_some() {
        role["name"] = json!(name_of(row)?);
    }
    if let Some(number) = row["sequence_number"].as_u64() {
        role["sequence_number"] = json!(number);
    }
    ctx.world.docs.put(NAME, id, role);
    Ok(write::success("contact role updated", json!({"id": id})))
}

fn remove(ctx: &mut Ctx, id: &str) -> Done {
    ctx.world.docs.remove(NAME, id).ok_or_else(|| unknown(id))?;
    Ok(write::success("contact role deleted", json!({"id": id})))
}

fn unknown(id: &str) -> Problem {
    problem::invalid_data(json!({"id": id}))
}

/// The answer to a list of roles of a deal is one of links; a link keeps its role's id.
pub fn named(ctx: &Ctx, role: &Value) -> Value {
    let id = id_in(role).unwrap_or_default();
    ctx.world.docs.get(NAME, &id).map_or(Value::Null, |role| json!({"name": role["name"], "id": role["id"]}))
}

/// Whether a role of this id exists.
pub fn is_known(ctx: &Ctx, role: &Value) -> bool {
    id_in(role).is_some_and(|id| ctx.world.docs.get(NAME, &id).is_some())
}
