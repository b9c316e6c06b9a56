-- Which Patients are one person: a row for each Patient that is one person with another, none for the others. Made by the store from
-- Patient.link and from what the resident index says, in the transaction that changes either. Plain SQL of PostgreSQL 15 level, one statement each.
-- Distributed by home, beside the resources: a row lies in the home of its Patient.
--
-- patient   digest of 'Patient/id', as in the column of that name of every resource
-- person    the smallest such digest of the Patients that are this person: the same in all their rows
-- surely    the same of those only that are this person by links that are certain
create table linked_patient (
  patient bigint not null,
  person bigint not null,
  surely bigint not null,
  home integer not null,
  id text collate "C" not null,
  constraint linked_patient_pk primary key (home, patient)
);

create index linked_patient_of on linked_patient (patient) include (person, surely);
create index linked_patient_person on linked_patient (person);
