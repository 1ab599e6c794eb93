//! Built-ins: collection.

builtins! { COLLECTION on Collection {
}}
