-- A code that the statistics do not list is taken for half as frequent as the rarest they list. With 100 that is
-- too many rows of ten million: the planner then walks a key past them all. 400 lists enough, and planning stays cheap.
alter table res_patient alter column tokens set statistics 400;
alter table res_observation alter column tokens set statistics 400;
alter table res_encounter alter column tokens set statistics 400;
alter table res_condition alter column tokens set statistics 400;
alter table res_procedure alter column tokens set statistics 400;
alter table res_diagnostic_report alter column tokens set statistics 400;
alter table res_medication_request alter column tokens set statistics 400;
alter table res_medication_dispense alter column tokens set statistics 400;
alter table res_medication_administration alter column tokens set statistics 400;
alter table res_immunization alter column tokens set statistics 400;
alter table res_allergy_intolerance alter column tokens set statistics 400;
alter table res_document_reference alter column tokens set statistics 400;
alter table res_composition alter column tokens set statistics 400;
alter table res_service_request alter column tokens set statistics 400;
alter table res_task alter column tokens set statistics 400;
alter table res_appointment alter column tokens set statistics 400;
alter table res_slot alter column tokens set statistics 400;
alter table res_claim alter column tokens set statistics 400;
alter table res_explanation_of_benefit alter column tokens set statistics 400;
alter table res_charge_item alter column tokens set statistics 400;
alter table res_communication alter column tokens set statistics 400;
alter table res_provenance alter column tokens set statistics 400;
alter table res_specimen alter column tokens set statistics 400;
alter table res_imaging_study alter column tokens set statistics 400;
alter table res_other alter column tokens set statistics 400;
