//! Tasks of the network: integration tasks (`zoho.crm.getRecords`), blocks (`invokeurl [ … ]`) and function forms.
//!
//! An integration task is a row of `catalogue/tasks/*.toml`. Performing it is: arguments → [`bind`],
//! row and arguments → request ([`request`]), the host's door, reply → value ([`answer`]).
//! Nothing here opens a socket or sees a secret: a request names its connection by link name.

pub mod answer;
pub mod bind;
pub mod block;
pub mod catalogue;
mod forms;
pub mod kind;
mod labels;
mod reply;
mod request;
pub mod row;
mod send;
pub mod template;

pub use catalogue::{all, find};
pub use forms::{get_url, invoke_url, open_url, post_url, push_notification};
pub use row::Task;

use crate::fault::Fault;
use crate::host::Host;
use crate::value::{Settings, Value};

/// Performs an integration task: one request through the host's door, and its reply as a value.
///
/// # Errors
/// Arguments that the task cannot take, a task without a mapping, and whatever the host reports.
pub fn perform(task: &Task, args: &[Value], settings: &Settings, host: &mut dyn Host) -> Result<Value, Fault> {
    if !task.is_mapped() {
        return Err(task.refusal());
    }
    let mut bound = bind::bind(task, args, settings)?;
    let case = task.case_for(&bound)?.ok_or_else(|| task.refusal())?;
    request::look_up(case, &mut bound, host)?;
    let request = request::build(case, &bound)?;
    let response = send::http(host, request)?;
    answer::read(&case.answer, &response, &mut bound)
}
