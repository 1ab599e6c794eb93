//! A project on disk: `ararat.toml`, `functions/**/*.dg`, `tests/`.

use crate::check::declared_names;
use crate::source::Source;
use std::io;
use std::path::{Path, PathBuf};

/// The file that makes a folder a project.
pub const MARK: &str = "ararat.toml";
/// Where the functions are.
pub const FUNCTIONS: &str = "functions";
/// Where their tests are.
pub const TESTS: &str = "tests";

/// A source of a project, with the name of the function it publishes, as far as that can be read.
#[derive(Clone)]
pub struct ProjectSource {
    pub name: Option<String>,
    pub source: Source,
}

/// The sources below `functions`, in the order of their paths. A project without any has none.
///
/// # Errors
/// That a file cannot be read.
pub fn sources(project: &Path) -> io::Result<Vec<ProjectSource>> {
    scripts(&project.join(FUNCTIONS))?.iter().map(|path| read(project, path)).collect()
}

/// The scripts below a folder, in the order of their paths; none where it is not there.
///
/// # Errors
/// That a folder cannot be read.
pub fn scripts(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    Ok(files)
}

fn read(project: &Path, path: &Path) -> io::Result<ProjectSource> {
    let shown = path.strip_prefix(project).unwrap_or(path).display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot read {shown}: {error}")))?;
    let name = declared_names(&text).into_iter().next();
    Ok(ProjectSource { name, source: Source::new(shown, text) })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "dg" || ending == "deluge") {
            files.push(path);
        }
    }
    Ok(())
}
