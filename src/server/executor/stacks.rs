//! Stacks of one thread, used again and again.

use crate::hosts::parked::new_stack;
use corosensei::stack::DefaultStack;
use std::cell::RefCell;
use std::io;

/// Stacks kept for the next execution; more are given back to the system.
const KEPT: usize = 256;

#[derive(Default)]
pub struct Stacks(RefCell<Vec<DefaultStack>>);

impl Stacks {
    /// A stack, fresh or used.
    pub fn take(&self) -> io::Result<DefaultStack> {
        let kept = self.0.borrow_mut().pop();
        kept.map_or_else(new_stack, Ok)
    }

    pub fn give_back(&self, stack: DefaultStack) {
        let mut kept = self.0.borrow_mut();
        if kept.len() < KEPT {
            kept.push(stack);
        }
    }
}
