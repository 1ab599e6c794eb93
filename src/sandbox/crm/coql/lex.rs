//! The words of a query.

use super::super::super::exchange::Problem;
use serde_json::json;

/// A word of a query and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The word.
    pub word: Word,
    /// The column at which it begins, from 1.
    pub column: usize,
}

/// A kind of word.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// A name or a keyword; dots belong to names.
    Name(String),
    /// `'text'` or `"text"`.
    Text(String),
    /// A number, as it was written.
    Number(String),
    /// `(`, `,`, `>=`, …
    Sign(String),
}

/// Something that cannot be read, at a place.
pub fn syntax(column: usize, near: &str) -> Problem {
    let near: String = near.chars().take(40).collect();
    let details = json!({"line": 1, "column": column, "near": near});
    Problem::new(400, "SYNTAX_ERROR", "error occured while parsing the query", details)
}

/// Cuts a query into words.
pub fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let c = chars[at];
        let word = if c.is_whitespace() {
            at += 1;
            continue;
        } else if c == '\'' || c == '"' {
            Word::Text(quoted(&chars, &mut at).ok_or_else(|| syntax(start + 1, &text_from(&chars, start)))?)
        } else if c.is_ascii_digit() || (c == '-' && chars.get(at + 1).is_some_and(char::is_ascii_digit)) {
            Word::Number(run(&chars, &mut at, |c| c.is_ascii_digit() || c == '.' || c == '-'))
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            Word::Name(run(&chars, &mut at, |c| c.is_alphanumeric() || "_$.".contains(c)))
        } else if "<>!=".contains(c) {
            Word::Sign(run(&chars, &mut at, |c| "<>!=".contains(c)))
        } else if "(),*;".contains(c) {
            at += 1;
            Word::Sign(c.to_string())
        } else {
            return Err(syntax(start + 1, &text_from(&chars, start)));
        };
        found.push(Token { word, column: start + 1 });
    }
    Ok(found)
}

fn text_from(chars: &[char], start: usize) -> String {
    chars[start..].iter().collect()
}

fn run(chars: &[char], at: &mut usize, belongs: impl Fn(char) -> bool) -> String {
    let start = *at;
    *at += 1;
    while chars.get(*at).is_some_and(|c| belongs(*c)) {
        *at += 1;
    }
    chars[start..*at].iter().collect()
}

/// A text in quotes; a backslash or a doubled quote keeps a quote in it.
fn quoted(chars: &[char], at: &mut usize) -> Option<String> {
    let quote = chars[*at];
    let mut text = String::new();
    *at += 1;
    loop {
        let c = *chars.get(*at)?;
        *at += 1;
        if c == '\\' {
            text.push(*chars.get(*at)?);
            *at += 1;
        } else if c == quote && chars.get(*at) == Some(&quote) {
            text.push(quote);
            *at += 1;
        } else if c == quote {
            return Some(text);
        } else {
            text.push(c);
        }
    }
}
