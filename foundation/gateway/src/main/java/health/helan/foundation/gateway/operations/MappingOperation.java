package health.helan.foundation.gateway.operations;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Mappings;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Refusal;
import java.util.Set;

/**
 * {@code $gateway-mapping}: without {@code feed}, the platform's file of a {@code name}. With
 * {@code feed} and {@code file}, gives that feed a mapping of its own from now on; with {@code
 * reset=true}, the platform's again. Every version stays. For operators.
 */
final class MappingOperation implements FhirOperation {
  private final Gateway gateway;

  MappingOperation(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "gateway-mapping",
        Set.of(Level.SYSTEM),
        Set.of(),
        true,
        "https://helan.health/fhir/OperationDefinition/gateway-mapping");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "gateway-mapping");
    var shown = new Shown();
    String feedName = call.text("feed");
    String file = call.text("file");
    if (feedName == null) {
      String name = Access.required(call, "name");
      String text = Mappings.file(name);
      if (text == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.parameter-wrong", "name");
      }
      Shown.text(shown.list(), "file", text);
      return shown.answer();
    }
    Feed feed = Access.feed(gateway, feedName);
    if (file != null) {
      Mapping mapping = Mapping.parse(file);
      Mappings.refuseUnreadable(mapping);
      int version = gateway.feeds().putMapping(feed, mapping.name(), file, call.caller().subject());
      Shown.text(shown.list(), "name", mapping.name());
      Shown.number(shown.list(), "version", version);
    } else if ("true".equals(call.text("reset"))) {
      String name = Access.required(call, "name");
      int version = gateway.feeds().putMapping(feed, name, null, call.caller().subject());
      Shown.text(shown.list(), "name", name);
      Shown.number(shown.list(), "version", version);
    } else {
      throw new Refusal(Refusal.Kind.INVALID, "gateway.parameter-missing", "file");
    }
    return shown.answer();
  }
}
