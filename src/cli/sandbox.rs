//! `ararat sandbox`: the embedded imitation of Zoho as a server of its own.

use super::{Exit, bad_use};
use clap::Args;

#[derive(Args)]
pub struct Serve {}
impl Serve {
    pub fn main(self) -> Exit {
        bad_use("stub")
    }
}
