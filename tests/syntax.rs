//! The syntax layer: what parses, what does not, and how mistakes read.

// Tests read files and clocks themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod syntax {
    pub mod accepts;
    pub mod mistakes;
    pub mod robust;
    pub mod tree;
}
