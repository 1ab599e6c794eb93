//! What the CRM says about itself: modules, fields, layouts, related lists.

use super::super::exchange::{Answer, Problem};
use super::module::{Field, Kind, Module, ORG_PREFIX};
use super::{Ctx, Outcome, problem, related};
use serde_json::{Value, json};

fn module_id(ctx: &Ctx, module: &Module) -> String {
    let at = ctx.world.modules.iter().position(|other| other.name == module.name).unwrap_or(0) as u64;
    (ORG_PREFIX + 2000 + at).to_string()
}

fn field_id(ctx: &Ctx, module: &Module, at: usize) -> String {
    let place = ctx.world.modules.iter().position(|other| other.name == module.name).unwrap_or(0) as u64;
    (ORG_PREFIX + 10_000 + place * 200 + at as u64).to_string()
}

/// The module of the `module` parameter.
fn wanted(ctx: &Ctx) -> Result<Module, Problem> {
    let name = ctx.call.query.get("module").ok_or_else(|| problem::param_missing("module"))?;
    ctx.world.module(name).cloned().ok_or_else(problem::invalid_module)
}

/// `GET /settings/modules`.
pub fn modules(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["settings", "modules"], "READ")?;
    let all: Vec<Value> = ctx.world.modules.iter().map(|module| shown_module(ctx, module)).collect();
    Ok(Answer::json(200, &json!({"modules": all})))
}

/// `GET /settings/modules/{api name or id}`.
pub fn module(ctx: &mut Ctx, name: &str) -> Outcome {
    ctx.need(&["settings", "modules"], "READ")?;
    let by_id = ctx.world.modules.iter().find(|module| module_id(ctx, module) == name).cloned();
    let module = by_id.or_else(|| ctx.world.module(name).cloned()).ok_or_else(problem::invalid_module)?;
    let mut shown = shown_module(ctx, &module);
    shown["fields"] = Value::Array(shown_fields(ctx, &module));
    shown["related_lists"] = Value::Array(shown_lists(ctx, &module));
    shown["$properties"] = json!(["$approved", "$editable", "$state"]);
    Ok(Answer::json(200, &json!({"modules": [shown]})))
}

fn shown_module(ctx: &Ctx, module: &Module) -> Value {
    json!({
        "api_name": module.name,
        "module_name": module.name,
        "singular_label": module.singular,
        "plural_label": module.plural(),
        "id": module_id(ctx, module),
        "generated_type": if module.custom { "custom" } else { "default" },
        "api_supported": true,
        "creatable": true,
        "editable": true,
        "deletable": true,
        "viewable": true,
        "convertable": module.convertible,
        "visible": true,
        "show_as_tab": module.name != "Notes",
        "status": "visible",
        "modified_time": null,
        "modified_by": null,
        "parent_module": {},
        "per_page": 200,
        "profiles": ctx.world.docs.all("profiles")
            .map(|(id, profile)| json!({"name": profile["name"], "id": id})).collect::<Vec<_>>(),
    })
}

/// `GET /settings/fields?module=`.
pub fn fields(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["settings", "fields"], "READ")?;
    let module = wanted(ctx)?;
    Ok(Answer::json(200, &json!({"fields": shown_fields(ctx, &module)})))
}

/// `GET /settings/fields/{id or API name}?module=`.
pub fn field(ctx: &mut Ctx, key: &str) -> Outcome {
    ctx.need(&["settings", "fields"], "READ")?;
    let module = wanted(ctx)?;
    let all = shown_fields(ctx, &module);
    match all.into_iter().find(|field| field["id"] == key || field["api_name"] == key) {
        None => Ok(Answer::empty(204)),
        Some(field) => Ok(Answer::json(200, &json!({"fields": [field]}))),
    }
}

fn shown_fields(ctx: &Ctx, module: &Module) -> Vec<Value> {
    module.fields.iter().enumerate().map(|(at, field)| shown_field(ctx, module, field, at)).collect()
}

