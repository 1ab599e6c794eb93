//! Built-ins: statistics.

builtins! { STATISTICS on List {
}}
