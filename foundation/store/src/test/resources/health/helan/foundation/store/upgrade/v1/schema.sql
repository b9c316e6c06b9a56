-- The record store, version 1. Plain SQL of PostgreSQL 15 level, one statement each.
--
-- home     bucket 0..4095, fixed for ever; leads every primary key (docs/adr/0002-every-row-has-a-home.md)
-- self     keyed 64-bit digest of 'Type/id'
-- patient  keyed digest of 'Patient/id' of the resident the row belongs to; null when it belongs to none
-- tokens   keyed digests of everything that is searched by equality (docs/adr/0003-search-values-live-in-the-row.md)
-- vals     the search values by parameter, for ranges, prefixes, sorting and rechecks
-- codec, key_id   content header: how the bytes were compressed and encrypted
-- method   1 POST, 2 PUT, 3 PATCH, 4 DELETE

create table res_patient (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_patient_pk primary key (home, id)
);

alter table res_patient alter column content set storage external;
alter table res_patient alter column tokens set statistics 1000;
create index res_patient_updated on res_patient (updated, id);
create index res_patient_tokens on res_patient using gin (tokens);
create index res_patient_patient on res_patient (patient);
create index res_patient_date on res_patient (date_lo nulls first);

create table res_observation (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_observation_pk primary key (home, id)
);

alter table res_observation alter column content set storage external;
alter table res_observation alter column tokens set statistics 1000;
create index res_observation_updated on res_observation (updated, id);
create index res_observation_tokens on res_observation using gin (tokens);
create index res_observation_patient on res_observation (patient, date_lo nulls first);
create index res_observation_date on res_observation (date_lo nulls first);

create table res_encounter (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_encounter_pk primary key (home, id)
);

alter table res_encounter alter column content set storage external;
alter table res_encounter alter column tokens set statistics 1000;
create index res_encounter_updated on res_encounter (updated, id);
create index res_encounter_tokens on res_encounter using gin (tokens);
create index res_encounter_patient on res_encounter (patient, date_lo nulls first);
create index res_encounter_date on res_encounter (date_lo nulls first);

create table res_condition (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_condition_pk primary key (home, id)
);

alter table res_condition alter column content set storage external;
alter table res_condition alter column tokens set statistics 1000;
create index res_condition_updated on res_condition (updated, id);
create index res_condition_tokens on res_condition using gin (tokens);
create index res_condition_patient on res_condition (patient, date_lo nulls first);
create index res_condition_date on res_condition (date_lo nulls first);

create table res_procedure (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_procedure_pk primary key (home, id)
);

alter table res_procedure alter column content set storage external;
alter table res_procedure alter column tokens set statistics 1000;
create index res_procedure_updated on res_procedure (updated, id);
create index res_procedure_tokens on res_procedure using gin (tokens);
create index res_procedure_patient on res_procedure (patient, date_lo nulls first);
create index res_procedure_date on res_procedure (date_lo nulls first);

create table res_diagnostic_report (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_diagnostic_report_pk primary key (home, id)
);

alter table res_diagnostic_report alter column content set storage external;
alter table res_diagnostic_report alter column tokens set statistics 1000;
create index res_diagnostic_report_updated on res_diagnostic_report (updated, id);
create index res_diagnostic_report_tokens on res_diagnostic_report using gin (tokens);
create index res_diagnostic_report_patient on res_diagnostic_report (patient, date_lo nulls first);
create index res_diagnostic_report_date on res_diagnostic_report (date_lo nulls first);

create table res_medication_request (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_medication_request_pk primary key (home, id)
);

alter table res_medication_request alter column content set storage external;
alter table res_medication_request alter column tokens set statistics 1000;
create index res_medication_request_updated on res_medication_request (updated, id);
create index res_medication_request_tokens on res_medication_request using gin (tokens);
create index res_medication_request_patient on res_medication_request (patient, date_lo nulls first);
create index res_medication_request_date on res_medication_request (date_lo nulls first);

create table res_medication_dispense (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_medication_dispense_pk primary key (home, id)
);

alter table res_medication_dispense alter column content set storage external;
alter table res_medication_dispense alter column tokens set statistics 1000;
create index res_medication_dispense_updated on res_medication_dispense (updated, id);
create index res_medication_dispense_tokens on res_medication_dispense using gin (tokens);
create index res_medication_dispense_patient on res_medication_dispense (patient, date_lo nulls first);
create index res_medication_dispense_date on res_medication_dispense (date_lo nulls first);

create table res_medication_administration (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_medication_administration_pk primary key (home, id)
);

alter table res_medication_administration alter column content set storage external;
alter table res_medication_administration alter column tokens set statistics 1000;
create index res_medication_administration_updated on res_medication_administration (updated, id);
create index res_medication_administration_tokens on res_medication_administration using gin (tokens);
create index res_medication_administration_patient on res_medication_administration (patient, date_lo nulls first);
create index res_medication_administration_date on res_medication_administration (date_lo nulls first);

create table res_immunization (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_immunization_pk primary key (home, id)
);

