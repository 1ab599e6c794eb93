//! What survives a restart.

use super::desk::{Desk, lead};
use ararat::sandbox::{Sandbox, SandboxError, SandboxOptions};
use serde_json::json;
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ararat-sandbox-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn kept(folder: &std::path::Path) -> SandboxOptions {
    SandboxOptions { data: Some(folder.to_owned()), ..SandboxOptions::default() }
}

#[tokio::test]
async fn records_tokens_and_deletions_survive() {
    let folder = folder("restart");
    let desk = Desk::with(kept(&folder)).await;
    let id = desk.insert("Leads", json!({"Last_Name": "Survivor"})).await;
    desk.put(&format!("/crm/v8/Leads/{}", lead(0)), json!({"data": [{"City": "Moved"}]})).await;
    desk.delete(&format!("/crm/v8/Leads/{}", lead(1))).await;
    let (client, refresh, token) =
        (desk.sandbox.client_id().to_owned(), desk.sandbox.refresh_token().to_owned(), desk.token.clone());
    desk.sandbox.stop();

    let mut desk = Desk::with(kept(&folder)).await;
    assert_eq!((desk.sandbox.client_id(), desk.sandbox.refresh_token()), (&*client, &*refresh));
    desk.token = token;
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{id}")).await.1["data"][0]["Last_Name"], "Survivor");
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{}", lead(0))).await.1["data"][0]["City"], "Moved");
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{}", lead(1))).await.0, 204);
    let next = desk.insert("Leads", json!({"Last_Name": "Later"})).await;
    assert!(next > id, "ids go on: {id} then {next}");
    drop(desk);
    std::fs::remove_dir_all(folder).expect("the folder goes");
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed_and_keeps_the_keys() {
    let folder = folder("reset");
    let desk = Desk::with(kept(&folder)).await;
    let id = desk.insert("Leads", json!({"Last_Name": "Gone soon"})).await;
    desk.delete(&format!("/crm/v8/Leads/{}", lead(1))).await;
    assert_eq!(desk.post("/__sandbox/reset", json!({})).await.0, 200);
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{id}")).await.0, 204);
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{}", lead(1))).await.0, 200);
    desk.sandbox.stop();
    let desk = Desk::with(kept(&folder)).await;
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{id}")).await.0, 204);
    assert_eq!(desk.get(&format!("/crm/v8/Leads/{}", lead(1))).await.0, 200);
    drop(desk);
    std::fs::remove_dir_all(folder).expect("the folder goes");
}

#[test]
fn a_port_or_folder_that_cannot_be_used_is_named() {
    let first = Sandbox::start(SandboxOptions::default()).expect("starts");
    let port: u16 = first.api_url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let second = Sandbox::start(SandboxOptions { port, ..SandboxOptions::default() });
    assert!(matches!(second, Err(SandboxError::Port { .. })));
    let third =
        Sandbox::start(SandboxOptions { data: Some(PathBuf::from("/dev/null/x")), ..SandboxOptions::default() });
    assert!(matches!(third, Err(SandboxError::Data { .. })));
}

#[test]
fn its_line_of_information_is_json_and_debug_tells_no_secret() {
    let sandbox = Sandbox::start(SandboxOptions::default()).expect("starts");
    let info: serde_json::Value = serde_json::from_str(&sandbox.info_json()).expect("JSON");
    assert_eq!(info["client_id"], sandbox.client_id());
    assert!(!sandbox.info_json().contains('\n'));
    assert!(!format!("{sandbox:?}").contains(sandbox.client_secret()));
    assert!(sandbox.redirect_uri().starts_with("http://127.0.0.1:"));
}
