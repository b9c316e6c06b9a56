-- Indexing rows anew while the store works. Plain SQL of PostgreSQL 15 level, one statement each.

-- How far a job has come with a type: rows up to (at_home, after_id) carry the new search values.
create table reindex (
  job text collate "C" not null,
  type text collate "C" not null,
  at_home integer not null,
  after_id text collate "C" not null,
  checked bigint not null,
  changed bigint not null,
  asked timestamptz not null,
  finished timestamptz,
  constraint reindex_pk primary key (job, type)
);

-- Instances that index what they write by the job's definition, for all writes begun after "at".
create table reindex_ready (
  job text collate "C" not null,
  instance text collate "C" not null,
  at timestamptz not null,
  constraint reindex_ready_pk primary key (job, instance)
);
