//! JSON text into values, in one pass over the bytes.
//!
//! As lenient as `toMap` is documented to be: keys and values may stand without quotes or in single
//! ones. Whole numbers of 64 bits and the digits of decimals survive exactly. Nesting uses a list of
//! open containers instead of the stack. Writing is in `json`.

use super::keys::Keys;
use super::map::Pairs;
use super::text::{INLINE, Text};
use super::{List, Map, Number, Value, nesting};
use crate::fault::{Fault, FaultKind};
use std::rc::Rc;

/// Reads a JSON text the way `toMap` does. Lists inside are marked as born from JSON.
///
/// # Errors
/// [`FaultKind::Json`] when the text is no JSON, a `run.value` fault when it nests too deeply.
pub fn read(text: &str) -> Result<Value, Fault> {
    Reader::new(text).document()
}

/// Reads `{a, b}`, the text form of an index-value collection, whose elements are lenient JSON.
pub fn read_elements(text: &str) -> Result<Vec<Value>, Fault> {
    let mut reader = Reader::new(text);
    reader.skip_blanks();
    if reader.peek() != Some(b'{') {
        return Err(FaultKind::Json.into());
    }
    reader.at += 1;
    reader.list_end = b'}';
    let elements = reader.containers(Open::List(Vec::new()))?;
    reader.end()?;
    Ok(elements.as_list().map(|list| list.borrow().to_vec()).unwrap_or_default())
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// What closes the outermost list.
    list_end: u8,
    keys: KeyCache,
}

/// A container whose end has not been read yet.
enum Open {
    List(Vec<Value>),
    Map(OpenMap),
}

struct OpenMap {
    pairs: Pairs,
    key: Key,
}

/// The key that was read last.
enum Key {
    /// It follows as it did in another map: all keys up to it.
    Expected(Rc<Keys>),
    Other(Text),
}

/// Keys too long to live in place, by a hash of their ends, so that equal keys share one allocation.
struct KeyCache(Vec<Option<Text>>);

impl KeyCache {
    const SIZE: usize = 256;

