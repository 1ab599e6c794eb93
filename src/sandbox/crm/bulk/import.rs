//! Bulk write: the rows of an uploaded CSV file become records.

use super::super::super::exchange::{Answer, Problem};
use super::super::super::world::World;
use super::super::module::{Field, Kind, Module};
use super::super::validate::{Place, id_in};
use super::super::{Ctx, Outcome, compare, problem, write};
use super::not_found;
use super::sheet::{self, Sheet};
use crate::sandbox::multipart;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

const KIND: &str = "bulk_writes";
const FILES: &str = "bulk_files";
const MOST_ROWS: usize = 25_000;

/// `POST /crm/v8/upload`.
pub fn upload(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["bulk"], "CREATE").or_else(|_| ctx.need(&["files"], "CREATE"))?;
    let org = ctx.world.docs.get("org", "org").map(|org| org["zgid"].clone());
    let fits = ctx.call.header("feature") == Some("bulk-write")
        && ctx.call.header("x-crm-org").is_some_and(|id| org == Some(json!(id)));
    if !fits {
        let body = json!({
            "ERROR_MESSAGE": "Bad Request", "ERROR_CODE": 400,
            "x-error": "check if headers [feature, X-CRM-ORG] are present and valid", "info": "Forbidden",
            "x-info": "Link not valid", "http_status": "400",
        });
        return Ok(Answer::json(400, &body));
    }
    let file = multipart::file(ctx.call, "file").filter(|file| file.bytes.starts_with(b"PK"));
    let file = file.ok_or_else(|| {
        Problem::new(400, "INVALID_FILE_FORMAT", "invalid file format. only zip format is supported", json!({}))
    })?;
    let id = ctx.world.new_id();
    let now = ctx.world.now_text();
    ctx.world.docs.put(FILES, &id, json!({"name": file.name, "content": STANDARD.encode(&file.bytes)}));
    let made = super::maker(ctx);
    let row = json!({
        "status": "success", "code": "FILE_UPLOAD_SUCCESS", "message": "file uploaded.",
        "details": {"file_id": id, "id": id, "created_time": now, "created_by": made},
    });
    Ok(Answer::json(200, &row))
}

/// A job's own terms.
struct Terms {
    operation: String,
    module: Module,
    find_by: Option<String>,
    ignore_empty: bool,
    columns: Vec<(usize, String)>,
    defaults: Map<String, Value>,
}

/// What became of the rows.
#[derive(Default)]
struct Tally {
    added: usize,
    updated: usize,
    skipped: usize,
}

/// `POST /crm/bulk/v8/write`.
pub fn create(ctx: &mut Ctx) -> Outcome {
    ctx.need(&["bulk"], "CREATE")?;
    let body = ctx.call.json_object()?;
    super::check_callback(&body["callback"])?;
    let missing = |name: &str| problem::mandatory(json!({"api_name": name, "json_path": format!("$.{name}")}));
    let operation = body["operation"].as_str().ok_or_else(|| missing("operation"))?.to_owned();
    if !["insert", "update", "upsert"].contains(&operation.as_str()) {
        return Err(problem::invalid_data(
            json!({"api_name": "operation", "supported_values": ["insert", "update", "upsert"]}),
        ));
    }
    let resource = body["resource"].get(0).ok_or_else(|| missing("resource"))?.clone();
    let module = super::module(ctx, &resource["module"])?;
    ctx.need(&["modules", &module.scope_name()], "CREATE")?;
    let file_id = id_in(&resource["file_id"]).ok_or_else(|| missing("file_id"))?;
    let content = ctx.world.docs.get(FILES, &file_id).and_then(|file| file["content"].as_str());
    let content = content
        .ok_or_else(|| Problem::new(400, "RESOURCE_NOT_FOUND", "improper file id", json!({"file_id": file_id})))?;
    let bytes = STANDARD.decode(content).unwrap_or_default();
    let (name, sheet) = Sheet::unpack(&bytes)
        .ok_or_else(|| Problem::new(400, "INVALID_FILE_FORMAT", "the archive holds no CSV file", json!({})))?;
    let terms = terms(module, operation, &resource, &sheet)?;
    let (tally, report) = load(ctx, &terms, &sheet);
    let id = ctx.world.new_id();
    let archive = sheet::packed(&format!("{}-{name}", terms.module.name), &report.to_csv())?;
    super::keep(ctx, &id, &archive);
    let mut shown = resource.clone();
    if shown["module"].is_object() {
        shown["module"]["id"] = json!(super::super::meta::module_id(ctx.world, &terms.module));
    }
    shown["status"] = json!("COMPLETED");
    shown["file"] = json!({
        "status": "COMPLETED", "name": name, "added_count": tally.added, "skipped_count": tally.skipped,
        "updated_count": tally.updated, "total_count": sheet.rows.len(),
    });
    let made = super::maker(ctx);
    let job = json!({
        "status": "COMPLETED", "character_encoding": body["character_encoding"].as_str().unwrap_or("UTF-8"),
        "resource": [shown], "id": id, "callback": body["callback"], "created_by": made,
        "result": {"download_url": format!("{}/crm/bulk/{}/write/{id}/result", ctx.world.origin, ctx.call.segments[2])},
        "operation": terms.operation, "created_time": ctx.world.now_text(),
    });
    ctx.world.docs.put(KIND, &id, job);
    let details = json!({"id": id, "created_by": made});
    Ok(Answer::json(201, &json!({"status": "success", "code": "SUCCESS", "message": "success", "details": details})))
}

