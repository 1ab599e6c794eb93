//! What a function's leading comment declares: everything that its first line of code cannot.
//!
//! ```text
//! /*
//!  * Greets somebody by name.
//!  *
//!  * @title   Greeting
//!  * @rest    apikey oauth
//!  * @default name = "World"
//!  */
//! string standalone.hello(String name)
//! ```
//!
//! Name, category (the namespace), arguments, types and the returned type are in the code itself.

use crate::diagnostic::Diagnostic;
use crate::server::backoff::Backoff;
use crate::source::Span;
use serde::{Deserialize, Serialize};

/// What the leading comment says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The text before the first tag.
    pub description: String,
    /// A name for people, where the function's own is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default)]
    pub rest: RestAccess,
    /// Arguments with the JSON of what they are when they are not given.
    #[serde(default)]
    pub defaults: Vec<(String, String)>,
    /// How often it is tried in the background; once, and without dead letters, where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Backoff>,
}

/// Who may call a function over REST; off unless switched on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestAccess {
    pub api_key: bool,
    pub oauth: bool,
}

/// The tags, with what stands behind them.
pub const TAGS: &[(&str, &str)] = &[
    ("title", "a name for people"),
    ("rest", "`apikey`, `oauth`, or both: who may call it over REST; `off` where nobody may"),
    ("default", "`name = value`, the value as JSON: what an argument is when it is not given"),
    (
        "retry",
        "`attempts=5 delay=30s factor=2 max_delay=1h jitter=0.1`: how often a failed background execution is tried",
    ),
];

impl Header {
    /// Reads the comments before the first code of a source.
    pub fn read(text: &str) -> (Header, Vec<Diagnostic>) {
        let mut header = Header::default();
        let mut problems = Vec::new();
        let mut described = true;
        for (start, line) in leading_comment(text) {
            let span = Span::new(start, start + line.len());
            match line.strip_prefix('@') {
                Some(tag) => {
                    described = false;
                    if let Err(problem) = header.tag(tag) {
                        problems.push(Diagnostic::error("DG190", "save.header", span, problem));
                    }
                }
                None if described => {
                    header.description.push_str(line);
                    header.description.push('\n');
                }
                None => {}
            }
        }
        header.description = header.description.trim().to_owned();
        (header, problems)
    }

    fn tag(&mut self, tag: &str) -> Result<(), String> {
        let (name, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let rest = rest.trim();
        match name {
            "title" => self.title = Some(rest.to_owned()).filter(|title| !title.is_empty()),
            "rest" => self.rest = rest_access(rest)?,
            "default" => self.defaults.push(default(rest)?),
            "retry" => self.retry = Some(Backoff::read(rest).map_err(|problem| format!("{problem} behind `@retry`"))?),
            _ => {
                let known: Vec<_> = TAGS.iter().map(|(name, _)| format!("`@{name}`")).collect();
                return Err(format!("expected one of {}, found `@{name}`", known.join(", ")));
            }
        }
        Ok(())
    }
}

fn rest_access(words: &str) -> Result<RestAccess, String> {
    let mut access = RestAccess::default();
    for word in words.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
        match word {
            "apikey" => access.api_key = true,
            "oauth" => access.oauth = true,
            "off" => access = RestAccess::default(),
            _ => return Err(format!("expected `apikey`, `oauth` or `off` behind `@rest`, found `{word}`")),
        }
    }
    Ok(access)
}

fn default(text: &str) -> Result<(String, String), String> {
    let (name, json) = text.split_once('=').ok_or("expected `name = value` behind `@default`")?;
    let (name, json) = (name.trim(), json.trim());
    match serde_json::from_str::<serde_json::Value>(json) {
        Ok(_) => Ok((name.to_owned(), json.to_owned())),
        Err(error) => Err(format!("expected JSON as the default of `{name}`, found `{json}`: {error}")),
    }
}

/// The lines of the comments before the first code, trimmed, without the comment's own signs; each
/// with where it starts in the text.
fn leading_comment(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        at += skipped;
        let rest = &text[at..];
        let (body, length) = if let Some(body) = rest.strip_prefix("//") {
            let end = body.find('\n').unwrap_or(body.len());
            (&body[..end], end + 2)
        } else if let Some(body) = rest.strip_prefix("/*") {
            let Some(end) = body.find("*/") else { return lines };
            (&body[..end], end + 4)
        } else {
            return lines;
        };
        let mut start = at + 2;
        for line in body.split('\n') {
            let trimmed = line.trim_start_matches([' ', '\t', '*', '/']).trim_end();
            let indent = line.len() - line.trim_start_matches([' ', '\t', '*', '/']).len();
            lines.push((start + indent, trimmed));
            start += line.len() + 1;
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_comment_declares() {
        let text = "/*\n * Greets somebody.\n *\n * @title Greeting\n * @rest apikey, oauth\n * @default name = \"World\"\n */\nstring standalone.hello(String name) { return name; }\n";
        let (header, problems) = Header::read(text);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(header.description, "Greets somebody.");
        assert_eq!(header.title.as_deref(), Some("Greeting"));
        assert_eq!(header.rest, RestAccess { api_key: true, oauth: true });
        assert_eq!(header.defaults, [("name".to_owned(), "\"World\"".to_owned())]);
    }

    #[test]
    fn line_comments_do_as_well() {
        let (header, problems) = Header::read("// Adds up.\n// @rest apikey\nint standalone.add(int a) { return a; }");
        assert!(problems.is_empty());
        assert_eq!(header.description, "Adds up.");
        assert!(header.rest.api_key && !header.rest.oauth);
    }

    #[test]
    fn names_what_it_does_not_know() {
        let text = "// @rest everybody\n// @colour red\nvoid automation.a() { }";
        let (_, problems) = Header::read(text);
        let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages[0], "expected `apikey`, `oauth` or `off` behind `@rest`, found `everybody`");
        assert!(messages[1].ends_with("found `@colour`"), "{messages:?}");
        assert_eq!(&text[problems[1].span.start as usize..problems[1].span.end as usize], "@colour red");
    }

    #[test]
    fn says_how_often_it_is_tried() {
        let read = |comment: &str| Header::read(&format!("{comment}\nvoid automation.a() {{ }}"));
        assert_eq!(read("// Adds up.").0.retry, None);
        assert_eq!(read("// @retry").0.retry, Some(Backoff::default()));
        let expected = Backoff { attempts: 3, delay: 1, ..Backoff::default() };
        assert_eq!(read("// @retry attempts=3 delay=1s").0.retry, Some(expected));
        let (_, problems) = read("// @retry attempts=many");
        let expected = "expected a whole number from 1 to 100 as `attempts`, found `many` behind `@retry`";
        assert_eq!(problems[0].message, expected);
    }

    #[test]
    fn code_ends_it() {
        let (header, _) = Header::read("void automation.a() { }\n// @rest apikey");
        assert_eq!(header, Header::default());
    }
}
