//! The picker of scopes: those of the service to tick, others to write.

use crate::connections::{Service, scope};
use crate::server::console::Fields;
use maud::{Markup, html};

/// The fields of scopes; nothing where the service has none.
pub fn picker(service: &Service, chosen: &[String]) -> Markup {
    let Some(row) = service.oauth2() else { return html! {} };
    let others: Vec<&str> = chosen.iter().filter(|scope| !row.scopes.contains(scope)).map(String::as_str).collect();
    html! {
        fieldset {
            legend { "Scopes" }
            @if !row.scopes.is_empty() {
                @if row.scopes.len() > 8 {
                    div.field {
                        label.hidden for="scope-filter" { "Search scopes" }
                        input id="scope-filter" type="search" placeholder="Search scopes" autocomplete="off" data-filter=".pick .check";
                    }
                }
                div.pick tabindex="0" role="group" aria-label="Scopes of the service" {
                    @for scope in &row.scopes {
                        label.check {
                            input type="checkbox" name="scope" value=(scope) checked[chosen.contains(scope)];
                            span { (scope) }
                        }
                    }
                }
            }
            div.field {
                label for="more-scopes" { "Further scopes" span.optional { " optional" } }
                input id="more-scopes" name="more_scopes" value=(others.join(" ")) autocomplete="off" spellcheck="false"
                    aria-describedby="more-scopes-hint";
                p.hint id="more-scopes-hint" { "With commas or spaces between. With none at all the service's own list is asked for." }
            }
        }
    }
}

/// What was ticked and written.
pub fn chosen(fields: &Fields) -> Vec<String> {
    let mut text = fields.all("scope").join(" ");
    text.push(' ');
    text.push_str(fields.text("more_scopes"));
    scope::split(&text)
}
