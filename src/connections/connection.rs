//! A connection: one sign-in to a service, under the link name that scripts use.

use super::service::Budget;
use super::template::Values;
use serde::{Deserialize, Serialize};

/// Everything about a connection that is not secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    #[serde(skip)]
    pub id: String,
    pub link_name: String,
    pub name: String,
    /// Link name of its service.
    pub service: String,
    pub state: State,
    pub scopes: Vec<String>,
    /// Values of the service's dynamic parameters.
    pub params: Values,
    /// Hosts added by the user, beside those of the service.
    pub hosts: Vec<String>,
    /// Zoho's data centre, where the service is Zoho's.
    pub dc: Option<String>,
    /// The grant type in use, for OAuth 2.
    pub grant: Option<String>,
    /// Calls run as the user who runs the script, not as the owner.
    pub login_user: bool,
    /// Calls that it may make, where the service says something else or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Budget>,
    pub owner: String,
    /// When the access token ends, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// How long the access token lives, in milliseconds.
    pub lifetime: Option<i64>,
    /// Why the connection is in its state.
    pub reason: Option<String>,
    /// No token request before this time, after a failure.
    #[serde(skip)]
    pub retry_at: Option<i64>,
    /// Token requests in a row that failed for the provider's sake.
    #[serde(skip)]
    pub failures: u32,
    /// Grows with each change; a change made from an older reading is refused.
    #[serde(skip)]
    pub revision: i64,
    /// The id of the connection itself; differs from `id` in a user's own sign-in to it.
    #[serde(skip)]
    pub base: String,
    /// Whose own sign-in this is, where it is not the owner's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// Where a connection stands. An expired token that can be refreshed is still `Connected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Made, never signed in.
    Draft,
    Connected,
    /// The provider no longer accepts it; a person must sign in again.
    NeedsReauth,
    /// Signed out on purpose.
    Revoked,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Connected => "connected",
            State::NeedsReauth => "needs_reauth",
            State::Revoked => "revoked",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [State::Draft, State::Connected, State::NeedsReauth, State::Revoked].into_iter().find(|s| s.word() == word)
    }
}

/// Clocks of machines that share a registry differ by less than this.
pub const CLOCK_TOLERANCE: i64 = 5 * 60_000;
/// Refreshed at least this long before the end.
const LEAST_MARGIN: i64 = 60_000;

impl Connection {
    /// Whether the access token ends so soon that it should be refreshed now: within the seconds that
    /// its service names, or a tenth of its life and at least a minute.
    pub fn is_due(&self, now: i64, margin: Option<u32>) -> bool {
        let Some(expires_at) = self.expires_at else {
            return false;
        };
        if self.is_from_the_future(now) {
            return true;
        }
        let life = self.lifetime.unwrap_or(3_600_000);
        // A token that lives for less than two minutes would otherwise be due from its birth.
        let wanted = margin.map_or(LEAST_MARGIN.max(life / 10), |seconds| i64::from(seconds) * 1000);
        let margin = wanted.min(life / 2);
        now >= expires_at - margin
    }

    /// Written in what is now the future: the clock was set back, and times in it cannot be trusted.
    pub fn is_from_the_future(&self, now: i64) -> bool {
        now < self.updated_at - CLOCK_TOLERANCE
    }

    /// Whether the access token has ended.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|expires_at| now >= expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(lifetime: i64) -> Connection {
        Connection {
            id: "1".into(),
            link_name: "a".into(),
            name: "A".into(),
            service: "zoho_crm".into(),
            state: State::Connected,
            scopes: vec![],
            params: Values::new(),
            hosts: vec![],
            dc: None,
            grant: None,
            login_user: false,
            rate: None,
            owner: String::new(),
            expires_at: Some(lifetime),
            lifetime: Some(lifetime),
            reason: None,
            retry_at: None,
            failures: 0,
            revision: 1,
            base: "1".into(),
            user: None,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn tokens_are_due_a_tenth_or_a_minute_before_their_end() {
        let hour = token(3_600_000);
        assert!(!hour.is_due(3_600_000 - 360_001, None));
        assert!(hour.is_due(3_600_000 - 360_000, None));
        let five_minutes = token(300_000);
        assert!(!five_minutes.is_due(239_999, None) && five_minutes.is_due(240_000, None));
        let short = token(30_000);
        assert!(!short.is_due(14_999, None) && short.is_due(15_000, None));
        assert!(!hour.is_due(2_699_999, Some(900)) && hour.is_due(2_700_000, Some(900)), "a quarter of an hour before");
        assert!(!short.is_expired(29_999) && short.is_expired(30_000));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_a_token_due() {
        let hour = Connection { updated_at: 1_000_000, ..token(4_600_000) };
        assert!(!hour.is_due(1_000_000 - CLOCK_TOLERANCE, None) && hour.is_due(1_000_000 - CLOCK_TOLERANCE - 1, None));
    }
}
