//! Texts: short ones in place, longer ones shared and growing in place.
//!
//! A text of up to 14 bytes lives inside the value, so that map keys, codes and digits cost no
//! allocation; comparing two of them is comparing 15 bytes. A longer one is one shared block,
//! to which `text = text + …` appends without copying while nobody else holds it.

use super::long::Long;
use std::hash::{Hash, Hasher};

/// The longest text that lives in place, in bytes.
pub const INLINE: usize = 14;

/// A piece of Unicode text, never changed behind another holder's back.
#[derive(Clone)]
pub enum Text {
    Short(Short),
    Long(Long),
}

/// At most [`INLINE`] bytes of UTF-8, zero-filled behind the end.
#[derive(Clone, Copy, Eq)]
pub struct Short {
    len: u8,
    bytes: [u8; INLINE],
}

impl PartialEq for Short {
    /// As two overlapping words, which a scan of keys compares in line.
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        let words = |short: &Short| {
            let (first, last) = (short.bytes.first_chunk().copied(), short.bytes.last_chunk().copied());
            (first.map(u64::from_ne_bytes), last.map(u64::from_ne_bytes))
        };
        self.len == other.len && words(self) == words(other)
    }
}

impl Short {
    /// Puts the bytes together in registers: what is copied piece by piece keeps its next reader waiting.
    #[inline]
    pub fn new(text: &str) -> Option<Self> {
        let (from, len) = (text.as_bytes(), text.len());
        if len > INLINE {
            return None;
        }
        // Two words that overlap where they meet hold the whole.
        let (low, high) = if let (Some(first), Some(last)) = (from.first_chunk(), from.last_chunk()) {
            let behind = u64::from_le_bytes(*last).checked_shr(8 * (16 - len as u32)).unwrap_or(0);
            (u64::from_le_bytes(*first), behind)
        } else if let (Some(first), Some(last)) = (from.first_chunk(), from.last_chunk()) {
            (u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (len - 4)), 0)
        } else {
            (from.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0)
        };
        let mut bytes = [0; INLINE];
        bytes[..8].copy_from_slice(&low.to_le_bytes());
        bytes[8..].copy_from_slice(&high.to_le_bytes()[..INLINE - 8]);
        Some(Self { len: len as u8, bytes })
    }

    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }

    #[inline]
    #[allow(unsafe_code)]
    pub fn as_str(&self) -> &str {
        // SAFETY: every constructor copies whole `str`s, and nothing else writes the bytes.
        unsafe { std::str::from_utf8_unchecked(self.as_bytes()) }
    }
}

impl Text {
    pub const EMPTY: Text = Text::Short(Short { len: 0, bytes: [0; INLINE] });

    #[inline]
    pub fn new(text: &str) -> Self {
        match Short::new(text) {
            Some(short) => Text::Short(short),
            None => Text::Long(Long::with_room(text, 0)),
        }
    }

