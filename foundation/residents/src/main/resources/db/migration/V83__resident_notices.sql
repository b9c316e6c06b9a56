-- The resident index: Patients whose institutions are still to be told that their person has changed. Plain SQL of
-- PostgreSQL 15 level, one statement each. Distribution: resident_notice KEY (record of the Patient).
create table resident_notice (
  key bigint not null,
  at timestamptz not null,
  home int not null,
  id text collate "C" not null,
  constraint resident_notice_pk primary key (key)
);
