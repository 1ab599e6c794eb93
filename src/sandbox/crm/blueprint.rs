//! `actions/blueprint`: the transitions that a record may take, and taking one.
//!
//! A module has one process at most, described beside its fields in `modules.toml`; every record whose
//! field holds a state of it is in the process.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Module, ORG_PREFIX, Transition};
use super::validate::{Place, id_in};
use super::{Ctx, Outcome, collection, fields, meta, problem, render, write};
use serde_json::{Map, Value, json};

const FIRST_ID: u64 = 70_000;
const MOST: u64 = 20;

/// `/{module}/{id}/actions/blueprint`.
pub fn answer(ctx: &mut Ctx, method: &str, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let record = ctx.world.docs.get(&module.kind(), id).cloned().ok_or_else(problem::invalid_id)?;
    match method {
        "GET" => read(ctx, &module, &record),
        "PUT" => take(ctx, &module, id, &record),
        _ => Err(problem::invalid_method()),
    }
}

fn not_in_process() -> Problem {
    Problem::new(400, "RECORD_NOT_IN_PROCESS", "record not in process", json!({}))
}

/// The process's field, and its open transitions with their numbers.
type Open<'m> = (&'m str, Vec<(u64, &'m Transition)>);

/// The transitions from where the record stands, with their numbers in the process.
fn open<'m>(module: &'m Module, record: &Value) -> Result<Open<'m>, Problem> {
    let process = module.blueprint.as_ref().ok_or_else(not_in_process)?;
    let state = record[&process.field].as_str().unwrap_or("");
    let known = process.transitions.iter().any(|step| step.from == state || step.to == state);
    if !known {
        return Err(not_in_process());
    }
    let steps = (0..).zip(&process.transitions).filter(|(_, step)| step.from == state);
    Ok((&process.field, steps.collect()))
}

fn process_id(world: &World, module: &Module) -> u64 {
    ORG_PREFIX + FIRST_ID + meta::place(world, module) * MOST
}

fn step_id(world: &World, module: &Module, at: u64) -> String {
    (process_id(world, module) + 1 + at).to_string()
}

fn read(ctx: &Ctx, module: &Module, record: &Value) -> Outcome {
    let (field, steps) = open(module, record)?;
    let world: &World = ctx.world;
    let steps: Vec<Value> = steps.iter().map(|(at, step)| shown(world, module, record, *at, step)).collect();
    let label = module.field(field).map(super::module::Field::label);
    let info = json!({
        "field_id": fields::id_of(world, module, field),
        "is_continuous": false,
        "continuous": false,
        "api_name": field,
        "field_label": label,
        "field_name": label,
        "column_name": field.to_uppercase(),
        "name": module.blueprint.as_ref().map(|process| &process.name),
        "field_value": record[field],
        "id": process_id(world, module).to_string(),
        "escalation": null,
        "current_picklist": {"colour_code": null, "id": null, "value": record[field]},
    });
    Ok(Answer::json(200, &json!({"blueprint": {"process_info": info, "transitions": steps}})))
}

fn shown(world: &World, module: &Module, record: &Value, at: u64, step: &Transition) -> Value {
    let known = fields::of_module(world, module);
    let wanted: Vec<&Value> =
        known.iter().filter(|field| step.required.iter().any(|name| field["api_name"] == name.as_str())).collect();
    let process = module.blueprint.as_ref();
    let next: Vec<Value> = (0..)
        .zip(process.into_iter().flat_map(|process| &process.transitions))
        .filter(|(_, after)| after.from == step.to)
        .map(|(at, after)| json!({"id": step_id(world, module, at), "name": after.name, "type": "manual", "criteria_matched": true}))
        .collect();
    let data: Map<String, Value> = step
        .required
        .iter()
        .map(|name| (name.clone(), render::named(world, module, record, name, 80).unwrap_or(Value::Null)))
        .collect();
    json!({
        "id": step_id(world, module, at),
        "name": step.name,
        "type": "manual",
        "sequence": at + 1,
        "execution_time": null,
        "criteria_matched": true,
        "criteria_message": null,
        "percent_partial_save": 0.0,
        "next_field_value": step.to,
        "next_transitions": next,
        "parent_transition": null,
        "color_code": null,
        "text_color_code": null,
        "fields": wanted,
        "data": data,
    })
}

/// Checks the fields that the transition asks for, writes them, and moves the record on.
fn take(ctx: &mut Ctx, module: &Module, id: &str, record: &Value) -> Outcome {
    let rows = collection::given(ctx, "blueprint")?;
    let wanted = rows.first().map(|row| &row["transition_id"]).and_then(id_in);
    let wanted = wanted.ok_or_else(|| problem::mandatory(json!({"api_name": "transition_id"})))?;
    let (field, steps) = open(module, record)?;
    let step = steps.iter().find(|(at, _)| step_id(ctx.world, module, *at) == wanted).map(|(_, step)| *step);
    let step = step
        .ok_or_else(|| Problem::new(400, "INVALID_DATA", "invalid transition", json!({"api_name": "transition_id"})))?;
    let mut row = rows.first().and_then(|row| row["data"].as_object()).cloned().unwrap_or_default();
    for name in &step.required {
        if row.get(name).is_none_or(Value::is_null) && record[name].is_null() {
            return Err(problem::mandatory(
                json!({"api_name": name, "json_path": format!("$.blueprint[0].data.{name}")}),
            ));
        }
    }
    let notes = row.remove("Notes");
    row.insert(field.to_owned(), json!(step.to));
    let place = Place { path: ctx.has_paths().then(|| "$.blueprint[0].data".to_owned()) };
    let user = ctx.access.user.clone();
    write::update_record(ctx.world, &user, module, id, &row, &place)?;
    if let (Some(text), Some(all)) = (notes.as_ref().and_then(Value::as_str), ctx.world.module("Notes").cloned()) {
        let note = json!({"Note_Content": text, "Parent_Id": {"id": id}, "$se_module": module.name});
        write::insert_record(ctx.world, &user, &all, note.as_object().unwrap_or(&Map::new()), &place)?;
    }
    Ok(Answer::json(200, &write::success("transition updated successfully", json!({}))))
}
