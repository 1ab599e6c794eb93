-- Whose connections a key's calls use; null for the engine's own.
alter table api_keys add column acts_as text;

alter table executions add column acts_as text;
