//! What may change about a custom service after it was made, by its auth type.
//!
//! As in Zoho: the auth type, the link name and the grant types never change, API key parameters
//! and scopes may be added but not taken away. Any change revokes the connections made from it.

use super::service::{Auth, KeyParam, OAuth2, Service};

/// Everything about the change that is not allowed; nothing means that it is.
pub fn refusals(old: &Service, new: &Service) -> Vec<String> {
    let mut refusals = Vec::new();
    if old.link_name != new.link_name {
        refusals.push(format!("the link name stays `{}`", old.link_name));
    }
    match (&old.auth, &new.auth) {
        (Auth::ApiKey(old), Auth::ApiKey(new)) => key_refusals(old, new, &mut refusals),
        (Auth::OAuth2(old), Auth::OAuth2(new)) => oauth2_refusals(old, new, &mut refusals),
        (Auth::Basic {}, Auth::Basic {}) | (Auth::OAuth1(_), Auth::OAuth1(_)) | (Auth::AwsSigv4, Auth::AwsSigv4) => {}
        (Auth::ApiKey(_) | Auth::Basic {} | Auth::OAuth1(_) | Auth::OAuth2(_) | Auth::AwsSigv4, _) => {
            refusals.push(format!("the auth type stays {}", old.auth.word()));
        }
    }
    refusals
}

fn key_refusals(old: &[KeyParam], new: &[KeyParam], refusals: &mut Vec<String>) {
    // A parameter may get another name, so only their number tells that one was taken away.
    if new.len() < old.len() {
        refusals.push(format!("API key parameters may be added or edited, not removed ({} before)", old.len()));
    }
}

fn oauth2_refusals(old: &OAuth2, new: &OAuth2, refusals: &mut Vec<String>) {
    if old.grants != new.grants {
        refusals.push("the grant types stay as they are".to_owned());
    }
    let removed: Vec<&str> =
        old.scopes.iter().filter(|scope| !new.scopes.contains(scope)).map(String::as_str).collect();
    if !removed.is_empty() {
        refusals.push(format!("scopes may be added, not removed: `{}`", removed.join("`, `")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::catalogue;

    #[test]
    fn each_auth_type_has_its_rules() {
        let crm = catalogue::find("zoho_crm").expect("a service");
        let mut changed = crm.clone();
        changed.name = "Other".into();
        let Auth::OAuth2(row) = &mut changed.auth else { panic!("expected OAuth 2") };
        row.token_url = "https://example.com/token".into();
        row.scopes.push("more".into());
        assert!(refusals(crm, &changed).is_empty());
        let Auth::OAuth2(row) = &mut changed.auth else { panic!("expected OAuth 2") };
        row.scopes.remove(0);
        row.grants.pop();
        assert_eq!(refusals(crm, &changed).len(), 2);
        changed.link_name = "other".into();
        changed.auth = Auth::Basic {};
        assert_eq!(
            refusals(crm, &changed),
            ["the link name stays `zoho_crm`".to_owned(), "the auth type stays oauth2".into()]
        );
    }

    #[test]
    fn api_keys_are_not_taken_away() {
        let key = catalogue::find("sendgrid").expect("a service");
        let mut changed = key.clone();
        changed.auth = Auth::ApiKey(vec![]);
        assert_eq!(refusals(key, &changed), ["API key parameters may be added or edited, not removed (1 before)"]);
    }
}