    fn share(&mut self, key: &str) -> Text {
        let bytes = key.as_bytes();
        if bytes.len() <= INLINE {
            return Text::new(key);
        }
        if self.0.is_empty() {
            self.0.resize(Self::SIZE, None);
        }
        let ends = bytes.iter().take(8).chain(bytes.iter().rev().take(8));
        let hash = ends.fold(bytes.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add(*byte as usize));
        let slot = &mut self.0[hash % Self::SIZE];
        match slot {
            Some(known) if known.as_str() == key => known.clone(),
            Some(_) | None => slot.insert(Text::new(key)).clone(),
        }
    }
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader { text, bytes: text.as_bytes(), at: 0, list_end: b']', keys: KeyCache(Vec::new()) }
    }

    fn document(mut self) -> Result<Value, Fault> {
        self.skip_blanks();
        let value = match self.peek() {
            Some(b'{') => {
                self.at += 1;
                let map = self.open_map();
                self.containers(map)?
            }
            Some(b'[') => {
                self.at += 1;
                self.containers(Open::List(Vec::new()))?
            }
            Some(quote @ (b'"' | b'\'')) => Value::Text(self.quoted(quote)?),
            // Words without quotes are for the inside of maps and lists only.
            Some(_) => match self.bare()? {
                Value::Text(_) => return Err(FaultKind::Json.into()),
                value => value,
            },
            None => return Err(FaultKind::Json.into()),
        };
        self.end()?;
        Ok(value)
    }

    /// Nothing but blanks may follow.
    fn end(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        if self.at < self.bytes.len() { Err(broken()) } else { Ok(()) }
    }

    /// Reads on from behind the bracket of `open` to behind its end.
    fn containers(&mut self, open: Open) -> Result<Value, Fault> {
        let mut stack: Vec<Open> = Vec::new();
        let mut open = open;
        // Whether an element may follow: at the start and after a comma.
        let mut fresh = true;
        loop {
            self.skip_blanks();
            let byte = self.peek().ok_or_else(broken)?;
            let outermost = stack.is_empty();
            let end = match &open {
                Open::Map(_) => b'}',
                Open::List(_) if outermost => self.list_end,
                Open::List(_) => b']',
            };
            if byte == end {
                self.at += 1;
                let done = open.close();
                let Some(mut outer) = stack.pop() else { return Ok(done) };
                outer.take(done);
                open = outer;
                fresh = false;
                continue;
            }
            if !fresh {
                if byte != b',' {
                    return Err(broken());
                }
                self.at += 1;
                fresh = true;
                continue;
            }
            if let Open::Map(map) = &mut open {
                self.key(map, byte)?;
            }
            match self.peek().ok_or_else(broken)? {
                b'{' => {
                    self.at += 1;
                    stack.push(open);
                    nesting::check(stack.len())?;
                    open = self.open_map();
                }
                b'[' => {
                    self.at += 1;
                    stack.push(open);
                    nesting::check(stack.len())?;
                    open = Open::List(Vec::new());
                }
                quote @ (b'"' | b'\'') => {
                    let text = self.quoted(quote)?;
                    open.take(Value::Text(text));
                    fresh = false;
                }
                _ => {
                    let value = self.bare()?;
                    open.take(value);
                    fresh = false;
                }
            }
        }
    }

    fn open_map(&self) -> Open {
        Open::Map(OpenMap { pairs: Pairs::default(), key: Key::Other(Text::EMPTY) })
    }

    /// Reads a key and its colon, and goes to its value.
    fn key(&mut self, map: &mut OpenMap, first: u8) -> Result<(), Fault> {
        let plain = match first {
            quote @ (b'"' | b'\'') => {
                let start = self.at + 1;
                let end = self.string_end(start, quote).ok_or_else(broken)?;
                if self.bytes[end] == quote {
                    self.at = end + 1;
                    Ok(&self.text[start..end])
                } else {
                    Err(self.quoted(quote)?)
                }
            }
            _ => {
                let rest = &self.bytes[self.at..];
                let length = rest.iter().position(|byte| b":,{}[]\n\r\"".contains(byte)).ok_or_else(broken)?;
                let word = self.text[self.at..self.at + length].trim_end();
                self.at += length;
                if word.is_empty() {
                    return Err(broken());
                }
                Ok(word)
            }
        };
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(broken());
        }
        self.at += 1;
        self.skip_blanks();
        map.key = match plain {
            Ok(key) => match map.pairs.expected(key) {
                Some(keys) => Key::Expected(keys),
                None => Key::Other(self.keys.share(key)),
            },
            Err(text) => Key::Other(text),
        };
        Ok(())
    }

    /// Reads a text whose opening quote is next.
    fn quoted(&mut self, quote: u8) -> Result<Text, Fault> {
        let start = self.at + 1;
        let mut end = self.string_end(start, quote).ok_or_else(broken)?;
        if self.bytes[end] == quote {
            self.at = end + 1;
            return Ok(Text::new(&self.text[start..end]));
        }
        let mut text = String::with_capacity(64);
        text.push_str(&self.text[start..end]);
        while self.bytes[end] != quote {
            self.at = end + 1;
            text.push(self.escape()?);
            end = self.string_end(self.at, quote).ok_or_else(broken)?;
            text.push_str(&self.text[self.at..end]);
        }
        self.at = end + 1;
        Ok(Text::from(text))
    }

    /// Where the next quote or backslash is.
    fn string_end(&self, from: usize, quote: u8) -> Option<usize> {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGHS: u64 = 0x8080_8080_8080_8080;
        let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let (quotes, slashes) = (ONES * quote as u64, ONES * b'\\' as u64);
        let mut at = from;
        while let Some(chunk) = self.bytes.get(at..at + 8).and_then(|chunk| <[u8; 8]>::try_from(chunk).ok()) {
            let word = u64::from_le_bytes(chunk);
            let hits = has_zero(word ^ quotes) | has_zero(word ^ slashes);
            if hits != 0 {
                // The lowest hit is exact; only higher ones can be false.
                return Some(at + hits.trailing_zeros() as usize / 8);
            }
            at += 8;
        }
        let rest = self.bytes.get(at..)?;
        rest.iter().position(|byte| *byte == quote || *byte == b'\\').map(|found| at + found)
    }

    /// Reads what stands behind a backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let byte = self.peek().ok_or_else(broken)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' | b'\'' => byte as char,
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => self.unicode_escape()?,
            _ => return Err(broken()),
        })
    }

    /// `\u0041`, or two that form one character; a half of such a pair alone is U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let first = self.hex4().ok_or_else(broken)?;
        if (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            match self.hex4() {
                Some(second @ 0xdc00..0xe000) => {
                    let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                Some(_) | None => self.at = before,
            }
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        let code = digits.iter().try_fold(0, |code, digit| Some(code << 4 | (*digit as char).to_digit(16)?))?;
        self.at += 4;
        Some(code)
    }

    /// Reads a value without quotes: a number, `true`, `false`, `null`, else words up to a comma or a bracket.
    fn bare(&mut self) -> Result<Value, Fault> {
        if let Some(n) = self.short_int() {
            return Ok(Value::Int(n));
        }
        let rest = &self.bytes[self.at..];
        let stops = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b'\n' | b'\r');
        let length = rest.iter().position(stops).unwrap_or(rest.len());
        let word = self.text[self.at..self.at + length].trim();
        // An opening bracket or a quote inside a word is a slip, not a word.
        if word.is_empty() || word.bytes().any(|byte| matches!(byte, b'{' | b'[' | b'"')) {
            return Err(broken());
        }
        self.at += length;
        Ok(named(word).or_else(|| number(word)).unwrap_or_else(|| Value::text(word)))
    }

    /// A whole number of up to 18 digits, which cannot overflow.
    fn short_int(&mut self) -> Option<i64> {
        let negative = self.peek() == Some(b'-');
        let start = self.at + negative as usize;
        let mut at = start;
        let mut n = 0i64;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
            if at - start == 18 {
                return None;
            }
            n = n * 10 + (digit - b'0') as i64;
            at += 1;
        }
        let leading_zero = at > start + 1 && self.bytes[start] == b'0';
        let ended = self.bytes.get(at).is_none_or(|byte| matches!(byte, b',' | b'}' | b']'));
        if at == start || leading_zero || !ended {
            return None;
        }
        self.at = at;
        Some(if negative { -n } else { n })
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }
}

