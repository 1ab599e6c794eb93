//! API keys: named values in the query, the form data, a header or the path.

use crate::connections::Error;
use crate::connections::credential::Secret;
use crate::connections::service::KeyParam;
use crate::http::Hop;
use std::collections::BTreeMap;

/// Puts every parameter of the service into the request.
pub fn put(hop: &mut Hop, params: &[KeyParam], values: &BTreeMap<String, Secret>) -> Result<(), Error> {
    for param in params {
        let secret = values.get(&param.name).ok_or_else(|| {
            Error::usage(format!("the connection has no value for `{}` ({})", param.name, param.label))
        })?;
        let text = match &param.value {
            Some(around) => around.replace("{value}", secret.expose()),
            None => secret.expose().to_owned(),
        };
        super::place(hop, param.place, &param.name, &text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::service::Place;
    use crate::host::{Body, Method};
    use url::Url;

    #[test]
    fn each_key_goes_to_its_place() {
        let param = |name: &str, place, value: Option<&str>| KeyParam {
            name: name.into(),
            label: name.into(),
            place,
            value: value.map(str::to_owned),
        };
        let params = [
            param("X-Key", Place::Header, Some("Token {value}")),
            param("q", Place::Query, None),
            param("f", Place::Form, None),
            param("bot", Place::Path, None),
        ];
        let values = params.iter().map(|param| (param.name.clone(), Secret::new("a b"))).collect();
        let mut hop = Hop {
            method: Method::Post,
            url: Url::parse("https://example.com/{bot}/x?y=1").expect("a url"),
            headers: vec![("x-key".into(), "the script's own".into())],
            body: Body::Empty,
        };
        put(&mut hop, &params, &values).expect("all placed");
        assert_eq!(hop.headers, [("X-Key".to_owned(), "Token a b".to_owned())]);
        assert_eq!(hop.url.as_str(), "https://example.com/a%20b/x?y=1&q=a%20b");
        assert_eq!(hop.body, Body::Form(vec![("f".into(), "a b".into())]));
        let mut raw = Hop { body: Body::Bytes { content_type: String::new(), bytes: vec![] }, ..hop };
        assert!(put(&mut raw, &params, &values).is_err());
    }
}
