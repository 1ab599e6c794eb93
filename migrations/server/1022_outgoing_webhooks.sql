create table outgoing_webhooks (
    id          text primary key not null,
    name        text not null,
    name_key    text not null unique,
    -- JSON of what was asked for, secrets masked.
    wish        text not null,
    -- 1 where it lies whole in the vault.
    kept        bigint not null,
    revision    bigint not null,
    created_at  bigint not null,
    created_by  text not null,
    updated_at  bigint not null,
    updated_by  text not null
);

-- Which executions tell which webhooks; only webhooks that are on.
create table webhook_triggers (
    webhook     text not null,
    -- The function's name in lower case.
    function    text not null,
    -- succeeded, failed
    state       text not null,
    primary key (webhook, function, state)
);

create table webhook_deliveries (
    -- Sortable by time; that of an execution is made of both ids.
    id          text primary key not null,
    webhook     text not null,
    -- The webhook's name at the time.
    name        text not null,
    actor       text not null,
    -- The execution that it tells of; null where it was asked for.
    execution   text,
    -- JSON, secrets masked; empty where it tells of an execution.
    payload     text not null,
    -- 1 where the payload lies whole in the vault.
    kept        bigint not null,
    -- queued, delivered, dead
    state       text not null,
    attempts    bigint not null,
    -- When it is sent next; while it is being sent, when somebody else may take it over. Null at its end.
    next_at     bigint,
    -- JSON list of attempts.
    log         text not null,
    created_at  bigint not null,
    ended_at    bigint
);

create index webhook_deliveries_by_next on webhook_deliveries (next_at);
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook, id);
