//! The default services: one file each in `catalogue/services/`, embedded, read on first use.

mod files;

use super::Error;
use super::link::nearest;
use super::service::Service;
use std::sync::LazyLock;

static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let read = |(_, text): &(&str, &str)| toml::from_str(text).expect("a test reads every embedded service");
    files::FILES.iter().map(read).collect()
});

/// All default services, by link name.
pub fn all() -> &'static [Service] {
    &SERVICES
}

/// A default service by its link name or an alias.
pub fn find(link: &str) -> Option<&'static Service> {
    all().iter().find(|service| service.link_name == link || service.aliases.iter().any(|alias| alias == link))
}

/// The file of a default service, comments included.
pub fn text_of(link: &str) -> Option<&'static str> {
    files::FILES.iter().find(|(name, _)| *name == link).map(|(_, text)| *text)
}

/// Services whose names or notes have every word of the query.
pub fn search(query: &str) -> Vec<&'static Service> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let matches = |service: &&Service| {
        let notes = service.notes.as_deref().unwrap_or_default();
        let text = format!("{} {} {notes} {}", service.link_name, service.name, service.family).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    all().iter().filter(matches).collect()
}

/// The error for a service that is not there.
pub fn unknown(link: &str) -> Error {
    let near = nearest(link, all().iter().map(|service| service.link_name.as_str()));
    Error::UnknownService { link: link.to_owned(), near }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::link::{check_display_name, check_link_name};
    use std::collections::BTreeSet;

    #[test]
    fn every_file_reads_and_passes_the_rules() {
        for (name, text) in files::FILES {
            let service: Service = toml::from_str(text).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
            assert_eq!(service.link_name, *name, "a file is called by its link name");
            check_link_name(&service.link_name).expect("a link name");
            check_display_name(&service.name).expect("a name");
            let problems = service.problems();
            assert!(problems.is_empty(), "{name}.toml: {problems:?}");
        }
    }

    #[test]
    fn addresses_to_test_are_ones_that_may_see_the_credentials() {
        for service in all() {
            let mut values = service.values(None, &Default::default()).expect("values");
            for name in service.params.iter().chain(&service.from_token) {
                let is_whole = service.api_base.as_ref().is_some_and(|base| base.starts_with(&format!("{{{name}}}")));
                let value = if is_whole { "https://example.com" } else { "x" };
                values.entry(name.clone()).or_insert_with(|| value.to_owned());
            }
            let portals = service.portals.as_ref().map(|portals| &portals.url);
            for url in service.test.iter().chain(portals) {
                let filled = crate::connections::template::fill(url, &values).replace("/bot{api_key}", "");
                let url = url::Url::parse(&filled).unwrap_or_else(|error| panic!("{}: {error}", service.link_name));
                let allowed = service.allowed_hosts(&values);
                assert!(crate::connections::service::is_allowed(&url, &allowed), "{}: {url}", service.link_name);
            }
            assert!(service.whoami.is_empty() || service.test.is_some(), "{}", service.link_name);
        }
        assert!(all().iter().filter(|service| service.test.is_some()).count() >= 45);
    }

    #[test]
    fn the_list_has_every_file_of_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue/services");
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().trim_end_matches(".toml").to_owned())
            .collect();
        let listed: BTreeSet<String> = files::FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(there, listed);
    }

    #[test]
    fn names_and_aliases_find_services() {
        assert_eq!(find("zlabs_integration").expect("an alias").link_name, "zoho_oauth");
        assert!(find("zoho_cmr").is_none());
        assert_eq!(unknown("zoho_cmr").to_string(), "no service has the link name `zoho_cmr` (there is `zoho_crm`)");
        assert!(search("google drive").iter().any(|service| service.link_name == "google_drive"));
    }
}
