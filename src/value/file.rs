//! FILE: a name, a type and bytes. Files come from replies and built-ins, never from the local disk.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

/// A shared file.
#[derive(Clone)]
pub struct File(Rc<RefCell<Contents>>);

#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    pub name: String,
    /// MIME type: `image/png`.
    pub mime: String,
    /// Set by `setCharSet`.
    pub charset: Option<String>,
    /// Set by `setParamName`: the form field's name in a multipart body.
    pub param_name: Option<String>,
    pub bytes: Rc<[u8]>,
}

impl File {
    /// A file whose type follows from its name.
    pub fn new(name: impl Into<String>, bytes: impl Into<Rc<[u8]>>) -> Self {
        let name = name.into();
        let mime = mime_of(&name).to_owned();
        Self::with_type(name, mime, bytes)
    }

    pub fn with_type(name: impl Into<String>, mime: impl Into<String>, bytes: impl Into<Rc<[u8]>>) -> Self {
        let (name, mime, bytes) = (name.into(), mime.into(), bytes.into());
        Self(Rc::new(RefCell::new(Contents { name, mime, charset: None, param_name: None, bytes })))
    }

    pub fn borrow(&self) -> Ref<'_, Contents> {
        self.0.borrow()
    }

    pub fn borrow_mut(&self) -> RefMut<'_, Contents> {
        self.0.borrow_mut()
    }

    /// Whether both are names of the same file.
    pub fn is(&self, other: &File) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The MIME type of a file name, by its ending.
pub fn mime_of(name: &str) -> &'static str {
    const TYPES: &[(&str, &str)] = &[
        ("txt", "text/plain"),
        ("csv", "text/csv"),
        ("htm", "text/html"),
        ("html", "text/html"),
        ("json", "application/json"),
        ("xml", "application/xml"),
        ("pdf", "application/pdf"),
        ("zip", "application/zip"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("gif", "image/gif"),
        ("svg", "image/svg+xml"),
        ("doc", "application/msword"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("xls", "application/vnd.ms-excel"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ];
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let found = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending));
    found.map_or("application/octet-stream", |(_, mime)| mime)
}
