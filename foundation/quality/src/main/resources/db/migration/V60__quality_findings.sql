-- Data quality: rules of operators, findings, and what they count. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: quality_rule REFERENCE; quality_finding, quality_finding_step, quality_increment HOME (the home of the
-- record that they speak of).

-- A version of a rule that an operator made, or the decision on a shipped one. state: draft, active, retired. spec: the
-- rule as JSON.
create table quality_rule (
  rule text collate "C" not null,
  version int not null,
  state text collate "C" not null,
  spec text not null,
  made_by text collate "C" not null,
  made timestamptz not null,
  decided_by text collate "C" not null,
  decided timestamptz,
  constraint quality_rule_pk primary key (rule, version)
);

-- A rule that a record does not keep. version: of the record, when it was last looked at. path: the element, no content.
-- state: detected, assigned, fixed, verified, waived. times: how often it was found, after it had been verified.
create table quality_finding (
  home int not null,
  type text collate "C" not null,
  id text collate "C" not null,
  rule text collate "C" not null,
  finding text collate "C" not null,
  rule_version int not null,
  version int not null,
  owner text collate "C" not null,
  path text not null,
  state text collate "C" not null,
  assignee text not null,
  times int not null,
  found timestamptz not null,
  changed timestamptz not null,
  checked timestamptz not null,
  constraint quality_finding_pk primary key (home, type, id, rule)
);

create index quality_finding_key on quality_finding (home, finding);

create index quality_finding_list on quality_finding (owner, found, finding);

create index quality_finding_checked on quality_finding (checked) where state in ('detected', 'assigned', 'fixed');

-- What was done about a finding. by_whom: the account; platform for the platform itself.
create table quality_finding_step (
  home int not null,
  finding text collate "C" not null,
  number int not null,
  at timestamptz not null,
  step text collate "C" not null,
  state text collate "C" not null,
  by_whom text collate "C" not null,
  note text not null,
  constraint quality_finding_step_pk primary key (home, finding, number)
);

-- What one transaction adds to the sums: JSON, by institution, data set, day and rule.
create table quality_increment (
  home int not null,
  id text collate "C" not null,
  counts text not null,
  constraint quality_increment_pk primary key (home, id)
);
