package health.helan.foundation.fhirpath;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.fhir.ucum.Decimal;
import org.fhir.ucum.Pair;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.jspecify.annotations.Nullable;

/**
 * Conversion of UCUM units with {@code org.fhir:ucum}. Units that are a multiple of base units are
 * reduced to a factor once and then cost one multiplication; temperatures on scales with an offset
 * go through the library each time.
 */
final class Ucum {
  private static final int MAX_CACHED = 2_000;
  private static final int MAX_CODE_LENGTH = 100;
  private static final int DIGITS = 34;
  private static final MathContext PRECISION = new MathContext(DIGITS);
  private static final Map<String, Unit> UNITS = new ConcurrentHashMap<>();

  /**
   * @param canonical the unit in base units; empty text for an unknown unit
   * @param factor how many of the canonical unit this is; null where an offset is involved
   */
  private record Unit(String canonical, @Nullable BigDecimal factor) {
    static final Unit UNKNOWN = new Unit("", null);
  }

  private static final class Library {
    static final UcumEssenceService SERVICE = load();

    private static UcumEssenceService load() {
      try (InputStream essence =
          UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml")) {
        return new UcumEssenceService(essence);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (UcumException e) {
        throw new IllegalStateException("The UCUM definitions cannot be read", e);
      }
    }
  }

  private Ucum() {}

  static boolean comparable(String a, String b) {
    var left = unit(a);
    return left != Unit.UNKNOWN && left.canonical.equals(unit(b).canonical);
  }

  /** Negative, zero, positive; null where a unit is unknown or the two measure different things. */
  static @Nullable Integer compare(BigDecimal a, String unitA, BigDecimal b, String unitB) {
    if (!comparable(unitA, unitB)) {
      return null;
    }
    var left = canonical(a, unitA);
    var right = canonical(b, unitB);
    return left == null || right == null ? null : left.compareTo(right);
  }

  /** The value in another unit, null where there is no conversion. */
  static @Nullable BigDecimal convert(BigDecimal value, String from, String to) {
    if (!comparable(from, to)) {
      return null;
    }
    var factorFrom = unit(from).factor;
    var factorTo = unit(to).factor;
    if (factorFrom != null && factorTo != null) {
      return strip(value.multiply(factorFrom).divide(factorTo, PRECISION));
    }
    try {
      return new BigDecimal(Library.SERVICE.convert(decimal(value), from, to).asDecimal());
    } catch (UcumException e) {
      return null;
    }
  }

  static @Nullable Quantity multiply(BigDecimal a, String unitA, BigDecimal b, String unitB) {
    return combine(a.multiply(b, PRECISION), unitA, ".", unitB);
  }

  static @Nullable Quantity divide(BigDecimal a, String unitA, BigDecimal b, String unitB) {
    return combine(strip(a.divide(b, PRECISION)), unitA, "/", unitB);
  }

  private static @Nullable Quantity combine(
      BigDecimal value, String unitA, String operator, String unitB) {
    if (unit(unitA) == Unit.UNKNOWN || unit(unitB) == Unit.UNKNOWN) {
      return null;
    }
    if (unitB.equals("1")) {
      return Quantity.ofUcum(value, unitA);
    }
    var combined = unit("(" + unitA + ")" + operator + "(" + unitB + ")");
    return combined.factor == null
        ? null
        : Quantity.ofUcum(
            strip(value.multiply(combined.factor, PRECISION)),
            combined.canonical.isEmpty() ? "1" : combined.canonical);
  }

  private static @Nullable BigDecimal canonical(BigDecimal value, String code) {
    var factor = unit(code).factor;
    if (factor != null) {
      return value.multiply(factor);
    }
    try {
      return new BigDecimal(
          Library.SERVICE.getCanonicalForm(new Pair(decimal(value), code)).getValue().asDecimal());
    } catch (UcumException e) {
      return null;
    }
  }

  private static Unit unit(String code) {
    var known = UNITS.get(code);
    if (known != null) {
      return known;
    }
    var unit = look(code);
    if (UNITS.size() >= MAX_CACHED) {
      UNITS.clear();
    }
    UNITS.put(code, unit);
    return unit;
  }

  private static Unit look(String code) {
    if (code.length() > MAX_CODE_LENGTH || Library.SERVICE.validate(code) != null) {
      return Unit.UNKNOWN;
    }
    try {
      var canonical = Library.SERVICE.getCanonicalUnits(code);
      if (hasOffset(code)) {
        return new Unit(canonical, null);
      }
      var one = Library.SERVICE.getCanonicalForm(new Pair(new Decimal("1", DIGITS), code));
      return new Unit(canonical, strip(new BigDecimal(one.getValue().asDecimal())));
    } catch (UcumException e) {
      return Unit.UNKNOWN;
    }
  }

  private static boolean hasOffset(String code) {
    return code.contains("Cel") || code.contains("[deg");
  }

  private static Decimal decimal(BigDecimal value) throws UcumException {
    return new Decimal(value.toPlainString(), DIGITS);
  }

  private static BigDecimal strip(BigDecimal value) {
    var stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
