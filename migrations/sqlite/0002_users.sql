-- Who may manage connections. The first person who manages anything becomes the administrator.
create table users (
    name       text primary key not null,
    role       text not null check (role in ('administrator', 'user')),
    created_at integer not null
) strict;

-- A user's own sign-in to a connection that uses the credentials of the login user.
-- Its sealed record is found under its id, as a connection's is.
create table sign_ins (
    id         text primary key not null,
    connection text not null,
    user       text not null,
    state      text not null,
    details    text not null,
    expires_at integer,
    lifetime   integer,
    retry_at   integer,
    revision   integer not null,
    updated_at integer not null,
    unique (connection, user)
) strict;

-- What stops working when a connection goes away.
create table uses (
    connection text not null,
    kind       text not null check (kind in ('webhook', 'schedule', 'function')),
    name       text not null,
    created_at integer not null,
    primary key (connection, kind, name)
) strict;
