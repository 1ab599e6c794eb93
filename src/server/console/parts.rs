//! Pieces of pages: one place each for how a thing looks.

use jiff::Timestamp;
use maud::{Markup, Render, html};

/// The colour of a badge says how much a state matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Plain,
    Warning,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Plain => "plain",
            Tone::Warning => "warning",
            Tone::Bad => "bad",
        }
    }
}

/// A state as a word with a colour.
pub fn badge(tone: Tone, text: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (text) } }
}

/// A line icon of 24 by 24.
pub fn icon(strokes: &str) -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d=(strokes) {} } }
}

/// The top of a page: where one is, and what can be done.
pub fn heading(title: &str, about: impl Render, actions: Markup) -> Markup {
    html! {
        div.heading {
            div { h1 { (title) } p.muted { (about) } }
            div.actions { (actions) }
        }
    }
}

/// What stands where a list has nothing in it.
pub fn empty(title: &str, text: &str, action: Markup) -> Markup {
    html! { div.empty { h2 { (title) } p.muted { (text) } (action) } }
}

/// A message that goes away by itself where there is a script.
pub fn toast(text: &str) -> Markup {
    html! { div.toast role="status" data-toast { (text) } }
}

/// A box that tells something before a form or a button.
pub fn callout(tone: Tone, body: Markup) -> Markup {
    let role = if tone == Tone::Bad { "alert" } else { "note" };
    html! { div class={ "callout " (tone.class()) } role=(role) { (body) } }
}

/// What was wrong with a form, above it.
pub fn problem(message: Option<&str>, help: Option<&str>) -> Markup {
    html! {
        @if let Some(message) = message {
            (callout(Tone::Bad, html! { p { (message) } @if let Some(help) = help { p { (help) } } }))
        }
    }
}

/// A field of a form.
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    pub kind: &'a str,
    pub hint: &'a str,
    pub required: bool,
    /// Needed where it is shown: a script says so, since without one other auth types show it too.
    pub needed: bool,
    /// What a browser may fill in: `username`, `current-password`, `off` …
    pub autocomplete: &'a str,
    pub max: Option<usize>,
}

impl<'a> Field<'a> {
    pub fn text(name: &'a str, label: &'a str, value: &'a str) -> Self {
        Field {
            name,
            label,
            value,
            kind: "text",
            hint: "",
            required: false,
            needed: false,
            autocomplete: "off",
            max: None,
        }
    }

    /// Never shown again once sent.
    pub fn secret(name: &'a str, label: &'a str) -> Self {
        Field { kind: "password", autocomplete: "new-password", ..Field::text(name, label, "") }
    }

    pub fn hint(self, hint: &'a str) -> Self {
        Field { hint, ..self }
    }

    pub fn required(self) -> Self {
        Field { required: true, ..self }
    }

    pub fn needed(self) -> Self {
        Field { needed: true, ..self }
    }

    pub fn max(self, max: usize) -> Self {
        Field { max: Some(max), ..self }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let id = format!("field-{}", self.name.replace([' ', ':'], "-"));
        let hint = format!("{id}-hint");
        html! {
            div.field {
                label for=(id) { (self.label) @if !self.required && !self.needed { span.optional { " optional" } } }
                input id=(id) name=(self.name) type=(self.kind) value=(self.value) required[self.required] data-needed[self.needed]
                    autocomplete=(self.autocomplete) spellcheck="false" maxlength=[self.max]
                    aria-describedby=[(!self.hint.is_empty()).then_some(&hint)];
                @if !self.hint.is_empty() { p.hint id=(hint) { (self.hint) } }
            }
        }
    }
}

/// A text of several lines, such as JSON.
pub fn textarea(name: &str, label: &str, value: &str, hint: &str, rows: u8) -> Markup {
    let id = format!("field-{name}");
    html! {
        div.field {
            label for=(id) { (label) }
            // A line break right behind the tag is not part of the text.
            textarea.code id=(id) name=(name) rows=(rows) spellcheck="false" autocomplete="off" aria-describedby={ (id) "-hint" } { "\n" (value) }
            p.hint id={ (id) "-hint" } { (hint) }
        }
    }
}

/// A choice of one among several.
pub fn select(name: &str, label: &str, hint: &str, chosen: &str, options: &[(String, String)]) -> Markup {
    let id = format!("field-{name}");
    html! {
        div.field {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
            }
            @if !hint.is_empty() { p.hint { (hint) } }
        }
    }
}

/// A box to tick, shown as a switch.
pub fn switch(name: &str, label: &str, hint: &str, on: bool) -> Markup {
    html! {
        div.field {
            label.switch { input type="checkbox" name=(name) value="on" checked[on]; span { (label) } }
            @if !hint.is_empty() { p.hint { (hint) } }
        }
    }
}

/// Text to copy, with a button where there is a script.
pub fn copyable(id: &str, label: &str, text: &str) -> Markup {
    html! {
        div.copyable {
            pre tabindex="0" aria-label=(label) { code id=(id) { (text) } }
            button.small type="button" data-copy=(id) { "Copy" }
        }
    }
}

/// Panels of which one is shown; without a script all are.
pub fn tabs(label: &str, panels: &[(&str, &str, Markup)]) -> Markup {
    html! {
        div.tabs data-tabs {
            div.tablist role="tablist" aria-label=(label) {
                @for (at, (id, title, _)) in panels.iter().enumerate() {
                    button type="button" role="tab" id={ "tab-" (id) } aria-controls={ "panel-" (id) }
                        aria-selected=(if at == 0 { "true" } else { "false" }) tabindex=[(at > 0).then_some("-1")] { (title) }
                }
            }
            @for (id, _, body) in panels {
                div role="tabpanel" id={ "panel-" (id) } aria-labelledby={ "tab-" (id) } { (body) }
            }
        }
    }
}

/// A moment; the script shows it in the reader's own time zone.
pub fn time(ms: i64) -> Markup {
    let Ok(moment) = Timestamp::from_millisecond(ms) else { return html! { (ms) } };
    let text = moment.strftime("%Y-%m-%d %H:%M UTC").to_string();
    html! { time datetime=(moment.to_string()) { (text) } }
}

/// Links to the parts of a section.
pub fn subsections(label: &str, links: &[(&str, &str, bool)]) -> Markup {
    html! {
        nav.subsections aria-label=(label) {
            @for (path, title, current) in links { a href=(path) aria-current=[current.then_some("page")] { (title) } }
        }
    }
}
