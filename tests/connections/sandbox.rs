//! The embedded sandbox through a connection: two halves that share no code agree over HTTP.
#![cfg(feature = "sandbox")]

use crate::stage::{Clock, Folder, host, in_memory, request, send, task, wait};
use ararat::connections::{Registry, SandboxAccount};
use ararat::host::{Body, Method, Target};
use ararat::sandbox::{Sandbox, SandboxOptions};

fn registry(sandbox: &Sandbox) -> Registry {
    let registry = in_memory(Clock::new().settings());
    let account = SandboxAccount {
        accounts_url: sandbox.accounts_url(),
        api_url: sandbox.api_url(),
        client_id: sandbox.client_id().to_owned(),
        client_secret: sandbox.client_secret().to_owned(),
        refresh_token: sandbox.refresh_token().to_owned(),
    };
    wait(registry.add_sandbox(&account)).expect("a connection");
    registry
}

#[test]
fn a_task_signs_in_writes_and_reads() {
    let sandbox = Sandbox::start(SandboxOptions::default()).expect("a sandbox");
    let registry = registry(&sandbox);
    let mut host = host(&registry);
    let target = Target::Zoho { family: "api".into(), path: "/crm/v2/Leads".into() };
    let mut create = request(Method::Post, target, None);
    let body = br#"{"data":[{"Last_Name":"Ararat","Company":"Zylker"}]}"#.to_vec();
    create.body = Body::Bytes { content_type: "application/json".into(), bytes: body };
    let answer = send(&mut host, create).expect("an answer");
    let made: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!((answer.status, &made["data"][0]["code"]), (201, &"SUCCESS".into()), "{made}");
    let id = made["data"][0]["details"]["id"].as_str().expect("an id");
    let answer = send(&mut host, task(&format!("/crm/v2/Leads/{id}"), Some("zoho_crm"))).expect("an answer");
    let read: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(read["data"][0]["Last_Name"], "Ararat");
    let connection = wait(registry.connection("zoho_crm")).expect("a connection");
    assert!(connection.expires_at.is_some());
    sandbox.stop();
}

#[test]
fn a_sandbox_that_is_gone_is_a_clean_fault() {
    let sandbox = Sandbox::start(SandboxOptions::default()).expect("a sandbox");
    let registry = registry(&sandbox);
    let mut host = host(&registry);
    assert_eq!(send(&mut host, task("/crm/v2/Leads", None)).expect("an answer").status / 100, 2);
    sandbox.stop();
    let fault = send(&mut host, task("/crm/v2/Leads", None)).expect_err("a fault");
    assert_eq!(fault.kind().name(), "run.http", "{fault}");
    assert!(fault.message().contains("connection `zoho_crm`"), "{fault}");
}

#[test]
fn a_call_without_a_connection_stays_in_the_sandbox_too() {
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).expect("a folder");
    let script = folder.0.join("x.dg");
    let run = |text: &str| {
        std::fs::write(&script, text).expect("written");
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_ararat"))
            .args(["run", "--sandbox", script.to_str().expect("text")])
            .env("ARARAT_HOME", &folder.0)
            .output()
            .expect("runs");
        (String::from_utf8_lossy(&run.stdout).into_owned(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    for url in ["https://www.zohoapis.com/crm/v8/Leads", "https://www.zohoapis.eu/crm/v2/Leads"] {
        let (out, err) = run(&format!(
            "x = invokeurl [ url: \"{url}\" type: GET detailed: true ];\ninfo x.get(\"responseCode\");\ninfo x.get(\"responseText\");\n"
        ));
        assert!(out.starts_with("401\n") && out.contains("\"code\":"), "{out}{err}");
    }
    let (_, err) =
        run("info invokeurl [ url: \"https://www.zohoapis.com/crm/v8/Leads\" type: GET connection: \"my_login\" ];\n");
    assert!(err.contains("the sandbox has `") && err.contains("`zoho_crm`"), "{err}");
}
