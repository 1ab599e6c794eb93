//! KEY-VALUE: pairs in insertion order, keys compared by their text, shared by reference.
//!
//! Up to [`SMALL`] pairs are a plain vector of values beside a shared list of keys that is scanned,
//! which for the records of an API is several times faster than hashing; larger maps get an index.

use super::keys::{Guess, Keys};
use super::list::List;
use super::text::Text;
use super::{Value, nesting};
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use std::cell::{OnceCell, Ref, RefCell};
use std::rc::Rc;

/// The largest map that is scanned rather than hashed.
pub const SMALL: usize = 16;

/// A shared map. Cloning it makes another name for the same map.
#[derive(Clone)]
pub struct Map(Rc<Inner>);

struct Inner {
    pairs: RefCell<Pairs>,
    /// What few maps have.
    rare: OnceCell<Box<Rare>>,
}

#[derive(Default)]
struct Rare {
    /// Keys that were no text when put, by their text; `keys()` gives them back as they were.
    odd_keys: RefCell<IndexMap<Text, Value>>,
    /// Whether the map was written `{}`, and the list that it became at its first `add`.
    braces: bool,
    list: OnceCell<List>,
    /// What is read as `map.name`, beside the pairs.
    fields: OnceCell<Map>,
}

/// Pairs in insertion order, by text key.
#[derive(Clone)]
pub enum Pairs {
    Few(Few),
    Many(Box<IndexMap<Text, Value, RandomState>>),
}

/// Up to [`SMALL`] pairs: values of its own, keys shared with the maps that have the same.
#[derive(Clone, Default)]
pub struct Few {
    /// As many as there are values; none when empty.
    keys: Option<Rc<Keys>>,
    values: Vec<Value>,
}

impl Default for Pairs {
    fn default() -> Self {
        Pairs::Few(Few::default())
    }
}

impl Few {
    #[inline]
    fn names(&self) -> &[Text] {
        self.keys.as_ref().map_or(&[], |keys| keys.names())
    }

    #[inline]
    fn position(&self, key: &Text) -> Option<usize> {
        self.keys.as_ref()?.position(key)
    }

    fn position_str(&self, key: &str) -> Option<usize> {
        self.names().iter().position(|name| name.as_bytes() == key.as_bytes())
    }

    /// Sets a key; gives the value back when the map is full.
    #[inline(always)]
    fn put(&mut self, key: &Text, value: Value) -> Result<(), Value> {
        // A new key that follows as it did in the map before, with room for it.
        if self.values.len() < self.values.capacity()
            && let Some(keys) = &self.keys
            && let Some(grown) = keys.known(key)
        {
            self.values.push(value);
            self.keys = Some(grown);
            return Ok(());
        }
        self.put_otherwise(key, value)
    }

    #[inline(never)]
    fn put_otherwise(&mut self, key: &Text, value: Value) -> Result<(), Value> {
        let full = self.values.len() == SMALL;
        let grown = match &self.keys {
            None => Keys::first(key),
            Some(keys) => match keys.known(key) {
                Some(_) if full => return Err(value),
                Some(grown) => grown,
                None => {
                    if let Some(at) = keys.position(key) {
                        self.values[at].replace_with(value);
                        return Ok(());
                    }
                    if full {
                        return Err(value);
                    }
                    keys.with(key)
                }
            },
        };
        self.push(grown, value);
        Ok(())
    }

    /// Adds a value under the last of the new keys.
    #[inline]
    fn push(&mut self, grown: Rc<Keys>, value: Value) {
        if self.values.len() == self.values.capacity() {
            self.make_room(&grown);
        }
        self.values.push(value);
        self.keys = Some(grown);
    }

    /// Room for what maps of these keys usually take: records are many, and their last room stays empty.
    #[inline(never)]
    fn make_room(&mut self, grown: &Rc<Keys>) {
        let usual = grown.usual_length().min(SMALL);
        self.values.reserve_exact(usual.saturating_sub(self.values.len()).max(1));
    }

    fn remove(&mut self, key: &Text) -> Option<Value> {
        let at = self.position(key)?;
        let rest = std::mem::take(self);
        let mut removed = None;
        for (place, (name, value)) in rest.into_iter().enumerate() {
            if place == at {
                removed = Some(value);
            } else if self.put(&name, value).is_err() {
                break;
            }
        }
        removed
    }

