//! From a request as the script means it to one that can be sent: which connection, which address.

use super::connection::{Connection, State};
use super::registry::Registry;
use super::service::Service;
use super::template::{Values, fill};
use super::{Error, data_centre, scope};
use crate::host::{Request, Target};
use std::sync::Arc;
use url::Url;

/// A connection chosen for a request.
pub struct Chosen {
    pub connection: Connection,
    pub service: Arc<Service>,
}

/// The connection that a request runs on: the one it names, or the account's own for its product.
pub async fn choose(registry: &Registry, request: &Request) -> Result<Chosen, Error> {
    match (&request.connection, &request.target) {
        (Some(link), _) => {
            let connection = registry.connection(link).await?;
            let service = Arc::new(registry.service(&connection.service).await?);
            Ok(Chosen { connection, service })
        }
        (None, Target::Zoho { family, path }) => own(registry, family, path).await,
        (None, Target::Url(_)) => Err(Error::usage("the request names no connection")),
    }
}

/// A task without a link name: `zoho_crm` if that covers it, else the first that does.
async fn own(registry: &Registry, family: &str, path: &str) -> Result<Chosen, Error> {
    let mut candidates = Vec::new();
    for connection in registry.connections().await? {
        // A connection whose service was deleted is nobody's candidate.
        let Ok(service) = registry.service(&connection.service).await else {
            continue;
        };
        if service.covers(family, path) {
            candidates.push(Chosen { connection, service: Arc::new(service) });
        }
    }
    // A connected one first, then one called after its service, then one for this product alone.
    candidates.sort_by_key(|chosen| {
        let connection = &chosen.connection;
        let rank = (connection.state != State::Connected, connection.link_name != chosen.service.link_name);
        (rank, chosen.service.covers.iter().any(|covers| covers == "*"))
    });
    candidates.into_iter().next().ok_or_else(|| none_for(family, path))
}

fn none_for(family: &str, path: &str) -> Error {
    let product = product_of(family, path);
    let service = super::catalogue::all()
        .iter()
        .find(|service| service.covers(family, path) && !service.covers.iter().any(|covers| covers == "*"));
    let (name, link) =
        service.map_or((product.as_str(), "zoho_oauth"), |service| (service.name.as_str(), service.link_name.as_str()));
    let sandbox = if link == "zoho_crm" { ", or run with `--sandbox`" } else { "" };
    Error::usage_help(
        format!("no connection covers {name}, and the task names none"),
        format!("add one with `ararat connections add {link}`{sandbox}"),
    )
}

fn product_of(family: &str, path: &str) -> String {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if family == "api" { first.to_owned() } else { family.to_owned() }
}

/// The address that a request goes to, its query appended and its placeholders filled.
pub fn address(request: &Request, values: &Values) -> Result<Url, Error> {
    let text = match &request.target {
        Target::Url(url) => fill(url.trim(), values),
        Target::Zoho { family, path } => {
            let base = match values.get("api").filter(|_| values.contains_key(STANDS_IN)) {
                Some(api) => api.clone(),
                None => data_centre::family_base(family, values)?,
            };
            format!("{base}/{}", path.trim_start_matches('/'))
        }
    };
    let mut url = stand_in(parse(&text)?, values)?;
    for (name, value) in &request.query {
        url.query_pairs_mut().append_pair(name, value);
    }
    Ok(url)
}

/// Dynamic parameter of a connection whose server stands in for Zoho's hosts: the sandbox's.
pub const STANDS_IN: &str = "stands_in_for_zoho";

/// Scripts write Zoho's hosts out; on a sandbox's connection they mean the sandbox.
fn stand_in(url: Url, values: &Values) -> Result<Url, Error> {
    let is_api = url.host_str().is_some_and(|host| data_centre::of_host(host).is_some());
    match (values.contains_key(STANDS_IN), values.get("api")) {
        (true, Some(api)) if is_api => parse(&format!("{api}{}", &url[url::Position::BeforePath..])),
        (_, _) => Ok(url),
    }
}

/// Where a call without a connection goes when a server stands in for all of Zoho's.
pub fn without_connection(url: Url, stand_in: Option<&str>) -> Result<Url, Error> {
    let is_zohos = url.host_str().is_some_and(|host| data_centre::of_host(host).is_some());
    match stand_in {
        Some(base) if is_zohos => {
            parse(&format!("{}{}", base.trim_end_matches('/'), &url[url::Position::BeforePath..]))
        }
        Some(_) | None => Ok(url),
    }
}

fn parse(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| {
        let shown = text.split('?').next().unwrap_or_default();
        Error::Http(crate::http::HttpError::Refused {
            reason: format!("expected an address such as https://example.com/path: {error}"),
            call: format!("`{shown}`"),
        })
    })?;
    Ok(url)
}

/// Names the scopes that a call needs and its connection lacks, where both are known.
pub fn check_scopes(request: &Request, connection: &Connection, service: &Service) -> Result<(), Error> {
    let missing = scope::missing(&connection.scopes, &request.scopes);
    if missing.is_empty() || !service.is_zoho() {
        return Ok(());
    }
    Err(Error::MissingScope { link: connection.link_name.clone(), missing })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Body, Method};
    use std::time::Duration;

    fn request(target: Target, query: &[(&str, &str)]) -> Request {
        Request {
            method: Method::Get,
            target,
            query: query.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            headers: vec![],
            body: Body::Empty,
            connection: None,
            scopes: vec![],
            timeout: Duration::from_secs(1),
            max_response: 1,
            origin: String::new(),
        }
    }

    #[test]
    fn addresses_get_parameters_and_queries() {
        let values = Values::from([("domain".to_owned(), "acme".to_owned())]);
        let url = Target::Url("https://{domain}.example.com/a?x=1".into());
        let address = address(&request(url, &[("q", "a b&c")]), &values).expect("an address");
        assert_eq!(address.as_str(), "https://acme.example.com/a?x=1&q=a+b%26c");
    }

    #[test]
    fn products_go_to_their_data_centre() {
        let values = data_centre::find("eu").expect("a data centre").values();
        let target = Target::Zoho { family: "api".into(), path: "/crm/v2/Leads".into() };
        let address = address(&request(target, &[]), &values).expect("an address");
        assert_eq!(address.as_str(), "https://www.zohoapis.eu/crm/v2/Leads");
    }

    #[test]
    fn a_missing_connection_names_the_product_and_the_command() {
        let error = none_for("api", "/crm/v2/Leads");
        assert_eq!(error.to_string(), "no connection covers Zoho CRM, and the task names none");
        assert_eq!(
            error.help().as_deref(),
            Some("add one with `ararat connections add zoho_crm`, or run with `--sandbox`")
        );
        assert!(none_for("desk", "/api/v1/tickets").help().expect("help").ends_with("add zoho_desk`"));
    }
}
