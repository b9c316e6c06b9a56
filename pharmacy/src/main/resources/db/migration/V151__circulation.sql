-- Prescriptions on their way to who takes them. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: circulation, _drug, _token, _dispense and _attempt HOME, with the resident; dispense_trace KEY.

-- id         of the Task of the prescription's review
-- state      see CirculationState.java: the one row that says who holds a prescription
-- revision   raised with every step; a step counts only if none was taken since the row was read
-- until      when the prescription is worth nothing any more; lock_until: when the shop has held it too long
-- shop       id of the Organization that holds it; wanted: the only one that may; empty for none
-- way        pickup, cabinet, delivery; empty while nobody has chosen
-- parcel     id of the parcel that is under way; empty for none
-- token      SHA-256 of the secret in the code that counts; null for none
-- patient    keyed digest of Patient/id
-- version    always 0, the place of the content
-- content    JSON: where it is wanted: telephone, address; under the data key
create table circulation (
  home integer not null,
  state smallint not null,
  revision integer not null,
  version integer not null,
  codec smallint not null,
  key_id smallint not null,
  patient bigint not null,
  until timestamptz not null,
  lock_until timestamptz,
  changed timestamptz not null,
  id text collate "C" not null,
  shop text collate "C" not null,
  wanted text collate "C" not null,
  way text collate "C" not null,
  parcel text collate "C" not null,
  token bytea,
  content bytea not null,
  constraint circulation_pk primary key (home, id)
);

create index circulation_patient on circulation (patient, changed);

create index circulation_shop on circulation (shop, changed) where shop <> '';

create index circulation_wanted on circulation (wanted) where state = 0 and wanted <> '';

create index circulation_until on circulation (until) where state = 0;

create index circulation_lock on circulation (lock_until) where state = 1;

-- Drugs of a prescription. What is dispensed never exceeds what is prescribed: the database itself refuses it.
-- prescribed 0 where the prescription does not say how much
create table circulation_drug (
  home integer not null,
  prescribed integer not null,
  dispensed integer not null,
  circulation text collate "C" not null,
  request text collate "C" not null,
  unit text not null,
  constraint circulation_drug_pk primary key (home, circulation, request),
  constraint circulation_drug_never_twice check (dispensed between 0 and prescribed)
);

create index circulation_drug_request on circulation_drug (request);

-- Codes that were given out: digest is the SHA-256 of the secret in it; used by which shop, when.
create table circulation_token (
  home integer not null,
  issued timestamptz not null,
  until timestamptz not null,
  used timestamptz,
  circulation text collate "C" not null,
  shop text collate "C" not null,
  digest bytea not null,
  constraint circulation_token_pk primary key (home, digest)
);

-- What was counted out. state: 0 with the shop or under way, 1 handed over, 2 came back
create table circulation_dispense (
  home integer not null,
  state smallint not null,
  quantity integer not null,
  fen bigint not null,
  at timestamptz not null,
  circulation text collate "C" not null,
  id text collate "C" not null,
  request text collate "C" not null,
  shop text collate "C" not null,
  item text collate "C" not null,
  traces text[] not null,
  constraint circulation_dispense_pk primary key (home, circulation, id)
);

-- What was tried and refused: evidence. what: replayed, replaced, expired, elsewhere, taken, too-much, trace
create table circulation_attempt (
  home integer not null,
  at timestamptz not null,
  circulation text collate "C" not null,
  id text collate "C" not null,
  what text collate "C" not null,
  shop text collate "C" not null,
  subject text collate "C" not null,
  constraint circulation_attempt_pk primary key (home, circulation, id)
);

-- Trace codes of packs (追溯码) that went out. key: SHA-256 of the code; whole: the pack went out unopened.
create table dispense_trace (
  key bytea not null,
  whole boolean not null,
  at timestamptz not null,
  shop text collate "C" not null,
  circulation text collate "C" not null,
  constraint dispense_trace_pk primary key (key)
);
