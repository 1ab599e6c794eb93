//! Bulk read: up to 200,000 records of a module as one CSV file.

use super::super::super::exchange::{Answer, Problem};
use super::super::super::world::World;
use super::super::module::{Kind, Module};
use super::super::{Ctx, Outcome, compare, criteria, problem, records, render, views};
use super::sheet::{self, Sheet};
use super::{condition, not_found};
use serde_json::{Value, json};

const KIND: &str = "bulk_reads";
const PER_PAGE: usize = 200_000;

/// `POST /crm/bulk/v8/read`.
pub fn create(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["bulk"], "CREATE").or_else(|_| ctx.need(&["bulk"], "READ"))?;
    if ctx.call.body.is_empty() {
        return Err(Problem::new(400, "REQUEST_BODY_IS_EMPTY", "The request body is empty.", json!({})));
    }
    let body = ctx.call.json_object()?;
    super::check_callback(&body["callback"])?;
    let query =
        body.get("query").ok_or_else(|| problem::mandatory(json!({"api_name": "query", "json_path": "$.query"})))?;
    let module = super::module(ctx, &query["module"])?;
    ctx.need(&["modules", &module.scope_name()], "READ")?;
    let file_type = body["file_type"].as_str().or(query["file_type"].as_str()).unwrap_or("csv");
    if file_type != "csv" {
        return Err(Problem::new(
            400,
            "NOT_SUPPORTED_FEATURE",
            "the sandbox exports CSV files only",
            json!({"file_type": file_type}),
        ));
    }
    let columns = columns(&module, &query["fields"])?;
    let page = query["page"].as_u64().and_then(|page| usize::try_from(page).ok()).unwrap_or(1).max(1);
    let (rows, count, more) = rows(ctx, &module, query, &columns, page)?;
    let id = ctx.world.new_id();
    let archive = sheet::packed(&format!("{id}.csv"), &Sheet { head: columns, rows }.to_csv())?;
    super::keep(ctx, &id, &archive);
    let job = json!({
        "id": id, "operation": "read", "query": asked(&module, query, page, ctx.world), "created_by": super::maker(ctx),
        "created_time": ctx.world.now_text(), "file_type": file_type, "callback": body["callback"],
        "result": {
            "page": page, "per_page": PER_PAGE, "count": count, "more_records": more, "next_page_token": null,
            "download_url": format!("/crm/bulk/{}/read/{id}/result", ctx.call.segments[2]),
        },
    });
    ctx.world.docs.put(KIND, &id, job.clone());
    let details = json!({
        "id": id, "operation": "read", "state": "ADDED", "created_by": job["created_by"],
        "created_time": job["created_time"],
    });
    let row = json!({"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully.", "details": details});
    Ok(Answer::json(201, &json!({"data": [row], "info": {}})))
}

/// The query as it is shown back.
fn asked(module: &Module, query: &Value, page: usize, world: &World) -> Value {
    let mut asked = json!({
        "module": {"api_name": module.name, "id": super::super::meta::module_id(world, module)}, "page": page,
    });
    if query["module"].is_string() {
        asked["module"] = json!(module.name);
    }
    for name in ["fields", "criteria", "cvid", "file_type"] {
        asked[name] = query.get(name).cloned().unwrap_or(Value::Null);
    }
    asked
}

/// The columns that the caller names, or all of them with the id first.
fn columns(module: &Module, fields: &Value) -> Result<Vec<String>, Problem> {
    let named: Vec<String> =
        fields.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    if named.is_empty() {
        let own = module.fields.iter().filter(|field| field.kind != Kind::Subform).map(|field| field.name.clone());
        return Ok(std::iter::once("Id".to_owned()).chain(own).collect());
    }
    let known = |name: &String| {
        let head = name.split('.').next().unwrap_or(name);
        head.eq_ignore_ascii_case("id") || head == "Tag" || module.field(head).is_some()
    };
    match named.iter().find(|name| !known(name)) {
        None => Ok(named),
        Some(name) => {
            let details = json!({"api_name": name, "module": module.name});
            Err(Problem::new(400, "FIELD_NOT_SUPPORTED", "the field is not available for export", details))
        }
    }
}

