package health.helan.foundation.quality;

import health.helan.foundation.quality.score.Sums;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells institutions that there are new findings: one Task a day for each, addressed to it, which
 * grows with the day. Its systems find it by search, or subscribe to it (docs/adr/0062).
 */
final class Notices {
  /** System of the Task's code, and of the types of its inputs. */
  static final String SYSTEM = "https://helan.health/fhir/CodeSystem/quality-notice";

  private static final Caller WRITER = Caller.platform("quality");
  private static final int RULES = 20;

  private final DataSource database;
  private final RecordStore store;
  private final Sums sums;
  private final Clock clock;

  Notices(DataSource database, RecordStore store, Sums sums, Clock clock) {
    this.database = database;
    this.store = store;
    this.sums = sums;
    this.clock = clock;
  }

  /** Writes the Tasks of today whose figures have changed; returns how many. */
  int tell() {
    LocalDate day = LocalDate.ofInstant(clock.instant(), clock.getZone());
    int told = 0;
    for (Map.Entry<String, Long> one : sums.opened(day).entrySet()) {
      if (isThere(one.getKey()) && tell(one.getKey(), day, one.getValue())) {
        told++;
      }
    }
    return told;
  }

  private boolean isThere(String institution) {
    try (Connection connection = database.getConnection()) {
      return !store
          .rows()
          .existing(connection, WRITER, Set.of("Organization/" + institution))
          .isEmpty();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private boolean tell(String institution, LocalDate day, long opened) {
    String id = id(institution, day);
    ObjectNode task = task(id, institution, day, opened, sums.open(institution));
    ObjectNode before = current(id);
    if (before != null && before.path("input").equals(task.path("input"))) {
      return false;
    }
    if (before != null && before.path("status").asString("").equals("completed")) {
      task.put("status", "requested");
    }
    store.write(
        WRITER,
        new Interaction.Update(
            "Task", id, null, Interaction.Body.of(task), null, false, null, null));
    return true;
  }

  private ObjectNode task(
      String id, String institution, LocalDate day, long opened, Map<String, Long> open) {
    ObjectNode task = Json.MAPPER.createObjectNode().put("resourceType", "Task").put("id", id);
    task.put("status", "requested").put("intent", "order");
    code(task.putObject("code"), "findings", "数据质量问题");
    task.put("description", "有新的数据质量问题，请查看清单并处理。");
    task.putObject("owner").put("reference", "Organization/" + institution);
    task.put("lastModified", clock.instant().toString());
    ArrayNode input = task.putArray("input");
    code(input.addObject().put("valueDate", day.toString()).putObject("type"), "day", "日期");
    number(input, "new", "新问题数", opened);
    number(input, "open", "未了结的问题数", open.values().stream().mapToLong(Long::longValue).sum());
    open.entrySet().stream()
        .limit(RULES)
        .forEach(rule -> number(input, "open-of-rule", rule.getKey(), rule.getValue()));
    return task;
  }

  private static void number(ArrayNode input, String code, String text, long number) {
    code(
        input
            .addObject()
            .put("valueInteger", (int) Math.min(Integer.MAX_VALUE, number))
            .putObject("type"),
        code,
        text);
  }

  private static void code(ObjectNode concept, String code, String text) {
    concept.putArray("coding").addObject().put("system", SYSTEM).put("code", code);
    concept.put("text", text);
  }

  private @Nullable ObjectNode current(String id) {
    try {
      return (ObjectNode)
          Json.MAPPER.readTree(Objects.requireNonNull(store.read(WRITER, "Task", id).content()));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.NOT_FOUND || e.kind() == Refusal.Kind.GONE) {
        return null;
      }
      throw e;
    }
  }

  /** The same for an institution and a day, so that two instances write one Task. */
  static String id(String institution, LocalDate day) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((institution + "|" + day).getBytes(StandardCharsets.UTF_8));
      return "quality-" + HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
