-- The latest lines, of all connections.
create index audit_by_time on audit (at, id);
