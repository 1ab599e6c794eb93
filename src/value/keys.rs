//! Key lists that maps of the same make share.
//!
//! The records of one program have the same keys in the same order. Their maps hold one key list
//! together and only their values each: half the memory, and a key that follows as it did in the
//! record before is found by one comparison. Every list knows the lists that grew from it by one
//! key, the last used first.

use super::text::Text;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Lists that one list remembers to have grown into.
const BRANCHES: usize = 8;
/// Lists after which a thread forgets all and starts anew: keys that are data would fill the memory.
const REMEMBERED: u32 = 4096;
/// Longer keys are data rather than names.
const LONGEST_NAME: usize = 64;

/// Distinct keys in order; never changed once made.
pub struct Keys {
    names: Box<[Text]>,
    /// The last of the names, here too: it is compared for each key that is put.
    last: Text,
    grown: Branches,
}

/// Where a reader of many maps found its key the last time: there it looks first.
///
/// Threads may share one; any value is right, since it is only where the search begins.
#[derive(Default)]
pub struct Guess(AtomicU8);

/// Key lists with one key more.
struct Branches(RefCell<Grown>);

struct Grown {
    /// The one that was last used.
    front: Option<Rc<Keys>>,
    behind: Vec<Rc<Keys>>,
}

thread_local! {
    /// Lists of one key.
    static FIRST: Branches = const { Branches::new() };
    static MADE: Cell<u32> = const { Cell::new(0) };
}

impl Keys {
    #[inline]
    pub fn names(&self) -> &[Text] {
        &self.names
    }

    #[inline]
    pub fn position(&self, key: &Text) -> Option<usize> {
        match key {
            Text::Short(key) => self.names.iter().position(|name| matches!(name, Text::Short(name) if name == key)),
            Text::Long(_) => self.names.iter().position(|name| name == key),
        }
    }

    /// Like [`Keys::position`], looking first where the key was in the map before.
    #[inline(always)]
    pub fn position_near(&self, key: &Text, guess: &Guess) -> Option<usize> {
        let first = usize::from(guess.0.load(Relaxed));
        match self.names.get(first) {
            Some(name) if name == key => Some(first),
            _ => self.position_after_guess(key, guess),
        }
    }

    #[inline(never)]
    fn position_after_guess(&self, key: &Text, guess: &Guess) -> Option<usize> {
        let at = self.position(key)?;
        guess.0.store(u8::try_from(at).unwrap_or(0), Relaxed);
        Some(at)
    }

    /// The list of one key.
    pub fn first(key: &Text) -> Rc<Keys> {
        FIRST
            .try_with(|first| first.find(key).unwrap_or_else(|| first.grow(&[], key)))
            .unwrap_or_else(|_| Keys::of(&[], key))
    }

    /// The list with one key more, if a map has had it.
    #[inline(always)]
    pub fn known(&self, key: &Text) -> Option<Rc<Keys>> {
        self.grown.find(key)
    }

    /// The list with one key more, which must not be there yet.
    pub fn with(&self, key: &Text) -> Rc<Keys> {
        self.grown.grow(&self.names, key)
    }

    /// Like [`Keys::known`], from a list that may be empty and with a key not made into a text yet.
    #[inline]
    pub fn next_of(keys: Option<&Keys>, key: &str) -> Option<Rc<Keys>> {
        match keys {
            Some(keys) => keys.grown.find_str(key),
            None => FIRST.try_with(|first| first.find_str(key)).ok().flatten(),
        }
    }

    /// How long the list was in the end when it last grew from here.
    pub fn usual_length(&self) -> usize {
        match &self.grown.0.borrow().front {
            Some(longer) => longer.usual_length(),
            None => self.names.len(),
        }
    }

    fn of(names: &[Text], key: &Text) -> Rc<Keys> {
        let names = names.iter().chain([key]).cloned().collect();
        Rc::new(Keys { names, last: key.clone(), grown: Branches::new() })
    }
}

impl Branches {
    const fn new() -> Self {
        Branches(RefCell::new(Grown { front: None, behind: Vec::new() }))
    }

    #[inline(always)]
    fn find(&self, key: &Text) -> Option<Rc<Keys>> {
        match &self.0.borrow().front {
            None => return None,
            Some(front) if front.last == *key => return Some(Rc::clone(front)),
            Some(_) => {}
        }
        self.find_behind(|name| name == key)
    }

    #[inline]
    fn find_str(&self, key: &str) -> Option<Rc<Keys>> {
        match &self.0.borrow().front {
            None => return None,
            Some(front) if front.last.as_bytes() == key.as_bytes() => return Some(Rc::clone(front)),
            Some(_) => {}
        }
        self.find_behind(|name| name.as_bytes() == key.as_bytes())
    }

    /// Finds a branch that was not the last used, and makes it that.
    #[inline(never)]
    fn find_behind(&self, is: impl Fn(&Text) -> bool) -> Option<Rc<Keys>> {
        let mut grown = self.0.borrow_mut();
        let at = grown.behind.iter().position(|keys| is(&keys.last))?;
        let Grown { front, behind } = &mut *grown;
        if let Some(front) = front {
            std::mem::swap(front, &mut behind[at]);
        }
        front.clone()
    }

    fn grow(&self, names: &[Text], key: &Text) -> Rc<Keys> {
        let keys = Keys::of(names, key);
        if key.len() > LONGEST_NAME {
            return keys;
        }
        let made = MADE.get() + 1;
        MADE.set(made % REMEMBERED);
        if made == REMEMBERED {
            let forgotten = FIRST.try_with(|first| first.0.replace(Grown { front: None, behind: Vec::new() }));
            drop(forgotten);
        }
        let mut grown = self.0.borrow_mut();
        if let Some(before) = grown.front.replace(Rc::clone(&keys)) {
            grown.behind.truncate(BRANCHES - 2);
            grown.behind.insert(0, before);
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Rc<Keys> {
        let mut keys = Keys::first(&Text::new(names[0]));
        for name in &names[1..] {
            let name = Text::new(name);
            keys = keys.known(&name).unwrap_or_else(|| keys.with(&name));
        }
        keys
    }

    #[test]
    fn the_same_keys_in_the_same_order_are_one_list() {
        assert!(Rc::ptr_eq(&list(&["id", "name"]), &list(&["id", "name"])));
        assert!(!Rc::ptr_eq(&list(&["id", "name"]), &list(&["name", "id"])));
    }

    #[test]
    fn the_usual_length_follows_the_last_use() {
        list(&["a", "b", "c", "d"]);
        assert_eq!(list(&["a"]).usual_length(), 4);
        list(&["a", "x"]);
        assert_eq!(list(&["a"]).usual_length(), 2);
    }

    #[test]
    fn keys_that_are_data_do_not_pile_up() {
        for n in 0..3 * REMEMBERED {
            list(&[&format!("k{n}"), "x"]);
        }
        assert!(FIRST.with(|first| first.0.borrow().behind.len()) < BRANCHES);
        let keys = list(&["base"]);
        for n in 0..100 {
            keys.with(&Text::new(&format!("k{n}")));
        }
        assert!(keys.grown.0.borrow().behind.len() < BRANCHES);
    }
}
