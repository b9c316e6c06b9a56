package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy.Write;
import health.helan.foundation.store.Levels;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.Sensitivity;
import java.util.EnumSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Security labels: whoever may change a resource may label it higher, not lower. */
final class Labels {
  private Labels() {}

  static void check(Write write) {
    ObjectNode before = write.before();
    ObjectNode after = write.after();
    if (before != null
        && after != null
        && (Levels.labelled(after) < Levels.labelled(before)
            || !categories(after).containsAll(categories(before)))) {
      throw new Refusal(
          Refusal.Kind.FORBIDDEN,
          write.type() + ".meta.security",
          "access.label-removed",
          new Object[] {});
    }
  }

  private static Set<Sensitivity> categories(ObjectNode resource) {
    var categories = EnumSet.noneOf(Sensitivity.class);
    for (JsonNode label : resource.path("meta").path("security")) {
      Sensitivity one = Sensitivity.ofLabel(label.path("code").asString(""));
      if (one != null) {
        categories.add(one);
      }
    }
    return categories;
  }
}
