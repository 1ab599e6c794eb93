//! Takes secrets out of anything that a person may read.
//!
//! By value: every secret that has been used in this process, also percent-encoded, base64 and as
//! a JSON text. By name: headers and query parameters that hold credentials whoever set them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use url::Url;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// Shorter values are too likely to be ordinary words; they are hidden by name only.
const SHORTEST: usize = 6;
/// From this length on, the last four characters are shown to tell one secret from another.
const LONG_ENOUGH_FOR_A_TAIL: usize = 16;

const SECRET_HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-amz-security-token",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-amz-security-token",
];
const SECRET_PARAMETERS: &[&str] = &[
    "access_token",
    "refresh_token",
    "client_secret",
    "api_key",
    "apikey",
    "zapikey",
    "authtoken",
    "code",
    "code_verifier",
    "password",
    "token",
    "oauth_token",
    "oauth_signature",
    "oauth_verifier",
    "assertion",
];

/// The secrets known to this process; clones share one list.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<RwLock<Vec<Known>>>,
    any: Arc<AtomicBool>,
    /// Its secrets are masked as well; what is learned here does not go there.
    parent: Option<Arc<Redactor>>,
}

struct Known {
    forms: Vec<Zeroizing<String>>,
    mask: String,
}

impl Redactor {
    /// One that also masks what this one knows, now and later, and keeps what it learns to itself: for
    /// one execution among many.
    pub fn child(&self) -> Self {
        Self { parent: Some(Arc::new(self.clone())), ..Self::default() }
    }

    /// Remembers a secret, so that it is masked from now on.
    pub fn learn(&self, secret: &str) {
        if secret.chars().count() < SHORTEST || self.knows(secret) {
            return;
        }
        let known = Known { forms: forms_of(secret), mask: mask(secret) };
        let mut list = self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        list.push(known);
        // The longest first, so that a secret inside another one does not spoil it.
        list.sort_by_key(|known| std::cmp::Reverse(known.forms[0].len()));
        self.any.store(true, Ordering::Release);
    }

    fn knows(&self, secret: &str) -> bool {
        let list = self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        list.iter().any(|known| known.forms[0].as_str() == secret)
    }

    /// The text with every known secret masked.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let own = self.clean_own(text);
        match (&self.parent, own) {
            (None, own) => own,
            (Some(parent), Cow::Borrowed(text)) => parent.clean(text),
            (Some(parent), Cow::Owned(text)) => Cow::Owned(parent.clean(&text).into_owned()),
        }
    }

    fn clean_own<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.any.load(Ordering::Acquire) {
            return Cow::Borrowed(text);
        }
        let list = self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut clean = Cow::Borrowed(text);
        for known in list.iter() {
            for form in &known.forms {
                if clean.contains(form.as_str()) {
                    clean = Cow::Owned(clean.replace(form.as_str(), &known.mask));
                }
            }
        }
        clean
    }

    /// An address without passwords, credential parameters and known secrets.
    pub fn url(&self, url: &Url) -> String {
        let mut shown = url.clone();
        if shown.password().is_some() {
            let _ = shown.set_password(Some("***"));
        }
        if let Some(query) = url.query() {
            shown.set_query(Some(&clean_query(query)));
        }
        self.clean(shown.as_str()).into_owned()
    }

    /// The value of a header, masked if the header holds credentials by its name.
    pub fn header(&self, name: &str, value: &str) -> String {
        if is_secret_header(name) {
            return match value.split_once(' ') {
                Some((scheme, _)) if scheme.len() < 20 => format!("{scheme} ***"),
                Some(_) | None => "***".to_owned(),
            };
        }
        self.clean(value).into_owned()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(***)")
    }
}

/// Headers that hold credentials whoever set them.
pub fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Parameters that hold credentials whoever set them.
pub fn is_secret_parameter(name: &str) -> bool {
    SECRET_PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A query with the values of credential parameters masked, everything else as it was.
pub fn clean_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret_parameter(name) => format!("{name}=***"),
        Some(_) | None => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// `***`, with the last four characters of a long secret.
pub fn mask(secret: &str) -> String {
    let length = secret.chars().count();
    if length < LONG_ENOUGH_FOR_A_TAIL {
        return "***".to_owned();
    }
    let tail: String = secret.chars().skip(length - 4).collect();
    format!("***{tail}")
}

fn forms_of(secret: &str) -> Vec<Zeroizing<String>> {
    let mut forms: Vec<Zeroizing<String>> = vec![Zeroizing::new(secret.to_owned())];
    let json = serde_json::Value::from(secret).to_string();
    let others = [
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        byte_serialize(secret.as_bytes()).collect::<String>(),
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        json[1..json.len() - 1].to_owned(),
    ];
    for other in others {
        if !forms.iter().any(|form| **form == other) {
            forms.push(Zeroizing::new(other));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_a_secret_in_every_form() {
        let redactor = Redactor::default();
        let secret = "pläin +secret/\"0123456789abcd";
        redactor.learn(secret);
        for form in forms_of(secret) {
            let text = format!("before {} after", form.as_str());
            assert!(!redactor.clean(&text).contains(form.as_str()), "{text}");
        }
        assert_eq!(redactor.clean("nothing here"), "nothing here");
        assert_eq!(format!("{redactor:?}"), "Redactor(***)");
    }

    #[test]
    fn a_child_keeps_what_it_learns_to_itself() {
        let parent = Redactor::default();
        let child = parent.child();
        parent.learn("of-the-parent");
        child.learn("of-the-child");
        assert_eq!(child.clean("of-the-parent of-the-child"), "*** ***");
        assert_eq!(parent.clean("of-the-parent of-the-child"), "*** of-the-child");
    }

    #[test]
    fn a_longer_secret_is_masked_before_one_inside_it() {
        let redactor = Redactor::default();
        redactor.learn("secret-a");
        redactor.learn("secret-a-and-more-of-it");
        assert_eq!(redactor.clean("x secret-a-and-more-of-it y"), "x ***f-it y");
    }

    #[test]
    fn urls_lose_credential_parameters_and_passwords() {
        let url = Url::parse("https://me:pw@example.com/a?page=1&access_token=abc&Token=x").expect("a url");
        assert_eq!(Redactor::default().url(&url), "https://me:***@example.com/a?page=1&access_token=***&Token=***");
    }

    #[test]
    fn short_values_are_not_masked_by_value() {
        let redactor = Redactor::default();
        redactor.learn("cat");
        assert_eq!(redactor.clean("concatenate"), "concatenate");
    }
}
