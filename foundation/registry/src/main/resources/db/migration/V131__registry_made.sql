-- Whether the registry's rows were made of the resources that were there before the registry was. Plain SQL of
-- PostgreSQL 15 level, one statement each.
-- Distribution: REFERENCE (one row).
create table registry_made (
  what text collate "C" not null,
  at timestamptz not null,
  constraint registry_made_pk primary key (what)
);
