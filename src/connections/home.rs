//! The data directory: `$ARARAT_HOME`, or `ararat` in the user's data directory.
//!
//! The directory is 0700 and the files in it 0600: what is sealed in them is still nobody's business.

use super::Error;
use crate::database::crash_point;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The data directory by the environment; not created here.
pub fn default_dir() -> Result<PathBuf, Error> {
    if let Some(home) = named("ARARAT_HOME") {
        return Ok(home);
    }
    if let Some(data) = named("XDG_DATA_HOME").filter(|dir| dir.is_absolute()) {
        return Ok(data.join("ararat"));
    }
    if cfg!(windows)
        && let Some(data) = named("LOCALAPPDATA")
    {
        return Ok(data.join("ararat"));
    }
    match named("HOME").or_else(|| named("USERPROFILE")) {
        Some(home) => Ok(home.join(".local").join("share").join("ararat")),
        None => Err(Error::usage_help("no home directory is known", "name a data directory in ARARAT_HOME")),
    }
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Makes a directory for its owner alone.
pub fn make_private_dir(dir: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir).map_err(|error| failed("make", dir, &error))?;
    set_mode(dir, 0o700)
}

/// Makes an empty file for its owner alone, or narrows the permissions of one that is there.
pub fn make_private_file(path: &Path) -> Result<(), Error> {
    private_options().create(true).append(true).open(path).map_err(|error| failed("make", path, &error))?;
    set_mode(path, 0o600)
}

/// Writes a file whole or not at all, for its owner alone.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), Error> {
    write_and(path, content, |fresh| fs::rename(fresh, path))
}

/// As `write_private`, but `false` where the file is there already, however short a time.
pub fn write_private_new(path: &Path, content: &[u8]) -> Result<bool, Error> {
    let mut is_new = true;
    write_and(path, content, |fresh| {
        match fs::hard_link(fresh, path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => is_new = false,
            // A file system without links.
            Err(_) => return fs::rename(fresh, path),
        }
        fs::remove_file(fresh)
    })?;
    Ok(is_new)
}

/// Writes a file beside the place where it is to be, and has it put there.
fn write_and(path: &Path, content: &[u8], place: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), Error> {
    let fresh = path.with_extension(format!("{:08x}.tmp", rand::random::<u32>()));
    let write = || -> std::io::Result<()> {
        let mut file = private_options().create_new(true).write(true).open(&fresh)?;
        crash_point();
        file.write_all(content)?;
        file.sync_all()?;
        crash_point();
        place(&fresh)?;
        crash_point();
        sync_dir(path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&fresh);
        failed("write", path, &error)
    })
}

/// Makes a new name in a directory last, where the system has such a thing.
fn sync_dir(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(dir) if dir.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

/// Refuses a file that others may read.
pub fn check_private(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(|error| failed("read", path, &error))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::vault(
                format!("expected the key file {} to have mode 600, found {mode:o}", path.display()),
                format!("run `chmod 600 {}`, and make a new key if others may have read it", path.display()),
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn private_options() -> OpenOptions {
    #[allow(unused_mut)]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let wanted = fs::Permissions::from_mode(mode);
        fs::set_permissions(path, wanted).map_err(|error| failed("protect", path, &error))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

pub fn failed(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Store(format!("could not {verb} {}: {error}", path.display()))
}

/// A lock between processes, let go when dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock, trying again every few milliseconds so that the wait can be given up.
    pub async fn acquire(path: &Path, patience: Duration) -> Result<Self, Error> {
        let file = private_options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|error| failed("lock", path, &error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FileLock { _file: file }),
                Err(TryLockError::WouldBlock) if started.elapsed() < patience => {
                    tokio::time::sleep(Duration::from_millis(15)).await;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Store(format!(
                        "another process held {} for more than {} s",
                        path.display(),
                        patience.as_secs()
                    )));
                }
                Err(TryLockError::Error(error)) => return Err(failed("lock", path, &error)),
            }
        }
    }
}
