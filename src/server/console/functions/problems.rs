//! What the checker says: as data while somebody types, as a list where there is no script.

use super::arguments;
use super::editor::FORM;
use crate::engine::Report;
use crate::server::App;
use crate::server::console::{Fields, Refusal, Visitor};
use crate::server::rest::problem::diagnostic;
use crate::source::Source;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use maud::{Markup, html};
use serde_json::{Value, json};

pub fn routes() -> Router<App> {
    Router::new().route("/check", post(check))
}

/// What the checker says about the form of an editor, and the fields for the arguments that its source
/// declares; null where it does not compile.
async fn check(State(app): State<App>, _: Visitor, fields: Fields) -> Json<Value> {
    let text = source(&fields);
    let diagnostics = diagnostics(&app, &text).await;
    let declared = app.declared(Source::new("source", text)).await.ok();
    let inputs = declared.map(|definition| arguments::inputs(&definition, &fields, FORM).into_string());
    Json(json!({ "diagnostics": diagnostics, "arguments": inputs }))
}

/// The messages on a source, as data.
pub async fn diagnostics(app: &App, text: &str) -> Vec<Value> {
    app.check(Source::new("source", text)).await.iter().map(diagnostic).collect()
}

/// The source of a form, with the line ends of a file.
pub fn source(fields: &Fields) -> String {
    fields.raw("source").replace("\r\n", "\n")
}

/// The same for what a refusal says.
pub fn of_reports(reports: &[Report]) -> Vec<Value> {
    reports.iter().map(diagnostic).collect()
}

/// The messages as the page shows them; the script renews the list.
pub fn list(diagnostics: &[Value]) -> Markup {
    let text = |one: &Value, member: &str| one[member].as_str().unwrap_or_default().to_owned();
    html! {
        section.problems aria-label="Messages of the checker" aria-live="polite" data-problems {
            @if diagnostics.is_empty() { p.muted { "The checker has nothing to say." } }
            @else {
                ul {
                    @for one in diagnostics {
                        li class=(text(one, "severity")) {
                            span.place { "Line " (one["line"]) }
                            span {
                                (text(one, "message"))
                                @if let Some(help) = one["help"].as_str() { br; small.muted { (help) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A refusal that names lines, without what they look like in a terminal.
pub fn refusal(error: crate::server::Error) -> (Refusal, Vec<Value>) {
    let reports = of_reports(error.reports());
    let refusal = Refusal::from(error);
    if reports.is_empty() {
        return (refusal, reports);
    }
    (Refusal::new(refusal.status, "It does not compile; the messages below the source say why."), reports)
}