alter table res_immunization alter column content set storage external;
alter table res_immunization alter column tokens set statistics 1000;
create index res_immunization_updated on res_immunization (updated, id);
create index res_immunization_tokens on res_immunization using gin (tokens);
create index res_immunization_patient on res_immunization (patient, date_lo nulls first);
create index res_immunization_date on res_immunization (date_lo nulls first);

create table res_allergy_intolerance (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_allergy_intolerance_pk primary key (home, id)
);

alter table res_allergy_intolerance alter column content set storage external;
alter table res_allergy_intolerance alter column tokens set statistics 1000;
create index res_allergy_intolerance_updated on res_allergy_intolerance (updated, id);
create index res_allergy_intolerance_tokens on res_allergy_intolerance using gin (tokens);
create index res_allergy_intolerance_patient on res_allergy_intolerance (patient, date_lo nulls first);
create index res_allergy_intolerance_date on res_allergy_intolerance (date_lo nulls first);

create table res_document_reference (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_document_reference_pk primary key (home, id)
);

alter table res_document_reference alter column content set storage external;
alter table res_document_reference alter column tokens set statistics 1000;
create index res_document_reference_updated on res_document_reference (updated, id);
create index res_document_reference_tokens on res_document_reference using gin (tokens);
create index res_document_reference_patient on res_document_reference (patient, date_lo nulls first);
create index res_document_reference_date on res_document_reference (date_lo nulls first);

create table res_composition (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_composition_pk primary key (home, id)
);

alter table res_composition alter column content set storage external;
alter table res_composition alter column tokens set statistics 1000;
create index res_composition_updated on res_composition (updated, id);
create index res_composition_tokens on res_composition using gin (tokens);
create index res_composition_patient on res_composition (patient, date_lo nulls first);
create index res_composition_date on res_composition (date_lo nulls first);

create table res_service_request (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_service_request_pk primary key (home, id)
);

alter table res_service_request alter column content set storage external;
alter table res_service_request alter column tokens set statistics 1000;
create index res_service_request_updated on res_service_request (updated, id);
create index res_service_request_tokens on res_service_request using gin (tokens);
create index res_service_request_patient on res_service_request (patient, date_lo nulls first);
create index res_service_request_date on res_service_request (date_lo nulls first);

create table res_task (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_task_pk primary key (home, id)
);

alter table res_task alter column content set storage external;
alter table res_task alter column tokens set statistics 1000;
create index res_task_updated on res_task (updated, id);
create index res_task_tokens on res_task using gin (tokens);
create index res_task_patient on res_task (patient, date_lo nulls first);
create index res_task_date on res_task (date_lo nulls first);

create table res_appointment (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_appointment_pk primary key (home, id)
);

alter table res_appointment alter column content set storage external;
alter table res_appointment alter column tokens set statistics 1000;
create index res_appointment_updated on res_appointment (updated, id);
create index res_appointment_tokens on res_appointment using gin (tokens);
create index res_appointment_patient on res_appointment (patient, date_lo nulls first);
create index res_appointment_date on res_appointment (date_lo nulls first);

create table res_slot (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_slot_pk primary key (home, id)
);

alter table res_slot alter column content set storage external;
alter table res_slot alter column tokens set statistics 1000;
create index res_slot_updated on res_slot (updated, id);
create index res_slot_tokens on res_slot using gin (tokens);
create index res_slot_patient on res_slot (patient, date_lo nulls first);
create index res_slot_date on res_slot (date_lo nulls first);

create table res_claim (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_claim_pk primary key (home, id)
);

alter table res_claim alter column content set storage external;
alter table res_claim alter column tokens set statistics 1000;
create index res_claim_updated on res_claim (updated, id);
create index res_claim_tokens on res_claim using gin (tokens);
create index res_claim_patient on res_claim (patient, date_lo nulls first);
create index res_claim_date on res_claim (date_lo nulls first);

create table res_explanation_of_benefit (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_explanation_of_benefit_pk primary key (home, id)
);

alter table res_explanation_of_benefit alter column content set storage external;
alter table res_explanation_of_benefit alter column tokens set statistics 1000;
create index res_explanation_of_benefit_updated on res_explanation_of_benefit (updated, id);
create index res_explanation_of_benefit_tokens on res_explanation_of_benefit using gin (tokens);
create index res_explanation_of_benefit_patient on res_explanation_of_benefit (patient, date_lo nulls first);
create index res_explanation_of_benefit_date on res_explanation_of_benefit (date_lo nulls first);

create table res_charge_item (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_charge_item_pk primary key (home, id)
);

alter table res_charge_item alter column content set storage external;
alter table res_charge_item alter column tokens set statistics 1000;
create index res_charge_item_updated on res_charge_item (updated, id);
create index res_charge_item_tokens on res_charge_item using gin (tokens);
create index res_charge_item_patient on res_charge_item (patient, date_lo nulls first);
create index res_charge_item_date on res_charge_item (date_lo nulls first);

create table res_communication (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_communication_pk primary key (home, id)
);

