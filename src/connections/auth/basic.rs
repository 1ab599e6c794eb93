//! HTTP Basic: user name and password in the `Authorization` header.

use crate::connections::credential::Secret;
use crate::http::Hop;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Sets the `Authorization` header.
pub fn put(hop: &mut Hop, user: &str, password: &Secret) {
    hop.set_header("Authorization", &header(user, password));
}

/// `Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==`
pub fn header(user: &str, password: &Secret) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_example_of_rfc_7617() {
        let expected = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assert_eq!(header("Aladdin", &Secret::new("open sesame")), expected);
    }
}
