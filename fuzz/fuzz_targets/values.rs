//! The forms of values: what is written can be read again, and is then written the same.
#![no_main]

use ararat::hosts::Offline;
use ararat::{Args, Engine, Script, Source};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const NOW: i64 = 1_767_268_800_000;

/// Prints a line for each round trip that changes something; an error on the way in is an answer too.
const ROUND_TRIPS: &str = r#"
map = null; list = null; number = null; date = null;
try { map = t.toMap(); } catch (e) { }
if(map != null) {
    again = map.toString().toMap();
    if(again.toString() != map.toString()) { info "map"; }
}
try { list = t.toJSONList(); } catch (e) { }
if(list != null) {
    text = {"l":list}.toString();
    if(text.toMap().toString() != text) { info "list"; }
}
try { number = t.toDecimal(); } catch (e) { }
// A double too large for its digits prints with an exponent, which `toDecimal` does not read.
if(number != null && !number.toString().contains("E") && number.toString().toDecimal() != number) { info "number"; }
try { date = t.toDateTime(); } catch (e) { }
if(date != null && date.toString("yyyy-MM-dd HH:mm:ss").toDateTime("yyyy-MM-dd HH:mm:ss") != date) { info "date"; }
if(t.textToHex().hexToText() != t) { info "hex"; }
if(zoho.encryption.base64Decode(zoho.encryption.base64Encode(t)) != t) { info "base64"; }
if(zoho.encryption.urlDecode(zoho.encryption.urlEncode(t)) != t) { info "url"; }
if(xmlDecode(xmlEncode(t)) != t) { info "xml"; }
if(htmlDecode(htmlEncode(t)) != t) { info "html"; }
if(t.toList(",").toString() != t) { info "split"; }
if(t.reverse().reverse() != t) { info "reverse"; }
for each piece in {"toXml", "pattern", "format"} {
    try {
        if(piece == "toXml") { x = t.toXml(); }
        if(piece == "pattern") { x = '01-Feb-2026 13:14:15'.toString(t) + "a".matches(t); }
        if(piece == "format") { x = 1234.56.text(t); }
    } catch (e) { }
}
"#;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| {
    Engine::default().compile(Source::new("round_trips.dg", ROUND_TRIPS)).expect("the round trips compile")
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut host = Offline::new().at(NOW);
    let quoted = format!("\"{}\"", text.escape_json());
    let outcome = SCRIPT.run(&mut host, &Args::new().json("t", quoted));
    assert!(outcome.is_ok(), "{}", outcome.err().map(|failure| failure.to_string()).unwrap_or_default());
    assert_eq!(host.printed(), "", "changed by a round trip: {text:?}");
});

trait EscapeJson {
    fn escape_json(&self) -> String;
}

impl EscapeJson for str {
    /// The text as it stands between the quotes of JSON.
    fn escape_json(&self) -> String {
        let mut out = String::with_capacity(self.len());
        for letter in self.chars() {
            match letter {
                '"' | '\\' => out.extend(['\\', letter]),
                '\0'..'\u{20}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
                _ => out.push(letter),
            }
        }
        out
    }
}
