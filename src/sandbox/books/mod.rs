//! Zoho Books, REST API version 3: organisations and the records that scripts read and write most.
//!
//! `modules` says what there is, `records` reads and writes it, `documents` adds up lines and moves
//! payments, `filter` finds rows. Replies are `{"code": 0, "message", <key>}`, errors another code.

mod documents;
mod filter;
mod modules;
mod records;
mod seed;

pub use seed::plant;

use super::accounts::{self, grant, scope};
use super::exchange::{Answer, Call};
use super::world::World;
use axum::http::Method;
use modules::Module;
use serde_json::{Map, Value, json};

/// A call to Books with all that its topic needs.
struct Ctx<'a> {
    world: &'a mut World,
    call: &'a Call,
    access: grant::Access,
}

/// An error: the status, Zoho's code and its message.
struct Trouble(u16, u32, String);

type Outcome = Result<Answer, Trouble>;

impl From<Trouble> for Answer {
    fn from(Trouble(status, code, message): Trouble) -> Answer {
        Answer::json(status, &json!({"code": code, "message": message}))
    }
}

/// Answers a call below `/books`.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    outcome(world, call).unwrap_or_else(Answer::from)
}

fn outcome(world: &mut World, call: &Call) -> Outcome {
    let parts: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let Some((&"v3", rest)) = parts.split_first() else { return Err(no_such_url()) };
    let access = accounts::caller(world, call)
        .ok_or_else(|| Trouble(401, 57, "You are not authorized to perform this operation".to_owned()))?;
    let mut ctx = Ctx { world, call, access };
    if let ["organizations", rest @ ..] = rest {
        return organizations(&ctx, rest);
    }
    ctx.check_organization()?;
    route(&mut ctx, rest)
}

fn no_such_url() -> Trouble {
    Trouble(404, 5, "Invalid URL Passed. The sandbox does not imitate this address.".to_owned())
}

fn no_such_method() -> Trouble {
    Trouble(405, 37, "The HTTP method is not allowed for the requested resource".to_owned())
}

fn invalid(name: &str) -> Trouble {
    Trouble(400, 4, format!("Invalid value passed for {name}"))
}

impl Ctx<'_> {
    fn need(&self, resource: &str) -> Result<(), Trouble> {
        let operation = match self.call.method {
            Method::POST => "CREATE",
            Method::PUT => "UPDATE",
            Method::DELETE => "DELETE",
            _ => "READ",
        };
        let allows = |resource: &str| scope::allows(&self.access.scopes, "ZohoBooks", &[resource], operation);
        if allows("fullaccess") || allows(resource) {
            return Ok(());
        }
        Err(Trouble(401, 57, "You are not authorized to perform this operation".to_owned()))
    }

    fn check_organization(&self) -> Result<(), Trouble> {
        let named = self.call.query.get("organization_id").or(self.call.header("x-com-zoho-books-organizationid"));
        match named {
            Some(id) if self.world.docs.get("books/organizations", id).is_some() => Ok(()),
            named => {
                let name = named.unwrap_or("");
                Err(Trouble(401, 6041, format!("This user is not associated with the CompanyID/CompanyName:{name}.")))
            }
        }
    }

    /// The record in the body: JSON, or the text of the parameter `JSONString` as JSON.
    fn body(&self) -> Result<Map<String, Value>, Trouble> {
        let form = self.call.form();
        let sent =
            form.get("JSONString").map(|text| text.as_bytes().to_vec()).unwrap_or_else(|| self.call.body.to_vec());
        match serde_json::from_slice(&sent) {
            Ok(Value::Object(row)) => Ok(row),
            Ok(_) | Err(_) => Err(Trouble(400, 4, "Invalid value passed for JSONString".to_owned())),
        }
    }

    /// The time as Books writes it: `2026-05-04T10:12:00+0530`.
    fn now(&self) -> String {
        let text = self.world.now_text();
        text.rsplit_once(':').map_or_else(|| text.clone(), |(head, tail)| format!("{head}{tail}"))
    }
}

fn organizations(ctx: &Ctx, rest: &[&str]) -> Outcome {
    ctx.need("settings")?;
    let all: Vec<Value> = ctx.world.docs.all("books/organizations").map(|(_, org)| org.clone()).collect();
    match (ctx.call.method.as_str(), rest) {
        ("GET", []) => Ok(success(200, "success", "organizations", json!(all))),
        ("GET", [id]) => {
            let found = all.into_iter().find(|org| org["organization_id"] == *id);
            let found = found.ok_or_else(|| Trouble(404, 1002, "Organization does not exist.".to_owned()))?;
            Ok(success(200, "success", "organization", found))
        }
        (_, [] | [_]) => Err(no_such_method()),
        _ => Err(no_such_url()),
    }
}

fn success(status: u16, message: &str, key: &str, value: Value) -> Answer {
    Answer::json(status, &json!({"code": 0, "message": message, key: value}))
}

fn done(message: &str) -> Answer {
    Answer::json(200, &json!({"code": 0, "message": message}))
}

fn route(ctx: &mut Ctx, rest: &[&str]) -> Outcome {
    let Some((path, rest)) = rest.split_first() else { return Err(no_such_url()) };
    let module = modules::find(&path.to_ascii_lowercase()).ok_or_else(no_such_url)?;
    ctx.need(module.scope)?;
    match (ctx.call.method.as_str(), rest) {
        ("GET", []) => records::list(ctx, module),
        ("POST", []) => records::create(ctx, module),
        ("GET", ["templates"]) if module.lines => Ok(templates(module)),
        ("GET", [id]) => records::get(ctx, module, id),
        ("PUT", [id]) => records::update(ctx, module, id),
        ("DELETE", [id]) => records::delete(ctx, module, id),
        ("POST", [id, "status", status]) => documents::mark(ctx, module, id, status),
        ("POST", [id, status @ ("active" | "inactive")]) if module.status == Some("active") => {
            documents::mark(ctx, module, id, status)
        }
        ("POST", [id, "email"]) if module.lines => documents::mail(ctx, module, id),
        (method, [id, "comments"]) => records::comments(ctx, module, id, method),
        (_, [] | [_]) => Err(no_such_method()),
        _ => Err(no_such_url()),
    }
}

fn templates(module: &Module) -> Answer {
    let template = json!({
        "template_id": "460000000010001", "template_name": "Standard Template", "template_type": "standard",
        "is_default": true, "module": module.key,
    });
    success(200, "success", "templates", json!([template]))
}
