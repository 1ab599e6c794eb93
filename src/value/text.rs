//! Texts: short ones in place, longer ones shared and growing in place.
//!
//! A text of up to 14 bytes lives inside the value, so that map keys, codes and digits cost no
//! allocation; comparing two of them is comparing 15 bytes. A longer one is one shared `String`,
//! to which `text = text + …` appends without copying while nobody else holds it.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// The longest text that lives in place, in bytes.
pub const INLINE: usize = 14;

/// A piece of Unicode text, never changed behind another holder's back.
#[derive(Clone)]
pub enum Text {
    Short(Short),
    Long(Rc<String>),
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
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; INLINE];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { len: text.len() as u8, bytes })
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
            None => Text::Long(Rc::new(text.to_owned())),
        }
    }

    #[inline]
    pub fn as_str(&self) -> &str {
        match self {
            Text::Short(short) => short.as_str(),
            Text::Long(long) => long,
        }
    }

    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Text::Short(short) => short.as_bytes(),
            Text::Long(long) => long.as_bytes(),
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
                        let mut long = String::with_capacity(end.max(32));
                        long.push_str(short.as_str());
                        long.push_str(more);
                        *self = Text::Long(Rc::new(long));
                    }
                }
            }
            Text::Long(long) => match Rc::get_mut(long) {
                Some(unique) => unique.push_str(more),
                None => {
                    let mut copy = String::with_capacity(long.len() + more.len());
                    copy.push_str(long);
                    copy.push_str(more);
                    *long = Rc::new(copy);
                }
            },
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
        match Short::new(&text) {
            Some(short) => Text::Short(short),
            None => Text::Long(Rc::new(text)),
        }
    }
}

impl PartialEq for Text {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Text::Short(a), Text::Short(b)) => a == b,
            (Text::Long(a), Text::Long(b)) => Rc::ptr_eq(a, b) || a == b,
            // A long text may have become short only through growth from short, never the reverse; compare anyway.
            (a, b) => a.as_bytes() == b.as_bytes(),
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
    fn texts_are_equal_by_content_on_both_sides_of_the_inline_limit() {
        for size in [0, 13, 14, 15, 40] {
            let content = "x".repeat(size);
            assert_eq!(Text::new(&content), Text::from(content.clone()));
            assert_ne!(Text::new(&content), Text::from(content + "y"));
        }
        assert_ne!(Text::new("a"), Text::new("a\0"));
    }
}
