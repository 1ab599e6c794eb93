//! What is wrong with a statement that the grammar could not read.
//!
//! Zoho's wording comes first, since people search for it; the place and the label are ours, and a
//! help only where following it is likely right. Works on the broken slice: its tokens, and where a
//! strict parse of it stops.

use super::parser::{Deluge, Rule};
use super::scan::{Token, TokenKind, skip_blanks, tokens, trim_blanks};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use pest::Parser;
use pest::error::{Error, InputLocation};

/// What Zoho says of every statement that it cannot read.
pub const IMPROPER: &str =
    "Improper Statement. Error might be due to missing ';' at end of the line or incomplete expression";

/// Where pest gave up.
pub fn error_offset(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// Does the span begin a comment?
pub fn is_comment(source: &str, span: Span) -> bool {
    source.get(span.start as usize..).is_some_and(|rest| rest.starts_with("/*"))
}

/// Is this the header of a statement that Deluge does not have?
pub fn is_foreign_header(head: &str) -> bool {
    let mut found = tokens(head);
    let Some(first) = found.next() else { return false };
    ["switch", "do", "class", "function", "finally"].iter().any(|word| first.is_word(word))
}

/// The message for a block that is still open at the end.
pub fn missing_brace(source: &str, innermost: Span) -> Diagnostic {
    let span = dedented_brace(source).unwrap_or(innermost);
    Diagnostic::error("DG102", "save.brace", span, "Expecting '}' but found '<EOF>'").label("this block is not closed")
}

/// The opening brace that a `}` on a line further to the left has closed: most likely not its own.
fn dedented_brace(source: &str) -> Option<Span> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    for token in tokens(source) {
        if token.is_sign("{") {
            open.push((token.start, indent(source, token.start)));
        } else if token.is_sign("}") {
            let (start, width) = open.pop()?;
            if indent(source, token.start) < width {
                return Some(Span::new(start, start + 1));
            }
        }
    }
    None
}