fn shown_field(ctx: &Ctx, module: &Module, field: &Field, at: usize) -> Value {
    let options: Vec<Value> = field
        .options
        .iter()
        .enumerate()
        .map(|(place, option)| {
            let id = format!("{}{place:02}", field_id(ctx, module, at));
            json!({"id": id, "colour_code": null, "display_value": option, "actual_value": option, "reference_value": option,
                   "sequence_number": place + 1, "type": "used"})
        })
        .collect();
    let lookup = match field.module.as_deref() {
        Some(target) => json!({"module": {"api_name": target}, "display_label": field.label()}),
        None => json!({}),
    };
    let is_text = field.kind.json_type() == "string";
    json!({
        "api_name": field.name,
        "field_label": field.label(),
        "display_label": field.label(),
        "id": field_id(ctx, module, at),
        "data_type": field.kind.data_type(),
        "json_type": field.kind.json_type(),
        "length": field.length.unwrap_or(if is_text { 120 } else { 20 }),
        "decimal_place": matches!(field.kind, Kind::Double | Kind::Currency | Kind::Percent).then_some(2),
        "system_mandatory": field.required,
        "read_only": field.read_only,
        "field_read_only": field.read_only,
        "custom_field": field.custom || module.custom,
        "visible": true,
        "searchable": field.kind != Kind::Subform,
        "filterable": field.kind != Kind::Subform,
        "sortable": field.kind != Kind::Subform,
        "display_field": field.name == module.display,
        "unique": if field.unique { json!({"casesensitive": "no"}) } else { json!({}) },
        "view_type": {"view": true, "edit": !field.read_only, "quick_create": field.required, "create": !field.read_only},
        "operation_type": {
            "web_update": !field.read_only, "api_create": !field.read_only,
            "web_create": !field.read_only, "api_update": !field.read_only,
        },
        "pick_list_values": options,
        "lookup": lookup,
        "subform": null,
        "formula": {},
        "auto_number": {},
        "currency": if field.kind == Kind::Currency { json!({"precision": 2, "rounding_option": "normal"}) } else { json!({}) },
        "multiselectlookup": {},
        "tooltip": null,
        "created_source": "default",
        "associated_module": null,
    })
}

/// `GET /settings/layouts?module=`: one standard layout with one section.
pub fn layouts(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["settings", "layouts"], "READ")?;
    let module = wanted(ctx)?;
    let id = module_id(ctx, &module).parse::<u64>().unwrap_or(ORG_PREFIX) + 500;
    let profiles: Vec<Value> = ctx
        .world
        .docs
        .all("profiles")
        .map(|(id, profile)| json!({"default": true, "name": profile["name"], "id": id}))
        .collect();
    let layout = json!({
        "id": id.to_string(),
        "name": "Standard",
        "api_name": "Standard",
        "display_label": "Standard",
        "status": "active",
        "visible": true,
        "profiles": profiles,
        "sections": [{
            "display_label": format!("{} Information", module.singular),
            "api_name": format!("{}_Information", module.singular.replace(' ', "_")),
            "sequence_number": 1,
            "column_count": 2,
            "fields": shown_fields(ctx, &module),
        }],
    });
    Ok(Answer::json(200, &json!({"layouts": [layout]})))
}

/// `GET /settings/related_lists?module=`.
pub fn related_lists(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["settings", "related_lists"], "READ")?;
    let module = wanted(ctx)?;
    Ok(Answer::json(200, &json!({"related_lists": shown_lists(ctx, &module)})))
}

fn shown_lists(ctx: &Ctx, module: &Module) -> Vec<Value> {
    let place = ctx.world.modules.iter().position(|other| other.name == module.name).unwrap_or(0) as u64;
    let base = ORG_PREFIX + 100_000 + place * 100;
    let own = related::lists(module);
    let attachments = [("Attachments".to_owned(), "Attachments".to_owned())];
    let named = own.into_iter().map(|list| (list.name, list.module)).chain(attachments);
    named
        .enumerate()
        .map(|(at, (name, target))| {
            let label = name.replace('_', " ");
            json!({
                "id": (base + at as u64).to_string(),
                "sequence_number": (at + 1).to_string(),
                "api_name": name,
                "name": label,
                "display_label": label,
                "module": {"api_name": target, "id": ctx.world.module(&target).map(|found| module_id(ctx, found))},
                "href": format!("{}/{{ENTITYID}}/{name}", module.name),
                "action": null,
                "type": "default",
                "status": "visible",
                "visible": true,
                "customize_sort": false,
                "customize_fields": false,
                "customize_display_label": false,
                "sort_by": null,
                "sort_order": null,
                "fields": [],
            })
        })
        .collect()
}
