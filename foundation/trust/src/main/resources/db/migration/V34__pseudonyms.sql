-- The pseudonymised projection for regulators (docs/adr/0043). Its resources lie in the schema "pseudonym", in tables
-- like the store's; here stands what ties it to the records. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distribution: pseudonym_key and pseudonym_step are reference tables (a row, some tens of rows); pseudonym_patient is
-- distributed by home, which is that of the pseudonym.

-- The secret behind all pseudonyms, wrapped by a key of the vault that is used for nothing else.
create table pseudonym_key (
  id smallint not null,
  wrapped bytea not null,
  made timestamptz not null,
  constraint pseudonym_key_pk primary key (id)
);

-- Whose a pseudonym is: read where a case is opened, and nowhere else.
--
-- pseudonym  id of the Patient in the projection
-- patient    id of the Patient in the records
-- subject    digest of 'Patient/id', as in the column patient of every resource
create table pseudonym_patient (
  home integer not null,
  pseudonym text collate "C" not null,
  patient text collate "C" not null,
  subject bigint not null,
  constraint pseudonym_patient_pk primary key (home, pseudonym)
);

create index pseudonym_patient_subject on pseudonym_patient (subject);

-- How far the making of the projection from nothing has come, by type.
--
-- cursor     where the walk goes on; null at the beginning
-- instance   which application instance walks, until when nobody else does
create table pseudonym_step (
  type text collate "C" not null,
  cursor text,
  checked bigint not null,
  projected bigint not null,
  asked timestamptz not null,
  finished timestamptz,
  instance text collate "C",
  until timestamptz,
  constraint pseudonym_step_pk primary key (type)
);
