-- Bulk export. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: all LOCAL (few rows; written by the
-- few that export).

-- A job. caller: who asked, as JSON, with what its token allowed then. spec: what was asked for, as JSON. state:
-- accepted, running, completed, failed, cancelled. at: how far it is, as JSON. holder, epoch, until: the instance that
-- works on it; epoch rises with each new holder, so that a late one can commit nothing.
create table export_job (
  id text collate "C" not null,
  subject text collate "C" not null,
  caller text not null,
  spec text not null,
  state text collate "C" not null,
  at text not null,
  exported bigint not null,
  holder text collate "C" not null,
  epoch bigint not null,
  until timestamptz not null,
  attempts int not null,
  fault text not null,
  made timestamptz not null,
  finished timestamptz,
  constraint export_job_pk primary key (id)
);

create index export_job_state on export_job (state, made);

-- A file of a job. kind: output, deleted, error. object: its key in the object store; contents packed by gzip.
-- patients: digests of the residents in it, eight bytes each, for the trace of who fetched them.
create table export_file (
  job text collate "C" not null,
  number int not null,
  kind text collate "C" not null,
  type text collate "C" not null,
  count bigint not null,
  bytes bigint not null,
  object text collate "C" not null,
  patients bytea not null,
  constraint export_file_pk primary key (job, number)
);

create index export_file_object on export_file (object);
