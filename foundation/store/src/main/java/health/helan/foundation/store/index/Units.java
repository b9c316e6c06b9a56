package health.helan.foundation.store.index;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.fhir.ucum.Decimal;
import org.fhir.ucum.Pair;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.jspecify.annotations.Nullable;

/**
 * UCUM units in base units, so that {@code 1 g} finds {@code 1000 mg}. Units with an offset
 * (Celsius, Fahrenheit) and unknown codes have none: they are found by the very same code only.
 */
public final class Units {
  public static final String UCUM = "http://unitsofmeasure.org";

  /** Precision of canonical values: more digits than any measured quantity has. */
  private static final MathContext PRECISION = new MathContext(18);

  /** Codes come from outside: past this number they are worked out each time. */
  private static final int REMEMBERED = 5_000;

  private static final Map<String, Optional<Canonical>> KNOWN = new ConcurrentHashMap<>();

  private Units() {}

  /**
   * A unit in base units.
   *
   * @param factor base units in one of the unit
   * @param unit UCUM code of the base units; empty for a bare number
   */
  public record Canonical(BigDecimal factor, String unit) {
    public BigDecimal of(BigDecimal value) {
      return value.multiply(factor).round(PRECISION);
    }
  }

  /** Null for a code that is not UCUM's or has no linear form. */
  public static @Nullable Canonical canonical(String code) {
    Optional<Canonical> known = KNOWN.get(code);
    if (known == null) {
      known = Optional.ofNullable(workOut(code));
      if (KNOWN.size() < REMEMBERED) {
        KNOWN.put(code, known);
      }
    }
    return known.orElse(null);
  }

  /** Whether a code is written as UCUM prescribes (The Unified Code for Units of Measure, 2.1). */
  public static boolean isUcum(String code) {
    if (code.isBlank() || code.length() > 100) {
      return false;
    }
    synchronized (Ucum.SERVICE) {
      return Ucum.SERVICE.validate(code) == null;
    }
  }

  private static @Nullable Canonical workOut(String code) {
    if (code.isBlank() || code.length() > 100) {
      return null;
    }
    try {
      Pair one;
      synchronized (Ucum.SERVICE) { // Its thread safety is not documented; this is a rare path.
        one = Ucum.SERVICE.getCanonicalForm(new Pair(new Decimal("1"), code));
      }
      return new Canonical(new BigDecimal(one.getValue().asDecimal()), one.getCode());
    } catch (UcumException | RuntimeException e) {
      // The parser throws either on what is not UCUM: then the code stands for itself alone.
      return null;
    }
  }

  private static final class Ucum {
    static final UcumEssenceService SERVICE = load();

    private static UcumEssenceService load() {
      try (InputStream in =
          Objects.requireNonNull(
              UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml"))) {
        return new UcumEssenceService(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (UcumException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
