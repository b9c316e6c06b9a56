-- Since when the system of a subscription is not let in any more. Null while it is. Plain SQL of PostgreSQL 15 level.
-- Distribution: LOCAL, as the table.
alter table subscription add column forsaken timestamptz;
