//! Several users of one registry: roles, own sign-ins to shared connections, and what uses them.

use crate::provider::{Provider, json, text};
use crate::stage::{Clock, Folder, get, host, open, send, wait};
use ararat::connections::registry::Changes;
use ararat::connections::{Credential, Error, NewConnection, Registry, Role, Secret, Service, State, Use, UseKind};
use ararat::connections::{sign_in, users};
use ararat::http::{Client, Options};
use serde_json::json;

/// A registry for each of two users on one directory.
struct Office {
    asha: Registry,
    ravi: Registry,
    _folder: Folder,
}

fn office(url: &str, login_user: bool) -> Office {
    let (folder, clock) = (Folder::new(), Clock::new());
    let open = |user: &str| open(&folder.0, clock.settings_of(user)).expect("a registry");
    let (asha, ravi) = (open("asha"), open("ravi"));
    let service: Service = toml::from_str(&format!(
        "link_name = \"meet\"\nname = \"Meet\"\nfamily = \"custom\"\napi_base = \"{url}\"\n[auth.oauth2]\n\
         grants = [\"self_client\"]\ntoken_url = \"{url}/token\"\nscopes = [\"a\"]\n"
    ))
    .expect("a service");
    wait(asha.add_service(&service)).expect("added");
    let (service, name, link_name) = ("meet".to_owned(), "Meet".to_owned(), "meet".to_owned());
    let new = NewConnection { service, name, link_name, login_user, ..NewConnection::default() };
    wait(asha.add(new)).expect("a connection");
    wait(sign_in::set_client(&asha, "meet", "client", Some(Secret::new("planted-secret")))).expect("a client");
    Office { asha, ravi, _folder: folder }
}

/// Gives each code its own token, and says whose token a call carries.
fn provider() -> Provider {
    Provider::start(|seen| match seen.path.as_str() {
        "/token" => json(json!({"access_token": format!("token-of-{}", seen.form()["code"]), "expires_in": 3600})),
        _ => text(200, seen.header("authorization")),
    })
}

fn connect(registry: &Registry, code: &str) -> Result<ararat::connections::Connection, Error> {
    wait(sign_in::with_self_client(registry, &Client::new(Options::default()), "meet", code))
}

fn called(registry: &Registry, provider: &Provider) -> Result<String, String> {
    let answer = send(&mut host(registry), get(&format!("{}/x", provider.url), Some("meet")));
    answer
        .map(|answer| String::from_utf8(answer.body).expect("text"))
        .map_err(|fault| format!("{}; {}", fault.message(), fault.help_text().unwrap_or_default()))
}

#[test]
fn each_user_calls_with_his_own_sign_in() {
    let provider = provider();
    let Office { asha, ravi, _folder } = office(&provider.url, true);
    connect(&asha, "asha").expect("connected");
    assert_eq!(
        called(&ravi, &provider).expect_err("not authorised"),
        "`ravi` has not authorised the connection `meet`, which uses the credentials of the login user; \
         run `ararat connections connect meet --as ravi`"
    );
    let own = connect(&ravi, "ravi").expect("connected");
    assert_eq!((own.user.as_deref(), own.owner.as_str()), (Some("ravi"), "asha"));
    for _ in 0..2 {
        assert_eq!(called(&asha, &provider).expect("called"), "Bearer token-of-asha");
        assert_eq!(called(&ravi, &provider).expect("called"), "Bearer token-of-ravi");
    }
    assert_eq!(wait(asha.signed_in_users("meet")).expect("listed"), ["ravi"]);

    // One user's revocation leaves the other's calls alone.
    wait(ravi.forget_tokens("meet", "by the user")).expect("revoked");
    assert!(called(&ravi, &provider).expect_err("revoked").contains("was revoked"));
    assert_eq!(called(&asha, &provider).expect("called"), "Bearer token-of-asha");
    connect(&ravi, "again").expect("connected");
    wait(asha.forget_tokens("meet", "by the user")).expect("revoked");
    assert_eq!(called(&ravi, &provider).expect("called"), "Bearer token-of-again");
}

