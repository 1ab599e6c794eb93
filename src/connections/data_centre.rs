//! Zoho's data centres and the hosts of its products, as data (`catalogue/data_centres.toml`).

use super::Error;
use super::link::nearest;
use super::template::{Values, fill};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One data centre.
#[derive(Debug, Clone, Deserialize)]
pub struct DataCentre {
    /// `us`, `eu`, `in` …: what `--dc` and the provider's `location` parameter hold.
    pub location: String,
    pub name: String,
    /// The server that issues tokens.
    pub accounts: String,
    /// The host of most APIs.
    pub api: String,
    /// Hosts of products are `desk.DOMAIN`, `cliq.DOMAIN` …
    pub domain: String,
    /// The same for ServiceDesk Plus.
    pub manageengine: String,
}

#[derive(Deserialize)]
struct Table {
    centre: Vec<DataCentre>,
    family: BTreeMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../catalogue/data_centres.toml")).expect("a test reads the embedded table")
});

/// Used where a connection names none.
pub const DEFAULT: &str = "us";

/// All data centres.
pub fn all() -> &'static [DataCentre] {
    &TABLE.centre
}

/// A data centre by its location, or an error that lists them.
pub fn find(location: &str) -> Result<&'static DataCentre, Error> {
    let wanted = location.to_lowercase();
    all().iter().find(|centre| centre.location == wanted).ok_or_else(|| {
        let known: Vec<_> = all().iter().map(|centre| centre.location.as_str()).collect();
        Error::usage(format!("expected a data centre of {}, found `{location}`", known.join(", ")))
    })
}

impl DataCentre {
    /// Placeholder values of this data centre: `accounts`, `api`, `domain` …
    pub fn values(&self) -> Values {
        let api_domain = self.api.strip_prefix("www.").unwrap_or(&self.api);
        let pairs = [
            ("accounts", format!("https://{}", self.accounts)),
            ("api", format!("https://{}", self.api)),
            ("api_domain", api_domain.to_owned()),
            ("domain", self.domain.clone()),
            ("manageengine", self.manageengine.clone()),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// The base address of a product family (`api`, `desk`, `cliq` …) under given placeholder values.
pub fn family_base(family: &str, values: &Values) -> Result<String, Error> {
    match TABLE.family.get(family) {
        Some(template) => Ok(fill(template, values)),
        None => {
            let near = nearest(family, TABLE.family.keys().map(String::as_str));
            let help =
                near.map_or("see catalogue/data_centres.toml".to_owned(), |near| format!("did you mean `{near}`?"));
            Err(Error::usage_help(format!("no family of Zoho hosts is called `{family}`"), help))
        }
    }
}

/// Whether a host is one of Zoho's accounts servers: the only ones that may see a client secret.
pub fn is_accounts_host(host: &str) -> bool {
    all().iter().any(|centre| centre.accounts == host)
}

/// The data centre whose accounts server or API host this is.
pub fn of_host(host: &str) -> Option<&'static DataCentre> {
    let belongs = |centre: &&DataCentre| {
        let api_domain = centre.api.strip_prefix("www.").unwrap_or(&centre.api);
        [api_domain, &centre.domain]
            .iter()
            .any(|domain| host == *domain || host.strip_suffix(domain).is_some_and(|prefix| prefix.ends_with('.')))
    };
    all().iter().find(belongs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        assert_eq!(all().len(), 10);
        assert_eq!(find("EU").expect("a data centre").accounts, "accounts.zoho.eu");
        assert!(find("moon").expect_err("refused").to_string().contains("us, eu, in"));
    }

    #[test]
    fn families_follow_the_data_centre() {
        let eu = find("eu").expect("a data centre").values();
        assert_eq!(family_base("api", &eu).expect("a base"), "https://www.zohoapis.eu");
        assert_eq!(family_base("desk", &eu).expect("a base"), "https://desk.zoho.eu");
        let ca = find("ca").expect("a data centre").values();
        assert_eq!(family_base("cliq", &ca).expect("a base"), "https://cliq.zohocloud.ca");
        assert!(family_base("desks", &eu).expect_err("refused").help().expect("help").contains("`desk`"));
    }

    #[test]
    fn hosts_name_their_data_centre() {
        assert_eq!(of_host("desk.zoho.com.au").expect("a data centre").location, "au");
        assert_eq!(of_host("www.zohoapis.com").expect("a data centre").location, "us");
        assert!(of_host("evilzoho.com").is_none());
    }
}
