//! Schedules made, changed, looked ahead, switched, run at once, removed.

use super::form::{self, Below};
use super::path;
use crate::server::App;
use crate::server::console::page::Page;
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor, executions};
use crate::server::schedules::{Schedule, ScheduleWish};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

/// Times that a preview shows.
const COMING: usize = 10;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/schedules/new", get(blank).post(create))
        .route("/schedules/preview", post(preview_new))
        .route("/schedules/{id}/edit", get(edit).post(update))
        .route("/schedules/{id}/preview", post(preview))
        .route("/schedules/{id}/switch", post(switch))
        .route("/schedules/{id}/run", post(run))
        .route("/schedules/{id}/delete", post(delete))
}

async fn blank(State(app): State<App>, Administrator(visitor): Administrator) -> Page {
    let mut fields = Fields::default();
    fields.put("enabled", "on");
    form::page(&app, &visitor, None, &fields, &Below::Nothing)
}

async fn create(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    fields: Fields,
) -> Result<Response, Refusal> {
    let made = async { Ok(app.create_schedule(form::wish(&fields)?, visitor.name()).await?) };
    done(&app, &visitor, None, &fields, made.await)
}

async fn edit(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Page, Refusal> {
    let schedule = app.schedule(&id).await?;
    let fields = form::fields_of(&schedule.wish);
    Ok(form::page(&app, &visitor, Some(&path(&schedule.id)), &fields, &Below::Nothing))
}

async fn update(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let id = app.schedule(&id).await?.id;
    let changed = async { Ok(app.update_schedule(&id, form::wish(&fields)?, visitor.name()).await?) };
    done(&app, &visitor, Some(&path(&id)), &fields, changed.await)
}

/// To the schedule's page, or back to the form with what was wrong.
fn done(
    app: &App,
    visitor: &Visitor,
    base: Option<&str>,
    fields: &Fields,
    result: Result<Schedule, Refusal>,
) -> Result<Response, Refusal> {
    match result {
        Ok(schedule) => Ok(visitor.go(&path(&schedule.id), "The schedule is saved.")),
        // A function that is gone is mended in the form too.
        Err(refusal) if refusal.is_mendable() => {
            let page = form::page(app, visitor, base, fields, &Below::Problem(refusal.message));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(refusal) => Err(refusal),
    }
}

async fn preview_new(State(app): State<App>, Administrator(visitor): Administrator, fields: Fields) -> Response {
    looked_ahead(&app, &visitor, None, &fields)
}

async fn preview(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let id = app.schedule(&id).await?.id;
    Ok(looked_ahead(&app, &visitor, Some(&path(&id)), &fields))
}

fn looked_ahead(app: &App, visitor: &Visitor, base: Option<&str>, fields: &Fields) -> Response {
    let ahead = |wish: ScheduleWish| app.preview_schedule(&wish, COMING).map_err(|error| Refusal::from(error).message);
    match form::wish(fields).and_then(ahead) {
        Ok(runs) => form::page(app, visitor, base, fields, &Below::Preview(runs)).into_response(),
        Err(problem) => {
            let page = form::page(app, visitor, base, fields, &Below::Problem(problem));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

async fn switch(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let on = fields.is_on("on");
    let schedule = app.switch_schedule(&id, on, visitor.name()).await?;
    Ok(visitor.go(&path(&schedule.id), if on { "The schedule is on." } else { "The schedule is off." }))
}

async fn run(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let execution = app.run_schedule(&id, visitor.name()).await?;
    Ok(visitor.go(&executions::path(&execution), "It runs now."))
}

async fn delete(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    app.delete_schedule(&id, visitor.name()).await?;
    Ok(visitor.go("/console/schedules", "The schedule is deleted."))
}
