-- Planning reads the statistics of tokens each time. A thousand common elements tell frequent codes from
-- rare ones; ten thousand, as before, made planning cost more than most searches.
alter table res_patient alter column tokens set statistics 100;
alter table res_observation alter column tokens set statistics 100;
alter table res_encounter alter column tokens set statistics 100;
alter table res_condition alter column tokens set statistics 100;
alter table res_procedure alter column tokens set statistics 100;
alter table res_diagnostic_report alter column tokens set statistics 100;
alter table res_medication_request alter column tokens set statistics 100;
alter table res_medication_dispense alter column tokens set statistics 100;
alter table res_medication_administration alter column tokens set statistics 100;
alter table res_immunization alter column tokens set statistics 100;
alter table res_allergy_intolerance alter column tokens set statistics 100;
alter table res_document_reference alter column tokens set statistics 100;
alter table res_composition alter column tokens set statistics 100;
alter table res_service_request alter column tokens set statistics 100;
alter table res_task alter column tokens set statistics 100;
alter table res_appointment alter column tokens set statistics 100;
alter table res_slot alter column tokens set statistics 100;
alter table res_claim alter column tokens set statistics 100;
alter table res_explanation_of_benefit alter column tokens set statistics 100;
alter table res_charge_item alter column tokens set statistics 100;
alter table res_communication alter column tokens set statistics 100;
alter table res_provenance alter column tokens set statistics 100;
alter table res_specimen alter column tokens set statistics 100;
alter table res_imaging_study alter column tokens set statistics 100;
alter table res_other alter column tokens set statistics 100;

-- What _has finds is looked up by self: the types that others point to without being the row's patient.
create index res_other_self on res_other (self);
create index res_encounter_self on res_encounter (self);
create index res_service_request_self on res_service_request (self);
create index res_task_self on res_task (self);
create index res_appointment_self on res_appointment (self);
create index res_specimen_self on res_specimen (self);