impl Open {
    /// Adds a value: to a list, or under the key read last.
    #[inline]
    fn take(&mut self, value: Value) {
        match self {
            Open::List(items) => items.push(value),
            Open::Map(map) => match std::mem::replace(&mut map.key, Key::Other(Text::EMPTY)) {
                Key::Expected(keys) => map.pairs.push_expected(keys, value),
                Key::Other(key) => map.pairs.put(key, value),
            },
        }
    }

    fn close(self) -> Value {
        match self {
            Open::List(items) => Value::List(List::from_json(items)),
            Open::Map(map) => Value::Map(Map::from_pairs(map.pairs)),
        }
    }
}

fn named(word: &str) -> Option<Value> {
    match word.len() {
        4 if word.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        5 if word.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        4 if word.eq_ignore_ascii_case("null") => Some(Value::Null),
        _ => None,
    }
}

/// A number by JSON's own rules: `007` and `+5` are words.
fn number(word: &str) -> Option<Value> {
    let unsigned = word.strip_prefix('-').unwrap_or(word).as_bytes();
    let leading_zero = unsigned.first() == Some(&b'0') && unsigned.get(1).is_some_and(u8::is_ascii_digit);
    if !unsigned.first().is_some_and(u8::is_ascii_digit) || leading_zero || word.ends_with('.') {
        return None;
    }
    Number::parse(word).map(Value::from)
}

#[cold]
fn broken() -> Fault {
    FaultKind::Json.into()
}

#[cfg(test)]
mod tests {
    use super::super::{Settings, json};
    use super::*;

    fn back(text: &str) -> String {
        match read(text) {
            Ok(value) => {
                let mut out = String::new();
                json::write(&value, &Settings::default(), &mut out).expect("shallow");
                out
            }
            Err(fault) => fault.message(),
        }
    }

