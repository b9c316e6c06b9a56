-- The resident index: source records, what they are found by, pairs, persons. Plain SQL of PostgreSQL 15 level, one
-- statement each. Distribution: resident_record HOME (of the Patient); resident_key, resident_member, resident_pair,
-- resident_ruling, resident_review, resident_decision KEY; resident_gate, resident_walk LOCAL (few rows).

-- Held by who changes the index, one at a time (docs/adr/0077).
create table resident_gate (
  gate text collate "C" not null,
  held bigint not null,
  constraint resident_gate_pk primary key (gate)
);

-- A source Patient. record: keyed digest of Patient/id. version: of the Patient, when it was taken; also that of content.
-- person: id of the Patient that leads its person; empty while it is alone. keys: its rows in resident_key. content: what
-- is compared (traits), under the data key.
create table resident_record (
  record bigint not null,
  updated timestamptz not null,
  home int not null,
  version int not null,
  model text collate "C" not null,
  codec smallint not null,
  key_id smallint not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  person text collate "C" not null,
  keys bigint[] not null,
  content bytea not null,
  constraint resident_record_pk primary key (home, id)
);

create index resident_record_record on resident_record (record);

-- Where records are found that may be the same person. key: keyed digest of a blocking key.
create table resident_key (
  key bigint not null,
  record bigint not null,
  home int not null,
  constraint resident_key_pk primary key (key, record)
);

-- Members of persons of two and more. key: record of the leading Patient.
create table resident_member (
  key bigint not null,
  record bigint not null,
  home int not null,
  id text collate "C" not null,
  constraint resident_member_pk primary key (key, record)
);

-- Two records that are or may be one person, or of which people said so; a row for each direction. verdict: 0 different,
-- 1 possible, 2 same. found: by keys. ruling: 0 none, 1 the same, 2 not the same, said by people; ruled_at_verdict: the
-- verdict then. status: 0 nothing, 1 in review, 2 linked. reason: of the status. certain: linked by people, or
-- by a valid number that both bear.
create table resident_pair (
  key bigint not null,
  other bigint not null,
  key_home int not null,
  other_home int not null,
  weight real not null,
  verdict smallint not null,
  ruling smallint not null,
  ruled_at_verdict smallint not null,
  status smallint not null,
  reason smallint not null,
  found boolean not null,
  certain boolean not null,
  constraint resident_pair_pk primary key (key, other)
);
