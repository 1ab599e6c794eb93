//! The rows of all tasks: embedded in the program, read once when the first task is looked for.

use super::row::Task;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Declares the files of `catalogue/tasks/`, one for each product.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../catalogue/tasks/", $name, ".toml")))),*]
    };
}

/// The files by name, with their text.
pub const FILES: &[(&str, &str)] = files![
    "analytics",
    "billing",
    "bookings",
    "books",
    "built_in",
    "calendar",
    "cliq",
    "connect",
    "creator",
    "crm",
    "crm_v8",
    "desk",
    "directory",
    "fsm",
    "inventory",
    "invoice",
    "mail",
    "notebook",
    "one",
    "people",
    "projects",
    "recruit",
    "salesiq",
    "sdp",
    "sheet",
    "sign",
    "sms",
    "workdrive",
    "writer"
];

struct Catalogue {
    tasks: Vec<Task>,
    by_name: HashMap<String, usize>,
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let files = FILES.iter().map(|(name, text)| read_file(name, text).expect("tests/catalogue.rs reads every row"));
        let tasks: Vec<Task> = files.flatten().collect();
        let by_name = tasks.iter().enumerate().map(|(at, task)| (task.name().to_ascii_lowercase(), at)).collect();
        Catalogue { tasks, by_name }
    })
}

/// The task of a name, written in any case.
pub fn find(name: &str) -> Option<&'static Task> {
    let catalogue = catalogue();
    let name = name.to_ascii_lowercase();
    // Old scripts name the version that the plain names stand for.
    let plain = name.strip_prefix("zoho.crm.v2.").map(|rest| format!("zoho.crm.{rest}"));
    let older = name.strip_prefix("zoho.subscriptions.").map(|rest| format!("zoho.billing.{rest}"));
    let at = catalogue.by_name.get(plain.or(older).as_ref().unwrap_or(&name))?;
    catalogue.tasks.get(*at)
}

/// Every task, product by product.
pub fn all() -> impl Iterator<Item = &'static Task> {
    catalogue().tasks.iter()
}

/// Reads a file of rows.
///
/// # Errors
/// The file, the row and what is wrong with it.
pub fn read_file(name: &str, text: &str) -> Result<Vec<Task>, String> {
    let mut file: toml::Table = toml::from_str(text).map_err(|error| format!("{name}.toml: {error}"))?;
    let rows = match file.remove("task") {
        Some(toml::Value::Array(rows)) => rows,
        _ => return Err(format!("{name}.toml: expected `[[task]]` rows")),
    };
    let tasks = rows.into_iter().map(|row| match row {
        toml::Value::Table(row) => Task::read(row).map_err(|error| format!("{name}.toml: {error}")),
        other => Err(format!("{name}.toml: expected a table, found {}", other.type_str())),
    });
    tasks.collect()
}
