package health.helan.foundation.rest;

import health.helan.foundation.store.Refusal;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An operation that one method of a service carries out: the policy is asked, the form of the body
 * looked at, then the work done.
 *
 * @param right the word in the policy that says who may call it ({@code docs/guide/access.md})
 * @param taken media types of bodies that are no resources, with the parameter that each is
 */
public record NamedOperation(
    Spec spec, String right, Function<Call, Answer> work, Map<String, String> taken)
    implements FhirOperation {
  private static final String DEFINITIONS = "https://helan.health/fhir/OperationDefinition/";

  /**
   * @param room that it is of, first word of its definition: {@code payment}
   * @param type of resources it is called at; empty at system level
   * @param changes true: POST only
   */
  public static NamedOperation of(
      String room,
      String name,
      Level level,
      String type,
      boolean changes,
      String right,
      Function<Call, Answer> work) {
    return new NamedOperation(
        new Spec(
            name,
            Set.of(level),
            type.isEmpty() ? Set.of() : Set.of(type),
            changes,
            DEFINITIONS + room + "-" + name),
        right,
        work,
        Map.of());
  }

  /** The same, which takes a body of this media type as a parameter. */
  public NamedOperation taking(String mediaType, String parameter) {
    return new NamedOperation(spec, right, work, Map.of(mediaType, parameter));
  }

  @Override
  public @Nullable String takesAs(String mediaType) {
    return taken.get(mediaType);
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), right);
    if (call.body() != null
        && !"Parameters".equals(call.body().path("resourceType").asString(""))) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.parameters-expected");
    }
    return work.apply(call);
  }
}
