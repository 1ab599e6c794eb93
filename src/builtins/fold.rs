//! Comparing texts whatever their case, for the `…IgnoreCase` built-ins.
//!
//! A character equals another when their simple lower-case forms do; lengths in characters never
//! change, so that hits can be cut out of the original text.

use super::Cx;
use crate::fault::Fault;
use std::ops::Range;

/// The documented limit of the `…IgnoreCase` family, in bytes.
const LIMIT: usize = 300 * 1024;

/// A fault for a text beyond the documented limit.
pub fn check_size(text: &str, cx: &Cx<'_>) -> Result<(), Fault> {
    if text.len() <= LIMIT {
        return Ok(());
    }
    let message =
        format!("expected at most 300 KB of text for the function {}, found {} bytes", cx.function, text.len());
    Err(Fault::limit("limit.size", message))
}

/// The first place, in bytes, where `text` holds `search`.
pub fn find(text: &str, search: &str) -> Option<Range<usize>> {
    if text.is_ascii() && search.is_ascii() {
        let start = text.to_ascii_lowercase().find(&search.to_ascii_lowercase())?;
        return Some(start..start + search.len());
    }
    let lowered: String = text.chars().map(lower).collect();
    let wanted: String = search.chars().map(lower).collect();
    let at = lowered.find(&wanted)?;
    // Both have the same number of characters, if not of bytes.
    let skipped = lowered[..at].chars().count();
    let start: usize = text.chars().take(skipped).map(char::len_utf8).sum();
    let length: usize = text[start..].chars().take(search.chars().count()).map(char::len_utf8).sum();
    Some(start..start + length)
}

pub fn equal(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && a.chars().map(lower).eq(b.chars().map(lower)))
}

pub fn starts_with(text: &str, search: &str) -> bool {
    let mut chars = text.chars().map(lower);
    search.chars().map(lower).all(|wanted| chars.next() == Some(wanted))
}

pub fn ends_with(text: &str, search: &str) -> bool {
    let mut chars = text.chars().rev().map(lower);
    search.chars().rev().map(lower).all(|wanted| chars.next() == Some(wanted))
}

/// The simple lower-case form: one character for one.
fn lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lowered = c.to_lowercase();
    match (lowered.next(), lowered.next()) {
        (Some(one), None) => one,
        (Some(_), Some(_)) | (None, _) => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_cut_out_of_the_original_text() {
        assert_eq!(find("Split AND prefix", "and"), Some(6..9));
        // The lower-case form of the Kelvin sign is shorter in bytes.
        assert_eq!(find("K K Straße", "STRA").map(|hit| &"K K Straße"[hit]), Some("Stra"));
        assert_eq!(find("ÄÖÜ", "öü"), Some(2..6));
        assert_eq!(find("abc", ""), Some(0..0));
        assert!(equal("ÄB", "äb") && starts_with("Éa", "é") && ends_with("aÉ", "É") && !ends_with("a", "ba"));
    }
}
