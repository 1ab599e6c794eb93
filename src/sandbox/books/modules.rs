//! The modules of Books: what their addresses, keys and messages are called.

/// A module, such as invoices.
pub struct Module {
    /// What it is called in addresses and lists.
    pub path: &'static str,
    /// The key under which one of it stands.
    pub key: &'static str,
    /// One of it, in messages.
    pub label: &'static str,
    /// Its id's key.
    pub id: &'static str,
    /// What scopes call it.
    pub scope: &'static str,
    /// Keys that a new one must have.
    pub required: &'static [&'static str],
    /// The key of its number, and what stands before the digits.
    pub number: Option<(&'static str, &'static str)>,
    /// The status of a new one.
    pub status: Option<&'static str>,
    /// What `/status/…` may make of it.
    pub statuses: &'static [&'static str],
    /// Whether it has lines and a total.
    pub lines: bool,
}

const PLAIN: Module = Module {
    path: "",
    key: "",
    label: "",
    id: "",
    scope: "settings",
    required: &[],
    number: None,
    status: None,
    statuses: &[],
    lines: false,
};

/// All of them.
pub const MODULES: &[Module] = &[
    Module {
        path: "contacts",
        key: "contact",
        label: "Contact",
        id: "contact_id",
        scope: "contacts",
        required: &["contact_name"],
        status: Some("active"),
        ..PLAIN
    },
    Module {
        path: "items",
        key: "item",
        label: "Item",
        id: "item_id",
        required: &["name", "rate"],
        status: Some("active"),
        ..PLAIN
    },
    Module {
        path: "invoices",
        key: "invoice",
        label: "Invoice",
        id: "invoice_id",
        scope: "invoices",
        required: &["customer_id", "line_items"],
        number: Some(("invoice_number", "INV-")),
        status: Some("draft"),
        statuses: &["sent", "void", "draft"],
        lines: true,
    },
    Module {
        path: "estimates",
        key: "estimate",
        label: "Estimate",
        id: "estimate_id",
        scope: "estimates",
        required: &["customer_id", "line_items"],
        number: Some(("estimate_number", "EST-")),
        status: Some("draft"),
        statuses: &["sent", "accepted", "declined"],
        lines: true,
    },
    Module {
        path: "salesorders",
        key: "salesorder",
        label: "Sales Order",
        id: "salesorder_id",
        scope: "salesorders",
        required: &["customer_id", "line_items"],
        number: Some(("salesorder_number", "SO-")),
        status: Some("draft"),
        statuses: &["open", "void", "confirmed"],
        lines: true,
    },
    Module {
        path: "purchaseorders",
        key: "purchaseorder",
        label: "Purchase Order",
        id: "purchaseorder_id",
        scope: "purchaseorders",
        required: &["vendor_id", "line_items"],
        number: Some(("purchaseorder_number", "PO-")),
        status: Some("draft"),
        statuses: &["open", "billed", "cancelled"],
        lines: true,
    },
    Module {
        path: "bills",
        key: "bill",
        label: "Bill",
        id: "bill_id",
        scope: "bills",
        required: &["vendor_id", "bill_number", "line_items"],
        status: Some("open"),
        statuses: &["open", "void"],
        lines: true,
        ..PLAIN
    },
    Module {
        path: "creditnotes",
        key: "creditnote",
        label: "Credit Note",
        id: "creditnote_id",
        scope: "creditnotes",
        required: &["customer_id", "line_items"],
        number: Some(("creditnote_number", "CN-")),
        status: Some("open"),
        statuses: &["open", "void", "draft"],
        lines: true,
    },
    Module {
        path: "customerpayments",
        key: "payment",
        label: "Payment",
        id: "payment_id",
        scope: "customerpayments",
        required: &["customer_id", "payment_mode", "amount"],
        number: Some(("payment_number", "")),
        ..PLAIN
    },
    Module {
        path: "expenses",
        key: "expense",
        label: "Expense",
        id: "expense_id",
        scope: "expenses",
        required: &["account_id", "amount"],
        status: Some("unbilled"),
        ..PLAIN
    },
    Module {
        path: "projects",
        key: "project",
        label: "Project",
        id: "project_id",
        scope: "projects",
        required: &["project_name", "customer_id"],
        status: Some("active"),
        statuses: &["active", "inactive"],
        ..PLAIN
    },
    Module { path: "users", key: "user", label: "User", id: "user_id", required: &["name", "email"], ..PLAIN },
    Module {
        path: "chartofaccounts",
        key: "chart_of_account",
        label: "Account",
        id: "account_id",
        scope: "accountants",
        required: &["account_name", "account_type"],
        ..PLAIN
    },
];

/// The module of this path.
pub fn find(path: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.path == path)
}
