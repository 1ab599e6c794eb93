//! The CRM's own errors, by name.

use super::super::exchange::Problem;
use serde_json::{Value, json};

/// The token is unknown, ended or missing.
pub fn invalid_token() -> Problem {
    Problem::new(401, "INVALID_TOKEN", "invalid oauth token", json!({}))
}

/// No credentials came with the call.
pub fn authentication_failure() -> Problem {
    Problem::new(401, "AUTHENTICATION_FAILURE", "Authentication failed", json!({}))
}

/// The token's scopes do not cover the call.
pub fn scope_mismatch() -> Problem {
    Problem::new(401, "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", json!({}))
}

/// No such address.
pub fn invalid_url() -> Problem {
    let message = "Please check if the URL trying to access is a correct one";
    Problem::new(404, "INVALID_URL_PATTERN", message, json!({"sandbox": "this address is not imitated"}))
}

/// No such method at this address.
pub fn invalid_method() -> Problem {
    let message = "The http request method type is not a valid one";
    Problem::new(400, "INVALID_REQUEST_METHOD", message, json!({}))
}

/// No such module.
pub fn invalid_module() -> Problem {
    Problem::new(400, "INVALID_MODULE", "the module name given seems to be invalid", json!({}))
}

/// The id in the address belongs to nothing.
pub fn invalid_id() -> Problem {
    Problem::new(400, "INVALID_DATA", "the id given seems to be invalid", json!({}))
}

/// The id in the address belongs to no record of the module.
pub fn entity_id_invalid() -> Problem {
    Problem::new(400, "ENTITY_ID_INVALID", "ENTITY_ID_INVALID", json!({"resource_path_index": 1}))
}

/// What hangs on a lock.
pub fn locked(details: Value) -> Problem {
    Problem::new(400, "RECORD_LOCKED", "the record is locked", details)
}

/// The sandbox knows the address but does not imitate what is behind it.
pub fn not_imitated(what: &str) -> Problem {
    let message = format!("the sandbox does not imitate {what}");
    Problem::new(404, "INVALID_URL_PATTERN", message, json!({}))
}

/// A parameter is missing.
pub fn param_missing(name: &str) -> Problem {
    let details = json!({"param_name": name, "param": name});
    Problem::new(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", details)
}

/// A parameter has a value that it cannot have.
pub fn invalid_param(name: &str, expected: &str) -> Problem {
    let details = json!({"param_name": name, "expected_data_type": expected});
    Problem::new(400, "INVALID_DATA", "invalid data", details)
}

/// A field must be there and is not.
pub fn mandatory(details: Value) -> Problem {
    Problem::new(400, "MANDATORY_NOT_FOUND", "required field not found", details)
}

/// A value does not fit.
pub fn invalid_data(details: Value) -> Problem {
    Problem::new(400, "INVALID_DATA", "invalid data", details)
}

/// A query cannot be read or run.
pub fn invalid_query(details: Value) -> Problem {
    Problem::new(400, "INVALID_QUERY", "Invalid query formed", details)
}
