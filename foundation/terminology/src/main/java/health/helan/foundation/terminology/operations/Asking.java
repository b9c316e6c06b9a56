package health.helan.foundation.terminology.operations;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.terminology.engine.Catalogue;
import health.helan.foundation.terminology.engine.Concepts;
import health.helan.foundation.terminology.engine.Header;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the operations that ask have in common. */
abstract class Asking implements FhirOperation {
  final Terminology terminology;

  Asking(Terminology terminology) {
    this.terminology = terminology;
  }

  Catalogue catalogue() {
    return terminology.catalogue();
  }

  /** The resource that an instance-level call is about, whatever its status. */
  Header ofInstance(Call call) {
    String type = Objects.requireNonNull(call.type());
    String id = Objects.requireNonNull(call.id());
    call.store().read(call.caller(), type, id); // Whether it is there, and may be seen.
    Header header = catalogue().byId(type, id);
    if (header == null) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "terms.changing");
    }
    return header;
  }

  /** A code system by the URL in a Coding. */
  Concepts system(String system, @Nullable String version) {
    return catalogue().concepts(catalogue().need("CodeSystem", system, version));
  }

  static String message(Call call, String key, Object... arguments) {
    return Messages.of(call.language(), key, List.of(arguments));
  }

  static void refuse(In in, String... parameters) {
    for (String parameter : parameters) {
      if (in.text(parameter) != null || !in.all(parameter).isEmpty()) {
        throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "terms.parameter-not-supported", parameter);
      }
    }
  }
}
