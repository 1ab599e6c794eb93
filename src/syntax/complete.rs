//! Is what was typed at the prompt a whole statement, or does a further line belong to it?
//!
//! Looks at tokens only, so that the answer is quick and never depends on a mistake further up.

use super::scan::{Token, TokenKind, tokens};

/// Are all brackets, texts and comments closed, and does nothing ask for more?
pub fn is_complete(input: &str) -> bool {
    let mut state = Typed::default();
    for token in tokens(input) {
        if matches!(token.kind, TokenKind::OpenText | TokenKind::OpenComment) {
            return false;
        }
        state.take(token);
    }
    state.is_complete()
}

#[derive(Default)]
struct Typed<'s> {
    /// How many brackets are open.
    depth: usize,
    /// The tokens of the statement under way that stand outside of brackets, as far as they matter.
    head: Vec<Token<'s>>,
    last: Option<Token<'s>>,
    /// Does the conditional expression `if(a, b, c)` begin the statement?
    has_comma: bool,
    /// Did the last statement end with the block of a `try`?
    wants_catch: bool,
}

impl<'s> Typed<'s> {
    fn take(&mut self, token: Token<'s>) {
        let is_sign = token.kind == TokenKind::Sign;
        match token.text {
            "(" | "[" | "{" if is_sign => self.depth += 1,
            ")" | "]" | "}" if is_sign => self.depth = self.depth.saturating_sub(1),
            "," if self.depth == 1 => self.has_comma = true,
            _ => {}
        }
        self.last = Some(token);
        if self.depth > 0 {
            return;
        }
        if is_sign && (token.text == ";" || token.text == "}") {
            self.wants_catch = token.text == "}" && self.begins_with("try");
            // The braces of a map belong to the statement, those of a block end it.
            if token.text == ";" || self.is_header() {
                self.head.clear();
                self.has_comma = false;
            }
        } else {
            self.wants_catch = false;
            if self.head.len() < 3 {
                self.head.push(token);
            }
        }
    }

    fn begins_with(&self, word: &str) -> bool {
        self.head.first().is_some_and(|token| token.is_word(word))
    }

    /// Does the statement under way end with a block?
    fn is_header(&self) -> bool {
        let keyword = ["for", "while", "try", "catch", "else"].iter().any(|word| self.begins_with(word));
        let is_if = self.begins_with("if") && !self.has_comma;
        let two_words = self.head.len() >= 2
            && self.head[..2].iter().all(|token| token.kind == TokenKind::Word)
            && !["info", "return", "alert"].iter().any(|word| self.begins_with(word));
        let is_function = two_words
            && self.head.get(2).is_some_and(|token| token.text == ")" || token.text == ".")
            && self.last.is_some_and(|last| last.text == ")" || last.text == "}");
        keyword || is_if || is_function
    }

    fn is_complete(&self) -> bool {
        if self.depth > 0 || self.wants_catch {
            return false;
        }
        let Some(last) = self.last else { return true };
        let asks_for_more = match last.kind {
            TokenKind::Sign => !matches!(last.text, ";" | ")" | "]" | "}"),
            TokenKind::Word => ["invokeurl", "invokeapi", "sendmail", "sendsms", "in", "is", "not", "info"]
                .iter()
                .any(|word| last.is_word(word)),
            TokenKind::Number | TokenKind::Text | TokenKind::OpenText | TokenKind::OpenComment => false,
        };
        !asks_for_more && (self.head.is_empty() || !self.is_header())
    }
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn whole_statements_are_complete() {
        for input in [
            "",
            "1 + 2",
            "x = 1;",
            "m = {\"a\": 1}",
            "if(a){ b(); }",
            "if(a, 1, 2)",
            "info \"x\";",
            "// c",
            "for each x in y { info x; }",
            "try { a(); } catch (e) { b(); }",
            "f(1)",
            "x = invokeurl [ url : a ];",
            "int f(int a) { return a; }",
            ")",
            "return a.b(c);",
        ] {
            assert!(is_complete(input), "{input}");
        }
    }

    #[test]
    fn openings_ask_for_more() {
        for input in [
            "if(a)",
            "if(a) {",
            "f(1,",
            "\"abc",
            "/* x",
            "x = invokeurl",
            "x = invokeurl\n[",
            "1 +",
            "x =",
            "for each x in y",
            "try { a(); }",
            "else",
            "int f(int a)",
            "if(a) { b(); } else",
            "m = {\"a\":",
            "a.",
            "void automation.f(int a)",
        ] {
            assert!(!is_complete(input), "{input}");
        }
    }
}
