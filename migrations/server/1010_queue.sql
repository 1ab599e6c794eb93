-- Engines that share the database. Each renews its own row; what an engine holds whose time has passed is for others.
create table nodes (
    id          text primary key not null,
    -- Milliseconds since the epoch by the database's clock; 0 once it has left.
    until       bigint not null
);

-- Accepted executions whose end is not recorded, with the engine that runs each.
create table execution_queue (
    execution   text primary key not null,
    owner       text not null,
    -- Grows each time it is taken over: an end counts for the last attempt alone.
    attempt     bigint not null
);

create index execution_queue_by_owner on execution_queue (owner);

-- Executions that were accepted before belong to nobody.
insert into nodes (id, until) values ('', 0);
insert into execution_queue (execution, owner, attempt) select id, '', 0 from executions where state = 'queued';
