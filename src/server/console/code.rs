//! Source text, JSON and differences as a page shows them. A script colours what has `data-deluge`.

use maud::{Markup, html};
use serde_json::value::RawValue;

/// A source with its line numbers; one line may be marked.
pub fn source(label: &str, text: &str, marked: Option<u32>) -> Markup {
    html! {
        pre.source tabindex="0" role="region" aria-label=(label) data-deluge {
            code {
                @for (number, line) in (1u32..).zip(text.lines()) {
                    span class=(if marked == Some(number) { "line marked" } else { "line" }) { (line) "\n" }
                }
            }
        }
    }
}

/// JSON on lines of its own; what is none stands as it is.
pub fn json(label: &str, json: &RawValue) -> Markup {
    let pretty = serde_json::from_str::<serde_json::Value>(json.get()).map(|value| format!("{value:#}"));
    html! { pre.json tabindex="0" role="region" aria-label=(label) { code { (pretty.unwrap_or_else(|_| json.get().to_owned())) } } }
}

/// A unified diff.
pub fn diff(label: &str, text: &str) -> Markup {
    let kind = |line: &str| match line.chars().next() {
        _ if line.starts_with("+++") || line.starts_with("---") => "head",
        Some('+') => "added",
        Some('-') => "removed",
        Some('@') => "head",
        Some(_) | None => "",
    };
    html! {
        pre.diff tabindex="0" role="region" aria-label=(label) {
            code { @for line in text.lines() { span class=(kind(line)) { (line) "\n" } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let shown = source("Source", "info \"<script>\";\nx", Some(2)).into_string();
        assert!(shown.contains("&lt;script&gt;") && !shown.contains("<script"), "{shown}");
        assert!(shown.contains("<span class=\"line marked\">x\n"), "{shown}");
    }

    #[test]
    fn a_difference_tells_its_lines_apart() {
        let shown = diff("Difference", "--- 1\n+++ 2\n@@ -1 +1 @@\n-a\n+<b>\n c\n").into_string();
        assert!(shown.contains("<span class=\"removed\">-a"), "{shown}");
        assert!(shown.contains("<span class=\"added\">+&lt;b&gt;"), "{shown}");
        assert_eq!(shown.matches("class=\"head\"").count(), 3);
    }
}
