//! A build without traces.

use super::{TraceParent, are_wanted};
use crate::server::store::Execution;
use tokio::runtime::Handle;

/// There are none.
pub enum Traces {}

impl Traces {
    /// None.
    ///
    /// # Errors
    /// That the environment asks for traces.
    pub fn from_environment(_network: &Handle) -> Result<Option<Self>, String> {
        match are_wanted() {
            true => {
                Err("OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and this build has none: its feature `otel` is off"
                    .into())
            }
            false => Ok(None),
        }
    }

    pub fn ended(&self, _execution: &Execution, _parent: Option<&TraceParent>) {
        match *self {}
    }

    pub fn close(&self) {
        match *self {}
    }
}
