//! From a query to its rows.

use super::super::super::exchange::Problem;
use super::super::super::world::World;
use super::super::compare::{self, Key};
use super::super::criteria;
use super::super::module::{Field, Kind, Module};
use super::super::{Version, render};
use super::invalid;
use super::parse::{Cell, Filter, Query, Total, name_of};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// How many lookups a path may follow.
const HOPS: usize = 2;

/// All rows of a query, in order, before its limit.
pub fn rows(world: &World, module: &Module, query: &Query, version: Version) -> Result<Vec<Value>, Problem> {
    check(world, module, query)?;
    let records = world.docs.all(&module.kind()).map(|(_, record)| record);
    let mut found = Vec::new();
    for record in records.filter(|record| record["$converted"] != true) {
        if holds(world, module, &query.filter, record)? {
            found.push(record);
        }
    }
    let mut groups = grouped(world, module, query, found);
    let order: Vec<(Cell, bool)> =
        if query.order.is_empty() { vec![(Cell::Path("id".to_owned()), false)] } else { query.order.clone() };
    groups.sort_by(|a, b| compare_groups(world, module, query, &order, a, b));
    Ok(groups.iter().map(|group| shown(world, module, query, group, version)).collect())
}

/// Every name that stands in the query is a column.
fn check(world: &World, module: &Module, query: &Query) -> Result<(), Problem> {
    for column in &query.columns {
        known(world, module, &column.cell)?;
    }
    for (cell, _) in &query.order {
        let aliased = matches!(cell, Cell::Path(path) if query.columns.iter().any(|column| column.name == *path));
        if !aliased {
            known(world, module, cell)?;
        }
    }
    for path in &query.group {
        field(world, module, path).ok_or_else(|| no_column(path))?;
    }
    check_filter(world, module, &query.filter)
}

fn known(world: &World, module: &Module, cell: &Cell) -> Result<(), Problem> {
    let (Cell::Path(path) | Cell::Total(_, path)) = cell;
    field(world, module, path).map(|_| ()).ok_or_else(|| no_column(path))
}

fn check_filter(world: &World, module: &Module, filter: &Filter) -> Result<(), Problem> {
    match filter {
        Filter::And(left, right) | Filter::Or(left, right) => {
            check_filter(world, module, left)?;
            check_filter(world, module, right)
        }
        Filter::Test { path, op, values } => {
            let field = field(world, module, path).ok_or_else(|| no_column(path))?;
            let fits = criteria::build(&field, *op, values);
            fits.map(|_| ()).ok_or_else(|| no_value(path, &field))
        }
        Filter::Like { path, .. } | Filter::Empty { path, .. } => {
            field(world, module, path).map(|_| ()).ok_or_else(|| no_column(path))
        }
    }
}

fn no_column(path: &str) -> Problem {
    invalid(json!({"column_name": path}), "column given seems to be invalid")
}

fn no_value(path: &str, field: &Field) -> Problem {
    let details = json!({"column_name": path, "expected_data_type": field.kind.data_type()});
    invalid(details, "value given seems to be invalid for the column")
}

/// The field at the end of a path; `id` and what lies behind a user count as texts.
fn field(world: &World, module: &Module, path: &str) -> Option<Field> {
    let parts: Vec<&str> = path.split('.').collect();
    if parts.len() > HOPS + 1 {
        return None;
    }
    let mut module = module;
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        if *part == "id" {
            return last.then(|| text_field("id"));
        }
        let field = module.field(part)?;
        if last {
            return Some(field.clone());
        }
        if field.kind.is_user() {
            return (at + 2 == parts.len()).then(|| text_field(parts[at + 1]));
        }
        module = world.module(field.module.as_deref()?)?;
    }
    None
}

fn text_field(name: &str) -> Field {
    Field::plain(name, Kind::Text)
}

/// What stands at a path: its keys, and how it shows.
fn cell(world: &World, module: &Module, record: &Value, path: &str, version: Version) -> (Vec<Key>, Value) {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    if head == "id" {
        let id = record["id"].as_str().unwrap_or("");
        return (vec![Key::Text(id.to_owned())], json!(id));
    }
    let nothing = (vec![Key::Empty], Value::Null);
    let Some(field) = module.field(head) else { return nothing };
    let Some(rest) = rest else {
        let shown = render::named(world, module, record, head, version).unwrap_or(Value::Null);
        return (compare::keys(world, field, record), shown);
    };
    let id = record[head]["id"].as_str().unwrap_or("");
    if field.kind.is_user() {
        let user = world.docs.get("users", id).map_or(Value::Null, |user| user[rest].clone());
        let key = user.as_str().map_or(Key::Empty, |text| Key::Text(text.to_lowercase()));
        return (vec![key], user);
    }
    match render::target(world, field, record, id) {
        Some((module, found)) => cell(world, module, found, rest, version),
        None => nothing,
    }
}

fn holds(world: &World, module: &Module, filter: &Filter, record: &Value) -> Result<bool, Problem> {
    Ok(match filter {
        Filter::And(left, right) => holds(world, module, left, record)? && holds(world, module, right, record)?,
        Filter::Or(left, right) => holds(world, module, left, record)? || holds(world, module, right, record)?,
        Filter::Empty { path, wanted } => {
            let (keys, _) = cell(world, module, record, path, 20);
            keys.iter().all(|key| *key == Key::Empty) == *wanted
        }
        Filter::Like { path, pattern, wanted } => {
            let (keys, _) = cell(world, module, record, path, 20);
            let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
            let like = keys.iter().any(|key| match key {
                Key::Text(text) => is_like(&text.chars().collect::<Vec<_>>(), &pattern),
                Key::Empty | Key::Bool(_) | Key::Number(_) | Key::Day(_) | Key::Moment(_) => false,
            });
            like == *wanted
        }
        Filter::Test { path, op, values } => {
            let field = field(world, module, path).ok_or_else(|| no_column(path))?;
            let given: Option<Vec<Key>> = values.iter().map(|value| compare::key_of_text(field.kind, value)).collect();
            let given = given.ok_or_else(|| no_value(path, &field))?;
            criteria::holds(*op, &cell(world, module, record, path, 20).0, &given)
        }
    })
}

