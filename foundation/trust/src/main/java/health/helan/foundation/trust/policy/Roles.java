package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.Relation.ADDRESSED;
import static health.helan.foundation.trust.policy.Relation.INSTITUTION;
import static health.helan.foundation.trust.policy.Relation.OPEN;
import static health.helan.foundation.trust.policy.Relation.OWN;
import static health.helan.foundation.trust.policy.Relation.TREATED;

import health.helan.foundation.store.Caller.Role;
import java.util.Map;
import java.util.Set;

/**
 * The access policy, role by role. What is not said here is closed. The guide ({@code
 * docs/guide/access.md}) says the same in a table written by hand, and a test holds the running API
 * to that table.
 */
final class Roles {
  private Roles() {}

  /** What care writes about residents, and what it needs beside. */
  private static final Set<String> CARE =
      Set.of(
          "Account",
          "AdverseEvent",
          "AllergyIntolerance",
          "Appointment",
          "AppointmentResponse",
          "Binary",
          "BodyStructure",
          "CarePlan",
          "CareTeam",
          "ChargeItem",
          "Claim",
          "ClinicalImpression",
          "Communication",
          "CommunicationRequest",
          "Composition",
          "Condition",
          "Contract",
          "Coverage",
          "CoverageEligibilityRequest",
          "DetectedIssue",
          "Device",
          "DeviceRequest",
          "DeviceUseStatement",
          "DiagnosticReport",
          "DocumentManifest",
          "DocumentReference",
          "Encounter",
          "EpisodeOfCare",
          "FamilyMemberHistory",
          "Flag",
          "Goal",
          "Group",
          "GuidanceResponse",
          "ImagingStudy",
          "Immunization",
          "ImmunizationEvaluation",
          "ImmunizationRecommendation",
          "Invoice",
          "List",
          "Measure",
          "MeasureReport",
          "Media",
          "Medication",
          "MedicationAdministration",
          "MedicationDispense",
          "MedicationRequest",
          "MedicationStatement",
          "NutritionOrder",
          "Observation",
          "Patient",
          "Procedure",
          "Provenance",
          "QuestionnaireResponse",
          "RelatedPerson",
          "RequestGroup",
          "RiskAssessment",
          "Schedule",
          "ServiceRequest",
          "Slot",
          "Specimen",
          "SupplyDelivery",
          "SupplyRequest",
          "Task",
          "VisionPrescription");

  /** What insurers and settlement centres answer to care; their systems write it, no clinician. */
  private static final Set<String> SETTLEMENT =
      Set.of(
          "ClaimResponse",
          "CoverageEligibilityResponse",
          "EnrollmentRequest",
          "EnrollmentResponse",
          "ExplanationOfBenefit",
          "PaymentNotice",
          "PaymentReconciliation");

  /** What is never taken back by deleting it. */
  private static final Set<String> KEPT = Set.of("Patient", "Provenance", "Task");

  private static final Set<String> DELETABLE = without(CARE, KEPT);

  /** Who works where. */
  private static final Set<String> REGISTRY =
      Set.of("Practitioner", "PractitionerRole", "Location", "HealthcareService", "Endpoint");

  /** What an institution asks for its services; open to all, its own to change. */
  private static final Set<String> PRICES = Set.of("ChargeItemDefinition");

  /** What the platform itself runs by. */
  private static final Set<String> PLATFORM =
      Set.of(
          "Organization",
          "OrganizationAffiliation",
          "CodeSystem",
          "ValueSet",
          "ConceptMap",
          "NamingSystem",
          "StructureDefinition",
          "SearchParameter",
          "OperationDefinition",
          "CapabilityStatement",
          "Questionnaire",
          "PlanDefinition",
          "ActivityDefinition",
          "Library",
          "Measure",
          "Medication",
          "MedicationKnowledge",
          "Substance",
          "InsurancePlan");

  /** What residents write; each of it only about themselves and those they act for. */
  private static final Set<String> BY_RESIDENTS =
      Set.of(
          "Appointment",
          "AppointmentResponse",
          "Consent",
          "Observation",
          "QuestionnaireResponse",
          "Communication",
          "Task");

  /**
   * What bears a signature: whatever is a document by itself ({@code docs/guide/signatures.md}).
   */
  static final Set<String> DOCUMENTS =
      Set.of(
          "CarePlan",
          "ClinicalImpression",
          "Composition",
          "Consent",
          "Contract",
          "DeviceRequest",
          "DiagnosticReport",
          "DocumentReference",
          "MedicationDispense",
          "MedicationRequest",
          "NutritionOrder",
          "QuestionnaireResponse",
          "ServiceRequest",
          "VisionPrescription");

