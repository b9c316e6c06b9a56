-- Calls in visits on line: signals on their way, and recordings. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all HOME, with the visit.

-- How many signals a visit has seen: their order, and by which other instances find that there is a new one.
alter table visit add column signals integer not null default 0;

-- A signal of WebRTC on its way from one side to the other; gone after two minutes, whether it was taken or not.
-- side      whose it is: ordinal of Party
-- content   JSON, as it was said
create table visit_signal (
  home integer not null,
  number integer not null,
  version integer not null,
  side smallint not null,
  codec smallint not null,
  key_id smallint not null,
  patient bigint not null,
  at timestamptz not null,
  visit text collate "C" not null,
  id text collate "C" not null,
  content bytea not null,
  constraint visit_signal_pk primary key (home, visit, number)
);

create index visit_signal_patient on visit_signal (patient);

-- A piece of a recording, in the object store; or a gap, where there is none (object is null).
-- recording  by which the doctor's browser knows it; several where a call was broken off
-- number     within the recording, from 1
-- millis     how long the piece, or the gap, lasts
-- sha256     of its bytes, 64 hexadecimal digits; empty for a gap
create table visit_chunk (
  home integer not null,
  number integer not null,
  millis integer not null,
  size integer not null,
  patient bigint not null,
  at timestamptz not null,
  visit text collate "C" not null,
  recording text collate "C" not null,
  media_type text collate "C" not null,
  sha256 text collate "C" not null,
  object text collate "C",
  constraint visit_chunk_pk primary key (home, visit, recording, number)
);

create index visit_chunk_patient on visit_chunk (patient);

create index visit_chunk_object on visit_chunk (object) where object is not null;
