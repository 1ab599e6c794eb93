//! `ararat connections add`: a connection on a service, signed in at once unless told not to.

use super::{ask_line, connect};
use crate::connections::link::link_name_from;
use crate::connections::registry::sandbox_params;
use crate::connections::service::{Budget, Grant};
use crate::connections::template::Values;
use crate::connections::{Error, NewConnection, Registry, Service, scope};
use clap::Args;
use std::io::IsTerminal;

#[derive(Args)]
pub struct Add {
    /// Link name of the service; `ararat services list` names them
    service: String,
    /// Name that people see; the service's name unless given
    #[arg(long)]
    name: Option<String>,
    /// Name that scripts use; made from the name unless given
    #[arg(long)]
    link_name: Option<String>,
    /// Scopes, separated by commas; the service's usual ones unless given
    #[arg(long, value_delimiter = ',')]
    scope: Vec<String>,
    /// A dynamic parameter of the service
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Address of a running `ararat sandbox`, which then stands in for Zoho
    #[arg(long, value_name = "URL", conflicts_with = "dc")]
    sandbox: Option<String>,
    /// A further host that may get the credentials
    #[arg(long = "host")]
    hosts: Vec<String>,
    /// Zoho's data centre: us, eu, in, au, jp, cn, ca, sa, uk, ae
    #[arg(long)]
    dc: Option<String>,
    /// Calls run as the user who runs the script
    #[arg(long)]
    login_user: bool,
    /// Most calls in a span of time, as in `100/60`: a hundred in 60 seconds
    #[arg(long, value_name = "CALLS/SECONDS", value_parser = rate)]
    rate: Option<Budget>,
    /// Do not sign in yet
    #[arg(long)]
    no_connect: bool,
    #[command(flatten)]
    way: connect::Way,
}

impl Add {
    pub async fn run(self, registry: &Registry) -> Result<(), Error> {
        let service = registry.service(&self.service).await?;
        let name = self.name.clone().unwrap_or_else(|| service.name.clone());
        let link_name =
            self.link_name.clone().unwrap_or_else(|| link_name_from(self.name.as_ref().unwrap_or(&service.link_name)));
        let mut params = ask_missing(&service, read_pairs(&self.params)?)?;
        if let Some(url) = &self.sandbox {
            if !service.is_zoho() {
                return Err(Error::usage(format!("the sandbox does not stand in for `{}`", service.link_name)));
            }
            params.extend(sandbox_params(url, url)?);
        }
        let new = NewConnection {
            service: service.link_name.clone(),
            name,
            link_name: link_name.clone(),
            scopes: scope::split(&self.scope.join(",")),
            params,
            hosts: self.hosts,
            dc: self.dc,
            grant: self.way.grant()?,
            login_user: self.login_user,
            rate: self.rate,
            credential: None,
        };
        let connection = registry.add(new).await?;
        errln!("added `{}`", connection.link_name);
        if self.no_connect {
            connect::keep_client(registry, &connection, &self.way).await?;
            errln!("sign in with `ararat connections connect {link_name}`");
            return Ok(());
        }
        connect::sign_in(registry, &connection, &self.way).await
    }
}

/// `100/60`.
pub(super) fn rate(text: &str) -> Result<Budget, String> {
    Budget::parse(text).ok_or_else(|| "expected calls and seconds, such as 100/60".to_owned())
}

/// Asks on a terminal for the dynamic parameters that were not given.
fn ask_missing(service: &Service, mut params: Values) -> Result<Values, Error> {
    if !std::io::stdin().is_terminal() {
        return Ok(params);
    }
    for name in &service.params {
        if !params.contains_key(name)
            && let Some(value) = ask_line(&format!("{name}: "))?
        {
            params.insert(name.clone(), value);
        }
    }
    Ok(params)
}

/// `NAME=VALUE` arguments.
pub(super) fn read_pairs(pairs: &[String]) -> Result<Values, Error> {
    let read = |pair: &String| match pair.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err(Error::usage(format!("expected NAME=VALUE for --param, found `{pair}`"))),
    };
    pairs.iter().map(read).collect()
}

impl connect::Way {
    fn grant(&self) -> Result<Option<Grant>, Error> {
        let Some(word) = &self.grant else {
            return Ok(None);
        };
        let unknown = || {
            Error::usage(format!(
                "expected authorization_code, client_credentials, self_client or device_code, found `{word}`"
            ))
        };
        Grant::parse(word).map(Some).ok_or_else(unknown)
    }
}