  /** What residents agree to. */
  private static final Set<String> AGREED = Set.of("Consent", "Contract");

  /** 居民: the own record and that of those the resident acts for, whole; and what is open to all. */
  static final RoleRules RESIDENT =
      RoleRules.role()
          .sees(OPEN)
          .sees(OWN)
          .creates(BY_RESIDENTS)
          .changes(BY_RESIDENTS)
          .signs(AGREED)
          .calls("find-care")
          .calls("access-grants", "trace")
          .callsWithin("person")
          .calls("health-card", "health-card-uses")
          .runs("health-code", "health-card-step", "health-card-account")
          .calls("find-places")
          .runs("book")
          .calls("queue-tickets")
          .runs("queue-check-in", "queue-leave")
          .calls("visits")
          .runs("visit-step")
          .calls("prescriptions")
          .calls("notices", "daily-bill", "payments")
          .runs("mark-read", "pay")
          .calls("prices", "bills")
          .runs("pay-bills")
          .calls("circulations", "parcels")
          .runs("prescription-token")
          .calls("complaints", "ratings")
          .runs("complaint-step", "rate");

  /**
   * 医务人员: the records that a grant opens, as far as the grant says; what the own institution wrote,
   * masked where no grant opens it; tasks addressed to it.
   */
  static final RoleRules PRACTITIONER =
      RoleRules.role()
          .sees(OPEN)
          .sees(TREATED)
          .seesMasked(INSTITUTION, 4)
          .sees(ADDRESSED, "Task")
          .creates(CARE)
          .changes(CARE)
          .deletes(DELETABLE)
          .signs(DOCUMENTS)
          .calls("registry", "find-care")
          .runs("registry-step")
          .calls("locate", "check-in", "emergency-access", "justify", "emergency-reviews")
          .calls("quality-rules", "quality-findings", "quality-score")
          .runs("quality-step")
          .calls("onboarding", "kit")
          .runs("onboarding-apply", "onboarding-step")
          .callsWithin("match", "person")
          .calls("link-reviews") // Registration clerks, of pairs of their institution.
          .runs("link-decide")
          .calls("health-card", "card-keys", "card-terminals", "card-terminal-uses")
          .runs("health-card-step", "scan-card")
          .calls("find-places", "booking-figures", "queue-figures")
          .runs("book", "release-places", "appointment-step")
          .calls("queues", "queue-line", "queue-screens")
          .runs("queue-set", "queue-screen", "queue-check-in", "queue-triage", "queue-call")
          .runs("queue-miss", "queue-return", "queue-start", "queue-finish", "queue-move")
          .runs("queue-leave")
          .calls("visits", "diagnoses")
          .runs("visit-step")
          .calls("daily-bill", "payments")
          .runs("pay", "refund")
          .calls("prices", "bills", "payer-claims", "ledger")
          .runs("settle", "pay-bills")
          .calls("review-rules", "drug-knowledge", "screen", "prescriptions")
          .calls("prescription-comments", "review-figures")
          .runs("prescription-step", "prescription-comment")
          .calls("clearing") // Finance officers, of what is their institution's.
          .runs("clearing-statement", "clearing-step")
          .calls("supervision", "complaints") // Who answers for an institution, of what is its own.
          .calls("replay") // The administration, of its institution.
          .runs("supervision-rectify", "complaint-step")
          .calls("circulations", "stock", "opening-hours", "parcels")
          .runs("circulation-step", "stock-update", "opening-hours-update", "parcel-step");

  /**
   * 机构系统: everything of the own institution, and the records that a grant opens to the institution.
   */
  static final RoleRules SYSTEM =
      RoleRules.role()
          .sees(OPEN)
          .sees(TREATED)
          .sees(INSTITUTION)
          .sees(ADDRESSED, "Task")
          .creates(CARE, REGISTRY, SETTLEMENT, PRICES)
          .changes(CARE, REGISTRY, SETTLEMENT, PRICES)
          .deletes(DELETABLE)
          .signs(DOCUMENTS)
          .choosesIds()
          .calls("registry", "find-care")
          .runs("registry-step")
          .calls("link-health")
          .calls("gateway-feeds", "gateway-messages", "gateway-message", "gateway-rehearse")
          .runs("gateway-replay", "gateway-discard")
          .calls("agreements", "upload-destinations")
          .runs("agreement", "agreement-sign", "agreement-end", "import")
          .callsWithin("upload-destination", "upload-receipts", "upload-refused", "upload-replay")
          .callsWithin("export", "subscribe", "onboarding", "kit")
          .calls("quality-rules", "quality-findings", "quality-score")
          .runs("quality-step")
          .callsWithin("match", "person")
          .runs("merge")
          .callsWithin("scan-card", "report-card-uses", "card-keys", "card-terminals")
          .callsWithin("card-terminal-uses", "card-resolve", "card-enrol")
          .runs("card-terminal")
          .calls("find-places", "booking-figures", "queue-figures")
          .runs("book", "release-places", "appointment-step")
          .calls("queues", "queue-line", "queue-screens")
          .runs("queue-set", "queue-screen", "queue-check-in", "queue-call", "queue-miss")
          .runs("queue-return", "queue-move", "queue-leave")
          .calls("daily-bill", "payments")
          .runs("pay", "refund")
          .calls("prices", "bills", "payer-claims", "ledger")
          .runs("settle", "pay-bills")
          .calls("review-rules", "drug-knowledge")
          .calls("clearing")
          .runs("clearing-statement", "clearing-step")
          .callsWithin("screen")
          .calls("supervision", "supervision-export", "complaints")
          .runs("supervision-rectify", "complaint-step")
          .calls("stock", "opening-hours")
          .runs("stock-update", "opening-hours-update");

