package health.helan.foundation.rest;

import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Bundles of answers (FHIR R4, bundle.html), put together from stored bytes. */
final class Bundles {
  static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private Bundles() {}

  static String httpDate(Instant instant) {
    return HTTP_DATE.format(instant);
  }

  /**
   * A page of matches.
   *
   * @param path the search's path after the base, {@code Observation}
   */
  static byte[] searchset(String base, String path, SearchResult result, Locale language) {
    int size = 1024;
    for (SearchResult.Entry entry : result.entries()) {
      byte[] content = entry.resource().content();
      size += (content == null ? 0 : content.length) + 200;
    }
    var out = new JsonOut(size);
    head(out, "searchset", result.watermark(), result.total());
    out.raw(",\"link\":[{\"relation\":\"self\",\"url\":")
        .string(url(base, path, result.used(), null))
        .raw("}");
    if (result.next() != null) {
      out.raw(",{\"relation\":\"next\",\"url\":")
          .string(url(base, path, result.used(), result.next()))
          .raw("}");
    }
    out.raw("]");
    String separator = ",\"entry\":[";
    for (SearchResult.Entry entry : result.entries()) {
      ResourceVersion resource = entry.resource();
      byte[] content = resource.content();
      if (content == null) {
        continue;
      }
      out.raw(separator)
          .raw("{\"fullUrl\":")
          .string(base + "/" + resource.type() + "/" + resource.id())
          .raw(",\"resource\":")
          .raw(content)
          .raw(",\"search\":{\"mode\":\"")
          .raw(entry.isMatch() ? "match" : "include")
          .raw("\"}}");
      separator = ",";
    }
    if (!result.warnings().isEmpty()) {
      var outcome = Outcomes.empty();
      for (Refusal warning : result.warnings()) {
        Outcomes.issue(
            outcome,
            "warning",
            warning.kind().issueType(),
            Messages.of(language, warning),
            warning.expression());
      }
      out.raw(separator)
          .raw("{\"resource\":")
          .raw(Outcomes.bytes(outcome))
          .raw(",\"search\":{\"mode\":\"outcome\"}}");
      separator = ",";
    }
    if (separator.equals(",")) {
      out.raw("]");
    }
    return out.raw("}").toBytes();
  }

  private static void head(
      JsonOut out, String type, @Nullable Instant watermark, @Nullable Long total) {
    out.raw("{\"resourceType\":\"Bundle\",\"id\":\"").raw(Ids.next(0)).raw("\"");
    if (watermark != null) {
      out.raw(",\"meta\":{\"lastUpdated\":\"").raw(INSTANT.format(watermark)).raw("\"}");
    }
    out.raw(",\"type\":\"").raw(type).raw("\"");
    if (total != null) {
      out.raw(",\"total\":").number(total);
    }
  }

  /** Name of the parameter that carries a page's position. */
  static final String CURSOR = "_cursor";

  private static String url(
      String base, String path, List<Parameter> parameters, @Nullable String cursor) {
    var url = new StringBuilder(base);
    if (!path.isEmpty()) {
      url.append('/').append(path);
    }
    char separator = '?';
    for (Parameter parameter : parameters) {
      if (parameter.name().equals(CURSOR) && cursor != null) {
        continue;
      }
      url.append(separator).append(encode(parameter.name())).append('=');
      url.append(encode(parameter.value()));
      separator = '&';
    }
    if (cursor != null) {
      url.append(separator).append(CURSOR).append('=').append(cursor);
    }
    return url.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("%3A", ":")
        .replace("%2F", "/")
        .replace("%24", "$")
        .replace("%2C", ",");
  }

  static byte[] history(
      String base, String path, List<Parameter> parameters, HistoryRequest.Page page) {
    var out = new JsonOut(4096);
    head(out, "history", page.watermark(), page.total());
    out.raw(",\"link\":[{\"relation\":\"self\",\"url\":")
        .string(url(base, path, parameters, null))
        .raw("}");
    if (page.next() != null) {
      out.raw(",{\"relation\":\"next\",\"url\":")
          .string(url(base, path, parameters, page.next()))
          .raw("}");
    }
    out.raw("]");
    String separator = ",\"entry\":[";
    for (ResourceVersion version : page.versions()) {
      String reference = version.type() + "/" + version.id();
      out.raw(separator).raw("{\"fullUrl\":").string(base + "/" + reference);
      byte[] content = version.content();
      if (content != null) {
        out.raw(",\"resource\":").raw(content);
      }
      boolean isPost = version.method() == ResourceVersion.Method.POST;
      out.raw(",\"request\":{\"method\":\"")
          .raw(version.method().name())
          .raw("\",\"url\":")
          .string(isPost ? version.type() : reference)
          .raw("},\"response\":{\"status\":\"")
          .raw(version.isDeleted() ? "204" : version.version() == 1 ? "201" : "200")
          .raw("\",\"etag\":\"W/\\\"")
          .number(version.version())
          .raw("\\\"\",\"lastModified\":\"")
          .raw(INSTANT.format(version.updated()))
          .raw("\"}}");
      separator = ",";
    }
    if (separator.equals(",")) {
      out.raw("]");
    }
    return out.raw("}").toBytes();
  }

  /** One entry of a batch-response or transaction-response. */
  record Response(
      int status,
      @Nullable String location,
      int version,
      @Nullable Instant lastModified,
      byte @Nullable [] resource,
      byte @Nullable [] outcome) {

    static Response of(Outcome outcome, boolean withContent) {
      return new Response(
          outcome.status(),
          outcome.version() == 0
              ? null
              : outcome.type() + "/" + outcome.id() + "/_history/" + outcome.version(),
          outcome.version(),
          outcome.updated(),
          withContent ? outcome.content() : null,
          null);
    }
  }

  static byte[] responses(String type, List<Response> responses) {
    var out = new JsonOut(256 + 160 * responses.size());
    head(out, type, null, null);
    String separator = ",\"entry\":[";
    for (Response response : responses) {
      out.raw(separator).raw("{");
      if (response.resource() != null) {
        out.raw("\"resource\":").raw(response.resource()).raw(",");
      }
      out.raw("\"response\":{\"status\":\"").raw(statusLine(response.status())).raw("\"");
      out.field("location", response.location());
      if (response.version() > 0) {
        out.raw(",\"etag\":\"W/\\\"").number(response.version()).raw("\\\"\"");
      }
      if (response.lastModified() != null) {
        out.raw(",\"lastModified\":\"").raw(INSTANT.format(response.lastModified())).raw("\"");
      }
      if (response.outcome() != null) {
        out.raw(",\"outcome\":").raw(response.outcome());
      }
      out.raw("}}");
      separator = ",";
    }
    if (separator.equals(",")) {
      out.raw("]");
    }
    return out.raw("}").toBytes();
  }

  private static String statusLine(int status) {
    return switch (status) {
      case 200 -> "200 OK";
      case 201 -> "201 Created";
      case 204 -> "204 No Content";
      case 304 -> "304 Not Modified";
      case 404 -> "404 Not Found";
      case 410 -> "410 Gone";
      case 412 -> "412 Precondition Failed";
      case 422 -> "422 Unprocessable Entity";
      default -> Integer.toString(status);
    };
  }
}
