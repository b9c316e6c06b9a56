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
 */
public record Answer(
    int status,
    byte @Nullable [] body,
    @Nullable String location,
    int version,
    @Nullable Instant lastModified) {

  public static Answer ok(byte[] resource) {
    return new Answer(200, resource, null, 0, null);
  }

  public static Answer status(int status, byte @Nullable [] body) {
    return new Answer(status, body, null, 0, null);
  }
}
