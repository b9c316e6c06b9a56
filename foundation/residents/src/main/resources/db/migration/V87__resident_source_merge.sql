-- Merges that institutions make of two Patients of their own: Patient.link of the types replaced-by and replaces, as HL7 v2 A40 writes it. A row for
-- each such link that the resident index was told of. Plain SQL of PostgreSQL 15 level. Distributed by home, in the home of the Patient that says so.
--
-- patient, id         the Patient that says so: digest of 'Patient/id', and the id
-- other, other_id     the one that it names
-- merged              false: the index refused it, for the reason (key of a message)
create table resident_source_merge (
  patient bigint not null,
  other bigint not null,
  home integer not null,
  merged boolean not null,
  id text collate "C" not null,
  other_id text collate "C" not null,
  reason text collate "C" not null,
  constraint resident_source_merge_pk primary key (home, patient, other)
);
