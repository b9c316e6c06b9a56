package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One interaction as asked for: an HTTP request or an entry of a bundle.
 *
 * @param method GET, POST, PUT, PATCH, DELETE (HEAD counts as GET)
 * @param path segments after the base
 * @param rawQuery criteria as sent, for conditional interactions
 * @param conditions the conditional headers
 * @param prefer what to return
 * @param preferSaid true when the caller said so; bundles answer in short otherwise
 * @param accept media types wanted, as the header says; null for none
 * @param contentType of the body; null for none
 * @param requestKey the same for a repeat of the same request; null for none
 * @param body JSON (patches in their own format)
 */
record Exchange(
    Caller caller,
    String method,
    String[] path,
    Query query,
    String rawQuery,
    Conditions conditions,
    Prefer prefer,
    boolean preferSaid,
    @Nullable String accept,
    @Nullable String contentType,
    @Nullable String requestKey,
    byte[] body,
    String base,
    Locale language) {

  /** Conditional headers, or their places in {@code Bundle.entry.request}. */
  record Conditions(
      @Nullable String ifMatch,
      @Nullable String ifNoneMatch,
      @Nullable String ifModifiedSince,
      @Nullable String ifNoneExist) {
    static final Conditions NONE = new Conditions(null, null, null, null);
  }

  /** {@code Prefer} (FHIR R4, http.html#ops). */
  record Prefer(Return returns, boolean lenient) {
    enum Return {
      REPRESENTATION,
      MINIMAL,
      OUTCOME
    }

    static Prefer parse(@Nullable String header) {
      Return returns = Return.REPRESENTATION;
      boolean lenient = false;
      if (header != null) {
        for (String part : header.split("[,;]")) {
          switch (part.strip().toLowerCase(Locale.ROOT)) {
            case "return=minimal" -> returns = Return.MINIMAL;
            case "return=operationoutcome" -> returns = Return.OUTCOME;
            case "handling=lenient" -> lenient = true;
            default -> {
              // Preferences that are unknown are left out (RFC 7240, 2).
            }
          }
        }
      }
      return new Prefer(returns, lenient);
    }
  }
}
