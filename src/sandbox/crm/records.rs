//! Reading records: lists with pages, and one by its id.

use super::super::exchange::{Answer, Problem};
use super::module::Module;
use super::{Ctx, Outcome, Version, compare, problem, render, views};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const PER_PAGE: usize = 200;
const MOST_FIELDS: usize = 50;
/// How far pages reach without a page token, from version 3 on.
const REACH: usize = 2000;

/// `GET /{module}`.
pub fn list(ctx: &mut Ctx, module: &str) -> Outcome {
    let module = ctx.module(module)?;
    let fields = wanted_fields(ctx, true)?;
    let query = &ctx.call.query;
    let ids = query.list("ids");
    let since = modified_since(ctx)?;
    let (sort_by, descending) = sorting(ctx, &module)?;
    let view = views::wanted(ctx, &module)?;
    let mut found: Vec<&Value> = ctx
        .world
        .docs
        .all(&module.kind())
        .map(|(_, record)| record)
        .filter(|record| ids.is_empty() || ids.iter().any(|id| record["id"] == id.as_str()))
        .filter(|record| match &view {
            Some(view) if view.test == views::Test::Converted => views::shows(ctx, view.test, record),
            Some(view) => views::shows(ctx, view.test, record) && is_visible(&module, record, None, None),
            None => is_visible(&module, record, query.get("converted"), query.get("approved")),
        })
        .collect();
    let any = !found.is_empty();
    if let Some(since) = since {
        found.retain(|record| modified(record) > since);
        if any && found.is_empty() {
            return Ok(Answer::empty(304));
        }
    }
    compare::sort(ctx.world, &module, &mut found, &sort_by, descending);
    let paging = Paging::read(ctx, &sort_by, descending)?;
    Ok(page(ctx, &module, &found, &fields, &paging))
}

/// `GET /{module}/{id}`.
pub fn get(ctx: &mut Ctx, module: &str, id: &str) -> Outcome {
    let module = ctx.module(module)?;
    let fields = wanted_fields(ctx, false)?;
    if !is_id(id) {
        return Err(problem::invalid_id());
    }
    let Some(record) = ctx.world.docs.get(&module.kind(), id) else {
        return Ok(Answer::empty(204));
    };
    if modified_since(ctx)?.is_some_and(|since| modified(record) <= since) {
        return Ok(Answer::empty(304));
    }
    let shown = render::record(ctx.world, &module, record, &fields, ctx.version);
    Ok(Answer::json(200, &json!({"data": [shown]})))
}

/// Whether this could be an id: digits only.
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 25 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The `fields` parameter; from version 3 on a list needs it.
pub fn wanted_fields(ctx: &Ctx, needed: bool) -> Result<Vec<String>, Problem> {
    let fields = ctx.call.query.list("fields");
    if needed && fields.is_empty() && ctx.version >= 30 {
        return Err(problem::param_missing("fields"));
    }
    if fields.len() > MOST_FIELDS && ctx.version >= 30 {
        let details = json!({"param_name": "fields", "limit": MOST_FIELDS});
        return Err(Problem::new(400, "LIMIT_EXCEEDED", "Max field limit exceeded", details));
    }
    Ok(fields)
}

/// Converted leads hide unless asked for; everything here is approved.
pub fn is_visible(module: &Module, record: &Value, converted: Option<&str>, approved: Option<&str>) -> bool {
    let is_converted = record["$converted"].as_bool().unwrap_or(false);
    let converted_fits = match converted {
        _ if !module.convertible => true,
        Some("true") => is_converted,
        Some("both") => true,
        Some(_) | None => !is_converted,
    };
    converted_fits && approved != Some("false")
}

fn sorting(ctx: &Ctx, module: &Module) -> Result<(String, bool), Problem> {
    let by = ctx.call.query.get("sort_by").unwrap_or("id").to_owned();
    if by != "id" && module.field(&by).is_none() {
        return Err(problem::invalid_param("sort_by", "field api name"));
    }
    match ctx.call.query.get("sort_order").unwrap_or("desc") {
        "asc" => Ok((by, false)),
        "desc" => Ok((by, true)),
        _ => Err(problem::invalid_param("sort_order", "asc or desc")),
    }
}

/// The moment of the `If-Modified-Since` header, in ISO 8601 as Zoho wants it, or as HTTP has it.
pub fn modified_since(ctx: &Ctx) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = ctx.call.header("if-modified-since") else { return Ok(None) };
    let wrong = || problem::invalid_param("If-Modified-Since", "datetime");
    let http = || jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp());
    text.parse::<Timestamp>().ok().or_else(http).map(Some).ok_or_else(wrong)
}

