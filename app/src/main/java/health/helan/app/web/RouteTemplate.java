package health.helan.app.web;

import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * The shape of a request's path, for logs and metrics: {@code /fhir/Patient/0f3a…/_history/2}
 * becomes {@code /fhir/{type}/{id}/_history/{vid}}. Names no resident and nothing else that a
 * client chose, so the number of shapes is small.
 */
final class RouteTemplate {
  private static final Pattern OPERATION = Pattern.compile("\\$[a-z][a-zA-Z-]{0,40}");
  private static final Pattern TYPE = Pattern.compile("[A-Z][A-Za-z]{1,40}");

  /** The base at which regulators ask. */
  private static final String PROJECTION = "/fhir/pseudonymised";

  private RouteTemplate() {}

  /**
   * @param path without context path and query
   */
  static String of(String path) {
    if (path.equals(PROJECTION) || path.startsWith(PROJECTION + "/")) {
      return PROJECTION
          + fhir("/fhir" + path.substring(PROJECTION.length())).substring("/fhir".length());
    }
    if (path.equals("/fhir") || path.startsWith("/fhir/")) {
      return fhir(path);
    }
    if (path.startsWith("/access/")) {
      return "/access/{act}";
    }
    if (path.startsWith("/hl7v2/")) {
      return "/hl7v2/{feed}";
    }
    if (path.startsWith("/intake/")) {
      return "/intake/{feed}";
    }
    if (path.startsWith("/statements/")) {
      return "/statements/{kind}/{code}/{day}";
    }
    if (path.startsWith("/edge/")) {
      return "/edge/{verb}";
    }
    return switch (path) {
      case "/health",
          "/health/ready",
          "/metrics",
          "/error",
          "/oauth2/authorize",
          "/oauth2/token",
          "/oauth2/introspect",
          "/oauth2/revoke",
          "/oauth2/jwks",
          "/userinfo",
          "/sign-in",
          "/sign-in/second",
          "/sign-out",
          "/account" ->
          path;
      default -> "/{page}";
    };
  }

  private static String fhir(String path) {
    StringJoiner template = new StringJoiner("/");
    String[] segments = path.substring(1).split("/");
    template.add("/fhir");
    for (int i = 1; i < segments.length; i++) {
      template.add(
          switch (i) {
            case 1 -> known(segments[i], "{type}");
            case 2 -> known(segments[i], "{id}");
            case 3 -> known(segments[i], "{compartment}");
            default -> known(segments[i], "{vid}");
          });
      if (i > 4) {
        return "/fhir/{unknown}";
      }
    }
    return template.toString();
  }

  private static String known(String segment, String otherwise) {
    boolean fixed =
        segment.equals("metadata")
            || segment.equals("_history")
            || segment.equals("_search")
            || OPERATION.matcher(segment).matches();
    if (fixed) {
      return segment;
    }
    return otherwise.equals("{type}") && !TYPE.matcher(segment).matches() ? "{unknown}" : otherwise;
  }
}
