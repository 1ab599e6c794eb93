//! CSV tables in zip archives.

use super::super::super::exchange::Problem;
use serde_json::json;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// No table is larger than this when it is unpacked.
const LARGEST: u64 = 25 * 1024 * 1024;

/// A table: its head and its rows.
pub struct Sheet {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows, each as long as it was written.
    pub rows: Vec<Vec<String>>,
}

fn is_csv<R: Read>(file: &zip::read::ZipFile<'_, R>) -> bool {
    file.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with(".csv"))
}

/// A file, alone in a zip archive.
pub fn packed(name: &str, content: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let write = || -> Result<Vec<u8>, zip::result::ZipError> {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(content)?;
        Ok(archive.finish()?.into_inner())
    };
    write().map_err(|error| Problem::new(500, "INTERNAL_ERROR", error.to_string(), json!({})))
}

impl Sheet {
    /// The table as CSV.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in std::iter::once(&self.head).chain(&self.rows) {
            // Writing into memory does not fail.
            let _ = writer.write_record(row);
        }
        writer.into_inner().unwrap_or_default()
    }

    /// The first CSV file of an archive, and its name.
    pub fn unpack(bytes: &[u8]) -> Option<(String, Sheet)> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let at = (0..archive.len()).find(|at| archive.by_index(*at).is_ok_and(|file| is_csv(&file)))?;
        let file = archive.by_index(at).ok()?;
        let name = file.name().ok()?.into_owned();
        let mut content = Vec::new();
        file.take(LARGEST).read_to_end(&mut content).ok()?;
        Some((name, Sheet::parse(&content)))
    }

    fn parse(content: &[u8]) -> Sheet {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let first = content.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
        let delimiter = *b",;|:".iter().find(|mark| first.contains(mark)).unwrap_or(&b',');
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(content);
        let mut rows = reader
            .byte_records()
            .filter_map(Result::ok)
            .map(|row| row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>());
        let head = rows.next().unwrap_or_default();
        Sheet { head, rows: rows.collect() }
    }
}
