//! COLLECTION: either indexed like a list or keyed like a map, fixed by its first element.

use super::map::Pairs;
use super::{Value, nesting};
use crate::fault::Fault;
use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

/// A shared collection.
#[derive(Clone)]
pub struct Collection(Rc<Inner>);

struct Inner(RefCell<Contents>);

#[derive(Clone, Default)]
pub enum Contents {
    /// Nothing inserted yet.
    #[default]
    Undecided,
    Indexed(Vec<Value>),
    Keyed(Pairs),
}

impl Collection {
    pub fn new(contents: Contents) -> Self {
        Self(Rc::new(Inner(RefCell::new(contents))))
    }

    pub fn borrow(&self) -> Ref<'_, Contents> {
        self.0.0.borrow()
    }

    pub fn borrow_mut(&self) -> RefMut<'_, Contents> {
        self.0.0.borrow_mut()
    }

    pub fn len(&self) -> usize {
        match &*self.borrow() {
            Contents::Undecided => 0,
            Contents::Indexed(items) => items.len(),
            Contents::Keyed(pairs) => pairs.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both are names of the same collection.
    pub fn is(&self, other: &Collection) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Contents {
    /// The elements of an indexed (or still empty) collection.
    pub fn indexed(&mut self) -> Result<&mut Vec<Value>, Fault> {
        if matches!(self, Contents::Undecided) {
            *self = Contents::Indexed(Vec::new());
        }
        match self {
            Contents::Indexed(items) => Ok(items),
            Contents::Keyed(_) | Contents::Undecided => {
                Err(Fault::value("a key-value collection takes pairs, not single elements"))
            }
        }
    }

    /// The pairs of a keyed (or still empty) collection.
    pub fn keyed(&mut self) -> Result<&mut Pairs, Fault> {
        if matches!(self, Contents::Undecided) {
            *self = Contents::Keyed(Pairs::default());
        }
        match self {
            Contents::Keyed(pairs) => Ok(pairs),
            Contents::Indexed(_) | Contents::Undecided => {
                Err(Fault::value("an index-value collection takes single elements, not pairs"))
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        match self.0.get_mut() {
            Contents::Undecided => {}
            Contents::Indexed(items) => nesting::drop_children(std::mem::take(items)),
            Contents::Keyed(pairs) => {
                nesting::drop_children(std::mem::take(pairs).iter().map(|(_, value)| value.clone()).collect());
            }
        }
    }
}
