//! Built-ins: encryption.

builtins! { ENCRYPTION on Nothing {
}}
