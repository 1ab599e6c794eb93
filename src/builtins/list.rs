//! Built-ins: list.

builtins! { LIST on List {
}}
