//! A function called from outside: JSON arguments in, JSON answer out, as a server does it for every request.
//!
//! The script is compiled once. The aim is under 20 µs for one record, so that the network is what a caller waits for.

use crate::sources;
use ararat::hosts::Offline;
use ararat::value::{Settings, json};
use ararat::{Args, Engine, Script, Source};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

const HELLO: &str = "string api.hello(string name)\n{\n\treturn \"Hello, \" + name;\n}\n";

const LEAD: &str = r#"map api.score(map page)
{
	answer = List();
	for each lead in page.get("data")
	{
		score = lead.get("Rating") * 10;
		if(lead.get("Annual_Revenue") > 10000 && !lead.get("Opted_Out"))
		{
			score = score + 50;
		}
		row = Map();
		row.put("id",lead.get("id"));
		row.put("owner",lead.get("Owner").get("name"));
		row.put("name",lead.get("Last_Name").toUpperCase());
		row.put("day",lead.get("Modified_Time").subString(0,10).toDate("yyyy-MM-dd").toString("dd/MM/yyyy"));
		row.put("score",score);
		answer.add(row);
	}
	return {"rows":answer};
}
"#;

fn compile(text: &str) -> Script {
    Engine::default().compile(Source::new("api.dg", text)).expect("the function compiles")
}

/// One call: its answer as JSON.
fn call(script: &Script, settings: &Settings, name: &str, json: &str) -> String {
    let mut host = Offline::new();
    let args = Args::new().json(name, json);
    let run = script.run(&mut host, &args).expect("the function runs");
    let mut out = String::new();
    json::write(&run.value, settings, &mut out).expect("the answer is JSON");
    out
}

#[divan::bench]
fn call_hello(bencher: Bencher) {
    let (script, settings) = (compile(HELLO), Settings::default());
    assert_eq!(call(&script, &settings, "name", "\"Ada\""), "\"Hello, Ada\"");
    bencher.counter(ItemsCount::new(1u32)).bench(|| call(&script, &settings, "name", black_box("\"Ada\"")));
}

#[divan::bench(args = [1, 10, 200])]
fn call_with_records(bencher: Bencher, records: usize) {
    let (script, settings, page) = (compile(LEAD), Settings::default(), sources::records(records));
    assert!(call(&script, &settings, "page", &page).starts_with("{\"rows\":[{\"id\":\"4876876"));
    bencher.counter(ItemsCount::new(records)).bench(|| call(&script, &settings, "page", black_box(&page)));
}

/// What a server without a cache would pay: compile, then call.
#[divan::bench]
fn compile_and_call(bencher: Bencher) {
    let (settings, page) = (Settings::default(), sources::records(1));
    bencher.counter(ItemsCount::new(1u32)).bench(|| call(&compile(LEAD), &settings, "page", black_box(&page)));
}
