//! The page of a timeline: styles, script and data in one file, and leave to load nothing else.

use super::Timeline;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Timeline {
    /// The page.
    pub fn page(&self) -> String {
        let title = escaped(&self.title);
        let data = serde_json::to_string(self).unwrap_or_default().replace('<', "\\u003c");
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'\">\n\
             <title>{title} – timeline</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <main id=\"page\"><noscript>This page needs JavaScript; it loads nothing from anywhere.</noscript></main>\n\
             <script type=\"application/json\" id=\"data\">{data}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::{Call, Event, What};
    use super::*;

    #[test]
    fn what_a_script_prints_stays_text() {
        let mut timeline = Timeline { title: "</title><script>alert(1)</script>".into(), ..Timeline::default() };
        timeline.add(Event {
            at: 0.0,
            ms: 0.0,
            place: None,
            what: What::printed("</script><script>alert(2)</script>"),
        });
        let call = Call { url: "https://a.example/<!--".into(), ..Call::default() };
        timeline.add(Event { at: 0.0, ms: 1.0, place: None, what: What::Called(Box::new(call)) });
        let page = timeline.page();
        assert!(!page.contains("<script>alert") && !page.contains("<!--"), "{page}");
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(page.contains("&lt;/title&gt;"));
    }

    #[test]
    fn the_page_names_no_other_place() {
        let page = Timeline::default().page();
        for mark in ["http://", "https://", "url(", "@import", "src=", "fetch("] {
            assert!(!page.contains(mark), "{mark}");
        }
    }
}
