-- Erasure, retention, legal hold. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all REFERENCE (small, rarely changed). No row names a resident: subject is the keyed digest that the
-- store's column "patient" has too.

-- What is left of an erased record: that it was erased, by whom, on what ground. finished: null while it is under way.
-- signature: of the platform's seal over the row's text (health.helan.foundation.trust.erasure.Erasure).
create table erasure (
  id text collate "C" not null,
  subject bigint not null,
  at timestamptz not null,
  by_subject text not null,
  ground text collate "C" not null,
  document text not null,
  resources integer not null,
  versions integer not null,
  objects integer not null,
  finished timestamptz,
  signature bytea,
  certificate bytea,
  constraint erasure_pk primary key (id)
);

create index erasure_subject on erasure (subject);

-- As long as one is not lifted, nothing of the resident is erased.
create table legal_hold (
  id text collate "C" not null,
  subject bigint not null,
  at timestamptz not null,
  by_subject text not null,
  document text not null,
  lifted timestamptz,
  lifted_by text,
  constraint legal_hold_pk primary key (id)
);

create index legal_hold_subject on legal_hold (subject);

-- Least years that records of some types are kept; '*': all types that no other rule names.
create table retention_rule (
  id text collate "C" not null,
  types text[] not null,
  years integer not null,
  source text not null,
  constraint retention_rule_pk primary key (id)
);

insert into retention_rule (id, types, years, source) values
  ('record', '{*}', 15, 'Records of internet care: at least 15 years, by the platform''s plans'),
  ('conversation', '{Communication,CommunicationRequest,Media}', 3, 'Conversations, pictures and sound: at least 3 years, by the platform''s plans');

-- Erasure asks for a resident's superseded versions, wherever they lie.
create index history_patient on history (patient) where patient is not null;
