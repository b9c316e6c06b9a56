package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.PlatformRows;
import health.helan.oversight.supervision.rules.Rule;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/** A rule asked of acts of the past, before it says anything to anybody. */
final class DryRun {
  private static final int MOST_EXAMPLES = 10;

  private final Supervision supervision;

  DryRun(Supervision supervision) {
    this.supervision = supervision;
  }

  /**
   * What a dry run found.
   *
   * @param acts that were judged
   * @param institutions how many hits each has
   */
  record Found(int acts, int fired, Map<String, Integer> institutions, List<String> examples) {}

  /**
   * @param most acts that are judged, the newest first
   */
  Found run(Rule rule, Instant since, int most) {
    return supervision.sql.on(connection -> run(connection, rule, since, most));
  }

  private Found run(Connection connection, Rule rule, Instant since, int most) throws SQLException {
    int acts = 0;
    int fired = 0;
    Map<String, Integer> institutions = new TreeMap<>();
    List<String> examples = new ArrayList<>();
    Instant now = supervision.now();
    for (SupervisionTable.Place place :
        SupervisionTable.since(connection, rule.kind().act(), since, most)) {
      for (PlatformRows.Owned row :
          supervision
              .store
              .rows()
              .currentOf(
                  connection, Seen.type(place.act()), Map.of(place.home(), Set.of(place.id())))) {
        byte[] content = row.version().content();
        Seen seen =
            content == null
                ? null
                : supervision.reader.seen(
                    connection,
                    (ObjectNode) Json.MAPPER.readTree(content),
                    row.home(),
                    row.version().version(),
                    row.owner(),
                    now);
        if (seen == null) {
          continue;
        }
        supervision.reader.complete(connection, seen, now);
        acts++;
        if (rule.judge(seen.facts()) != null) {
          fired++;
          institutions.merge(seen.institution(), 1, Integer::sum);
          if (examples.size() < MOST_EXAMPLES) {
            examples.add(seen.reference());
          }
        }
      }
    }
    return new Found(acts, fired, institutions, List.copyOf(examples));
  }
}
