package health.helan.foundation.rest;

import org.jspecify.annotations.Nullable;

/**
 * How the API is offered.
 *
 * @param base its address as callers know it, without a slash at the end; null to take it from each
 *     request
 * @param maxBodyBytes greatest length of a body, unpacked
 */
public record RestConfig(
    @Nullable String base, long maxBodyBytes, Formats formats, Capabilities capabilities) {
  /** Default of {@code maxBodyBytes}: 128 MiB, three times the largest Synthea bundle. */
  public static final long DEFAULT_MAX_BODY_BYTES = 128L << 20;

  /** Makes the CapabilityStatement. */
  public interface Capabilities {
    /** A CapabilityStatement as JSON. */
    byte[] statement(String base, Operations operations);
  }
}
