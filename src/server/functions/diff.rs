//! What changed between two versions of a function.

use similar::TextDiff;

/// A unified diff with three lines around each change; empty where nothing changed.
pub fn diff(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    if old == new {
        return String::new();
    }
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(old_name, new_name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_changed() {
        let (old, new) = ("a\nb\nc\n", "a\nB\nc\n");
        assert_eq!(diff(old, new, "old", "new"), "--- old\n+++ new\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(diff(old, old, "old", "new"), "");
    }
}
