//! People: accounts with passwords, their sessions in the console, and links that set a password.
//!
//! Who a user is and what he may do is the connections' business ([`crate::connections::users`]);
//! an account adds a password to the user of the same name.

use super::App;
use super::attempts;
use crate::connections::{Registry, Role, sign_in};
use crate::server::Error;
use crate::server::ids::{hex, random_hex};
use crate::server::store::{AccountRow, SessionRow};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use zeroize::Zeroizing;

const MINUTE: i64 = 60_000;
/// A session ends when nobody used it for this time.
const IDLE: i64 = 12 * 60 * MINUTE;
/// And after this time in any case.
pub const SESSION_LIFE: i64 = 7 * 24 * 60 * MINUTE;
/// A link that sets a password is good for this time.
const LINK_LIFE: i64 = 48 * 60 * MINUTE;
const SHORTEST_PASSWORD: usize = 10;
const LONGEST_PASSWORD: usize = 1024;
/// Bytes of 50 characters.
const LONGEST_NAME: usize = 200;

/// Compared with where there is no account, so that the time tells nothing.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_password("nobody").ok());

/// Who uses the console.
#[derive(Debug, Clone)]
pub struct Session {
    pub user: String,
    pub role: Role,
    /// SHA-256 of what the cookie holds.
    pub hash: String,
}

/// A user as the administrator sees him.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub role: Role,
    /// None for someone whom only the connections know.
    pub account: Option<Login>,
}

/// The part of a person that can sign in.
#[derive(Debug, Clone)]
pub struct Login {
    pub has_password: bool,
    pub is_disabled: bool,
    pub created_at: i64,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkUse {
    /// Makes the first administrator.
    SetUp,
    /// Sets this account's password.
    Password(String),
}

impl App {
    /// The registry of connections, for one user.
    pub async fn registry_for(&self, user: &str) -> Result<Registry, Error> {
        Ok(self.outbound().registry().await?.acting_as(user))
    }

    /// A link's token that makes the first administrator, where nobody can sign in yet.
    pub async fn set_up_token(&self) -> Result<Option<Zeroizing<String>>, Error> {
        let accounts = self.store().accounts().await?;
        if accounts.iter().any(|account| account.password.is_some()) {
            return Ok(None);
        }
        self.new_link(None).await.map(Some)
    }

    async fn new_link(&self, account: Option<&str>) -> Result<Zeroizing<String>, Error> {
        let token = Zeroizing::new(random_hex::<32>());
        self.store().insert_link(&hash_of(&token), account, self.now() + LINK_LIFE).await?;
        Ok(token)
    }

    /// What a link in force is for.
    pub async fn link_use(&self, token: &str) -> Result<Option<LinkUse>, Error> {
        let found = self.store().link(&hash_of(token), self.now()).await?;
        Ok(found.map(|account| account.map_or(LinkUse::SetUp, LinkUse::Password)))
    }

    /// Uses a link up: sets its account's password, or makes the first administrator under this name.
    /// Answers with the account's name.
    pub async fn use_link(&self, token: &str, name: &str, password: &str) -> Result<String, Error> {
        let expired = || Error::Invalid("this link was used already or has expired".to_owned());
        let found = self.link_use(token).await?.ok_or_else(expired)?;
        if found == LinkUse::SetUp {
            check_name(name)?;
        }
        let hash = hashed(password).await?;
        if !self.store().take_link(&hash_of(token)).await? {
            return Err(expired());
        }
        match found {
            LinkUse::Password(name) => {
                self.store().set_password(&name, Some(&hash)).await?;
                self.audit(&name, "set password", &name).await?;
                Ok(name)
            }
            LinkUse::SetUp => {
                self.registry_for(name).await?.install_administrator().await?;
                self.insert_account(name, name).await?;
                self.store().set_password(name, Some(&hash)).await?;
                self.audit(name, "first administrator", name).await?;
                Ok(name.to_owned())
            }
        }
    }

