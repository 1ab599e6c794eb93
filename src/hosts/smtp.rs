//! The mail server that a run may use: `smtps://user:password@mail.example.com`.
//!
//! The password comes with the address, or from a connection of the vault that the address names; it is known to the
//! redactor before anything is said about it. Certificates are always verified.

use crate::connections::Outbound;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::Duration;
use url::{Host, Url};

const TIMEOUT: Duration = Duration::from_secs(40);
/// Names the connection whose user name and password the server wants.
const CONNECTION: &str = "connection";

/// A mail server's address.
#[derive(Clone)]
pub struct SmtpServer {
    url: Url,
    connection: Option<String>,
}

/// The password is not for logs.
impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SmtpServer({})", self.name())
    }
}

impl SmtpServer {
    /// Reads `smtps://host`, `smtp://host?tls=required` or `smtp://localhost`, with `user:password@` or
    /// `?connection=LINK`.
    ///
    /// # Errors
    /// What is wrong with the address, without showing it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = "expected a mail server such as smtps://user:password@mail.example.com or \
                        smtp://mail.example.com?tls=required";
        let mut url = Url::parse(text.trim()).map_err(|error| format!("{expected}: {error}"))?;
        if !matches!(url.scheme(), "smtp" | "smtps") || url.host().is_none() {
            return Err(expected.to_owned());
        }
        let (mut connection, mut tls) = (None, url.scheme() == "smtps");
        for (name, value) in url.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                (CONNECTION, link) => connection = Some(link.to_owned()),
                ("tls", "required") => tls = true,
                (name, _) => {
                    return Err(format!("a mail server has no option `{name}`, or not with this value; {expected}"));
                }
            }
        }
        let signs_in = connection.is_some() || !url.username().is_empty();
        if signs_in && !tls && !is_near(&url) {
            return Err("the password would travel in clear: write smtps://, or smtp:// with ?tls=required".to_owned());
        }
        let wants_tls = url.scheme() == "smtp" && tls;
        url.set_query(wants_tls.then_some("tls=required"));
        Ok(Self { url, connection })
    }

    /// Host and port, for messages.
    pub fn name(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The password, where it stands in the address.
    pub fn password(&self) -> Option<String> {
        let encoded = self.url.password()?;
        Some(percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned())
    }

    /// Hands a message over.
    ///
    /// # Errors
    /// Why the connection cannot be used, or what the server said.
    pub async fn send(&self, message: Message, outbound: &Outbound) -> Result<(), String> {
        let failed = |error: lettre::transport::smtp::Error| self.failure(&error);
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(self.url.as_str()).map_err(failed)?;
        if let Some(link) = &self.connection {
            let (user, password) = outbound.login(link).await.map_err(|error| error.to_string())?;
            builder = builder.credentials(Credentials::new(user, password.expose().to_owned()));
        }
        // An error says that the process has a provider already, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        builder.timeout(Some(TIMEOUT)).build().send(message).await.map_err(failed)?;
        Ok(())
    }

    fn failure(&self, error: &lettre::transport::smtp::Error) -> String {
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(next) = cause {
            let text = next.to_string();
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
            cause = next.source();
        }
        match error.is_permanent() || error.is_transient() {
            true => format!("the mail server {} refused the mail: {reason}", self.name()),
            false => format!("the mail server {} could not take the mail: {reason}", self.name()),
        }
    }
}

fn is_near(url: &Url) -> bool {
    match url.host() {
        // `smtp` is no scheme of the web, so that an address of numbers is a domain here.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_how_the_server_is_reached() {
        for text in [
            "smtps://u:p@mail.example.com",
            "smtp://u:p@mail.example.com:587?tls=required",
            "smtp://u:p@127.0.0.1:2525",
            "smtp://mail.example.com",
            "smtps://mail.example.com?connection=my_mail",
        ] {
            assert!(SmtpServer::parse(text).is_ok(), "{text}");
        }
        assert_eq!(
            SmtpServer::parse("smtps://u:p%40ss@m.example:465").expect("read").password().as_deref(),
            Some("p@ss")
        );
        assert_eq!(SmtpServer::parse("smtps://u:p@m.example:465").expect("read").name(), "m.example:465");
    }

    #[test]
    fn a_wrong_address_is_refused_without_showing_it() {
        let said = |text: &str| SmtpServer::parse(text).expect_err("a refusal");
        assert!(said("smtp://u:hush@mail.example.com").starts_with("the password would travel in clear"));
        assert!(said("smtp://mail.example.com?connection=x").starts_with("the password would travel in clear"));
        assert!(said("smtps://mail.example.com?verify=no").contains("no option `verify`"));
        assert!(said("smtps://mail.example.com?tls=opportunistic").contains("no option `tls`, or not with this value"));
        for text in ["https://u:hush@mail.example.com", "u:hush@mail.example.com", "smtps://u:hush@[::"] {
            assert!(!said(text).contains("hush"), "{text}");
        }
        let server = SmtpServer::parse("smtps://u:hush@mail.example.com").expect("read");
        assert_eq!(format!("{server:?}"), "SmtpServer(mail.example.com)");
    }
}
