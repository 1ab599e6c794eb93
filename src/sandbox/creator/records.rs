//! Records of Creator: added through a form; read, changed and deleted through a report.

use super::super::exchange::Answer;
use super::forms::{Form, Kind};
use super::{Ctx, Outcome, Trouble, criteria, trouble, values};
use crate::sandbox::multipart;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

const MOST: usize = 200;
const FILES: &str = "creator/files";

fn nothing_found() -> Trouble {
    trouble(404, 9280, "No records found for the given criteria.")
}

fn no_such_record() -> Trouble {
    trouble(404, 3100, "No Data Available")
}

/// `POST …/form/{form}`: one record, or up to 200.
pub fn add(ctx: &mut Ctx, form: &Form) -> Outcome {
    let body = ctx.body()?;
    match &body["data"] {
        Value::Object(row) => insert(ctx, form, row, &body).map(|done| Answer::json(200, &done)),
        Value::Array(rows) if rows.len() > MOST => {
            Err(trouble(200, 3950, "A maximum of 200 records can be added per request."))
        }
        Value::Array(rows) => {
            let done: Vec<Value> =
                rows.iter().map(|row| each(insert(ctx, form, row.as_object().unwrap_or(&Map::new()), &body))).collect();
            Ok(Answer::json(200, &json!({"code": 3000, "result": done})))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(trouble(400, 3710, "A mandatory parameter - 'data' is absent."))
        }
    }
}

/// A row's outcome within several.
fn each(done: Result<Value, Trouble>) -> Value {
    done.unwrap_or_else(|Trouble(_, code, message)| {
        let key = if message.is_object() { "error" } else { "message" };
        json!({"code": code, key: message})
    })
}

fn insert(ctx: &mut Ctx, form: &Form, row: &Map<String, Value>, body: &Value) -> Result<Value, Trouble> {
    let stored = values::read(ctx.world, form, row, None).map_err(|wrong| Trouble(400, 3002, wrong))?;
    let id = ctx.world.new_id();
    let mut record = Value::Object(stored);
    record["ID"] = json!(id);
    ctx.world.docs.put(&form.kind(), &id, record.clone());
    Ok(reply(ctx, form, &record, body, "Data Added Successfully!"))
}

/// The reply to a change: the id, and the fields that `result` asks for.
fn reply(ctx: &Ctx, form: &Form, record: &Value, body: &Value, message: &str) -> Value {
    let mut data = json!({"ID": record["ID"]});
    let shown = values::shown(ctx.world, form, record);
    for name in body["result"]["fields"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if let Some(value) = shown.get(name) {
            data[name] = value.clone();
        }
    }
    json!({"code": 3000, "data": data, "message": message})
}

/// The ids of the records that a condition finds, oldest first.
fn matching(ctx: &Ctx, form: &Form, text: &str) -> Result<Vec<String>, Trouble> {
    let wanted = criteria::read(form, text)?;
    let all = ctx.world.docs.all(&form.kind()).filter(|(_, record)| criteria::fits(form, &wanted, record));
    Ok(all.map(|(id, _)| id.to_owned()).collect())
}

/// `GET …/report/{report}`.
pub fn list(ctx: &mut Ctx, form: &Form) -> Outcome {
    let query = &ctx.call.query;
    let number = |names: [&str; 2], otherwise: usize| {
        names.iter().find_map(|name| query.get(name)).and_then(|text| text.parse::<usize>().ok()).unwrap_or(otherwise)
    };
    let (from, limit) = (number(["from", "from"], 1).max(1), number(["limit", "max_records"], MOST));
    if limit > MOST && query.get("limit").is_some() {
        return Err(trouble(200, 3970, "A maximum of 200 records can be fetched per request."));
    }
    let ids = matching(ctx, form, query.text("criteria"))?;
    let page: Vec<Value> = ids
        .iter()
        .skip(from - 1)
        .take(limit)
        .filter_map(|id| ctx.world.docs.get(&form.kind(), id))
        .map(|record| values::shown(ctx.world, form, record))
        .collect();
    if page.is_empty() {
        return Err(nothing_found());
    }
    Ok(Answer::json(200, &json!({"code": 3000, "data": page})))
}

fn one(ctx: &Ctx, form: &Form, id: &str) -> Result<Value, Trouble> {
    ctx.world.docs.get(&form.kind(), id).cloned().ok_or_else(no_such_record)
}

/// `GET …/report/{report}/{id}`.
pub fn get(ctx: &mut Ctx, form: &Form, id: &str) -> Outcome {
    let record = one(ctx, form, id)?;
    Ok(Answer::json(200, &json!({"code": 3000, "data": values::shown(ctx.world, form, &record)})))
}

