package health.helan.foundation.residents.match;

import java.util.List;

/**
 * What is compared, and how well it can agree: the levels of a field, the best first. Where one of
 * the two says nothing the field has no level and is no evidence. Codes are those of {@link
 * Evidence} and of the model's file.
 */
public enum Field {
  /** Family name. Not judged by itself where the whole name was exchanged or typed in letters. */
  FAMILY(
      "family",
      "exact",
      "variant",
      "same-pinyin",
      "near-pinyin",
      "look-alike",
      "same-latin",
      "close",
      "different"),
  /** Given name; of names compared as a whole, the whole. */
  GIVEN(
      "given",
      "exact",
      "variant",
      "same-pinyin",
      "near-pinyin",
      "look-alike",
      "typed-pinyin",
      "swapped",
      "same-latin",
      "abridged",
      "close",
      "one-character",
      "initial",
      "different"),
  /** Date of birth. */
  BIRTH("birth", "exact", "swapped", "typo", "lunar", "year-off", "partial", "near", "different"),
  SEX("sex", "same", "different"),
  PHONE("phone", "same", "close", "different"),
  /** Road or village with the numbers of house and flat. */
  STREET("street", "exact", "house", "street", "number", "different"),
  /** Town, county, city. */
  PLACE("place", "town", "county", "city", "different"),
  /** A national number that lasts a life: identity number, birth certificate. */
  NUMBER("number", "same", "close", "different"),
  /** A national number that is given anew: passport, permit, health card. */
  DOCUMENT("document", "same", "different"),
  /** Numbers of institutions, and identity numbers that are not valid. */
  OTHER("other", "same", "close", "different"),
  /** Mother's name of a newborn that has none yet. */
  MOTHER("mother", "same", "different");

  private final String code;
  private final List<String> levels;

  Field(String code, String... levels) {
    this.code = code;
    this.levels = List.of(levels);
  }

  public String code() {
    return code;
  }

  public List<String> levels() {
    return levels;
  }

  byte level(String level) {
    int found = levels.indexOf(level);
    if (found < 0) {
      throw new IllegalArgumentException(code + " has no level " + level);
    }
    return (byte) found;
  }
}
