//! Built-ins: encoding.

builtins! { ENCODING on Nothing {
}}
