//! Incoming webhooks: an address that is not to be guessed, which runs a function.
//!
//! `wish` is what people write, `mapping` says which part of a request is which argument, `verify` tells
//! senders from others, `calls` is what pages and routes call, `receive` takes a request.

mod calls;
mod mapping;
mod receive;
mod verify;
mod wish;

pub use calls::{IncomingWebhook, NewIncomingWebhook};
pub use mapping::Delivered;
pub(in crate::server) use receive::Rates;
pub use receive::Received;
pub use verify::{Encoding, Timestamp, Verification};
pub use wish::{Answer, IncomingWish, Verb};
