//! The syntax layer: what parses, what does not, and how mistakes read.

mod syntax {
    pub mod accepts;
    pub mod mistakes;
    pub mod robust;
    pub mod tree;
}
