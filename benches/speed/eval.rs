//! Single kinds of statement, 10,000 times each: items per second are steps per second.
//!
//! `empty_loop` is what the two loops around every step cost by themselves.

use ararat::hosts::Offline;
use ararat::{Args, Engine, Source};
use divan::Bencher;
use divan::counter::ItemsCount;

const STEPS: u32 = 10_000;

/// Two nested loops over a hundred numbers around a step; `i` counts in the inner one.
fn source(before: &str, step: &str) -> String {
    format!(
        "int bench.twice(int n)\n{{\n\treturn n + n;\n}}\n\
         void bench.run()\n{{\n\
         ten = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};\nhundred = List();\n\
         for each a in ten\n{{\nfor each b in ten\n{{\nhundred.add(a * 10 + b);\n}}\n}}\n{before}\n\
         for each p in hundred\n{{\nfor each index i in hundred\n{{\n{step}\n}}\n}}\n}}\n"
    )
}

/// Runs the function once per iteration: a function's values are freed when it ends.
fn steps(bencher: Bencher, before: &str, step: &str) {
    let script = Engine::default().compile(Source::new("steps.dg", source(before, step))).expect("the case compiles");
    let run = || script.call("bench.run", &mut Offline::new(), &Args::new()).expect("the case runs").stats.statements;
    run();
    bencher.counter(ItemsCount::new(STEPS)).bench(run);
}

macro_rules! cases {
    ($($name:ident: $before:literal, $step:literal;)*) => { $(
        #[divan::bench]
        fn $name(bencher: Bencher) {
            steps(bencher, $before, $step);
        }
    )* };
}

cases! {
    empty_loop: "", "";
    assign: "x = 0;", "x = i;";
    add_whole: "x = 0;", "x = x + i;";
    add_decimal: "x = 0.0;", "x = x + 1.25;";
    divide: "x = 0;", "x = i / 7;";
    condition: "x = 0;", "if(i % 3 == 0 && i > 10) { x = i; } else { x = 1; }";
    call_function: "x = 0;", "x = bench.twice(i);";
    text_append: "x = \"\";", "x = x + \"ab\" + i;";
    text_compare: "x = 0; k = \"stage\";", "if(k == \"stage\") { x = i; }";
    text_methods: "x = \"\";", "x = \"  Some Name \".trim().toLowerCase().subString(0,4);";
    text_replace: "x = \"\";", "x = \"a-b-c\".replaceAll(\"-\",\"+\");";
    list_add: "x = List();", "x.add(i);";
    list_get: "x = 0;", "x = hundred.get(i);";
    list_literal: "x = 0;", "x = {i, 2, 3};";
    map_literal: "x = 0;", "x = {\"id\":i, \"name\":\"a\", \"open\":true};";
    map_put: "x = Map();", "x.put(\"id\",i);";
    map_get: "x = {\"id\":1, \"name\":\"a\", \"amount\":3}; y = 0;", "y = x.get(\"amount\");";
    map_get_nested: "x = {\"owner\":{\"name\":\"a\"}}; y = 0;", "y = x.get(\"owner\").get(\"name\");";
    map_many_keys: "x = Map();", "x.put(\"key\" + i,i);";
    null_checks: "x = null; y = 0;", "if(isNull(x) || x == null) { y = ifnull(x,i); }";
    date_add: "d = \"2026-02-20\".toDate(); x = d;", "x = d.addDay(i);";
    date_round: "x = \"\";", "x = \"2026-02-20\".toDate().toString(\"dd/MM/yyyy\");";
    try_catch: "x = 0;", "try { x = i; } catch (e) { x = 0; }";
    caught_fault: "x = 0;", "try { x = i / 0; } catch (e) { x = 0; }";
    info: "", "info i;";
}