alter table res_communication alter column content set storage external;
alter table res_communication alter column tokens set statistics 1000;
create index res_communication_updated on res_communication (updated, id);
create index res_communication_tokens on res_communication using gin (tokens);
create index res_communication_patient on res_communication (patient, date_lo nulls first);
create index res_communication_date on res_communication (date_lo nulls first);

create table res_provenance (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_provenance_pk primary key (home, id)
);

alter table res_provenance alter column content set storage external;
alter table res_provenance alter column tokens set statistics 1000;
create index res_provenance_updated on res_provenance (updated, id);
create index res_provenance_tokens on res_provenance using gin (tokens);
create index res_provenance_patient on res_provenance (patient, date_lo nulls first);
create index res_provenance_date on res_provenance (date_lo nulls first);

create table res_specimen (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_specimen_pk primary key (home, id)
);

alter table res_specimen alter column content set storage external;
alter table res_specimen alter column tokens set statistics 1000;
create index res_specimen_updated on res_specimen (updated, id);
create index res_specimen_tokens on res_specimen using gin (tokens);
create index res_specimen_patient on res_specimen (patient, date_lo nulls first);
create index res_specimen_date on res_specimen (date_lo nulls first);

create table res_imaging_study (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_imaging_study_pk primary key (home, id)
);

alter table res_imaging_study alter column content set storage external;
alter table res_imaging_study alter column tokens set statistics 1000;
create index res_imaging_study_updated on res_imaging_study (updated, id);
create index res_imaging_study_tokens on res_imaging_study using gin (tokens);
create index res_imaging_study_patient on res_imaging_study (patient, date_lo nulls first);
create index res_imaging_study_date on res_imaging_study (date_lo nulls first);

create table res_other (
  self bigint not null,
  patient bigint,
  updated timestamptz not null,
  date_lo timestamptz,
  date_hi timestamptz,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  type text collate "C" not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  tokens bigint[] not null,
  vals jsonb not null,
  content bytea not null,
  constraint res_other_pk primary key (home, type, id)
);

alter table res_other alter column content set storage external;
alter table res_other alter column tokens set statistics 1000;
create index res_other_updated on res_other (type, updated, id);
create index res_other_tokens on res_other using gin (tokens);
create index res_other_patient on res_other (patient, type, date_lo nulls first) where patient is not null;
create index res_other_date on res_other (type, date_lo nulls first);

create table history (
  patient bigint,
  updated timestamptz not null,
  home integer not null,
  version integer not null,
  level smallint not null,
  codec smallint not null,
  key_id smallint not null,
  method smallint not null,
  stray boolean not null,
  type text collate "C" not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  content bytea,
  constraint history_pk primary key (home, type, id, version)
);

alter table history alter column content set storage external;
create index history_type_updated on history (type, updated, id, version);
create index history_updated on history (updated, id, version);

-- One counter per home, taken last in each transaction: numbers of a home become visible in order, without gaps.
create table lane (
  home integer not null,
  seq bigint not null,
  constraint lane_pk primary key (home)
) with (fillfactor = 20);

insert into lane (home, seq) select n, 0 from generate_series(0, 4095) n;

create table change_log (
  home integer not null,
  seq bigint not null,
  patient bigint,
  updated timestamptz not null,
  version integer not null,
  method smallint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  constraint change_log_pk primary key (home, seq)
);

create table consumer_offset (
  home integer not null,
  consumer text collate "C" not null,
  seq bigint not null,
  constraint consumer_offset_pk primary key (home, consumer)
);

-- Who works on which part of a consumer's homes; until when.
create table consumer_lease (
  consumer text collate "C" not null,
  part integer not null,
  instance text collate "C",
  until timestamptz not null,
  constraint consumer_lease_pk primary key (consumer, part)
);

-- Running application instances. floor: nothing this instance commits from now on has updated <= floor.
create table instance (
  id text collate "C" not null,
  floor timestamptz not null,
  seen timestamptz not null,
  version text not null,
  constraint instance_pk primary key (id)
);

-- Uniqueness across homes: client-assigned ids and conditional creates. key: first 64 bits of a keyed HMAC;
-- mac: its first 128 bits; key_id: which index key.
create table claim (
  key bigint not null,
  mac bytea not null,
  key_id smallint not null,
  kind smallint not null,
  home integer not null,
  type text collate "C" not null,
  id text collate "C" not null,
  constraint claim_pk primary key (key, mac)
);

create index claim_of on claim (home, type, id);

-- Identifiers of the types that are looked up by identifier -> where they are. Not unique.
create table directory (
  key bigint not null,
  home integer not null,
  key_id smallint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  mac bytea not null,
  constraint directory_pk primary key (key, home, type, id)
);

-- Answers of requests that carried an idempotency key, so that a repeat gets the same answer.
create table answered (
  key bigint not null,
  mac bytea not null,
  at timestamptz not null,
  codec smallint not null,
  key_id smallint not null,
  answer bytea not null,
  constraint answered_pk primary key (key, mac)
);

create index answered_at on answered (at);

-- Facts about this store: the check value of the index key, the format of ids.
create table store_fact (
  name text collate "C" not null,
  value text not null,
  constraint store_fact_pk primary key (name)
);
