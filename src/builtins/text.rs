//! Built-ins that ask something of a TEXT: length, search, comparison, parts.
//!
//! Positions count characters (Unicode scalar values) from 0. What changes a text is in
//! `text_edit`; patterns are in `regex`.

use super::fold;
use super::regex;
use crate::fault::{Fault, FaultKind};
use crate::value::{List, Text, Value};

builtins! { TEXT on Text {
    /// The number of characters, blanks included.
    ///
    /// ```dg
    /// info "Deluge".length();  // => 6
    /// info len("a b");         // => 3
    /// ```
    "length" | "len" => fn length(text: &str) -> i64 {
        char_count(text) as i64
    }

    /// Whether the text holds another one, in the same case.
    ///
    /// ```dg
    /// info "Zoho Creator".contains("Creator");  // => true
    /// info "Zoho Creator".contains("creator");  // => false
    /// ```
    "contains" => fn contains(text: &str, search: &str) -> bool {
        text.contains(search)
    }

    /// Whether the text holds another one, whatever the case. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "Zoho Creator".containsIgnoreCase("CREATOR");  // => true
    /// ```
    "containsIgnoreCase" => fn contains_ignore_case[cx](text: &str, search: &str) -> Result<bool, Fault> {
        fold::check_size(text, cx)?;
        Ok(fold::find(text, search).is_some())
    }

    /// Whether the text does not hold another one, in the same case.
    ///
    /// ```dg
    /// info "Zoho Creator".notContains("CREATOR");  // => true
    /// ```
    "notContains" => fn not_contains(text: &str, search: &str) -> bool {
        !text.contains(search)
    }

    /// Whether the text begins with another one, in the same case.
    ///
    /// ```dg
    /// info "Zoho Creator".startsWith("Zoho");  // => true
    /// ```
    "startsWith" => fn starts_with(text: &str, search: &str) -> bool {
        text.starts_with(search)
    }

    /// Whether the text begins with another one, whatever the case. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "Zoho Creator".startsWithIgnoreCase("zoho");  // => true
    /// ```
    "startsWithIgnoreCase" => fn starts_with_ignore_case[cx](text: &str, search: &str) -> Result<bool, Fault> {
        fold::check_size(text, cx)?;
        Ok(fold::starts_with(text, search))
    }

    /// Whether the text ends with another one, in the same case.
    ///
    /// ```dg
    /// info "Zoho Creator".endsWith("creator");  // => false
    /// ```
    "endsWith" => fn ends_with(text: &str, search: &str) -> bool {
        text.ends_with(search)
    }

    /// Whether the text ends with another one, whatever the case. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "Zoho Creator".endsWithIgnoreCase("creator");  // => true
    /// ```
    "endsWithIgnoreCase" => fn ends_with_ignore_case[cx](text: &str, search: &str) -> Result<bool, Fault> {
        fold::check_size(text, cx)?;
        Ok(fold::ends_with(text, search))
    }

    /// Whether two texts are the same, whatever the case. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "ZOHO".equalsIgnoreCase("zoho");  // => true
    /// ```
    "equalsIgnoreCase" => fn equals_ignore_case[cx](text: &str, other: &str) -> Result<bool, Fault> {
        fold::check_size(text, cx)?;
        Ok(fold::equal(text, other))
    }

    /// Whether a regular expression (Java's) fits the whole text.
    ///
    /// ```dg
    /// info "ID004500F".matches("[A-Z]{2}[0-9]{6}[A-Z]");  // => true
    /// info "abc123".matches("[0-9]+");                    // => false
    /// ```
    "matches" => fn matches(text: &str, pattern: &str) -> Result<bool, Fault> {
        regex::fits(text, pattern)
    }

    /// The position of the first hit, from 0; -1 without one. Case matters.
    ///
    /// ```dg
    /// info "Hello world".indexOf("o");  // => 4
    /// info "Hello world".find("x");     // => -1
    /// ```
    "indexOf" | "find" => fn index_of(text: &str, search: &str) -> i64 {
        text.find(search).map_or(-1, |at| char_count(&text[..at]) as i64)
    }

    /// The position of the last hit, from 0; -1 without one. Case matters.
    ///
    /// ```dg
    /// info "Hello world".lastIndexOf("o");  // => 7
    /// ```
    "lastIndexOf" => fn last_index_of(text: &str, search: &str) -> i64 {
        text.rfind(search).map_or(-1, |at| char_count(&text[..at]) as i64)
    }

    /// How often the text holds another one, hits not overlapping. Case matters.
    ///
    /// ```dg
    /// info "to be or not to be".getOccurenceCount("be");  // => 2
    /// info "aaa".getOccurenceCount("aa");                 // => 1
    /// ```
    "getOccurenceCount" => fn get_occurence_count(text: &str, search: &str) -> i64 {
        if search.is_empty() { 0 } else { text.matches(search).count() as i64 }
    }

    /// What stands before the first hit; null without one. Case matters.
    ///
    /// ```dg
    /// info "jane@zylker.com".getPrefix("@");  // => jane
    /// info "jane".getPrefix("@");             // => null
    /// ```
    "getPrefix" => fn get_prefix(text: &str, search: &str) -> Option<Text> {
        text.split_once(search).map(|(before, _)| Text::new(before))
    }

    /// What stands behind the first hit; null without one. Case matters.
    ///
    /// ```dg
    /// info "jane@zylker.com".getSuffix("@");  // => zylker.com
    /// info "a-b-c".getSuffix("-");            // => b-c
    /// ```
    "getSuffix" => fn get_suffix(text: &str, search: &str) -> Option<Text> {
        text.split_once(search).map(|(_, behind)| Text::new(behind))
    }

    /// What stands before the first hit in any case; null without one. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "one AND two".getPrefixIgnoreCase(" and ");  // => one
    /// ```
    "getPrefixIgnoreCase" => fn get_prefix_ignore_case[cx](text: &str, search: &str) -> Result<Option<Text>, Fault> {
        fold::check_size(text, cx)?;
        Ok(fold::find(text, search).map(|hit| Text::new(&text[..hit.start])))
    }

    /// What stands behind the first hit in any case; null without one. Texts of up to 300 KB.
    ///
    /// ```dg
    /// info "one AND two".getSuffixIgnoreCase(" and ");  // => two
    /// ```
    "getSuffixIgnoreCase" => fn get_suffix_ignore_case[cx](text: &str, search: &str) -> Result<Option<Text>, Fault> {
        fold::check_size(text, cx)?;
        Ok(fold::find(text, search).map(|hit| Text::new(&text[hit.end..])))
    }

    /// The letters of a text, of any alphabet.
    ///
    /// ```dg
    /// info "a1 b2!".getAlpha();  // => ab
    /// ```
    "getAlpha" => fn get_alpha(text: &str) -> String {
        text.chars().filter(|c| c.is_alphabetic()).collect()
    }

    /// The letters and digits of a text, of any alphabet.
    ///
    /// ```dg
    /// info "Due: 25-01-2019".getAlphaNumeric();  // => Due25012019
    /// ```
    "getAlphaNumeric" => fn get_alpha_numeric(text: &str) -> String {
        text.chars().filter(|c| c.is_alphanumeric()).collect()
    }

    /// The part from `start` up to, but not including, `end`; without an `end`, or with a negative one, up to
    /// the end of the text. A position beyond the text is an error, and so is an `end` before `start`.
    ///
    /// ```dg
    /// info "Deluge".subString(0, 3);   // => Del
    /// info "Deluge".subString(3);      // => uge
    /// info "Deluge".subText(4, -1);    // => ge
    /// info mid("Zoho Deluge", 5, 8);   // => Del
    /// ```
    "subString" | "subText" | "mid" => fn sub_string(text: &str, start: i64, end: Option<i64>) -> Result<Text, Fault> {
        let part = match end {
            Some(end) if end >= 0 => slice(text, start, end),
            Some(_) | None => position(text, start).map(|at| &text[at..]),
        };
        part.map(Text::new).ok_or_else(|| FaultKind::TextIndex.into())
    }

    /// The first `count` characters; the whole text for a negative count. More than there are is an error.
    ///
    /// ```dg
    /// info "Zoho Creator".left(4);  // => Zoho
    /// ```
    "left" => fn left(text: &Text, count: i64) -> Result<Text, Fault> {
        if count < 0 {
            return Ok(text.clone());
        }
        position(text, count).map(|at| Text::new(&text[..at])).ok_or_else(|| FaultKind::TextIndex.into())
    }

    /// The last `count` characters. More than there are, or a negative count, is an error.
    ///
    /// ```dg
    /// info "Zoho Creator".right(7);  // => Creator
    /// ```
    "right" => fn right(text: &str, count: i64) -> Result<Text, Fault> {
        match usize::try_from(count) {
            Ok(0) => Ok(Text::EMPTY),
            Ok(count) => match text.char_indices().rev().nth(count - 1) {
                Some((at, _)) => Ok(Text::new(&text[at..])),
                None => Err(FaultKind::TextIndex.into()),
            },
            Err(_) => Err(FaultKind::TextIndex.into()),
        }
    }

    /// Whether every character is ASCII; true for the empty text.
    ///
    /// ```dg
    /// info "Hello$World123".isAscii();  // => true
    /// info "ß".isAscii();               // => false
    /// ```
    "isAscii" => fn is_ascii(text: &str) -> bool {
        text.is_ascii()
    }

    /// The pieces between separators, empty ones included; a comma unless a separator is given. `""` as the
    /// separator gives the single characters and, as in Java, an empty text behind them.
    ///
    /// ```dg
    /// info "a/b".toList("/");         // => a,b
    /// info ",,".toList().size();      // => 3
    /// info "abc".toList("").size();   // => 4
    /// ```
    "toList" => fn to_list(text: &str, separator: Option<&str>) -> List {
        let separator = separator.unwrap_or(",");
        match separator.as_bytes() {
            [] => {}
            [byte] => {
                let ends = || memchr::memchr_iter(*byte, text.as_bytes());
                let mut pieces = Vec::with_capacity(1 + ends().count());
                let mut start = 0;
                for end in ends() {
                    pieces.push(Value::text(&text[start..end]));
                    start = end + 1;
                }
                pieces.push(Value::text(&text[start..]));
                return List::from_vec(pieces);
            }
            _ => return text.split(separator).map(Value::text).collect(),
        }
        let mut buffer = [0; 4];
        let mut pieces: Vec<Value> = text.chars().map(|c| Value::text(c.encode_utf8(&mut buffer))).collect();
        pieces.push(Value::Text(Text::EMPTY));
        List::from_vec(pieces)
    }

    /// The text as a value of `application/x-www-form-urlencoded`: UTF-8, blanks as `+`.
    ///
    /// ```dg
    /// info encodeUrl("a b&c=ü");  // => a+b%26c%3D%C3%BC
    /// ```
    "encodeUrl" => fn encode_url(text: &str) -> String {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
    }
}}

