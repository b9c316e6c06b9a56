package health.helan.oversight.settlement.rules;

/** Classes of the insurance catalogue (甲、乙、丙类). */
public enum CatalogueClass {
  /** 甲: counts whole. */
  A,
  /** 乙: a percentage is paid by the resident first, the rest counts. */
  B,
  /** 丙: does not count. */
  C
}
