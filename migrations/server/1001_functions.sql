-- Numbers start at 1001: these tables can lie in one database with those of the connections.
-- Types and placeholders are those that SQLite and PostgreSQL share; times are milliseconds since the epoch.

create table functions (
    id          text primary key not null,
    -- With its namespace, as declared; unique in any case.
    name        text not null,
    name_key    text not null unique,
    -- The version in force; none before the first publication.
    version     bigint,
    draft       text,
    draft_at    bigint,
    draft_by    text,
    created_at  bigint not null,
    created_by  text not null
);

create table function_versions (
    function    text not null,
    version     bigint not null,
    source      text not null,
    -- JSON of what the source declares.
    definition  text not null,
    note        text,
    created_at  bigint not null,
    created_by  text not null,
    primary key (function, version)
);

create table api_keys (
    id          text primary key not null,
    name        text not null,
    role        text not null,
    -- SHA-256 of the secret half, which has 256 random bits.
    hash        text not null,
    created_at  bigint not null,
    created_by  text not null,
    revoked_at  bigint
);

create table executions (
    -- Sortable by time.
    id          text primary key not null,
    function    text not null,
    name        text not null,
    version     bigint not null,
    -- What began it: rest, api, schedule, webhook, console, rerun …
    cause       text not null,
    actor       text not null,
    -- queued, running, succeeded, failed, cancelled
    state       text not null,
    -- JSON, secrets masked.
    arguments   text not null,
    output      text,
    -- JSON of the message with its place.
    error       text,
    -- JSON lists.
    lines       text,
    calls       text,
    statements  bigint not null,
    duration_us bigint not null,
    created_at  bigint not null,
    started_at  bigint,
    ended_at    bigint
);

create index executions_by_name on executions (name, id);
create index executions_by_state on executions (state, id);

create table execution_tapes (
    execution   text primary key not null,
    tape        text not null
);

create table audit_log (
    id          text primary key not null,
    at          bigint not null,
    actor       text not null,
    event       text not null,
    subject     text not null,
    details     text
);
