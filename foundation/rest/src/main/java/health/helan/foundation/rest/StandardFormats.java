package health.helan.foundation.rest;

import health.helan.foundation.rest.format.FhirXml;
import health.helan.foundation.rest.format.Format;
import health.helan.foundation.rest.format.MediaType;
import health.helan.foundation.store.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** JSON as it is; XML through {@link FhirXml}. */
public final class StandardFormats implements Formats {
  /** Bodies that are no resource in JSON or XML: taken as they are by those that read them. */
  private static final Set<String> AS_IS =
      Set.of("application/x-www-form-urlencoded", "application/json-patch+json");

  @Override
  public byte[] toJson(@Nullable String contentType, byte[] body, String method) {
    if (body.length == 0 || isAsIs(contentType)) {
      return body;
    }
    return switch (Format.ofBody(contentType)) {
      case JSON -> withoutByteOrderMark(body);
      case XML -> Json.MAPPER.writeValueAsBytes(FhirXml.read(body));
    };
  }

  @Override
  public @Nullable String jsonTypeOf(@Nullable String contentType) {
    return isAsIs(contentType) ? contentType : Format.JSON.mediaType();
  }

  private static boolean isAsIs(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    MediaType type = MediaType.parse(contentType);
    return type != null && AS_IS.contains(type.name());
  }

  private static byte[] withoutByteOrderMark(byte[] body) {
    boolean marked =
        body.length >= 3
            && body[0] == (byte) 0xEF
            && body[1] == (byte) 0xBB
            && body[2] == (byte) 0xBF;
    return marked ? java.util.Arrays.copyOfRange(body, 3, body.length) : body;
  }

  @Override
  public Formatted fromJson(
      @Nullable String format, @Nullable String accept, boolean pretty, byte[] json) {
    Format wanted = Format.ofAnswer(format, accept);
    return switch (wanted) {
      case JSON ->
          new Formatted(
              pretty
                  ? Json.MAPPER
                      .writerWithDefaultPrettyPrinter()
                      .writeValueAsBytes(Json.MAPPER.readTree(json))
                  : json,
              wanted.contentType());
      case XML -> {
        var out = new ByteArrayOutputStream(json.length * 2);
        try {
          FhirXml.write((ObjectNode) Json.MAPPER.readTree(json), pretty, out);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        yield new Formatted(out.toByteArray(), wanted.contentType());
      }
    };
  }
}
