-- What migrations/sqlite makes, for PostgreSQL; kept alike by the tests, which run on both.
-- Names are ordered by their bytes, as SQLite does.
create table services (
    link_name  text collate "C" primary key,
    name       text not null,
    definition text not null,
    owner      text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create table connections (
    id         text primary key,
    link_name  text collate "C" not null unique,
    name       text not null,
    service    text not null,
    state      text not null,
    details    text not null,
    expires_at bigint,
    lifetime   bigint,
    retry_at   bigint,
    revision   bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index connections_by_service on connections (service);

create table secrets (
    record text not null,
    field  text not null,
    schema bigint not null,
    key_id text not null,
    nonce  bytea not null,
    sealed bytea not null,
    primary key (record, field)
);

create table vault (
    one    bigint primary key check (one = 1),
    key_id text not null,
    source text not null
);

create table audit (
    id        bigint generated always as identity primary key,
    at        bigint not null,
    actor     text not null,
    link_name text not null,
    event     text not null,
    reason    text
);

create index audit_by_link on audit (link_name, event, at);

create table users (
    name       text collate "C" primary key,
    role       text not null check (role in ('administrator', 'user')),
    created_at bigint not null
);

create table sign_ins (
    id         text primary key,
    connection text not null,
    "user"     text collate "C" not null,
    state      text not null,
    details    text not null,
    expires_at bigint,
    lifetime   bigint,
    retry_at   bigint,
    revision   bigint not null,
    updated_at bigint not null,
    unique (connection, "user")
);

create table uses (
    connection text not null,
    kind       text collate "C" not null check (kind in ('webhook', 'schedule', 'function')),
    name       text collate "C" not null,
    created_at bigint not null,
    primary key (connection, kind, name)
);

-- One row, locked by whoever writes: changes wait for each other, as they do in an SQLite file,
-- and the number tells every node that something changed.
create table changes (
    one    bigint primary key check (one = 1),
    number bigint not null
);

insert into changes (one, number) values (1, 0);

-- Who is asking for a connection's token; on one machine a locked file says the same.
create table leases (
    record text primary key,
    holder text not null,
    until  bigint not null
);
