package health.helan.app.start;

import org.jspecify.annotations.Nullable;

/**
 * Name of the key in the vault that seals the audit and signs proofs: {@code HELAN_SEAL_KEY}, such
 * as one of an outside authority that {@code helan keys import} took in. Without it the one that
 * the platform's own authority keeps certified.
 */
public final class SealKey {
  public static final String VARIABLE = "HELAN_SEAL_KEY";

  /** The platform's own. */
  public static final String OWN = "seal";

  private SealKey() {}

  public static String name(@Nullable String value) {
    return value == null || value.isBlank() ? OWN : value.strip();
  }

  /** The vault has no such key. */
  public static StartRefused missing(String name, RuntimeException cause) {
    return new StartRefused(
        VARIABLE + " 指定的密钥 " + name + " 不在密钥库中，请先用 ./helan keys import 导入。",
        "The key "
            + name
            + " of "
            + VARIABLE
            + " is not in the key store: take it in with ./helan keys import.",
        cause);
  }
}
