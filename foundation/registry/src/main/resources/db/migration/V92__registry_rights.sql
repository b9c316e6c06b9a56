-- The provider registry as it is asked at the moment of an act (docs/adr/0084). Derived from Practitioner, Organization,
-- HealthcareService and PractitionerRole in the transaction that writes them; those are the facts. Plain SQL of
-- PostgreSQL 15 level, one statement each. Distribution: all REFERENCE (changed rarely, asked at each act everywhere).

-- A licence that was filed. holder: Type/id. part: which of the holder's, from 0. ends: first instant after its last
-- day; null for no end. valid: when it holds; empty for what was never active. check_due: day of the next check.
-- institution: that filed it; empty for none.
create table registry_licence (
  holder text collate "C" not null,
  part integer not null,
  kind text collate "C" not null,
  number text collate "C" not null,
  state text collate "C" not null,
  since timestamptz,
  ends timestamptz,
  check_due date,
  institution text collate "C" not null,
  valid tstzmultirange not null,
  constraint registry_licence_pk primary key (holder, part)
);

create index registry_licence_number on registry_licence (number);

create index registry_licence_state on registry_licence (state, holder, part);

create index registry_licence_ends on registry_licence (ends) where state in ('active', 'suspended');

create index registry_licence_due on registry_licence (check_due) where state = 'active';

-- A post: a PractitionerRole, filed (state) or not. valid: when somebody may act there, as far as the place is
-- concerned. rights: codes of prescribing rights. specialties: codes of the national list of departments.
create table registry_post (
  id text collate "C" not null,
  practitioner text collate "C" not null,
  organization text collate "C" not null,
  active boolean not null,
  state text collate "C" not null,
  since timestamptz,
  site text collate "C" not null,
  online boolean not null,
  rights text[] not null,
  valid tstzmultirange not null,
  title text not null,
  specialties text[] not null,
  constraint registry_post_pk primary key (id)
);

create index registry_post_practitioner on registry_post (practitioner);

create index registry_post_organization on registry_post (organization);

create index registry_post_state on registry_post (state, id) where state <> 'approved';

-- An Organization. institution: the one that it is a department of, or itself. district: code of GB/T 2260, or the
-- name as it stands. level_rank: place among the levels, the highest 0. pieces: of name and aliases, and of the first
-- letters of their pinyin.
create table registry_organization (
  id text collate "C" not null,
  institution text collate "C" not null,
  part_of text collate "C" not null,
  department boolean not null,
  active boolean not null,
  provider boolean not null,
  name text not null,
  search text not null,
  pieces text[] not null,
  level text collate "C" not null,
  level_rank integer not null,
  district text collate "C" not null,
  address text not null,
  constraint registry_organization_pk primary key (id)
);

create index registry_organization_institution on registry_organization (institution);

create index registry_organization_part_of on registry_organization (part_of);

create index registry_organization_district on registry_organization (district, level_rank) where not department;

create index registry_organization_pieces on registry_organization using gin (pieces);
