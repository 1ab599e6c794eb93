//! `ararat connections list`, `show` and `history`.
//!
//! Lists tell own connections from shared ones; a summary ends with code to copy.

use super::{print, print_json};
use crate::connections::summary::{deluge_sample, json_sample};
use crate::connections::{Connection, Error, Registry, Service};
use clap::ValueEnum;
use jiff::Timestamp;

/// The two tabs of a summary's sample code.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Sample {
    Deluge,
    Json,
}

/// Columns: link name, state, service, name.
pub async fn list(registry: &Registry, json: bool) -> Result<(), Error> {
    let connections = registry.connections().await?;
    if json {
        return print_json(&connections);
    }
    if connections.is_empty() {
        errln!("no connections yet; add one with `ararat connections add SERVICE`");
    }
    let (mine, shared): (Vec<&Connection>, Vec<_>) = connections.iter().partition(|c| registry.is_mine(c));
    let rows = |all: &[&Connection]| {
        let row = |c: &&Connection| {
            [c.link_name.clone(), c.state_text(registry.now()).to_owned(), c.service.clone(), c.name.clone()]
        };
        all.iter().map(row).collect::<Vec<_>>()
    };
    if shared.is_empty() {
        print_table(&rows(&mine));
        return Ok(());
    }
    if !mine.is_empty() {
        print("My connections");
        print_table(&rows(&mine));
        print("");
    }
    print("Shared connections");
    print_table(&rows(&shared));
    Ok(())
}

/// Prints rows with columns as wide as their widest cell.
pub fn print_table<const N: usize>(rows: &[[impl AsRef<str>; N]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].as_ref().chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{:width$}", cell.as_ref())).collect();
        print(cells.join("  ").trim_end());
    }
}

/// The summary of one connection.
pub async fn one(registry: &Registry, link: &str, json: bool) -> Result<(), Error> {
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    if json {
        return print_json(&connection);
    }
    for (label, value) in summary(&connection, &service, registry.now())? {
        print(&format!("{label:<12} {value}"));
    }
    for by in registry.uses(link).await? {
        print(&format!("{:<12} {by}", "used by"));
    }
    print("\nin a script:");
    print(&deluge_sample(&connection, &service)?);
    Ok(())
}

fn summary(connection: &Connection, service: &Service, now: i64) -> Result<Vec<(&'static str, String)>, Error> {
    let hosts = connection.hosts_allowed(service)?;
    let mut lines = vec![
        ("name", connection.name.clone()),
        ("link name", connection.link_name.clone()),
        ("status", connection.state_text(now).to_owned()),
        ("service", format!("{} (`{}`, {})", service.name, service.link_name, service.auth.word())),
    ];
    lines.extend(connection.reason.clone().map(|reason| ("reason", reason)));
    lines.extend(connection.dc.clone().map(|dc| ("data centre", dc)));
    if !connection.scopes.is_empty() {
        lines.push(("scopes", connection.scopes.join(" ")));
    }
    lines.extend(connection.params.iter().map(|(name, value)| ("parameter", format!("{name} = {value}"))));
    lines.push(("hosts", hosts.join(" ")));
    lines.push(("owner", connection.owner.clone()));
    let user = if connection.login_user { "of the user who runs the script" } else { "of the owner" };
    lines.push(("credentials", user.to_owned()));
    let rate = connection.rate.or(service.rate);
    lines.extend(rate.map(|rate| ("calls", format!("at most {} in {} s", rate.requests, rate.seconds))));
    lines.extend(connection.expires_at.map(|at| ("token until", time_text(at))));
    lines.push(("changed", time_text(connection.updated_at)));
    Ok(lines)
}

/// Prints one of the two samples, to copy or to pipe.
pub async fn sample(registry: &Registry, link: &str, form: Sample) -> Result<(), Error> {
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    match form {
        Sample::Deluge => print(&deluge_sample(&connection, &service)?),
        Sample::Json => print_json(&json_sample(&connection, &service)?)?,
    }
    Ok(())
}

/// What happened to a connection or to all, newest first.
pub async fn history(registry: &Registry, link: Option<&str>, json: bool) -> Result<(), Error> {
    let lines = match link {
        Some(link) => registry.history(link, 100).await?,
        None => registry.whole_history(100).await?,
    };
    if let (true, Some(link)) = (lines.is_empty(), link) {
        registry.connection(link).await?;
    }
    if json {
        return print_json(&lines);
    }
    for line in lines {
        let reason = line.reason.map_or(String::new(), |reason| format!(": {reason}"));
        let what = if link.is_none() && !line.link_name.is_empty() {
            format!("`{}` {}", line.link_name, line.event)
        } else {
            line.event
        };
        print(&format!("{}  {}  {what}{reason}", time_text(line.at), line.actor));
    }
    Ok(())
}

fn time_text(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| format!("{time:.0}"))
}
