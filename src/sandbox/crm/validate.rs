//! What callers send, checked field by field and turned into what is stored.
//!
//! As with Zoho, fields that the module does not have and fields that only the CRM writes are passed
//! over without a word, and a picklist takes values beyond its options unless it is strict.

use super::super::exchange::Problem;
use super::super::world::World;
use super::module::{Field, Kind, Module, records_kind};
use super::{problem, render, uploads};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// Where in the body a value stands.
#[derive(Clone)]
pub struct Place {
    /// `$.data[0]`, or nothing in versions whose errors have no paths.
    pub path: Option<String>,
}

impl Place {
    /// The row of this number in `data`.
    pub fn row(has_paths: bool, index: usize) -> Place {
        Place { path: has_paths.then(|| format!("$.data[{index}]")) }
    }

    /// The same place, for a row of a subform.
    fn inside(&self, name: &str, index: usize) -> Place {
        Place { path: self.path.as_ref().map(|path| format!("{path}.{name}[{index}]")) }
    }

    /// The details of a problem with a field here, `more` first.
    pub fn details(&self, field: &str, more: &[(&str, Value)]) -> Value {
        let mut details: Map<String, Value> =
            more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        details.insert("api_name".to_owned(), json!(field));
        if let Some(path) = &self.path {
            details.insert("json_path".to_owned(), json!(format!("{path}.{field}")));
        }
        Value::Object(details)
    }
}

/// The stored form of a row's values; `old` is the record that they change.
pub fn row(
    world: &mut World,
    module: &Module,
    input: &Map<String, Value>,
    old: Option<&Value>,
    place: &Place,
) -> Result<Map<String, Value>, Problem> {
    let mut context = old.cloned().unwrap_or_else(|| json!({}));
    if let Some(other) = related_module(world, input) {
        context["$se_module"] = json!(other);
    }
    let mut stored = fields(world, &module.fields, input, old.is_some(), &context, place)?;
    if let Some(other) = context.get("$se_module").filter(|other| !other.is_null()) {
        stored.insert("$se_module".to_owned(), other.clone());
    }
    Ok(stored)
}

/// The module that `$se_module` names, or that a parent's own `module` names.
fn related_module(world: &World, input: &Map<String, Value>) -> Option<String> {
    let named = input.get("$se_module").or_else(|| input.get("se_module")).and_then(Value::as_str);
    let parent = input.get("Parent_Id").and_then(|parent| parent["module"]["api_name"].as_str());
    named.or(parent).and_then(|name| world.module(name)).map(|module| module.name.clone())
}

fn fields(
    world: &mut World,
    fields: &[Field],
    input: &Map<String, Value>,
    is_update: bool,
    context: &Value,
    place: &Place,
) -> Result<Map<String, Value>, Problem> {
    let mut stored = Map::new();
    for field in fields {
        let given = input.get(&field.name);
        let missing = match given {
            None => !is_update,
            Some(value) => is_blank(value),
        };
        if field.required && missing {
            return Err(problem::mandatory(place.details(&field.name, &[])));
        }
        if let Some(value) = given.filter(|_| !field.read_only) {
            let value = if is_blank(value) { Value::Null } else { one(world, field, value, context, place)? };
            stored.insert(field.name.clone(), value);
        }
    }
    Ok(stored)
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

fn one(world: &mut World, field: &Field, value: &Value, context: &Value, place: &Place) -> Result<Value, Problem> {
    match field.kind {
        Kind::Text | Kind::Textarea => text(field, value, "string", |_| true, place),
        Kind::Email => text(field, value, "email", is_email, place),
        Kind::Phone => text(field, value, "phone", is_phone, place),
        Kind::Website => text(field, value, "website", |text| !text.contains(char::is_whitespace), place),
        Kind::Picklist => picklist(field, value, place),
        Kind::Multiselectpicklist => options(field, value, place),
        Kind::Integer => integer(field, value, place),
        Kind::Bigint | Kind::Autonumber => bigint(field, value, place),
        Kind::Double | Kind::Percent | Kind::Currency => double(field, value, place),
        Kind::Boolean if value.is_boolean() => Ok(value.clone()),
        Kind::Boolean => Err(wrong_type(field, "boolean", place)),
        Kind::Date => date(field, value, place),
        Kind::Datetime => datetime(world, field, value, place),
        Kind::Lookup => lookup(world, field, value, context, place),
        Kind::Ownerlookup | Kind::Userlookup => user(world, field, value, place),
        Kind::Subform => subform(world, field, value, context, place),
        Kind::Multiselectlookup => links(world, field, value, context, place),
        Kind::Multiuserlookup => users(world, field, value, place),
        Kind::Fileupload | Kind::Imageupload => uploads::read(world, field, value, place),
        // Read-only: what callers send was passed over before.
        Kind::Formula => Ok(Value::Null),
    }
}

fn wrong_type(field: &Field, expected: &str, place: &Place) -> Problem {
    problem::invalid_data(place.details(&field.name, &[("expected_data_type", json!(expected))]))
}

fn too_long(field: &Field, length: usize, place: &Place) -> Problem {
    problem::invalid_data(place.details(&field.name, &[("maximum_length", json!(length))]))
}

fn text(field: &Field, value: &Value, kind: &str, fits: fn(&str) -> bool, place: &Place) -> Result<Value, Problem> {
    let text = value.as_str().ok_or_else(|| wrong_type(field, if kind == "phone" { "string" } else { kind }, place))?;
    if let Some(length) = field.length.filter(|length| text.chars().count() > *length) {
        return Err(too_long(field, length, place));
    }
    if fits(text) { Ok(json!(text)) } else { Err(wrong_type(field, kind, place)) }
}

/// Whether this could be an e-mail address.
pub fn is_email(text: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "._%+-'&/=!#$*?^`{|}~".contains(c);
    text.split_once('@').is_some_and(|(name, domain)| {
        let labels: Vec<&str> = domain.split('.').collect();
        let label = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
        !name.is_empty() && name.chars().all(allowed) && labels.len() >= 2 && labels.iter().all(label)
    })
}

fn is_phone(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || " +-().#/,;:*&".contains(c))
}

