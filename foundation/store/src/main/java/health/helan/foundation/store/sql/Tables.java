package health.helan.foundation.store.sql;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which table holds the current version of a resource type: a table of its own for each busy type,
 * one shared table for the rest (migration V1).
 */
public final class Tables {
  /** The shared table; it alone has a column {@code type}. */
  public static final String OTHER = "res_other";

  private static final Map<String, String> BUSY = new LinkedHashMap<>();

  static {
    for (String type :
        List.of(
            "Patient",
            "Observation",
            "Encounter",
            "Condition",
            "Procedure",
            "DiagnosticReport",
            "MedicationRequest",
            "MedicationDispense",
            "MedicationAdministration",
            "Immunization",
            "AllergyIntolerance",
            "DocumentReference",
            "Composition",
            "ServiceRequest",
            "Task",
            "Appointment",
            "Slot",
            "Claim",
            "ExplanationOfBenefit",
            "ChargeItem",
            "Communication",
            "Provenance",
            "Specimen",
            "ImagingStudy")) {
      BUSY.put(type, "res_" + type.replaceAll("(?<!^)([A-Z])", "_$1").toLowerCase(Locale.ROOT));
    }
  }

  private Tables() {}

  public static String of(String type) {
    return BUSY.getOrDefault(type, OTHER);
  }

  /** True when the type shares {@link #OTHER}, so that statements must name the type. */
  public static boolean isShared(String type) {
    return !BUSY.containsKey(type);
  }

  /** The type that a table is for; {@link #OTHER} is for none. */
  public static String typeOf(String table) {
    for (Map.Entry<String, String> entry : BUSY.entrySet()) {
      if (entry.getValue().equals(table)) {
        return entry.getKey();
      }
    }
    throw new IllegalArgumentException(table);
  }

  /** All tables of current versions, each once. */
  public static List<String> all() {
    var tables = new java.util.ArrayList<>(BUSY.values());
    tables.add(OTHER);
    return List.copyOf(tables);
  }

  /** Types with a table of their own. */
  public static java.util.Set<String> busyTypes() {
    return java.util.Collections.unmodifiableSet(BUSY.keySet());
  }
}
