//! Zoho Desk, REST API version 1: organisations, departments, agents, tickets, contacts, accounts and more.
//!
//! `modules` says what there is, `records` reads and writes it, `search` finds, `tickets` what only
//! tickets can do, `related` what hangs on records. Errors are `{"errorCode", "message"}`.

mod modules;
mod records;
mod related;
mod search;
mod seed;
mod tickets;

pub use seed::plant;

use super::accounts::{self, grant, scope};
use super::exchange::{Answer, Call};
use super::world::World;
use serde_json::{Map, Value, json};

/// A call to Desk with all that its topic needs.
struct Ctx<'a> {
    world: &'a mut World,
    call: &'a Call,
    access: grant::Access,
}

/// An error: the status, Desk's code, its message, and the fields that it is about.
struct Trouble(u16, &'static str, String, Vec<Value>);

type Outcome = Result<Answer, Trouble>;

impl From<Trouble> for Answer {
    fn from(Trouble(status, code, message, errors): Trouble) -> Answer {
        let mut body = json!({"errorCode": code, "message": message});
        if !errors.is_empty() {
            body["errors"] = Value::Array(errors);
        }
        Answer::json(status, &body)
    }
}

/// Answers a call below `/api/v1`.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    outcome(world, call).unwrap_or_else(Answer::from)
}

fn outcome(world: &mut World, call: &Call) -> Outcome {
    let rest: Vec<&str> = call.segments.iter().skip(2).map(String::as_str).collect();
    let access = accounts::caller(world, call).ok_or_else(|| {
        Trouble(401, "INVALID_OAUTH", "The OAuth Token you provided is invalid.".to_owned(), Vec::new())
    })?;
    let mut ctx = Ctx { world, call, access };
    if let ["organizations" | "accessibleOrganizations", rest @ ..] = rest.as_slice() {
        return organizations(&ctx, rest);
    }
    ctx.check_organization()?;
    route(&mut ctx, &rest)
}

fn no_such_url() -> Trouble {
    let message = "The URL you requested could not be found. The sandbox does not imitate it.";
    Trouble(404, "URL_NOT_FOUND", message.to_owned(), Vec::new())
}

fn no_such_method() -> Trouble {
    Trouble(405, "METHOD_NOT_ALLOWED", "The HTTP method is not allowed for this URL.".to_owned(), Vec::new())
}

fn no_such_record() -> Trouble {
    let message = "The resource you're looking for is not found or may have been deleted.";
    Trouble(404, "RESOURCE_NOT_FOUND", message.to_owned(), Vec::new())
}

/// A value is `missing`, `invalid` or a `duplicate`.
fn wrong_field(name: &str, kind: &str) -> Trouble {
    let error = json!({"fieldName": format!("/{name}"), "errorType": kind, "errorMessage": ""});
    Trouble(422, "INVALID_DATA", "The data is invalid due to validation restrictions".to_owned(), vec![error])
}

impl Ctx<'_> {
    fn need(&self, resource: &str) -> Result<(), Trouble> {
        let operation = match self.call.method.as_str() {
            "POST" => "CREATE",
            "PUT" | "PATCH" => "UPDATE",
            "DELETE" => "DELETE",
            _ => "READ",
        };
        if scope::allows(&self.access.scopes, "Desk", &[resource], operation) {
            return Ok(());
        }
        let message = "The OAuth Token you provided does not have the scope to perform the operation.";
        Err(Trouble(403, "SCOPE_MISMATCH", message.to_owned(), Vec::new()))
    }

    /// The header `orgId`, or the parameter of that name, names the organisation; there is one.
    fn check_organization(&self) -> Result<(), Trouble> {
        let named = self.call.header("orgid").or(self.call.query.get("orgId"));
        match named {
            None => Ok(()),
            Some(id) if self.world.docs.get("desk/organizations", id.trim()).is_some() => Ok(()),
            Some(_) => {
                let message = "The OAuth Token you provided belongs to a different organization.";
                Err(Trouble(403, "OAUTH_ORG_MISMATCH", message.to_owned(), Vec::new()))
            }
        }
    }

    fn body(&self) -> Result<Map<String, Value>, Trouble> {
        match serde_json::from_slice(&self.call.body) {
            Ok(Value::Object(row)) => Ok(row),
            Ok(_) | Err(_) => Err(Trouble(
                422,
                "UNPROCESSABLE_ENTITY",
                "The request body is not a JSON object.".to_owned(),
                Vec::new(),
            )),
        }
    }

    /// The time as Desk writes it: `2026-05-04T04:42:00.000Z`.
    fn now(&self) -> String {
        self.world.now().strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
    }

    /// A number of the query.
    fn number(&self, name: &str, otherwise: usize) -> Result<usize, Trouble> {
        match self.call.query.get(name).map(str::trim).filter(|text| !text.is_empty()) {
            None => Ok(otherwise),
            Some(text) => text.parse().map_err(|_| wrong_field(name, "invalid")),
        }
    }
}

fn organizations(ctx: &Ctx, rest: &[&str]) -> Outcome {
    ctx.need("basic")?;
    let all: Vec<Value> = ctx.world.docs.all("desk/organizations").map(|(_, org)| org.clone()).collect();
    match (ctx.call.method.as_str(), rest) {
        ("GET", []) => Ok(Answer::json(200, &json!({"data": all}))),
        ("GET", [id]) => {
            let found = all.into_iter().find(|org| records::text_of(&org["id"]) == *id);
            Ok(Answer::json(200, &found.ok_or_else(no_such_record)?))
        }
        (_, [] | [_]) => Err(no_such_method()),
        _ => Err(no_such_url()),
    }
}

fn route(ctx: &mut Ctx, rest: &[&str]) -> Outcome {
    let method = ctx.call.method.as_str();
    if let ("GET", ["search"]) = (method, rest) {
        return search::everywhere(ctx);
    }
    if let ("POST", ["closeTickets"]) = (method, rest) {
        return tickets::close(ctx);
    }
    let Some((path, rest)) = rest.split_first() else { return Err(no_such_url()) };
    let module = modules::find(path).ok_or_else(no_such_url)?;
    match (method, rest) {
        ("GET", ["search"]) => search::answer(ctx, module),
        ("GET", []) => records::list(ctx, module),
        ("POST", []) => records::create(ctx, module),
        ("GET", ["count"]) => records::count(ctx, module),
        ("GET", [id]) => records::get(ctx, module, id),
        ("PATCH" | "PUT", [id]) => records::update(ctx, module, id),
        ("DELETE", [id]) => records::delete(ctx, module, id),
        (_, []) | (_, [_]) => Err(no_such_method()),
        ("POST", [id, action @ ("merge" | "move" | "sendReply" | "draftReply")]) if module.path == "tickets" => {
            tickets::act(ctx, id, action)
        }
        ("POST", [id, "threads", thread, "split"]) if module.path == "tickets" => tickets::split(ctx, id, thread),
        (_, [id, list]) => related::list(ctx, method, module, id, list),
        (_, [id, list, other]) => related::one(ctx, method, module, id, list, other),
        _ => Err(no_such_url()),
    }
}
