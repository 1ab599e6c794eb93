//! A PostgreSQL server of the test's own: made from the installed programs in a temporary folder,
//! gone at the end of the test.
//!
//! ```ignore
//! let Some(server) = Postgres::start() else { return };   // has said SKIPPED
//! let url = server.url("postgres");
//! ```
#![allow(dead_code)]

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Set for the second run of a binary: the server's address, without a database.
pub const SERVER: &str = "ARARAT_TEST_SERVER";
/// Where the server keeps its files.
pub const SERVER_FILES: &str = "ARARAT_TEST_SERVER_FILES";

/// Runs the tests of this binary once more with [`SERVER`] set, but those whose names hold one of `skipped`;
/// gives the line that counts them.
pub fn run_again(server: &Postgres, temporary: &Path, skipped: &[&str]) -> String {
    let program = std::env::current_exe().expect("this program");
    let run = Command::new(program)
        .args(skipped.iter().flat_map(|name| ["--skip", name]))
        .env(SERVER, server.url("").trim_end_matches('/'))
        .env(SERVER_FILES, &server.folder)
        .env("TMPDIR", temporary)
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "on PostgreSQL:\n{said}\n{}", String::from_utf8_lossy(&run.stderr));
    said.lines().find(|line| line.starts_with("test result")).unwrap_or_default().to_owned()
}

/// A running server. Whoever asks from this machine is let in, and nothing outlives a crash.
pub struct Postgres {
    child: Child,
    bin: PathBuf,
    pub folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a server, or says loudly why there is none.
    pub fn start() -> Option<Postgres> {
        let Some(bin) = programs() else {
            skip("PostgreSQL's `initdb` and `postgres` are not installed (apt-get install postgresql)");
            return None;
        };
        match Self::start_from(bin) {
            Ok(server) => Some(server),
            Err(reason) => {
                skip(&format!("PostgreSQL does not start: {reason}"));
                None
            }
        }
    }

    fn start_from(bin: PathBuf) -> Result<Postgres, String> {
        let folder =
            std::env::temp_dir().join(format!("ararat-postgres-{}-{:08x}", std::process::id(), rand::random::<u32>()));
        std::fs::create_dir(&folder).map_err(|error| error.to_string())?;
        give_to_owner(&folder)?;
        let data = folder.join("data");
        let made = as_owner(&bin.join("initdb"), &folder)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        let port = free_port()?;
        let log = std::fs::File::create(folder.join("log")).map_err(|error| error.to_string())?;
        let child = as_owner(&bin.join("postgres"), &folder)
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args([
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "max_connections=300",
                "-c",
                "log_statement=all",
            ])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut server = Postgres { child, bin, folder, port };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            let port = self.port.to_string();
            let asked = Command::new(self.bin.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
            if asked.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(format!("it ended with {status}: {log}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("it was not ready within 30 s".to_owned())
    }

    /// The address of one of its databases; `postgres` is always there.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped = as_owner(&self.bin.join("pg_ctl"), &self.folder)
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.join("data"))
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Says what was not checked, past the test harness, which would keep it to itself.
pub fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {reason}; nothing was checked on PostgreSQL");
}

/// Where the server's programs are: on the path, or where Debian keeps them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let all = ["initdb", "postgres", "pg_ctl", "pg_isready"];
    folders.into_iter().find(|folder| all.iter().all(|name| folder.join(name).is_file()))
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
    Ok(listener.local_addr().map_err(|error| error.to_string())?.port())
}

/// PostgreSQL does not run as root: then it is another user's.
#[cfg(unix)]
fn owner() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").map_or(1, |about| about.uid()) != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}

#[cfg(unix)]
fn give_to_owner(folder: &Path) -> Result<(), String> {
    match owner() {
        Some((user, group)) => {
            std::os::unix::fs::chown(folder, Some(user), Some(group)).map_err(|error| error.to_string())
        }
        None => Ok(()),
    }
}

#[cfg(unix)]
fn as_owner(program: &Path, folder: &Path) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    command
}

#[cfg(not(unix))]
fn give_to_owner(_: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(not(unix))]
fn as_owner(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}
