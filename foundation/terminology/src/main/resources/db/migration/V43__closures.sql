-- Closure tables of clients (FHIR R4, ConceptMap $closure). A concept stands with the version of the table that it came
-- with; relations are worked out from them. Plain SQL of PostgreSQL 15 level, one statement each. Distribution: REFERENCE.

create table term_closure (
  name text collate "C" not null,
  owner text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  constraint term_closure_pk primary key (name, owner)
);

create table term_closure_concept (
  name text collate "C" not null,
  owner text collate "C" not null,
  version integer not null,
  system text collate "C" not null,
  code text collate "C" not null,
  constraint term_closure_concept_pk primary key (name, owner, system, code)
);
