//! Outgoing webhooks: requests that tell others what happened, with the credentials of a connection.
//!
//! `wish` is what people write, `template` fills in merge fields, `request` makes the request, `calls` is
//! what pages and routes call, `deliver` sends what is due and tries again.

mod calls;
mod deliver;
mod request;
mod template;
mod wish;

pub use calls::OutgoingWebhook;
pub(in crate::server) use deliver::Deliveries;
pub use wish::{Authorization, Content, OutgoingWish, Parameter, ParameterKind, Trigger, Verb, When};