    #[inline]
    pub fn as_str(&self) -> &str {
        match self {
            Text::Short(short) => short.as_str(),
            Text::Long(long) => long.as_str(),
        }
    }

    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Text::Short(short) => short.as_bytes(),
            Text::Long(long) => long.as_str().as_bytes(),
        }
    }

    #[inline(never)]
    fn eq_of_any_length(&self, other: &Self) -> bool {
        match (self, other) {
            (Text::Long(a), Text::Long(b)) => a.is(b) || a.as_str() == b.as_str(),
            (a, b) => a.as_bytes() == b.as_bytes(),
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the text's own first `len` bytes, which end at a character.
    pub fn push_own(&mut self, len: usize) {
        match self {
            Text::Short(short) => {
                let own = *short;
                self.push_str(own.as_str().get(..len).unwrap_or_default());
            }
            Text::Long(long) => long.push_own(len),
        }
    }

    /// Keeps the first `len` bytes, which end at a character.
    pub fn truncate(&mut self, len: usize) {
        *self = match self {
            Text::Long(long) if len > INLINE => return long.truncate(len),
            _ => Text::new(self.get(..len).unwrap_or(self)),
        };
    }

    /// With the letters `a` to `z` in upper case.
    pub fn ascii_upper(&self) -> Self {
        self.recased(<[u8]>::make_ascii_uppercase, str::to_ascii_uppercase)
    }

    /// With the letters `A` to `Z` in lower case.
    pub fn ascii_lower(&self) -> Self {
        self.recased(<[u8]>::make_ascii_lowercase, str::to_ascii_lowercase)
    }

    /// A short text is changed in place, by the first; a long one is made anew, by the second.
    #[inline(always)]
    fn recased(&self, short: impl Fn(&mut [u8]), long: impl Fn(&str) -> String) -> Self {
        match *self {
            Text::Short(mut changed) => {
                short(&mut changed.bytes);
                Text::Short(changed)
            }
            Text::Long(ref text) => Text::from(long(text.as_str())),
        }
    }

    /// Appends in place when this is the only holder, else to a copy.
    pub fn push_str(&mut self, more: &str) {
        match self {
            Text::Short(short) => {
                let end = short.len as usize + more.len();
                match short.bytes.get_mut(short.len as usize..end) {
                    Some(free) => {
                        free.copy_from_slice(more.as_bytes());
                        short.len = end as u8;
                    }
                    None => {
                        let mut long = Long::with_room(short.as_str(), end.max(32));
                        long.push_str(more);
                        *self = Text::Long(long);
                    }
                }
            }
            Text::Long(long) => long.push_str(more),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text::new(&text)
    }
}

impl PartialEq for Text {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Text::Short(a), Text::Short(b)) => a == b,
            _ => self.eq_of_any_length(other),
        }
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Lets a map keyed by `Text` be asked with a `&str`.
impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl std::ops::Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_grows_in_place_and_leaves_other_holders_alone() {
        let mut text = Text::new("");
        for _ in 0..40 {
            text.push_str("é1");
        }
        let before = text.clone();
        text.push_str("!");
        assert_eq!(before.as_str(), "é1".repeat(40));
        assert_eq!(text.as_str(), "é1".repeat(40) + "!");
    }

    #[test]
    fn a_text_doubles_itself() {
        for content in ["", "é", "0123456", "01234567", "0123456789abcdef"] {
            let mut text = Text::new(content);
            let other = text.clone();
            text.push_str("|");
            text.push_own(content.len());
            assert_eq!((text.as_str(), other.as_str()), (format!("{content}|{content}").as_str(), content));
        }
    }

    #[test]
    fn a_text_cut_short_is_the_shorter_text() {
        let long = Text::new("0123456789abcdefghij");
        for len in [0, 3, 14, 15, 20] {
            let mut cut = long.clone();
            cut.truncate(len);
            assert_eq!(cut, Text::new(&long[..len]));
            assert_eq!(matches!(cut, Text::Short(_)), len <= INLINE);
            let mut short = Text::new("abc");
            short.push_str("0123456789abcdef");
            short.truncate(3);
            assert!(matches!(short, Text::Short(_)) && short == Text::new("abc"));
        }
        assert_eq!(long.as_str(), "0123456789abcdefghij");
    }

    #[test]
    fn short_texts_hold_every_length() {
        let all = "abcdefghijklmno";
        for len in 0..=all.len() {
            let short = Short::new(&all[..len]);
            assert_eq!(short.map(|short| short.as_str().to_owned()), (len <= INLINE).then(|| all[..len].to_owned()));
        }
    }

    #[test]
    fn texts_are_equal_by_content_on_both_sides_of_the_inline_limit() {
        for size in [0, 13, 14, 15, 40] {
            let content = "x".repeat(size);
            assert_eq!(Text::new(&content), Text::from(content.clone()));
            assert_ne!(Text::new(&content), Text::from(content + "y"));
        }
        assert_ne!(Text::new("a"), Text::new("a\0"));
    }
}