fn terms(module: Module, operation: String, resource: &Value, sheet: &Sheet) -> Result<Terms, Problem> {
    let mut columns = Vec::new();
    let mut defaults = Map::new();
    let mut find_by = resource["find_by"].as_str().map(str::to_owned);
    for mapping in resource["field_mappings"].as_array().into_iter().flatten() {
        let Some(name) = mapping["api_name"].as_str() else { continue };
        if mapping["find_by"].is_string()
            && find_by.is_none()
            && module.field(name).is_none_or(|field| field.kind != Kind::Lookup)
        {
            find_by = Some(name.to_owned());
        }
        match mapping["index"].as_u64().and_then(|at| usize::try_from(at).ok()) {
            Some(at) if at < sheet.head.len() => columns.push((at, name.to_owned())),
            Some(at) => {
                let details = json!({"index": at, "api_name": name});
                return Err(Problem::new(
                    400,
                    "COLUMN_INDEX_NOT_FOUND",
                    "the index of a mapping is beyond the columns",
                    details,
                ));
            }
            None => {
                defaults.insert(name.to_owned(), mapping["default_value"]["value"].clone());
            }
        }
    }
    if columns.is_empty() {
        columns = sheet.head.iter().enumerate().map(|(at, name)| (at, name.trim().to_owned())).collect();
    }
    let known =
        |name: &str| name.eq_ignore_ascii_case("id") || module.field(name.split('.').next().unwrap_or(name)).is_some();
    if let Some((_, name)) = columns.iter().find(|(_, name)| !known(name)) {
        let message = format!("invalid mapping. invalid api_name {name}.");
        return Err(Problem::new(400, "INVALID_FIELD", message, json!({"api_name": name})));
    }
    if operation == "update" && find_by.is_none() && !columns.iter().any(|(_, name)| name.eq_ignore_ascii_case("id")) {
        return Err(problem::mandatory(json!({"api_name": "find_by", "json_path": "$.resource[0].find_by"})));
    }
    let ignore_empty = resource["ignore_empty"].as_bool().unwrap_or(false);
    Ok(Terms { operation, module, find_by, ignore_empty, columns, defaults })
}

/// Writes the rows one by one; the report holds the first three columns, the outcome, the id and the error.
fn load(ctx: &mut Ctx, terms: &Terms, sheet: &Sheet) -> (Tally, Sheet) {
    let named = terms.columns.iter().take(3).map(|(_, name)| name.clone());
    let head = named.chain(["STATUS", "RECORD_ID", "ERRORS"].map(str::to_owned)).collect();
    let mut tally = Tally::default();
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for cells in sheet.rows.iter().take(MOST_ROWS) {
        let (status, id, error) = match one(ctx, terms, cells) {
            Ok((true, id)) => {
                tally.added += 1;
                ("ADDED", id, String::new())
            }
            Ok((false, id)) => {
                tally.updated += 1;
                ("UPDATED", id, String::new())
            }
            Err(problem) => {
                tally.skipped += 1;
                let column = problem.details["api_name"].as_str().unwrap_or("id").to_owned();
                ("SKIPPED", String::new(), format!("{}-{column}", problem.code))
            }
        };
        let shown = terms.columns.iter().take(3).map(|(at, _)| cells.get(*at).cloned().unwrap_or_default());
        rows.push(shown.chain([status.to_owned(), id, error]).collect());
    }
    (tally, Sheet { head, rows })
}

