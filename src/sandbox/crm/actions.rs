//! `actions/…` on a module or a record: count, tags, conversion, a new owner, mail, a copy.

use super::super::exchange::{Answer, Problem};
use super::mass::{change_owner, job, mass_change_owner, mass_delete, mass_update};
use super::validate::{self, Place};
use super::{Ctx, Outcome, blueprint, convert, problem, search, sharing, tags, uploads, write};
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
        ("POST", "change_owner") => {
            let ids = ids(ctx)?;
            change_owner(ctx, module, &ids)
        }
        ("POST", "mass_change_owner") => mass_change_owner(ctx, module),
        ("POST", "mass_delete") => mass_delete(ctx, module),
        ("GET", "mass_update" | "mass_change_owner" | "mass_delete") => job(ctx, module),
        (
            _,
            "count" | "add_tags" | "remove_tags" | "mass_update" | "change_owner" | "mass_change_owner" | "mass_delete",
        ) => Err(problem::invalid_method()),
        _ => Err(unknown(action)),
    }
}

/// `/{module}/{id}/actions/{action}`.
pub fn on_record(ctx: &mut Ctx, method: &str, module: &str, id: &str, action: &str) -> Outcome {
    match (method, action) {
        ("POST", "add_tags" | "remove_tags") => tags::on_records(ctx, module, &[id.to_owned()], action == "add_tags"),
        ("POST", "convert") if module.eq_ignore_ascii_case("Leads") => convert::answer(ctx, id),
        ("POST", "change_owner") => change_owner(ctx, module, &[id.to_owned()]),
        ("GET" | "PUT", "blueprint") => blueprint::answer(ctx, method, module, id),
        (_, "share") => sharing::answer(ctx, method, module, id),
        ("GET", "download_fields_attachment") => uploads::download(ctx, module, id),
        ("POST", "send_mail") => send_mail(ctx, module, id),
        ("POST", "clone") => copy(ctx, module, id),
        (_, "add_tags" | "remove_tags" | "convert" | "change_owner" | "send_mail" | "clone" | "blueprint") => {
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

/// The `ids` of the query or of the body.
pub fn ids(ctx: &Ctx) -> Result<Vec<String>, Problem> {
    let named = ctx.call.query.list("ids");
    if !named.is_empty() {
        return Ok(named);
    }
    let body = ctx.call.json_object().unwrap_or(Value::Null);
    let given: Vec<String> = body["ids"].as_array().into_iter().flatten().filter_map(validate::id_in).collect();
    if given.is_empty() { Err(problem::param_missing("ids")) } else { Ok(given) }
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
