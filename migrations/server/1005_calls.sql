-- The arguments of an execution where the log shows them masked: sealed, for running it again.
alter table executions add column sealed text;

-- Requests per minute; no limit where null.
alter table api_keys add column rate bigint;

-- Bearer tokens of OAuth, hashed.
create table access_tokens (
    hash        text primary key not null,
    api_key     text not null,
    expires_at  bigint not null
);

-- What a key has asked for under an idempotency key.
create table idempotency (
    api_key     text not null,
    name        text not null,
    -- SHA-256 of function and body.
    request     text not null,
    execution   text not null,
    created_at  bigint not null,
    primary key (api_key, name)
);
