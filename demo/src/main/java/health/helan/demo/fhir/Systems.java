package health.helan.demo.fhir;

/**
 * The code and identifier systems of the demo region. National ones are named by the object
 * identifiers that WS/T 500-2016 (shared documents) uses for them.
 */
public final class Systems {
  /** Identity number, GB 11643. */
  public static final String IDENTITY_NUMBER = "urn:oid:2.16.156.10011.1.3";

  /** Sex, GB/T 2261.1. */
  public static final String SEX = "urn:oid:2.16.156.10011.2.3.3.4";

  /** Nationality, GB/T 3304. */
  public static final String NATIONALITY = "urn:oid:2.16.156.10011.2.3.3.3";

  /** Marital status, GB/T 2261.2. */
  public static final String MARITAL_STATUS = "urn:oid:2.16.156.10011.2.3.3.5";

  /** Operations, ICD-9-CM-3. */
  public static final String ICD_9_CM_3 = "urn:oid:2.16.156.10011.2.3.3.12";

  public static final String ICD_10 = "http://hl7.org/fhir/sid/icd-10";
  public static final String LOINC = "http://loinc.org";
  public static final String UCUM = "http://unitsofmeasure.org";
  public static final String ATC = "http://www.whocc.no/atc";
  public static final String CVX = "http://hl7.org/fhir/sid/cvx";

  private static final String HL7 = "http://terminology.hl7.org/CodeSystem/";
  public static final String ACT_CODE = HL7 + "v3-ActCode";
  public static final String ACT_REASON = HL7 + "v3-ActReason";
  public static final String ROLE_CODE = HL7 + "v3-RoleCode";
  public static final String V3_MARITAL_STATUS = HL7 + "v3-MaritalStatus";
  public static final String PARTICIPATION = HL7 + "v3-ParticipationType";
  public static final String IDENTIFIER_TYPE = HL7 + "v2-0203";
  public static final String DIAGNOSTIC_SERVICE = HL7 + "v2-0074";
  public static final String ORGANIZATION_TYPE = HL7 + "organization-type";
  public static final String PRACTITIONER_ROLE = HL7 + "practitioner-role";
  public static final String LOCATION_PHYSICAL_TYPE = HL7 + "location-physical-type";
  public static final String OBSERVATION_CATEGORY = HL7 + "observation-category";
  public static final String INTERPRETATION = HL7 + "v3-ObservationInterpretation";
  public static final String CONDITION_CLINICAL = HL7 + "condition-clinical";
  public static final String CONDITION_VERIFICATION = HL7 + "condition-ver-status";
  public static final String CONDITION_CATEGORY = HL7 + "condition-category";
  public static final String ALLERGY_CLINICAL = HL7 + "allergyintolerance-clinical";
  public static final String ALLERGY_VERIFICATION = HL7 + "allergyintolerance-verification";
  public static final String DISCHARGE = HL7 + "discharge-disposition";
  public static final String DIAGNOSIS_ROLE = HL7 + "diagnosis-role";

  /** Where the demo region's own systems live. They are made up and say so by their name. */
  private static final String OWN = "https://helan.health/fhir/";

  public static final String HEALTH_CARD = OWN + "sid/demo-health-card";
  public static final String INSTITUTION_CODE = OWN + "sid/demo-institution-code";
  public static final String STAFF_NUMBER = OWN + "sid/demo-staff-number";
  public static final String LICENCE_NUMBER = OWN + "sid/demo-licence-number";
  public static final String VISIT_NUMBER = OWN + "sid/demo-visit-number";
  public static final String INSURANCE_NUMBER = OWN + "sid/demo-insurance-number";
  public static final String REPORT_NUMBER = OWN + "sid/demo-report-number";
  public static final String DRUG = OWN + "CodeSystem/demo-drug";
  public static final String VACCINE = OWN + "CodeSystem/demo-vaccine";
  public static final String INSTITUTION_KIND = OWN + "CodeSystem/demo-institution-kind";
  public static final String LICENCE_KIND = OWN + "CodeSystem/demo-licence-kind";
  public static final String COVERAGE_KIND = OWN + "CodeSystem/demo-coverage-kind";
  public static final String CARE_KIND = OWN + "CodeSystem/demo-care-kind";

  /** Codes of the national list of clinical departments (医疗机构诊疗科目名录). */
  public static final String SPECIALTY = OWN + "CodeSystem/clinical-specialty";

  /** Extension on Patient: nationality as GB/T 3304. */
  public static final String NATIONALITY_EXTENSION = OWN + "StructureDefinition/nationality";

  /** Extension on Patient: sex as GB/T 2261.1. */
  public static final String SEX_EXTENSION = OWN + "StructureDefinition/sex-gbt2261";

  /** Extension on Address: the county's GB/T 2260 code. */
  public static final String AREA_CODE_EXTENSION = OWN + "StructureDefinition/area-code";

  /** Codes of the provider registry (docs/guide/registry.md), and where it says what R4 cannot. */
  public static final String REGISTERED_KIND = OWN + "CodeSystem/licence-kind";

  public static final String INSTITUTION_LEVEL = OWN + "CodeSystem/institution-level";
  public static final String ALLIANCE_KIND = OWN + "CodeSystem/alliance-kind";
  public static final String LEVEL_EXTENSION = OWN + "StructureDefinition/institution-level";
  public static final String REGISTRATION_EXTENSION = OWN + "StructureDefinition/registration";
  public static final String PRACTICE_SITE_EXTENSION = OWN + "StructureDefinition/practice-site";

  /** Charges of stays in hospital (docs/guide/results.md); the items themselves are made up. */
  public static final String CHARGE = OWN + "CodeSystem/demo-charge";

  public static final String CHARGE_CATEGORY = OWN + "CodeSystem/charge-category";
  public static final String INSURANCE_CLASS = OWN + "CodeSystem/charge-insurance-class";
  public static final String INSURANCE_CLASS_EXTENSION =
      OWN + "StructureDefinition/charge-insurance-class";
  public static final String UNIT_PRICE_EXTENSION = OWN + "StructureDefinition/charge-unit-price";
  public static final String DEPOSIT_EXTENSION = OWN + "StructureDefinition/account-deposit";

  private Systems() {}
}