/// How far the line of this place is indented.
fn indent(source: &str, at: usize) -> usize {
    let line = source[..at].rfind('\n').map_or(0, |found| found + 1);
    source[line..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The one message for a broken statement.
pub fn diagnose(source: &str, span: Span) -> Diagnostic {
    let (start, end) = (span.start as usize, span.end as usize);
    let end = trim_blanks(source, start, end);
    let slice = &source[start..end];
    let broken = Broken { source, slice, start, stop: strict_stop(slice) };
    broken
        .sign_message()
        .or_else(|| broken.head_message())
        .or_else(|| broken.word_operator())
        .or_else(|| broken.bracket_message())
        .unwrap_or_else(|| broken.plain_message())
}

/// Where a strict parse of the slice stops; its end, when it can be read and only its end is wrong.
fn strict_stop(slice: &str) -> usize {
    match Deluge::parse(Rule::probe, slice) {
        Ok(_) => slice.len(),
        Err(error) => error_offset(&error).min(slice.len()),
    }
}

struct Broken<'a> {
    source: &'a str,
    slice: &'a str,
    /// Where the slice starts in the source.
    start: usize,
    /// Where a strict parse of the slice stops.
    stop: usize,
}

impl<'a> Broken<'a> {
    fn improper(&self, from: usize, to: usize, label: impl Into<String>) -> Diagnostic {
        let span = Span::new(self.start + from, self.start + to);
        Diagnostic::error("DG101", "save.statement", span, IMPROPER).label(label)
    }

    fn tokens(&self) -> impl Iterator<Item = Token<'a>> {
        tokens(self.slice)
    }

    /// The token at which the strict parse stops.
    fn stopper(&self) -> Option<Token<'a>> {
        self.tokens().find(|token| token.end() > self.stop)
    }

    /// What follows the slice in the source, without blanks: `;`, `{`, `}` or nothing.
    fn follower(&self) -> Option<u8> {
        let at = skip_blanks(self.source, self.start + self.slice.len());
        self.source.as_bytes().get(at).copied()
    }

    /// Signs of other languages.
    fn sign_message(&self) -> Option<Diagnostic> {
        let token = self.stopper();
        let sign = token.filter(|token| token.kind == TokenKind::Sign);
        if let Some(question) = sign.filter(|sign| sign.text == "?") {
            let span = Span::new(self.start + question.start, self.start + question.end());
            return Some(
                Diagnostic::error("DG104", "save.token", span, "Unexpected token found '?'")
                    .help("write `if(condition, a, b)` as the value"),
            );
        }
        if let Some((at, _)) = self.doubled_sign() {
            let name = self.tokens().find(|token| token.kind == TokenKind::Word).map_or("n", |token| token.text);
            let sign = &self.slice[at..at + 1];
            let message = self.improper(at, at + 2, format!("there is no `{sign}{sign}`"));
            return Some(message.help(format!("write `{name} = {name} {sign} 1;`")));
        }
        match sign?.text {
            "<" => self.markup(sign?),
            "&" => Some(self.at(sign?, "did not expect `&` here").help("write `&&`")),
            "|" => Some(self.at(sign?, "did not expect `|` here").help("write `||`")),
            _ => None,
        }
    }

    /// `x++` and `--x` as a whole statement
    fn doubled_sign(&self) -> Option<(usize, &'a str)> {
        let mut previous: Option<Token<'a>> = None;
        let mut words = 0;
        let mut found = None;
        for token in self.tokens() {
            if let Some(before) = previous
                && token.text == before.text
                && (token.text == "+" || token.text == "-")
                && before.end() == token.start
            {
                found = Some((before.start, token.text));
            }
            words += usize::from(token.kind == TokenKind::Word);
            if words > 1 {
                return None;
            }
            previous = Some(token);
        }
        found
    }

    /// `<a href="…">` without quotes
    fn markup(&self, sign: Token<'a>) -> Option<Diagnostic> {
        let next = self.slice[sign.end()..].bytes().next()?;
        if !(next.is_ascii_alphabetic() || next == b'/') {
            return None;
        }
        let label = "markup is a text and needs quotes";
        Some(self.at(sign, label).help("put it between single quotes, or between double quotes with `\\\"` inside"))
    }

    fn at(&self, token: Token<'a>, label: impl Into<String>) -> Diagnostic {
        self.improper(token.start, token.end(), label)
    }

    /// Statements of other languages, known by their first words.
    fn head_message(&self) -> Option<Diagnostic> {
        let mut found = self.tokens();
        let first = found.next().filter(|token| token.kind == TokenKind::Word)?;
        let second = found.next();
        let third = found.next();
        let word = first.text.to_ascii_lowercase();
        let (label, help) = match word.as_str() {
            "if" | "while" => return self.braceless(first),
            "else" => return self.broken_else(first),
            "elseif" | "elsif" | "elif" => ("there is no such word", "write `else if`"),
            "foreach" => ("there is no such word", "write `for each`"),
            "for" if !second.is_some_and(|second| second.is_word("each")) => {
                ("a loop begins with `for each`", "write `for each x in list { … }`")
            }
            "switch" => ("there is no `switch`", "write `if(…) { … } else if(…) { … }`"),
            "do" => ("there is no `do`", "loop over a list with `for each`"),
            "throw" => ("there is no `throw`", "leave with `return`, or let the caller check a result"),
            "finally" => ("there is no `finally`", "put it behind the `catch` block"),
            "function" => ("a function begins with the type of its result", "write `string name(string a) { … }`"),
            "var" | "let" | "const" => ("variables are not declared", "write `name = value;`"),
            _ => return self.declaration(first, second, third),
        };
        // Any of these words may also name a variable.
        if second.is_some_and(|second| ["=", ".", "["].contains(&second.text)) {
            return None;
        }
        Some(self.at(first, label).help(help))
    }

    /// `int x = 5`, `string f(int a)` inside a block
    fn declaration(&self, first: Token<'a>, second: Option<Token<'a>>, third: Option<Token<'a>>) -> Option<Diagnostic> {
        let second = second.filter(|token| token.kind == TokenKind::Word)?;
        let third = third?;
        let known = ["in", "is", "not"].iter().any(|word| second.is_word(word));
        if known || self.slice[first.end()..second.start].contains('\n') {
            return None;
        }
        if third.is_sign("=") {
            let help = format!("drop the type: `{} = …;`", second.text);
            return Some(self.at(first, "variables have no declared type").help(help));
        }
        if third.is_sign("(") && self.follower() == Some(b'{') {
            let label = "a function cannot stand inside another, and its parameters need types";
            return Some(self.improper(first.start, second.end(), label));
        }
        None
    }

    /// `if(a) info b`
    fn braceless(&self, first: Token<'a>) -> Option<Diagnostic> {
        if self.follower() == Some(b'{') {
            return None;
        }
        let mut depth = 0usize;
        for token in self.tokens() {
            match token.text {
                "(" => depth += 1,
                ")" if depth == 1 && self.stop >= token.end() => {
                    let label = format!("expected `{{` behind the condition of this `{}`", first.text);
                    let message = self.at(first, label);
                    return Some(message.help("put braces around what depends on this condition"));
                }
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    fn broken_else(&self, first: Token<'a>) -> Option<Diagnostic> {
        if self.follower() == Some(b'{') {
            return None;
        }
        let message = self.at(first, "expected `{` behind this `else`");
        Some(message.help("put braces around what depends on this condition"))
    }

    /// Brackets that do not match.
    fn bracket_message(&self) -> Option<Diagnostic> {
        let mut open: Vec<Token<'a>> = Vec::new();
        for token in self.tokens() {
            match token.text {
                "(" | "[" | "{" if token.kind == TokenKind::Sign => open.push(token),
                ")" | "]" | "}" if token.kind == TokenKind::Sign => match open.pop() {
                    Some(opener) if closes(opener.text) == token.text => {}
                    Some(opener) => {
                        let label = format!("expected `{}` for the `{}` before", closes(opener.text), opener.text);
                        return Some(self.at(token, label));
                    }
                    None if self.stop >= token.start => {
                        return Some(self.at(token, format!("this `{}` closes nothing", token.text)));
                    }
                    None => return None,
                },
                _ => {}
            }
        }
        let opener = open.first()?;
        // What goes wrong before the bracket is the cause.
        if self.stop < opener.start {
            return None;
        }
        Some(self.at(*opener, format!("this `{}` is not closed", opener.text)))
    }

    /// `a and b`, `a or b`, `not a`
    fn word_operator(&self) -> Option<Diagnostic> {
        let stopper = self.stopper()?;
        let before = self.tokens().take_while(|token| token.end() <= stopper.start).last()?;
        let sign = |token: Token<'a>| {
            let known = [("and", "&&"), ("or", "||"), ("not", "!")];
            known.iter().find(|(word, _)| token.is_word(word)).map(|(_, sign)| (token, *sign))
        };
        let (token, sign) = sign(stopper).filter(|(_, sign)| *sign != "!").or_else(|| sign(before))?;
        Some(self.at(token, format!("there is no operator `{}`", token.text)).help(format!("write `{sign}`")))
    }

    fn plain_message(&self) -> Diagnostic {
        let Some(token) = self.stopper() else { return self.at_end() };
        let before = trim_blanks(self.slice, 0, token.start);
        if before > 0 && self.is_statement(before) && begins_statement(token) {
            return self.improper(before, before, "`;` is missing here");
        }
        let after_operator = self.slice[..before].ends_with(['+', '*', '/', '%', '=', '<', '>', '&', '|', ',', '(']);
        if after_operator {
            return self.at(token, "expected a value here");
        }
        self.at(token, format!("did not expect `{}` here", shorten(token.text)))
    }

    /// The slice ends too early.
    fn at_end(&self) -> Diagnostic {
        let end = self.slice.len();
        if self.is_statement(end) {
            return self.improper(end, end, "`;` is missing here");
        }
        let last = self.tokens().last();
        let from = last.map_or(end, |token| token.start);
        self.improper(from, end, "something is missing behind this")
    }

    /// Can the slice up to here stand alone?
    fn is_statement(&self, end: usize) -> bool {
        Deluge::parse(Rule::probe, &self.slice[..end]).is_ok()
    }
}

fn closes(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn begins_statement(token: Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Text)
}

/// A token as a label can show it.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}
