//! The list: searched, filtered, and followed while executions come and go.

use super::{badge, cause, duration, path, subsections};
use crate::server::App;
use crate::server::app::Live;
use crate::server::console::page::Section;
use crate::server::console::parts;
use crate::server::console::{Refusal, Visitor, assets};
use crate::server::store::{Execution, Filter, State};
use axum::Router;
use axum::extract::{Query, State as Has};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;

/// Executions on one page.
const ON_A_PAGE: i64 = 50;

pub fn routes() -> Router<App> {
    Router::new().route("/executions", get(list))
}

/// What a person looks for.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    q: String,
    state: String,
    function: String,
    actor: String,
    before: String,
    /// Only the table, for the script.
    fragment: bool,
}

impl Wanted {
    fn state(&self) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == self.state)
    }

    fn filter(&self) -> Filter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        // Accepted ones are on disk as queued while they run.
        let state = self.state().map(|state| if state == State::Running { State::Queued } else { state });
        Filter {
            state,
            function: given(&self.function),
            actor: given(&self.actor),
            search: given(&self.q),
            before: given(&self.before),
            limit: Some(ON_A_PAGE),
            ..Filter::default()
        }
    }

    /// The address of this list, with a change.
    fn address(&self, name: &str, value: &str) -> String {
        let fields = [("q", &self.q), ("state", &self.state), ("function", &self.function), ("actor", &self.actor)];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(fields.into_iter().filter(|(_, text)| !text.is_empty()));
        format!("/console/executions?{}", query.append_pair(name, value).finish())
    }

    /// Whether an execution that is not on disk yet belongs to the list.
    fn takes(&self, live: &Live) -> bool {
        let words = self.q.trim().to_lowercase();
        let says = || live.lines.iter().any(|line| line.text.to_lowercase().contains(&words));
        matches!(self.state(), None | Some(State::Running))
            && self.before.is_empty()
            && self.actor.is_empty()
            && (self.function.is_empty() || self.function == live.name)
            && (words.is_empty() || live.name.to_lowercase().contains(&words) || says())
    }
}

async fn list(Has(app): Has<App>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let found = found(&app, &wanted).await?;
    if wanted.fragment {
        return Ok(table(&wanted, &found).into_response());
    }
    let follows = wanted.before.is_empty().then(|| wanted.address("fragment", "true"));
    let body = html! {
        (parts::heading("Executions", "What ran, newest first.", html! {}))
        (subsections(false))
        (search(&app, &wanted))
        div data-live=[follows] { (table(&wanted, &found)) }
        script src=(assets::path("engine.js")) defer {}
    };
    Ok(visitor.page(Section::Executions, "Executions", body).into_response())
}

fn search(app: &App, wanted: &Wanted) -> Markup {
    let mut states = vec![(String::new(), "All states".to_owned())];
    states.extend(State::ALL.map(|state| (state.word().to_owned(), state.word().to_owned())));
    let mut functions = vec![(String::new(), "All functions".to_owned())];
    functions.extend(app.published().all().iter().map(|one| {
        let name = one.definition.name.clone();
        (name.clone(), name)
    }));
    html! {
        form.filter method="get" action="/console/executions" role="search" {
            div.field {
                label for="q" { "Search" }
                input id="q" type="search" name="q" value=(wanted.q) autocomplete="off"
                    placeholder="Words in lines, errors, arguments, outputs, addresses";
            }
            (parts::select("state", "State", "", &wanted.state, &states))
            (parts::select("function", "Function", "", &wanted.function, &functions))
            @if !wanted.actor.is_empty() { input type="hidden" name="actor" value=(wanted.actor); }
            button type="submit" { "Search" }
        }
        @if !wanted.actor.is_empty() {
            p.muted { "Begun by " strong { (wanted.actor) } ". " a href="/console/executions" { "Show all" } }
        }
    }
}

/// What the list shows: those that run unseen by the log, and those of the log.
struct Found {
    running: Vec<Live>,
    logged: Vec<(State, Execution)>,
    /// The oldest one, where there are more.
    more: Option<String>,
}

async fn found(app: &App, wanted: &Wanted) -> Result<Found, Refusal> {
    let mut running: Vec<_> = app.all_live().into_iter().filter(|live| wanted.takes(live)).collect();
    running.reverse();
    let rows = app.executions(&wanted.filter()).await?;
    let more = rows.last().filter(|_| rows.len() as i64 == ON_A_PAGE).map(|row| row.id.clone());
    let now = |row: Execution| {
        let runs = row.state == State::Queued && app.live(&row.id).is_some();
        (if runs { State::Running } else { row.state }, row)
    };
    let logged: Vec<_> =
        rows.into_iter().map(now).filter(|(now, _)| wanted.state().is_none_or(|state| state == *now)).collect();
    running.retain(|live| logged.iter().all(|(_, row)| row.id != live.id));
    Ok(Found { running, logged, more })
}

fn table(wanted: &Wanted, found: &Found) -> Markup {
    if found.running.is_empty() && found.logged.is_empty() {
        let text = "Executions stand here as soon as a function is called: over REST, by a schedule, a webhook, or in the console.";
        return html! { (parts::empty("No executions", text, html! {})) @if let Some(id) = &found.more { (older(wanted, id)) } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Executions" {
            table {
                thead { tr { th { "Function" } th { "State" } th { "Begun" } th { "By" } th.end { "Took" } } }
                tbody {
                    @for live in &found.running { (running_row(live)) }
                    @for (state, row) in &found.logged { (logged_row(*state, row)) }
                }
            }
        }
        @if let Some(id) = &found.more { (older(wanted, id)) }
    }
}

fn older(wanted: &Wanted, id: &str) -> Markup {
    html! { p { a.button href=(wanted.address("before", id)) { "Older executions" } } }
}

fn running_row(live: &Live) -> Markup {
    html! {
        tr {
            td { a.strong href=(path(&live.id)) { (live.name) } }
            td { (badge(State::Running)) }
            td.when { (parts::time(live.created_at)) }
            td {}
            td.end { (duration(i64::try_from(live.elapsed).unwrap_or(i64::MAX).saturating_mul(1000))) }
        }
    }
}

fn logged_row(state: State, row: &Execution) -> Markup {
    html! {
        tr {
            td {
                a.strong href=(path(&row.id)) { (row.name) } br;
                small.muted {
                    @if row.version == 0 { "draft" } @else { "version " (row.version) }
                    @if let Some(retry) = row.retry.as_ref().filter(|retry| retry.attempt > 1) { ", attempt " (retry.attempt) }
                }
            }
            td {
                (badge(state)) @if let Some(message) = message(row) { br; small.muted.cut { (message) } }
                @if let Some(at) = row.due_at.filter(|_| state == State::Queued) { br; small.muted { "waits until " (parts::time(at)) } }
            }
            td.when { (parts::time(row.created_at)) }
            td { (row.actor) br; small.muted { (cause(row.cause)) } }
            td.end { @if state.is_final() { (duration(row.duration_us)) } }
        }
    }
}

/// Why it failed.
pub fn message(row: &Execution) -> Option<String> {
    let error: serde_json::Value = serde_json::from_str(row.error.as_ref()?.get()).ok()?;
    Some(error["message"].as_str()?.to_owned())
}
