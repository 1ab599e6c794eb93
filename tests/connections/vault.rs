//! The registry's file and its vault: permissions, wrong keys, changed records, a new key.

use crate::stage::{CLIENT_SECRET, Clock, Folder, account, database_of, open, server, wait};
use ararat::connections::vault::KeySource;
use ararat::connections::{Credential, Error, Registry};
use std::fs;
use std::path::Path;

fn filled(dir: &Path) -> Registry {
    let registry = open(dir, Clock::new().settings()).expect("a registry");
    wait(registry.add_sandbox(&account("http://127.0.0.1:9"))).expect("a connection");
    registry
}

fn reopen(dir: &Path) -> Result<Option<Credential>, Error> {
    let registry = open(dir, Clock::new().settings())?;
    let connection = wait(registry.connection("zoho_crm"))?;
    wait(registry.credential(&connection))
}

fn client_secret(credential: Option<Credential>) -> String {
    match credential {
        Some(Credential::OAuth2(tokens)) => tokens.client_secret.expect("a secret").expose().to_owned(),
        other => panic!("expected an OAuth 2 credential, found {other:?}"),
    }
}

#[test]
fn a_connection_survives_the_process() {
    let folder = Folder::new();
    wait(filled(&folder.0).close());
    assert_eq!(client_secret(reopen(&folder.0).expect("opens")), CLIENT_SECRET);
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    filled(&folder.0);
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    if server().is_none() {
        assert_eq!(mode(&folder.0.join("registry.db")), 0o600);
    }
    let key = folder.0.join("vault.key");
    assert_eq!(mode(&key), 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("changed");
    let error = reopen(&folder.0).expect_err("refused");
    assert!(error.to_string().contains("to have mode 600, found 640"), "{error}");
    assert!(error.help().expect("help").contains("chmod 600"));
}

#[test]
fn a_wrong_key_and_a_missing_key_are_errors() {
    let (folder, other) = (Folder::new(), Folder::new());
    filled(&folder.0);
    filled(&other.0);
    let key = folder.0.join("vault.key");
    fs::copy(other.0.join("vault.key"), &key).expect("copied");
    let error = reopen(&folder.0).expect_err("refused");
    assert!(error.to_string().contains("is not the one that the vault was locked with"), "{error}");
    fs::remove_file(&key).expect("removed");
    let error = reopen(&folder.0).expect_err("refused");
    assert!(error.to_string().contains("is gone"), "{error}");
    assert!(!key.exists(), "no new key is made for an old vault");
}

#[test]
fn a_changed_record_is_an_error_and_not_an_empty_secret() {
    let folder = Folder::new();
    wait(filled(&folder.0).close());
    let (url, flip) = match database_of(&folder.0) {
        Some(url) => (url, "update secrets set sealed = set_byte(sealed, 9, 255 - get_byte(sealed, 9))"),
        None => {
            let file = folder.0.join("registry.db");
            (format!("sqlite:{}", file.display()), "update secrets set sealed = zeroblob(length(sealed))")
        }
    };
    sqlx::any::install_default_drivers();
    wait(async {
        let pool = sqlx::AnyPool::connect(&url).await.expect("opens");
        sqlx::query(flip).execute(&pool).await.expect("changed");
        pool.close().await;
    });
    let error = reopen(&folder.0).expect_err("refused");
    assert!(error.to_string().contains("was changed or damaged"), "{error}");
}

#[test]
fn a_new_key_reseals_everything() {
    let folder = Folder::new();
    let registry = filled(&folder.0);
    let before = wait(registry.vault_header()).expect("readable").expect("a header");
    let path = folder.0.join("second.key");
    let count = wait(registry.rekey(KeySource::KeyFile { path: path.clone() }, None)).expect("resealed");
    assert_eq!(count, 1);
    let after = wait(registry.vault_header()).expect("readable").expect("a header");
    assert_ne!(before.key_id, after.key_id);
    fs::remove_file(folder.0.join("vault.key")).expect("the old key is not needed");
    assert_eq!(client_secret(reopen(&folder.0).expect("opens")), CLIENT_SECRET);
}

#[test]
fn another_process_notices_a_new_key() {
    let folder = Folder::new();
    let first = filled(&folder.0);
    let second = open(&folder.0, Clock::new().settings()).expect("a registry");
    let connection = wait(second.connection("zoho_crm")).expect("a connection");
    assert!(wait(second.credential(&connection)).expect("readable").is_some());
    wait(first.rekey(KeySource::KeyFile { path: folder.0.join("second.key") }, None)).expect("resealed");
    assert_eq!(client_secret(wait(second.credential(&connection)).expect("readable")), CLIENT_SECRET);
}

#[test]
fn secrets_of_other_parts_follow_the_key() {
    let folder = Folder::new();
    let first = filled(&folder.0);
    let second = open(&folder.0, Clock::new().settings()).expect("a registry");
    wait(first.keep_secret("a", "planted-kept-secret")).expect("kept");
    let kept = |registry: &Registry, name: &str| {
        wait(registry.kept_secret(name)).expect("readable").map(|secret| secret.to_string())
    };
    assert_eq!(kept(&second, "a").as_deref(), Some("planted-kept-secret"));
    assert_eq!(kept(&second, "zoho_crm"), None, "a connection's is nobody else's");
    wait(first.rekey(KeySource::KeyFile { path: folder.0.join("second.key") }, None)).expect("resealed");
    wait(second.keep_secret("b", "planted-other-secret")).expect("kept under the new key");
    for registry in [&first, &second] {
        assert_eq!(kept(registry, "a").as_deref(), Some("planted-kept-secret"));
        assert_eq!(kept(registry, "b").as_deref(), Some("planted-other-secret"));
    }
    wait(first.forget_secret("a")).expect("shredded");
    assert_eq!(kept(&second, "a"), None);
}

#[test]
fn texts_that_are_kept_elsewhere_open_under_every_later_key() {
    let folder = Folder::new();
    let first = filled(&folder.0);
    let second = open(&folder.0, Clock::new().settings()).expect("a registry");
    let seal = |registry: &Registry| wait(registry.seal_text("execution 1", "planted-argument")).expect("sealed");
    let opened = |registry: &Registry, sealed: &str| {
        wait(registry.open_text("execution 1", sealed)).map(|text| text.to_string())
    };
    let mut sealed = vec![seal(&first), seal(&second)];
    for turn in 0..2 {
        let path = folder.0.join(format!("key {turn}"));
        wait(first.rekey(KeySource::KeyFile { path }, None)).expect("resealed");
        let third = open(&folder.0, Clock::new().settings()).expect("a registry");
        sealed.push(seal(&third));
        for (registry, sealed) in [&first, &second, &third].into_iter().zip(sealed.iter().cycle()) {
            assert!(!sealed.contains("planted"));
            assert_eq!(opened(registry, sealed).expect("opens"), "planted-argument");
        }
        for sealed in &sealed {
            assert_eq!(opened(&third, sealed).expect("opens"), "planted-argument");
        }
    }
    assert!(wait(first.open_text("execution 2", &sealed[0])).is_err(), "a text opens only under its own name");
}

#[test]
fn a_registry_that_stays_open_writes_under_a_new_key() {
    let folder = Folder::new();
    let first = filled(&folder.0);
    let second = open(&folder.0, Clock::new().settings()).expect("a registry");
    let connection = wait(second.connection("zoho_crm")).expect("a connection");
    wait(second.credential(&connection)).expect("readable");
    wait(first.rekey(KeySource::KeyFile { path: folder.0.join("second.key") }, None)).expect("resealed");
    wait(second.add_sandbox_product("zoho_books", &account("http://127.0.0.1:9"))).expect("sealed under the new key");
}

#[test]
fn link_names_are_unique_and_checked() {
    let folder = Folder::new();
    let registry = filled(&folder.0);
    let error = wait(registry.add_sandbox(&account("http://127.0.0.1:9"))).expect_err("refused");
    assert_eq!(error.to_string(), "the link name `zoho_crm` is taken");
}
