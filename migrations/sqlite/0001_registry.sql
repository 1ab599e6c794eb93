-- Services that users have made. Default services are embedded in the program.
create table services (
    link_name  text primary key not null,
    name       text not null,
    definition text not null,
    owner      text not null,
    created_at integer not null,
    updated_at integer not null
) strict;

create table connections (
    id         text primary key not null,
    link_name  text not null unique,
    name       text not null,
    service    text not null,
    state      text not null,
    -- JSON of what is not secret and not searched: scopes, parameters, hosts …
    details    text not null,
    expires_at integer,
    lifetime   integer,
    retry_at   integer,
    revision   integer not null,
    created_at integer not null,
    updated_at integer not null
) strict;

create index connections_by_service on connections (service);

-- Sealed records: nothing here opens without the vault's key.
create table secrets (
    record text not null,
    field  text not null,
    schema integer not null,
    key_id text not null,
    nonce  blob not null,
    sealed blob not null,
    primary key (record, field)
) strict;

-- The vault's header: which key, and where it comes from. One row.
create table vault (
    one    integer primary key check (one = 1),
    key_id text not null,
    source text not null
) strict;

create table audit (
    at        integer not null,
    actor     text not null,
    link_name text not null,
    event     text not null,
    reason    text
) strict;

create index audit_by_link on audit (link_name, event, at);
