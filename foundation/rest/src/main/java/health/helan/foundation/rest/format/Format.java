package health.helan.foundation.rest.format;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Refusal.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The formats of resources, and which of them a request speaks of (R4, http.html#mime-type). */
public enum Format {
  JSON("application/fhir+json", Set.of("application/json", "text/json", "application/json+fhir")),
  XML("application/fhir+xml", Set.of("application/xml", "text/xml", "application/xml+fhir"));

  private final String mediaType;
  private final Set<String> aliases;

  /**
   * @param aliases names that R4 has servers understand, the last of them DSTU2's
   */
  Format(String mediaType, Set<String> aliases) {
    this.mediaType = mediaType;
    this.aliases = aliases;
  }

  /** For the Content-Type of an answer: {@code application/fhir+json;charset=UTF-8}. */
  public String contentType() {
    return mediaType + ";charset=UTF-8";
  }

  public String mediaType() {
    return mediaType;
  }

  /**
   * The format to answer in. {@code _format} outdoes {@code Accept}; with neither, or where several
   * are wanted alike without one being named first, it is JSON. A browser's address bar, which
   * prefers XML over anything but pages, gets JSON too.
   *
   * @param parameter value of {@code _format}: {@code json}, {@code xml} or a media type
   * @param accept the header, several of them joined by commas
   * @throws Refusal NOT_ACCEPTABLE if neither JSON nor XML, or another version of FHIR, is wanted
   */
  public static Format ofAnswer(@Nullable String parameter, @Nullable String accept) {
    if (parameter != null && !parameter.isBlank()) {
      var wanted = MediaType.parse(parameter);
      var format =
          wanted == null
              ? ofShortName(parameter.strip())
              : wanted.quality() == 0 ? null : of(wanted);
      if (format == null) {
        throw new Refusal(Kind.NOT_ACCEPTABLE, "format.not-acceptable", parameter);
      }
      return format;
    }
    if (accept == null || accept.isBlank()) {
      return JSON;
    }
    var ranges = MediaType.parseAll(accept);
    double json = quality(JSON, ranges);
    double xml = quality(XML, ranges);
    if (json == 0 && xml == 0) {
      throw new Refusal(Kind.NOT_ACCEPTABLE, "format.not-acceptable", accept);
    }
    if (json == xml) {
      return ranges.stream()
          .filter(range -> range.quality() == json && of(range) != null)
          .findFirst()
          .map(Format::of)
          .orElse(JSON);
    }
    boolean browser = ranges.stream().anyMatch(range -> range.name().equals("text/html"));
    return json > xml || browser && json > 0 ? JSON : XML;
  }

  /**
   * The format of a request's body.
   *
   * @param contentType the header; null where there is none
   * @throws Refusal MEDIA_TYPE if it is absent, neither JSON nor XML, not in UTF-8, or of another
   *     version of FHIR
   */
  public static Format ofBody(@Nullable String contentType) {
    if (contentType == null || contentType.isBlank()) {
      throw new Refusal(Kind.MEDIA_TYPE, "format.content-type-missing");
    }
    var given = MediaType.parse(contentType);
    var format = given == null ? null : of(given);
    if (given == null || format == null) {
      throw new Refusal(Kind.MEDIA_TYPE, "format.unsupported-content-type", contentType);
    }
    checkCharset(given);
    return format;
  }

  /**
   * @throws Refusal MEDIA_TYPE if the type names a charset other than UTF-8, which is FHIR's
   */
  public static void checkCharset(MediaType given) {
    var charset = given.parameters().getOrDefault("charset", "utf-8");
    if (!Set.of("utf-8", "utf8", "us-ascii").contains(charset.toLowerCase(Locale.ROOT))) {
      throw new Refusal(Kind.MEDIA_TYPE, "format.unsupported-charset", charset);
    }
  }

  private static @Nullable Format ofShortName(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "json" -> JSON;
      case "xml" -> XML;
      default -> null;
    };
  }

  /** The format that a media type means; null for ranges and for other versions of FHIR. */
  private static @Nullable Format of(MediaType type) {
    var version = type.parameters().getOrDefault("fhirversion", "4.0");
    if (!version.equals("4.0") && !version.startsWith("4.0.")) {
      return null;
    }
    for (var format : values()) {
      if (format.mediaType.equals(type.name()) || format.aliases.contains(type.name())) {
        return format;
      }
    }
    return null;
  }

  /** How much the ranges want a format, by the most telling of them; 0 for not at all. */
  private static double quality(Format format, List<MediaType> ranges) {
    double named = -1;
    double byType = -1;
    double any = -1;
    for (var range : ranges) {
      if (of(range) == format) {
        named = Math.max(named, range.quality());
      } else if (range.subtype().equals("*")) {
        if (range.type().equals("application") || range.type().equals("text")) {
          byType = Math.max(byType, range.quality());
        } else if (range.type().equals("*")) {
          any = Math.max(any, range.quality());
        }
      }
    }
    return named >= 0 ? named : byType >= 0 ? byType : Math.max(any, 0);
  }
}