type Part = (Vec<Vec<String>>, usize, bool);

fn rows(ctx: &Ctx, module: &Module, query: &Value, columns: &[String], page: usize) -> Result<Part, Problem> {
    let world: &World = ctx.world;
    let wanted = match &query["criteria"] {
        Value::Null => None,
        given => Some(condition::read(module, given)?),
    };
    let view = match query["cvid"].as_str() {
        None => None,
        Some(id) => Some(views::find(world, module, id).ok_or_else(|| views::unknown("cvid"))?),
    };
    let mut found: Vec<&Value> = world
        .docs
        .all(&module.kind())
        .map(|(_, record)| record)
        .filter(|record| records::is_visible(module, record, None, None))
        .filter(|record| wanted.as_ref().is_none_or(|wanted| criteria::fits(world, wanted, record)))
        .filter(|record| view.as_ref().is_none_or(|view| views::shows(ctx, view.test, record)))
        .collect();
    compare::sort(world, module, &mut found, "id", false);
    let start = (page - 1).saturating_mul(PER_PAGE);
    let part: Vec<&Value> = found.iter().skip(start).take(PER_PAGE).copied().collect();
    let rows = part.iter().map(|record| columns.iter().map(|name| cell(ctx, module, record, name)).collect()).collect();
    Ok((rows, part.len(), start + part.len() < found.len()))
}

/// A value as a cell: lookups and users as ids, or by the field that the column names behind a dot.
fn cell(ctx: &Ctx, module: &Module, record: &Value, column: &str) -> String {
    let (head, rest) = column.split_once('.').map_or((column, None), |(head, rest)| (head, Some(rest)));
    if head.eq_ignore_ascii_case("id") {
        return record["id"].as_str().unwrap_or("").to_owned();
    }
    let Some(field) = module.field(head) else {
        let tags = render::named(ctx.world, module, record, head, ctx.version).unwrap_or(Value::Null);
        return joined(&tags, |tag| plain(&tag["name"]));
    };
    let stored = &record[head];
    let id = stored["id"].as_str().unwrap_or("");
    match rest {
        None | Some("id") if !id.is_empty() => id.to_owned(),
        Some(_) if field.kind.is_user() => {
            render::user(ctx.world, stored, true)["name"].as_str().unwrap_or("").to_owned()
        }
        Some(rest) => match render::target(ctx.world, field, record, id) {
            Some((other, found)) => {
                plain(&render::named(ctx.world, other, found, rest, ctx.version).unwrap_or(Value::Null))
            }
            None => String::new(),
        },
        None => joined(stored, plain),
    }
}

fn joined(value: &Value, text: impl Fn(&Value) -> String) -> String {
    match value.as_array() {
        Some(items) => items.iter().map(text).collect::<Vec<_>>().join(";"),
        None => text(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(object) => object.get("id").and_then(Value::as_str).unwrap_or("").to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
    }
}

/// `GET /crm/bulk/v8/read/{id}`.
pub fn show(ctx: &mut Ctx, id: &str) -> Outcome {
    ctx.need(&["bulk"], "READ")?;
    let mut job = ctx.world.docs.get(KIND, id).cloned().ok_or_else(|| not_found(404, id))?;
    job["state"] = json!("COMPLETED");
    if job["callback"].is_null()
        && let Some(job) = job.as_object_mut()
    {
        job.remove("callback");
    }
    Ok(Answer::json(200, &json!({"data": [job]})))
}

/// `GET /crm/bulk/v8/read/{id}/result`.
pub fn result(ctx: &mut Ctx, id: &str) -> Outcome {
    ctx.need(&["bulk"], "READ")?;
    if ctx.world.docs.get(KIND, id).is_none() {
        return Err(not_found(404, id));
    }
    super::kept(ctx, id)
}
