package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.AccessPolicy.Action;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.Sensitivity;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.trust.consent.ConsentProvisions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET Patient/[id]/$access-grants}: who may see the record now or will, until when and why,
 * for the resident and those who act for it. The shape of the answer stands in {@code
 * docs/guide/access.md}.
 */
final class AccessGrantsOperation implements FhirOperation {
  private static final int MOST = 500;

  private final Clock clock;
  private final DataSource database;

  AccessGrantsOperation(Clock clock, DataSource database) {
    this.clock = clock;
    this.database = database;
  }

  @Override
  public Spec spec() {
    return new Spec(
        "access-grants",
        Set.of(Level.INSTANCE),
        Set.of("Patient"),
        false,
        "https://helan.health/fhir/OperationDefinition/Patient-access-grants");
  }

  private record Row(
      String grantee,
      String cause,
      int weight,
      int level,
      int categories,
      Instant since,
      Instant until) {}

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    String id = Objects.requireNonNull(call.id());
    if (!caller.isRoot()
        && (!Staff.mayCall(caller, spec().name())
            || Scopes.reach(caller, Action.READ, "Consent") == Scopes.Reach.NOTHING)) {
      // The same for every id, so that it tells nothing of any.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.residents-only");
    }
    // Somebody else's is answered as if it were not there.
    ResourceVersion patient = call.store().read(caller, "Patient", id);
    Instant at = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    List<Row> rows = rows(call.store().parameters().digests().reference("Patient", id), at);

    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("resourceType", "Parameters");
    ArrayNode parameters = answer.putArray("parameter");
    parameters.addObject().put("name", "at").put("valueInstant", at.toString());
    parameters.addObject().put("name", "truncated").put("valueBoolean", rows.size() > MOST);
    var around = new Around(call);
    around.known.put(
        "Patient/" + id, Json.MAPPER.readTree(Objects.requireNonNull(patient.content())));
    for (Row row : rows.subList(0, Math.min(MOST, rows.size()))) {
      grant(parameters.addObject().put("name", "grant").putArray("part"), id, row, at, around);
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
  }

  private List<Row> rows(long patient, Instant at) {
    List<Row> rows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        var statement = GrantSql.ofRecord(patient, at, MOST + 1).prepare(connection);
        var found = statement.executeQuery()) {
      while (found.next()) {
        rows.add(
            new Row(
                found.getString(1),
                found.getString(2),
                found.getInt(3),
                found.getInt(4),
                found.getInt(5),
                found.getObject(6, OffsetDateTime.class).toInstant(),
                found.getObject(7, OffsetDateTime.class).toInstant()));
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return rows;
  }

  private static void grant(ArrayNode parts, String id, Row row, Instant at, Around around) {
    boolean closes = row.weight == GrantSql.CLOSED || row.weight == GrantSql.CLOSED_BY_NAME;
    around.put(parts, "patient", "Patient/" + id);
    code(parts, "effect", closes ? "closes" : row.weight == GrantSql.OFFERED ? "offered" : "opens");
    code(parts, "reason", reason(row));
    String account = Grantee.accountOf(row.grantee);
    if (account != null) {
      part(parts, "to").set("valueReference", RegulatoryCase.account(account));
    } else if (!row.grantee.equals(Grantee.EVERYBODY)) {
      around.put(parts, "to", row.grantee);
    }
    String institution = institution(around.read(row.cause));
    if (institution != null && !institution.equals(row.grantee)) {
      around.put(parts, "institution", institution);
    }
    part(parts, "cause").putObject("valueReference").put("reference", row.cause);
    part(parts, "since").put("valueInstant", row.since.toString());
    if (row.until.isBefore(ConsentProvisions.FOREVER)) {
      part(parts, "until").put("valueInstant", row.until.toString());
    }
    part(parts, "stands").put("valueBoolean", !row.since.isAfter(at));
    if (!closes) {
      part(parts, "level").put("valueInteger", row.level);
    }
    for (Sensitivity category : Sensitivity.values()) {
      if ((row.categories & category.bit()) != 0) {
        code(parts, "category", category.label());
      }
    }
  }

  private static String reason(Row row) {
    if (Grantee.accountOf(row.grantee) != null) {
      return Causes.CASE_TASK;
    }
    String type = row.cause.substring(0, row.cause.indexOf('/'));
    return switch (type) {
      case "Task" -> row.weight == GrantSql.EMERGENCY ? "emergency" : "referral";
      default -> type.toLowerCase(java.util.Locale.ROOT);
    };
  }

  /** The institution for which somebody acts, where the cause says so. */
  private static @Nullable String institution(JsonNode cause) {
    for (JsonNode said :
        List.of(
            cause.path("serviceProvider"), cause.path("restriction").path("recipient").path(0))) {
      String reference = said.path("reference").asString("");
      if (reference.startsWith("Organization/")) {
        return reference;
      }
    }
    return null;
  }

  private static ObjectNode part(ArrayNode parts, String name) {
    return parts.addObject().put("name", name);
  }

  private static void code(ArrayNode parts, String name, String code) {
    part(parts, name).put("valueCode", code);
  }

  /** What references mean, each read once; by the platform, since the list is the resident's. */
  private static final class Around {
    private final Map<String, JsonNode> known = new HashMap<>();
    private final Call call;

    Around(Call call) {
      this.call = call;
    }

    JsonNode read(String reference) {
      return known.computeIfAbsent(reference, this::ask);
    }

    private JsonNode ask(String reference) {
      int slash = reference.indexOf('/');
      try {
        return Json.MAPPER.readTree(
            Objects.requireNonNull(
                call.store()
                    .read(
                        call.caller().asPlatform(),
                        reference.substring(0, slash),
                        reference.substring(slash + 1))
                    .content()));
      } catch (Refusal gone) {
        return Json.MAPPER.missingNode();
      }
    }

    void put(ArrayNode parts, String name, String reference) {
      ObjectNode value = part(parts, name).putObject("valueReference");
      value.put("reference", reference);
      String display = name(read(reference).path("name"));
      if (!display.isEmpty()) {
        value.put("display", display);
      }
    }

    private static String name(JsonNode name) {
      if (name.isString()) {
        return name.asString();
      }
      JsonNode first = name.path(0);
      String text = first.path("text").asString("");
      if (!text.isEmpty()) {
        return text;
      }
      var whole = new StringBuilder(first.path("family").asString(""));
      first.path("given").forEach(given -> whole.append(given.asString("")));
      return whole.toString();
    }
  }
}
