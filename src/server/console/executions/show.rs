//! One execution: who, what, with which arguments; what it printed, whom it asked, how it ended.

use super::{badge, cause, dead, duration, may_act, path, picture};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor, assets, code, functions};
use crate::server::executor::journal::{HttpCall, Said};
use crate::server::store::{Execution, State};
use axum::Router;
use axum::extract::{Path, Query, State as Has};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;

pub fn routes() -> Router<App> {
    Router::new().route("/executions/{id}", get(show))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    fragment: bool,
}

/// An execution as it is known now. One that somebody waits for is logged only at its end.
struct Known {
    id: String,
    name: String,
    state: State,
    created_at: i64,
    /// Milliseconds so far.
    took: f64,
    lines: Vec<Said>,
    calls: Vec<HttpCall>,
    logged: Option<Execution>,
}

/// Where a script failed; members as in the log.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Failure {
    code: Option<String>,
    message: String,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    help: Option<String>,
}

async fn known(app: &App, id: &str) -> Result<Known, Refusal> {
    // Before the log is read: what ends meanwhile is in the log then.
    let live = app.live(id);
    let logged = match (app.execution(id).await, &live) {
        (Ok(logged), _) => Some(logged),
        (Err(crate::server::Error::Unknown { .. }), Some(_)) => None,
        (Err(error), _) => return Err(error.into()),
    };
    let elapsed = live.as_ref().map_or(0.0, |live| live.elapsed as f64);
    if let Some(row) = logged {
        let (id, name, state, created_at) = (row.id.clone(), row.name.clone(), row.state, row.created_at);
        let took = if state.is_final() { row.duration_us as f64 / 1000.0 } else { elapsed };
        let (lines, calls) = (row.lines.clone(), row.calls.clone());
        return Ok(Known { id, name, state, created_at, took, lines, calls, logged: Some(row) });
    }
    let live = live.ok_or_else(|| Refusal::from(crate::server::Error::unknown("execution", id)))?;
    let crate::server::app::Live { id, name, created_at, lines, calls, .. } = live;
    Ok(Known { id, name, state: State::Running, created_at, took: elapsed, lines, calls, logged: None })
}

async fn show(
    Has(app): Has<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let known = known(&app, &id).await?;
    let inner = whole(&app, &visitor, &known).await?;
    if wanted.fragment {
        return Ok(inner.into_response());
    }
    let follows = (!known.state.is_final()).then(|| format!("{}?fragment=true", path(&known.id)));
    let body = html! {
        p.crumbs { a href="/console/executions" { "Executions" } }
        div data-live=[follows] { (inner) }
        script src=(assets::path("engine.js")) defer {}
    };
    let page: Page = visitor.page(Section::Executions, &known.name, body);
    Ok(page.into_response())
}

