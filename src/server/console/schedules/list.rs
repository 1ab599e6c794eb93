//! All schedules: what they run, when next.

use super::path;
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Refusal, Visitor, functions};
use crate::server::schedules::{Every, Phase, Schedule, ScheduleWish};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use maud::{Markup, html};

pub fn routes() -> Router<App> {
    Router::new().route("/schedules", get(list))
}

async fn list(State(app): State<App>, visitor: Visitor) -> Result<Page, Refusal> {
    let all = app.schedules().await?;
    let add = || html! { @if visitor.is_administrator() { a.button.primary href="/console/schedules/new" { "New schedule" } } };
    let body = html! {
        (parts::heading("Schedules", "Functions that run at times.", add()))
        @if all.is_empty() {
            (parts::empty("No schedules yet", "A schedule runs a published function once, in turns, or by a cron expression.", add()))
        } @else { (table(&all)) }
    };
    Ok(visitor.page(Section::Schedules, "Schedules", body))
}

fn table(all: &[Schedule]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Schedules" {
            table {
                thead { tr { th { "Schedule" } th { "Function" } th { "When" } th { "Next" } th { "State" } } }
                tbody {
                    @for one in all {
                        tr {
                            td { a.strong href=(path(&one.id)) { (one.wish.name) } @if one.declared { br; small.muted { "of the project" } } }
                            td { a href=(functions::path(&one.wish.function)) { (one.wish.function) } }
                            td { (when(&one.wish)) }
                            td.when { @if let Some(next) = &one.next { (parts::time(next.at)) } }
                            td { (state(one.state)) }
                        }
                    }
                }
            }
        }
    }
}

pub fn state(phase: Phase) -> Markup {
    match phase {
        Phase::Active => parts::badge(Tone::Good, "Active"),
        Phase::Disabled => parts::badge(Tone::Plain, "Off"),
        Phase::Ended => parts::badge(Tone::Plain, "Ended"),
    }
}

/// `every 2 weeks on monday`, `30 9 * * MON-FRI`.
pub fn when(wish: &ScheduleWish) -> String {
    let Some(every) = wish.every else { return wish.cron.clone().unwrap_or_default() };
    let count = wish.interval.unwrap_or(1);
    let unit = word(every);
    let rhythm = match (every, count) {
        (Every::Once, _) => "once".to_owned(),
        (_, 1) => format!("every {unit}"),
        (_, count) => format!("every {count} {unit}s"),
    };
    if wish.on.is_empty() { rhythm } else { format!("{rhythm} on {}", wish.on.join(", ")) }
}

/// A recurrence as the API writes it.
pub fn word(every: Every) -> &'static str {
    match every {
        Every::Once => "once",
        Every::Minute => "minute",
        Every::Hour => "hour",
        Every::Day => "day",
        Every::Week => "week",
        Every::Month => "month",
        Every::Year => "year",
    }
}
