//! A request on a connection that is ready, opening a sealed record, and a long list of connections.

use ararat::connections::outbound::{Outbound, Source};
use ararat::connections::registry::{Registry, Settings};
use ararat::connections::vault::Vault;
use ararat::connections::{Credential, NewConnection, Secret, State};
use ararat::host::{Body, Method, Request, Target};
use ararat::http::runtime::block_on;
use ararat::http::{Client, Options};
use divan::Bencher;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

fn wait<F: Future>(work: F) -> F::Output {
    block_on(work).expect("a runtime")
}

/// A data directory that is removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A registry in a file with one connected `github`.
fn registry() -> (Registry, Folder) {
    let folder = Folder(std::env::temp_dir().join(format!("ararat-bench-{:016x}", rand::random::<u64>())));
    let settings = Settings { user: Some("asha".into()), ..Settings::default() };
    let registry = wait(Registry::open(&folder.0, settings)).expect("a registry");
    let tokens = ararat::connections::credential::Tokens {
        client_id: "client".into(),
        client_secret: Some(Secret::new("client-secret-0123456789")),
        access: Some(Secret::new("access-token-0123456789-0123456789")),
        refresh: Some(Secret::new("refresh-token-0123456789")),
    };
    let new = NewConnection {
        service: "github".into(),
        name: "GitHub".into(),
        link_name: "github".into(),
        credential: Some(Credential::OAuth2(tokens)),
        ..NewConnection::default()
    };
    let mut connection = wait(registry.add(new)).expect("added");
    connection.state = State::Connected;
    connection.lifetime = Some(3_600_000);
    connection.expires_at = Some(registry.now() + 3_600_000);
    wait(registry.save(&connection, None)).expect("saved");
    (registry, folder)
}

fn request() -> Request {
    Request {
        method: Method::Get,
        target: Target::Url("https://api.github.com/user/repos?per_page=100".into()),
        query: vec![("page".into(), "2".into())],
        headers: vec![("Accept".into(), "application/json".into())],
        body: Body::Empty,
        connection: Some("github".into()),
        scopes: vec![],
        timeout: Duration::from_secs(5),
        max_response: 1 << 20,
        origin: "invokeurl".into(),
    }
}

/// Link name to a request with its token: the file is looked at, nothing is read.
#[divan::bench]
fn resolve_and_attach_warm(bencher: Bencher) {
    let (registry, _folder) = registry();
    let outbound =
        Outbound::new(Arc::new(Client::new(Options::default())), Source::Open(registry), Settings::default());
    // A file that changed a moment ago is not trusted to be the one that was read.
    std::thread::sleep(Duration::from_millis(100));
    wait(outbound.prepare(&request())).expect("prepared");
    bencher.bench_local(|| wait(outbound.prepare(&request())).expect("prepared"));
}

/// The same with a registry that changes all the time: two rows read, a record opened.
#[divan::bench]
fn resolve_and_attach_cold(bencher: Bencher) {
    let (registry, _folder) = registry();
    bencher.bench_local(|| {
        let connection = wait(registry.connection("github")).expect("a connection");
        wait(registry.credential(&connection)).expect("opens")
    });
}

#[divan::bench]
fn open_a_sealed_record(bencher: Bencher) {
    let vault = Vault::ephemeral();
    let sealed = vault.seal("record", "credential", &[b'x'; 512]).expect("seals");
    bencher.bench_local(|| vault.open("record", "credential", &sealed).expect("opens"));
}

/// A registry of 10,000 connections, opened and listed.
#[divan::bench(max_time = 3)]
fn list_10_000(bencher: Bencher) {
    let (registry, folder) = registry();
    wait(registry.close());
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.0.join("registry.db"));
    wait(async {
        let pool = sqlx::SqlitePool::connect_with(file).await.expect("opens");
        sqlx::query(
            "insert into connections select lower(hex(randomblob(16))), 'link_' || n, name || n, service, state, details, \
             expires_at, lifetime, retry_at, revision, created_at, updated_at from connections, \
             (with recursive numbers(n) as (values (1) union all select n + 1 from numbers where n < 9999) select n from numbers)",
        )
        .execute(&pool)
        .await
        .expect("copied");
        pool.close().await;
    });
    bencher.bench_local(|| {
        let settings = Settings { user: Some("asha".into()), ..Settings::default() };
        let registry = wait(Registry::open(&folder.0, settings)).expect("a registry");
        let all = wait(registry.connections()).expect("listed");
        assert_eq!(all.len(), 10_000);
        all
    });
}
