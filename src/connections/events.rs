//! What happens to the tokens of connections, for a log and for a page.

use super::Error;
use super::registry::{AuditLine, Registry};

/// A new token came.
pub const REFRESHED: &str = "refreshed";
/// None came, for now.
pub const REFRESH_FAILED: &str = "refresh failed";
/// None will come before a person signs in again.
pub const NEEDS_SIGN_IN: &str = "needs a new sign-in";

/// Whether a line of the history tells of trouble.
pub fn is_trouble(line: &AuditLine) -> bool {
    matches!(line.event.as_str(), REFRESH_FAILED | NEEDS_SIGN_IN)
}

impl Registry {
    /// The latest of what happened to tokens, newest first: refreshed, failed, in need of a sign-in.
    pub async fn token_events(&self, most: u32) -> Result<Vec<AuditLine>, Error> {
        self.store().history_of([REFRESHED, REFRESH_FAILED, NEEDS_SIGN_IN], most).await
    }
}
