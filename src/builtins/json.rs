//! Built-ins: json.

builtins! { JSON on Text {
}}
