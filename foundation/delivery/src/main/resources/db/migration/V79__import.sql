-- Bulk import. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: all LOCAL (few rows; written by the
-- one instance that works on a job).

-- A job. content: what was asked for, as JSON, sealed by codec and key_id since addresses may hold signatures; home is
-- always 0, version always 1 (db/encrypted-tables.properties). state: accepted, running, completed, failed, cancelled. file, line: how
-- far it is. holder, epoch, until: the instance that works on it. failures: since the last progress. due: not before.
create table import_job (
  id text collate "C" not null,
  home int not null,
  version int not null,
  subject text collate "C" not null,
  caller text not null,
  content bytea not null,
  codec smallint not null,
  key_id smallint not null,
  state text collate "C" not null,
  file int not null,
  line bigint not null,
  holder text collate "C" not null,
  epoch bigint not null,
  until timestamptz not null,
  due timestamptz not null,
  failures int not null,
  fault text not null,
  made timestamptz not null,
  finished timestamptz,
  constraint import_job_pk primary key (id)
);

create index import_job_state on import_job (state, due);

-- What became of a file. fault: why it could not be read to its end; empty for nothing.
create table import_file (
  job text collate "C" not null,
  file int not null,
  stored bigint not null,
  refused bigint not null,
  fault text not null,
  constraint import_file_pk primary key (job, file)
);

-- Lines that were refused, 1,000 of a file at most. outcome: an OperationOutcome.
create table import_error (
  job text collate "C" not null,
  file int not null,
  line bigint not null,
  outcome text not null,
  constraint import_error_pk primary key (job, file, line)
);
