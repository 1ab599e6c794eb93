//! Built-ins: number.

builtins! { NUMBER on Number {
}}
