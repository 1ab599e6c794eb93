//! What callers send to a form, checked, and how a report shows it.
//!
//! A record holds texts; numbers and yes or no come back as texts, days as `02-Mar-2026`.

use super::super::world::World;
use super::forms::{Field, Form, Kind};
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

/// How Creator writes a day and a moment, unless an application says otherwise.
const DAY: &str = "%d-%b-%Y";
const MOMENT: &str = "%d-%b-%Y %H:%M:%S";

/// The stored form of what a caller sent, or what is wrong, by field; `own` is the record that it changes.
pub fn read(
    world: &World,
    form: &Form,
    given: &Map<String, Value>,
    own: Option<&str>,
) -> Result<Map<String, Value>, Value> {
    let mut stored = Map::new();
    let mut wrong = Map::new();
    for (name, _) in given.iter().filter(|(name, _)| *name != "ID" && form.field(name).is_none()) {
        wrong.insert(name.clone(), json!(format!("The field '{name}' does not exist.")));
    }
    for field in &form.fields {
        match (given.get(&field.name), own) {
            (None, Some(_)) => {}
            (given, _) => match one(world, form, field, given.unwrap_or(&Value::Null), own) {
                Ok(value) => {
                    stored.insert(field.name.clone(), value);
                }
                Err(message) => {
                    wrong.insert(field.name.clone(), json!(message));
                }
            },
        }
    }
    if wrong.is_empty() { Ok(stored) } else { Err(Value::Object(wrong)) }
}

fn one(world: &World, form: &Form, field: &Field, value: &Value, own: Option<&str>) -> Result<Value, String> {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => return several(field, items),
        Value::Object(object) => object.get("ID").and_then(Value::as_str).unwrap_or("").to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    if text.is_empty() {
        return if field.required { Err("Enter a value for this field".to_owned()) } else { Ok(json!("")) };
    }
    let fits = match field.kind {
        Kind::Text | Kind::File => true,
        Kind::Email => text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.')),
        Kind::Number => text.parse::<i64>().is_ok(),
        Kind::Decimal => text.parse::<f64>().is_ok_and(f64::is_finite),
        Kind::Checkbox => matches!(text.as_str(), "true" | "false"),
        Kind::Picklist => field.options.is_empty() || field.options.contains(&text),
        Kind::Multiselect => return several(field, &[json!(text)]),
        Kind::Date => return day(&text).map(|day| json!(day.strftime(DAY).to_string())).ok_or_else(|| wrong(field)),
        Kind::Datetime => {
            return moment(&text).map(|at| json!(at.strftime(MOMENT).to_string())).ok_or_else(|| wrong(field));
        }
        Kind::Lookup => target(world, form, field, &text).is_some(),
    };
    if !fits {
        return Err(wrong(field));
    }
    let mut others = world.docs.all(&form.kind()).filter(|(id, _)| Some(*id) != own);
    if field.unique && others.any(|(_, record)| record[&field.name] == text.as_str()) {
        return Err(format!("A record with the same value for '{}' exists already", field.name));
    }
    Ok(json!(text))
}

fn wrong(field: &Field) -> String {
    let kind = match field.kind {
        Kind::Email => "email address",
        Kind::Number => "number",
        Kind::Decimal => "decimal",
        Kind::Date | Kind::Datetime => "date",
        Kind::Checkbox => "choice of true and false",
        Kind::Picklist | Kind::Multiselect => "choice",
        Kind::Lookup => "record",
        Kind::Text | Kind::File => "value",
    };
    format!("Invalid entry for '{}': enter a valid {kind}", field.name)
}

fn several(field: &Field, items: &[Value]) -> Result<Value, String> {
    let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    let known = |text: &&str| field.options.is_empty() || field.options.iter().any(|option| option == text);
    if field.kind != Kind::Multiselect || texts.len() != items.len() || !texts.iter().all(known) {
        return Err(wrong(field));
    }
    Ok(json!(texts))
}

/// A day, however callers write it.
pub fn day(text: &str) -> Option<Date> {
    [DAY, "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y"].iter().find_map(|format| Date::strptime(format, text).ok())
}

fn moment(text: &str) -> Option<DateTime> {
    let known = [MOMENT, "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M:%S"];
    known
        .iter()
        .find_map(|format| DateTime::strptime(format, text).ok())
        .or_else(|| day(text).map(|day| day.at(0, 0, 0, 0)))
}

/// The record that a lookup's text names by its id.
fn target<'w>(world: &'w World, form: &Form, field: &Field, id: &str) -> Option<&'w Value> {
    let name = field.form.as_deref()?;
    let other = world.forms.iter().find(|other| other.application == form.application && other.name == name)?;
    world.docs.get(&other.kind(), id)
}

/// A record as its report shows it; a lookup with what it points at.
pub fn shown(world: &World, form: &Form, record: &Value) -> Value {
    let mut shown = Map::new();
    for field in &form.fields {
        let stored = record.get(&field.name).cloned().unwrap_or(json!(""));
        let value = match (field.kind, stored.as_str()) {
            (Kind::Lookup, Some(id)) if !id.is_empty() => {
                let name = target(world, form, field, id).and_then(title).unwrap_or_default();
                json!({"display_value": name, "ID": id})
            }
            _ => stored,
        };
        shown.insert(field.name.clone(), value);
    }
    shown.insert("ID".to_owned(), record["ID"].clone());
    Value::Object(shown)
}

/// What names a record: its first text.
fn title(record: &Value) -> Option<String> {
    let values = record.as_object()?.iter().filter(|(name, _)| *name != "ID");
    values.filter_map(|(_, value)| value.as_str()).find(|text| !text.is_empty()).map(str::to_owned)
}
