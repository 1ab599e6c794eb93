//! `--trace-html`: the page of a run, read back from the data that it carries.
#![cfg(feature = "sandbox")]
// Tests read files and start programs themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use ararat::hosts::tape::Tape;
use ararat::hosts::timeline::{Call, Ending, Timeline, What};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder that is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let name = format!("ararat-timeline-{}-{:016x}", std::process::id(), rand::random::<u64>());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        Folder(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(script: &str, options: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .args(["run", "-"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("written");
    child.wait_with_output().expect("an end")
}

/// The timeline in a page.
fn timeline(path: &str) -> (String, Timeline) {
    let page = std::fs::read_to_string(path).expect("a page");
    let data = page.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("data");
    let timeline = serde_json::from_str(data).expect("a timeline");
    (page, timeline)
}

fn calls(timeline: &Timeline) -> Vec<(u32, &Call)> {
    let call = |event: &'_ ararat::hosts::timeline::Event| event.place.map_or(0, |place| place.line);
    timeline
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Called(called) => Some((call(event), &**called)),
            What::Printed { .. } | What::Mailed { .. } | What::Told { .. } => None,
        })
        .collect()
}

const SCRIPT: &str = r#"
lead = zoho.crm.getRecordById("Leads", 5725767000000300001);
info lead.get("Last_Name");
resp = invokeurl
[
	url :"https://www.zohoapis.com/crm/v8/Shoes?fields=id&access_token=planted-in-the-query"
	headers :{"Authorization":"planted-in-a-header"}
	connection :"zoho_crm"
];
sendmail
[
	from :zoho.adminuserid
	to :"mara@example.com"
	subject :"planted-in-the-query"
	message :"x"
]
info lead.get(5).get(6);
"#;

#[test]
fn a_page_tells_what_happened_where_and_when() {
    let folder = Folder::new();
    let page = folder.path("run.html");
    let output = run(SCRIPT, &["--sandbox", "--trace-html", &page]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"Dubrovnik\n", "the page changes nothing of the output");
    let (text, timeline) = timeline(&page);
    assert!(!text.contains("planted-in"), "{text}");
    assert!(!text.contains("1000."), "no token: {text}");
    let calls = calls(&timeline);
    let shown: Vec<_> = calls.iter().map(|(line, call)| (*line, call.origin.as_str(), call.status)).collect();
    assert_eq!(shown, [(2, "zoho.crm.getRecordById", Some(200)), (4, "invokeurl", Some(400))]);
    assert!(calls[0].1.url.ends_with("/crm/v2/Leads/5725767000000300001"), "{}", calls[0].1.url);
    assert!(calls[0].1.size.is_some_and(|size| size > 500) && calls[0].1.received.body.contains("Dubrovnik"));
    let printed = timeline.events.iter().find_map(|event| match &event.what {
        What::Printed { text } => Some((event.place.map(|place| place.line), text.as_str())),
        What::Called(_) | What::Mailed { .. } | What::Told { .. } => None,
    });
    assert_eq!(printed, Some((Some(3), "Dubrovnik")));
    assert!(
        timeline.events.iter().any(|event| matches!(&event.what, What::Mailed { to, .. } if to == "mara@example.com"))
    );
    assert!(timeline.events.windows(2).all(|pair| pair[0].at + pair[0].ms <= pair[1].at + 0.001));
    assert!(timeline.ms > 0.0 && timeline.used == ["5 statements"], "{:?}", timeline.used);
    let Ending::Failed { report } = &timeline.ending else { panic!("{:?}", timeline.ending) };
    assert!(report.starts_with("error["), "{report}");
    assert_eq!((timeline.title.as_str(), timeline.sources[0].name.as_str()), ("<stdin>", "<stdin>"));
}

#[test]
fn a_replayed_run_and_a_tape_have_a_page_too() {
    let folder = Folder::new();
    let (tape, page) = (folder.path("tape.json"), folder.path("run.html"));
    let script = "info zoho.crm.getRecords(\"Leads\", 1, 2).size();";
    assert_eq!(run(script, &["--sandbox", "--record", &tape]).status.code(), Some(0));
    assert_eq!(run(script, &["--replay", &tape, "--trace-html", &page]).status.code(), Some(0));
    let (_, replayed) = timeline(&page);
    assert!(matches!(replayed.ending, Ending::Ran));
    let of_tape = Timeline::of_tape(&Tape::read(std::path::Path::new(&tape)).expect("a tape"));
    for timeline in [&replayed, &of_tape] {
        let calls = calls(timeline);
        assert_eq!((calls.len(), calls[0].1.status), (1, Some(200)));
    }
    assert!(of_tape.page().starts_with("<!doctype html>"));
}

#[test]
fn a_page_that_cannot_be_written_is_told_before_the_run() {
    let output = run("info 1;", &["--trace-html", "/proc/nowhere/run.html"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), b"".as_slice()));
}