    fn into_iter(self) -> impl Iterator<Item = (Text, Value)> {
        let keys = self.keys;
        self.values.into_iter().enumerate().map(move |(at, value)| {
            let name = keys.as_ref().and_then(|keys| keys.names().get(at));
            (name.cloned().unwrap_or(Text::EMPTY), value)
        })
    }
}

impl Pairs {
    pub fn len(&self) -> usize {
        match self {
            Pairs::Few(few) => few.values.len(),
            Pairs::Many(many) => many.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub fn get(&self, key: &Text) -> Option<&Value> {
        match self {
            Pairs::Few(few) => few.values.get(few.position(key)?),
            Pairs::Many(many) => many.get(key),
        }
    }

    /// Like [`Pairs::get`], for a place in a script that reads the same key of one map after another.
    #[inline(always)]
    pub fn get_near(&self, key: &Text, guess: &Guess) -> Option<&Value> {
        match self {
            Pairs::Few(few) => few.values.get(few.keys.as_ref()?.position_near(key, guess)?),
            Pairs::Many(many) => many.get(key),
        }
    }

    pub fn get_str(&self, key: &str) -> Option<&Value> {
        match self {
            Pairs::Few(few) => few.values.get(few.position_str(key)?),
            Pairs::Many(many) => many.get(key),
        }
    }

    /// Sets a key; a key that exists keeps its place.
    pub fn put(&mut self, key: Text, value: Value) {
        self.set(&key, value);
    }

    #[inline(always)]
    fn set(&mut self, key: &Text, value: Value) {
        match self {
            Pairs::Few(few) => {
                if let Err(value) = few.put(key, value) {
                    self.become_many(key, value);
                }
            }
            Pairs::Many(many) => {
                many.insert(key.clone(), value);
            }
        }
    }

    #[cold]
    fn become_many(&mut self, key: &Text, value: Value) {
        if let Pairs::Few(few) = self {
            let mut many: IndexMap<Text, Value, RandomState> = std::mem::take(few).into_iter().collect();
            many.insert(key.clone(), value);
            *self = Pairs::Many(Box::new(many));
        }
    }

    /// The keys with one more, when other maps with these keys have had it next.
    #[inline]
    pub fn expected(&self, key: &str) -> Option<Rc<Keys>> {
        match self {
            Pairs::Few(few) if few.values.len() < SMALL => Keys::next_of(few.keys.as_deref(), key),
            Pairs::Few(_) | Pairs::Many(_) => None,
        }
    }

    /// Adds a value under the key that [`Pairs::expected`] found.
    #[inline]
    pub fn push_expected(&mut self, keys: Rc<Keys>, value: Value) {
        if let Pairs::Few(few) = self {
            few.push(keys, value);
        }
    }

    /// Takes a pair out; the others keep their order.
    pub fn remove(&mut self, key: &Text) -> Option<Value> {
        match self {
            Pairs::Few(few) => few.remove(key),
            Pairs::Many(many) => many.shift_remove(key),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Value)> {
        let (few, many) = match self {
            Pairs::Few(few) => (few.names().iter().zip(&few.values), None),
            Pairs::Many(many) => ([].iter().zip(&[]), Some(many)),
        };
        few.chain(many.into_iter().flat_map(|many| many.iter()))
    }

    fn take_values(&mut self) -> Vec<Value> {
        match std::mem::take(self) {
            Pairs::Few(few) => few.values,
            Pairs::Many(many) => many.into_values().collect(),
        }
    }
}

impl FromIterator<(Text, Value)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (Text, Value)>>(pairs: I) -> Self {
        let mut all = Pairs::default();
        pairs.into_iter().for_each(|(key, value)| all.put(key, value));
        all
    }
}

impl Map {
    pub fn new() -> Self {
        Self::from_pairs(Pairs::default())
    }

    pub fn from_pairs(pairs: Pairs) -> Self {
        Self(Rc::new(Inner { pairs: RefCell::new(pairs), rare: OnceCell::new() }))
    }

    /// `{}`: a map, until something is added to it as to a list.
    pub fn braces() -> Self {
        let rare = Box::new(Rare { braces: true, ..Rare::default() });
        Self(Rc::new(Inner { pairs: RefCell::default(), rare: OnceCell::from(rare) }))
    }

    /// The list that `{}` has become.
    #[inline]
    pub fn became_list(&self) -> Option<&List> {
        self.0.rare.get()?.list.get()
    }

    /// Turns `{}` into a list; none for a map that was not written as `{}` or that has pairs.
    pub fn become_list(&self) -> Option<&List> {
        let rare = self.0.rare.get().filter(|rare| rare.braces)?;
        self.is_empty().then(|| rare.list.get_or_init(List::new))
    }

    /// Puts fields beside the pairs, once: the `status` and `headers` of a reply.
    pub fn set_fields(&self, fields: Map) {
        let _ = self.0.rare.get_or_init(Box::default).fields.set(fields);
    }

    /// A field beside the pairs, by its name in lower case.
    pub fn field(&self, name: &str) -> Option<Value> {
        self.0.rare.get()?.fields.get()?.get_str(name)
    }

    pub fn len(&self) -> usize {
        self.0.pairs.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub fn get(&self, key: &Text) -> Option<Value> {
        self.0.pairs.borrow().get(key).cloned()
    }

    /// The pairs, for reading. Do not run script code while holding them.
    #[inline(always)]
    pub fn borrow(&self) -> Ref<'_, Pairs> {
        self.0.pairs.borrow()
    }

    pub fn get_str(&self, key: &str) -> Option<Value> {
        self.0.pairs.borrow().get_str(key).cloned()
    }

    pub fn contains(&self, key: &Text) -> bool {
        self.0.pairs.borrow().get(key).is_some()
    }

    pub fn put(&self, key: Text, value: Value) {
        self.set(&key, value);
    }

    /// Sets a key; gives the number of pairs then.
    #[inline(always)]
    pub fn set(&self, key: &Text, value: Value) -> usize {
        let mut pairs = self.0.pairs.borrow_mut();
        pairs.set(key, value);
        pairs.len()
    }

    pub fn put_str(&self, key: &str, value: Value) {
        self.put(Text::new(key), value);
    }

    /// Sets a key that is no text; `text` is its text form.
    pub fn put_odd(&self, key: Value, text: Text, value: Value) {
        let rare = self.0.rare.get_or_init(Box::default);
        rare.odd_keys.borrow_mut().entry(text.clone()).or_insert(key);
        self.put(text, value);
    }

    pub fn remove(&self, key: &Text) -> Option<Value> {
        if let Some(rare) = self.0.rare.get() {
            rare.odd_keys.borrow_mut().shift_remove(key);
        }
        self.0.pairs.borrow_mut().remove(key)
    }

    pub fn clear(&self) {
        if let Some(rare) = self.0.rare.get() {
            rare.odd_keys.borrow_mut().clear();
        }
        *self.0.pairs.borrow_mut() = Pairs::default();
    }

    /// The keys in order, of the types they were put with.
    pub fn keys(&self) -> Vec<Value> {
        let odd = self.0.rare.get().map(|rare| rare.odd_keys.borrow());
        let original = |key: &Text| odd.as_ref().and_then(|odd| odd.get(key).cloned());
        self.0.pairs.borrow().iter().map(|(key, _)| original(key).unwrap_or(Value::Text(key.clone()))).collect()
    }

    /// Runs over the pairs. Do not run script code inside.
    pub fn with<R>(&self, read: impl FnOnce(&Pairs) -> R) -> R {
        read(&self.0.pairs.borrow())
    }

    /// The pairs as they are now.
    pub fn snapshot(&self) -> Pairs {
        self.0.pairs.borrow().clone()
    }

    /// Whether both are names of the same map.
    pub fn is(&self, other: &Map) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<(Text, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Text, Value)>>(pairs: I) -> Self {
        Self::from_pairs(pairs.into_iter().collect())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let pairs = self.pairs.get_mut();
        let nested = match pairs {
            Pairs::Few(few) => few.values.iter().any(nesting::is_container),
            Pairs::Many(many) => many.values().any(nesting::is_container),
        };
        if nested {
            nesting::drop_children(pairs.take_values());
        }
    }
}
