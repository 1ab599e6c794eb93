//! A piece of source text and places in it.
//!
//! Knows lines and columns, nothing of Deluge. Everything that points at a place
//! holds a [`Span`] and asks the [`Source`] only when a person has to read it.

use std::sync::Arc;

/// A half-open range of byte offsets in one source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        // Sources over 4 GiB are refused before they are parsed.
        Self { start: start as u32, end: end as u32 }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A named source text with its line starts. Cheap to clone.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        Self(Arc::new(Inner { name: name.into(), text, line_starts }))
    }

    /// The file's path as the user gave it, or `<input>`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text under a span; empty when the span is not of this source.
    pub fn slice(&self, span: Span) -> &str {
        self.0.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.0.line_starts.partition_point(|start| *start <= offset) as u32
    }

    /// The line and the column of a byte offset, both from 1; columns count characters.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.0.line_starts[line as usize - 1] as usize;
        let end = floor_char_boundary(&self.0.text, offset as usize);
        let column = self.0.text[start.min(end)..end].chars().count() as u32 + 1;
        (line, column)
    }

    /// The text of a line (from 1) without its line break.
    pub fn line_text(&self, line: u32) -> &str {
        let starts = &self.0.line_starts;
        let Some(&start) = starts.get(line as usize - 1) else { return "" };
        let end = starts.get(line as usize).map_or(self.0.text.len(), |next| *next as usize);
        self.0.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let source = Source::new("x.dg", "a = 1;\ninfo \"é\" + b;\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(7), (2, 1));
        assert_eq!(source.position(7 + "info \"é\" ".len() as u32), (2, 10));
        assert_eq!(source.line_text(2), "info \"é\" + b;");
        assert_eq!(source.position(10_000), (3, 1));
    }
}
