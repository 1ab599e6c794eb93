//! The form of a custom service: fields in, a definition out.

use super::pick::auth_name;
use crate::connections::Error;
use crate::connections::Service;
use crate::connections::definition::{Definition, Kind};
use crate::connections::scope;
use crate::connections::service::{Auth, ClientAuth, Grant, KeyParam, Place, Signature};
use crate::server::console::parts::{self, Field};
use crate::server::console::{Fields, Refusal, Visitor};
use maud::{Markup, html};

/// Whether the fields that never change are shown to be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    New,
    Edit,
}

const SIGNATURES: [(&str, Signature); 5] = [
    ("HMAC-SHA1", Signature::HmacSha1),
    ("HMAC-SHA256", Signature::HmacSha256),
    ("HMAC-SHA512", Signature::HmacSha512),
    ("RSA-SHA1", Signature::RsaSha1),
    ("PLAINTEXT", Signature::Plaintext),
];

/// The form, with what was filled in and what was wrong with it.
pub fn form(visitor: &Visitor, mode: Mode, action: &str, fields: &Fields, problem: Option<&Refusal>) -> Markup {
    let url = |name, label, hint| html! { (Field::text(name, label, fields.text(name)).hint(hint)) };
    html! {
        (parts::problem(problem.map(|p| p.message.as_str()), problem.and_then(|p| p.help.as_deref())))
        form method="post" action=(action) {
            (visitor.csrf())
            @match mode {
                Mode::New => {
                    div.field {
                        label for="field-name" { "Service name" }
                        input id="field-name" name="name" value=(fields.text("name")) required maxlength="50" autocomplete="off"
                            data-names="field-link_name";
                    }
                    (Field::text("link_name", "Service link name", fields.text("link_name")).hint("Made from the name where empty. It stays."))
                    (kind_choice(fields))
                }
                Mode::Edit => {
                    (Field::text("name", "Service name", fields.text("name")).required().max(50))
                    p.muted { "Auth type: " (auth_name(fields.text("kind"))) ". Auth type, link name and grant type stay." }
                    select.hidden name="kind" data-chooses="kind" aria-label="Auth type" tabindex="-1" {
                        option value=(fields.text("kind")) selected { (auth_name(fields.text("kind"))) }
                    }
                }
            }
            (Field::text("api_base", "API address", fields.text("api_base")).required()
                .hint("Where the API begins, as in https://api.example.com. Its host may get the credentials."))
            @if mode == Mode::New { (grant(fields)) }
            div data-for="kind" data-when="oauth1" {
                (Field::text("request_token_url", "Request token URL", fields.text("request_token_url")).needed())
            }
            div data-for="kind" data-when="oauth1 oauth2" {
                (url("authorize_url", "Authorize URL", "Not needed for client credentials."))
            }
            div data-for="kind" data-when="oauth1" {
                (Field::text("access_token_url", "Access token URL (OAuth 1)", fields.text("access_token_url")).needed())
                (signature(fields))
            }
            (oauth2(mode, fields))
            (key_rows(fields))
            div data-for="kind" data-when="oauth1 oauth2" { (place(fields)) }
            details open[fields.given("test").is_some() || fields.given("hosts").is_some() || fields.given("params").is_some()] {
                summary { "More" }
                (url("test", "Address to test", "Its answer shows that the credentials work."))
                (Field::text("hosts", "Further hosts", fields.text("hosts")).hint("That may get the credentials, with spaces between."))
                (Field::text("params", "Dynamic parameters", fields.text("params"))
                    .hint("Names with spaces between; asked for each connection and filled into addresses as {name}."))
            }
            button.primary type="submit" { @if mode == Mode::New { "Make service" } @else { "Save and revoke its connections" } }
        }
    }
}

fn kind_choice(fields: &Fields) -> Markup {
    let chosen = fields.given("kind").unwrap_or(Kind::OAuth2.word());
    html! {
        div.field {
            label for="field-kind" { "Auth type" }
            select id="field-kind" name="kind" data-chooses="kind" {
                @for kind in Kind::ALL { option value=(kind.word()) selected[kind.word() == chosen] { (auth_name(kind.word())) } }
            }
        }
    }
}