fn change(ctx: &mut Ctx, form: &Form, id: &str, body: &Value) -> Result<Value, Trouble> {
    let mut record = one(ctx, form, id)?;
    let row =
        body["data"].as_object().ok_or_else(|| trouble(400, 3710, "A mandatory parameter - 'data' is absent."))?;
    let stored = values::read(ctx.world, form, row, Some(id)).map_err(|wrong| Trouble(400, 3002, wrong))?;
    for (name, value) in stored {
        record[name] = value;
    }
    ctx.world.docs.put(&form.kind(), id, record.clone());
    Ok(reply(ctx, form, &record, body, "Data Updated Successfully!"))
}

/// `PATCH …/report/{report}/{id}`.
pub fn update(ctx: &mut Ctx, form: &Form, id: &str) -> Outcome {
    let body = ctx.body()?;
    change(ctx, form, id, &body).map(|done| Answer::json(200, &done))
}

/// The records that the body's `criteria` finds, the first 200 of them where `process_until_limit` says so.
fn chosen(ctx: &Ctx, form: &Form, body: &Value) -> Result<(Vec<String>, bool), Trouble> {
    let text = body["criteria"].as_str().or(ctx.call.query.get("criteria"));
    let text = text.ok_or_else(|| trouble(400, 3710, "A mandatory parameter - 'criteria' is absent."))?;
    let mut ids = matching(ctx, form, text)?;
    let more = ids.len() > MOST;
    let goes_on = body["process_until_limit"] == true || ctx.call.query.get("process_until_limit") == Some("true");
    if more && !goes_on {
        return Err(trouble(
            200,
            3960,
            "A maximum of 200 records can be processed per request. Include the \"process_until_limit\" parameter to process the first 200 records.",
        ));
    }
    ids.truncate(MOST);
    if ids.is_empty() { Err(nothing_found()) } else { Ok((ids, more)) }
}

/// `PATCH …/report/{report}`: the records that meet a condition.
pub fn update_many(ctx: &mut Ctx, form: &Form) -> Outcome {
    let body = ctx.body()?;
    let (ids, more) = chosen(ctx, form, &body)?;
    let done: Vec<Value> = ids.iter().map(|id| each(change(ctx, form, id, &body))).collect();
    Ok(Answer::json(200, &json!({"code": 3000, "result": done, "more_records": more})))
}

/// `DELETE …/report/{report}`: the records that meet a condition.
pub fn delete_many(ctx: &mut Ctx, form: &Form) -> Outcome {
    let body = ctx.body().unwrap_or(Value::Null);
    let (ids, more) = chosen(ctx, form, &body)?;
    for id in &ids {
        ctx.world.docs.remove(&form.kind(), id);
    }
    let done: Vec<Value> =
        ids.iter().map(|id| json!({"code": 3000, "data": {"ID": id}, "message": "success"})).collect();
    Ok(Answer::json(200, &json!({"code": 3000, "result": done, "more_records": more})))
}

/// `DELETE …/report/{report}/{id}`.
pub fn delete(ctx: &mut Ctx, form: &Form, id: &str) -> Outcome {
    ctx.world.docs.remove(&form.kind(), id).ok_or_else(no_such_record)?;
    Ok(Answer::json(200, &json!({"code": 3000, "data": {"ID": id}, "message": "Data Deleted Successfully!"})))
}

fn check_file_field(form: &Form, field: &str) -> Result<(), Trouble> {
    let known = form.field(field).is_some_and(|field| field.kind == Kind::File);
    if known { Ok(()) } else { Err(trouble(404, 3710, format!("No file field named \"{field}\" found."))) }
}

/// `POST …/{id}/{field}/upload`.
pub fn upload(ctx: &mut Ctx, form: &Form, id: &str, field: &str) -> Outcome {
    check_file_field(form, field)?;
    let mut record = one(ctx, form, id)?;
    let file = multipart::file(ctx.call, "file")
        .ok_or_else(|| trouble(400, 3710, "A mandatory parameter - 'file' is absent."))?;
    let key = format!("{id}/{field}");
    ctx.world.docs.put(FILES, &key, json!({"name": file.name, "content": STANDARD.encode(&file.bytes)}));
    let path = format!("{}_{}", ctx.world.now_ms(), file.name);
    record[field] = json!(path);
    ctx.world.docs.put(&form.kind(), id, record);
    Ok(Answer::json(
        200,
        &json!({"code": 3000, "data": {"filename": file.name, "filepath": path, "message": "success"}, "message": "success"}),
    ))
}

/// `GET …/{id}/{field}/download`.
pub fn download(ctx: &mut Ctx, form: &Form, id: &str, field: &str) -> Outcome {
    check_file_field(form, field)?;
    one(ctx, form, id)?;
    let file = ctx.world.docs.get(FILES, &format!("{id}/{field}")).ok_or_else(no_such_record)?;
    let bytes = STANDARD.decode(file["content"].as_str().unwrap_or("")).unwrap_or_default();
    Ok(Answer::file(file["name"].as_str().unwrap_or("file"), bytes))
}
