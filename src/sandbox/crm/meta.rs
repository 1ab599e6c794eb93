//! What the CRM says about itself: modules, layouts, related lists; its fields are in `fields`.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Module, ORG_PREFIX};
use super::{Ctx, Outcome, fields, problem, records, related};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The id of a module itself; its place in the list of modules makes it.
pub fn module_id(world: &World, module: &Module) -> String {
    (ORG_PREFIX + 2000 + place(world, module)).to_string()
}

/// Where a module stands in the list of modules.
pub fn place(world: &World, module: &Module) -> u64 {
    world.modules.iter().position(|other| other.name == module.name).unwrap_or(0) as u64
}

static REST: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("metadata.json")).expect("the embedded file is JSON, which a test reads")
});

/// A description with the keys that it always has at Zoho and that say the same of everything here.
pub fn with_rest(kind: &str, mut shown: Value) -> Value {
    if let (Some(shown), Some(rest)) = (shown.as_object_mut(), REST[kind].as_object()) {
        for (name, value) in rest {
            if !shown.contains_key(name) {
                shown.insert(name.clone(), value.clone());
            }
        }
    }
    shown
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
    let by_id = ctx.world.modules.iter().find(|module| module_id(ctx.world, module) == name).cloned();
    let module = by_id.or_else(|| ctx.world.module(name).cloned()).ok_or_else(problem::invalid_module)?;
    let mut shown = shown_module(ctx, &module);
    shown["fields"] = Value::Array(fields::as_in(ctx.version, fields::of_module(ctx.world, &module)));
    shown["related_lists"] = Value::Array(shown_lists(ctx, &module));
    shown["$properties"] = json!(["$approved", "$editable", "$state"]);
    Ok(Answer::json(200, &json!({"modules": [shown]})))
}

fn shown_module(ctx: &Ctx, module: &Module) -> Value {
    let shown = json!({
        "api_name": module.name,
        "module_name": module.name,
        "sequence_number": place(ctx.world, module) + 1,
        "singular_label": module.singular,
        "plural_label": module.plural(),
        "id": module_id(ctx.world, module),
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
    });
    with_rest("module", shown)
}

/// `GET /settings/layouts[/{id}]?module=`: one standard layout with one section.
pub fn layouts(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "layouts"], "READ")?;
    let module = wanted(ctx)?;
    let layout = shown_layout(ctx, &module);
    some("layouts", vec![layout], id)
}

/// All of these, or the one of this id; nothing where there is none.
pub fn some(kind: &str, mut all: Vec<Value>, id: Option<&str>) -> Outcome {
    if let Some(id) = id {
        if !records::is_id(id) {
            return Err(problem::invalid_id());
        }
        all.retain(|found| found["id"] == id);
        if all.is_empty() {
            return Ok(Answer::empty(204));
        }
    }
    let mut body = json!({});
    body[kind] = Value::Array(all);
    Ok(Answer::json(200, &body))
}

fn shown_layout(ctx: &Ctx, module: &Module) -> Value {
    let id = module_id(ctx.world, module).parse::<u64>().unwrap_or(ORG_PREFIX) + 500;
    let profiles: Vec<Value> = ctx
        .world
        .docs
        .all("profiles")
        .map(|(id, profile)| {
            json!({"default": true, "name": profile["name"], "id": id, "_default_view": null, "_default_assignment_view": null})
        })
        .collect();
    let title = format!("{} Information", module.singular);
    let fields = fields::as_in(ctx.version, fields::of_module(ctx.world, module))
        .into_iter()
        .map(|field| with_rest("layout_field", field));
    let section = json!({
        "id": (id + 200).to_string(),
        "name": title,
        "display_label": title,
        "api_name": title.replace(' ', "_"),
        "sequence_number": 1,
        "column_count": 2,
        "fields": fields.collect::<Vec<_>>(),
    });
    let layout = json!({
        "id": id.to_string(),
        "name": "Standard",
        "api_name": "Standard",
        "display_label": "Standard",
        "status": "active",
        "visible": true,
        "profiles": profiles,
        "sections": [with_rest("section", section)],
    });
    with_rest("layout", layout)
}

/// `GET /settings/related_lists[/{id}]?module=`.
pub fn related_lists(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "related_lists"], "READ")?;
    let module = wanted(ctx)?;
    some("related_lists", shown_lists(ctx, &module), id)
}

fn shown_lists(ctx: &Ctx, module: &Module) -> Vec<Value> {
    let base = ORG_PREFIX + 100_000 + place(ctx.world, module) * 100;
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
                "module": {"api_name": target, "id": ctx.world.module(&target).map(|found| module_id(ctx.world, found))},
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

/// `GET /settings/pipeline[/{id}]?layout_id=`: the one pipeline of deals, a stage for each option.
pub fn pipelines(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "pipeline"], "READ").or_else(|_| ctx.need(&["settings", "layouts"], "READ"))?;
    ctx.call.query.get("layout_id").ok_or_else(|| problem::param_missing("layout_id"))?;
    let deals = ctx.world.module("Deals").cloned().ok_or_else(problem::invalid_module)?;
    let stages = fields::of_module(ctx.world, &deals).into_iter().find(|field| field["api_name"] == "Stage");
    let maps: Vec<Value> =
        stages.iter().flat_map(|stage| stage["pick_list_values"].as_array()).flatten().map(stage).collect();
    let pipeline = json!({
        "id": (ORG_PREFIX + 80_000).to_string(), "display_value": "Standard (Standard)",
        "actual_value": "Standard (Standard)", "default": true, "maps": maps,
        "child_available": false, "parent": null,
    });
    some("pipeline", vec![pipeline], id)
}

fn stage(option: &Value) -> Value {
    let name = option["display_value"].as_str().unwrap_or("");
    let (kind, category) = match name {
        "Closed Won" => ("Closed Won", "won"),
        "Closed Lost" | "Closed Lost to Competition" => ("Closed Lost", "lost"),
        _ => ("Open", "open"),
    };
    json!({
        "display_value": name, "actual_value": name, "id": option["id"], "sequence_number": option["sequence_number"],
        "forecast_type": kind, "colour_code": null, "delete": false,
        "forecast_category": {"name": category, "id": (ORG_PREFIX + 80_010).to_string()},
    })
}
