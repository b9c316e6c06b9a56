package health.helan.foundation.residents.match;

import health.helan.foundation.store.IdNumbers;
import java.time.LocalDate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A valid number that a state or region gives a person.
 *
 * @param value in its one form: half width, upper case, no spaces
 */
public record NationalNumber(Kind kind, String value) {
  /** Kinds of numbers; the codes are kept in the index, new ones come last. */
  public enum Kind {
    /** Citizen identity number, GB 11643, also of residence permits 81 to 83; 18 characters. */
    RESIDENT_ID(true),
    /** Foreigner's permanent residence permit. */
    FOREIGN_RESIDENT(true),
    /** Permit of people of Hong Kong and Macao to come to the mainland. */
    HK_MACAO_PERMIT(false),
    /** Permit of people of Taiwan to come to the mainland. */
    TAIWAN_PERMIT(false),
    PASSPORT(false),
    /** Electronic health card or residents' health card. */
    HEALTH_CARD(false),
    BIRTH_CERTIFICATE(true),
    MILITARY(false);

    /** True when a person has one in a life: two different ones speak of two people. */
    final boolean lasting;

    Kind(boolean lasting) {
      this.lasting = lasting;
    }
  }

  /** Object identifiers of WS/T 500: identity number, health card. */
  private static final String CITIZEN = "urn:oid:2.16.156.10011.1.3";

  private static final String HEALTH_CARD = "urn:oid:2.16.156.10011.1.19";

  /** Null for what is not a valid national number. */
  static @Nullable NationalNumber of(JsonNode identifier, LocalDate today) {
    String written = identifier.path("value").asString("");
    if (written.length() < 5 || written.length() > 40) {
      return null;
    }
    String system = identifier.path("system").asString("");
    Kind said = said(identifier, system);
    // As homes are decided: 18 characters with a right check are a citizen's, whoever sends them.
    if (said == Kind.RESIDENT_ID || said == null) {
      if (said == null && compactLength(written) != 18) {
        return null;
      }
      String number = IdNumbers.canonical(written, today);
      return number == null ? null : new NationalNumber(Kind.RESIDENT_ID, number);
    }
    String value = compact(written);
    return fits(said, value) ? new NationalNumber(said, value) : null;
  }

  /** True for what stands where a citizen's number should and is none. */
  static boolean isMeantAsResidentId(JsonNode identifier) {
    return said(identifier, identifier.path("system").asString("")) == Kind.RESIDENT_ID;
  }

  /** Kind by system, type code (HL7 table 0203) or words; null for an institution's own number. */
  private static @Nullable Kind said(JsonNode identifier, String system) {
    if (system.equals(CITIZEN)) {
      return Kind.RESIDENT_ID;
    }
    if (system.equals(HEALTH_CARD) || system.endsWith("/sid/demo-health-card")) {
      return Kind.HEALTH_CARD;
    }
    if (system.startsWith("http://hl7.org/fhir/sid/passport-")) {
      return Kind.PASSPORT;
    }
    JsonNode type = identifier.path("type");
    for (JsonNode coding : type.path("coding")) {
      Kind kind = byCode(coding.path("code").asString(""));
      if (kind == null) {
        kind = byWords(coding.path("display").asString(""));
      }
      if (kind != null) {
        return kind;
      }
    }
    return byWords(type.path("text").asString(""));
  }

  private static @Nullable Kind byCode(String code) {
    return switch (code) {
      case "NI", "NNCHN", "CZ" -> Kind.RESIDENT_ID;
      case "PPN" -> Kind.PASSPORT;
      case "PRC" -> Kind.FOREIGN_RESIDENT;
      case "HC" -> Kind.HEALTH_CARD;
      case "BCT" -> Kind.BIRTH_CERTIFICATE;
      case "MI" -> Kind.MILITARY;
      default -> null;
    };
  }

  private static @Nullable Kind byWords(String words) {
    if (words.isEmpty()) {
      return null;
    }
    if (words.contains("港澳") && words.contains("通行证")) {
      return Kind.HK_MACAO_PERMIT;
    }
    if (words.contains("台湾") && words.contains("通行证")) {
      return Kind.TAIWAN_PERMIT;
    }
    if (words.contains("永久居留")) {
      return Kind.FOREIGN_RESIDENT;
    }
    if (words.contains("身份证") || words.contains("居民居住证")) {
      return Kind.RESIDENT_ID;
    }
    if (words.contains("护照")) {
      return Kind.PASSPORT;
    }
    if (words.contains("健康卡")) {
      return Kind.HEALTH_CARD;
    }
    if (words.contains("出生医学证明")) {
      return Kind.BIRTH_CERTIFICATE;
    }
    return words.contains("军官证") || words.contains("士兵证") ? Kind.MILITARY : null;
  }

  /** Forms from general knowledge of the documents; what is only padding is no number. */
  private static boolean fits(Kind kind, String value) {
    int digits = 0;
    boolean varied = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
      } else if (kind != Kind.MILITARY && (c < 'A' || c > 'Z')) {
        return false;
      }
      varied |= i > 1 && c != value.charAt(i - 1);
    }
    int length = value.length();
    char first = value.charAt(0);
    return varied
        && switch (kind) {
          case HK_MACAO_PERMIT ->
              (first == 'H' || first == 'M')
                  && (digits == 8 || digits == 10)
                  && length == digits + 1;
          case TAIWAN_PERMIT -> digits >= 8 && length <= 12;
          case FOREIGN_RESIDENT ->
              length == 15 && digits == 12
                  || length == 18 && first == '9' && IdNumbers.isValid(value);
          case PASSPORT -> digits >= 4 && length >= 6 && length <= 12;
          case BIRTH_CERTIFICATE -> first >= 'A' && digits == 9 && length == 10;
          case HEALTH_CARD, MILITARY -> digits >= 5;
          case RESIDENT_ID -> false;
        };
  }

  private static int compactLength(String written) {
    int length = 0;
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c != ' ' && c != '-' && c != '\u3000') {
        length++;
      }
    }
    return length;
  }

  static String compact(String written) {
    StringBuilder text = new StringBuilder(written.length());
    for (int i = 0; i < written.length(); i++) {
      char c = Han.halfWidth(written.charAt(i));
      if (c != ' ' && c != '-' && c != '(' && c != ')') {
        text.append(c);
      }
    }
    return text.toString().toUpperCase(Locale.ROOT);
  }
}
