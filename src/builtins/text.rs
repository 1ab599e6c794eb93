//! Built-ins on TEXT.

builtins! { TEXT on Text {
    /// The number of characters, blanks included.
    ///
    /// ```dg
    /// info "Deluge".length();  // => 6
    /// ```
    "length" | "len" => fn length(text: &str) -> i64 {
        text.chars().count() as i64
    }
}}
