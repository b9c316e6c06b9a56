-- The gateway's journal: every message as it came, and what became of it. Plain SQL of PostgreSQL 15 level, one
-- statement each. Distribution: intake, intake_lane, intake_correction by HOME beside lane (home: bucket of the
-- patient key of the message, not of the record); intake_control by KEY beside claim.

-- Numbers of a home's messages, taken together with the message's row: visible in order and without gaps.
create table intake_lane (
  home integer not null,
  seq bigint not null,
  constraint intake_lane_pk primary key (home)
);

-- lane      keyed digest of institution and patient key: messages of a lane keep their order
-- patient   digest of 'Patient/id', as in the store's rows; null until it is committed
-- control   number that the sender gave it; digest: of the bytes
-- state     0 received, 1 done, 2 dead, 3 parked, 4 refused, 5 discarded
-- reason    key of a sentence and what fills it, as a JSON array; never a resident's data
-- findings  the same, an array of arrays, with the place in the message
-- made      references of the resources that were written or found
-- corrected number of the correction that was taken; 0 for the original
create table intake (
  home integer not null,
  seq bigint not null,
  lane bigint not null,
  patient bigint,
  received timestamptz not null,
  changed timestamptz not null,
  state smallint not null,
  attempts smallint not null,
  corrected smallint not null,
  codec smallint not null,
  key_id smallint not null,
  version smallint not null,
  size integer not null,
  id text collate "C" not null,
  feed text collate "C" not null,
  type text collate "C" not null,
  control text not null,
  digest bytea not null,
  mapping text,
  reason text,
  findings text,
  made text[],
  content bytea not null,
  constraint intake_pk primary key (home, id)
);

-- What stands before a message of its lane, and what was left behind by a stop.
create index intake_open on intake (home, lane, seq) where state in (0, 2, 3);

create index intake_waiting on intake (received) where state = 0;

create index intake_received on intake (received);

create index intake_of_feed on intake (feed, state, received);

create index intake_lane_of on intake (lane, received);

create index intake_patient on intake (patient) where patient is not null;

-- A number is used once for each feed: first 64 and 128 bits of a keyed digest of feed and number (or, without a
-- number, of the content).
create table intake_control (
  key bigint not null,
  mac bytea not null,
  at timestamptz not null,
  home integer not null,
  id text collate "C" not null,
  digest bytea not null,
  constraint intake_control_pk primary key (key, mac)
);

create index intake_control_at on intake_control (at);

-- Texts by which an operator replaced what came. The original stays in intake.
create table intake_correction (
  home integer not null,
  version smallint not null,
  codec smallint not null,
  key_id smallint not null,
  at timestamptz not null,
  by_subject text not null,
  id text collate "C" not null,
  content bytea not null,
  constraint intake_correction_pk primary key (home, id, version)
);
