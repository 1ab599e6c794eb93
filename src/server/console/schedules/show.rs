//! One schedule: what it runs, its next times, what became of earlier ones.

use super::{form, list, path};
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor, code, executions, functions};
use crate::server::schedules::{Missed, Phase, Run, Schedule};
use crate::server::store::{RunKind, RunOutcome, ScheduleRun};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use maud::{Markup, html};
use serde_json::value::to_raw_value;

/// Times that are shown, past and to come.
const COMING: usize = 10;
const PAST: usize = 50;

pub fn routes() -> Router<App> {
    Router::new().route("/schedules/{id}", get(show))
}

async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Page, Refusal> {
    let schedule = app.schedule(&id).await?;
    let coming = if schedule.state == Phase::Active { app.next_runs(&schedule.id, COMING).await? } else { Vec::new() };
    let past = app.schedule_history(&schedule.id, PAST).await?;
    let body = html! {
        p.crumbs { a href="/console/schedules" { "Schedules" } }
        (parts::heading(&schedule.wish.name, html! { (list::state(schedule.state)) " " (schedule.wish.description) }, actions(&visitor, &schedule)))
        @if schedule.declared {
            (parts::callout(Tone::Plain, html! { p { "It stands in the project's " code { "ararat.toml" } ": a change there is applied over what is changed here." } }))
        }
        div.columns {
            section.card aria-labelledby="facts" { h2 #facts { "Summary" } (facts(&schedule)) }
            section.card aria-labelledby="coming" { h2 #coming { "Next runs" } (times(&coming)) }
        }
        section aria-labelledby="past" { h2 #past { "Past runs" } (history(&past)) }
    };
    Ok(visitor.page(Section::Schedules, &schedule.wish.name, body))
}

fn actions(visitor: &Visitor, schedule: &Schedule) -> Markup {
    let base = path(&schedule.id);
    let warning = format!("Delete the schedule “{}” with its history?", schedule.wish.name);
    html! {
        @if visitor.is_administrator() {
            form method="post" action={ (base) "/run" } { (visitor.csrf()) button.primary type="submit" { "Run now" } }
        }
        (visitor.controls(&base, schedule.wish.enabled, &warning))
    }
}

fn facts(schedule: &Schedule) -> Markup {
    let wish = &schedule.wish;
    let arguments = to_raw_value(&wish.arguments).ok().filter(|_| !wish.arguments.is_empty());
    html! {
        dl.facts {
            dt { "Function" } dd { a href=(functions::path(&wish.function)) { (wish.function) } }
            dt { "When" } dd { (form::told(wish)) }
            @if let Some(start) = &wish.start { dt { "Start" } dd { (start) } }
            @if let Some(end) = &wish.end { dt { "End" } dd { (end) } }
            @if let Some(times) = wish.times { dt { "Runs at most" } dd { (times) } }
            dt { "Missed runs" } dd {
                @match wish.missed { Missed::Skip => "are passed over", Missed::Once => "run once for all", Missed::All => "all run" }
            }
            dt { "Has run" } dd { (schedule.runs) " times" }
            dt { "Changed" } dd { (parts::time(schedule.updated_at)) " by " (schedule.updated_by) }
        }
        @if let Some(arguments) = arguments { h3 { "Arguments" } (code::json("Arguments", &arguments)) }
    }
}

fn times(coming: &[Run]) -> Markup {
    html! {
        @if coming.is_empty() { p.muted { "None." } }
        ol { @for run in coming { li { code { (run.time) } } } }
    }
}

fn history(past: &[ScheduleRun]) -> Markup {
    html! {
        @if past.is_empty() { p.muted { "It has not run yet." } }
        @else {
            div.scroll tabindex="0" role="region" aria-labelledby="past" {
                table {
                    thead { tr { th { "Time" } th { "What became of it" } th { "Execution" } } }
                    tbody {
                        @for run in past {
                            tr {
                                td.when { (parts::time(run.at)) @if run.kind == RunKind::Asked { br; small.muted { "asked for" } } }
                                td { (outcome(run.outcome)) @if let Some(note) = &run.note { br; small.muted { (note) } } }
                                td { @if let Some(id) = &run.execution { a href=(executions::path(id)) { code { (id) } } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn outcome(outcome: RunOutcome) -> Markup {
    match outcome {
        RunOutcome::Begun => parts::badge(Tone::Good, "Begun"),
        RunOutcome::Missed => parts::badge(Tone::Warning, "Missed"),
        RunOutcome::Refused => parts::badge(Tone::Bad, "Refused"),
    }
}
