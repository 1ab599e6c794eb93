//! The organisation, its roles and its profiles.

use super::super::exchange::{Answer, Problem};
use super::collection::{self, Done};
use super::{Ctx, Outcome, meta, operation, problem, write};
use serde_json::{Value, json};

/// `GET /org`.
pub fn get(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["org"], "READ")?;
    Ok(Answer::json(200, &json!({"org": [ctx.world.docs.get("org", "org")]})))
}

/// `GET /settings/roles[/{id}]`.
pub fn roles(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "roles"], "READ")?;
    meta::some("roles", all(ctx, "roles"), id)
}

/// `GET /settings/profiles[/{id}]`.
pub fn profiles(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "profiles"], "READ")?;
    meta::some("profiles", all(ctx, "profiles"), id)
}

fn all(ctx: &Ctx, kind: &str) -> Vec<Value> {
    ctx.world.docs.all(kind).map(|(_, body)| body.clone()).collect()
}

/// `/org/currencies[/{id}]`: the home currency and those that were added.
pub fn currencies(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    ctx.need(&["settings", "currencies"], operation(&ctx.call.method)).or_else(|_| ctx.need(&["org"], "READ"))?;
    match (method, rest) {
        ("GET", []) => Ok(collection::listed("currencies", all(ctx, "currencies"))),
        ("GET", [id]) => {
            let found = ctx.world.docs.get("currencies", id).cloned();
            Ok(collection::listed("currencies", found.into_iter().collect()))
        }
        ("POST", []) => collection::each(ctx, "currencies", 200, add_currency),
        ("PUT", [id]) => collection::each(ctx, "currencies", 200, |ctx, row| change_currency(ctx, id, row)),
        (_, [] | [_]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn add_currency(ctx: &mut Ctx, row: &Value) -> Done {
    for name in ["iso_code", "exchange_rate"] {
        if row[name].as_str().is_none_or(str::is_empty) {
            return Err(problem::mandatory(json!({"api_name": name})));
        }
    }
    if ctx.world.docs.all("currencies").any(|(_, known)| known["iso_code"] == row["iso_code"]) {
        return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", json!({"api_name": "iso_code"})));
    }
    let id = ctx.world.new_id();
    let home = ctx.world.docs.all("currencies").next().map_or(Value::Null, |(_, home)| home.clone());
    let mut currency = home;
    currency["id"] = json!(id);
    currency["is_base"] = json!(false);
    currency["name"] = row["iso_code"].clone();
    fill_currency(ctx, &mut currency, row);
    ctx.world.docs.put("currencies", &id, currency);
    Ok(write::success("The currency created successfully.", json!({"id": id})))
}

fn change_currency(ctx: &mut Ctx, id: &str, row: &Value) -> Done {
    let mut currency = ctx.world.docs.get("currencies", id).cloned().ok_or_else(problem::invalid_id)?;
    fill_currency(ctx, &mut currency, row);
    ctx.world.docs.put("currencies", id, currency);
    Ok(write::success("The currency updated successfully.", json!({"id": id})))
}

fn fill_currency(ctx: &Ctx, currency: &mut Value, row: &Value) {
    for name in ["name", "iso_code", "symbol", "exchange_rate", "format", "prefix_symbol", "is_active"] {
        if let Some(value) = row.get(name) {
            currency[name] = value.clone();
        }
    }
    currency["modified_time"] = json!(ctx.world.now_text());
}
