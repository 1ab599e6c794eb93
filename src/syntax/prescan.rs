//! The look before parsing: how deep brackets nest, and texts and comments that are not closed.
//!
//! An unclosed text would turn the rest of the source inside out, so it gets its quote here, at the
//! end of its line. Knows bytes only; the grammar then reads the mended copy.

use super::scan::{TokenKind, comment_end, is_name_byte, line_end, text_end, tokens};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use std::borrow::Cow;

/// How deep brackets may nest; real scripts stay below 20.
pub const MAX_DEPTH: usize = 200;

/// Pest reads no more than about this at a time: its pairs take forty times the room of the text.
const PIECE: usize = 128 * 1024;

/// What the look before parsing found.
pub struct Prescan<'s> {
    /// The source, with a quote put at the end of each unclosed text; byte offsets stay the same.
    pub text: Cow<'s, str>,
    /// Offsets between statements outside of every block, at which the text may be cut.
    pub cuts: Vec<usize>,
    /// The deepest nesting of brackets.
    pub depth: usize,
    pub diagnostics: Vec<Diagnostic>,
    /// Is the source not worth parsing?
    pub hopeless: bool,
}

/// Looks through the whole source once.
pub fn prescan(source: &str) -> Prescan<'_> {
    let mut scan = Scan::default();
    scan.run(source);
    let text = match scan.mended.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(mended) => Cow::Owned(mended),
        None => Cow::Borrowed(source),
    };
    Prescan { text, cuts: scan.cuts, depth: scan.depth, diagnostics: scan.diagnostics, hopeless: scan.hopeless }
}

#[derive(Default)]
struct Scan {
    /// The mended copy, once there is something to mend.
    mended: Option<Vec<u8>>,
    cuts: Vec<usize>,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
    hopeless: bool,
    /// Quotes of which no further one follows, so that many open texts do not cost a look to the end each.
    spent: Vec<u8>,
}

impl Scan {
    fn run(&mut self, source: &str) {
        if u32::try_from(source.len()).is_err() {
            return self.refuse(Span::new(0, 0), "this source is longer than 4 GiB".to_owned());
        }
        let mut open = Open::default();
        let bytes = source.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                b'"' | b'\'' => self.text(source, at),
                b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
                b'/' if bytes.get(at + 1) == Some(&b'*') => self.comment(bytes, at),
                b'(' | b'[' | b'{' | b')' | b']' | b'}' | b';' => {
                    self.cut(source, byte, at + 1, &open);
                    open.step(byte);
                    self.depth = self.depth.max(open.depth());
                    if self.depth > MAX_DEPTH {
                        return self
                            .refuse(Span::new(at, at + 1), format!("nesting is deeper than {MAX_DEPTH} levels"));
                    }
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// Notes a cut behind a `;` or `}` that ends a statement outside of every block.
    fn cut(&mut self, source: &str, byte: u8, behind: usize, before: &Open) {
        if behind < self.cuts.last().copied().unwrap_or(0) + PIECE {
            return;
        }
        let ends = match byte {
            b';' => before.depth() == 0,
            b'}' => before.depth() == 1 && before.curly == 1 && !goes_on(source, behind),
            _ => false,
        };
        if ends {
            self.cuts.push(behind);
        }
    }

    fn refuse(&mut self, span: Span, message: String) {
        self.diagnostics.push(Diagnostic::error("DG110", "save.depth", span, message));
        self.hopeless = true;
    }

    /// Steps over a comment.
    fn comment(&mut self, bytes: &[u8], start: usize) -> usize {
        comment_end(bytes, start).unwrap_or_else(|| {
            let span = Span::new(start, start + 2);
            let message = "Comment Task is not closed properly";
            self.diagnostics
                .push(Diagnostic::error("DG103", "save.comment", span, message).label("this comment has no `*/`"));
            bytes.len()
        })
    }

    /// Steps over a text; one that is not closed ends with its line.
    fn text(&mut self, source: &str, start: usize) -> usize {
        let bytes = source.as_bytes();
        let end = if self.spent.contains(&bytes[start]) { None } else { text_end(bytes, start) };
        if end.is_none() {
            self.spent.push(bytes[start]);
        }
        match end {
            Some(end) if !swallows_code(source, start, end) => end,
            Some(_) | None => {
                let line_end = line_end(bytes, start);
                let end = end_of_text_on_line(bytes, start, line_end);
                self.close_text(bytes, start, end, line_end);
                let message = super::recover::IMPROPER;
                self.diagnostics.push(
                    Diagnostic::error("DG101", "save.statement", Span::new(start, end), message)
                        .label("this text is not closed"),
                );
                line_end
            }
        }
    }

    /// Puts a quote at `end` and moves the rest of the line by one, over the line break.
    fn close_text(&mut self, bytes: &[u8], start: usize, end: usize, line_end: usize) {
        let mended = self.mended.get_or_insert_with(|| bytes.to_vec());
        if line_end == mended.len() {
            // There is no room for a quote, so the text goes.
            mended[start..end].fill(b' ');
            return;
        }
        // Only ASCII signs stand between the two, so the copy stays UTF-8.
        mended[end..=line_end].rotate_right(1);
        mended[end] = bytes[start];
    }
}

/// Brackets that are open, by kind: a `)` never closes a `{`.
#[derive(Default)]
struct Open {
    round: usize,
    square: usize,
    curly: usize,
}

impl Open {
    fn depth(&self) -> usize {
        self.round + self.square + self.curly
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'(' => self.round += 1,
            b'[' => self.square += 1,
            b'{' => self.curly += 1,
            b')' => self.round = self.round.saturating_sub(1),
            b']' => self.square = self.square.saturating_sub(1),
            b'}' => self.curly = self.curly.saturating_sub(1),
            // No bracketed expression reaches over the end of a statement.
            _ => (self.round, self.square) = (0, 0),
        }
    }
}

/// Does the statement go on behind this block?
fn goes_on(source: &str, behind: usize) -> bool {
    let next = tokens(&source[behind..]).next();
    next.is_none_or(|token| token.kind == TokenKind::Sign || token.is_word("else") || token.is_word("catch"))
}

/// A text over several lines whose closing quote touches a word or a quote has run into the next text.
fn swallows_code(source: &str, start: usize, end: usize) -> bool {
    let bytes = source.as_bytes();
    if !bytes[start..end].contains(&b'\n') {
        return false;
    }
    let next = end + bytes[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match bytes.get(next) {
        Some(b'"' | b'\'') => true,
        Some(&byte) if is_name_byte(byte) => {
            let rest = &source[next..];
            let word = &rest[..rest.bytes().take_while(|byte| is_name_byte(*byte)).count()];
            let is_operator = ["in", "is", "not"].iter().any(|known| word.eq_ignore_ascii_case(known));
            // `"…" subject : x` goes on with the next entry of a task block.
            let is_key = rest[word.len()..].trim_start_matches([' ', '\t']).starts_with(':');
            !is_operator && !is_key
        }
        _ => false,
    }
}

/// Where an unclosed text most likely ends: before the signs at the end of its line.
fn end_of_text_on_line(bytes: &[u8], start: usize, line_end: usize) -> usize {
    let line = &bytes[start + 1..line_end];
    let kept = line.iter().rposition(|byte| !b" \t\r;,)]}\\".contains(byte)).map_or(0, |last| last + 1);
    // A backslash before the closing quote is the usual cause; the quote itself is part of the text then.
    start + 1 + kept
}
