//! Built-ins: map.

builtins! { MAP on Map {
}}
