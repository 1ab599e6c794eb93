//! `POST /{module}/upsert`: update what is known by its id or by fields that tell records apart, else insert.

use super::super::exchange::Problem;
use super::module::Module;
use super::validate::{self, Place};
use super::{Ctx, Outcome, compare, problem, write};
use serde_json::{Map, Value, json};

/// Answers an upsert.
pub fn answer(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let rows = write::rows_of(ctx, &module)?;
    let fields = check_fields(ctx, &module)?;
    let done = write::each(ctx, rows, |ctx, row, place| one(ctx, &module, &fields, row, place));
    Ok(write::answer(ctx, 200, done))
}

/// The caller's `duplicate_check_fields`, then the module's own, then its unique ones.
fn check_fields(ctx: &Ctx, module: &Module) -> Result<Vec<String>, Problem> {
    let body = ctx.call.json_object()?;
    let named: Vec<String> = match body.get("duplicate_check_fields") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(names)) => names.split(',').map(|name| name.trim().to_owned()).collect(),
        Some(_) => {
            let details = json!({"expected_data_type": "jsonarray", "api_name": "duplicate_check_fields"});
            return Err(problem::invalid_data(details));
        }
    };
    if let Some(unknown) = named.iter().find(|name| module.field(name).is_none()) {
        let details = json!({"api_name": "duplicate_check_fields", "value": unknown});
        return Err(problem::invalid_data(details));
    }
    let unique = module.fields.iter().filter(|field| field.unique).map(|field| field.name.clone());
    let own = module.duplicate.iter().cloned().chain(unique);
    Ok(named.iter().cloned().chain(own.filter(|name| !named.contains(name))).collect())
}

fn one(
    ctx: &mut Ctx,
    module: &Module,
    fields: &[String],
    row: &Map<String, Value>,
    place: &Place,
) -> Result<Value, Problem> {
    let known = match row.get("id").and_then(validate::id_in) {
        Some(id) => Some((id, None)),
        None => find(ctx, module, fields, row).map(|(id, field)| (id, Some(field))),
    };
    let user = ctx.access.user.clone();
    let (record, action, field) = match known {
        Some((id, field)) => (write::update_record(ctx.world, &user, module, &id, row, place)?, "update", field),
        None => (write::insert_record(ctx.world, &user, module, row, place)?, "insert", None),
    };
    let message = if action == "insert" { "record added" } else { "record updated" };
    let mut done = write::success(message, write::details(ctx.world, &record));
    done["action"] = json!(action);
    done["duplicate_field"] = json!(field);
    Ok(done)
}

/// The first record that agrees in one of these fields, and which it was.
fn find(ctx: &Ctx, module: &Module, fields: &[String], row: &Map<String, Value>) -> Option<(String, String)> {
    fields.iter().find_map(|name| {
        let field = module.field(name)?;
        let given = row.get(name)?;
        let text = validate::id_in(given)?;
        let wanted = compare::key_of_text(field.kind, &text).filter(|key| *key != compare::Key::Empty)?;
        let mut records = ctx.world.docs.all(&module.kind());
        let known = records.find(|(_, record)| {
            record["$converted"] != true && compare::keys(ctx.world, field, record).contains(&wanted)
        });
        known.map(|(id, _)| (id.to_owned(), name.clone()))
    })
}
