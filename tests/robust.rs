//! Nothing that a script says may crash, hang or abort the process: deep and long sources, huge and
//! self-containing values, bombs, every built-in on odd values, and random programs of fixed seeds.

// A test may look at the clock, the environment and its own files.
#![allow(clippy::disallowed_methods)]

#[path = "robust/programs.rs"]
mod programs;

use ararat::eval::limits::Limits;
use ararat::hosts::Offline;
use ararat::value::{Kind, Value};
use ararat::{Args, Engine, Failure, Source};
use programs::Dice;
use std::process::Command;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: ararat::memory::Counting<std::alloc::System> = ararat::memory::Counting(std::alloc::System);

/// What a script prints, then the kind of its error if it fails or does not compile.
fn run(text: &str) -> String {
    run_within(Limits { statements: Some(8_000_000), time: Some(Duration::from_secs(20)), ..Limits::NONE }, text)
}

fn run_within(limits: Limits, text: &str) -> String {
    let engine = Engine { limits, ..Engine::default() };
    let script = match engine.compile(Source::new("robust.dg", text)) {
        Ok(script) => script,
        Err(refused) => {
            let first = refused.0.iter().find(|report| report.diagnostic.is_error());
            return first.map_or_else(String::new, |report| report.diagnostic.kind.to_string());
        }
    };
    let mut host = Offline::new();
    let outcome = script.run(&mut host, &Args::new());
    let mut shown = host.printed().to_owned();
    if let Err(Failure::Script { fault, report, .. }) = outcome {
        assert!(!report.to_string().is_empty());
        shown.push_str(fault.name());
    }
    shown.trim_end().to_owned()
}

/// As [`run`], and in good time.
fn soon(text: &str) -> String {
    let started = Instant::now();
    let shown = run(text);
    let taken = started.elapsed();
    assert!(taken < Duration::from_secs(30), "{taken:?} for {}", &text[..text.len().min(100)]);
    shown
}

#[test]
fn deep_nesting_in_a_source_is_refused_or_runs() {
    const DEEP: usize = 100_000;
    let nested =
        |open: &str, middle: &str, close: &str| format!("x = {}{middle}{};", open.repeat(DEEP), close.repeat(DEEP));
    for text in [
        nested("(", "1", ")"),
        nested("{", "1", "}"),
        nested("[", "1", "]"),
        nested("{\"k\":", "1", "}"),
        nested("!", "true", ""),
        nested("-", "1", ""),
        nested("size(", "1", ")"),
        nested("if(true,", "1", ",2)"),
        nested("List(", "1", ")"),
        nested("a.get(", "1", ")"),
        nested("ifnull(", "1", ",2)"),
        nested("(", "1", ""),
        nested("{", "", ""),
        "if(true){".repeat(DEEP) + &"}".repeat(DEEP),
        "try{".repeat(DEEP) + &"}catch(e){}".repeat(DEEP),
        "for each x in y {".repeat(DEEP),
        "}".repeat(DEEP),
        "/*".repeat(DEEP),
        "\"".repeat(DEEP),
        "'".repeat(DEEP),
        "\\".repeat(DEEP),
    ] {
        soon(&text);
    }
}

#[test]
fn long_chains_in_a_source_are_refused_or_run() {
    const LONG: usize = 20_000;
    for text in [
        format!("x = 1{};info x;", " + 1".repeat(LONG)),
        format!("x = 1{};", " - (1".repeat(300) + &")".repeat(300)),
        format!("x = \"\"{};", " + \"a\"".repeat(10 * LONG)),
        format!("x = true{};", " && true".repeat(LONG)),
        format!("x = true{};", " || false && true".repeat(LONG)),
        format!("x = 1{};", " == 1".repeat(LONG)),
        format!("x = \"a\"{};", ".trim()".repeat(LONG)),
        format!("if(false){{}}{}else{{info 1;}}", "else if(false){}".repeat(LONG)),
        format!("x = {{{}}};info x.size();", "1,".repeat(LONG) + "1"),
        format!("x = {{{}}};info x.size();", (0..LONG).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",")),
        "x = 1;\n".repeat(LONG),
        (0..LONG).map(|n| format!("v{n} = {n};\n")).collect(),
        (0..LONG).map(|n| format!("void f{n}() {{ }}\n")).collect(),
    ] {
        soon(&text);
    }
    assert_eq!(soon(&format!("x = {{{}1}};info x.size();", "1,".repeat(LONG))), (LONG + 1).to_string());
}

