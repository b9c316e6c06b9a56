package health.helan.pharmacy.knowledge;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Units of mass, as UCUM and as prescriptions write them. */
public final class Masses {
  private static final Map<String, Double> IN_MG =
      Map.ofEntries(
          Map.entry("g", 1000.0),
          Map.entry("mg", 1.0),
          Map.entry("ug", 0.001),
          Map.entry("μg", 0.001),
          Map.entry("µg", 0.001),
          Map.entry("mcg", 0.001),
          Map.entry("ng", 0.000001),
          Map.entry("克", 1000.0),
          Map.entry("毫克", 1.0),
          Map.entry("微克", 0.001));

  private Masses() {}

  /** Milligrams in one unit; null for what is no mass. */
  public static @Nullable Double inMg(String unit) {
    return IN_MG.get(unit);
  }
}