/// Whether a record was added, and its id.
fn one(ctx: &mut Ctx, terms: &Terms, cells: &[String]) -> Result<(bool, String), Problem> {
    let row = row(ctx.world, terms, cells)?;
    let place = Place { path: None };
    let user = ctx.access.user.clone();
    let known = match terms.operation.as_str() {
        "insert" => None,
        _ => find(ctx.world, terms, &row),
    };
    if let Some(id) = known {
        write::update_record(ctx.world, &user, &terms.module, &id, &row, &place)?;
        return Ok((false, id));
    }
    if terms.operation == "update" {
        return Err(Problem::new(400, "RESOURCE_NOT_FOUND", "no such record", json!({"api_name": terms.find_by})));
    }
    let record = write::insert_record(ctx.world, &user, &terms.module, &row, &place)?;
    Ok((true, record["id"].as_str().unwrap_or("").to_owned()))
}

fn find(world: &World, terms: &Terms, row: &Map<String, Value>) -> Option<String> {
    if let Some(id) = row.get("id").and_then(id_in) {
        return world.docs.get(&terms.module.kind(), &id).map(|_| id);
    }
    let field = terms.module.field(terms.find_by.as_deref()?)?;
    let wanted = compare::keys(world, field, &Value::Object(row.clone()));
    let wanted = wanted.into_iter().next().filter(|key| *key != compare::Key::Empty)?;
    let mut all = world.docs.all(&terms.module.kind());
    all.find(|(_, record)| compare::keys(world, field, record).contains(&wanted)).map(|(id, _)| id.to_owned())
}

fn row(world: &World, terms: &Terms, cells: &[String]) -> Result<Map<String, Value>, Problem> {
    let mut row = terms.defaults.clone();
    for (at, column) in &terms.columns {
        let text = cells.get(*at).map_or("", |cell| cell.trim());
        let (head, rest) = column.split_once('.').map_or((column.as_str(), None), |(head, rest)| (head, Some(rest)));
        if text.is_empty() {
            if !terms.ignore_empty && terms.operation != "insert" {
                row.insert(head.to_owned(), Value::Null);
            }
        } else if head.eq_ignore_ascii_case("id") {
            row.insert("id".to_owned(), json!(text));
        } else if let Some(field) = terms.module.field(head) {
            row.insert(head.to_owned(), typed(world, field, text, rest)?);
        }
    }
    Ok(row)
}

/// A cell as the value that a call would send.
fn typed(world: &World, field: &Field, text: &str, by: Option<&str>) -> Result<Value, Problem> {
    let wrong = || problem::invalid_data(json!({"api_name": field.name, "expected_data_type": field.kind.data_type()}));
    match field.kind {
        Kind::Integer | Kind::Bigint => text.parse::<i64>().map(Value::from).map_err(|_| wrong()),
        Kind::Double | Kind::Percent | Kind::Currency => text.parse::<f64>().map(Value::from).map_err(|_| wrong()),
        Kind::Boolean => text.to_ascii_lowercase().parse::<bool>().map(Value::from).map_err(|_| wrong()),
        Kind::Multiselectpicklist => Ok(text.split(';').map(str::trim).collect()),
        Kind::Lookup => named(world, field, text, by).map(|id| json!({"id": id})).ok_or_else(wrong),
        Kind::Ownerlookup | Kind::Userlookup => Ok(json!({"id": text})),
        _ => Ok(json!(text)),
    }
}

/// The id of the record that a cell names, by its id or by another field of it.
fn named(world: &World, field: &Field, text: &str, by: Option<&str>) -> Option<String> {
    let Some(by) = by.filter(|by| !by.eq_ignore_ascii_case("id")) else { return Some(text.to_owned()) };
    let module = world.module(field.module.as_deref()?)?;
    let other = module.field(by)?;
    let wanted = compare::key_of_text(other.kind, text)?;
    let mut all = world.docs.all(&module.kind());
    all.find(|(_, record)| compare::keys(world, other, record).contains(&wanted)).map(|(id, _)| id.to_owned())
}

/// `GET /crm/bulk/v8/write/{id}`.
pub fn show(ctx: &mut Ctx, id: &str) -> Outcome {
    ctx.need(&["bulk"], "READ")?;
    let job = ctx.world.docs.get(KIND, id).ok_or_else(|| not_found(400, id))?;
    Ok(Answer::json(200, job))
}

/// Where the job's `download_url` leads.
pub fn result(ctx: &mut Ctx, id: &str) -> Outcome {
    ctx.need(&["bulk"], "READ")?;
    if ctx.world.docs.get(KIND, id).is_none() {
        return Err(not_found(400, id));
    }
    super::kept(ctx, id)
}
