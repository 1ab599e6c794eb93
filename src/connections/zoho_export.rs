//! Connections as Zoho exports them: names, services and scopes, without any credential.

use super::link::check_link_name;
use super::registry::{NewConnection, Registry};
use super::transfer::Imported;
use super::{Error, State, catalogue};
use serde::Deserialize;

/// One connection of the export.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    connection_link_name: String,
    connection_name: String,
    service_name: String,
    #[serde(default)]
    user_access: bool,
    #[serde(default)]
    is_user_defined_service: bool,
    #[serde(default)]
    scope: Vec<String>,
}

/// The export is one connection, a list of them, or an object around the list.
#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    List(Vec<Exported>),
    Wrapped { connections: Vec<Exported> },
    One(Exported),
}

/// Makes a connection that awaits its sign-in for each one of the export.
pub async fn import(registry: &Registry, text: &str) -> Result<Imported, Error> {
    let file: File = serde_json::from_str(text)
        .map_err(|_| Error::usage("expected connections as Zoho exports them: JSON with `connectionLinkName`"))?;
    let exported = match file {
        File::List(list) | File::Wrapped { connections: list } => list,
        File::One(one) => vec![one],
    };
    let mut done = Imported::default();
    for one in exported {
        let link = one.connection_link_name.clone();
        check_link_name(&link)?;
        if registry.connection(&link).await.is_ok() {
            done.taken.push(link);
            continue;
        }
        add(registry, one).await?;
        done.added.push(link);
    }
    Ok(done)
}

async fn add(registry: &Registry, one: Exported) -> Result<(), Error> {
    let known = catalogue::find(&one.service_name).map(|service| service.link_name.clone());
    let service = match known {
        Some(link) => link,
        None => registry.service(&one.service_name).await.map_err(|_| missing_service(&one))?.link_name,
    };
    let new = NewConnection {
        service,
        name: one.connection_name,
        link_name: one.connection_link_name.clone(),
        scopes: one.scope,
        login_user: one.user_access,
        ..NewConnection::default()
    };
    let mut connection = registry.add(new).await?;
    connection.state = State::NeedsReauth;
    connection.reason = Some("it was imported from Zoho, which keeps the credentials".to_owned());
    registry.save(&connection, None).await
}

fn missing_service(one: &Exported) -> Error {
    let (service, link) = (&one.service_name, &one.connection_link_name);
    let kind = if one.is_user_defined_service { "custom service" } else { "service" };
    Error::usage_help(
        format!("the connection `{link}` is made on the {kind} `{service}`, which is not known here"),
        "define it with `ararat services add FILE`, then import again",
    )
}
