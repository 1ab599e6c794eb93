-- People who sign in to the console. Their roles are the connections' (table `users` of the registry).
create table accounts (
    -- The name that the connections know the user by.
    name        text primary key not null,
    -- Argon2id, with its salt and costs; none before the first password.
    password    text,
    disabled_at bigint,
    created_at  bigint not null,
    created_by  text not null
);

-- Sign-ins to the console. A hash is SHA-256 of 256 random bits in the cookie.
create table console_sessions (
    hash        text primary key not null,
    account     text not null,
    created_at  bigint not null,
    seen_at     bigint not null
);

-- Links that set a password, once. One without an account makes the first administrator.
create table console_links (
    hash        text primary key not null,
    account     text,
    expires_at  bigint not null
);

-- Consent pages that someone is on. What comes back must come back to the same session.
create table console_consents (
    hash        text primary key not null,
    session     text not null,
    link_name   text not null,
    -- Sealed by the vault of the connections.
    sealed      text not null,
    expires_at  bigint not null
);
