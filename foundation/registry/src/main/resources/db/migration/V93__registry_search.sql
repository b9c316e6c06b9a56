-- What residents find doctors, services and hospitals by (docs/guide/registry.md). Derived as in V92. Plain SQL of
-- PostgreSQL 15 level, one statement each. Distribution: all REFERENCE.

create table registry_practitioner (
  id text collate "C" not null,
  active boolean not null,
  name text not null,
  search text not null,
  pieces text[] not null,
  constraint registry_practitioner_pk primary key (id)
);

create index registry_practitioner_pieces on registry_practitioner using gin (pieces);

-- A HealthcareService.
create table registry_service (
  id text collate "C" not null,
  organization text collate "C" not null,
  active boolean not null,
  online boolean not null,
  name text not null,
  search text not null,
  pieces text[] not null,
  specialties text[] not null,
  constraint registry_service_pk primary key (id)
);

create index registry_service_organization on registry_service (organization);

create index registry_service_pieces on registry_service using gin (pieces);

create index registry_service_online on registry_service (id) where online;

-- Where an institution is: a Location with a position.
create table registry_place (
  id text collate "C" not null,
  organization text collate "C" not null,
  latitude double precision not null,
  longitude double precision not null,
  constraint registry_place_pk primary key (id)
);

create index registry_place_organization on registry_place (organization);

create index registry_place_position on registry_place (latitude, longitude);
