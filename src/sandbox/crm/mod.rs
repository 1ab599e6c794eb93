//! The imitated CRM: versions 2 to 8 of its REST API.
//!
//! This file knows the addresses; each neighbour one topic. A call arrives as a [`Ctx`]; whoever asks
//! has been recognised by then, the scopes are checked by the topic.

pub mod module;
pub mod problem;

mod actions;
mod attachments;
mod blueprint;
mod bulk;
mod collection;
mod compare;
mod composite;
mod contact_roles;
mod convert;
mod coql;
mod criteria;
mod deleted;
mod fields;
mod files;
mod formula;
mod lines;
mod locking;
mod mass;
mod meta;
mod org;
mod photo;
mod records;
mod recycle_bin;
mod related;
mod render;
mod search;
mod sharing;
mod tags;
mod timeline;
mod uploads;
mod upsert;
mod users;
mod validate;
mod variables;
mod views;
mod watch;
mod write;

pub use write::derive;

use super::accounts::{grant, scope};
use super::exchange::{Answer, Call, Problem};
use super::world::World;
use axum::http::Method;
use module::Module;
use serde_json::json;

/// A version of the API, ten times: 20 is v2, 21 is v2.1, 80 is v8.
pub type Version = u32;

/// A call to the CRM with all that its topic needs.
pub struct Ctx<'a> {
    /// The state.
    pub world: &'a mut World,
    /// The call.
    pub call: &'a Call,
    /// The version in the address.
    pub version: Version,
    /// Who asks, and what for.
    pub access: grant::Access,
}

/// What a topic answers.
pub type Outcome = Result<Answer, Problem>;

/// Answers a call below `/crm`.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    outcome(world, call).unwrap_or_else(Answer::from)
}

fn outcome(world: &mut World, call: &Call) -> Outcome {
    if call.segments.get(1).is_some_and(|text| text == "bulk") {
        return bulk::answer(world, call);
    }
    let Some(version) = call.segments.get(1).and_then(|text| version(text)) else {
        return Err(unsupported_version(call));
    };
    let access = authenticate(world, call)?;
    if call.header("x-external").is_some() {
        return Err(problem::not_imitated("external fields, which the header `X-EXTERNAL` names"));
    }
    let mut ctx = Ctx { world, call, version, access };
    route(&mut ctx)
}

fn version(text: &str) -> Option<Version> {
    match text {
        "v2" => Some(20),
        "v2.1" => Some(21),
        "v3" => Some(30),
        "v4" => Some(40),
        "v5" => Some(50),
        "v6" => Some(60),
        "v7" => Some(70),
        "v8" => Some(80),
        _ => None,
    }
}

fn unsupported_version(call: &Call) -> Problem {
    if call.segments.get(1).is_some_and(|text| text.starts_with('v')) {
        return Problem::new(400, "API_NOT_SUPPORTED", "unsupported api version", json!({"supported_version": 8}));
    }
    problem::invalid_url()
}

/// `Zoho-oauthtoken X` or `Bearer X`, as a live token.
fn authenticate(world: &World, call: &Call) -> Result<grant::Access, Problem> {
    let header = call.header("authorization").ok_or_else(problem::authentication_failure)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(problem::invalid_token)?;
    if !scheme.eq_ignore_ascii_case("Zoho-oauthtoken") && !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(problem::invalid_token());
    }
    grant::live_access(world, token.trim()).ok_or_else(problem::invalid_token)
}

impl Ctx<'_> {
    /// Refuses unless the token's scopes allow this.
    pub fn need(&self, resource: &[&str], operation: &str) -> Result<(), Problem> {
        if scope::allows(&self.access.scopes, "ZohoCRM", resource, operation) {
            return Ok(());
        }
        Err(problem::scope_mismatch())
    }

    /// The module of this name, with the scope for what the method does to it.
    pub fn module(&self, name: &str) -> Result<Module, Problem> {
        let module = self.world.module(name).ok_or_else(problem::invalid_module)?.clone();
        self.need(&["modules", &module.scope_name()], operation(&self.call.method))?;
        Ok(module)
    }

    /// Whether the version's errors carry paths into the body.
    pub fn has_paths(&self) -> bool {
        self.version >= 30
    }
}

/// What a method does, in the words of scopes.
pub fn operation(method: &Method) -> &'static str {
    match method.as_str() {
        "POST" => "CREATE",
        "PUT" | "PATCH" => "UPDATE",
        "DELETE" => "DELETE",
        _ => "READ",
    }
}

