//! Writing records: insert, update, delete; one row's failure leaves the other rows alone.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Field, Kind, Module};
use super::validate::{self, Place};
use super::{Ctx, Outcome, compare, formula, lines, locking, problem, render, timeline};
use serde_json::{Map, Value, json};

/// How many rows one call may carry.
pub const MOST_ROWS: usize = 100;

/// `POST /{module}`.
pub fn insert(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let rows = rows_of(ctx, &module)?;
    let done = each(ctx, rows, |ctx, row, place| insert_row(ctx, &module, row, place));
    Ok(answer(ctx, 201, done))
}

/// `PUT /{module}`: every row carries its id.
pub fn update_many(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let rows = rows_of(ctx, &module)?;
    let done = each(ctx, rows, |ctx, row, place| {
        let id = row.get("id").and_then(validate::id_in);
        let id = id.ok_or_else(|| problem::mandatory(place.details("id", &[])))?;
        update_row(ctx, &module, &id, row, place)
    });
    Ok(answer(ctx, 200, done))
}

/// `PUT /{module}/{id}`.
pub fn update_one(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let rows = rows_of(ctx, &module)?.into_iter().take(1).collect();
    let done = each(ctx, rows, |ctx, row, place| update_row(ctx, &module, id, row, place));
    Ok(answer(ctx, 200, done))
}

/// `DELETE /{module}?ids=`.
pub fn delete_many(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let ids = ctx.call.query.list("ids");
    if ids.is_empty() {
        return Err(problem::param_missing("ids"));
    }
    if ids.len() > MOST_ROWS {
        return Err(limit_exceeded());
    }
    let done = ids.iter().map(|id| delete_row(ctx, &module, id)).collect();
    Ok(answer(ctx, 200, done))
}

/// `DELETE /{module}/{id}`.
pub fn delete_one(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let done = vec![delete_row(ctx, &module, id)];
    Ok(answer(ctx, 200, done))
}

/// The rows under `data`.
pub fn rows(ctx: &Ctx) -> Result<Vec<Value>, Problem> {
    let body = ctx.call.json_object()?;
    let data = body.get("data").ok_or_else(|| problem::mandatory(json!({"api_name": "data"})))?;
    let wrong = || problem::invalid_data(json!({"expected_data_type": "jsonarray", "api_name": "data"}));
    let rows = data.as_array().ok_or_else(wrong)?;
    if rows.len() > MOST_ROWS {
        return Err(limit_exceeded());
    }
    if rows.is_empty() {
        return Err(problem::mandatory(json!({"api_name": "data"})));
    }
    Ok(rows.clone())
}

/// The rows under `data`, as records of a module.
pub fn rows_of(ctx: &Ctx, module: &Module) -> Result<Vec<Value>, Problem> {
    let mut rows = rows(ctx)?;
    lines::read(module, ctx.version, &mut rows);
    Ok(rows)
}

fn limit_exceeded() -> Problem {
    let details = json!({"limit": MOST_ROWS, "api_name": "data"});
    Problem::new(400, "LIMIT_EXCEEDED", "Record insertion limit has been exceeded.", details)
}

/// Does something with every row.
pub fn each(
    ctx: &mut Ctx,
    rows: Vec<Value>,
    mut act: impl FnMut(&mut Ctx, &Map<String, Value>, &Place) -> Result<Value, Problem>,
) -> Vec<Result<Value, Problem>> {
    let has_paths = ctx.has_paths();
    let wrong = || problem::invalid_data(json!({"expected_data_type": "jsonobject", "api_name": "data"}));
    rows.iter()
        .enumerate()
        .map(|(index, row)| act(ctx, row.as_object().ok_or_else(wrong)?, &Place::row(has_paths, index)))
        .collect()
}

/// Rows in their order; the status says whether all, some or none went well.
pub fn answer(ctx: &Ctx, success: u16, done: Vec<Result<Value, Problem>>) -> Answer {
    let failed = done.iter().filter(|row| row.is_err()).count();
    let status = match failed {
        0 => success,
        // Version 2 answers 202 as soon as a row fails; later ones tell all from some.
        _ if ctx.version < 30 => 202,
        all if all == done.len() => 400,
        _ => 207,
    };
    let rows: Vec<Value> = done.into_iter().map(|row| row.unwrap_or_else(|problem| problem.to_value())).collect();
    Answer::json(status, &json!({"data": rows}))
}

/// A row that went well.
pub fn success(message: &str, details: Value) -> Value {
    json!({"code": "SUCCESS", "details": details, "message": message, "status": "success"})
}

