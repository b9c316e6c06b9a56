-- The resident index: walks over all Patients, and over all records whose Patient may be gone. Plain SQL of PostgreSQL 15
-- level, one statement each. Distribution: resident_walk LOCAL.

-- job: fill. stage: patients, records, done. epoch rises with each holder and with each new request, so that a late one
-- commits nothing.
create table resident_walk (
  job text collate "C" not null,
  stage text collate "C" not null,
  why text collate "C" not null,
  model text collate "C" not null,
  at_home int not null,
  after_id text collate "C" not null,
  looked bigint not null,
  changed bigint not null,
  holder text collate "C" not null,
  epoch bigint not null,
  until timestamptz not null,
  asked timestamptz not null,
  finished timestamptz,
  constraint resident_walk_pk primary key (job)
);
