//! The way of a request through the host's door.

use crate::fault::Fault;
use crate::host::{Account, Ask, Host, Reply, Request, Response};
use std::time::Duration;

/// No answer within this time is a `socket timeout error` (`deluge/help/webhook/invokeurl-api-task`).
pub const TIMEOUT: Duration = Duration::from_secs(40);

const MEBIBYTE: usize = 1024 * 1024;

/// The most that a reply of a Zoho host may hold; other hosts and Creator have [`MAX_FOREIGN`].
pub const MAX_ZOHO: usize = 15 * MEBIBYTE;
pub const MAX_FOREIGN: usize = 5 * MEBIBYTE;
/// The most that `postUrl` takes (`deluge/help/web-data/posturl-function`).
pub const MAX_POSTED: usize = 50 * MEBIBYTE;

/// Asks for one request.
pub fn http(host: &mut dyn Host, request: Request) -> Result<Response, Fault> {
    match host.ask(Ask::Http(request))? {
        Reply::Http(response) => Ok(response),
        Reply::Done | Reply::Now(_) | Reply::Account(_) => Err(wrong_reply("an HTTP response")),
    }
}

/// Asks who runs the script.
pub fn account(host: &mut dyn Host) -> Result<Account, Fault> {
    match host.ask(Ask::Account)? {
        Reply::Account(account) => Ok(account),
        Reply::Done | Reply::Now(_) | Reply::Http(_) => Err(wrong_reply("an account")),
    }
}

/// A host answered something that was not asked: a mistake in the host, not in the script.
fn wrong_reply(expected: &str) -> Fault {
    Fault::other("run.http", format!("the host was asked for {expected} and answered something else"))
}
