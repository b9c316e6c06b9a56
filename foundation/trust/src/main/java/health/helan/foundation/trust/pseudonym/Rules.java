package health.helan.foundation.trust.pseudonym;

import health.helan.foundation.definitions.R4;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What of each resource type stands in the projection. What is not named here is left out: types,
 * elements, extensions, all. And of what is named, never a text that somebody typed: {@link
 * Pseudonymiser} says what becomes of each kind of value.
 *
 * <p>{@code value*} means all types of a choice that hold no text; parentheses hold what is kept of
 * an element within.
 */
final class Rules {
  private Rules() {}

  /** About residents: pseudonymised. */
  private static final String RESIDENTS =
      """
      Patient: active gender birthDate deceased* address managingOrganization generalPractitioner link(other type)
      Encounter: status statusHistory(status period) class classHistory(class period) type serviceType priority subject
        basedOn participant(type period individual) appointment period length reasonCode reasonReference
        diagnosis(condition use rank) hospitalization(admitSource reAdmission dietPreference dischargeDisposition)
        location(location status physicalType period) serviceProvider partOf
      EpisodeOfCare: status statusHistory(status period) type diagnosis(condition role rank) patient
        managingOrganization period
      Condition: clinicalStatus verificationStatus category severity code bodySite subject encounter onset* abatement*
        recordedDate recorder asserter stage(summary assessment type) evidence(code detail)
      Observation: basedOn partOf status category code subject focus encounter effective* issued performer value*
        dataAbsentReason interpretation bodySite method specimen referenceRange(low high type appliesTo age)
        hasMember derivedFrom component(code value* dataAbsentReason interpretation referenceRange(low high type))
      Procedure: basedOn partOf status statusReason category code subject encounter performed* recorder asserter
        performer(function actor onBehalfOf) location reasonCode reasonReference bodySite outcome report complication
        followUp usedCode
      DiagnosticReport: basedOn status category code subject encounter effective* issued performer resultsInterpreter
        specimen result imagingStudy conclusionCode
      ServiceRequest: basedOn replaces status intent category priority doNotPerform code quantity* subject encounter
        occurrence* authoredOn requester performerType performer reasonCode reasonReference specimen bodySite
      MedicationRequest: status statusReason intent category priority doNotPerform reported* medication* subject
        encounter authoredOn requester performer reasonCode reasonReference basedOn courseOfTherapyType
        dosageInstruction dispenseRequest(validityPeriod numberOfRepeatsAllowed quantity expectedSupplyDuration)
        substitution(allowed* reason) priorPrescription
      MedicationDispense: partOf status statusReason* category medication* subject context performer(function actor)
        location authorizingPrescription type quantity daysSupply whenPrepared whenHandedOver dosageInstruction
        substitution(wasSubstituted type reason)
      MedicationAdministration: partOf status statusReason category medication* subject context effective*
        performer(function actor) reasonCode reasonReference request dosage(site route method dose rate*)
      Immunization: status statusReason vaccineCode patient encounter occurrence* recorded primarySource reportOrigin
        location manufacturer expirationDate site route doseQuantity performer(function actor) reasonCode
        isSubpotent fundingSource reaction(date detail reported)
        protocolApplied(authority targetDisease doseNumber* seriesDoses*)
      AllergyIntolerance: clinicalStatus verificationStatus type category criticality code patient encounter onset*
        recordedDate recorder asserter lastOccurrence reaction(substance manifestation onset severity exposureRoute)
      Specimen: status type subject receivedTime parent request collection(collector collected* duration quantity
        method bodySite)
      ImagingStudy: status modality subject encounter started basedOn referrer interpreter numberOfSeries
        numberOfInstances procedureReference procedureCode location reasonCode reasonReference
        series(number modality numberOfInstances bodySite laterality started)
      Appointment: status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode
        reasonReference priority start end minutesDuration created basedOn
        participant(type actor required status period)
      DocumentReference: status docStatus type category subject date author custodian
        context(encounter event period facilityType practiceSetting)
      CarePlan: basedOn replaces partOf status intent category subject encounter period created author contributor
        addresses goal activity(outcomeCodeableConcept outcomeReference reference)
      ChargeItem: status partOf code subject context occurrence* performer(function actor) performingOrganization
        quantity bodysite priceOverride enteredDate reason service
      Claim: status type subType use patient billablePeriod created provider priority prescription facility
        diagnosis(sequence diagnosis* type onAdmission packageCode) procedure(sequence type date procedure*)
        item(sequence revenue category productOrService modifier programCode serviced* quantity unitPrice factor net
          encounter) total
      ExplanationOfBenefit: status type subType use patient billablePeriod created insurer provider claim outcome
        item(sequence category productOrService serviced* quantity unitPrice net adjudication(category reason amount
          value)) total(category amount) payment(type adjustment adjustmentReason date amount)
      """;

