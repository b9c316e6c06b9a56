package health.helan.foundation.terminology.engine;

import health.helan.foundation.store.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Objects;
import org.fhir.ucum.Decimal;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.jspecify.annotations.Nullable;

/** Units of UCUM: a grammar, not a list, so codes are understood rather than looked up. */
public final class Ucum {
  public static final String SYSTEM = "http://unitsofmeasure.org";

  private static final int LONGEST = 100;
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

  /**
   * A value in another unit. Units of temperature with a zero of their own are not converted.
   *
   * @throws Refusal VALUE for what is no unit, or a unit of something else
   */
  public static BigDecimal convert(BigDecimal value, String from, String to) {
    if (from.length() > LONGEST || to.length() > LONGEST) {
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
