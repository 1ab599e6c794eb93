//! `POST /coql`: queries such as `select Last_Name, Account_Name.Industry from Contacts where … limit 10`.
//!
//! `parse` reads the text into a [`parse::Query`], `run` finds the rows. Lookups are followed with
//! dots, two deep; `count`, `sum`, `min`, `max` and `avg` go with `group by`.

mod lex;
mod parse;
mod run;

use super::super::exchange::{Answer, Problem};
use super::{Ctx, Outcome, problem};
use serde_json::{Value, json};

/// Answers a query.
pub fn answer(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["coql"], "READ")?;
    let body = ctx.call.json_object()?;
    let text = body.get("select_query").ok_or_else(|| problem::mandatory(json!({"api_name": "select_query"})))?;
    let wrong = || problem::invalid_data(json!({"expected_data_type": "string", "api_name": "select_query"}));
    let query = parse::query(text.as_str().ok_or_else(wrong)?)?;
    let most = if ctx.version >= 80 { 2000 } else { 200 };
    let limit = query.limit.unwrap_or(200);
    if limit > most {
        let details = json!({"limit": most, "clause": "limit"});
        return Err(Problem::new(400, "LIMIT_EXCEEDED", "the limit given exceeds the maximum", details));
    }
    let module = ctx.world.module(&query.module).cloned();
    let module =
        module.ok_or_else(|| invalid(json!({"module": query.module, "clause": "from"}), "invalid query formed"))?;
    ctx.need(&["modules", &module.scope_name()], "READ")?;
    let rows = run::rows(ctx.world, &module, &query, ctx.version)?;
    let shown: Vec<&Value> = rows.iter().skip(query.offset).take(limit).collect();
    if shown.is_empty() {
        return Ok(Answer::empty(204));
    }
    let more = query.offset + shown.len() < rows.len();
    Ok(Answer::json(200, &json!({"data": shown, "info": {"count": shown.len(), "more_records": more}})))
}

/// `INVALID_QUERY` with this message.
fn invalid(details: Value, message: &str) -> Problem {
    Problem::new(400, "INVALID_QUERY", message, details)
}
