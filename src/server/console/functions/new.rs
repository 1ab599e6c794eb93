//! A new function, from the template of its category.

use super::path;
use crate::server::App;
use crate::server::console::page::{Page, Section};
use crate::server::console::parts::{self, Field};
use crate::server::console::visitor::Administrator;
use crate::server::console::{Fields, Refusal, Visitor};
use crate::server::functions::{CATEGORIES, Category};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::html;

pub fn routes() -> Router<App> {
    Router::new().route("/functions/new", get(form).post(create))
}

async fn form(Administrator(visitor): Administrator) -> Page {
    page(&visitor, &Fields::default(), None)
}

fn page(visitor: &Visitor, fields: &Fields, problem: Option<&str>) -> Page {
    let categories: Vec<_> =
        CATEGORIES.iter().map(|row| (row.namespace.to_owned(), format!("{}: {}", row.title, row.doc))).collect();
    let chosen = fields.given("category").unwrap_or(CATEGORIES[0].namespace);
    let body = html! {
        p.crumbs { a href="/console/functions" { "Functions" } }
        (parts::heading("New function", "It begins as a draft: nobody can call it before it is published.", html! {}))
        section.card.narrow {
            (parts::problem(problem, None))
            form method="post" action="/console/functions/new" {
                (visitor.csrf())
                (parts::select("category", "Category", "Its namespace, and what calls it. It stays.", chosen, &categories))
                (Field::text("name", "Name", fields.text("name")).required().max(100)
                    .hint("Letters, digits and _, as in close_month."))
                button.primary type="submit" { "Write it" }
            }
        }
    };
    visitor.page(Section::Functions, "New function", body)
}

async fn create(
    State(app): State<App>,
    Administrator(visitor): Administrator,
    fields: Fields,
) -> Result<Response, Refusal> {
    let refused =
        |message: &str| Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&visitor, &fields, Some(message))).into_response());
    let Some(category) = Category::of_namespace(fields.text("category")) else { return refused("Choose a category.") };
    let name = format!("{}.{}", category.row().namespace, fields.text("name"));
    if app.function(&name).await.is_ok_and(|view| view.row.name.eq_ignore_ascii_case(&name)) {
        return refused(&format!("There is a function {name} already."));
    }
    match app.save_draft(&name, &template(category, &name), visitor.name()).await.map_err(Refusal::from) {
        Ok(()) => Ok(visitor.go(&path(&name), "The draft is made.")),
        Err(refusal) if refusal.is_mendable() => refused(&refusal.message),
        Err(refusal) => Err(refusal),
    }
}

/// What a new function begins as.
fn template(category: Category, name: &str) -> String {
    let (about, tags, head, body) = match category {
        Category::Standalone => (
            "Greets somebody by name.",
            " *\n * @rest    apikey oauth\n * @default name = \"World\"\n",
            format!("string {name}(String name)"),
            "\tinfo \"greeting \" + name;\n\treturn \"Hello, \" + name + \"!\";",
        ),
        Category::Automation => (
            "Called by a workflow with the id of a record.",
            "",
            format!("void {name}(String id)"),
            "\tinfo \"record \" + id;",
        ),
        Category::Button => (
            "Called by a button; what it returns is shown.",
            "",
            format!("string {name}(String id)"),
            "\treturn \"Done with \" + id + \".\";",
        ),
        Category::Schedule => {
            ("Called at a time.", "", format!("void {name}()"), "\tinfo \"it is \" + zoho.currenttime;")
        }
        Category::RelatedList => (
            "Returns the rows of a related list as XML.",
            "",
            format!("string {name}(String id)"),
            "\trows = \"<record><row no=\\\"1\\\"><FL val=\\\"Id\\\">\" + id + \"</FL></row></record>\";\n\treturn rows;",
        ),
        Category::ValidationRule => (
            "Called before a record is saved; says whether it may be.",
            "",
            format!("map {name}(String crmAPIRequest)"),
            "\tanswer = Map();\n\tanswer.put(\"status\", \"success\");\n\treturn answer;",
        ),
    };
    format!("/*\n * {about}\n{tags} */\n{head}\n{{\n{body}\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::functions::{Compiler, Published};
    use crate::source::Source;

    #[test]
    fn every_template_compiles_without_a_word() {
        let published = Published::new(Vec::new(), Compiler { settings: std::sync::Arc::default() });
        for row in CATEGORIES {
            let name = format!("{}.first", row.namespace);
            let source = Source::new("new", template(row.category, &name));
            match published.compile(&source) {
                Ok((definition, script)) => {
                    assert_eq!((definition.name, definition.category), (name, row.category));
                    assert!(script.warnings().is_empty(), "{:?}", script.warnings());
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}
