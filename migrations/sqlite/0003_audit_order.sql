-- An id of its own, so that both databases order lines of one moment alike.
create table audit_ordered (
    id        integer primary key,
    at        integer not null,
    actor     text not null,
    link_name text not null,
    event     text not null,
    reason    text
) strict;

insert into audit_ordered (id, at, actor, link_name, event, reason)
select rowid, at, actor, link_name, event, reason from audit;

drop table audit;
alter table audit_ordered rename to audit;
create index audit_by_link on audit (link_name, event, at);
