//! Databases of Cliq: rows of named columns. A database that is named first comes into being with its first row.

use super::super::docs::Docs;
use super::super::exchange::Answer;
use super::{Ctx, Outcome, Trouble, invalid};
use serde_json::{Value, json};

const PER_PAGE: usize = 100;

fn kind(name: &str) -> String {
    format!("cliq/storages/{}", name.to_lowercase())
}

/// `/storages/{name}/records[/{id}]`.
pub fn answer(ctx: &mut Ctx, method: &str, name: &str, rest: &[&str]) -> Outcome {
    let operation = match method {
        "POST" => "CREATE",
        "PUT" => "UPDATE",
        "DELETE" => "DELETE",
        _ => "READ",
    };
    ctx.need(&["StorageData"], operation)?;
    match (method, rest) {
        ("GET", []) => list(ctx, name),
        ("POST", []) => write(ctx, name, None),
        ("DELETE", []) => {
            let wanted = ctx.call.query.text("criteria").to_owned();
            let gone = matching(ctx, name, &wanted)?;
            for row in gone.iter().filter_map(|row| row["id"].as_str()) {
                ctx.world.docs.remove(&kind(name), row);
            }
            Ok(Answer::empty(204))
        }
        ("GET", [id]) => {
            let row = one(ctx, name, id)?;
            Ok(reply(ctx, &row))
        }
        ("PUT", [id]) => write(ctx, name, Some(id)),
        ("DELETE", [id]) => {
            one(ctx, name, id)?;
            ctx.world.docs.remove(&kind(name), id);
            Ok(Answer::empty(204))
        }
        _ => Err(Trouble(405, "method_not_allowed", "The method is not allowed here.".to_owned())),
    }
}

fn one(ctx: &Ctx, name: &str, id: &str) -> Result<Value, Trouble> {
    let missing = || Trouble(404, "storage_record_not_found", format!("The database `{name}` has no record `{id}`."));
    ctx.world.docs.get(&kind(name), id).cloned().ok_or_else(missing)
}

fn reply(ctx: &Ctx, row: &Value) -> Answer {
    Answer::json(
        200,
        &json!({"status": "SUCCESS", "type": "storage_record", "url": ctx.call.path, "object": row, "data": row}),
    )
}

fn write(ctx: &mut Ctx, name: &str, id: Option<&str>) -> Outcome {
    let body = ctx.body()?;
    let values = body["values"].as_object().ok_or_else(|| invalid("A record needs `values`."))?.clone();
    let mut row = match id {
        Some(id) => one(ctx, name, id)?,
        None => json!({"id": ctx.world.new_id(), "added_time": ctx.world.now_ms()}),
    };
    for (column, value) in values.into_iter().filter(|(column, _)| column != "id") {
        row[column] = value;
    }
    row["last_modified_time"] = json!(ctx.world.now_ms());
    let id = row["id"].as_str().unwrap_or("").to_owned();
    ctx.world.docs.put(&kind(name), &id, row.clone());
    Ok(reply(ctx, &row))
}

fn list(ctx: &Ctx, name: &str) -> Outcome {
    let query = &ctx.call.query;
    let mut found = matching(ctx, name, query.text("criteria"))?;
    if let Some(by) = query.get("order_by") {
        let column = by.trim_start_matches(['+', '-', ' ']).to_owned();
        found.sort_by_key(|row| text(&row[&column]));
        if by.starts_with('-') {
            found.reverse();
        }
    }
    let number = |name: &str, otherwise: usize| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let start = number("start_token", number("from_index", 1)).max(1) - 1;
    let limit = number("limit", PER_PAGE).min(PER_PAGE);
    let more = start + limit < found.len();
    let page: Vec<Value> = found.into_iter().skip(start).take(limit).collect();
    let mut body =
        json!({"status": "SUCCESS", "type": "storage_record", "url": ctx.call.path, "list": page, "has_more": more});
    if more {
        body["next_token"] = json!((start + limit + 1).to_string());
    }
    Ok(Answer::json(200, &body))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

/// Rows that meet a criteria: comparisons joined by `&&` or `||`, read from the left.
fn matching(ctx: &Ctx, name: &str, criteria: &str) -> Result<Vec<Value>, Trouble> {
    let rows = ctx.world.docs.all(&kind(name)).map(|(_, row)| row.clone());
    let criteria = criteria.trim();
    if criteria.is_empty() {
        return Ok(rows.collect());
    }
    let any: Vec<Vec<Test>> = criteria
        .split("||")
        .map(|part| part.split("&&").map(test).collect::<Result<Vec<_>, _>>())
        .collect::<Result<_, _>>()?;
    Ok(rows.filter(|row| any.iter().any(|all| all.iter().all(|test| test.holds(row)))).collect())
}

struct Test {
    column: String,
    sign: &'static str,
    wanted: String,
}

fn test(part: &str) -> Result<Test, Trouble> {
    let part = part.trim().trim_start_matches('(').trim_end_matches(')');
    const SIGNS: [&str; 6] = ["==", "!=", ">=", "<=", ">", "<"];
    let found = SIGNS.iter().find_map(|sign| part.split_once(sign).map(|(column, wanted)| (column, *sign, wanted)));
    let (column, sign, wanted) = found
        .ok_or_else(|| Trouble(400, "storage_criteria_invalid", format!("The criteria `{part}` cannot be read.")))?;
    let wanted = wanted.trim().trim_matches(['"', '\'']).to_lowercase();
    Ok(Test { column: column.trim().to_owned(), sign, wanted })
}

impl Test {
    fn holds(&self, row: &Value) -> bool {
        let ours = text(&row[&self.column]);
        let order = match (ours.parse::<f64>(), self.wanted.parse::<f64>()) {
            (Ok(ours), Ok(wanted)) => ours.total_cmp(&wanted),
            _ => ours.cmp(&self.wanted),
        };
        match self.sign {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            ">=" => order.is_ge(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_lt(),
        }
    }
}

/// A database of who is on duty.
pub fn plant(docs: &mut Docs) {
    for (at, (name, free)) in [("Jonas", "true"), ("Priya", "false"), ("Mara", "true")].iter().enumerate() {
        let id = format!("40000000080{at}");
        let row = json!({"id": id, "name": name, "empid": (at + 1).to_string(), "availability": free, "added_time": 1_767_000_000_000_u64});
        docs.put(&kind("availabilitydatabase"), &id, row);
    }
}