#[test]
fn without_the_switch_everyone_calls_as_the_owner() {
    let provider = provider();
    let Office { asha, ravi, _folder } = office(&provider.url, false);
    connect(&asha, "asha").expect("connected");
    assert_eq!(called(&ravi, &provider).expect("called"), "Bearer token-of-asha");
    for error in [
        connect(&ravi, "ravi").expect_err("refused"),
        wait(ravi.forget_tokens("meet", "by the user")).expect_err("refused"),
    ] {
        let expected =
            "`ravi` may not change the sign-in of `meet`, which belongs to `asha`: that needs an administrator";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.help().as_deref(), Some("ask `asha`"));
    }
    assert_eq!(called(&asha, &provider).expect("called"), "Bearer token-of-asha");
}

#[test]
fn a_shared_connection_is_listed_as_such_and_only_revoked() {
    let provider = provider();
    let Office { asha, ravi, _folder } = office(&provider.url, true);
    connect(&asha, "asha").expect("connected");
    let seen = |registry: &Registry| wait(registry.connections()).expect("listed").remove(0);
    assert!(asha.is_mine(&seen(&asha)) && !ravi.is_mine(&seen(&ravi)));
    assert_eq!((seen(&asha).state, seen(&ravi).state), (State::Connected, State::Draft));
    connect(&ravi, "ravi").expect("connected");
    assert_eq!(seen(&ravi).state, State::Connected);
    wait(asha.set_role("ravi", Role::Administrator)).expect("given");
    let error = wait(ravi.edit("meet", Changes::default())).expect_err("refused");
    assert_eq!(error.to_string(), "`meet` is shared by `asha`, who alone can change it");
    let error = wait(ravi.delete("meet")).expect_err("refused");
    assert_eq!(error.to_string(), "`meet` is shared by `asha`, who alone can delete it");
    wait(ravi.forget_tokens("meet", "by the user")).expect("revoked");
    wait(asha.delete("meet")).expect("deleted");
}

#[test]
fn managing_needs_an_administrator() {
    let provider = provider();
    let Office { asha, ravi, _folder } = office(&provider.url, true);
    assert_eq!(wait(asha.users()).expect("listed"), [("asha".to_owned(), Role::Administrator)]);
    assert_eq!(wait(ravi.role()).expect("known"), users::Role::User);
    let new = NewConnection { service: "meet".into(), name: "M".into(), link_name: "m".into(), ..Default::default() };
    let service = wait(asha.service("meet")).expect("a service");
    let refused = [
        (wait(ravi.add(new.clone())).map(drop), "add connections"),
        (wait(ravi.delete("meet")), "delete connections"),
        (wait(ravi.edit("meet", Changes::default())).map(drop), "change connections"),
        (wait(ravi.allow_host("meet", "example.com")), "allow hosts"),
        (wait(ravi.add_service(&service)), "add services"),
        (wait(ravi.edit_service(&service)).map(drop), "change services"),
        (wait(ravi.delete_service("meet")).map(drop), "delete services"),
        (wait(ravi.set_role("ravi", Role::Administrator)), "give roles"),
    ];
    for (result, what) in refused {
        let expected = format!("`ravi` may not {what}: that needs an administrator");
        assert_eq!(result.expect_err("refused").to_string(), expected);
    }
    let error = wait(asha.set_role("asha", Role::User)).expect_err("refused");
    assert_eq!(error.to_string(), "`asha` is the only administrator");
    wait(asha.set_role("ravi", Role::Administrator)).expect("given");
    wait(ravi.add(new)).expect("added");
}

#[test]
fn what_is_in_use_is_not_deleted_and_a_webhooks_scopes_stay() {
    let provider = provider();
    let Office { asha, _folder, .. } = office(&provider.url, false);
    let (hook, night) = (Use::new(UseKind::Webhook, "lead_in"), Use::new(UseKind::Schedule, "nightly"));
    for by in [&hook, &night, &hook] {
        wait(asha.add_use("meet", by)).expect("recorded");
    }
    assert_eq!(wait(asha.uses("meet")).expect("listed"), [night.clone(), hook.clone()]);
    let error = wait(asha.delete("meet")).expect_err("refused");
    assert_eq!(error.to_string(), "the connection `meet` is in use by schedule `nightly`, webhook `lead_in`");
    let draft = wait(asha.connection("meet")).expect("a connection");
    wait(asha.must_not_lock_scopes(&draft)).expect("not connected yet");
    let connected = connect(&asha, "asha").expect("connected");
    let error = wait(asha.must_not_lock_scopes(&connected)).expect_err("refused");
    assert!(error.to_string().ends_with("while it is connected: webhook `lead_in` uses it"), "{error}");
    assert!(wait(asha.remove_use("meet", &hook)).expect("removed"));
    assert!(!wait(asha.remove_use("meet", &hook)).expect("gone already"));
    wait(asha.must_not_lock_scopes(&connected)).expect("no webhook uses it");
    wait(asha.remove_use("meet", &night)).expect("removed");
    wait(asha.delete("meet")).expect("deleted");
    assert!(matches!(wait(asha.uses("meet")), Err(Error::UnknownConnection { .. })));
}

