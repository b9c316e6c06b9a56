-- Who may see whose record, from when until when, and why. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distributed by home, beside the resources: a grant lies in the home of the patient.
--
-- patient     digest of 'Patient/id', as in the column of that name of every resource
-- grantee     'Practitioner/id', 'Organization/id' (institution or department), 'CareTeam/id', or '*' for everybody
-- cause       the resource whose write made the row; part tells rows of one cause apart
-- weight      what beats what: 0 offered by a referral, opens nothing yet, 1 opened by treatment or consent, 2 closed to everybody, 3 opened in spite of 2,
--             4 closed to this grantee, 5 emergency. The highest that speaks of a row decides; odd opens.
-- level       highest data level that an opening row opens
-- categories  bits of the sensitive categories it opens; of a closing row, those it closes, 0 for everything
-- state       1 stands, 2 ended before its time (withdrawn, cancelled, left out of a later version of its cause)
create table access_grant (
  home integer not null,
  patient bigint not null,
  since timestamptz not null,
  until timestamptz not null,
  made timestamptz not null,
  weight smallint not null,
  level smallint not null,
  categories smallint not null,
  state smallint not null,
  part smallint not null,
  grantee text collate "C" not null,
  cause text collate "C" not null,
  made_by text collate "C" not null,
  constraint access_grant_pk primary key (home, patient, grantee, cause, part)
);

create index access_grant_of on access_grant (patient, grantee) include (state, until, since, weight, level, categories);
create index access_grant_cause on access_grant (cause);