  /**
   * 监管人员: nothing personal; what is open, and counts. One resident's record while a case about it
   * is open. The projection has a policy of its own ({@link ProjectionPolicy}).
   */
  static final RoleRules REGULATOR =
      RoleRules.role()
          .sees(OPEN)
          .sees(TREATED)
          .calls("registry", "find-care")
          .runs("registry-step")
          .calls("statistics", "link-health", "audit-seal", "emergency-reviews", "review")
          .calls("trace", "alerts", "cases", "projection-progress")
          .calls("quality-rules", "quality-findings", "quality-score")
          .calls("onboarding", "kit")
          .runs("handle-alert", "open-case", "approve-case", "close-case", "onboarding-step")
          .calls("find-places", "booking-figures", "queue-figures", "region-figures")
          .calls("review-rules", "drug-knowledge", "review-figures")
          .calls("prices", "clearing")
          .calls("supervision", "supervision-export", "replay", "complaints")
          .runs("supervision-step", "supervision-rule", "complaint-step");

  /** 运维人员: nothing personal; keeps the registry and what the platform runs by. */
  static final RoleRules OPERATOR =
      RoleRules.role()
          .sees(OPEN)
          .creates(PLATFORM, REGISTRY)
          .changes(PLATFORM, REGISTRY)
          .deletes(PLATFORM, REGISTRY)
          .choosesIds()
          .calls("registry", "find-care")
          .runs("registry-step", "registry-import")
          .calls("statistics", "reindex-progress", "loads", "link-health", "audit-seal")
          .calls("trusted-authorities", "encryption-status", "erasures", "trace", "alerts")
          .calls("cases", "projection-progress")
          .calls("subscriptions", "agreements", "upload-destinations")
          .calls("edge-nodes", "edge-status")
          .runs("edge-node")
          .runs("agreement", "agreement-sign", "agreement-end")
          .runs("approve-case", "close-case", "rebuild-projection")
          .runs("reindex", "certificate", "trust-authority", "signer", "renew-data-key")
          .runs("erase", "hold", "repeat-erasures", "handle-alert")
          .calls("local-codes")
          .runs("terminology-steps", "import-concepts", "map-local-code")
          .calls("gateway-feeds", "gateway-messages", "gateway-rehearse")
          .runs("gateway-replay", "gateway-discard", "gateway-feed", "gateway-mapping")
          .calls("quality-rules", "quality-findings", "quality-score")
          .runs("quality-rule", "quality-step", "quality-run")
          .calls("onboarding", "kit")
          .runs("onboarding-apply", "onboarding-step")
          .calls("person", "link-reviews", "resident-index")
          .runs("merge", "link-decide", "rebuild-index")
          .calls("card-keys", "card-terminals", "card-terminal-uses", "card-parties")
          .runs("card-terminal", "card-party", "card-key")
          .calls("find-places", "booking-figures", "queue-figures", "region-figures")
          .calls("review-rules", "drug-knowledge", "review-figures")
          .runs("review-rule", "drug-knowledge-load")
          .calls("prices", "ledger", "clearing")
          .runs("price-load", "settlement-rule")
          .runs("clearing-statement", "clearing-step", "clearing-terms");

  static final Map<Role, RoleRules> ALL =
      Map.of(
          Role.RESIDENT, RESIDENT,
          Role.PRACTITIONER, PRACTITIONER,
          Role.SYSTEM, SYSTEM,
          Role.REGULATOR, REGULATOR,
          Role.OPERATOR, OPERATOR);

  private static Set<String> without(Set<String> types, Set<String> these) {
    var rest = new java.util.TreeSet<>(types);
    rest.removeAll(these);
    return rest;
  }
}
