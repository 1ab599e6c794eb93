//! Scopes: reading lists of them, and whether those granted cover those needed.

/// Splits a list as people and providers write it: commas, spaces or plus signs between.
pub fn split(text: &str) -> Vec<String> {
    let words = text.split([',', ' ', '+', '\n', '\t']).filter(|word| !word.is_empty());
    let mut scopes: Vec<String> = Vec::new();
    for word in words {
        if !scopes.iter().any(|known| known == word) {
            scopes.push(word.to_owned());
        }
    }
    scopes
}

/// The needed scopes that no granted one covers. Nothing is missing where the grant is unknown.
pub fn missing(granted: &[String], needed: &[String]) -> Vec<String> {
    if granted.is_empty() {
        return Vec::new();
    }
    needed.iter().filter(|need| !granted.iter().any(|grant| covers(grant, need))).cloned().collect()
}

/// Zoho's scopes form a tree: `ZohoCRM.modules.ALL` covers `ZohoCRM.modules.leads.READ`.
fn covers(grant: &str, need: &str) -> bool {
    let (grant, need) = (grant.to_lowercase(), need.to_lowercase());
    if grant == need {
        return true;
    }
    let (Some((grant_path, grant_verb)), Some((need_path, need_verb))) =
        (grant.rsplit_once('.'), need.rsplit_once('.'))
    else {
        return false;
    };
    let verb = grant_verb == "all"
        || grant_verb == need_verb
        || (grant_verb == "write" && matches!(need_verb, "create" | "update" | "delete"));
    verb && (path_covers(grant_path, need_path))
}

fn path_covers(grant: &str, need: &str) -> bool {
    if let Some(product) = grant.strip_suffix(".fullaccess") {
        return need.split('.').next() == Some(product);
    }
    // `modules.custom` stands for every module that a user has made.
    if let Some(modules) = grant.strip_suffix(".custom") {
        return need == modules || need.strip_prefix(modules).is_some_and(|rest| rest.starts_with('.'));
    }
    need == grant || need.strip_prefix(grant).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn broad_scopes_cover_narrow_ones() {
        assert!(covers("ZohoCRM.modules.ALL", "ZohoCRM.modules.leads.READ"));
        assert!(covers("ZohoCRM.Modules.all", "zohocrm.modules.READ"));
        assert!(covers("ZohoCRM.modules.leads.WRITE", "ZohoCRM.modules.leads.CREATE"));
        assert!(covers("ZohoBooks.fullaccess.all", "ZohoBooks.invoices.READ"));
        assert!(covers("ZohoCRM.modules.custom.ALL", "ZohoCRM.modules.Houses.READ"));
        assert!(!covers("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.contacts.READ"));
        assert!(!covers("ZohoCRM.modules.READ", "ZohoCRM.modules.CREATE"));
        assert!(!covers("ZohoCRM.module.ALL", "ZohoCRM.modules.leads.READ"));
        assert!(!covers("ZohoBooks.fullaccess.all", "ZohoCRM.modules.READ"));
    }

    #[test]
    fn unknown_grants_refuse_nothing() {
        assert!(missing(&[], &list(&["ZohoCRM.modules.READ"])).is_empty());
        let missed = missing(&list(&["ZohoCRM.org.READ"]), &list(&["ZohoCRM.org.READ", "ZohoCRM.users.READ"]));
        assert_eq!(missed, ["ZohoCRM.users.READ"]);
    }

    #[test]
    fn lists_are_split_at_any_delimiter() {
        assert_eq!(split("a,b c+d, a"), ["a", "b", "c", "d"]);
    }
}
