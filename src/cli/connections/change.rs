//! `ararat connections edit`: what may change about a connection while it is not connected.

use super::add::{rate, read_pairs};
use crate::connections::registry::Changes;
use crate::connections::service::Budget;
use crate::connections::{Error, Registry};
use clap::Args;

#[derive(Args)]
pub struct Edit {
    link_name: String,
    /// Name that people see
    #[arg(long)]
    name: Option<String>,
    /// All its scopes, separated by commas
    #[arg(long, value_delimiter = ',')]
    scope: Vec<String>,
    /// A dynamic parameter of the service
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Whether calls run as the user who runs the script
    #[arg(long, value_name = "BOOL")]
    login_user: Option<bool>,
    /// Most calls in a span of time, as in `100/60`: a hundred in 60 seconds
    #[arg(long, value_name = "CALLS/SECONDS", value_parser = rate)]
    rate: Option<Budget>,
}

impl Edit {
    pub async fn run(self, registry: &Registry) -> Result<(), Error> {
        let changes = Changes {
            name: self.name,
            scopes: (!self.scope.is_empty()).then_some(self.scope),
            params: read_pairs(&self.params)?,
            login_user: self.login_user,
            rate: self.rate,
        };
        let connection = registry.edit(&self.link_name, changes).await?;
        errln!("`{0}` is changed; sign in with `ararat connections connect {0}`", connection.link_name);
        Ok(())
    }
}
