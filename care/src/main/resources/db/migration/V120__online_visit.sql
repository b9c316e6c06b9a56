-- Visits on line. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all HOME, in the home of the visit's Encounter, which is that of the resident.

-- What lists and conversations ask of a visit; derived from its Encounter in the transaction that writes that, but for the
-- conversation's counters.
-- id        of the Encounter
-- state     ordinal of VisitState
-- last      number of the last message; messages of a visit are numbered from 1 without gaps
-- *_got     the highest number that has reached that party, *_read that it has read
-- patient   keyed digest of Patient/id
-- entered   when it came to its state; changed: when anything of the row was
-- chain     SM3 over the chain before it and the last message (docs/adr/0093); null before the first
create table visit (
  home integer not null,
  state smallint not null,
  last integer not null,
  resident_got integer not null,
  resident_read integer not null,
  doctor_got integer not null,
  doctor_read integer not null,
  patient bigint not null,
  applied timestamptz not null,
  entered timestamptz not null,
  changed timestamptz not null,
  id text collate "C" not null,
  practitioner text collate "C" not null,
  department text collate "C" not null,
  institution text collate "C" not null,
  chain bytea,
  constraint visit_pk primary key (home, id)
);

-- The work list of a doctor, open visits first by the time of application.
create index visit_of_doctor on visit (practitioner, state, applied);

create index visit_of_patient on visit (patient, applied);

-- One open visit of a resident with a doctor.
create unique index visit_open on visit (home, patient, practitioner) where state < 4;

-- For the watch over what nobody goes on with.
create index visit_waiting on visit (entered) where state < 3;

-- What was said. Never changed; leaves with the erasure of the record only.
-- number    within the visit, from 1
-- side      ordinal of Party: 0 resident, 1 doctor
-- kind      0 text, 1 picture
-- id        of the row, by which its content is sealed
-- token     by which the client knows its own message again: sending it twice has the effect of once
-- content   JSON: text, or media and binary with their type and size
create table visit_message (
  home integer not null,
  number integer not null,
  version integer not null,
  side smallint not null,
  kind smallint not null,
  codec smallint not null,
  key_id smallint not null,
  patient bigint not null,
  at timestamptz not null,
  visit text collate "C" not null,
  id text collate "C" not null,
  token text collate "C" not null,
  by_subject text not null,
  content bytea not null,
  chain bytea not null,
  constraint visit_message_pk primary key (home, visit, number)
);

create unique index visit_message_token on visit_message (home, visit, side, token);

create index visit_message_id on visit_message (home, id);

create index visit_message_patient on visit_message (patient);
