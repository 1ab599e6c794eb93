//! One function: its source in an editor, what the checker says, its arguments, and what can be done.
//!
//! All buttons belong to one form, so that what stands in the editor goes with each of them.

use super::problems::{self, source};
use super::{arguments, list, path};
use crate::server::App;
use crate::server::app::FunctionView;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Tone};
use crate::server::console::{Fields, Refusal, Visitor, assets, code};
use crate::server::functions::{Definition, diff};
use crate::source::Source;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde_json::Value;

/// The form of the page.
pub const FORM: &str = "editor";

pub fn routes() -> Router<App> {
    Router::new().route("/functions/{name}", get(show))
}

async fn show(State(app): State<App>, visitor: Visitor, Path(name): Path<String>) -> Result<Page, Refusal> {
    let view = app.function(&name).await?;
    let mut fields = Fields::default();
    fields.put("source", shown(&app, &visitor, &view));
    page(&app, &visitor, &view, &fields, None).await
}

/// What the editor begins with: the draft for those who may change it, else what is in force.
fn shown(app: &App, visitor: &Visitor, view: &FunctionView) -> String {
    let draft = view.row.draft.clone().filter(|_| visitor.is_administrator() || view.row.version.is_none());
    draft.unwrap_or_else(|| in_force(app, view))
}

fn in_force(app: &App, view: &FunctionView) -> String {
    app.published().find_exact(&view.row.name).map(|one| one.source.text().to_owned()).unwrap_or_default()
}

/// The page with what was filled in, and what was wrong with it.
pub async fn page(
    app: &App,
    visitor: &Visitor,
    view: &FunctionView,
    fields: &Fields,
    problem: Option<&Refusal>,
) -> Result<Page, Refusal> {
    let text = source(fields);
    let diagnostics = problems::diagnostics(app, &text).await;
    let declared = app.declared(Source::new(view.row.name.clone(), text.clone())).await.ok();
    let definition = declared.as_ref().or(view.definition.as_ref());
    let name = &view.row.name;
    let body = html! {
        p.crumbs { a href="/console/functions" { "Functions" } }
        (parts::heading(name, about(view, definition), actions(visitor, view)))
        (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
        div.workbench {
            form.editor-form id=(FORM) method="post" action={ (path(name)) "/draft" } data-editor {
                (visitor.csrf())
                (editor(visitor, &text, &diagnostics))
            }
            div.stack {
                (run_card(visitor, view, definition, fields))
                @if visitor.is_administrator() { (publish_card(app, view, &text, fields)) }
                @if let Some(definition) = definition { (facts(view, definition)) }
            }
        }
        script src=(assets::path("engine.js")) defer {}
    };
    Ok(visitor.page(Section::Functions, name, body))
}

/// The same page after something was refused.
pub async fn refused(
    app: &App,
    visitor: &Visitor,
    name: &str,
    fields: &Fields,
    refusal: Refusal,
) -> Result<Response, Refusal> {
    if refusal.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(refusal);
    }
    let view = app.function(name).await?;
    let mut fields = fields.clone();
    if !visitor.is_administrator() {
        // Whoever cannot change it is shown what is in force.
        fields.put("source", shown(app, visitor, &view));
    }
    Ok((refusal.status, page(app, visitor, &view, &fields, Some(&refusal)).await?).into_response())
}

fn about(view: &FunctionView, definition: Option<&Definition>) -> Markup {
    let title = definition.and_then(|definition| definition.header.title.as_deref());
    html! { (list::state(view)) " " (list::category(&view.row.name)) @if let Some(title) = title { " · " (title) } }
}

fn actions(visitor: &Visitor, view: &FunctionView) -> Markup {
    let base = path(&view.row.name);
    html! {
        a.button href={ "/console/executions?function=" (super::super::encoded(&view.row.name)) } { "Executions" }
        @if view.row.version.is_some() { a.button href={ (base) "/versions" } { "Versions" } }
        @if visitor.is_administrator() {
            form method="post" action={ (base) "/delete" }
                data-confirm={ "Delete the function “" (view.row.name) "” with all its versions? Calls of it fail from then on." } {
                (visitor.csrf()) button.danger type="submit" { "Delete" }
            }
        }
    }
}