/// All that changes while it runs.
async fn whole(app: &App, visitor: &Visitor, known: &Known) -> Result<Markup, Refusal> {
    let failure = match known.logged.as_ref().and_then(|row| row.error.as_ref()) {
        Some(error) => Some(failure(app, known, serde_json::from_str(error.get()).unwrap_or_default()).await?),
        None => None,
    };
    Ok(html! {
        div data-settled=[known.state.is_final().then_some("")] {
            (parts::heading(&known.name, html! { (badge(known.state)) " " code { (known.id) } }, actions(visitor, known)))
            @if let Some(failure) = failure { (failure) }
            div.columns {
                section.card aria-labelledby="facts" { h2 #facts { "Summary" } (facts(known)) }
                @if let Some(row) = &known.logged { (values(row)) }
            }
            @if !known.lines.is_empty() || !known.calls.is_empty() {
                section.card aria-labelledby="timeline" { h2 #timeline { "Timeline" } (picture::picture(&known.lines, &known.calls, known.took)) }
            }
            (said(&known.lines))
            (asked(&known.calls))
        }
    })
}

fn actions(visitor: &Visitor, known: &Known) -> Markup {
    let base = path(&known.id);
    let mine = match &known.logged {
        Some(row) => may_act(visitor, row.acts_as.as_deref()),
        None => visitor.is_administrator(),
    };
    let is_published = known.logged.as_ref().is_some_and(|row| row.version > 0);
    html! {
        @if known.state.is_final() {
            @if let Some(row) = known.logged.as_ref().filter(|row| is_dead(row)) { (dead::actions("", visitor, row)) }
            @else if mine && is_published {
                form method="post" action={ (base) "/rerun" } { (visitor.csrf()) button.primary type="submit" { "Run again" } }
            }
            a.button href={ (base) "/tape" } download { "Download tape" }
        } @else if mine {
            form method="post" action={ (base) "/stop" } { (visitor.csrf()) button.danger type="submit" { "Stop" } }
        }
    }
}

fn is_dead(row: &Execution) -> bool {
    row.retry.as_ref().is_some_and(|retry| retry.dead)
}

/// Which attempt it is, with the ways to the others.
fn attempts(row: &Execution) -> Markup {
    html! {
        @if let Some(retry) = &row.retry {
            dt { "Attempt" }
            dd {
                (retry.attempt)
                @if let Some(first) = &retry.first_attempt { ", " a href=(path(first)) { "the first" } }
                @if let Some(next) = &retry.next_attempt { ", " a href=(path(next)) { "the next" } }
                @if retry.dead { ", none follows" }
            }
        }
        @if let Some(at) = row.due_at.filter(|_| row.state == State::Queued) { dt { "Waits until" } dd { (parts::time(at)) } }
    }
}

fn facts(known: &Known) -> Markup {
    html! {
        dl.facts {
            dt { "Function" } dd { a href=(functions::path(&known.name)) { (known.name) } }
            @if let Some(row) = &known.logged {
                dt { "Version" }
                dd {
                    @if row.version == 0 { "a draft" }
                    @else { a href={ (functions::path(&known.name)) "/versions/" (row.version) } { (row.version) } }
                }
                dt { "Begun" } dd { "by " (row.actor) ", " (cause(row.cause)) }
                (attempts(row))
                dt { "Connections of" } dd { @match &row.acts_as { Some(user) => (user), None => "the engine" } }
            }
            dt { "Accepted" } dd { (parts::time(known.created_at)) }
            @if let Some(row) = &known.logged {
                @if let Some(at) = row.started_at { dt { "Started" } dd { (parts::time(at)) } }
                @if row.state.is_final() {
                    dt { "Took" } dd { (duration(row.duration_us)) }
                    dt { "Statements" } dd { (row.statements) }
                }
            }
            dt { "Requests" } dd { (known.calls.len()) }
        }
    }
}

fn values(row: &Execution) -> Markup {
    html! {
        section.card aria-labelledby="values" {
            h2 #values { "Arguments" }
            (code::json("Arguments", &row.arguments))
            @if let Some(output) = &row.output { h2 { "Output" } (code::json("Output", output)) }
        }
    }
}

async fn failure(app: &App, known: &Known, failure: Failure) -> Result<Markup, Refusal> {
    let source = match (&failure.file, failure.line) {
        (Some(file), Some(_)) => source_of(app, known, file).await?,
        _ => None,
    };
    Ok(html! {
        (parts::callout(Tone::Bad, html! {
            p { strong { (failure.message) } }
            @if let Some(help) = &failure.help { p { (help) } }
            p.small {
                @if let Some(code) = &failure.code { code { (code) } " " }
                @if let (Some(file), Some(line)) = (&failure.file, failure.line) {
                    "in " code { (file) } ", line " (line) @if let Some(column) = failure.column { ", column " (column) }
                }
            }
        }))
        @if let Some((title, text)) = source {
            section.card aria-labelledby="source" { h2 #source { (title) } (code::source(&title, &text, failure.line)) }
        }
    })
}

/// The source that failed, with what it is: that of the version that ran, where it can be known.
async fn source_of(app: &App, known: &Known, file: &str) -> Result<Option<(String, String)>, Refusal> {
    let version = known.logged.as_ref().map_or(0, |row| row.version);
    if file.eq_ignore_ascii_case(&known.name) && version > 0 {
        let found = app.version(file, version).await.ok();
        return Ok(found.map(|row| (format!("{file}, version {version}"), row.source)));
    }
    if file.eq_ignore_ascii_case(&known.name) {
        let draft = app.function(file).await.ok().and_then(|view| view.row.draft);
        return Ok(draft.map(|draft| (format!("{file}, the draft as it is now"), draft)));
    }
    let called = app.published().find_exact(file).cloned();
    Ok(called.map(|one| (format!("{file}, as it is in force now"), one.source.text().to_owned())))
}

fn said(lines: &[Said]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section aria-labelledby="lines" {
                h2 #lines { "Output of info" }
                div.scroll tabindex="0" role="region" aria-labelledby="lines" {
                    table.lines {
                        thead { tr { th.end { "After" } th { "Text" } } }
                        tbody { @for line in lines { tr { td.end.when { (line.at) " ms" } td { pre.plain { (line.text) } } } } }
                    }
                }
            }
        }
    }
}

fn asked(calls: &[HttpCall]) -> Markup {
    html! {
        @if !calls.is_empty() {
            section aria-labelledby="calls" {
                h2 #calls { "Requests" }
                div.scroll tabindex="0" role="region" aria-labelledby="calls" {
                    table {
                        thead { tr { th.end { "After" } th { "Request" } th { "By" } th { "Status" } th.end { "Took" } } }
                        tbody {
                            @for call in calls {
                                tr {
                                    td.end.when { (call.at) " ms" }
                                    td { strong { (call.method) } " " code { (call.url) } }
                                    td {
                                        (call.origin) (standing(call))
                                        @if let Some(link) = &call.connection { br; small { a href={ "/console/connections/" (link) } { (link) } } }
                                    }
                                    td { (ending(call)) }
                                    td.end.when { (call.ms) " ms" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `, line 7`
fn standing(call: &HttpCall) -> Markup {
    html! {
        @if let Some(line) = call.line { br; small.muted { @if let Some(file) = &call.file { (file) ", " } "line " (line) } }
    }
}

fn ending(call: &HttpCall) -> Markup {
    let tone = match call.status {
        Some(..400) => Tone::Good,
        None if call.is_under_way() => Tone::Warning,
        Some(_) | None => Tone::Bad,
    };
    html! { (parts::badge(tone, &picture::status(call))) @if let Some(fault) = &call.fault { br; small.muted { (fault) } } }
}
