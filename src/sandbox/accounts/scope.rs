//! Scopes: `Service.resource.OPERATION`, compared without regard to case.

/// The scopes that the sandbox's ready-made tokens carry.
pub const ALL: &[&str] = &[
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.ALL",
    "ZohoCRM.org.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL",
    "ZohoCRM.files.CREATE",
    "ZohoCRM.files.READ",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.send_mail.all.CREATE",
    "ZohoCRM.composite_requests.CUSTOM",
    "ZohoCRM.share.ALL",
    "ZohoSearch.securesearch.READ",
    "ZohoBooks.fullaccess.ALL",
    "Desk.basic.ALL",
    "Desk.tickets.ALL",
    "Desk.contacts.ALL",
    "Desk.tasks.ALL",
    "Desk.calls.ALL",
    "Desk.events.ALL",
    "Desk.products.ALL",
    "Desk.search.READ",
    "Desk.settings.ALL",
    "ZohoCreator.form.CREATE",
    "ZohoCreator.report.ALL",
    "ZohoCreator.meta.ALL",
    "ZohoCliq.Webhooks.CREATE",
    "ZohoCliq.Channels.ALL",
    "ZohoCliq.Chats.ALL",
    "ZohoCliq.Messages.ALL",
    "ZohoCliq.Users.ALL",
    "ZohoCliq.StorageData.ALL",
    "AaaServer.profile.READ",
];

/// Reads scopes divided by commas or spaces.
pub fn split(text: &str) -> Vec<String> {
    text.split([',', ' ']).map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// Whether this could be a scope: a service, a resource and an operation.
pub fn well_formed(scope: &str) -> bool {
    let parts: Vec<&str> = scope.split('.').collect();
    let word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    parts.len() >= 2 && parts.iter().all(word)
}

/// Whether one of the scopes held allows this operation on this resource, such as `ZohoCRM`,
/// `["modules", "leads"]`, `READ`.
pub fn allows(held: &[String], service: &str, resource: &[&str], operation: &str) -> bool {
    held.iter().any(|scope| one_allows(scope, service, resource, operation))
}

fn one_allows(scope: &str, service: &str, resource: &[&str], operation: &str) -> bool {
    let mut parts: Vec<&str> = scope.split('.').collect();
    let Some(granted) = parts.pop() else { return false };
    let Some((head, path)) = parts.split_first() else { return false };
    let operation_fits = granted.eq_ignore_ascii_case("ALL")
        || granted.eq_ignore_ascii_case(operation)
        || (granted.eq_ignore_ascii_case("WRITE") && matches!(operation, "CREATE" | "UPDATE" | "DELETE"));
    head.eq_ignore_ascii_case(service)
        && path.len() <= resource.len()
        && path.iter().zip(resource).all(|(ours, wanted)| ours.eq_ignore_ascii_case(wanted))
        && operation_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(scope: &str) -> Vec<String> {
        vec![scope.to_owned()]
    }

    #[test]
    fn a_wide_scope_covers_a_narrow_resource() {
        assert!(allows(&held("ZohoCRM.modules.ALL"), "ZohoCRM", &["modules", "leads"], "READ"));
        assert!(allows(&held("zohocrm.Modules.Leads.read"), "ZohoCRM", &["modules", "leads"], "READ"));
    }

    #[test]
    fn another_module_or_operation_is_not_covered() {
        assert!(!allows(&held("ZohoCRM.modules.deals.ALL"), "ZohoCRM", &["modules", "leads"], "READ"));
        assert!(!allows(&held("ZohoCRM.modules.leads.READ"), "ZohoCRM", &["modules", "leads"], "CREATE"));
        assert!(!allows(&held("ZohoCRM.modules.leads.WRITE"), "ZohoCRM", &["modules", "leads"], "READ"));
        assert!(allows(&held("ZohoCRM.modules.leads.WRITE"), "ZohoCRM", &["modules", "leads"], "DELETE"));
    }

    #[test]
    fn a_scope_has_a_service_and_an_operation() {
        assert!(well_formed("ZohoCRM.modules.ALL"));
        assert!(!well_formed("ZohoCRM"));
        assert!(!well_formed("ZohoCRM..ALL"));
        assert!(!well_formed("Zoho CRM.modules.ALL"));
    }
}