fn route(ctx: &mut Ctx) -> Outcome {
    let call = ctx.call;
    let rest: Vec<&str> = call.segments.iter().skip(2).map(String::as_str).collect();
    match (call.method.as_str(), rest.as_slice()) {
        (_, []) => Err(problem::invalid_url()),
        (method, ["settings", rest @ ..]) => settings(ctx, method, rest),
        (method, ["users", rest @ ..]) => users::answer(ctx, method, rest),
        ("GET", ["org"]) => org::get(ctx),
        (method, ["org", "currencies", rest @ ..]) => org::currencies(ctx, method, rest),
        ("POST", ["upload"]) => bulk::upload(ctx),
        (method, ["actions", "watch"]) => watch::answer(ctx, method),
        (method, ["Contacts", "roles", rest @ ..]) => contact_roles::answer(ctx, method, rest),
        ("POST", ["coql"]) => coql::answer(ctx),
        ("POST", ["files"]) => files::upload(ctx),
        ("GET", ["files"]) => files::download(ctx),
        ("POST", ["__composite_requests"]) => composite::answer(ctx),
        (_, ["org" | "coql" | "files" | "__composite_requests"]) => Err(problem::invalid_method()),
        ("GET", [module, "search"]) => search::answer(ctx, module),
        ("POST", [module, "upsert"]) => upsert::answer(ctx, module),
        ("GET", [module, "deleted"]) => deleted::answer(ctx, module),
        (_, [_, "search" | "upsert" | "deleted"]) => Err(problem::invalid_method()),
        (method, [module, "actions", action]) => actions::on_module(ctx, method, module, action),
        (method, [module, id, "actions", action]) => actions::on_record(ctx, method, module, id, action),
        (method, [module, id, "__timeline"]) => timeline::answer(ctx, method, module, id),
        (method, [module, id, locking::NAME, rest @ ..]) => locking::answer(ctx, method, module, id, rest),
        (method, [module, id, "photo"]) => photo::answer(ctx, method, module, id),
        (method, [module, id, "Attachments", rest @ ..]) => attachments::answer(ctx, method, module, id, rest),
        ("GET", [module]) => records::list(ctx, module),
        ("POST", [module]) => write::insert(ctx, module),
        ("PUT", [module]) => write::update_many(ctx, module),
        ("DELETE", [module]) => write::delete_many(ctx, module),
        ("GET", [module, id]) => records::get(ctx, module, id),
        ("PUT", [module, id]) => write::update_one(ctx, module, id),
        ("DELETE", [module, id]) => write::delete_one(ctx, module, id),
        (method, [module, id, list]) => related::list(ctx, method, module, id, list),
        (method, [module, id, list, other]) => related::one(ctx, method, module, id, list, other),
        (_, [_] | [_, _]) => Err(problem::invalid_method()),
        _ => Err(problem::invalid_url()),
    }
}

fn settings(ctx: &mut Ctx, method: &str, rest: &[&str]) -> Outcome {
    match (method, rest) {
        (_, ["variables", rest @ ..]) => variables::answer(ctx, method, rest),
        (_, ["tags", rest @ ..]) => tags::answer(ctx, method, rest),
        (_, ["recycle_bin", rest @ ..]) => recycle_bin::answer(ctx, method, rest),
        ("GET", ["variable_groups"]) => variables::groups(ctx, None),
        ("GET", ["variable_groups", key]) => variables::groups(ctx, Some(key)),
        ("GET", ["custom_views"]) => views::answer(ctx, None),
        ("GET", ["custom_views", id]) => views::answer(ctx, Some(id)),
        ("GET", ["pipeline"]) => meta::pipelines(ctx, None),
        ("GET", ["pipeline", id]) => meta::pipelines(ctx, Some(id)),
        ("GET", ["modules"]) => meta::modules(ctx),
        ("GET", ["modules", name]) => meta::module(ctx, name),
        ("GET", ["fields"]) => fields::all(ctx),
        ("GET", ["fields", id]) => fields::one(ctx, id),
        ("GET", ["layouts"]) => meta::layouts(ctx, None),
        ("GET", ["layouts", id]) => meta::layouts(ctx, Some(id)),
        ("GET", ["related_lists"]) => meta::related_lists(ctx, None),
        ("GET", ["related_lists", id]) => meta::related_lists(ctx, Some(id)),
        ("GET", ["roles"]) => org::roles(ctx, None),
        ("GET", ["roles", id]) => org::roles(ctx, Some(id)),
        ("GET", ["profiles"]) => org::profiles(ctx, None),
        ("GET", ["profiles", id]) => org::profiles(ctx, Some(id)),
        (
            _,
            ["modules" | "fields" | "layouts" | "related_lists" | "roles" | "profiles" | "custom_views" | "pipeline"],
        ) => {
            Err(problem::not_imitated("changes of the settings; describe modules and fields in a file for `--schema`"))
        }
        (_, [name, ..]) => Err(problem::not_imitated(&format!("the settings `{name}`"))),
        _ => Err(problem::invalid_url()),
    }
}
