-- Official files on their way in, a chunk a row, until the code system that they belong to is written.
-- Plain SQL of PostgreSQL 15 level, one statement each. Distribution: REFERENCE.

create table term_staged (
  load text collate "C" not null,
  chunk integer not null,
  staged timestamptz not null,
  concepts integer not null,
  content bytea not null,
  constraint term_staged_pk primary key (load, chunk)
);