    async fn insert_account(&self, name: &str, by: &str) -> Result<bool, Error> {
        let row = AccountRow {
            name: name.to_owned(),
            password: None,
            disabled_at: None,
            created_at: self.now(),
            created_by: by.to_owned(),
        };
        self.store().insert_account(&row).await
    }

    /// Makes an account, or gives one to a user of the connections. Answers with the token of the link
    /// by which its owner sets the password.
    pub async fn create_account(&self, name: &str, role: Role, by: &str) -> Result<Zeroizing<String>, Error> {
        check_name(name)?;
        let registry = self.registry_for(by).await?;
        registry.must_administer("add users").await?;
        if self.store().account(name).await?.is_some() {
            return Err(Error::Invalid(format!("there is a user `{name}` already")));
        }
        registry.set_role(name, role).await?;
        self.insert_account(name, by).await?;
        self.audit(by, "create user", name).await?;
        self.new_link(Some(name)).await
    }

    /// Everyone with an account or a role, by name.
    pub async fn people(&self) -> Result<Vec<Person>, Error> {
        let roles = self.outbound().registry().await?.users().await?;
        let accounts = self.store().accounts().await?;
        let mut people: Vec<Person> =
            roles.into_iter().map(|(name, role)| Person { name, role, account: None }).collect();
        for row in accounts {
            let account = Login {
                has_password: row.password.is_some(),
                is_disabled: row.disabled_at.is_some(),
                created_at: row.created_at,
            };
            match people.iter_mut().find(|person| person.name == row.name) {
                Some(person) => person.account = Some(account),
                None => people.push(Person { name: row.name, role: Role::User, account: Some(account) }),
            }
        }
        people.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(people)
    }

    /// One of them.
    pub async fn person(&self, name: &str) -> Result<Person, Error> {
        let found = self.people().await?.into_iter().find(|person| person.name == name);
        found.ok_or_else(|| Error::unknown("user", name))
    }

    /// Gives someone a role.
    pub async fn set_person_role(&self, name: &str, role: Role, by: &str) -> Result<(), Error> {
        self.must_leave_administrator(name, role == Role::Administrator).await?;
        self.registry_for(by).await?.set_role(name, role).await?;
        self.audit(by, &format!("role {}", role.word()), name).await
    }

    /// Takes an account out of use, or back into it.
    pub async fn disable_account(&self, name: &str, disable: bool, by: &str) -> Result<(), Error> {
        self.registry_for(by).await?.must_administer("disable users").await?;
        if disable && name == by {
            return Err(Error::Invalid("you cannot disable yourself".to_owned()));
        }
        self.must_leave_administrator(name, !disable).await?;
        self.store().disable_account(name, disable.then(|| self.now())).await?;
        self.audit(by, if disable { "disable user" } else { "enable user" }, name).await
    }

    /// Refuses to take the last administrator who can sign in.
    async fn must_leave_administrator(&self, name: &str, stays: bool) -> Result<(), Error> {
        let can = |person: &Person| {
            let signs_in = person.account.as_ref().is_some_and(|account| account.has_password && !account.is_disabled);
            person.role == Role::Administrator && signs_in
        };
        let people = self.people().await?;
        let (this, others): (Vec<_>, Vec<_>) = people.iter().filter(|person| can(person)).partition(|p| p.name == name);
        if !stays && !this.is_empty() && others.is_empty() {
            return Err(Error::Invalid(format!("`{name}` is the only administrator who can sign in")));
        }
        Ok(())
    }

    /// Takes a password back: sessions end, and the answer is the token of a link that sets a new one.
    /// With `revoke` the user is signed out of all his connections too.
    pub async fn reset_password(&self, name: &str, revoke: bool, by: &str) -> Result<Zeroizing<String>, Error> {
        self.registry_for(by).await?.must_administer("reset passwords").await?;
        if revoke {
            let revoked = sign_in::revoke_all(&self.registry_for(name).await?, self.outbound().client()).await?;
            for link in revoked {
                self.audit(by, "revoke connection at password reset", &link).await?;
            }
        }
        if self.store().account(name).await?.is_none() {
            self.person(name).await?;
            self.insert_account(name, by).await?;
        }
        self.store().set_password(name, None).await?;
        self.audit(by, "reset password", name).await?;
        self.new_link(Some(name)).await
    }

