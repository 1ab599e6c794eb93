//! Text to tree: the grammar, the builder and the tree itself.

pub mod ast;
