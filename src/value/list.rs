//! LIST: ordered, of mixed elements, shared by reference.

use super::{Value, nesting};
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

/// A shared list. Cloning it makes another name for the same list.
#[derive(Clone)]
pub struct List(Rc<Inner>);

struct Inner {
    // The outer `Rc` lets a loop hold the elements as they were (a snapshot) while the body changes the list.
    items: RefCell<Rc<Vec<Value>>>,
    from_json: Cell<bool>,
    element: Cell<Element>,
}

/// What a typed list accepts (`List:Int()`); see `deluge/help/create-list-datatype`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Element {
    #[default]
    Any,
    String,
    Int,
    Float,
    Date,
    Bool,
}

impl List {
    pub fn new() -> Self {
        Self::from_vec(Vec::new())
    }

    pub fn from_vec(items: Vec<Value>) -> Self {
        Self(Rc::new(Inner {
            items: RefCell::new(Rc::new(items)),
            from_json: Cell::new(false),
            element: Cell::default(),
        }))
    }

    /// A list that came out of JSON or a task: prints as JSON until `toJSONList()`.
    pub fn from_json(items: Vec<Value>) -> Self {
        let list = Self::from_vec(items);
        list.0.from_json.set(true);
        list
    }

    pub fn typed(element: Element) -> Self {
        let list = Self::new();
        list.0.element.set(element);
        list
    }

    pub fn element(&self) -> Element {
        self.0.element.get()
    }

    pub fn is_from_json(&self) -> bool {
        self.0.from_json.get()
    }

    /// Makes it print as a list made by the script (`toJSONList`).
    pub fn forget_origin(&self) {
        self.0.from_json.set(false);
    }

    pub fn len(&self) -> usize {
        self.0.items.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub fn get(&self, index: usize) -> Option<Value> {
        self.0.items.borrow().get(index).cloned()
    }

    /// Appends; a typed list's conversion has happened before.
    #[inline(always)]
    pub fn push(&self, value: Value) {
        self.change(|items| items.push(value));
    }

    /// The elements, for reading. Do not run script code while holding it.
    pub fn borrow(&self) -> Ref<'_, [Value]> {
        Ref::map(self.0.items.borrow(), |items| items.as_slice())
    }

    /// The elements as they are now; later changes of the list are not seen.
    pub fn snapshot(&self) -> Rc<Vec<Value>> {
        Rc::clone(&self.0.items.borrow())
    }

    /// Changes the elements in place; copies them first if a loop holds a snapshot.
    #[inline]
    pub fn change<R>(&self, change: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        change(Rc::make_mut(&mut self.0.items.borrow_mut()))
    }

    /// Whether both are names of the same list.
    pub fn is(&self, other: &List) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::from_vec(items.into_iter().collect())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(items) = Rc::get_mut(self.items.get_mut())
            && items.iter().any(nesting::is_container)
        {
            nesting::drop_children(std::mem::take(items));
        }
    }
}
