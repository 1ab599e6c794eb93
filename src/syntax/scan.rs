//! The source as a flat row of tokens: texts, words, signs; blanks and comments skipped.
//!
//! The grammar is the authority on Deluge. This scan serves what has to know texts and comments
//! without a grammar: the look before parsing, the wording of mistakes, and the prompt.

use crate::source::Span;

/// What a token is; its text tells the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Word,
    Number,
    /// `"…"` or `'…'`
    Text,
    /// A text without its closing quote: the rest of the source.
    OpenText,
    /// `/*` without `*/`: the rest of the source.
    OpenComment,
    /// One sign, such as `(` or `+`.
    Sign,
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'s> {
    pub kind: TokenKind,
    pub text: &'s str,
    pub start: usize,
}

impl Token<'_> {
    /// The offset behind the token.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Is it this word, in any case?
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Is it this sign?
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.text == sign
    }
}

/// The tokens of a source, one after the other.
pub fn tokens(source: &str) -> Tokens<'_> {
    Tokens { source, at: 0 }
}

/// See [`tokens`].
pub struct Tokens<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        let bytes = self.source.as_bytes();
        let start = skip_blanks(self.source, self.at);
        let first = *bytes.get(start)?;
        let (kind, end) = match first {
            b'"' | b'\'' => match text_end(bytes, start) {
                Some(end) => (TokenKind::Text, end),
                None => (TokenKind::OpenText, bytes.len()),
            },
            b'/' if bytes.get(start + 1) == Some(&b'*') => (TokenKind::OpenComment, bytes.len()),
            b'0'..=b'9' => (TokenKind::Number, run(bytes, start, |byte| byte.is_ascii_digit() || byte == b'.')),
            b if is_name_byte(b) => (TokenKind::Word, run(bytes, start, is_name_byte)),
            _ => (TokenKind::Sign, start + self.source[start..].chars().next().map_or(1, char::len_utf8)),
        };
        self.at = end;
        Some(Token { kind, text: &self.source[start..end], start })
    }
}

/// The `// …` comments of a source, each up to the end of its line.
pub fn line_comments(source: &str) -> impl Iterator<Item = Span> {
    let mut gaps = Vec::new();
    let mut at = 0;
    for token in tokens(source) {
        gaps.push((at, token.start));
        at = token.end();
    }
    gaps.push((at, source.len()));
    gaps.into_iter().flat_map(|(start, end)| comments_between(source, start, end))
}

/// The line comments in a stretch without tokens.
fn comments_between(source: &str, mut at: usize, end: usize) -> Vec<Span> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    while at < end {
        at = match &bytes[at..end] {
            [b'/', b'/', ..] => {
                let line_end = line_end(bytes, at);
                found.push(Span::new(at, line_end));
                line_end
            }
            [b'/', b'*', ..] => comment_end(bytes, at).unwrap_or(end),
            _ => at + 1,
        };
    }
    found
}

/// A letter, a digit or `_`.
pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn run(bytes: &[u8], start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[start..].iter().position(|byte| !belongs(*byte)).map_or(bytes.len(), |length| start + length)
}

/// The first offset from `at` on that is neither blank nor in a closed comment.
pub fn skip_blanks(source: &str, mut at: usize) -> usize {
    let bytes = source.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => at + 1,
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => match comment_end(bytes, at) {
                Some(end) => end,
                None => return at,
            },
            _ => match source[at..].chars().next() {
                Some(blank @ ('\u{a0}' | '\u{feff}' | '\u{200b}')) => at + blank.len_utf8(),
                Some(_) | None => return at,
            },
        };
    }
    at
}

/// The offset behind the text that opens at `start`; none when it is not closed.
pub fn text_end(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The offset behind the `/* … */` that opens at `start`; none when it is not closed.
pub fn comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let body = start + 2;
    bytes.get(body..)?.windows(2).position(|pair| pair == b"*/").map(|length| body + length + 2)
}

/// The offset of the line break at or behind `at`, or of the end.
pub fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length)
}

/// The offset behind the last token that ends at or before `end`, counted from `start`.
pub fn trim_blanks(source: &str, start: usize, end: usize) -> usize {
    tokens(&source[start..end]).last().map_or(start, |token| start + token.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_step_over_comments_and_blanks() {
        let found: Vec<&str> = tokens("a /* x */ = \"b // c\"; // d\n\u{200b}'e'").map(|token| token.text).collect();
        assert_eq!(found, ["a", "=", "\"b // c\"", ";", "'e'"]);
        assert_eq!(tokens("x /* y").last().map(|token| token.kind), Some(TokenKind::OpenComment));
        assert_eq!(tokens("x \"y\\\"").last().map(|token| token.kind), Some(TokenKind::OpenText));
    }
}
