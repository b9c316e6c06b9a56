package health.helan.foundation.rest;

import org.jspecify.annotations.Nullable;

/** Between JSON, which the platform works on, and the formats that callers send and accept. */
public interface Formats {

  /** A body and its media type, with charset. */
  record Formatted(byte[] body, String mediaType) {}

  /**
   * @param contentType header; null for none, which means JSON
   * @return the body as JSON; forms and patches as they are
   * @throws health.helan.foundation.store.Refusal for a format that is not known
   */
  byte[] toJson(@Nullable String contentType, byte[] body, String method);

  /** The media type of what {@link #toJson} gives. */
  @Nullable String jsonTypeOf(@Nullable String contentType);

  /**
   * @param format {@code _format}; wins over {@code accept}
   * @throws health.helan.foundation.store.Refusal when nothing acceptable can be given
   */
  Formatted fromJson(@Nullable String format, @Nullable String accept, boolean pretty, byte[] json);
}