#[test]
fn the_deepest_expression_runs_in_the_deepest_call() {
    let calls =
        |body: String| format!("string f(int n) {{ if(n == 0) {{ return {body}; }} return f(n - 1); }}\ninfo f(250);");
    assert_eq!(soon(&calls(format!("\"a\"{}", ".trim()".repeat(298)))), "a");
    assert_eq!(soon(&calls(format!("{}\"a\"{}", "if(true,".repeat(190), ",2)".repeat(190)))), "a");
    assert_eq!(soon(&format!("x = 1{}; info x;", " + 1".repeat(299))), "300");
    assert_eq!(soon(&format!("x = 1{}; info x;", " + 1".repeat(301))), "save.depth");
    assert_eq!(soon(&format!("x = \"\"{}; info x.length();", " + \"ab\"".repeat(5000))), "10000");
}

#[test]
fn values_that_contain_themselves_are_a_fault_and_not_the_end() {
    let list = "l = {1}; l.add(l);";
    let map = "m = {\"a\":1}; m.put(\"m\", m);";
    let collection = "c = Collection(1); c.insert(c);";
    for make in [list, map, collection] {
        let name = &make[..1];
        for use_it in [
            format!("info {name};"),
            format!("x = \"a\" + {name};"),
            format!("x = {name}.toString();"),
            format!("x = {name} == {name};"),
            format!("o = {{1}}; o.add(o); x = o == {name};"),
            format!("x = {{{name}, {name}}}.distinct();"),
            format!("x = {{{name}}}.contains({name});"),
            format!("x = {name}.toXml();"),
            format!("x = {{{name}, {name}}}.sort();"),
            format!("x = {name}.toFile(\"a.txt\");"),
            format!("x = {name}.equals({name});"),
        ] {
            soon(&format!("{make} {use_it}"));
        }
    }
    assert_eq!(soon("l = {1}; l.add(l); info l;"), "run.value");
    assert_eq!(soon("l = {1}; l.add(l); try { info l; } catch (e) { info e.lineNo; }"), "1");
}

#[test]
fn a_value_a_million_deep_is_dropped_and_not_printed() {
    let deep = "l = List(); for each i in n.toList() { o = List(); o.add(l); l = o; }";
    let count = "n = \"\".leftpad(100000).replaceAll(\" \", \",,,,,,,,,,\");";
    assert_eq!(soon(&format!("{count} {deep} info \"made\"; info l;")), "made\nrun.value");
    assert_eq!(soon(&format!("{count} {deep} l = 1; info \"dropped\";")), "dropped");
    assert_eq!(soon(&format!("{count} {deep} k = l.get(0); x = k == l; info \"compared\";")), "run.value");
}

#[test]
fn texts_that_double_end_at_a_limit() {
    let loops = "n = \"\".leftpad(60).replaceAll(\" \", \",\"); x = \"0123456789abcdef\"; for each i in n.toList() {";
    for step in [
        "x = x + x;",
        "x += x;",
        "y = x + x; x = y;",
        "x = x.concat(x);",
        "l = {x, x}; x = l.toString();",
        "m = {\"a\":x, \"b\":x}; x = m.toString();",
    ] {
        assert_eq!(soon(&format!("{loops} {step} }}")), "limit.size", "{step}");
    }
    for step in ["x = x.replaceAll(\"0\", x);", "x = x.replaceAll(\"[0-9]\", x);", "x = x.textToHex();"] {
        let shown = soon(&format!("{loops} {step} }}"));
        assert!(shown.starts_with("limit."), "{step}: {shown}");
    }
}

#[test]
fn shared_parts_do_not_multiply_without_end() {
    let dag = "l = {1}; for each i in \"\".leftpad(200).replaceAll(\" \", \",\").toList() { l = {l, l}; }";
    assert_eq!(soon(&format!("{dag} info l;")), "limit.size");
    assert_eq!(
        soon(
            "l = {1, 2}; for each i in \"\".leftpad(60).replaceAll(\" \", \",\").toList() { l.addAll(l); } info l.size();"
        ),
        "run.value"
    );
}

