//! Which rows a list shows: by values, parts of texts, spans of dates; and in which order.

use super::super::exchange::Params;
use serde_json::Value;
use std::cmp::Ordering;

/// Parameters that say how to show rows, not which.
const OTHERS: &[&str] = &[
    "organization_id",
    "page",
    "per_page",
    "sort_column",
    "sort_order",
    "filter_by",
    "search_text",
    "JSONString",
    "formatneeded",
    "usestate",
    "response_option",
];

/// Whether an order of two values is wanted.
type Holds = fn(Ordering) -> bool;

/// Whether a record is one that the query asks for. A parameter that names no key of it is passed over.
pub fn fits(record: &Value, query: &Params) -> bool {
    let by_status = query.get("filter_by").and_then(|text| text.strip_prefix("Status.")).is_none_or(|status| {
        status.eq_ignore_ascii_case("All") || text_of(&record["status"]).eq_ignore_ascii_case(status)
    });
    let by_text = query.get("search_text").is_none_or(|wanted| {
        let wanted = wanted.to_lowercase();
        let texts = record.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
    });
    by_status
        && by_text
        && query.pairs().filter(|(name, _)| !OTHERS.contains(name)).all(|(name, wanted)| test(record, name, wanted))
}

fn test(record: &Value, name: &str, wanted: &str) -> bool {
    let wanted = wanted.trim();
    let has = |name: &str| text_of(&record[name]).to_lowercase();
    let lower = wanted.to_lowercase();
    if let Some(value) = record.get(name) {
        return wanted.is_empty() || same(value, wanted);
    }
    let spans: [(&str, Holds); 8] = [
        ("_start", Ordering::is_ge),
        ("_end", Ordering::is_le),
        ("_before", Ordering::is_lt),
        ("_after", Ordering::is_gt),
        ("_less_than", Ordering::is_lt),
        ("_less_equals", Ordering::is_le),
        ("_greater_than", Ordering::is_gt),
        ("_greater_equals", Ordering::is_ge),
    ];
    if let Some(key) = name.strip_suffix("_contains") {
        return has(key).contains(&lower);
    }
    if let Some(key) = name.strip_suffix("_startswith") {
        return has(key).starts_with(&lower);
    }
    spans
        .iter()
        .find_map(|(ending, holds)| {
            name.strip_suffix(ending).filter(|key| record.get(key).is_some()).map(|key| (key, holds))
        })
        .is_none_or(|(key, holds)| holds(order(&record[key], wanted)))
}

fn same(value: &Value, wanted: &str) -> bool {
    match (value.as_f64(), wanted.parse::<f64>()) {
        (Some(ours), Ok(theirs)) => ours.total_cmp(&theirs).is_eq(),
        _ => text_of(value).eq_ignore_ascii_case(wanted),
    }
}

fn order(value: &Value, wanted: &str) -> Ordering {
    match (value.as_f64(), wanted.parse::<f64>()) {
        (Some(ours), Ok(theirs)) => ours.total_cmp(&theirs),
        _ => text_of(value).as_str().cmp(wanted),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Puts rows into the order asked for, newest first unless told; says by which column and whether downwards.
pub fn sort(found: &mut [&Value], query: &Params) -> (String, bool) {
    let column = query.get("sort_column").unwrap_or("created_time").to_owned();
    let descending = query.get("sort_order").map_or(query.get("sort_column").is_none(), |order| {
        order.eq_ignore_ascii_case("D") || order.eq_ignore_ascii_case("descending")
    });
    found.sort_by(|a, b| {
        let order = match (a[&column].as_f64(), b[&column].as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => text_of(&a[&column]).to_lowercase().cmp(&text_of(&b[&column]).to_lowercase()),
        };
        if descending { order.reverse() } else { order }
    });
    (column, descending)
}
