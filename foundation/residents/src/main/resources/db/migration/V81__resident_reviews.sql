-- The resident index: what people say about pairs, what waits for them, and what became of all. Plain SQL of PostgreSQL 15
-- level, one statement each. Distribution: as V80 says. key and other: records; in resident_ruling and resident_review the
-- smaller one first, in resident_decision a row for each direction.

-- In force. says: 1 the same, 2 not the same. kind: merge (taken back by unmerge) or review.
create table resident_ruling (
  key bigint not null,
  other bigint not null,
  says smallint not null,
  at timestamptz not null,
  kind text collate "C" not null,
  decision text collate "C" not null,
  by_whom text collate "C" not null,
  institution text collate "C" not null,
  note text not null,
  constraint resident_ruling_pk primary key (key, other)
);

-- Pairs for people to look at. wanted: false while another decision settles it. state: open, postponed.
create table resident_review (
  key bigint not null,
  other bigint not null,
  key_home int not null,
  other_home int not null,
  weight real not null,
  reason smallint not null,
  wanted boolean not null,
  opened timestamptz not null,
  until timestamptz not null,
  state text collate "C" not null,
  key_id text collate "C" not null,
  other_id text collate "C" not null,
  assignee text not null,
  note text not null,
  constraint resident_review_pk primary key (key, other)
);

create index resident_review_list on resident_review (opened, key, other) where wanted;

-- What was decided about a record, by rules or by people; never changed. evidence: fields, levels and weights, no values.
create table resident_decision (
  key bigint not null,
  other bigint not null,
  at timestamptz not null,
  model text collate "C" not null,
  weight real not null,
  reason smallint not null,
  id text collate "C" not null,
  kind text collate "C" not null,
  key_id text collate "C" not null,
  other_id text collate "C" not null,
  by_whom text collate "C" not null,
  institution text collate "C" not null,
  evidence text not null,
  note text not null,
  constraint resident_decision_pk primary key (key, id, other)
);
