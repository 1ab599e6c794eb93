//! Records as the API shows them: lookups with names, owners with addresses, system keys.
//!
//! A stored record holds ids only; names are looked up when it is shown, so that they are never stale.
//! A lookup whose record is gone shows as null.

use super::super::world::World;
use super::module::{Field, Kind, Module, records_kind};
use super::{Version, lines, locking, meta, uploads};
use serde_json::{Map, Value, json};

/// A whole record, or the fields asked for.
pub fn record(world: &World, module: &Module, record: &Value, fields: &[String], version: Version) -> Value {
    let mut shown = Map::new();
    if fields.is_empty() {
        for field in
            module.fields.iter().filter(|field| field.kind != Kind::Subform || record.get(&field.name).is_some())
        {
            shown.insert(field.name.clone(), value(world, field, record, version));
        }
        if let Some(old) = named(world, module, record, lines::NAME, version) {
            shown.insert(lines::NAME.to_owned(), old);
        }
        shown.insert("Tag".to_owned(), tags(world, record));
        shown.insert("id".to_owned(), record["id"].clone());
        system_keys(world, module, record, &mut shown);
    } else {
        for name in fields {
            if let Some(found) = named(world, module, record, name, version) {
                shown.insert(name.clone(), found);
            }
        }
        shown.insert("id".to_owned(), record["id"].clone());
    }
    Value::Object(shown)
}

/// One field of a record by its API name; nothing where there is no such field.
pub fn named(world: &World, module: &Module, record: &Value, name: &str, version: Version) -> Option<Value> {
    match name {
        "id" => Some(record["id"].clone()),
        "Tag" => Some(tags(world, record)),
        lines::NAME => {
            let subform = lines::subform(module, version)?;
            Some(lines::show(world, &value(world, subform, record, version)))
        }
        _ if name.starts_with('$') => {
            let mut keys = Map::new();
            system_keys(world, module, record, &mut keys);
            keys.remove(name)
        }
        _ => module.field(name).map(|field| value(world, field, record, version)),
    }
}

fn system_keys(world: &World, module: &Module, record: &Value, shown: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("$approved", json!(true));
    put("$approval", json!({"delegate": false, "approve": false, "reject": false, "resubmit": false}));
    put("$editable", json!(true));
    put("$state", json!("save"));
    put("$process_flow", json!(false));
    put("$currency_symbol", json!("$"));
    put("$in_merge", json!(false));
    put("$locked_for_me", json!(locking::is_locked(world, record["id"].as_str().unwrap_or(""))));
    put("$review_process", json!({"approve": false, "reject": false, "resubmit": false}));
    put("$orchestration", json!(false));
    put("$pathfinder", json!(false));
    put("$review", Value::Null);
    if module.convertible {
        put("$converted", record.get("$converted").cloned().unwrap_or(json!(false)));
        put("$converted_detail", record.get("$converted_detail").cloned().unwrap_or(json!({})));
    }
    if module.name == "Notes" {
        put("$attachments", Value::Null);
        put("$size", Value::Null);
        put("$voice_note", json!(false));
        put("$is_shared_to_client", json!(false));
    }
    if module.fields.iter().any(|field| field.module.as_deref() == Some("$se_module")) {
        put("$se_module", record.get("$se_module").cloned().unwrap_or(Value::Null));
    }
}

fn value(world: &World, field: &Field, record: &Value, version: Version) -> Value {
    let stored = record.get(&field.name).unwrap_or(&Value::Null);
    match field.kind {
        Kind::Lookup => lookup(world, field, record, stored, version),
        Kind::Ownerlookup | Kind::Userlookup => user(world, stored, true),
        Kind::Subform => {
            Value::Array(stored.as_array().into_iter().flatten().map(|row| line(world, field, row, version)).collect())
        }
        Kind::Multiselectlookup => links(world, field, record, stored),
        Kind::Multiuserlookup => stored.as_array().into_iter().flatten().map(|one| user(world, one, true)).collect(),
        Kind::Fileupload | Kind::Imageupload => uploads::shown(field, record, stored, version),
        Kind::Multiselectpicklist if stored.is_null() => json!([]),
        Kind::Boolean if stored.is_null() => json!(false),
        Kind::Multiselectpicklist | Kind::Boolean => stored.clone(),
        Kind::Text | Kind::Textarea | Kind::Email | Kind::Phone | Kind::Website | Kind::Picklist => stored.clone(),
        Kind::Integer | Kind::Bigint | Kind::Double | Kind::Percent | Kind::Currency => stored.clone(),
        Kind::Date | Kind::Datetime | Kind::Autonumber | Kind::Formula => stored.clone(),
    }
}

fn line(world: &World, field: &Field, row: &Value, version: Version) -> Value {
    let mut shown: Map<String, Value> =
        field.fields.iter().map(|inner| (inner.name.clone(), value(world, inner, row, version))).collect();
    shown.insert("id".to_owned(), row["id"].clone());
    Value::Object(shown)
}

fn lookup(world: &World, field: &Field, record: &Value, stored: &Value, version: Version) -> Value {
    let Some(id) = stored["id"].as_str() else { return Value::Null };
    let Some((module, found)) = target(world, field, record, id) else { return Value::Null };
    let mut shown = json!({"name": title(module, found), "id": id});
    // Version 8 documents it for a note's parent; from which version on is inferred.
    if field.name == "Parent_Id" && version >= 30 {
        shown["module"] = json!({"api_name": module.name, "id": meta::module_id(world, module)});
    }
    shown
}

/// Links to several records, each under the field's own name beside the link's id.
fn links(world: &World, field: &Field, record: &Value, stored: &Value) -> Value {
    let links = stored.as_array().into_iter().flatten().filter_map(|link| {
        let id = link["id"].as_str()?;
        let (module, found) = target(world, field, record, id)?;
        Some(json!({&field.name: {"name": title(module, found), "id": id}, "id": link["link"]}))
    });
    Value::Array(links.collect())
}

/// The module and the record that a lookup points at.
pub fn target<'w>(world: &'w World, field: &Field, record: &Value, id: &str) -> Option<(&'w Module, &'w Value)> {
    let first = match field.module.as_deref() {
        Some("$se_module") => record["$se_module"].as_str(),
        named => named,
    };
    first.into_iter().chain(field.also.iter().map(String::as_str)).find_map(|name| {
        let module = world.module(name)?;
        Some((module, world.docs.get(&records_kind(&module.name), id)?))
    })
}

/// What names a record.
pub fn title(module: &Module, record: &Value) -> Value {
    record.get(&module.display).cloned().unwrap_or(Value::Null)
}

/// A user as `{name, id}`, with the address where wanted; null where there is no such user.
pub fn user(world: &World, stored: &Value, with_email: bool) -> Value {
    let Some(id) = stored["id"].as_str() else { return Value::Null };
    let Some(user) = world.docs.get("users", id) else { return Value::Null };
    let mut shown = json!({"name": user["full_name"], "id": id});
    if with_email {
        shown["email"] = user["email"].clone();
    }
    shown
}

fn tags(world: &World, record: &Value) -> Value {
    let ids = record["Tag"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let shown = ids.filter_map(|id| {
        let tag = world.docs.get("tags", id)?;
        Some(json!({"name": tag["name"], "id": id, "color_code": tag["color_code"]}))
    });
    Value::Array(shown.collect())
}