#[test]
fn bombs_of_patterns_counts_and_numbers_go_off_quietly() {
    for text in [
        "x = \"a\".repeat(100000).matches(\"(a+)+b\");",
        "x = \"a\".repeat(100).matches(\"(a|aa)+$b\");",
        "x = \"a\".repeat(1000).matches(\"((a{1,100}){1,100}){1,100}\");",
        "x = \"a\".matches(\"(((((((((((((((((((((\".repeat(5000));",
        "x = \"a\".repeat(50000).replaceAll(\"(a*)*\", \"$1$1$1\");",
        "x = '01-Jan-2020'.toString(\"y\".repeat(100000));",
        "x = '01-Jan-2020'.toString(\"'\".repeat(99999));",
        "x = 5.text(\"0\".repeat(100000));",
        "x = 5.text(\"#\".repeat(100000) + \".\" + \"0\".repeat(100000));",
        "x = 5.text(\"E0,,,;;''%\");",
        "x = \"1\".repeat(100000).toDecimal();",
        "x = \"1\".repeat(100000).toLong();",
        "x = (\"0.\" + \"1\".repeat(100000)).toDecimal(); x = x * x;",
        "x = 9223372036854775807.power(9223372036854775807);",
        "x = 10.power(-9223372036854775807);",
        "x = 1.5.round(9223372036854775807);",
        "x = 1.5.round(-9223372036854775807);",
        "x = 1.5.truncate(9223372036854775807);",
        "x = \"a\".leftpad(9223372036854775807);",
        "x = \"a\".rightpad(100001);",
        "x = '01-Jan-2020'.addDay(9223372036854775807);",
        "x = '01-Jan-2020'.addYear(-9223372036854775807);",
        "x = '01-Jan-2020'.addBusinessDay(9223372036854775807);",
        "x = '01-Jan-2020'.addBusinessDay(100000000, {\"Monday\",\"Tuesday\",\"Wednesday\",\"Thursday\",\"Friday\",\"Saturday\",\"Sunday\"});",
        "x = '01-Jan-0001'.workDaysBetween('31-Dec-9999');",
        "x = '01-Jan-0001'.workDaysList('31-Dec-9999');",
        "x = 9223372036854775807.toDate();",
        "x = (-9223372036854775807).toDateTime();",
        "x = 9223372036854775807.toDateTimeString(\"yyyy\", \"GMT\");",
        "x = 9223372036854775807.toWords(\"en-us\");",
        "x = randomNumber(-9223372036854775807, 9223372036854775807);",
        "x = (\"[\".repeat(100000)).toJSONList();",
        "x = (\"{\\\"a\\\":\".repeat(50000)).toMap();",
        "x = (\"<a>\".repeat(30000)).executeXPath(\"/a\");",
        "x = \"<a/>\".executeXPath(\"(\".repeat(50000));",
        "x = \"<a/>\".executeXPath(\"/a\" + \"[a\".repeat(20000) + \"]\".repeat(20000));",
        "x = \"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>\".executeXPath(\"/a\");",
        "x = \"&\".repeat(100000).htmlDecode();",
        "x = \"4\".repeat(99999).hexToText();",
    ] {
        soon(text);
    }
}

#[test]
fn a_million_elements_are_sorted_searched_and_printed() {
    let list = "n = \"\".leftpad(100000).replaceAll(\" \", \",7,3,9,1,5,2,8,4,6,0\"); l = n.toList();";
    assert_eq!(soon(&format!("{list} info l.size();")), "1000001");
    assert_eq!(soon(&format!("{list} info l.distinct().size();")), "11");
    assert_eq!(soon(&format!("{list} l.sort(); info l.get(1000000);")), "9");
    assert_eq!(soon(&format!("{list} info l.toString().length();")), "2000000");
    assert_eq!(soon(&format!("{list} l.removeAll(l); info l.size();")), "0");
}

#[test]
fn every_builtin_takes_odd_values_without_a_panic() {
    let mut dice = Dice::new(7);
    for method in programs::methods() {
        for _ in 0..40 {
            let text = programs::odd_call(method, &mut dice);
            guarded(&text);
        }
    }
}

#[test]
fn random_programs_end() {
    for seed in 0..1500 {
        guarded(&programs::program(&mut Dice::new(seed)));
    }
}

