//! The modules of Desk.

/// A module, such as tickets.
pub struct Module {
    /// What it is called in addresses.
    pub path: &'static str,
    /// What scopes call it.
    pub scope: &'static str,
    /// Keys that a new record must have.
    pub required: &'static [&'static str],
    /// Whether it can be written to here.
    pub writable: bool,
    /// Keys that point at records of other modules.
    pub parents: &'static [(&'static str, &'static str)],
}

/// All of them.
pub const MODULES: &[Module] = &[
    Module {
        path: "tickets",
        scope: "tickets",
        required: &["subject", "departmentId"],
        writable: true,
        parents: &[
            ("departmentId", "departments"),
            ("contactId", "contacts"),
            ("assigneeId", "agents"),
            ("accountId", "accounts"),
            ("productId", "products"),
        ],
    },
    Module {
        path: "contacts",
        scope: "contacts",
        required: &["lastName"],
        writable: true,
        parents: &[("accountId", "accounts")],
    },
    Module { path: "accounts", scope: "contacts", required: &["accountName"], writable: true, parents: &[] },
    Module {
        path: "tasks",
        scope: "tasks",
        required: &["subject", "departmentId"],
        writable: true,
        parents: &[("departmentId", "departments"), ("ticketId", "tickets"), ("ownerId", "agents")],
    },
    Module {
        path: "calls",
        scope: "calls",
        required: &["subject", "departmentId", "startTime"],
        writable: true,
        parents: &[("departmentId", "departments"), ("ticketId", "tickets")],
    },
    Module {
        path: "events",
        scope: "events",
        required: &["subject", "departmentId", "startTime"],
        writable: true,
        parents: &[("departmentId", "departments"), ("ticketId", "tickets")],
    },
    Module { path: "products", scope: "products", required: &["productName"], writable: true, parents: &[] },
    Module { path: "departments", scope: "settings", required: &["name"], writable: false, parents: &[] },
    Module { path: "agents", scope: "settings", required: &["lastName"], writable: false, parents: &[] },
];

/// The module of this path.
pub fn find(path: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.path.eq_ignore_ascii_case(path))
}

/// The kind of documents that hold a module's records.
pub fn kind(path: &str) -> String {
    format!("desk/{path}")
}