/// When a record was last changed.
pub fn modified(record: &Value) -> Timestamp {
    record["Modified_Time"].as_str().and_then(|text| text.parse().ok()).unwrap_or(Timestamp::MIN)
}

/// Which part of a list is wanted.
pub struct Paging {
    page: usize,
    per_page: usize,
    start: usize,
    sort: Option<(String, bool)>,
}

impl Paging {
    /// Reads `page`, `per_page` and `page_token` of a sorted list.
    pub fn read(ctx: &Ctx, sort_by: &str, descending: bool) -> Result<Paging, Problem> {
        let mut paging = Paging::plain(ctx)?;
        paging.sort = Some((sort_by.to_owned(), descending));
        if let Some(token) = ctx.call.query.get("page_token") {
            paging.start = opened(ctx, token)?;
            paging.page = paging.start / paging.per_page + 1;
        } else if ctx.version >= 30 && paging.start + paging.per_page > REACH {
            let details = json!({"limit": REACH, "param_name": "page_token"});
            let message = "use page_token to get records beyond the limit";
            return Err(Problem::new(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", message, details));
        }
        Ok(paging)
    }

    /// Reads `page` and `per_page`.
    pub fn plain(ctx: &Ctx) -> Result<Paging, Problem> {
        let page = number(ctx, "page", 1)?;
        let per_page = number(ctx, "per_page", PER_PAGE)?.min(PER_PAGE);
        Ok(Paging { page, per_page, start: (page - 1).saturating_mul(per_page), sort: None })
    }

    /// The part of these that the page shows.
    pub fn of<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let end = self.start.saturating_add(self.per_page).min(all.len());
        all.get(self.start..end).unwrap_or(&[])
    }
}

fn number(ctx: &Ctx, name: &str, otherwise: usize) -> Result<usize, Problem> {
    let Some(text) = ctx.call.query.get(name) else { return Ok(otherwise) };
    match text.parse::<usize>() {
        Ok(number) if number > 0 => Ok(number),
        Ok(_) | Err(_) => Err(problem::invalid_param(name, "integer")),
    }
}

/// A token stands for a place in a list of one token's owner for a day.
fn sealed(ctx: &Ctx, place: usize) -> (String, String) {
    let ends = ctx.world.now().checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    let body = json!([ctx.call.path, place, ends.as_second()]);
    (URL_SAFE_NO_PAD.encode(body.to_string()), ctx.world.show(ends))
}

fn opened(ctx: &Ctx, token: &str) -> Result<usize, Problem> {
    let wrong = || problem::invalid_param("page_token", "string");
    let body = URL_SAFE_NO_PAD.decode(token).map_err(|_| wrong())?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| wrong())?;
    let alive = body[2].as_i64().is_some_and(|ends| ends > ctx.world.now().as_second());
    if body[0] != ctx.call.path.as_str() || !alive {
        return Err(wrong());
    }
    body[1].as_u64().and_then(|place| usize::try_from(place).ok()).ok_or_else(wrong)
}

/// One page of these records, or 204 where it is empty.
pub fn page(ctx: &Ctx, module: &Module, found: &[&Value], fields: &[String], paging: &Paging) -> Answer {
    let shown: Vec<Value> =
        paging.of(found).iter().map(|record| render::record(ctx.world, module, record, fields, ctx.version)).collect();
    if shown.is_empty() {
        return Answer::empty(204);
    }
    let info = info(ctx, paging, shown.len(), found.len());
    Answer::json(200, &json!({"data": shown, "info": info}))
}

/// The `info` block of a page.
pub fn info(ctx: &Ctx, paging: &Paging, count: usize, total: usize) -> Value {
    let more = paging.start + count < total;
    let mut info = json!({"per_page": paging.per_page, "count": count, "page": paging.page, "more_records": more});
    if let Some((by, descending)) = &paging.sort
        && has_tokens(ctx.version)
    {
        let next = more.then(|| sealed(ctx, paging.start + count));
        let before = (paging.start > 0).then(|| sealed(ctx, paging.start.saturating_sub(paging.per_page)));
        let ends = next.as_ref().or(before.as_ref()).map(|(_, ends)| ends.clone());
        info["sort_by"] = json!(by);
        info["sort_order"] = json!(if *descending { "desc" } else { "asc" });
        info["next_page_token"] = json!(next.map(|(token, _)| token));
        info["previous_page_token"] = json!(before.map(|(token, _)| token));
        info["page_token_expiry"] = json!(ends);
    }
    info
}

fn has_tokens(version: Version) -> bool {
    version >= 30
}