/// The details of a row that was written: id, who and when.
pub fn details(world: &World, record: &Value) -> Value {
    json!({
        "Modified_Time": record["Modified_Time"],
        "Modified_By": render::user(world, &record["Modified_By"], false),
        "Created_Time": record["Created_Time"],
        "id": record["id"],
        "Created_By": render::user(world, &record["Created_By"], false),
    })
}

fn insert_row(ctx: &mut Ctx, module: &Module, row: &Map<String, Value>, place: &Place) -> Result<Value, Problem> {
    let record = insert_record(ctx.world, &ctx.access.user, module, row, place)?;
    Ok(success("record added", details(ctx.world, &record)))
}

/// Makes a record of what a caller sent.
pub fn insert_record(
    world: &mut World,
    user: &str,
    module: &Module,
    row: &Map<String, Value>,
    place: &Place,
) -> Result<Value, Problem> {
    let mut stored = validate::row(world, module, row, None, place)?;
    check_unique(world, module, &stored, None, place)?;
    let now = json!(world.now_text());
    let id = world.new_id();
    stored.entry("Owner").or_insert_with(|| json!({"id": user}));
    stored.insert("id".to_owned(), json!(id));
    for name in ["Created_By", "Modified_By"] {
        stored.insert(name.to_owned(), json!({"id": user}));
    }
    for name in ["Created_Time", "Modified_Time"] {
        stored.insert(name.to_owned(), now.clone());
    }
    number(world, module, &mut stored);
    tag(world, user, module, row, &mut stored);
    let mut record = Value::Object(stored);
    derive(module, &mut record);
    touch_related(world, &record, &now);
    timeline::note(world, user, &id, "added", &Value::Null, &Map::new());
    world.docs.put(&module.kind(), &id, record.clone());
    Ok(record)
}

/// Series that the CRM numbers itself.
fn number(world: &mut World, module: &Module, stored: &mut Map<String, Value>) {
    let series = module.fields.iter().find(|field| field.read_only && field.name.ends_with("_Number"));
    let automatic = module.fields.iter().filter(|field| field.kind == Kind::Autonumber);
    for field in series.into_iter().chain(automatic) {
        let next = world.next_number(&format!("{}.{}", module.name, field.name), field.start);
        let [prefix, suffix] = [&field.prefix, &field.suffix].map(|text| text.as_deref().unwrap_or(""));
        stored.insert(field.name.clone(), json!(format!("{prefix}{next}{suffix}")));
    }
}

/// Tags that came with the row, by name.
fn tag(world: &mut World, user: &str, module: &Module, row: &Map<String, Value>, stored: &mut Map<String, Value>) {
    let Some(tags) = row.get("Tag").and_then(Value::as_array) else { return };
    let ids: Vec<String> =
        tags.iter().filter_map(|tag| super::tags::find_or_make(world, user, module, tag["name"].as_str()?)).collect();
    stored.insert("Tag".to_owned(), json!(ids));
}

fn update_row(
    ctx: &mut Ctx,
    module: &Module,
    id: &str,
    row: &Map<String, Value>,
    place: &Place,
) -> Result<Value, Problem> {
    let record = update_record(ctx.world, &ctx.access.user, module, id, row, place)?;
    Ok(success("record updated", details(ctx.world, &record)))
}

/// Changes a record by what a caller sent.
pub fn update_record(
    world: &mut World,
    user: &str,
    module: &Module,
    id: &str,
    row: &Map<String, Value>,
    place: &Place,
) -> Result<Value, Problem> {
    let kind = module.kind();
    let unknown = || {
        let details = if place.path.is_some() { place.details("id", &[]) } else { json!({}) };
        Problem::new(400, "INVALID_DATA", "the id given seems to be invalid", details)
    };
    let mut record = world.docs.get(&kind, id).cloned().ok_or_else(unknown)?;
    if record["$converted"] == true {
        let details = place.details("id", &[]);
        return Err(Problem::new(400, "CONVERTED_RECORD", "can't update the converted record", details));
    }
    if locking::is_locked(world, id) {
        return Err(problem::locked(place.details("id", &[])));
    }
    let mut changes = validate::row(world, module, row, Some(&record), place)?;
    check_unique(world, module, &changes, Some(id), place)?;
    tag(world, user, module, row, &mut changes);
    timeline::note(world, user, id, "updated", &record, &changes);
    for (name, value) in changes {
        record[name] = value;
    }
    let now = json!(world.now_text());
    record["Modified_Time"] = now.clone();
    record["Modified_By"] = json!({"id": user});
    derive(module, &mut record);
    touch_related(world, &record, &now);
    world.docs.put(&kind, id, record.clone());
    Ok(record)
}