#[test]
fn a_connection_is_changed_only_while_it_is_not_connected() {
    let provider = provider();
    let Office { asha, _folder, .. } = office(&provider.url, false);
    connect(&asha, "asha").expect("connected");
    let changes = || Changes { name: Some("New".into()), scopes: Some(vec!["b,c".into()]), ..Changes::default() };
    let error = wait(asha.edit("meet", changes())).expect_err("refused");
    assert_eq!(error.to_string(), "the connection `meet` cannot be changed while it is connected");
    wait(asha.forget_tokens("meet", "by the user")).expect("revoked");
    let changed = wait(asha.edit("meet", changes())).expect("changed");
    assert_eq!((changed.name.as_str(), changed.scopes), ("New", vec!["b".to_owned(), "c".into()]));
}

#[test]
fn a_deleted_connection_takes_everyones_secrets_along() {
    let provider = provider();
    let Office { asha, ravi, _folder } = office(&provider.url, true);
    connect(&asha, "asha").expect("connected");
    let own = connect(&ravi, "ravi").expect("connected");
    assert_eq!(wait(asha.sealed_count()).expect("counted"), 2);
    assert!(matches!(wait(ravi.credential(&own)).expect("read"), Some(Credential::OAuth2(_))));
    wait(asha.delete("meet")).expect("deleted");
    assert_eq!(wait(asha.sealed_count()).expect("counted"), 0);
}

#[test]
fn a_service_is_changed_by_its_creator_alone() {
    let provider = provider();
    let Office { asha, ravi, _folder } = office(&provider.url, false);
    wait(asha.set_role("ravi", Role::Administrator)).expect("given");
    let mut service = wait(asha.service("meet")).expect("a service");
    service.name = "Meet again".into();
    let error = wait(ravi.edit_service(&service)).expect_err("refused");
    assert_eq!(error.to_string(), "the service `meet` was made by `asha`, who alone can change it");
    assert!(error.help().expect("help").contains("ask `asha`"));
    assert_eq!(wait(asha.edit_service(&service)).expect("changed"), ["meet"]);
}

#[test]
fn roles_and_uses_leave_a_trail() {
    let provider = provider();
    let Office { asha, _folder, .. } = office(&provider.url, false);
    wait(asha.set_role("ravi", Role::User)).expect("given");
    let hook = Use::new(UseKind::Webhook, "lead_in");
    wait(asha.add_use("meet", &hook)).expect("recorded");
    wait(asha.add_use("meet", &hook)).expect("known already");
    wait(asha.remove_use("meet", &hook)).expect("removed");
    let line = |line: ararat::connections::registry::HistoryLine| {
        format!("{} {} {} {}", line.actor, line.link_name, line.event, line.reason.unwrap_or_default())
    };
    let mut lines: Vec<String> = wait(asha.whole_history(100)).expect("readable").into_iter().map(line).collect();
    lines.reverse();
    let expected = [
        "asha  role given `asha`, the first user, is now administrator",
        "asha meet service added ",
        "asha meet added ",
        "asha  role given `ravi` is now user",
        "asha meet in use webhook `lead_in`",
        "asha meet no longer in use webhook `lead_in`",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn one_open_registry_serves_several_users() {
    let provider = provider();
    let Office { asha, _folder, .. } = office(&provider.url, true);
    connect(&asha, "asha").expect("connected");
    let ravi = asha.acting_as("ravi");
    assert!(called(&ravi, &provider).expect_err("not authorised").contains("`ravi` has not authorised"));
    connect(&ravi, "ravi").expect("connected");
    // What is kept ready for one is never used for the other.
    for _ in 0..3 {
        assert_eq!(called(&asha, &provider).expect("called"), "Bearer token-of-asha");
        assert_eq!(called(&ravi, &provider).expect("called"), "Bearer token-of-ravi");
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
}
