//! Results as JUnit's XML, which every CI reads.

use super::case::Outcome;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;
use std::time::Duration;

/// One suite with a case for each test.
pub fn xml(outcomes: &[Outcome], took: Duration) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory cannot fail.
    let _ = suite(&mut writer, outcomes, took);
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    text
}

type Xml = Writer<Vec<u8>>;

fn suite(writer: &mut Xml, outcomes: &[Outcome], took: Duration) -> io::Result<()> {
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let (tests, failures, time) = (outcomes.len().to_string(), failed.to_string(), seconds(took));
    let counts = [("tests", &*tests), ("failures", &failures), ("errors", "0"), ("skipped", "0"), ("time", &time)];
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attribute(("name", "ararat")).with_attributes(counts);
        suite.write_inner_content(|writer| outcomes.iter().try_for_each(|outcome| case(writer, outcome)))?;
        Ok(())
    })?;
    Ok(())
}

fn case(writer: &mut Xml, outcome: &Outcome) -> io::Result<()> {
    let (folder, name) = outcome.name.rsplit_once('/').unwrap_or(("tests", &outcome.name));
    let (folder, name, file) = (allowed(folder), allowed(name), allowed(&outcome.file));
    let time = seconds(outcome.took);
    let attributes = [("name", &*name), ("classname", &folder), ("file", &file), ("time", &time)];
    let element = writer.create_element("testcase").with_attributes(attributes);
    if outcome.passed() && outcome.printed.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|writer| {
        // One failure for each test: CIs show the first alone.
        if let Some(first) = outcome.problems.first() {
            let text: String = outcome.problems.iter().map(|problem| problem.text()).collect();
            let failure = writer.create_element("failure").with_attribute(("message", &*allowed(&first.message())));
            failure.with_attribute(("type", first.code())).write_text_content(BytesText::new(&allowed(&text)))?;
        }
        if !outcome.printed.is_empty() {
            let printed = writer.create_element("system-out");
            printed.write_text_content(BytesText::new(&allowed(&outcome.printed)))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

/// The text with a mark in place of characters that XML cannot hold at all.
fn allowed(text: &str) -> String {
    let is_refused = |letter: char| matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.chars().map(|letter| if is_refused(letter) { '\u{fffd}' } else { letter }).collect()
}
