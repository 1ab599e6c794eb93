//! `actions/…` on a module or a record: count, tags, conversion, a new owner, mail, a copy.

use super::super::exchange::{Answer, Problem};
use super::validate::{self, Place};
use super::{Ctx, Outcome, convert, problem, search, tags, write};
use serde_json::{Map, Value, json};

/// `/{module}/actions/{action}`.
pub fn on_module(ctx: &mut Ctx, method: &str, module: &str, action: &str) -> Outcome {
    match (method, action) {
        ("GET", "count") => search::count(ctx, module),
        ("POST", "add_tags" | "remove_tags") => {
            let ids = ids(ctx)?;
            tags::on_records(ctx, module, &ids, action == "add_tags")
        }
        ("POST", "mass_update") => mass_update(ctx, module),
        (_, "count" | "add_tags" | "remove_tags" | "mass_update") => Err(problem::invalid_method()),
        _ => Err(unknown(action)),
    }
}

/// `/{module}/{id}/actions/{action}`.
pub fn on_record(ctx: &mut Ctx, method: &str, module: &str, id: &str, action: &str) -> Outcome {
    match (method, action) {
        ("POST", "add_tags" | "remove_tags") => tags::on_records(ctx, module, &[id.to_owned()], action == "add_tags"),
        ("POST", "convert") if module.eq_ignore_ascii_case("Leads") => convert::answer(ctx, id),
        ("POST", "change_owner") => change_owner(ctx, module, id),
        ("POST", "send_mail") => send_mail(ctx, module, id),
        ("POST", "clone") => copy(ctx, module, id),
        (_, "add_tags" | "remove_tags" | "convert" | "change_owner" | "send_mail" | "clone") => {
            Err(problem::invalid_method())
        }
        _ => Err(unknown(action)),
    }
}

/// The sandbox says what it does not imitate rather than pretending.
fn unknown(action: &str) -> Problem {
    let message = format!("the sandbox does not imitate the action `{action}`");
    Problem::new(404, "INVALID_URL_PATTERN", message, json!({"action": action}))
}

fn ids(ctx: &Ctx) -> Result<Vec<String>, Problem> {
    let named = ctx.call.query.list("ids");
    if !named.is_empty() {
        return Ok(named);
    }
    let body = ctx.call.json_object().unwrap_or(Value::Null);
    let given: Vec<String> = body["ids"].as_array().into_iter().flatten().filter_map(validate::id_in).collect();
    if given.is_empty() { Err(problem::param_missing("ids")) } else { Ok(given) }
}

fn change_owner(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let body = ctx.call.json_object()?;
    let owner = body.get("owner").ok_or_else(|| problem::mandatory(json!({"api_name": "owner"})))?;
    let row = Map::from_iter([("Owner".to_owned(), owner.clone())]);
    let user = ctx.access.user.clone();
    write::update_record(ctx.world, &user, &module, id, &row, &Place { path: None })?;
    let row = write::success("owner updated successfully", json!({"id": id}));
    Ok(Answer::json(200, &json!({"data": [row]})))
}

/// Nothing leaves the sandbox: mail goes into an outbox that tests can read.
fn send_mail(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.world.module(module).ok_or_else(problem::invalid_module)?.clone();
    ctx.need(&["send_mail", &module.scope_name()], "CREATE").or_else(|_| ctx.need(&["send_mail", "all"], "CREATE"))?;
    if ctx.world.docs.get(&module.kind(), id).is_none() {
        return Err(problem::invalid_id());
    }
    let rows = write::rows(ctx)?;
    let done = write::each(ctx, rows, |ctx, row, place| {
        for name in ["from", "to"] {
            if row.get(name).is_none_or(Value::is_null) {
                return Err(problem::mandatory(place.details(name, &[])));
            }
        }
        let message = ctx.world.new_id();
        let mail = json!({
            "id": message, "time": ctx.world.now_text(), "module": module.name, "record": id, "mail": row,
        });
        ctx.world.docs.put("outbox", &message, mail);
        Ok(write::success("Your mail has been sent successfully.", json!({"message_id": message})))
    });
    Ok(write::answer(ctx, 200, done))
}

/// The same change to several records; by their ids, for the sandbox keeps no custom views.
fn mass_update(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let body = ctx.call.json_object()?;
    if body.get("cvid").is_some() {
        let message = "the sandbox keeps no custom views; name the records with `ids`";
        return Err(Problem::new(400, "NOT_SUPPORTED", message, json!({"api_name": "cvid"})));
    }
    let ids = ids(ctx)?;
    if ids.len() > 500 {
        return Err(Problem::new(400, "LIMIT_EXCEEDED", "Record count exceeded", json!({"limit": 500})));
    }
    let rows = write::rows(ctx)?;
    let row = rows.first().and_then(Value::as_object).cloned().unwrap_or_default();
    let place = Place::row(ctx.has_paths(), 0);
    let user = ctx.access.user.clone();
    let mut done = Vec::with_capacity(ids.len());
    for id in ids {
        let record = write::update_record(ctx.world, &user, &module, &id, &row, &place);
        done.push(record.map(|record| write::success("record updated", write::details(ctx.world, &record))));
    }
    Ok(write::answer(ctx, 200, done))
}

/// A second record with the values of the first, as far as callers may set them.
fn copy(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let record = ctx.world.docs.get(&module.kind(), id).ok_or_else(problem::invalid_id)?;
    let copied = |name: &str| module.field(name).is_some_and(|field| !field.read_only && !field.unique);
    let values = record.as_object().into_iter().flatten();
    let row: Map<String, Value> = values
        .filter(|(name, value)| !value.is_null() && (copied(name) || *name == "$se_module"))
        .map(|(name, value)| (name.clone(), without_row_ids(value)))
        .collect();
    let user = ctx.access.user.clone();
    let place = Place::row(ctx.has_paths(), 0);
    let record = write::insert_record(ctx.world, &user, &module, &row, &place)?;
    let row = write::success("record added", write::details(ctx.world, &record));
    Ok(Answer::json(201, &json!({"data": [row]})))
}

/// The rows of a subform get ids of their own.
fn without_row_ids(value: &Value) -> Value {
    let mut value = value.clone();
    for row in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        row.remove("id");
    }
    value
}
