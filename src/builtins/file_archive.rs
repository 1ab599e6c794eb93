//! Built-ins that make and open zip archives, within the documented sizes.

use super::file::checked_name;
use super::{Cx, receiver};
use crate::fault::Fault;
use crate::value::collection::{Collection, Contents};
use crate::value::map::Pairs;
use crate::value::{File, List, Map, Text, Value, nesting};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const MB: usize = 1024 * 1024;
/// The largest archive that `compress` may give.
const COMPRESSED: usize = 2 * MB;
/// What the files of an opened archive may hold in all, so that a small archive cannot fill the memory.
const EXTRACTED: usize = 50 * MB;

builtins! { ARCHIVE_OF_FILE on File {
    /// A zip archive that holds the file; it is named `<name>.zip`.
    ///
    /// The archive has at most 2 MB.
    ///
    /// ```dg
    /// note = "hello".toFile("sample.txt");
    /// info note.compress("box").getFileName();  // => box.zip
    /// ```
    "compress" => fn compress_file(file: File, name: Option<&str>) -> Result<File, Fault> {
        let stem = file.borrow().name.clone();
        let stem = stem.rsplit_once('.').map_or(stem.as_str(), |(stem, _)| stem);
        let mut archive = Archive::new();
        archive.add(&file, "")?;
        archive.finish(name.unwrap_or(stem))
    }

    /// The files of a zip archive, as a collection by their names.
    ///
    /// Anything but a zip archive gives an empty collection. The archive has at most 3 MB, 500 KB in Creator;
    /// archives with passwords fail.
    ///
    /// ```dg
    /// box = "hello".toFile("sample.txt").compress("box");
    /// files = box.extract();
    /// info files;                                     // => {"sample.txt":"sample.txt"}
    /// info files.get("sample.txt").getFileContent();  // => hello
    /// ```
    "extract" => fn extract[cx](file: File) -> Result<Collection, Fault> {
        let bytes = file.borrow().bytes.clone();
        let most = if cx.settings.dialect.is_creator() { 500 * 1024 } else { 3 * MB };
        if bytes.len() > most {
            let found = bytes.len();
            return Err(Fault::value(format!("`extract` takes an archive of at most {most} bytes, found {found}")));
        }
        extracted(&bytes).map(|pairs| Collection::new(Contents::Keyed(pairs)))
    }
}}

builtins! { ARCHIVE_OF_LIST on List {
    /// A zip archive that holds the files of a list; it is named `<name>.zip`.
    ///
    /// The archive has at most 2 MB.
    ///
    /// ```dg
    /// files = {"A".toFile("a.txt"), "B".toFile("b.txt")};
    /// info files.compress("letters").extract().size();  // => 2
    /// ```
    "compress" => fn compress_list[cx](files: List, name: Option<&str>) -> Result<File, Fault> {
        let mut archive = Archive::new();
        for file in files.snapshot().iter() {
            match file {
                Value::File(file) => archive.add(file, "")?,
                other => return Err(cx.cast(other, "FILE")),
            }
        }
        archive.finish(name.unwrap_or(UNNAMED))
    }
}}

builtins! { ARCHIVE_OF_MAP on Map {
    /// A zip archive of a tree: files by their names, maps as directories; it is named `<name>.zip`.
    ///
    /// The archive has at most 2 MB.
    ///
    /// ```dg
    /// tree = {"a.txt":"A".toFile("a.txt"), "inner":{"b.txt":"B".toFile("b.txt")}};
    /// info tree.compress("tree").extract().keys();  // => a.txt,inner/b.txt
    /// ```
    "compress" => fn compress_tree[cx](tree: &Value, name: Option<&str>) -> Result<File, Fault> {
        let mut archive = Archive::new();
        archive.add_tree(receiver::map(tree, cx)?, "", 0, cx)?;
        archive.finish(name.unwrap_or(UNNAMED))
    }
}}

/// The name of an archive that the script did not name.
const UNNAMED: &str = "archive";

