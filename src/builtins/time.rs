//! Built-ins: time.

builtins! { TIME on Time {
}}