/// The number of characters.
#[inline]
pub fn char_count(text: &str) -> usize {
    text.chars().count()
}

/// The byte position of a character position; none beyond the end. Plain ASCII up to there costs one scan.
fn position(text: &str, at: i64) -> Option<usize> {
    let at = usize::try_from(at).ok()?;
    match text.as_bytes().get(..at) {
        Some(head) if head.is_ascii() => Some(at),
        // Fewer bytes than characters asked for, or some of them belong to longer characters.
        Some(_) => text.char_indices().map(|(byte, _)| byte).chain([text.len()]).nth(at),
        None => None,
    }
}

/// The characters from `start` up to `end`; none when out of bounds or out of order.
fn slice(text: &str, start: i64, end: i64) -> Option<&str> {
    if start > end {
        return None;
    }
    let from = position(text, start)?;
    let rest = &text[from..];
    let length = position(rest, end - start)?;
    Some(&rest[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_in_ascii_and_beyond() {
        assert_eq!(slice("Deluge", 1, 3), Some("el"));
        assert_eq!(slice("äöü€", 1, 3), Some("öü"));
        assert_eq!(slice("aäb", 2, 3), Some("b"));
        assert_eq!(slice("äöü", 0, 3), Some("äöü"));
        assert_eq!(slice("äöü", 0, 4), None);
        assert_eq!(slice("abc", 4, 4), None);
        assert_eq!(slice("abc", 3, 3), Some(""));
        assert_eq!(slice("abc", 2, 1), None);
        assert_eq!(slice("abc", -1, 1), None);
    }
}
