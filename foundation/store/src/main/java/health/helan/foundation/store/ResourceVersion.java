package health.helan.foundation.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a resource.
 *
 * @param content the JSON with id and meta, UTF-8; null for a deletion
 * @param patient digest of {@code Patient/id} of the resident it belongs to; null for none
 */
public record ResourceVersion(
    String type,
    String id,
    int version,
    Instant updated,
    Method method,
    byte @Nullable [] content,
    @Nullable Long patient) {

  /** The interaction that made a version. Codes are stored: never renumber. */
  public enum Method {
    POST(1),
    PUT(2),
    PATCH(3),
    DELETE(4);

    private final short code;

    Method(int code) {
      this.code = (short) code;
    }

    public short code() {
      return code;
    }

    public static Method of(int code) {
      return values()[code - 1];
    }
  }

  public boolean isDeleted() {
    return method == Method.DELETE;
  }
}
