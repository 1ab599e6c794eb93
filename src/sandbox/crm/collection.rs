//! Rows under a name of their own, as the settings have them: `{"variables": [{…}, …]}` in and out.

use super::super::exchange::{Answer, Problem};
use super::{Ctx, Outcome, problem};
use serde_json::{Value, json};

/// What became of one row.
pub type Done = Result<Value, Problem>;

/// Does something with every row of the body.
pub fn each(ctx: &mut Ctx, name: &str, status: u16, mut act: impl FnMut(&mut Ctx, &Value) -> Done) -> Outcome {
    let done = given(ctx, name)?.iter().map(|row| act(ctx, row)).collect();
    Ok(rows(name, status, done))
}

/// The rows of the body, at least one.
pub fn given(ctx: &Ctx, name: &str) -> Result<Vec<Value>, Problem> {
    let missing = || problem::mandatory(json!({"api_name": name, "json_path": format!("$.{name}")}));
    let body = ctx.call.json_object()?;
    let rows = body.get(name).ok_or_else(missing)?;
    let wrong = || {
        problem::invalid_data(
            json!({"expected_data_type": "jsonarray", "api_name": name, "json_path": format!("$.{name}")}),
        )
    };
    let rows = rows.as_array().ok_or_else(wrong)?;
    if rows.is_empty() { Err(missing()) } else { Ok(rows.clone()) }
}

/// Does something with everything that the `ids` parameter names.
pub fn each_id(ctx: &mut Ctx, name: &str, mut act: impl FnMut(&mut Ctx, &str) -> Done) -> Outcome {
    let ids = ctx.call.query.list("ids");
    if ids.is_empty() {
        return Err(problem::param_missing("ids"));
    }
    let done = ids.iter().map(|id| act(ctx, id)).collect();
    Ok(rows(name, 200, done))
}

/// The answer to a change: 400 where no row went well.
pub fn rows(name: &str, status: u16, done: Vec<Done>) -> Answer {
    let status = if done.iter().all(Result::is_err) { 400 } else { status };
    let rows: Vec<Value> = done.into_iter().map(|row| row.unwrap_or_else(|problem| problem.to_value())).collect();
    Answer::json(status, &json!({name: rows}))
}

/// All of these, or 204 where there are none.
pub fn listed(name: &str, all: Vec<Value>) -> Answer {
    if all.is_empty() { Answer::empty(204) } else { Answer::json(200, &json!({name: all})) }
}
