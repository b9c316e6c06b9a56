package health.helan.foundation.rest;

import health.helan.foundation.rest.format.MediaType;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A FHIR operation ({@code $name}; FHIR R4, operations.html). Reads parameters and answers. */
public interface FhirOperation {

  /** At which level an operation is called. */
  enum Level {
    SYSTEM,
    TYPE,
    INSTANCE
  }

  /**
   * What the API needs to know of an operation; the CapabilityStatement is made from it.
   *
   * @param name without the dollar sign
   * @param levels where it may be called
   * @param types resource types it is for at type and instance level; empty for all
   * @param affectsState true: POST only
   * @param definition canonical URL of its OperationDefinition
   */
  record Spec(
      String name, Set<Level> levels, Set<String> types, boolean affectsState, String definition) {}

  /**
   * A call.
   *
   * @param type null at system level
   * @param id null but at instance level
   * @param query parameters of the URL
   * @param body the resource sent, {@code Parameters} or the operation's own; null for none
   * @param base of the API, for links
   * @param accept media types wanted, as the header says; null for none
   * @param ifMatch version that what the operation changes must have ({@code If-Match}); null for
   *     any. Operations that change nothing leave it alone
   */
  record Call(
      Caller caller,
      RecordStore store,
      String method,
      @Nullable String type,
      @Nullable String id,
      Query query,
      @Nullable ObjectNode body,
      String base,
      Locale language,
      @Nullable String accept,
      @Nullable Integer ifMatch) {

    /** A call whatever version it meets. */
    public Call(
        Caller caller,
        RecordStore store,
        String method,
        @Nullable String type,
        @Nullable String id,
        Query query,
        @Nullable ObjectNode body,
        String base,
        Locale language,
        @Nullable String accept) {
      this(caller, store, method, type, id, query, body, base, language, accept, null);
    }

    /** A call that takes the answer in any media type. */
    public Call(
        Caller caller,
        RecordStore store,
        String method,
        @Nullable String type,
        @Nullable String id,
        Query query,
        @Nullable ObjectNode body,
        String base,
        Locale language) {
      this(caller, store, method, type, id, query, body, base, language, null);
    }

    /**
     * Whether one media type is asked for by its name, and not after the other; of equal weights
     * the one named first counts.
     */
    public boolean prefers(String mediaType, String other) {
      String best = other;
      double weight = 0;
      for (MediaType range : accept == null ? List.<MediaType>of() : MediaType.parseAll(accept)) {
        if ((range.name().equals(mediaType) || range.name().equals(other))
            && range.quality() > weight) {
          best = range.name();
          weight = range.quality();
        }
      }
      return best.equals(mediaType);
    }

    /** Value of a simple parameter, from the URL or from {@code Parameters}; null for none. */
    public @Nullable String text(String name) {
      String value = query.first(name);
      if (value != null) {
        return value;
      }
      if (body != null) {
        for (var parameter : body.path("parameter")) {
          if (name.equals(parameter.path("name").asString(""))) {
            for (var property : parameter.properties()) {
              if (property.getKey().startsWith("value") && property.getValue().isValueNode()) {
                return property.getValue().asString();
              }
            }
          }
        }
      }
      return null;
    }

    /**
     * Resource of a parameter; the body itself when it is no Parameters and {@code name} is {@code
     * resource}. Null for none.
     */
    public @Nullable ObjectNode resource(String name) {
      if (body == null) {
        return null;
      }
      if (!"Parameters".equals(body.path("resourceType").asString(""))) {
        return name.equals("resource") ? body : null;
      }
      for (var parameter : body.path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))
            && parameter.get("resource") instanceof ObjectNode resource) {
          return resource;
        }
      }
      return null;
    }
  }

  Spec spec();

  /**
   * Name of the parameter as which a body that is no resource is taken, as {@code base64Binary}:
   * such as a file that another program posts as it is. What else such a call says stands in the
   * URL.
   *
   * @param mediaType in lower case, without its parameters
   * @return null for a media type that is not taken so
   */
  default @Nullable String takesAs(String mediaType) {
    return null;
  }

  /**
   * @throws health.helan.foundation.store.Refusal what the caller can mend
   */
  Answer execute(Call call);
}
