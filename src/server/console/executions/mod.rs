//! Executions: the live list, one execution with what it did, and what can be done with it.

mod act;
mod dead;
mod list;
mod picture;
mod show;

use super::parts::{self, Tone};
use super::{Refusal, Visitor};
use crate::server::App;
use crate::server::store::{Cause, State};
use axum::Router;
use axum::http::StatusCode;
use maud::Markup;

pub fn routes() -> Router<App> {
    Router::new().merge(list::routes()).merge(show::routes()).merge(act::routes()).merge(dead::routes())
}

/// Below the console.
const DEAD_LETTERS: &str = "/executions/dead-letters";

fn subsections(is_dead: bool) -> Markup {
    let dead = format!("/console{DEAD_LETTERS}");
    parts::subsections("Executions", &[("/console/executions", "All", !is_dead), (&dead, "Dead letters", is_dead)])
}

/// The address of an execution's page.
pub fn path(id: &str) -> String {
    format!("/console/executions/{}", super::encoded(id))
}

/// The state with its colour.
pub fn badge(state: State) -> Markup {
    let (tone, text) = match state {
        State::Queued => (Tone::Plain, "Queued"),
        State::Running => (Tone::Warning, "Running"),
        State::Succeeded => (Tone::Good, "Succeeded"),
        State::Failed => (Tone::Bad, "Failed"),
        State::Cancelled => (Tone::Plain, "Cancelled"),
    };
    parts::badge(tone, text)
}

/// What began an execution, in words.
fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Rest => "over REST",
        Cause::Api => "over the API",
        Cause::Console => "in the console",
        Cause::Schedule => "when due",
        Cause::Webhook => "by a request",
        Cause::Rerun => "as a rerun",
    }
}

/// `1.25 s`, `340 ms`, `0.42 ms`.
fn duration(micros: i64) -> String {
    match micros {
        ..1_000 => format!("{:.2} ms", micros as f64 / 1e3),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

/// Administrators may stop and repeat everything, others what runs on their own connections.
fn may_act(visitor: &Visitor, acts_as: Option<&str>) -> bool {
    visitor.is_administrator() || acts_as == Some(visitor.name())
}

fn not_yours() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "This execution does not run on your connections.")
        .help("An administrator may stop it or run it again.")
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_short() {
        for (micros, expected) in
            [(0, "0.00 ms"), (420, "0.42 ms"), (1_000, "1 ms"), (340_999, "340 ms"), (1_250_000, "1.25 s")]
        {
            assert_eq!(duration(micros), expected);
        }
    }
}