fn picklist(field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let text = value.as_str().ok_or_else(|| wrong_type(field, "string", place))?;
    if field.strict && !field.options.iter().any(|option| option == text) {
        return Err(problem::invalid_data(place.details(&field.name, &[("supported_values", json!(field.options))])));
    }
    if text.chars().count() > 120 { Err(too_long(field, 120, place)) } else { Ok(json!(text)) }
}

fn options(field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let items = value.as_array().ok_or_else(|| wrong_type(field, "jsonarray", place))?;
    if !items.iter().all(Value::is_string) {
        return Err(wrong_type(field, "string", place));
    }
    items.iter().try_for_each(|item| picklist(field, item, place).map(|_| ()))?;
    Ok(value.clone())
}

fn integer(field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let whole = value.as_i64().ok_or_else(|| wrong_type(field, "integer", place))?;
    let digits = field.length.unwrap_or(9);
    if whole.unsigned_abs().to_string().len() > digits {
        return Err(too_long(field, digits, place));
    }
    Ok(json!(whole))
}

fn bigint(field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let whole = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    let whole = whole.ok_or_else(|| wrong_type(field, "bigint", place))?;
    let digits = field.length.unwrap_or(18);
    if whole.unsigned_abs().to_string().len() > digits {
        return Err(too_long(field, digits, place));
    }
    Ok(json!(whole.to_string()))
}

fn double(field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let number = value.as_f64().ok_or_else(|| wrong_type(field, "double", place))?;
    let digits = field.length.unwrap_or(16);
    // A number of more digits before the point than the field has is refused, not rounded.
    if number.abs() >= 10f64.powi(i32::try_from(digits).unwrap_or(16)) {
        return Err(too_long(field, digits, place));
    }
    Ok(value.clone())
}

fn date(field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let day = value.as_str().filter(|text| text.len() == 10).and_then(|text| text.parse::<Date>().ok());
    day.map(|day| json!(day.to_string())).ok_or_else(|| wrong_type(field, "date", place))
}

fn datetime(world: &World, field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let at = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    at.map(|at| json!(world.show(at))).ok_or_else(|| wrong_type(field, "datetime", place))
}

/// The id in `{"id": …}`, or a bare id as text or number.
pub fn id_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => object.get("id").filter(|id| !id.is_object()).and_then(id_in),
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

fn lookup(world: &World, field: &Field, value: &Value, context: &Value, place: &Place) -> Result<Value, Problem> {
    let id = id_in(value).ok_or_else(|| wrong_type(field, "jsonobject", place))?;
    if render::target(world, field, context, &id).is_none() {
        let details = place.details(&field.name, &[("id", json!(id))]);
        return Err(Problem::new(400, "INVALID_DATA", "the related id given seems to be invalid", details));
    }
    Ok(json!({"id": id}))
}

