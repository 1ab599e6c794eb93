//! One change to many records: a new owner, the same values, deletion.

use super::super::exchange::{Answer, Problem};
use super::module::Module;
use super::validate::{Place, id_in};
use super::{Ctx, Outcome, actions, problem, records, views, write};
use serde_json::{Map, Value, json};

const KIND: &str = "mass_jobs";
const MOST: usize = 500;

/// `actions/change_owner` of one record or of those that `ids` names.
pub fn change_owner(ctx: &mut Ctx, module: &str, ids: &[String]) -> Outcome {
    let module = ctx.module(module)?;
    let body = ctx.call.json_object()?;
    let owner =
        body.get("owner").ok_or_else(|| problem::mandatory(json!({"api_name": "owner", "json_path": "$.owner"})))?;
    if ids.len() > MOST {
        return Err(too_many());
    }
    let done = ids.iter().map(|id| give(ctx, &module, id, owner, "owner updated successfully")).collect();
    Ok(write::answer(ctx, 200, done))
}

fn give(ctx: &mut Ctx, module: &Module, id: &str, owner: &Value, message: &str) -> Result<Value, Problem> {
    let row = Map::from_iter([("Owner".to_owned(), owner.clone())]);
    let user = ctx.access.user.clone();
    write::update_record(ctx.world, &user, module, id, &row, &Place { path: None })?;
    Ok(write::success(message, json!({"id": id})))
}

fn too_many() -> Problem {
    Problem::new(400, "LIMIT_EXCEEDED", "Record count exceeded", json!({"limit": MOST}))
}

/// The records that the body names by `ids`, or by the custom view `cvid`.
fn chosen(ctx: &Ctx, module: &Module, body: &Value) -> Result<Vec<String>, Problem> {
    let Some(cvid) = body.get("cvid").and_then(id_in) else {
        let ids = actions::ids(ctx)?;
        return if ids.len() > MOST { Err(too_many()) } else { Ok(ids) };
    };
    let view = views::find(ctx.world, module, &cvid).ok_or_else(|| views::unknown("cvid"))?;
    let all = ctx.world.docs.all(&module.kind());
    let shown = all
        .filter(|(_, record)| records::is_visible(module, record, None, None) && views::shows(ctx, view.test, record));
    Ok(shown.map(|(id, _)| id.to_owned()).collect())
}

/// Keeps how a job went, which is done by then.
fn keep(ctx: &mut Ctx, total: usize, failed: usize) -> String {
    let id = ctx.world.new_id();
    let job = json!({
        "Status": "COMPLETED", "Total_Count": total, "Updated_Count": total - failed, "Not_Updated_Count": failed,
        "Failed_Count": failed,
    });
    ctx.world.docs.put(KIND, &id, job);
    id
}

/// How a job went, by its `job_id`.
pub fn job(ctx: &mut Ctx, module: &str) -> Outcome {
    ctx.module(module)?;
    let id = ctx.call.query.get("job_id").ok_or_else(|| problem::param_missing("job_id"))?;
    let job = ctx.world.docs.get(KIND, id);
    let job = job.ok_or_else(|| problem::invalid_param("job_id", "id of a job"))?;
    Ok(Answer::json(200, &json!({"data": [job]})))
}

/// `actions/mass_update`: by `ids` at once, by `cvid` as a job.
pub fn mass_update(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let body = ctx.call.json_object()?;
    let ids = chosen(ctx, &module, &body)?;
    let rows = write::rows(ctx)?;
    let row = rows.first().and_then(Value::as_object).cloned().unwrap_or_default();
    let place = Place::row(ctx.has_paths(), 0);
    let user = ctx.access.user.clone();
    let mut done = Vec::with_capacity(ids.len());
    for id in &ids {
        let record = write::update_record(ctx.world, &user, &module, id, &row, &place);
        done.push(record.map(|record| write::success("record updated", write::details(ctx.world, &record))));
    }
    if body.get("cvid").is_none() {
        return Ok(write::answer(ctx, 200, done));
    }
    let job = keep(ctx, done.len(), done.iter().filter(|row| row.is_err()).count());
    let row = write::success("mass update scheduled successfully", json!({"job_id": job}));
    Ok(Answer::json(200, &json!({"data": [row]})))
}

/// `actions/mass_change_owner`: all records of a custom view.
pub fn mass_change_owner(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let body = ctx.call.json_object()?;
    let missing = |name: &str| problem::mandatory(json!({"api_name": name, "expected_data_type": "jsonobject"}));
    let owner = body.get("owner").or(body.get("Owner")).ok_or_else(|| missing("Owner"))?;
    let cvid = body.get("cvid").and_then(id_in).ok_or_else(|| missing("cvid"))?;
    let ids = chosen(ctx, &module, &body)?;
    let failed = ids.iter().filter(|id| give(ctx, &module, id, owner, "").is_err()).count();
    let job = keep(ctx, ids.len(), failed);
    let row = write::success("owner is successfully updated", json!({"id": cvid, "job_id": job}));
    Ok(Answer::json(200, &json!({"data": [row]})))
}

/// `actions/mass_delete`: all records of a custom view, or those that `ids` names.
pub fn mass_delete(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    ctx.need(&["modules", &module.scope_name()], "DELETE")?;
    let body = ctx.call.json_object().unwrap_or(Value::Null);
    let ids = chosen(ctx, &module, &body)?;
    let failed = ids.iter().filter(|id| write::delete_row(ctx, &module, id).is_err()).count();
    let job = keep(ctx, ids.len(), failed);
    let named = body.get("cvid").and_then(id_in).or_else(|| ids.into_iter().next());
    let row = write::success("mass delete scheduled successfully", json!({"id": named, "job_id": job}));
    Ok(Answer::json(200, &json!({"data": [row]})))
}
