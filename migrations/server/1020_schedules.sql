create table schedules (
    id          text primary key not null,
    name        text not null,
    name_key    text not null unique,
    -- JSON of what was asked for, secrets masked.
    wish        text not null,
    -- 1 where the arguments as they are lie in the vault.
    kept        bigint not null,
    -- When it runs next; never where null.
    next_at     bigint,
    runs        bigint not null,
    -- Grows with every change.
    revision    bigint not null,
    -- SHA-256 of the project's entry that was applied last; null where there is none.
    declared    text,
    created_at  bigint not null,
    created_by  text not null,
    updated_at  bigint not null,
    updated_by  text not null
);

create index schedules_by_next on schedules (next_at);

create table schedule_runs (
    schedule    text not null,
    -- The time that it was due at, or was asked for.
    at          bigint not null,
    -- due, asked
    kind        text not null,
    -- begun, missed, refused
    outcome     text not null,
    execution   text,
    note        text,
    recorded_at bigint not null,
    -- However many engines there are, a due time is entered once.
    primary key (schedule, at, kind)
);