fn user(world: &World, field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let id = id_in(value).ok_or_else(|| wrong_type(field, "jsonobject", place))?;
    if world.docs.get("users", &id).is_none() {
        let details = place.details(&field.name, &[("id", json!(id))]);
        return Err(Problem::new(400, "INVALID_DATA", "the related id given seems to be invalid", details));
    }
    Ok(json!({"id": id}))
}

/// Each as `{"<name>": {"id": …}}`, as `{"id": …}` or as a bare id.
fn links(world: &mut World, field: &Field, value: &Value, context: &Value, place: &Place) -> Result<Value, Problem> {
    let items = value.as_array().ok_or_else(|| wrong_type(field, "jsonarray", place))?;
    let mut stored = Vec::with_capacity(items.len());
    for item in items {
        let inner = item.as_object().and_then(|object| object.values().find(|value| value.is_object()));
        let mut link = lookup(world, field, inner.unwrap_or(item), context, place)?;
        link["link"] = json!(world.new_id());
        stored.push(link);
    }
    Ok(Value::Array(stored))
}

fn users(world: &World, field: &Field, value: &Value, place: &Place) -> Result<Value, Problem> {
    let items = value.as_array().ok_or_else(|| wrong_type(field, "jsonarray", place))?;
    items.iter().map(|item| user(world, field, item, place)).collect::<Result<Vec<Value>, Problem>>().map(Value::Array)
}

fn subform(world: &mut World, field: &Field, value: &Value, context: &Value, place: &Place) -> Result<Value, Problem> {
    let rows = value.as_array().ok_or_else(|| wrong_type(field, "jsonarray", place))?;
    let mut stored = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let input = row.as_object().ok_or_else(|| wrong_type(field, "jsonobject", place))?;
        let discount = input.get("Discount").and_then(Value::as_str).and_then(Discount::read).filter(|_| field.lines);
        let mut input = input.clone();
        if discount.is_some() {
            input.remove("Discount");
        }
        let mut row = fields(world, &field.fields, &input, false, context, &place.inside(&field.name, index))?;
        if field.lines && row.get("List_Price").is_none_or(Value::is_null) {
            row.insert("List_Price".to_owned(), unit_price(world, &row));
        }
        if let Some(discount) = discount {
            row.insert("Discount".to_owned(), json!(discount.of(&row)));
        }
        let known = input.get("id").and_then(id_in);
        row.insert("id".to_owned(), json!(known.unwrap_or_else(|| world.new_id())));
        stored.push(Value::Object(row));
    }
    Ok(Value::Array(stored))
}

/// A line's discount that came as text, as Zoho's own clients send it: `5` or `10%`.
enum Discount {
    Amount(f64),
    Percent(f64),
}

impl Discount {
    fn read(text: &str) -> Option<Discount> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        match text.trim().strip_suffix('%') {
            Some(part) => number(part).map(Discount::Percent),
            None => number(text).map(Discount::Amount),
        }
    }

    /// The amount that it takes off this line.
    fn of(&self, line: &Map<String, Value>) -> f64 {
        let number = |name: &str| line.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        match self {
            Discount::Amount(amount) => *amount,
            Discount::Percent(part) => number("Quantity") * number("List_Price") * part / 100.0,
        }
    }
}

/// What a line costs that names no price: what its product costs.
fn unit_price(world: &World, line: &Map<String, Value>) -> Value {
    let id = line.get("Product_Name").and_then(|product| product["id"].as_str());
    let product = id.and_then(|id| world.docs.get(&records_kind("Products"), id));
    product.map_or(Value::Null, |product| product["Unit_Price"].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_name_and_a_domain_with_a_dot() {
        assert!(is_email("mara.lindt+1@mail.example.com"));
        for wrong in ["mara", "mara@", "@example.com", "mara@example", "a b@example.com", "a@b..com", "a@b@c.com"] {
            assert!(!is_email(wrong), "{wrong}");
        }
    }

    #[test]
    fn ids_come_as_text_number_or_object() {
        assert_eq!(id_in(&json!("12")), Some("12".to_owned()));
        assert_eq!(id_in(&json!(12)), Some("12".to_owned()));
        assert_eq!(id_in(&json!({"id": 12, "name": "x"})), Some("12".to_owned()));
        assert_eq!(id_in(&json!({"id": {"id": 1}})), None);
        assert_eq!(id_in(&json!([12])), None);
    }
}
