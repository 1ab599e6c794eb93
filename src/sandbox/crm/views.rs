//! Custom views: the lists that every module has, and the few that some modules add.
//!
//! The imitation makes them from the modules; callers read them and name them by `cvid`.

use super::super::exchange::{Answer, Problem};
use super::super::world::World;
use super::module::{Module, ORG_PREFIX};
use super::records::Paging;
use super::{Ctx, Outcome, fields, meta, problem, records};
use serde_json::{Value, json};

const FIRST_ID: u64 = 50_000;
const MOST: u64 = 20;
const LATELY_DAYS: i64 = 30;

/// Which records a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// All.
    All,
    /// Those of the caller.
    Mine,
    /// Those made within the last thirty days.
    Created,
    /// Those changed within the last thirty days.
    Modified,
    /// Leads that became contacts.
    Converted,
    /// Deals that are neither won nor lost.
    Open,
    /// Deals that are won.
    Won,
}

/// A view of a module.
pub struct View {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    system_name: String,
    /// Which records it shows.
    pub test: Test,
}

/// The views of a module.
pub fn of_module(world: &World, module: &Module) -> Vec<View> {
    let plural = module.plural();
    let mut kinds = vec![
        (format!("All {plural}"), "ALLVIEWS", Test::All),
        (format!("My {plural}"), "MYVIEWS", Test::Mine),
        (format!("Recently Created {plural}"), "RECENTLYCREATED", Test::Created),
        (format!("Recently Modified {plural}"), "RECENTLYMODIFIED", Test::Modified),
    ];
    if module.convertible {
        kinds.push((format!("Converted {plural}"), "CONVERTED", Test::Converted));
    }
    if module.name == "Deals" {
        kinds.push(("Open Deals".to_owned(), "OPEN", Test::Open));
        kinds.push(("Won Deals".to_owned(), "WON", Test::Won));
    }
    let first = ORG_PREFIX + FIRST_ID + meta::place(world, module) * MOST;
    let numbered = (first..).zip(kinds);
    numbered
        .map(|(id, (name, system_name, test))| View {
            id: id.to_string(),
            name,
            system_name: format!("{}_{system_name}", module.name.to_uppercase()),
            test,
        })
        .collect()
}

/// The view that `cvid` names, if it names one.
pub fn wanted(ctx: &Ctx, module: &Module) -> Result<Option<View>, Problem> {
    let Some(id) = ctx.call.query.get("cvid") else { return Ok(None) };
    find(ctx.world, module, id).map(Some).ok_or_else(|| unknown("cvid"))
}

/// The view of this id.
pub fn find(world: &World, module: &Module, id: &str) -> Option<View> {
    of_module(world, module).into_iter().find(|view| view.id == id)
}

/// No view has this id.
pub fn unknown(name: &str) -> Problem {
    Problem::new(
        400,
        "INVALID_DATA",
        "the cvid given seems to be invalid",
        json!({"param_name": name, "api_name": name}),
    )
}

/// Whether a view shows a record to this user.
pub fn shows(ctx: &Ctx, test: Test, record: &Value) -> bool {
    let lately = |name: &str| {
        let at = record[name].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        at.is_some_and(|at| ctx.world.now_ms() - at.as_millisecond() <= LATELY_DAYS * 86_400_000)
    };
    let stage = record["Stage"].as_str().unwrap_or("");
    match test {
        Test::All => true,
        Test::Mine => record["Owner"]["id"] == ctx.access.user.as_str(),
        Test::Created => lately("Created_Time"),
        Test::Modified => lately("Modified_Time"),
        Test::Converted => record["$converted"] == true,
        Test::Open => !stage.starts_with("Closed"),
        Test::Won => stage == "Closed Won",
    }
}

/// `GET /settings/custom_views[/{id}]?module=`.
pub fn answer(ctx: &mut Ctx, id: Option<&str>) -> Outcome {
    ctx.need(&["settings", "custom_views"], "READ")?;
    let name = ctx.call.query.get("module").ok_or_else(|| problem::param_missing("module"))?;
    let module = ctx.world.module(name).cloned().ok_or_else(problem::invalid_module)?;
    let views = of_module(ctx.world, &module);
    let default = views.first().map(|view| view.id.clone());
    if id.is_some_and(|id| !records::is_id(id)) {
        return Err(problem::invalid_id());
    }
    let found: Vec<Value> = views
        .iter()
        .filter(|view| id.is_none_or(|id| id == view.id))
        .map(|view| shown(ctx, &module, view, id.is_some()))
        .collect();
    let paging = Paging::plain(ctx)?;
    let page = paging.of(&found);
    if page.is_empty() {
        return Ok(Answer::empty(204));
    }
    let mut info = records::info(ctx, &paging, page.len(), found.len());
    info["default"] = json!(default);
    info["translation"] = json!({
        "public_views": "Public Views", "other_users_views": "Other Users Views",
        "shared_with_me": "Shared With Me", "created_by_me": "Created By Me",
    });
    Ok(Answer::json(200, &json!({"custom_views": page, "info": info})))
}

fn shown(ctx: &Ctx, module: &Module, view: &View, whole: bool) -> Value {
    let mut shown = json!({
        "id": view.id,
        "name": view.name,
        "display_value": view.name,
        "system_name": view.system_name,
        "category": "public_views",
        "access_type": "public",
        "module": {"api_name": module.name, "name": module.plural(), "id": meta::module_id(ctx.world, module)},
        "default": view.test == Test::All,
        "system_defined": true,
        "locked": false,
        "offline": true,
        "favorite": null,
        "criteria": null,
        "shared_to": null,
        "sort_by": null,
        "sort_order": null,
        "created_time": null,
        "modified_time": null,
        "last_accessed_time": null,
        "created_by": null,
        "modified_by": null,
    });
    if whole || ctx.version >= 30 {
        let columns = fields::of_module(ctx.world, module).into_iter().filter(|field| field["data_type"] != "subform");
        shown["fields"] = columns
            .take(8)
            .map(|field| json!({"api_name": field["api_name"], "id": field["id"], "_pin": false}))
            .collect();
    }
    shown
}
