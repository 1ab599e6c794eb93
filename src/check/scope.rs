//! Variables of one function or body: names to slots.
//!
//! Deluge has one scope per function, without blocks. A name is defined from its first assignment
//! in the text on, whichever branch that stands in (`deluge/help/error-messages`).

use crate::program::Slot;
use crate::source::Span;
use std::collections::HashMap;

#[derive(Default)]
pub struct Scope {
    names: Vec<String>,
    slots: HashMap<String, Variable>,
    /// In a bare body, names that are read first are its inputs.
    open: bool,
}

struct Variable {
    slot: Slot,
    /// Where an input was first read.
    input: Option<Span>,
}

impl Scope {
    /// A function's scope: what is not defined is an error.
    pub fn function() -> Self {
        Self::default()
    }

    /// A bare body's scope, with variables that exist already.
    pub fn body(known: &[String]) -> Self {
        let mut scope = Self { open: true, ..Self::default() };
        known.iter().for_each(|name| {
            scope.declare(name);
        });
        scope
    }

    /// The slot of a variable that is being set.
    pub fn declare(&mut self, name: &str) -> Slot {
        match self.slots.get(name) {
            Some(variable) => variable.slot,
            None => self.add(name, None),
        }
    }

    /// The slot of a variable that exists so far.
    pub fn get(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).map(|variable| variable.slot)
    }

    /// Whether a variable has been set so far, not only read.
    pub fn is_assigned(&self, name: &str) -> bool {
        self.slots.get(name).is_some_and(|variable| variable.input.is_none())
    }

    /// Makes a free name an input; none in a function.
    pub fn input(&mut self, name: &str, span: Span) -> Option<Slot> {
        self.open.then(|| self.add(name, Some(span)))
    }

    fn add(&mut self, name: &str, input: Option<Span>) -> Slot {
        let slot = self.names.len() as Slot;
        self.names.push(name.to_owned());
        self.slots.insert(name.to_owned(), Variable { slot, input });
        slot
    }

    /// Name, slot and first place of each input, in the order of first use.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, Slot, Span)> {
        self.names.iter().filter_map(|name| {
            let variable = self.slots.get(name)?;
            Some((name.as_str(), variable.slot, variable.input?))
        })
    }

    /// Known names, for did-you-mean.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}