fn editor(visitor: &Visitor, text: &str, diagnostics: &[Value]) -> Markup {
    let may_change = visitor.is_administrator();
    html! {
        div.editor {
            label for="source" { "Source" }
            div.editor-frame data-frame {
                // A line break right behind the tag is not part of the text.
                textarea.code id="source" name="source" rows="26" spellcheck="false" autocomplete="off" autocapitalize="off"
                    wrap="off" readonly[!may_change] aria-describedby="editor-hint" data-source { "\n" (text) }
            }
            p.hint #editor-hint {
                @if may_change { "With a script: Tab indents; Escape, then Tab, leaves the editor; Ctrl-S saves the draft, Ctrl-Enter tests it." }
                @else { "An administrator changes it." }
            }
        }
        (problems::list(diagnostics))
        @if may_change {
            div.buttons {
                button type="submit" data-save { "Save draft" }
            }
        }
    }
}

fn run_card(visitor: &Visitor, view: &FunctionView, definition: Option<&Definition>, fields: &Fields) -> Markup {
    let base = path(&view.row.name);
    html! {
        section.card aria-labelledby="run" {
            h2 #run { "Run" }
            div data-arguments {
                @if let Some(definition) = definition { (arguments::inputs(definition, fields, FORM)) }
                @else { p.muted { "Its arguments stand here once it compiles." } }
            }
            div.buttons {
                @if visitor.is_administrator() {
                    button type="submit" form=(FORM) formaction={ (base) "/test" } data-test { "Test this source" }
                }
                @if let Some(version) = view.row.version {
                    button.primary type="submit" form=(FORM) formaction={ (base) "/run" } { "Run version " (version) }
                }
            }
            p.hint { "It runs on your own connections." }
        }
    }
}

fn publish_card(app: &App, view: &FunctionView, text: &str, fields: &Fields) -> Markup {
    let base = path(&view.row.name);
    let now = in_force(app, view);
    let changes = if view.row.version.is_some() { diff(&now, text, "in force", "here") } else { String::new() };
    html! {
        section.card aria-labelledby="publish" {
            h2 #publish { "Publish" }
            @if view.row.version.is_some() && changes.is_empty() { p.muted { "This is what is in force." } }
            @if !changes.is_empty() {
                details { summary { "What changes" } (code::diff("What changes", &changes)) }
            }
            div.field {
                label for="note" { "Note " span.optional { "optional" } }
                input id="note" name="note" form=(FORM) value=(fields.text("note")) maxlength="200" autocomplete="off";
            }
            div.buttons {
                button.primary type="submit" form=(FORM) formaction={ (base) "/publish" } { "Publish" }
                @if view.row.draft.is_some() && view.row.version.is_some() {
                    button type="submit" form=(FORM) formaction={ (base) "/discard" } formnovalidate { "Discard draft" }
                }
            }
            @if let (Some(by), Some(at)) = (&view.row.draft_by, view.row.draft_at) {
                p.hint { "Draft of " (by) ", " (parts::time(at)) }
            }
        }
    }
}

fn facts(view: &FunctionView, definition: &Definition) -> Markup {
    html! {
        section.card aria-labelledby="about" {
            h2 #about { "About" }
            @if !definition.header.description.is_empty() { p.described { (definition.header.description) } }
            dl.facts {
                dt { "Returns" } dd { (definition.returns.to_lowercase()) }
                dt { "REST" } dd { (list::rest(definition.header.rest)) }
                @if let Some(retry) = definition.header.retry { dt { "Retries" } dd { (retry) } }
                dt { "Time limit" } dd { (definition.category.row().seconds) " s" }
                dt { "Made" } dd { (parts::time(view.row.created_at)) " by " (view.row.created_by) }
            }
            @if definition.header.rest.api_key {
                p.small.muted { "Called at " code { "/crm/v7/functions/" (definition.short_name()) "/actions/execute" } }
            }
            @if view.row.version.is_none() { (parts::callout(Tone::Plain, html! { p { "Nobody can call it before it is published." } })) }
        }
    }
}
