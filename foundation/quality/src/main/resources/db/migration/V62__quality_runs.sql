-- Data quality: runs on demand, and who keeps the sums up. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all LOCAL (few rows).

-- spec: what is asked for, as JSON. state: waiting, running, completed, failed, cancelled. dataset, at_home, after_id: how
-- far it is. counts: what it saw, as JSON by institution, data set and rule. holder, epoch, until: the instance that works
-- on it; epoch rises with each new holder, so that a late one can commit nothing.
create table quality_run (
  id text collate "C" not null,
  asked_by text collate "C" not null,
  spec text not null,
  state text collate "C" not null,
  dataset text collate "C" not null,
  at_home int not null,
  after_id text collate "C" not null,
  checked bigint not null,
  opened bigint not null,
  closed bigint not null,
  counts text not null,
  fault text not null,
  holder text collate "C" not null,
  epoch bigint not null,
  until timestamptz not null,
  made timestamptz not null,
  finished timestamptz,
  constraint quality_run_pk primary key (id)
);

create index quality_run_state on quality_run (state, made);

-- A thing that one instance does for all: sums, rechecks, notices. last: when it was done.
create table quality_upkeep (
  job text collate "C" not null,
  holder text collate "C" not null,
  until timestamptz not null,
  last timestamptz not null,
  constraint quality_upkeep_pk primary key (job)
);