/// Refuses a value that another record has in a field that must be unique.
fn check_unique(
    world: &World,
    module: &Module,
    stored: &Map<String, Value>,
    own_id: Option<&str>,
    place: &Place,
) -> Result<(), Problem> {
    for field in module.fields.iter().filter(|field| field.unique) {
        if stored.get(&field.name).is_none_or(Value::is_null) {
            continue;
        }
        let candidate = Value::Object(stored.clone());
        if let Some(twin) = twin(world, module, field, &candidate, own_id) {
            let details = place.details(&field.name, &[("id", json!(twin))]);
            return Err(Problem::new(400, "DUPLICATE_DATA", "duplicate data", details));
        }
    }
    Ok(())
}

/// The id of another record that holds the same in this field.
pub fn twin(world: &World, module: &Module, field: &Field, record: &Value, own_id: Option<&str>) -> Option<String> {
    let wanted = compare::keys(world, field, record);
    if wanted.iter().all(|key| *key == compare::Key::Empty) {
        return None;
    }
    world
        .docs
        .all(&module.kind())
        .find(|(id, other)| Some(*id) != own_id && compare::keys(world, field, other) == wanted)
        .map(|(id, _)| id.to_owned())
}

/// Fields that follow from others.
pub fn derive(module: &Module, record: &mut Value) {
    if module.display == "Full_Name" {
        let parts = ["First_Name", "Last_Name"].map(|name| record[name].as_str().unwrap_or("").trim().to_owned());
        record["Full_Name"] = json!(parts.join(" ").trim());
    }
    if module.name == "Deals" {
        let expected = record["Amount"].as_f64().zip(record["Probability"].as_f64()).map(|(a, p)| a * p / 100.0);
        record["Expected_Revenue"] = json!(expected);
    }
    if let Some(lines) = module.fields.iter().find(|field| field.lines) {
        total(&lines.name, record);
    }
    for field in module.fields.iter().filter(|field| field.kind == Kind::Formula) {
        record[&field.name] = formula::value(field.formula.as_deref().unwrap_or(""), record);
    }
}

/// The totals of an order follow from its lines.
fn total(lines: &str, record: &mut Value) {
    let number = |value: &Value| value.as_f64().unwrap_or(0.0);
    let mut sub_total = 0.0;
    for line in record[lines].as_array_mut().into_iter().flatten() {
        let gross = number(&line["Quantity"]) * number(&line["List_Price"]);
        let net = gross - number(&line["Discount"]) + number(&line["Tax"]);
        line["Total"] = json!(gross);
        line["Net_Total"] = json!(net);
        sub_total += net;
    }
    let grand = sub_total - number(&record["Discount"]) + number(&record["Tax"]) + number(&record["Adjustment"]);
    record["Sub_Total"] = json!(sub_total);
    record["Grand_Total"] = json!(grand);
}

/// A task, an event, a call or a note counts as activity of what it hangs on.
fn touch_related(world: &mut World, record: &Value, now: &Value) {
    let modules = world.modules.clone();
    for name in ["What_Id", "Who_Id", "Parent_Id"] {
        let Some(id) = record[name]["id"].as_str() else { continue };
        let owners = modules.iter().filter(|module| module.field("Last_Activity_Time").is_some());
        for module in owners {
            if let Some(mut parent) = world.docs.get(&module.kind(), id).cloned() {
                parent["Last_Activity_Time"] = now.clone();
                world.docs.put(&module.kind(), id, parent);
            }
        }
    }
}

/// Deletes a record into the bin.
pub fn delete_row(ctx: &mut Ctx, module: &Module, id: &str) -> Result<Value, Problem> {
    if locking::is_locked(ctx.world, id) {
        return Err(problem::locked(json!({"id": id})));
    }
    let Some(record) = ctx.world.docs.remove(&module.kind(), id) else {
        return Err(Problem::new(400, "INVALID_DATA", "record not deleted", json!({"id": id})));
    };
    let gone = json!({
        "module": module.name,
        "id": id,
        "display_name": render::title(module, &record),
        "deleted_by": {"id": ctx.access.user},
        "created_by": record["Created_By"],
        "deleted_time": ctx.world.now_text(),
        "record": record,
    });
    ctx.world.docs.put("deleted", id, gone);
    Ok(success("record deleted", json!({"id": id})))
}
