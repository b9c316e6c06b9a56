package health.helan.pharmacy.dispense;

import java.util.Locale;

/** Where a parcel is. Numbers are stored: never renumber. */
public enum ParcelState {
  /** 已打包: with the pharmacy, waits for a courier. */
  PACKED,
  /** 已取件: a courier has taken it. */
  PICKED,
  /** 配送中. */
  TRANSIT,
  /** 退回中: on its way back to the pharmacy. */
  RETURNING,
  /** 已签收: in the hands of the resident. */
  DELIVERED,
  /** 已退回: with the pharmacy again. */
  RETURNED;

  /** System of the codes. */
  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/parcel-state";

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isFinal() {
    return this == DELIVERED || this == RETURNED;
  }

  /** Whether a courier has it. */
  public boolean isCarried() {
    return this == PICKED || this == TRANSIT || this == RETURNING;
  }

  /** Task.status. */
  String task() {
    return switch (this) {
      case PACKED -> "ready";
      case PICKED, TRANSIT, RETURNING -> "in-progress";
      case DELIVERED -> "completed";
      case RETURNED -> "failed";
    };
  }

  /** SupplyDelivery.status. */
  String delivery() {
    return switch (this) {
      case PACKED, PICKED, TRANSIT, RETURNING -> "in-progress";
      case DELIVERED -> "completed";
      case RETURNED -> "abandoned";
    };
  }
}