    #[test]
    fn strict_json_comes_back_as_it_was() {
        for text in [
            r#"{"a":1,"b":[true,false,null],"c":{"d":"x"}}"#,
            r#"[9223372036854775807,-9223372036854775808,12345678901234567890]"#,
            r#"[1.50,0.1,-0.25,100.0]"#,
            r#"{"a long key of more than fourteen":1}"#,
            r#""text""#,
            "[]",
            "{}",
            "[[[]],{}]",
        ] {
            assert_eq!(back(text), text);
        }
    }

    #[test]
    fn lenient_forms_of_the_pages_are_read() {
        assert_eq!(back("{company:Zoho, product:Creator}"), r#"{"company":"Zoho","product":"Creator"}"#);
        assert_eq!(back("{Name:'A B', OrderNo:[343,443,577]}"), r#"{"Name":"A B","OrderNo":[343,443,577]}"#);
        assert_eq!(back("{ zip : 007 , at: 10:30, n: -5 , t: True }"), r#"{"zip":"007","at":"10:30","n":-5,"t":true}"#);
        assert_eq!(back("[1, 2,]"), "[1,2]");
        assert_eq!(back("[a b, 'it\\'s']"), r#"["a b","it's"]"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "  ",
            "plain words",
            "{",
            "[",
            "[1",
            "{a}",
            "{a:}",
            "{\"a\":1",
            "[1,,2]",
            "[1 2",
            "{\"a\" 1}",
            "]",
            "}",
            "[1]]",
            "[1] x",
            "\"open",
            "[\"\\x\"]",
            "[\"\\u12\"]",
            "{:1}",
            "[{]",
            "{a:{b}",
            "'",
            "[\"a\"b]",
            "[a\"b\"]",
        ] {
            assert_eq!(back(text), "Invalid JSON Format String", "{text}");
        }
    }

    #[test]
    fn escapes_and_pairs_of_surrogates_are_decoded() {
        let Ok(Value::Text(text)) = read(r#""a\"\\\/\n\u00e9\ud83d\ude00\ud83dx""#) else { panic!("a text") };
        assert_eq!(text.as_str(), "a\"\\/\né😀\u{fffd}x");
    }

    #[test]
    fn a_repeated_key_keeps_its_place_and_takes_the_later_value() {
        assert_eq!(back(r#"[{"a":1,"b":2},{"a":1,"a":3,"b":2},{"a":1,"b":2,"a":4}]"#), {
            r#"[{"a":1,"b":2},{"a":3,"b":2},{"a":4,"b":2}]"#
        });
    }

    #[test]
    fn records_that_differ_from_the_one_before_are_read_right() {
        let text = r#"[{"a":1,"b":2},{"b":1,"a":2},{"a":1},{"a":1,"c":2},{"a":1,"c":2,"b":3}]"#;
        assert_eq!(back(text), text);
        let many: Vec<String> = (0..40).map(|n| format!("\"key{n}\":{n}")).collect();
        let text = format!("[{{{0}}},{{{0}}}]", many.join(","));
        assert_eq!(back(&text), text);
    }

    #[test]
    fn equal_long_keys_share_one_allocation() {
        let read = read(r#"[{"a key of more than fourteen":1},{"a key of more than fourteen":2}]"#).expect("valid");
        let list = read.as_list().expect("a list").clone();
        let key = |at: usize| match list.get(at) {
            Some(Value::Map(map)) => map.with(|pairs| pairs.iter().next().expect("one").0.clone()),
            _ => panic!("a map"),
        };
        let (Text::Long(a), Text::Long(b)) = (key(0), key(1)) else { panic!("long keys") };
        assert!(a.is(&b));
    }

    #[test]
    fn deep_nesting_is_a_fault_not_a_crash() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&deep(nesting::MAX_DEPTH)).is_ok());
        assert!(read(&deep(1_000_000)).is_err());
        assert!(read(&"{a:".repeat(1_000_000)).is_err());
    }

    #[test]
    fn elements_in_braces_are_read() {
        let elements = read_elements("{company, Zoho, 'x', 5}").expect("elements");
        assert_eq!(elements.len(), 4);
        assert!(read_elements("{a:").is_err() && read_elements("plain").is_err());
    }
}
