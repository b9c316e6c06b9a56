-- A search reads an index's list of entries that are still to be sorted in from end to end. At PostgreSQL's 4 MB
-- that costs some milliseconds after every load; at 128 kB what searches save is many times what writes pay
-- (docs/adr/0003-search-values-live-in-the-row.md, "Pending lists").

alter index res_allergy_intolerance_tokens set (gin_pending_list_limit = 128);
alter index res_appointment_tokens set (gin_pending_list_limit = 128);
alter index res_charge_item_tokens set (gin_pending_list_limit = 128);
alter index res_claim_tokens set (gin_pending_list_limit = 128);
alter index res_communication_tokens set (gin_pending_list_limit = 128);
alter index res_composition_tokens set (gin_pending_list_limit = 128);
alter index res_condition_tokens set (gin_pending_list_limit = 128);
alter index res_diagnostic_report_tokens set (gin_pending_list_limit = 128);
alter index res_document_reference_tokens set (gin_pending_list_limit = 128);
alter index res_encounter_tokens set (gin_pending_list_limit = 128);
alter index res_explanation_of_benefit_tokens set (gin_pending_list_limit = 128);
alter index res_imaging_study_tokens set (gin_pending_list_limit = 128);
alter index res_immunization_tokens set (gin_pending_list_limit = 128);
alter index res_medication_administration_tokens set (gin_pending_list_limit = 128);
alter index res_medication_dispense_tokens set (gin_pending_list_limit = 128);
alter index res_medication_request_tokens set (gin_pending_list_limit = 128);
alter index res_observation_tokens set (gin_pending_list_limit = 128);
alter index res_other_tokens set (gin_pending_list_limit = 128);
alter index res_patient_tokens set (gin_pending_list_limit = 128);
alter index res_procedure_tokens set (gin_pending_list_limit = 128);
alter index res_provenance_tokens set (gin_pending_list_limit = 128);
alter index res_service_request_tokens set (gin_pending_list_limit = 128);
alter index res_slot_tokens set (gin_pending_list_limit = 128);
alter index res_specimen_tokens set (gin_pending_list_limit = 128);
alter index res_task_tokens set (gin_pending_list_limit = 128);
