package health.helan.foundation.rest;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the API is offered.
 *
 * @param base its address as callers know it, without a slash at the end; null to take it from each
 *     request
 * @param maxBodyBytes greatest length of a body, unpacked
 * @param objects where the bytes of Binaries are kept; null to keep what comes as {@code
 *     Binary.data} in the rows and to take nothing else
 * @param maxBinaryBytes greatest length of a Binary that comes as bytes, unpacked
 * @param rules profiles of transactions that are held to more than R4
 */
public record RestConfig(
    @Nullable String base,
    long maxBodyBytes,
    Formats formats,
    Capabilities capabilities,
    @Nullable ObjectStore objects,
    long maxBinaryBytes,
    List<TransactionRules> rules) {
  /** Default of {@code maxBodyBytes}: 128 MiB, three times the largest Synthea bundle. */
  public static final long DEFAULT_MAX_BODY_BYTES = 128L << 20;

  /** Default of {@code maxBinaryBytes}: 2 GiB, a long video or a whole study of images. */
  public static final long DEFAULT_MAX_BINARY_BYTES = 2L << 30;

  /** Without profiles of transactions. */
  public RestConfig(
      @Nullable String base,
      long maxBodyBytes,
      Formats formats,
      Capabilities capabilities,
      @Nullable ObjectStore objects,
      long maxBinaryBytes) {
    this(base, maxBodyBytes, formats, capabilities, objects, maxBinaryBytes, List.of());
  }

  /** Without an object store. */
  public RestConfig(
      @Nullable String base, long maxBodyBytes, Formats formats, Capabilities capabilities) {
    this(base, maxBodyBytes, formats, capabilities, null, DEFAULT_MAX_BINARY_BYTES);
  }

  /** Makes the CapabilityStatement. */
  public interface Capabilities {
    /** A CapabilityStatement as JSON. */
    byte[] statement(String base, Operations operations);

    /** A TerminologyCapabilities as JSON ({@code mode=terminology}). */
    default byte[] terminology(String base) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "terms.no-terminology");
    }
  }
}
