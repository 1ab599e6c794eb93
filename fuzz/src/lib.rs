//! What the fuzz targets share.

use ararat::Source;
use ararat::diagnostic::Diagnostic;
use ararat::value::{Dialect, Settings};

/// The dialect that an input's first byte stands for, and the rest of it as text.
pub fn script(data: &[u8]) -> Option<(Dialect, &str)> {
    let (first, text) = data.split_first()?;
    let (_, dialect) = Dialect::ALL[usize::from(*first) % Dialect::ALL.len()];
    Some((dialect, std::str::from_utf8(text).ok()?))
}

pub fn settings(dialect: Dialect) -> Settings {
    Settings { dialect, ..Settings::default() }
}

/// Prints a message in both of its forms: places must lie inside the source.
pub fn render(diagnostic: &Diagnostic, source: &Source) {
    assert!(diagnostic.span.start <= diagnostic.span.end);
    assert!(diagnostic.span.end as usize <= source.text().len());
    assert!(!diagnostic.render(source).is_empty());
    assert!(!diagnostic.to_json(source).is_empty());
}
