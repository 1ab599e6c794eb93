//! `/settings/fields`: what a module's fields are, and those of the rows of its subforms.
//!
//! The rows of a subform are a module of their own to the callers, named like the subform: clients ask
//! for its fields by that name before they read or write such a row. It is in no list of modules.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Field, Kind, Module, ORG_PREFIX};
use super::{Ctx, Outcome, Version, meta, problem};
use serde_json::{Value, json};

/// Where the ids of subforms' rows, and those of their fields, begin; records begin at other numbers.
const SUBFORMS: u64 = 200_000;
const SUBFORM_FIELDS: u64 = 100_000_000;

/// `GET /settings/fields?module=`.
pub fn all(ctx: &mut Ctx) -> Outcome {
    let fields = as_in(ctx.version, wanted(ctx)?);
    Ok(Answer::json(200, &json!({"fields": fields})))
}

/// `GET /settings/fields/{id or API name}?module=`.
pub fn one(ctx: &mut Ctx, key: &str) -> Outcome {
    match as_in(ctx.version, wanted(ctx)?).into_iter().find(|field| field["id"] == key || field["api_name"] == key) {
        None => Ok(Answer::empty(204)),
        Some(field) => Ok(Answer::json(200, &json!({"fields": [field]}))),
    }
}

/// Fields as a version describes them: before version 3 a lookup names its module by text.
pub fn as_in(version: Version, mut fields: Vec<Value>) -> Vec<Value> {
    for field in fields.iter_mut().filter(|field| version < 30 && field["lookup"]["module"].is_object()) {
        let name = field["lookup"]["module"]["api_name"].clone();
        field["lookup"]["module"] = name;
    }
    fields
}

/// The fields of the module or the subform that the `module` parameter names.
fn wanted(ctx: &Ctx) -> Result<Vec<Value>, Problem> {
    ctx.need(&["settings", "fields"], "READ")?;
    let name = ctx.call.query.get("module").ok_or_else(|| problem::param_missing("module"))?;
    if let Some(module) = ctx.world.module(name) {
        return Ok(of_module(ctx.world, module));
    }
    of_subform(ctx.world, name).ok_or_else(problem::invalid_module)
}

/// The fields of a module.
pub fn of_module(world: &World, module: &Module) -> Vec<Value> {
    let numbered = module.fields.iter().enumerate();
    numbered
        .map(|(at, field)| {
            let home = Home { custom: module.custom, is_display: field.name == module.display };
            let mut shown = shown(world, field, field_number(world, module, at), &home);
            if field.kind == Kind::Subform {
                let (id, name) = (subform_id(world, module, at).to_string(), &field.name);
                let rows = json!({"module": name, "id": id});
                shown["subform"] = rows;
                shown["associated_module"] = json!({"module": name, "api_name": name, "module_name": name, "id": id});
            }
            shown
        })
        .collect()
}

/// The id of a module's field.
pub fn id_of(world: &World, module: &Module, name: &str) -> Option<String> {
    let at = module.fields.iter().position(|field| field.name == name)?;
    Some((ORG_PREFIX + field_number(world, module, at)).to_string())
}

/// The fields of the rows of the subform of this name.
fn of_subform(world: &World, name: &str) -> Option<Vec<Value>> {
    world.modules.iter().find_map(|module| {
        let is_it = |field: &Field| field.kind == Kind::Subform && field.name.eq_ignore_ascii_case(name);
        let at = module.fields.iter().position(is_it)?;
        let home = Home { custom: module.custom, is_display: false };
        let first = SUBFORM_FIELDS + field_number(world, module, at) * 100;
        let rows = module.fields.get(at)?.fields.iter().enumerate();
        Some(rows.map(|(inner, field)| shown(world, field, first + inner as u64, &home)).collect())
    })
}

