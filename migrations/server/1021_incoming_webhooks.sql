create table incoming_webhooks (
    id          text primary key not null,
    name        text not null,
    name_key    text not null unique,
    -- SHA-256 of the token in its address, which has 256 random bits.
    token_hash  text not null unique,
    -- JSON of what was asked for; the secret of its verification lies in the vault.
    wish        text not null,
    revision    bigint not null,
    created_at  bigint not null,
    created_by  text not null,
    updated_at  bigint not null,
    updated_by  text not null
);
