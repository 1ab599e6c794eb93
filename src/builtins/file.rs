//! Built-ins on FILE: making, reading and relabelling. Archives are in `file_archive`.

use super::Cx;
use crate::fault::Fault;
use crate::value::file::mime_of;
use crate::value::{File, Value};
use std::borrow::Cow;

const MB: usize = 1024 * 1024;

/// Characters that no file name may hold on a common file system.
const RESTRICTED: &[char] = &['\\', '/', ':', '*', '?', '"', '<', '>', '|'];

builtins! { FILE on File {
    /// The file's name; of a download, the last part of its address.
    ///
    /// ```dg
    /// info "hello".toFile("note.txt").getFileName();  // => note.txt
    /// ```
    "getFileName" => fn get_file_name(file: File) -> String {
        file.borrow().name.clone()
    }

    /// The file's content as text, read as UTF-8 or in the character set of `setCharSet`.
    ///
    /// ```dg
    /// info "hello".toFile("note.txt").getFileContent();  // => hello
    /// ```
    "getFileContent" => fn get_file_content(file: File) -> String {
        content(&file)
    }

    /// The file's size in bytes, as text.
    ///
    /// ```dg
    /// info "hello".toFile("note.txt").getFileSize();  // => 5
    /// ```
    "getFileSize" => fn get_file_size(file: File) -> String {
        file.borrow().bytes.len().to_string()
    }

    /// The file's MIME type.
    ///
    /// ```dg
    /// info "a,b".toFile("rows.csv").getFileType();  // => text/csv
    /// ```
    "getFileType" => fn get_file_type(file: File) -> String {
        file.borrow().mime.clone()
    }

    /// Renames the file; characters that file names cannot hold fail.
    ///
    /// ```dg
    /// note = "hello".toFile("note.txt");
    /// note.setFileName("sampleFile");
    /// info note.getFileName();  // => sampleFile
    /// ```
    "setFileName" => fn set_file_name(file: File, name: &str) -> Result<(), Fault> {
        file.borrow_mut().name = checked_name(name)?.to_owned();
        Ok(())
    }

    /// Relabels the file with an ending or a MIME type; the content stays as it is.
    ///
    /// ```dg
    /// note = "hello".toFile("note.txt");
    /// note.setFileType("pdf");
    /// info note.getFileType();  // => application/pdf
    /// ```
    "setFileType" => fn set_file_type(file: File, kind: &str) -> () {
        let kind = kind.trim();
        let mime = if kind.contains('/') { kind } else { mime_of(&format!(".{}", kind.trim_start_matches('.'))) };
        file.borrow_mut().mime = mime.to_owned();
    }

    /// Sets the character set in which the file is sent; an unknown one fails.
    ///
    /// ```dg
    /// note = "hello".toFile("note.txt");
    /// note.setCharSet("UTF-8");
    /// info note.getFileContent();  // => hello
    /// ```
    "setCharSet" => fn set_char_set(file: File, name: &str) -> Result<(), Fault> {
        if encoding_rs::Encoding::for_label(name.trim().as_bytes()).is_none() {
            return Err(Fault::value(format!("expected a character set such as `UTF-16`, found `{name}`")));
        }
        file.borrow_mut().charset = Some(name.trim().to_owned());
        Ok(())
    }

    /// Names the form field under which `invokeurl` sends the file.
    ///
    /// ```dg
    /// note = "hello".toFile("note.txt");
    /// note.setParamName("attachment");
    /// info note;  // => note.txt
    /// ```
    "setParamName" => fn set_param_name(file: File, name: &str) -> () {
        file.borrow_mut().param_name = Some(name.to_owned());
    }
}}

builtins! { FILE_OF_TEXT on Text {
    /// A file of that name whose content is the text, or the text form of another value.
    ///
    /// The content has at most 50 MB, 5 MB in Creator.
    ///
    /// ```dg
    /// note = "hello".toFile("note.txt");
    /// info note;  // => note.txt
    /// info {1, 2}.toFile("list.csv").getFileContent();  // => 1,2
    /// ```
    "toFile" => fn to_file[cx](text: &str, name: &str) -> Result<File, Fault> {
        made(name, text.as_bytes(), cx)
    }
}}

builtins! { FILE_TEST on Any {
    /// Whether a value is a file.
    ///
    /// ```dg
    /// info isFile("note.txt");                // => false
    /// info "hello".toFile("note.txt").isFile();  // => true
    /// ```
    "isFile" => fn is_file(value: &Value) -> bool {
        matches!(value, Value::File(_))
    }
}}

/// A file made by a script, within the documented size.
pub fn made(name: &str, bytes: &[u8], cx: &Cx<'_>) -> Result<File, Fault> {
    let most = if cx.settings.dialect.is_creator() { 5 } else { 50 };
    if bytes.len() > most * MB {
        return Err(Fault::value(format!("`{}` takes at most {most} MB, found {} bytes", cx.function, bytes.len())));
    }
    Ok(File::new(checked_name(name)?, bytes))
}

pub fn checked_name(name: &str) -> Result<&str, Fault> {
    match name.chars().find(|c| RESTRICTED.contains(c) || c.is_control()) {
        Some(bad) => Err(Fault::value(format!("a file name cannot hold {bad:?}, found `{name}`"))),
        None if name.trim().is_empty() => Err(Fault::value("expected a file name, found an empty text")),
        None => Ok(name),
    }
}

/// The content as text. A mark at its start decides before the character set that was set.
pub fn content(file: &File) -> String {
    let file = file.borrow();
    let set = file.charset.as_deref().and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes()));
    // A file made from text holds UTF-8 whatever set it is to be sent in.
    if let Ok(text) = std::str::from_utf8(&file.bytes) {
        return text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    }
    let (text, _, _): (Cow<'_, str>, _, _) = set.unwrap_or(encoding_rs::UTF_8).decode(&file.bytes);
    text.into_owned()
}
