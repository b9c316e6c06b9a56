package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.regex.Pattern;
import org.fhir.ucum.Decimal;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.jspecify.annotations.Nullable;

/** Units of UCUM: a grammar, not a list, so codes are understood rather than looked up. */
public final class Ucum {
  public static final String SYSTEM = "http://unitsofmeasure.org";

  private static final int LONGEST = 100;

  /**
   * Decimal places that a unit may be away from its base units: the library multiplies in text, and
   * is at a yottameter to the 60th (1,440 places) for seconds, at {@code 10*9999} for minutes.
   */
  private static final int MOST_PLACES = 300;

  /** Of the greatest prefixes, yotta and yocto. */
  private static final int PLACES_OF_PREFIX = 24;

  private static final Pattern BRACKETS = Pattern.compile("[\\[{][^\\]}]*[\\]}]");
  private static final Pattern EXPONENT = Pattern.compile("(?<=[^0-9./(+-])[+-]?([0-9]+)");
  private static final UcumEssenceService SERVICE = load();

  private Ucum() {}

  private static UcumEssenceService load() {
    try (InputStream in =
        Objects.requireNonNull(UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml"))) {
      return new UcumEssenceService(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UcumException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In English words, {@code (milligram) / (deciliter)}; null for what is no unit. */
  public static @Nullable String describe(String code) {
    if (code.isBlank() || code.length() > LONGEST) {
      return null;
    }
    // Its thread safety is not documented.
    synchronized (SERVICE) {
      try {
        return SERVICE.validate(code) == null ? SERVICE.analyse(code) : null;
      } catch (UcumException | RuntimeException e) {
        return null;
      }
    }
  }

  public static String version() {
    return SERVICE.ucumIdentification().getVersion();
  }

  /** How many decimal places a unit may be away from its base units, at the most. */
  private static int places(String code) {
    if (code.length() > LONGEST) {
      return Integer.MAX_VALUE;
    }
    // Digits and dots in brackets are part of a name: m[H2O].
    String plain = BRACKETS.matcher(code).replaceAll("u");
    int places = PLACES_OF_PREFIX * plain.split("[./]", -1).length;
    var exponents = EXPONENT.matcher(plain);
    while (exponents.find()) {
      String digits = exponents.group(1);
      int exponent = digits.length() > 3 ? MOST_PLACES : Integer.parseInt(digits);
      boolean isOfTen = "*^".indexOf(plain.charAt(exponents.start() - 1)) >= 0;
      places += isOfTen ? exponent : exponent * PLACES_OF_PREFIX;
    }
    return places;
  }

  /**
   * A value in another unit. Units of temperature with a zero of their own are not converted.
   *
   * @throws Refusal VALUE for what is no unit, or a unit of something else
   */
  public static BigDecimal convert(BigDecimal value, String from, String to) {
    if (places(from) > MOST_PLACES || places(to) > MOST_PLACES) {
      throw new Refusal(Refusal.Kind.VALUE, "terms.not-convertible", "", "");
    }
    synchronized (SERVICE) {
      try {
        return new BigDecimal(
            SERVICE.convert(new Decimal(value.toPlainString()), from, to).asDecimal());
      } catch (UcumException | RuntimeException e) {
        throw new Refusal(Refusal.Kind.VALUE, "terms.not-convertible", from, to);
      }
    }
  }
}
