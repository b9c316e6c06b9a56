-- Supervision of care on line: rules of the region, acts as the rules see them, what they hit, cases and their steps. Plain SQL
-- of PostgreSQL 15 level. Distribution: supervision_rule REFERENCE; supervision_act, supervision_hit, supervision_case and
-- supervision_step HOME, in the bucket of the resource they are about; supervision_number KEY.

-- What the region wrote over the shipped rules; as review_rule (V150).
create table supervision_rule (
  version integer not null,
  made timestamptz not null,
  decided timestamptz,
  rule text collate "C" not null,
  state text collate "C" not null,
  spec text not null,
  tried text,
  made_by text not null,
  decided_by text,
  reason text,
  constraint supervision_rule_pk primary key (rule, version)
);

-- kind      0 visit on line, 1 prescription, 2 dispensing, 3 charge (those three: of a visit on line), 4 care in person (for a few days)
-- at        when it began: the visit, the prescription, the handing over; null for a visit that has not begun
-- until     when it ended; null while it goes on
-- noted     when the visit first had a record
-- due       when it is to be looked at again though nothing is written: somebody waits for an answer
-- id        of the resource; encounter: of the visit on line
create table supervision_act (
  home integer not null,
  kind smallint not null,
  version integer not null,
  at timestamptz,
  until timestamptz,
  noted timestamptz,
  due timestamptz,
  seen timestamptz not null,
  id text collate "C" not null,
  encounter text collate "C" not null,
  practitioner text collate "C" not null,
  institution text collate "C" not null,
  constraint supervision_act_pk primary key (home, kind, id)
);

create index supervision_act_doctor on supervision_act (practitioner, kind, at);

create index supervision_act_institution on supervision_act (institution, kind, at);

create index supervision_act_kind on supervision_act (kind, at);

create index supervision_act_due on supervision_act (due) where due is not null;

-- One for each rule and act, whatever versions of both there are. No resident is named in it.
-- number    order in which hits and steps are exported; null until the first export behind it
-- version   of the act's resource as it was judged; rule_version: of the rule
-- trial     of a rule that is on trial: shown to who tries it, counts nowhere
-- stopped   the act was refused: there is no such version
-- facts     what the rule judged, JSON; told: the values of its sentence, JSON
-- case_id   Task that it was taken into; cleared: the case found it to be none
create table supervision_hit (
  home integer not null,
  version integer not null,
  rule_version integer not null,
  points integer not null,
  trial boolean not null,
  stopped boolean not null,
  cleared boolean not null,
  number bigint,
  at timestamptz not null,
  found timestamptz not null,
  rule text collate "C" not null,
  what text collate "C" not null,
  kind text collate "C" not null,
  encounter text collate "C" not null,
  practitioner text collate "C" not null,
  institution text collate "C" not null,
  case_id text collate "C" not null,
  facts text not null,
  told text not null,
  constraint supervision_hit_pk primary key (home, rule, what, trial, stopped)
);

create index supervision_hit_at on supervision_hit (at);

create index supervision_hit_institution on supervision_hit (institution, at);

create index supervision_hit_number on supervision_hit (number);

create index supervision_hit_case on supervision_hit (case_id) where case_id <> '';

-- Follows the Task, in the transaction that writes it.
create table supervision_case (
  home integer not null,
  version integer not null,
  opened timestamptz not null,
  changed timestamptz not null,
  deadline timestamptz,
  id text collate "C" not null,
  state text collate "C" not null,
  institution text collate "C" not null,
  constraint supervision_case_pk primary key (home, id)
);

create index supervision_case_state on supervision_case (state, deadline);

create index supervision_case_institution on supervision_case (institution, opened);

create index supervision_case_opened on supervision_case (opened);

create table supervision_step (
  home integer not null,
  version integer not null,
  number bigint,
  at timestamptz not null,
  case_id text collate "C" not null,
  state text collate "C" not null,
  institution text collate "C" not null,
  constraint supervision_step_pk primary key (home, case_id, version)
);

create index supervision_step_number on supervision_step (number);

-- The last number given. Locked by who gives some: a few hundred a minute, when the regulator's system asks.
create table supervision_number (
  key bigint not null,
  last bigint not null,
  constraint supervision_number_pk primary key (key)
);
