-- Institutions on their way to the platform. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: all REFERENCE (some hundreds of rows, changed rarely).

-- version   raised with each step; settled: the version whose effects (clients, feeds) are in place
-- state     0 applied, 1 testing, 2 certified, 3 live, 4 suspended, 5 withdrawn
-- institution id of the Organization; empty for one that is not in the registry yet
-- content   what was applied for, JSON; settings: of the feeds, as operators chose them, JSON
create table onboarding (
  version integer not null,
  settled integer not null,
  state smallint not null,
  created timestamptz not null,
  changed timestamptz not null,
  id text collate "C" not null,
  institution text collate "C" not null,
  content text not null,
  settings text not null,
  constraint onboarding_pk primary key (id)
);

create index onboarding_of on onboarding (state, changed);

create index onboarding_institution on onboarding (institution) where institution <> '';

-- Who took which step when and why; every one stays.
create table onboarding_step (
  number integer not null,
  state smallint not null,
  at timestamptz not null,
  id text collate "C" not null,
  step text collate "C" not null,
  by_subject text not null,
  by_role text not null,
  reason text not null,
  constraint onboarding_step_pk primary key (id, number)
);

-- What first proved a line of the check list; evidence: JSON, never a resident's data.
create table onboarding_evidence (
  at timestamptz not null,
  id text collate "C" not null,
  line text collate "C" not null,
  evidence text not null,
  constraint onboarding_evidence_pk primary key (id, line)
);
