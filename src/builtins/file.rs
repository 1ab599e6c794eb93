//! Built-ins: file.

builtins! { FILE on File {
}}
