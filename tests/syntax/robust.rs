//! Whatever comes in, parsing returns, and takes time in proportion to the size.

use ararat::syntax::{ParseOptions, is_complete, parse};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const SOUP: [&str; 58] = [
    "if",
    "else",
    "for",
    "each",
    "in",
    "not",
    "is",
    "try",
    "catch",
    "return",
    "info",
    "insert",
    "into",
    "update",
    "delete",
    "from",
    "sort",
    "by",
    "range",
    "to",
    "hide",
    "alert",
    "invokeurl",
    "sendmail",
    "list",
    "map",
    "int",
    "x",
    "y",
    "url",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ":",
    ".",
    "=",
    "==",
    "+",
    "-",
    "!",
    "&&",
    "||",
    "<",
    "?",
    "\"a\"",
    "\"",
    "'b'",
    "'",
    "1",
    "2.5",
    "/* c */",
    "// d\n",
    "\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_soup_of_tokens_returns(words in prop::collection::vec(prop::sample::select(&SOUP[..]), 0..60), glue in prop::bool::ANY) {
        let source = words.join(if glue { "" } else { " " });
        let (_, found) = parse(&source, ParseOptions::default());
        for diagnostic in found {
            let (start, end) = (diagnostic.span.start as usize, diagnostic.span.end as usize);
            prop_assert!(start <= end && end <= source.len());
            prop_assert!(source.is_char_boundary(start) && source.is_char_boundary(end));
        }
        is_complete(&source);
    }

    #[test]
    fn any_text_returns(source in "\\PC*") {
        parse(&source, ParseOptions::default());
        is_complete(&source);
    }

    #[test]
    fn any_bytes_with_quotes_return(source in "[\"'\\\\a é\n;(){}\\[\\]/*]{0,80}") {
        parse(&source, ParseOptions::default());
        is_complete(&source);
    }

    #[test]
    fn a_broken_statement_hides_nothing_behind_it(words in prop::collection::vec(prop::sample::select(&["a", "=", "+", "1", ")", "f", ",", "."][..]), 0..12)) {
        let source = format!("{};\nlast = 1;", words.join(" "));
        let (file, _) = parse(&source, ParseOptions::default());
        let last = file.body.last().map(|statement| source[statement.span.start as usize..statement.span.end as usize].to_owned());
        prop_assert_eq!(last.as_deref(), Some("last = 1;"));
    }
}

/// Ten times the size may take ten times as long, and as much again for the noise of a busy machine.
fn grows_linearly(make: impl Fn(usize) -> String, size: usize) {
    let time = |count| {
        let source = make(count);
        let runs = (0..3).map(|_| {
            let start = Instant::now();
            parse(&source, ParseOptions::default());
            start.elapsed()
        });
        runs.min().unwrap_or_default()
    };
    let (small, large) = (time(size), time(size * 10));
    assert!(large < small * 40 + Duration::from_millis(300), "{small:?} for {size}, {large:?} for ten times that");
}

#[test]
fn cost_is_linear() {
    grows_linearly(|n| format!("if(a){{}}{}", " else if(b){ c(); }".repeat(n)), 200);
    grows_linearly(|n| format!("x = a{};", ".b(1)".repeat(n)), 500);
    grows_linearly(|n| format!("x = 1{};", " + 2".repeat(n)), 1_000);
    grows_linearly(|n| format!("x = {}1;", "!".repeat(n)), 1_000);
    grows_linearly(|n| "a = b(;\n".repeat(n), 100);
    grows_linearly(|n| "a = \"b;\n".repeat(n), 100);
    grows_linearly(|n| "if(a b) { c d; }\n".repeat(n), 100);
    grows_linearly(|n| "else { ".repeat(n % 190) + &"} ".repeat(n % 190), 19);
    grows_linearly(|n| "'\\".repeat(n), 1_000);
    grows_linearly(|n| "r = f(1, {\"a\": 2}) // c\n;\n".repeat(n), 200);
    grows_linearly(|n| "/* c */ ".repeat(n), 1_000);
}

#[test]
fn depth_costs_no_more_than_size() {
    for (open, close) in [
        ("(", ")"),
        ("{", "}"),
        ("{\"a\":", "}"),
        ("f(", ")"),
        ("if(a, ", ", b)"),
        ("a.b(", ")"),
        ("F[", "]"),
        ("[", "]"),
    ] {
        for depth in [1, 10, 100, 190] {
            for closers in [depth, 0] {
                let source = format!("x = {}1{};", open.repeat(depth), close.repeat(closers));
                let start = Instant::now();
                parse(&source, ParseOptions::default());
                assert!(start.elapsed() < Duration::from_secs(2), "{depth} of {open}");
            }
        }
    }
    for head in ["if(a) {", "for each x in y {", "try {", "{", "void f() {", "if(a b) {", "else {", "= {"] {
        let start = Instant::now();
        parse(&head.repeat(190), ParseOptions::default());
        assert!(start.elapsed() < Duration::from_secs(2), "{head}");
    }
}

#[test]
fn small_stacks_suffice() {
    let source = format!("x = {}1{};", "(".repeat(200), ")".repeat(200));
    let thread = std::thread::Builder::new().stack_size(128 * 1024);
    let found = thread.spawn(move || parse(&source, ParseOptions::default()).1.len()).expect("a thread").join();
    assert_eq!(found.ok(), Some(0));
}

#[test]
fn long_sources_are_cut_between_statements_only() {
    let unit = "if(a) { b = 1; } // c\nelse if(c) { d(); }\n/* e */ else { }\ntry { f(); }\ncatch (e) { }\n\
                void g() { h = {\"a;\": {1}}; }\nx = { 1, 2 };\nsendmail [ to : a ]\n";
    let source = unit.repeat(4_000) + "last = 1;";
    let (file, found) = parse(&source, ParseOptions::default());
    assert!(found.is_empty(), "{:?}", &found[..1]);
    assert_eq!((file.functions.len(), file.body.len()), (4_000, 4 * 4_000 + 1));
    let span = file.body.last().expect("statements").span;
    assert_eq!(&source[span.start as usize..span.end as usize], "last = 1;");
}

#[test]
fn messages_stop_at_some_point() {
    let source = "a b;\nc = \"d e;\nf g;\n".repeat(2_000);
    let (file, found) = parse(&source, ParseOptions::default());
    assert!(found.len() >= 1_000 && found.len() < 10_000, "{}", found.len());
    assert!(file.body.len() > 1_000);
}
