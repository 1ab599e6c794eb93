//! Searches: a value per key, with `*` at its ends, or `_all` for a word anywhere.

use super::super::exchange::Answer;
use super::modules::{self, Module, kind};
use super::{Ctx, Outcome, records, wrong_field};
use serde_json::{Value, json};

/// Parameters that say how to show rows, not which.
const OTHERS: &[&str] = &["from", "limit", "sortBy", "include", "fields", "orgId", "module", "searchStr"];

/// `GET /{module}/search`.
pub fn answer(ctx: &mut Ctx, module: &Module) -> Outcome {
    ctx.need("search").or_else(|_| ctx.need(module.scope))?;
    find(ctx, module)
}

/// `GET /search?module=&searchStr=`.
pub fn everywhere(ctx: &mut Ctx) -> Outcome {
    ctx.need("search")?;
    let name = ctx.call.query.get("module").unwrap_or("tickets");
    let module = modules::find(name).ok_or_else(|| wrong_field("module", "invalid"))?;
    find(ctx, module)
}

fn find(ctx: &Ctx, module: &Module) -> Outcome {
    let query = &ctx.call.query;
    let word = query.get("_all").or(query.get("searchStr"));
    let all = ctx.world.docs.all(&kind(module.path)).map(|(_, record)| record);
    let mut found: Vec<&Value> = all
        .filter(|record| word.is_none_or(|word| holds(record, word)))
        .filter(|record| {
            let tests = query.pairs().filter(|(name, _)| !OTHERS.contains(name) && *name != "_all");
            tests.into_iter().all(|(name, wanted)| fits(record, name, wanted))
        })
        .collect();
    records::sort(&mut found, query.get("sortBy").filter(|by| *by != "relevance").unwrap_or("-modifiedTime"));
    let (start, limit) = records::window(ctx)?;
    let shown: Vec<Value> =
        found.iter().skip(start).take(limit).map(|record| records::shown(ctx, module, record)).collect();
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    Ok(Answer::json(200, &json!({"data": shown, "count": found.len()})))
}

fn holds(record: &Value, word: &str) -> bool {
    let word = word.trim_matches('*').to_lowercase();
    let texts = record.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
    texts.into_iter().any(|text| text.to_lowercase().contains(&word))
}

fn fits(record: &Value, name: &str, wanted: &str) -> bool {
    let name = if name == "fullName" { "lastName" } else { name };
    // `customField1=cf_berth:4` names the field in the value.
    let (value, wanted) = match wanted.split_once(':').filter(|_| name.starts_with("customField")) {
        Some((field, wanted)) => (&record["cf"][field], wanted),
        None => (record.get(name).unwrap_or(&Value::Null), wanted),
    };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase();
    let span = wanted.split_once(',').filter(|_| name.ends_with("Range"));
    if let Some((low, high)) = span {
        let at = record[name.trim_end_matches("Range")].as_str().unwrap_or("");
        return low <= at && at <= high;
    }
    wanted.split(',').any(|one| {
        let one = one.trim().to_lowercase();
        match (one.strip_prefix('*'), one.strip_suffix('*')) {
            (Some(rest), Some(_)) => text.contains(rest.trim_end_matches('*')),
            (Some(end), None) => text.ends_with(end),
            (None, Some(start)) => text.starts_with(start),
            (None, None) => text == one,
        }
    })
}
