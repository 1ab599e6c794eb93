//! Webhooks: requests of others that run functions (`incoming`), and requests to others that tell them
//! what happened (`outgoing`).

pub mod incoming;
pub mod outgoing;