fn grant(fields: &Fields) -> Markup {
    let grants = [Grant::AuthorizationCode, Grant::ClientCredentials];
    let grants = grants.map(|grant| (grant.word().to_owned(), super::new::grant_text(grant).to_owned()));
    html! {
        div data-for="kind" data-when="oauth2" { (parts::select("grant", "Grant type", "", fields.text("grant"), &grants)) }
    }
}

fn oauth2(mode: Mode, fields: &Fields) -> Markup {
    let delimiters =
        [(",", "Comma"), (" ", "Space"), ("+", "Plus")].map(|(value, text)| (value.to_owned(), text.to_owned()));
    let client = [("body", "In the body"), ("header", "In the header Authorization")];
    let client = client.map(|(value, text)| (value.to_owned(), text.to_owned()));
    html! {
        div data-for="kind" data-when="oauth2" {
            (Field::text("token_url", "Access token URL", fields.text("token_url")).needed())
            (Field::text("refresh_url", "Refresh token URL", fields.text("refresh_url")).hint("The access token URL where empty."))
            (Field::text("revoke_url", "Revoke token URL", fields.text("revoke_url")))
            (Field::text("scopes", "Scopes", fields.text("scopes")).hint(match mode {
                Mode::New => "To choose from, with spaces or commas between.",
                Mode::Edit => "Scopes may be added, not removed.",
            }))
            (parts::select("delimiter", "Scope delimiter", "", fields.raw("delimiter"), &delimiters))
            (parts::select("client_auth", "Client id and secret in token requests", "", fields.text("client_auth"), &client))
            (parts::switch("pkce", "PKCE", "Proof Key for Code Exchange, which nearly all providers take.",
                fields.is_on("pkce") || fields.given("kind").is_none()))
        }
    }
}

fn signature(fields: &Fields) -> Markup {
    let options = SIGNATURES.map(|(word, _)| (word.to_owned(), word.to_owned()));
    parts::select("signature", "Signature", "", fields.text("signature"), &options)
}

fn place(fields: &Fields) -> Markup {
    let options = [Place::Header, Place::Query, Place::Form]
        .map(|place| (place_word(place).to_owned(), place_text(place).to_owned()));
    parts::select(
        "place",
        "Param type",
        "Where the credentials go. OAuth 2 takes header or query.",
        fields.text("place"),
        &options,
    )
}

/// One row per parameter of an API key, and one more to fill in.
fn key_rows(fields: &Fields) -> Markup {
    let (names, labels, places) = (fields.all("key_name"), fields.all("key_label"), fields.all("key_place"));
    let rows = names.len().max(1);
    let at = |list: &[&str], row: usize| list.get(row).copied().unwrap_or_default().to_owned();
    html! {
        fieldset data-for="kind" data-when="api_key" {
            legend { "Parameters" }
            @for row in 0..rows {
                div.row.key-row {
                    div.field {
                        label for={ "key_name-" (row) } { "Name in the request" }
                        input id={ "key_name-" (row) } name="key_name" value=(at(&names, row)) autocomplete="off" spellcheck="false";
                    }
                    div.field {
                        label for={ "key_label-" (row) } { "Display name" }
                        input id={ "key_label-" (row) } name="key_label" value=(at(&labels, row)) autocomplete="off";
                    }
                    div.field {
                        label for={ "key_place-" (row) } { "Param type" }
                        select id={ "key_place-" (row) } name="key_place" {
                            @for place in [Place::Header, Place::Query, Place::Form, Place::Path] {
                                option value=(place_word(place)) selected[place_word(place) == at(&places, row)] { (place_text(place)) }
                            }
                        }
                    }
                }
            }
            button.small type="button" data-repeat=".key-row" { "One more parameter" }
        }
    }
}

fn place_word(place: Place) -> &'static str {
    match place {
        Place::Header => "header",
        Place::Query => "query",
        Place::Form => "form",
        Place::Path => "path",
    }
}

/// Where a credential goes, in words.
pub fn place_text(place: Place) -> &'static str {
    match place {
        Place::Header => "Header",
        Place::Query => "Query string",
        Place::Form => "Form data",
        Place::Path => "Path, as {name}",
    }
}

