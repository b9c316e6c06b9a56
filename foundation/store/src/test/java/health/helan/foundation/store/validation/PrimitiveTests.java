package health.helan.foundation.store.validation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.definitions.R4;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

class PrimitiveTests {
  private static final int ROUNDS = Boolean.getBoolean("helan.test.full") ? 2_000_000 : 50_000;

  private static boolean isFine(String type, String text) {
    return requireNonNull(Primitive.BY_NAME.get(type), type).fault(StringNode.valueOf(text))
        == null;
  }

  @Test
  void areAllThatR4Has() {
    assertThat(Primitive.BY_NAME.keySet())
        .hasSize(20)
        .allSatisfy(
            name ->
                assertThat(requireNonNull(R4.get().type(name)).kind())
                    .isEqualTo(R4.Kind.PRIMITIVE));
  }

  /** Random edits of good values: ours and the specification's regular expression must agree. */
  @ParameterizedTest
  @CsvSource({
    "id, a1-B.9, aZ09-. _é",
    "code, a b-c, ab \t-",
    "oid, urn:oid:1.2.840.0, .0123uX",
    "uuid, urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0, 0aAfg-:",
    "time, 23:59:60.123, 0123456789:.Z",
    "date, 2024-02-29, 0123456789-",
    "dateTime, 2024-02-29T23:59:60.001+08:00, 0123456789-:+.TZ",
    "instant, 2024-02-29T00:00:00Z, 0123456789-:+.TZ"
  })
  void agreeWithTheRegularExpressions(String type, String good, String alphabet) {
    Pattern pattern =
        Pattern.compile(requireNonNull(requireNonNull(R4.get().type(type)).pattern()));
    assertThat(isFine(type, good)).isTrue();
    var random = new Random(type.hashCode());
    int fine = 0;
    for (int i = 0; i < ROUNDS; i++) {
      var text = new StringBuilder(good);
      for (int edits = random.nextInt(4); edits >= 0 && !text.isEmpty(); edits--) {
        int at = random.nextInt(text.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(10)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, c);
          case 2 -> text.setLength(at);
          default -> text.setCharAt(at, c);
        }
      }
      if (text.isEmpty()) {
        continue;
      }
      boolean matches = pattern.matcher(text).matches() && isRealDate(type, text.toString());
      assertThat(isFine(type, text.toString())).as(text.toString()).isEqualTo(matches);
      fine += matches ? 1 : 0;
    }
    assertThat(fine).as("good ones among the edited").isGreaterThan(ROUNDS / 1000);
  }

  private static boolean isRealDate(String type, String text) {
    if (!type.matches("date|dateTime|instant") || text.length() < 10) {
      return true;
    }
    try {
      LocalDate.parse(text.substring(0, 10));
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "integer, 1, true",
    "integer, -2147483648, true",
    "integer, 2147483648, false",
    "integer, 1.0, false",
    "integer, 1e2, false",
    "integer, 99999999999999999999, false",
    "unsignedInt, 0, true",
    "unsignedInt, -1, false",
    "positiveInt, 0, false",
    "positiveInt, 1, true",
    "decimal, -1.50e3, true",
    "decimal, true, false",
    "boolean, false, true",
    "boolean, 0, false"
  })
  void knowNumbersAndBooleans(String type, String json, boolean fine) {
    var mapper =
        JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    assertThat(requireNonNull(Primitive.BY_NAME.get(type)).fault(mapper.readTree(json)) == null)
        .isEqualTo(fine);
  }

  @ParameterizedTest
  @CsvSource({
    "base64Binary, QUI=, true",
    "base64Binary, 'QU\nI= ', true",
    "base64Binary, QUI, false",
    "base64Binary, Q=UI, false",
    "base64Binary, Q===, false",
    "base64Binary, Q*==, false",
    "uri, http://例.cn/a, true",
    "uri, a b, false",
    "uri, urn:oid:x, false",
    "uri, urn:uuid:1, false",
    "uri, urn:iso:std:iso:4217, true",
    "canonical, http://x|1.0, true",
    "string, '', false",
    "string, ' ', true",
    "string, ' 张\t三 ', true",
    "string, '\u0000', false",
    "string, 'a\u000b', false",
    "markdown, '# x\n', true"
  })
  void knowTexts(String type, String text, boolean fine) {
    assertThat(isFine(type, text)).isEqualTo(fine);
  }

  @Test
  void endAtOneMegabyte() {
    assertThat(isFine("string", "x".repeat(Primitive.MAX_STRING))).isTrue();
    assertThat(
            requireNonNull(Primitive.BY_NAME.get("string"))
                .fault(StringNode.valueOf("x".repeat(Primitive.MAX_STRING + 1))))
        .isEqualTo("text.too-long");
  }
}
