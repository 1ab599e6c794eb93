-- Which attempt an execution is where its function says how often it is tried; null where it does not.
alter table executions add column attempt bigint;
-- The first attempt of the same work; null in the first itself.
alter table executions add column first_attempt text;
-- The attempt that follows a failure.
alter table executions add column next_attempt text;
-- 1 where none follows, and nobody has run it again or dismissed it.
alter table executions add column dead bigint not null default 0;

create index executions_dead on executions (id) where dead = 1;
create index executions_by_first_attempt on executions (first_attempt, id) where first_attempt is not null;

-- When a waiting attempt may begin, in milliseconds since the epoch.
alter table execution_queue add column due_at bigint not null default 0;
drop index execution_queue_by_owner;
create index execution_queue_by_owner on execution_queue (owner, due_at);
-- 1 where somebody wants it to stop: the engine that runs it looks.
alter table execution_queue add column cancelled bigint not null default 0;
create index execution_queue_cancelled on execution_queue (owner) where cancelled = 1;
