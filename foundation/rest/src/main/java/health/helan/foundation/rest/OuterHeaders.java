package health.helan.foundation.rest;

import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Headers that stood on a response when a filter or servlet got it: those of the filters around it,
 * such as what browsers are told (security, CORS). Who throws away an answer that was begun keeps
 * these, or the refusal leaves without them.
 */
public final class OuterHeaders {
  private final Map<String, List<String>> headers = new LinkedHashMap<>();

  /** As they are now: before anything within has added to them. */
  public OuterHeaders(HttpServletResponse response) {
    for (String name : response.getHeaderNames()) {
      headers.put(name, List.copyOf(response.getHeaders(name)));
    }
  }

  /**
   * Drops everything of the answer but these headers.
   *
   * @throws IllegalStateException if part of the answer has left already
   */
  public void reset(HttpServletResponse response) {
    response.reset();
    headers.forEach(
        (name, values) -> {
          for (String value : values) {
            response.addHeader(name, value);
          }
        });
  }
}
