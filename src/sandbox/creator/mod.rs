//! Zoho Creator, REST API versions 2 and 2.1: records added through forms, read and changed through reports.
//!
//! `forms` says what there is, `criteria` reads conditions, `values` checks and shows what records hold,
//! `records` does the rest. Replies are `{"code": 3000, "data"}`, errors another code.

mod criteria;
mod forms;
mod records;
mod seed;
mod values;

pub use forms::{Form, load};
pub use seed::plant;

use super::accounts::{self, grant, scope};
use super::exchange::{Answer, Call};
use super::world::World;
use serde_json::{Value, json};

/// A call to Creator with all that its topic needs.
struct Ctx<'a> {
    world: &'a mut World,
    call: &'a Call,
    access: grant::Access,
}

/// An error: the status, Creator's code, and its message, as text or by field.
struct Trouble(u16, u32, Value);

type Outcome = Result<Answer, Trouble>;

impl From<Trouble> for Answer {
    fn from(Trouble(status, code, message): Trouble) -> Answer {
        let key = if message.is_object() { "error" } else { "message" };
        Answer::json(status, &json!({"code": code, key: message}))
    }
}

/// Answers a call below `/api/v2/{owner}/{application}` or `/creator/v2.1/data/{owner}/{application}`.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    outcome(world, call).unwrap_or_else(Answer::from)
}

fn trouble(status: u16, code: u32, message: impl Into<String>) -> Trouble {
    Trouble(status, code, Value::String(message.into()))
}

fn outcome(world: &mut World, call: &Call) -> Outcome {
    let parts: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let invalid = "Authorization Failure. The access token is either invalid or has expired. Please check your Zoho Account for more information.";
    let access = accounts::caller(world, call).ok_or_else(|| trouble(401, 1030, invalid))?;
    let mut ctx = Ctx { world, call, access };
    match parts.as_slice() {
        ["api", "v2", _, application, rest @ ..] | ["creator", "v2.1" | "v2", "data", _, application, rest @ ..] => {
            let known = ctx.world.forms.iter().any(|form| form.application == *application);
            if !known {
                return Err(trouble(404, 2892, format!("No application named \"{application}\" found.")));
            }
            route(&mut ctx, application, rest)
        }
        ["creator", "v2.1" | "v2", "meta", "applications"] => applications(&ctx),
        _ => Err(no_such_url()),
    }
}

fn no_such_url() -> Trouble {
    trouble(404, 1000, "Invalid API URL format. The sandbox does not imitate this address.")
}

impl Ctx<'_> {
    fn need(&self, resource: &str, operation: &str) -> Result<(), Trouble> {
        if scope::allows(&self.access.scopes, "ZohoCreator", &[resource], operation) {
            return Ok(());
        }
        Err(trouble(401, 2945, "Authorization Failure. The scope of the access token does not allow this."))
    }

    fn body(&self) -> Result<Value, Trouble> {
        let text = self.call.form().get("data").map(str::to_owned);
        let sent: Option<Value> = serde_json::from_slice(&self.call.body).ok();
        let from_form =
            || text.and_then(|text| serde_json::from_str(&text).ok()).map(|data: Value| json!({"data": data}));
        sent.filter(Value::is_object)
            .or_else(from_form)
            .ok_or_else(|| trouble(400, 3710, "The request body is not a JSON object."))
    }
}

fn applications(ctx: &Ctx) -> Outcome {
    ctx.need("meta", "READ")?;
    let mut names: Vec<&str> = ctx.world.forms.iter().map(|form| form.application.as_str()).collect();
    names.dedup();
    let all: Vec<Value> = names
        .iter()
        .map(|name| json!({"application_name": name, "link_name": name, "workspace_name": "quietharbor"}))
        .collect();
    Ok(Answer::json(200, &json!({"code": 3000, "applications": all})))
}

fn route(ctx: &mut Ctx, application: &str, rest: &[&str]) -> Outcome {
    let find = |ctx: &Ctx, kind: &str, link: &str| {
        let mut forms = ctx.world.forms.iter().filter(|form| form.application == application);
        let found = forms.find(|form| if kind == "form" { form.name == link } else { form.report == link }).cloned();
        let code = if kind == "form" { 2894 } else { 2893 };
        found.ok_or_else(|| trouble(404, code, format!("No {kind} named \"{link}\" found.")))
    };
    match (ctx.call.method.as_str(), rest) {
        ("POST", ["form", link]) => {
            ctx.need("form", "CREATE")?;
            let form = find(ctx, "form", link)?;
            records::add(ctx, &form)
        }
        (method, ["report", link, rest @ ..]) => {
            let form = find(ctx, "report", link)?;
            let operation = match method {
                "PATCH" => "UPDATE",
                "DELETE" => "DELETE",
                "POST" => "CREATE",
                _ => "READ",
            };
            ctx.need("report", operation)?;
            match (method, rest) {
                ("GET", []) => records::list(ctx, &form),
                ("PATCH", []) => records::update_many(ctx, &form),
                ("DELETE", []) => records::delete_many(ctx, &form),
                ("GET", [id]) => records::get(ctx, &form, id),
                ("PATCH", [id]) => records::update(ctx, &form, id),
                ("DELETE", [id]) => records::delete(ctx, &form, id),
                ("POST", [id, field, "upload"]) => records::upload(ctx, &form, id, field),
                ("GET", [id, field, "download"]) => records::download(ctx, &form, id, field),
                _ => Err(no_such_url()),
            }
        }
        _ => Err(no_such_url()),
    }
}
