package health.helan.foundation.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is answered, before it is put into a format.
 *
 * @param status HTTP status
 * @param body a FHIR resource as JSON in UTF-8; null for none
 * @param location absolute or relative to the base; null for none
 * @param version for the ETag; 0 for none
 * @param lastModified null for none
 * @param file of a body that is no resource but a file; null for a resource
 */
public record Answer(
    int status,
    byte @Nullable [] body,
    @Nullable String location,
    int version,
    @Nullable Instant lastModified,
    @Nullable File file) {

  /**
   * A body that leaves as it is, or as a Binary for who asks for FHIR (R4, operations.html: an
   * operation with one Binary as its output; binary.html#rest).
   *
   * @param name of letters, digits, dots, hyphens
   */
  public record File(String mediaType, String name) {}

  /** A resource, or nothing. */
  public Answer(
      int status,
      byte @Nullable [] body,
      @Nullable String location,
      int version,
      @Nullable Instant lastModified) {
    this(status, body, location, version, lastModified, null);
  }

  /** A file. */
  public static Answer file(byte[] content, String mediaType, String name) {
    return new Answer(200, content, null, 0, null, new File(mediaType, name));
  }

  public static Answer ok(byte[] resource) {
    return new Answer(200, resource, null, 0, null);
  }

  public static Answer status(int status, byte @Nullable [] body) {
    return new Answer(status, body, null, 0, null);
  }
}
