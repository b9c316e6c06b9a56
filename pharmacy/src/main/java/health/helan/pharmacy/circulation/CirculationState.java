package health.helan.pharmacy.circulation;

import java.util.Locale;

/** Where a prescription is on its way to who takes it. Numbers are stored: never renumber. */
public enum CirculationState {
  /** 待取药: nobody holds it; the resident may take it anywhere. */
  AVAILABLE,
  /** 已锁定: one shop holds it, and nobody else. */
  LOCKED,
  /** 已调配: the shop that holds it has counted out all or a part. */
  DISPENSED,
  /** 已完成: in the hands of the resident. */
  COMPLETED,
  /** 已过期: nobody took it, or not the rest of it, in time. */
  EXPIRED,
  /** 已作废: the doctor took it back. */
  CANCELLED;

  /** System of the codes. */
  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/circulation-state";

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isFinal() {
    return ordinal() >= COMPLETED.ordinal();
  }

  /** Whether a shop holds it. */
  public boolean isHeld() {
    return this == LOCKED || this == DISPENSED;
  }
}
