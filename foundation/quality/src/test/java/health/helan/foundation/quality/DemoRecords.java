package health.helan.foundation.quality;

import health.helan.demo.DemoBundle;
import health.helan.demo.Region;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Records of a few made-up households. */
final class DemoRecords {
  private DemoRecords() {}

  static List<ObjectNode> bundles(int households) {
    return Region.of(7, 60)
        .bundles()
        .filter(bundle -> bundle.kind() == DemoBundle.Kind.HOUSEHOLD)
        .limit(households)
        .map(DemoBundle::tree)
        .toList();
  }
}