/// Whether a text fits a pattern in which `%` stands for anything.
fn is_like(text: &[char], pattern: &[char]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        if pattern.get(place) == Some(&'%') {
            retry = Some((place + 1, at));
            place += 1;
        } else if pattern.get(place) == Some(&text[at]) {
            at += 1;
            place += 1;
        } else if let Some((after, from)) = retry {
            retry = Some((after, from + 1));
            at = from + 1;
            place = after;
        } else {
            return false;
        }
    }
    pattern[place..].iter().all(|c| *c == '%')
}

/// Records that show as one row.
fn grouped<'w>(world: &World, module: &Module, query: &Query, found: Vec<&'w Value>) -> Vec<Vec<&'w Value>> {
    let totals = query.columns.iter().any(|column| matches!(column.cell, Cell::Total(_, _)));
    if query.group.is_empty() {
        return match (totals, found.is_empty()) {
            (false, _) => found.into_iter().map(|record| vec![record]).collect(),
            (true, true) => Vec::new(),
            (true, false) => vec![found],
        };
    }
    let mut groups: Vec<(Vec<Key>, Vec<&Value>)> = Vec::new();
    for record in found {
        let key: Vec<Key> = query.group.iter().flat_map(|path| cell(world, module, record, path, 20).0).collect();
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, records)) => records.push(record),
            None => groups.push((key, vec![record])),
        }
    }
    groups.into_iter().map(|(_, records)| records).collect()
}

fn total(world: &World, module: &Module, total: Total, path: &str, group: &[&Value]) -> Value {
    let cells = group.iter().map(|record| cell(world, module, record, path, 20));
    let filled: Vec<(Key, Value)> = cells
        .filter_map(|(keys, shown)| Some((keys.into_iter().next().filter(|key| *key != Key::Empty)?, shown)))
        .collect();
    let sum: f64 = filled.iter().filter_map(|(_, shown)| shown.as_f64()).sum();
    let first = |wanted: Ordering| {
        let best = filled.iter().reduce(|best, next| if next.0.order(&best.0) == wanted { next } else { best });
        best.map_or(Value::Null, |(_, shown)| shown.clone())
    };
    match total {
        Total::Count => json!(filled.len()),
        Total::Sum => json!(sum),
        Total::Avg if filled.is_empty() => Value::Null,
        Total::Avg => json!(sum / filled.len() as f64),
        Total::Min => first(Ordering::Less),
        Total::Max => first(Ordering::Greater),
    }
}

fn compare_groups(
    world: &World,
    module: &Module,
    query: &Query,
    order: &[(Cell, bool)],
    a: &[&Value],
    b: &[&Value],
) -> Ordering {
    let by = order.iter().map(|(wanted, descending)| {
        let aliased = match wanted {
            Cell::Path(path) => query.columns.iter().find(|column| column.name == *path).map(|column| &column.cell),
            Cell::Total(_, _) => None,
        };
        let wanted = aliased.unwrap_or(wanted);
        let order = group_key(world, module, wanted, a).order(&group_key(world, module, wanted, b));
        if *descending { order.reverse() } else { order }
    });
    by.fold(Ordering::Equal, Ordering::then)
}

fn group_key(world: &World, module: &Module, wanted: &Cell, group: &[&Value]) -> Key {
    let Some(first) = group.first() else { return Key::Empty };
    match wanted {
        Cell::Path(path) => {
            let keys = cell(world, module, first, path, 20).0;
            // A lookup's keys are its id and its name; people expect the order of the names.
            keys.into_iter().next_back().unwrap_or(Key::Empty)
        }
        Cell::Total(kind, path) => match total(world, module, *kind, path, group) {
            Value::Number(number) => Key::Number(number.as_f64().unwrap_or(0.0)),
            Value::String(text) => Key::Text(text.to_lowercase()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Key::Empty,
        },
    }
}

fn shown(world: &World, module: &Module, query: &Query, group: &[&Value], version: Version) -> Value {
    let mut row = Map::new();
    let Some(first) = group.first() else { return Value::Object(row) };
    let mut plain = true;
    for column in &query.columns {
        let value = match &column.cell {
            Cell::Path(path) => cell(world, module, first, path, version).1,
            Cell::Total(kind, path) => {
                plain = false;
                total(world, module, *kind, path, group)
            }
        };
        let name = if column.name.is_empty() { name_of(&column.cell) } else { column.name.clone() };
        row.insert(name, value);
    }
    if plain && query.group.is_empty() {
        row.insert("id".to_owned(), first["id"].clone());
    }
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        is_like(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>())
    }

    #[test]
    fn a_percent_sign_stands_for_anything() {
        assert!(like("quiet harbor", "%har%"));
        assert!(like("quiet harbor", "quiet%"));
        assert!(like("quiet harbor", "%bor"));
        assert!(like("aab", "%ab"));
        assert!(like("", "%"));
        assert!(!like("quiet harbor", "har%"));
        assert!(!like("quiet", "quie"));
        assert!(!like("quiet", "quietly"));
    }
}
