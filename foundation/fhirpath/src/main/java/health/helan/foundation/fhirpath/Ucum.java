package health.helan.foundation.fhirpath;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import org.fhir.ucum.Decimal;
import org.fhir.ucum.Pair;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.jspecify.annotations.Nullable;

/**
 * Conversion of UCUM units with {@code org.fhir:ucum}: each unit is reduced once to a factor of
 * base units, and then costs one multiplication. The library leaves scales with an offset out; the
 * two that medicine uses, degrees Celsius and Fahrenheit, are given here.
 */
final class Ucum {
  private static final int MAX_CACHED = 2_000;
  private static final int MAX_CODE_LENGTH = 100;
  private static final int DIGITS = 34;
  private static final MathContext PRECISION = new MathContext(DIGITS);
  private static final MathContext COMPARED = new MathContext(20);
  private static final BoundedCache<String, Unit> UNITS = new BoundedCache<>(MAX_CACHED);

  /**
   * @param canonical the unit in base units; empty text for an unknown unit
   * @param offset added to a value before multiplying
   * @param factor how many of the canonical unit this is
   */
  private record Unit(String canonical, BigDecimal offset, BigDecimal factor) {
    static final Unit UNKNOWN = new Unit("", BigDecimal.ZERO, BigDecimal.ZERO);
    static final Unit CELSIUS = new Unit("K", new BigDecimal("273.15"), BigDecimal.ONE);
    static final Unit FAHRENHEIT =
        new Unit(
            "K",
            new BigDecimal("459.67"),
            BigDecimal.valueOf(5).divide(BigDecimal.valueOf(9), PRECISION));

    BigDecimal canonical(BigDecimal value) {
      return value.add(offset).multiply(factor);
    }
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
    return rounded(unit(unitA).canonical(a)).compareTo(rounded(unit(unitB).canonical(b)));
  }

  /** What conversion by a rounded factor adds at the far end of the digits is no difference. */
  private static BigDecimal rounded(BigDecimal value) {
    return value.round(COMPARED);
  }

  /** The value in another unit, null where there is no conversion. */
  static @Nullable BigDecimal convert(BigDecimal value, String from, String to) {
    if (!comparable(from, to)) {
      return null;
    }
    var target = unit(to);
    return strip(
        unit(from).canonical(value).divide(target.factor, COMPARED).subtract(target.offset));
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
    return combined == Unit.UNKNOWN
        ? null
        : Quantity.ofUcum(
            strip(value.multiply(combined.factor, PRECISION)),
            combined.canonical.isEmpty() ? "1" : combined.canonical);
  }

  private static Unit unit(String code) {
    return UNITS.get(code, Ucum::look);
  }

  private static Unit look(String code) {
    if (code.equals("Cel")) {
      return Unit.CELSIUS;
    }
    if (code.equals("[degF]")) {
      return Unit.FAHRENHEIT;
    }
    // The library takes an empty code for valid, and then throws an error over it.
    if (code.isBlank()
        || code.length() > MAX_CODE_LENGTH
        || Library.SERVICE.validate(code) != null) {
      return Unit.UNKNOWN;
    }
    try {
      var one = Library.SERVICE.getCanonicalForm(new Pair(new Decimal("1", DIGITS), code));
      return new Unit(
          Library.SERVICE.getCanonicalUnits(code),
          BigDecimal.ZERO,
          strip(new BigDecimal(one.getValue().asDecimal())));
    } catch (UcumException e) {
      // The library knows the unit, but not how to reduce it: no conversion.
      return Unit.UNKNOWN;
    }
  }

  private static BigDecimal strip(BigDecimal value) {
    var stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
