package health.helan.foundation.registry;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.WriteFollower;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Keeps the registry's rows up, and its word: what was filed is changed by steps alone, whoever may
 * write the resource.
 */
final class Following implements WriteFollower {
  private final Prescribing prescribing;

  Following(Prescribing prescribing) {
    this.prescribing = prescribing;
  }

  @Override
  public boolean concerns(String type) {
    return RegistryTable.TYPES.contains(type)
        || type.equals(Prescribing.TYPE)
        || type.equals(Alliance.TYPE);
  }

  /** The root loads what was decided elsewhere; all others take steps. */
  @Override
  public void check(Caller caller, Followed written) {
    boolean isAlliance = written.type().equals(Alliance.TYPE);
    if (caller.isRoot() || !isAlliance && !RegistryTable.TYPES.contains(written.type())) {
      return;
    }
    JsonNode before =
        written.before() == null ? JsonNodeFactory.instance.objectNode() : written.before();
    JsonNode after =
        written.after() == null ? JsonNodeFactory.instance.objectNode() : written.after();
    List<JsonNode> was = registered(written.type(), before);
    List<JsonNode> is = registered(written.type(), after);
    if (!was.equals(is)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.by-steps", written.type());
    }
  }

  private static List<JsonNode> registered(String type, JsonNode resource) {
    return switch (type) {
      case "PractitionerRole" -> Site.registered(resource);
      case Alliance.TYPE -> Alliance.registered(resource);
      default -> Licence.registered(resource);
    };
  }

  @Override
  public void follow(Connection transaction, List<Followed> written, Instant at) {
    throw new IllegalStateException("who writes is known");
  }

  @Override
  public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    for (Followed one : written) {
      if (RegistryTable.TYPES.contains(one.type())) {
        RegistryTable.follow(transaction, one);
      }
    }
    // After the rows: who is registered in the same bundle may prescribe in it.
    prescribing.check(transaction, caller, written, at);
  }
}
