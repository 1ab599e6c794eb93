//! Failures of tests (DG5xx): what `ararat test` finds besides the errors of the scripts themselves.

use super::{Page, outside};

pub const PAGES: &[Page] = &[
    outside(
        "DG501",
        "test.expected",
        "an `info` that printed something else",
        "The comment `// => text` behind an `info` of a test says what it prints, each time it runs; blanks at both ends do \
not count. One that never runs fails the test as well, so an error that is expected is `info e.message;  // => text` in the `catch`.",
    ),
    outside(
        "DG502",
        "test.place",
        "an expectation without an `info`",
        "`// => text` stands behind an `info` statement, in the line where it ends.",
    ),
    outside(
        "DG503",
        "test.input",
        "a variable without a value",
        "A test gets no inputs: a name that nothing sets is a mistake.",
    ),
];
