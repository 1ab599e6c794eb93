//! Built-ins: xml.

builtins! { XML on Text {
}}
