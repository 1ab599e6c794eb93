//! The timeline of an execution as a picture: when it printed, when each request was under way.
//!
//! Drawn here, as shapes in boxes that stretch: it needs no script and no style of its own.

use crate::server::executor::journal::{HttpCall, Said};
use maud::{Markup, html};

/// A box is so wide inside, whatever its width on the screen.
const WIDTH: f64 = 1000.0;
/// So that what took no time is seen.
const NARROWEST: f64 = 3.0;
/// More rows than anybody looks at.
const MOST: usize = 200;

/// `total` is the execution's length so far in milliseconds.
pub fn picture(lines: &[Said], calls: &[HttpCall], total: f64) -> Markup {
    let last = calls.iter().map(|call| (call.at + call.ms) as f64).fold(total, f64::max);
    let scale = WIDTH / last.max(1.0);
    html! {
        div.times {
            @if !lines.is_empty() {
                div.times-row {
                    span.times-what { "Output" }
                    (strip(&format!("{} lines of output", lines.len()), html! {
                        @for line in lines.iter().take(MOST) {
                            rect.said x=(line.at as f64 * scale - NARROWEST / 2.0) y="2" width=(NARROWEST) height="12" {}
                        }
                    }))
                    span.times-end { (lines.len()) @if lines.len() == 1 { " line" } @else { " lines" } }
                }
            }
            @for call in calls.iter().take(MOST) { (row(call, scale)) }
            @if calls.len() > MOST { p.muted { "and " (calls.len() - MOST) " more requests" } }
            div.times-row aria-hidden="true" {
                span.times-what {}
                span.times-axis { span { "0" } span { (milliseconds(last / 2.0)) } span { (milliseconds(last)) } }
                span.times-end {}
            }
        }
    }
}

fn row(call: &HttpCall, scale: f64) -> Markup {
    let label = format!("{} {}: begun after {} ms, took {} ms", call.method, call.url, call.at, call.ms);
    let width = (call.ms as f64 * scale).max(NARROWEST);
    html! {
        div.times-row {
            span.times-what title=(call.url) { b { (call.method) } " " (place(&call.url)) }
            (strip(&label, html! { rect class=(class(call)) x=(call.at as f64 * scale) y="1" width=(width) height="14" {} }))
            span.times-end { (status(call)) " · " (call.ms) " ms" }
        }
    }
}

fn strip(label: &str, shapes: Markup) -> Markup {
    html! { svg.times-strip viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" aria-label=(label) { (shapes) } }
}

/// The colour of a request says how it ended.
fn class(call: &HttpCall) -> &'static str {
    match call.status {
        Some(..400) => "well",
        None if call.is_under_way() => "slowly",
        Some(_) | None => "badly",
    }
}

/// How a request ended, in one word.
pub fn status(call: &HttpCall) -> String {
    match (call.status, &call.fault) {
        (Some(status), _) => status.to_string(),
        (None, Some(_)) => "no reply".to_owned(),
        (None, None) => "under way".to_owned(),
    }
}

/// An address without scheme and query.
fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['?', '#']).next().unwrap_or(rest)
}

fn milliseconds(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms:.0} ms") } else { format!("{:.2} s", ms / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_lie_where_their_requests_were_under_way() {
        let call = HttpCall {
            at: 250,
            ms: 500,
            method: "GET".into(),
            url: "https://a.example/<x>?secret=***".into(),
            origin: "invokeurl".into(),
            connection: None,
            status: Some(503),
            fault: None,
            line: None,
            file: None,
        };
        let said = Said { at: 500, text: String::new() };
        let shown = picture(&[said], &[call], 1000.0).into_string();
        assert!(shown.contains("<rect class=\"badly\" x=\"250\" y=\"1\" width=\"500\""), "{shown}");
        assert!(shown.contains("x=\"498.5\""), "{shown}");
        assert!(
            shown.contains("a.example/&lt;x&gt;") && !shown.contains("<x>") && !shown.contains("style="),
            "{shown}"
        );
    }
}
