package health.helan.foundation.store.search;

/** Comparisons before a number, date or quantity (FHIR R4, 3.1.1.4.5). */
enum Prefix {
  EQ,
  NE,
  GT,
  LT,
  GE,
  LE,
  SA,
  EB,
  AP;

  /** The prefix a value starts with; {@link #EQ} for none. */
  static Prefix of(String value) {
    if (value.length() < 2 || !Character.isLetter(value.charAt(0))) {
      return EQ;
    }
    return switch (value.substring(0, 2)) {
      case "eq" -> EQ;
      case "ne" -> NE;
      case "gt" -> GT;
      case "lt" -> LT;
      case "ge" -> GE;
      case "le" -> LE;
      case "sa" -> SA;
      case "eb" -> EB;
      case "ap" -> AP;
      default -> EQ;
    };
  }

  /** The value without its prefix. */
  static String strip(String value) {
    if (value.length() >= 2 && Character.isLetter(value.charAt(0))) {
      switch (value.substring(0, 2)) {
        case "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap" -> {
          return value.substring(2);
        }
        default -> {}
      }
    }
    return value;
  }
}