/// A zip archive being written.
struct Archive {
    writer: ZipWriter<Cursor<Vec<u8>>>,
    names: std::collections::HashSet<String>,
}

impl Archive {
    fn new() -> Self {
        Self { writer: ZipWriter::new(Cursor::new(Vec::new())), names: Default::default() }
    }

    fn add(&mut self, file: &File, directory: &str) -> Result<(), Fault> {
        let (name, bytes) = (file.borrow().name.clone(), file.borrow().bytes.clone());
        self.write(format!("{directory}{name}"), &bytes)
    }

    /// Files go under their keys, maps become directories.
    fn add_tree(&mut self, tree: &Map, directory: &str, depth: usize, cx: &Cx<'_>) -> Result<(), Fault> {
        nesting::check(depth)?;
        for (key, value) in tree.snapshot().iter() {
            let name = checked_name(key)?;
            match value {
                Value::File(file) => {
                    let bytes = file.borrow().bytes.clone();
                    self.write(format!("{directory}{name}"), &bytes)?;
                }
                Value::Map(inner) => self.add_tree(inner, &format!("{directory}{name}/"), depth + 1, cx)?,
                other => return Err(cx.cast(other, "FILE, MAP")),
            }
        }
        Ok(())
    }

    fn write(&mut self, path: String, bytes: &[u8]) -> Result<(), Fault> {
        if !self.names.insert(path.clone()) {
            return Err(Fault::value(format!("an archive cannot hold two files named `{path}`")));
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let failed = |error: &dyn std::fmt::Display| Fault::value(format!("cannot compress `{path}`: {error}"));
        self.writer.start_file(path.as_str(), options).map_err(|error| failed(&error))?;
        self.writer.write_all(bytes).map_err(|error| failed(&error))
    }

    fn finish(self, name: &str) -> Result<File, Fault> {
        let name = checked_name(name)?;
        let failed = |error: zip::result::ZipError| Fault::value(format!("cannot compress `{name}`: {error}"));
        let bytes = self.writer.finish().map_err(failed)?.into_inner();
        if bytes.len() > COMPRESSED {
            return Err(Fault::value(format!("a compressed file has at most 2 MB, found {} bytes", bytes.len())));
        }
        let name = if name.ends_with(".zip") { name.to_owned() } else { format!("{name}.zip") };
        Ok(File::new(name, bytes))
    }
}

/// The files in an archive by their paths; none when it is no archive.
fn extracted(bytes: &[u8]) -> Result<Pairs, Fault> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Ok(Pairs::default()) };
    let mut files = Pairs::default();
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index);
        let mut entry = entry.map_err(|error| Fault::value(format!("cannot extract the archive: {error}")))?;
        if entry.is_dir() {
            continue;
        }
        let path =
            entry.name().map_err(|error| Fault::value(format!("cannot extract the archive: {error}")))?.into_owned();
        let mut content = Vec::new();
        // One byte more than may be there tells an archive that holds too much.
        let rest = EXTRACTED - total + 1;
        let read = entry.by_ref().take(rest as u64).read_to_end(&mut content);
        read.map_err(|error| Fault::value(format!("cannot extract `{path}`: {error}")))?;
        total += content.len();
        if total > EXTRACTED {
            return Err(Fault::value("the files of an archive may hold 50 MB in all, found more"));
        }
        let name = path.rsplit(['/', '\\']).next().unwrap_or(&path);
        files.put(Text::new(&path), Value::File(File::new(name, content)));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_while_it_inflates() {
        let mut archive = Archive::new();
        archive.write("zeros".to_owned(), &vec![0; EXTRACTED + 1]).expect("fits");
        let bytes = archive.finish("bomb").expect("small").borrow().bytes.clone();
        assert!(bytes.len() < MB);
        assert!(extracted(&bytes).is_err());
    }

    #[test]
    fn what_is_no_archive_holds_no_files() {
        assert!(extracted(b"hello").expect("no fault").is_empty());
        assert!(extracted(b"").expect("no fault").is_empty());
    }
}