fn read_place(word: &str) -> Place {
    let all = [Place::Header, Place::Query, Place::Form, Place::Path];
    all.into_iter().find(|place| place_word(*place) == word).unwrap_or_default()
}

/// What was filled in.
pub fn definition(fields: &Fields) -> Result<Definition, Error> {
    let kind = Kind::parse(fields.text("kind")).ok_or_else(|| Error::usage("choose an auth type"))?;
    let text = |name: &str| fields.given(name).map(str::to_owned);
    let words = |name: &str| fields.text(name).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let signature = SIGNATURES.iter().find(|(word, _)| *word == fields.text("signature"));
    Ok(Definition {
        link_name: text("link_name"),
        api_base: text("api_base"),
        hosts: words("hosts"),
        test: text("test"),
        params: words("params"),
        place: read_place(fields.text("place")),
        keys: keys(fields),
        grants: fields.given("grant").and_then(Grant::parse).into_iter().collect(),
        authorize_url: text("authorize_url"),
        token_url: text("token_url"),
        refresh_url: text("refresh_url"),
        revoke_url: text("revoke_url"),
        request_token_url: text("request_token_url"),
        access_token_url: text("access_token_url"),
        signature: signature.map_or(Signature::HmacSha1, |(_, signature)| *signature),
        scopes: scope::split(fields.text("scopes")),
        delimiter: Some(fields.raw("delimiter").to_owned()).filter(|text| !text.is_empty()),
        pkce: fields.is_on("pkce"),
        client_auth: if fields.text("client_auth") == "header" { ClientAuth::Header } else { ClientAuth::Body },
        ..Definition::new(kind, fields.text("name"))
    })
}

/// Rows without a name are those nobody filled in.
fn keys(fields: &Fields) -> Vec<KeyParam> {
    let (labels, places) = (fields.all("key_label"), fields.all("key_place"));
    let names = fields.all("key_name").into_iter().enumerate().filter(|(_, name)| !name.is_empty());
    let key = |(row, name): (usize, &str)| {
        let label = labels.get(row).copied().filter(|label| !label.is_empty()).unwrap_or(name);
        let place = read_place(places.get(row).copied().unwrap_or_default());
        KeyParam { name: name.to_owned(), label: label.to_owned(), place, value: None }
    };
    names.map(key).collect()
}

/// A service as the form shows it.
pub fn fields_of(service: &Service) -> Fields {
    let mut fields = Fields::default();
    let mut put = |name: &str, value: &str| fields.put(name, value);
    put("kind", Kind::of(&service.auth).word());
    put("name", &service.name);
    put("link_name", &service.link_name);
    put("api_base", service.api_base.as_deref().unwrap_or_default());
    put("test", service.test.as_deref().unwrap_or_default());
    put("hosts", &service.hosts.join(" "));
    put("params", &service.params.join(" "));
    match &service.auth {
        Auth::OAuth2(row) => {
            put("authorize_url", row.authorize_url.as_deref().unwrap_or_default());
            put("token_url", &row.token_url);
            put("refresh_url", row.refresh_url.as_deref().unwrap_or_default());
            put("revoke_url", row.revoke_url.as_deref().unwrap_or_default());
            put("scopes", &row.scopes.join(" "));
            put("delimiter", &row.scope_delimiter);
            put("place", place_word(row.place));
            put("client_auth", if row.client_auth == ClientAuth::Header { "header" } else { "body" });
            put("pkce", if row.pkce { "on" } else { "" });
        }
        Auth::OAuth1(row) => {
            put("request_token_url", &row.request_token_url);
            put("authorize_url", &row.authorize_url);
            put("access_token_url", &row.access_token_url);
            put("place", place_word(row.place));
            let word =
                SIGNATURES.iter().find(|(_, signature)| *signature == row.signature).map_or("", |(word, _)| word);
            put("signature", word);
        }
        Auth::ApiKey(params) => {
            for param in params {
                fields.add("key_name", param.name.as_str());
                fields.add("key_label", param.label.as_str());
                fields.add("key_place", place_word(param.place));
            }
        }
        Auth::Basic {} | Auth::AwsSigv4 => {}
    }
    fields
}
