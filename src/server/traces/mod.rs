//! Traces of executions for an OpenTelemetry collector, where the environment names one.
//!
//! A span is made when an execution has ended, from what the log has of it: names, times, statuses. Arguments,
//! output, addresses and what scripts print never leave. The trace of a request that begins an execution goes on
//! in it (`incoming`); it is not handed to whom the execution calls.

mod incoming;
#[cfg(not(feature = "otel"))]
mod none;
#[cfg(feature = "otel")]
mod otlp;

pub use incoming::TraceParent;
pub(in crate::server) use incoming::{current, with_parent};
#[cfg(not(feature = "otel"))]
pub use none::Traces;
#[cfg(feature = "otel")]
pub use otlp::Traces;

/// Whether the environment asks for traces.
fn are_wanted() -> bool {
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let endpoint = value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| value("OTEL_EXPORTER_OTLP_ENDPOINT"));
    let is_off = value("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || value("OTEL_TRACES_EXPORTER").is_some_and(|value| value.eq_ignore_ascii_case("none"));
    endpoint.is_some() && !is_off
}