    /// Changes one's own password; other sessions end.
    pub async fn change_password(&self, name: &str, old: &str, new: &str) -> Result<(), Error> {
        if !self.is_password(name, old).await? {
            return Err(Error::Invalid("the present password is another one".to_owned()));
        }
        let hash = hashed(new).await?;
        self.store().set_password(name, Some(&hash)).await?;
        self.audit(name, "change password", name).await
    }

    async fn is_password(&self, name: &str, password: &str) -> Result<bool, Error> {
        let row = self.store().account(name).await?.filter(|row| row.disabled_at.is_none());
        let known = row.and_then(|row| row.password);
        let is_known = known.is_some();
        let password = Zeroizing::new(password.to_owned());
        let fits = attempts::blocking(move || {
            let hash = known.as_deref().or(NOBODY.as_deref()).unwrap_or_default();
            Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
        });
        Ok(fits.await? && is_known)
    }

    /// Signs in; none where name and password do not go together. The answer is what the cookie holds.
    ///
    /// # Errors
    /// That there were too many attempts.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Option<Zeroizing<String>>, Error> {
        if name.len() > LONGEST_NAME || password.len() > LONGEST_PASSWORD {
            return Ok(None);
        }
        self.attempts().admit(name, self.now())?;
        if !self.is_password(name, password).await? {
            // Without the name: people type passwords there.
            tracing::warn!("a sign-in to the console was refused");
            return Ok(None);
        }
        self.attempts().forget(name);
        self.begin_session(name).await.map(Some)
    }

    /// A session for someone who has shown who he is.
    pub async fn begin_session(&self, name: &str) -> Result<Zeroizing<String>, Error> {
        let token = Zeroizing::new(random_hex::<32>());
        let now = self.now();
        let row = SessionRow { hash: hash_of(&token), account: name.to_owned(), created_at: now, seen_at: now };
        self.store().insert_session(&row, now - SESSION_LIFE, now - IDLE).await?;
        self.audit(name, "sign in", name).await?;
        Ok(token)
    }

    /// The session of a cookie, if it is in force.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, Error> {
        let now = self.now();
        let hash = hash_of(token);
        let Some(row) = self.store().session(&hash).await? else { return Ok(None) };
        let account = self.store().account(&row.account).await?.filter(|account| account.disabled_at.is_none());
        if account.is_none() || now - row.created_at > SESSION_LIFE || now - row.seen_at > IDLE {
            self.store().end_session(&hash).await?;
            return Ok(None);
        }
        if now - row.seen_at > MINUTE {
            self.store().see_session(&hash, now).await?;
        }
        let role = self.registry_for(&row.account).await?.role().await?;
        Ok(Some(Session { user: row.account, role, hash }))
    }

    pub async fn end_session(&self, session: &Session) -> Result<(), Error> {
        self.store().end_session(&session.hash).await
    }

    /// Notes who did what.
    pub async fn audit(&self, actor: &str, event: &str, subject: &str) -> Result<(), Error> {
        self.store().audit(self.now(), actor, event, subject).await
    }
}

/// What is kept of a token of 256 random bits.
pub(in crate::server) fn hash_of(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn check_name(name: &str) -> Result<(), Error> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
    if name.is_empty() || name.chars().count() > 50 || !name.chars().all(fits) {
        let rule = "a user's name has 1 to 50 letters, digits, `.`, `-`, `_`, `@` or `+`";
        return Err(Error::Invalid(rule.to_owned()));
    }
    Ok(())
}

async fn hashed(password: &str) -> Result<String, Error> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Error::Invalid(format!("a password has at least {SHORTEST_PASSWORD} characters")));
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(Error::Invalid(format!("a password has at most {LONGEST_PASSWORD} bytes")));
    }
    let password = Zeroizing::new(password.to_owned());
    attempts::blocking(move || hash_password(&password)).await?
}

fn hash_password(password: &str) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.map_err(|error| Error::System(format!("a password could not be hashed: {error}")))?.to_string())
}
