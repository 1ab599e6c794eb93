//! Built-ins: date.

builtins! { DATE on Date {
}}
