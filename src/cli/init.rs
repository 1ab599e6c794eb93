//! `ararat init`: a project of custom functions that runs at once.

use super::{Exit, bad_use};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Init {
    /// The folder; made where it is missing
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
}

/// The files of a new project.
const FILES: &[(&str, &str)] = &[
    ("ararat.toml", include_str!("init/ararat.toml")),
    ("functions/standalone/hello.dg", include_str!("init/hello.dg")),
    ("tests/hello.dg", include_str!("init/hello_test.dg")),
    (".gitignore", ".ararat/\n"),
];

impl Init {
    pub fn main(self) -> Exit {
        // Before anything is written: a project that is there stays as it is.
        if let Some((name, _)) = FILES.iter().find(|(name, _)| *name != ".gitignore" && self.dir.join(name).exists()) {
            return bad_use(format!("{} is there already", self.dir.join(name).display()));
        }
        for (name, text) in FILES {
            let path = self.dir.join(name);
            match write_new(&path, text) {
                Ok(true) => outln!("made {}", path.display()),
                Ok(false) => {}
                Err(error) => return bad_use(format!("cannot make {}: {error}", path.display())),
            }
        }
        let folder = if self.dir == Path::new(".") { String::new() } else { format!(" --dir {}", self.dir.display()) };
        outln!("\n`ararat serve{folder}` runs it; `ararat test{folder}` tests it.");
        Exit::Ok
    }
}

/// Writes a file that is not there; says whether it was written.
fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
