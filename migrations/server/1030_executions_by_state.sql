-- Most executions succeed, and nobody looks for those by their state: an index for the others alone is cheap.
drop index executions_by_state;
create index executions_queued on executions (id) where state = 'queued';
create index executions_running on executions (id) where state = 'running';
create index executions_failed on executions (id) where state = 'failed';
create index executions_cancelled on executions (id) where state = 'cancelled';
