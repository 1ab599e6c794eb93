//! Planted secrets are looked for wherever a person, a file or a log could show them.

use crate::postgres::SERVER_FILES;
use crate::provider::{Provider, json, text};
use crate::stage::{CLIENT_SECRET, Clock, Folder, REFRESH, account, get, open, send, task, wait};
use ararat::connections::outbound::Source;
use ararat::host::{Ask, Host};
use ararat::hosts::{BlockingHost, HostConfig};
use serde_json::json;
use std::path::Path;
use std::sync::{Arc, Mutex};

const ACCESS: &str = "planted-access-token-77cd";

/// Where any of the planted secrets occurs.
fn leaks(bytes: &[u8]) -> Vec<&'static str> {
    let found = |secret: &&str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    [CLIENT_SECRET, REFRESH, ACCESS].into_iter().filter(found).collect()
}

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
        if entry.path().is_dir() { files.extend(files_below(&entry.path())) } else { files.push(entry.path()) }
    }
    files
}

#[test]
fn the_search_itself_finds_secrets() {
    assert_eq!(leaks(format!("x{ACCESS}y{REFRESH}").as_bytes()), [REFRESH, ACCESS]);
    assert!(leaks(b"planted-access-token").is_empty());
}

#[test]
fn secrets_stay_out_of_files_output_traces_and_faults() {
    // The provider echoes what it is sent, as careless ones do.
    let provider = Provider::start(|seen| match seen.path.as_str() {
        "/oauth/v2/token" => json(json!({"access_token": ACCESS, "expires_in": 3600})),
        "/fail" => text(200, "x"),
        _ => text(200, seen.header("authorization")),
    });
    let (folder, clock) = (Folder::new(), Clock::new());
    let registry = open(&folder.0, clock.settings()).expect("a registry");
    wait(registry.add_sandbox(&account(&provider.url))).expect("a connection");

    let trace = Arc::new(Mutex::new(String::new()));
    let sink = trace.clone();
    let output = Arc::new(Mutex::new(Vec::new()));
    let mut host = BlockingHost::new(HostConfig {
        registry: Source::Open(registry.clone()),
        output: Some(Box::new(Pipe(output.clone()))),
        trace: Some(Arc::new(Mutex::new(move |line: &str| sink.lock().expect("not poisoned").push_str(line)))),
        ..HostConfig::default()
    });
    let answer = send(&mut host, task("/crm/v2/Leads", None)).expect("an answer");
    assert_eq!(leaks(&answer.body), [ACCESS], "the provider did see and echo the token");
    host.ask(Ask::Print(&String::from_utf8_lossy(&answer.body))).expect("printed");
    host.ask(Ask::Print(&format!("{REFRESH} {CLIENT_SECRET}"))).expect("printed");

    let mut too_large = task("/fail", Some("zoho_crm"));
    too_large.max_response = 0;
    too_large.query = vec![("echo".into(), ACCESS.into())];
    let fault = send(&mut host, too_large).expect_err("a fault");
    let refused = send(&mut host, get(&format!("http://127.0.0.1:1/{ACCESS}"), None)).expect_err("a fault");
    host.flush().expect("flushed");

    let connection = wait(registry.connection("zoho_crm")).expect("a connection");
    let credential = wait(registry.credential(&connection)).expect("readable").expect("a credential");
    let history = wait(registry.history("zoho_crm", 100)).expect("a history");
    let shown = format!("{connection:?} {credential:?} {history:?} {fault} {fault:?} {refused} {refused:?}");
    assert_eq!(leaks(shown.as_bytes()), [""; 0]);
    assert_eq!(leaks(serde_json::to_string(&connection).expect("JSON").as_bytes()), [""; 0]);
    let trace = trace.lock().expect("not poisoned").clone();
    assert!(trace.contains("curl -X GET") && trace.contains("# 200"), "{trace}");
    assert_eq!(leaks(trace.as_bytes()), [""; 0], "{trace}");
    let output = output.lock().expect("not poisoned").clone();
    assert!(!output.is_empty());
    assert_eq!(leaks(&output), [""; 0]);

    let export = folder.0.join("sealed.json");
    wait(ararat::connections::transfer::export(&registry, &export, "a passphrase for it")).expect("exported");
    assert!(format!("{registry:?}").len() < 100, "nothing of it is printed");
    let mut files = files_below(&folder.0);
    assert!(files.contains(&export));
    let stored = match std::env::var_os(SERVER_FILES) {
        Some(server) => {
            files.extend(files_below(Path::new(&server)));
            "log"
        }
        None => "registry.db",
    };
    assert!(files.iter().any(|file| file.ends_with(stored)), "{files:?}");
    for file in files {
        // The server may have removed a file of its own meanwhile.
        let Ok(bytes) = std::fs::read(&file) else { continue };
        assert_eq!(leaks(&bytes), [""; 0], "{}", file.display());
    }
}

struct Pipe(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
