//! Jobs over many records: `/crm/bulk/v8/read`, `/crm/bulk/v8/write` and the files around them.
//!
//! A job is done at once: it is shown as added when it is made and as completed from then on.

mod condition;
mod export;
mod import;
mod sheet;

use super::super::exchange::{Answer, Call, Problem};
use super::super::world::World;
use super::{Ctx, Outcome, problem, render};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const RESULTS: &str = "bulk_results";

/// Answers a call below `/crm/bulk`.
pub fn answer(world: &mut World, call: &Call) -> Outcome {
    let version = call.segments.get(2).and_then(|text| super::version(text)).ok_or_else(problem::invalid_url)?;
    let access = super::authenticate(world, call)?;
    let mut ctx = Ctx { world, call, version, access };
    let rest: Vec<&str> = call.segments.iter().skip(3).map(String::as_str).collect();
    match (call.method.as_str(), rest.as_slice()) {
        ("POST", ["read"]) => export::create(&mut ctx),
        ("GET", ["read", id]) => export::show(&mut ctx, id),
        ("GET", ["read", id, "result"]) => export::result(&mut ctx, id),
        ("POST", ["write"]) => import::create(&mut ctx),
        ("GET", ["write", id]) => import::show(&mut ctx, id),
        ("GET", ["write", id, "result"]) => import::result(&mut ctx, id),
        (_, ["read" | "write"] | ["read" | "write", _] | ["read" | "write", _, "result"]) => {
            Err(problem::invalid_method())
        }
        _ => Err(problem::invalid_url()),
    }
}

/// `POST /crm/v8/upload`: a zip file whose id a write job names.
pub fn upload(ctx: &mut Ctx) -> Outcome {
    import::upload(ctx)
}

fn not_found(status: u16, id: &str) -> Problem {
    Problem::new(status, "RESOURCE_NOT_FOUND", "The requested resource doesn't exist.", json!({"resource": id}))
}

/// The module that a job names: as text in version 2, as `{"api_name": …}` later.
fn module(ctx: &Ctx, named: &Value) -> Result<super::Module, Problem> {
    let name = named.as_str().or(named["api_name"].as_str());
    let name = name.ok_or_else(|| problem::mandatory(json!({"api_name": "module", "json_path": "$.query.module"})))?;
    ctx.world.module(name).cloned().ok_or_else(|| {
        let message = format!("Requested module '{name}' is not available.");
        Problem::new(400, "MODULE_NOT_AVAILABLE", message, json!({"module": name}))
    })
}

/// The callback of a job is checked and kept; the sandbox calls nobody.
fn check_callback(callback: &Value) -> Result<(), Problem> {
    if callback.is_null() {
        return Ok(());
    }
    let url = callback["url"].as_str().unwrap_or("");
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Problem::new(400, "INVALID_CALLBACK_URL", "Callback URL is invalid.", json!({"url": url})));
    }
    if callback["method"].as_str().is_some_and(|method| !method.eq_ignore_ascii_case("post")) {
        let details = json!({"supported_callback_methods": ["post"]});
        return Err(Problem::new(400, "INVALID_CALLBACK_METHOD", "Callback method is invalid.", details));
    }
    Ok(())
}

fn maker(ctx: &Ctx) -> Value {
    render::user(ctx.world, &json!({"id": ctx.access.user}), false)
}

fn keep(ctx: &mut Ctx, id: &str, archive: &[u8]) {
    ctx.world.docs.put(RESULTS, id, json!(STANDARD.encode(archive)));
}

fn kept(ctx: &Ctx, id: &str) -> Outcome {
    let content = ctx.world.docs.get(RESULTS, id).and_then(Value::as_str).ok_or_else(|| not_found(404, id))?;
    Ok(Answer::file(&format!("{id}.zip"), STANDARD.decode(content).unwrap_or_default()))
}