/// The number in a field's id; the prefix is the organisation's.
fn field_number(world: &World, module: &Module, at: usize) -> u64 {
    10_000 + meta::place(world, module) * 200 + at as u64
}

fn subform_id(world: &World, module: &Module, at: usize) -> u64 {
    ORG_PREFIX + SUBFORMS + field_number(world, module, at)
}

/// What a field's description needs to know of its module.
struct Home {
    custom: bool,
    is_display: bool,
}

fn shown(world: &World, field: &Field, number: u64, home: &Home) -> Value {
    let id = (ORG_PREFIX + number).to_string();
    let is_text = field.kind.json_type() == "string";
    let shown = json!({
        "api_name": field.name,
        "field_label": field.label(),
        "display_label": field.label(),
        "id": id,
        "data_type": field.kind.data_type(),
        "json_type": field.kind.json_type(),
        "length": field.length.unwrap_or(if is_text { 120 } else { 20 }),
        "decimal_place": matches!(field.kind, Kind::Double | Kind::Currency | Kind::Percent).then_some(2),
        "system_mandatory": field.required,
        "read_only": field.read_only,
        "field_read_only": field.read_only,
        "custom_field": field.custom || home.custom,
        "visible": true,
        "searchable": field.kind != Kind::Subform,
        "filterable": field.kind != Kind::Subform,
        "sortable": field.kind != Kind::Subform,
        "display_field": home.is_display,
        "unique": if field.unique { json!({"casesensitive": "no"}) } else { json!({}) },
        "view_type": {"view": true, "edit": !field.read_only, "quick_create": field.required, "create": !field.read_only},
        "operation_type": {
            "web_update": !field.read_only, "api_create": !field.read_only,
            "web_create": !field.read_only, "api_update": !field.read_only,
        },
        "pick_list_values": options(field, &id),
        "lookup": lookup(world, field),
        "subform": null,
        "formula": match &field.formula {
            Some(text) => json!({"return_type": "double", "expression": text}),
            None => json!({}),
        },
        "auto_number": match field.kind {
            Kind::Autonumber => json!({"prefix": field.prefix, "suffix": field.suffix, "start_number": field.start.unwrap_or(1)}),
            _ => json!({}),
        },
        "currency": if field.kind == Kind::Currency { json!({"precision": 2, "rounding_option": "normal"}) } else { json!({}) },
        "multiselectlookup": linking(world, field),
        "tooltip": null,
        "created_source": "default",
        "associated_module": null,
    });
    meta::with_rest("field", shown)
}

fn options(field: &Field, id: &str) -> Vec<Value> {
    let numbered = field.options.iter().enumerate();
    numbered
        .map(|(place, option)| {
            json!({"id": format!("{id}{place:02}"), "colour_code": null, "display_value": option, "actual_value": option,
                   "reference_value": option, "sequence_number": place + 1, "type": "used"})
        })
        .collect()
}

/// The module on the other side of a lookup to several records.
fn linking(world: &World, field: &Field) -> Value {
    let Some(target) = field.module.as_deref().filter(|_| field.kind == Kind::Multiselectlookup) else {
        return json!({});
    };
    let id = world.module(target).map(|module| meta::module_id(world, module));
    json!({
        "display_label": field.label(), "linking_module": null, "lookup_apiname": field.name,
        "api_name": field.name, "connectedlookup_apiname": target, "connected_module": target, "id": id,
    })
}

/// The module that a lookup points at; `se_module` where each record names its own.
fn lookup(world: &World, field: &Field) -> Value {
    let Some(target) = field.module.as_deref().filter(|_| field.kind == Kind::Lookup) else { return json!({}) };
    let id = world.module(target).map(|module| meta::module_id(world, module));
    json!({
        "display_label": field.label(),
        "api_name": null,
        "query_details": {},
        "module": {"api_name": target.trim_start_matches('$'), "id": id},
        "id": null,
        "revalidate_filter_during_edit": false,
        "show_fields": [],
    })
}