  /**
   * About nobody: copied as they are, under their own ids, as far as they are open (level 1 or 2),
   * so that a search can join them.
   */
  static final Set<String> OPEN =
      Set.of(
          "Organization",
          "OrganizationAffiliation",
          "Practitioner",
          "PractitionerRole",
          "Location",
          "HealthcareService",
          "Medication",
          "MedicationKnowledge",
          "Substance",
          "CodeSystem",
          "ValueSet",
          "ConceptMap",
          "NamingSystem",
          "SearchParameter");

  /**
   * Elements of data types, those used by others first. Types that are not here are left out
   * wherever they stand.
   */
  private static final String DATA_TYPES =
      """
      CodeableConcept: coding
      Quantity: value comparator system code
      Age: value comparator system code
      Count: value comparator system code
      Distance: value comparator system code
      Duration: value comparator system code
      Money: value currency
      Period: start end
      Range: low high
      Ratio: numerator denominator
      Timing: event repeat(bounds* count countMax duration durationMax durationUnit frequency frequencyMax period
        periodMax periodUnit dayOfWeek timeOfDay when offset) code
      Dosage: sequence timing asNeeded* site route method doseAndRate(type dose* rate*) maxDosePerPeriod
        maxDosePerAdministration maxDosePerLifetime
      """;

  /** Data types with a treatment of their own. */
  static final Set<String> TREATED = Set.of("Reference", "Address", "Coding");

  /** Primitives that can hold no words, checked for their form. */
  static final Set<String> PRIMITIVES =
      Set.of(
          "boolean",
          "integer",
          "positiveInt",
          "unsignedInt",
          "decimal",
          "date",
          "dateTime",
          "instant",
          "time",
          "code");

  /** What is kept of an element or type, by JSON property name. */
  record Kept(Map<String, Element> elements) {}

  /**
   * @param type its type in R4
   * @param within what is kept of it; null for primitives and treated types
   */
  record Element(String type, @Nullable Kept within) {}

  private static final Map<String, Kept> TYPES = new LinkedHashMap<>();
  private static final Map<String, Kept> BY_TYPE = new LinkedHashMap<>();

  static {
    read(DATA_TYPES, TYPES);
    read(RESIDENTS, BY_TYPE);
  }

  /** Types that are pseudonymised. */
  static Set<String> residents() {
    return BY_TYPE.keySet();
  }

  /** All types that stand in the projection. */
  static Set<String> all() {
    var all = new TreeSet<>(BY_TYPE.keySet());
    all.addAll(OPEN);
    return all;
  }

  /** What is kept of a pseudonymised type; null for any other type. */
  static @Nullable Kept of(String type) {
    return BY_TYPE.get(type);
  }

  private static void read(String text, Map<String, Kept> into) {
    var words =
        new ArrayDeque<>(
            java.util.List.of(text.replace("(", " ( ").replace(")", " ) ").strip().split("\\s+")));
    while (!words.isEmpty()) {
      String head = words.remove();
      if (!head.endsWith(":")) {
        throw new IllegalStateException("a type was expected instead of " + head);
      }
      String type = head.substring(0, head.length() - 1);
      into.put(type, kept(type, words));
    }
  }

  private static Kept kept(String path, ArrayDeque<String> words) {
    R4.TypeDef type = R4.get().type(path);
    if (type == null) {
      throw new IllegalStateException("R4 has no " + path);
    }
    var kept = new LinkedHashMap<String, Element>();
    while (!words.isEmpty() && !words.peek().endsWith(":") && !words.peek().equals(")")) {
      String word = words.remove();
      if (word.endsWith("*")) {
        String name = word.substring(0, word.length() - 1);
        var names = type.choices().get(name);
        if (names == null) {
          throw new IllegalStateException(path + " has no choice " + name);
        }
        for (String json : names) {
          R4.ElementDef element = element(type, json);
          if (isKept(element.type())) {
            kept.put(json, new Element(element.type(), TYPES.get(element.type())));
          }
        }
        continue;
      }
      R4.ElementDef element = element(type, word);
      if (!words.isEmpty() && words.peek().equals("(")) {
        words.remove();
        // The words behind an opening parenthesis speak of the element's own type.
        kept.put(word, new Element(element.type(), kept(element.type(), words)));
        words.remove();
      } else if (isKept(element.type()) || isSystem(element)) {
        kept.put(word, new Element(element.type(), TYPES.get(element.type())));
      } else {
        throw new IllegalStateException(path + "." + word + " is of " + element.type());
      }
    }
    return new Kept(Map.copyOf(kept));
  }

  private static R4.ElementDef element(R4.TypeDef type, String json) {
    R4.ElementDef element = type.elements().get(json);
    if (element == null) {
      throw new IllegalStateException(type.name() + " has no " + json);
    }
    return element;
  }

  /** The address of a code system, which gives a unit its meaning. */
  private static boolean isSystem(R4.ElementDef element) {
    return element.json().equals("system") && element.type().equals("uri");
  }

  private static boolean isKept(String type) {
    return PRIMITIVES.contains(type) || TREATED.contains(type) || TYPES.containsKey(type);
  }
}
