package health.helan.foundation.store.index;

/** How an element becomes search values: parameter type times FHIR type. */
enum Extract {
  /** A {@code code}: compared without case. */
  CODE,
  /** Any other primitive searched as a token. */
  PLAIN,
  CODING,
  CONCEPT,
  IDENTIFIER,
  CONTACT,
  TEXT,
  NAME,
  ADDRESS,
  CONCEPT_TEXT,
  REFERENCE,
  CANONICAL,
  CONTAINED,
  DATE,
  PERIOD,
  TIMING,
  NUMBER,
  NUMBER_RANGE,
  QUANTITY,
  MONEY,
  RANGE,
  URI,
  POSITION,
  /** Only that there is something: sampled data, which R4 gives no order. */
  PRESENCE,
  /** Patient.deceased: true when there is a value other than false. */
  NOT_FALSE,
  /** A composite's element; its parts are taken within it. */
  TUPLE;

  /** What to take from an element of {@code fhirType} for a parameter of {@code type}. */
  static Extract of(Parameter.Type type, String fhirType) {
    return switch (type) {
      case TOKEN ->
          switch (fhirType) {
            case "code" -> CODE;
            case "Coding" -> CODING;
            case "CodeableConcept" -> CONCEPT;
            case "Identifier" -> IDENTIFIER;
            case "ContactPoint" -> CONTACT;
            default -> Character.isLowerCase(fhirType.charAt(0)) ? PLAIN : PRESENCE;
          };
      case STRING ->
          switch (fhirType) {
            case "HumanName" -> NAME;
            case "Address" -> ADDRESS;
            case "CodeableConcept" -> CONCEPT_TEXT;
            default -> Character.isLowerCase(fhirType.charAt(0)) ? TEXT : PRESENCE;
          };
      case REFERENCE ->
          switch (fhirType) {
            case "Reference" -> REFERENCE;
            case "canonical", "uri", "url", "oid", "uuid" -> CANONICAL;
            case "Resource" -> CONTAINED;
            default -> PRESENCE;
          };
      case DATE ->
          switch (fhirType) {
            case "date", "dateTime", "instant" -> DATE;
            case "Period" -> PERIOD;
            case "Timing" -> TIMING;
            default -> PRESENCE;
          };
      case NUMBER ->
          switch (fhirType) {
            case "integer", "decimal", "positiveInt", "unsignedInt" -> NUMBER;
            case "Range" -> NUMBER_RANGE;
            default -> PRESENCE;
          };
      case QUANTITY ->
          switch (fhirType) {
            case "Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance" -> QUANTITY;
            case "Money" -> MONEY;
            case "Range" -> RANGE;
            case "integer", "decimal" -> NUMBER;
            default -> PRESENCE;
          };
      case URI -> URI;
      case SPECIAL -> fhirType.equals("Location.position") ? POSITION : PRESENCE;
      case COMPOSITE -> TUPLE;
    };
  }
}