#[test]
fn damaged_programs_are_refused_or_run() {
    for seed in 0..1500 {
        let mut dice = Dice::new(seed);
        let text = programs::program(&mut dice);
        guarded(&programs::damage(&text, &mut dice));
    }
}

/// `ARARAT_FUZZ_SECONDS=600 cargo test --release --test robust -- --ignored fuzz`; a failure prints its program.
#[test]
#[ignore = "runs as long as it is told"]
fn fuzz_programs_of_ever_new_seeds() {
    let seconds = std::env::var("ARARAT_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let started = Instant::now();
    let mut seed = started.elapsed().as_nanos() as u64 ^ u64::from(std::process::id()) << 32;
    let mut count = 0u64;
    let names = programs::methods();
    while started.elapsed() < Duration::from_secs(seconds) {
        seed += 1;
        let mut dice = Dice::new(seed);
        let text = programs::program(&mut dice);
        guarded(&text);
        guarded(&programs::damage(&text, &mut dice));
        guarded(&programs::odd_call(names[dice.below(names.len())], &mut dice));
        count += 3;
    }
    println!("{count} programs");
}

/// Runs a program; a panic is reported with its text.
fn guarded(text: &str) {
    let started = Instant::now();
    if std::panic::catch_unwind(|| run(text)).is_err() {
        panic!("panicked:\n{text}");
    }
    assert!(started.elapsed() < Duration::from_secs(25), "{:?} for\n{text}", started.elapsed());
}

#[test]
fn the_binary_says_what_is_wrong_with_a_file_that_is_no_text() {
    let folder = std::env::temp_dir().join(format!("ararat-robust-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    for (name, bytes) in [
        ("latin.dg", &b"info \"caf\xe9\";"[..]),
        ("wide.dg", b"\xff\xfei\0n\0f\0o\0"),
        ("nul.dg", b"info 1;\0"),
        ("none.dg", b""),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a file for the test");
        let output =
            Command::new(env!("CARGO_BIN_EXE_ararat")).arg("run").arg(&path).output().expect("the binary runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 2 | 3)), "{name}: {:?} {told}", output.status);
        assert!(!told.contains("panicked"), "{name}: {told}");
        assert_eq!(told.is_empty(), name == "none.dg", "{name}: {told}");
    }
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}

/// Takes a minute in a debug build: `cargo test --test robust -- --ignored`.
#[test]
#[ignore = "slow"]
fn a_source_of_fifty_megabytes_compiles() {
    let line = "total = total + {\"a\":1}.get(\"a\") * 2; // a comment\n";
    let text = format!("total = 0;\n{}", line.repeat((50 << 20) / line.len()));
    assert!(Engine::default().compile(Source::new("large.dg", text)).is_ok());
}

#[test]
fn memory_of_many_values_ends_at_its_limit() {
    let limits = || Limits { memory: Some(8 << 20), ..Limits::NONE };
    let loops = "n = \"\".leftpad(100000).replaceAll(\" \", \",,,\"); for each index i in n.toList() {";
    for step in ["l.add(i + 0.5);", "m.put(i, {i});", "x = x + \"0123456789012345678901234567890123456789\";"] {
        let text = format!("l = List(); m = Map(); x = \"\"; {loops} {step} }} info \"all\";");
        assert_eq!(run_within(limits(), &text), "limit.memory", "{step}");
    }
    // What is dropped counts no more.
    let dropped = format!("{loops} x = \"0123456789012345\" + i; }} info \"all\";");
    assert_eq!(run_within(Limits { memory: Some(64 << 20), ..Limits::NONE }, &dropped), "all");
}

#[test]
fn a_script_gives_what_it_returns_and_not_what_its_functions_did() {
    let value_of = |text: &str| {
        let script = Engine::default().compile(Source::new("value.dg", text)).expect("it compiles");
        script.run(&mut Offline::new(), &Args::new()).expect("it runs").value
    };
    let function = "int standalone.five() { return 5; }\n";
    assert_eq!(value_of(&format!("{function}x = standalone.five();")).kind(), Kind::Null);
    assert!(matches!(value_of(&format!("{function}return standalone.five() + 1;")), Value::Int(6)));
    assert_eq!(value_of("return \"text\";").as_text().map(|text| text.as_str()), Some("text"));
}
