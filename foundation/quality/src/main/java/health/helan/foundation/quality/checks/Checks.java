package health.helan.foundation.quality.checks;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.fhirpath.FhirPath;
import health.helan.foundation.fhirpath.FhirPathException;
import health.helan.foundation.fhirpath.FhirPathExpression;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.store.PlatformRows;
import health.helan.foundation.store.sql.PlatformSql;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** From the JSON of a rule to what it asks. */
public final class Checks {
  /** What {@code check} may say. */
  private static final Set<String> KINDS =
      Set.of(
          "expression",
          "references",
          "identifiers",
          "repeats",
          "identity-number",
          "ranges",
          "units",
          "known-codes",
          "profiles");

  private static final int LONGEST = 4_000;

  private Checks() {}

  /** Whether R4 has such a resource type. */
  public static boolean isType(String name) {
    return R4.get().resourceTypes().contains(name);
  }

  /**
   * @throws health.helan.foundation.store.Refusal naming the member that is wrong
   */
  public static Check of(ObjectNode spec, String type) {
    String kind = spec.path("check").asString("expression");
    if (!KINDS.contains(kind)) {
      throw Rule.wrong(
          "check", "quality.rule-check", String.join(", ", new java.util.TreeSet<>(KINDS)));
    }
    String at = spec.path("at").asString(type);
    if (!at.matches("[A-Za-z0-9.\\[\\]()]{1,200}")) {
      throw Rule.wrong("at", "quality.rule-at");
    }
    return switch (kind) {
      case "references" -> new References();
      case "identifiers" -> {
        if (!PlatformRows.typesWithDirectory().contains(type)) {
          throw Rule.wrong("check", "quality.rule-identifiers", type);
        }
        yield new UniqueIdentifiers();
      }
      case "repeats" -> {
        if (PlatformSql.namesType(type)) {
          throw Rule.wrong("check", "quality.rule-repeats", type);
        }
        yield new Repeats(at);
      }
      case "identity-number" ->
          new IdentityNumber(spec.path("system").asString("urn:oid:2.16.156.10011.1.3"));
      case "ranges" -> Ranges.of(spec, false);
      case "units" -> Ranges.of(spec, true);
      case "known-codes" -> new KnownCodes(required(spec, "each", type));
      case "profiles" -> new Conformance();
      default -> {
        FhirPathExpression each = optional(spec, "each", type);
        String text =
            spec.path("expression").asString("")
                + spec.path("when").asString("")
                + spec.path("each").asString("");
        // What is dated tomorrow stays wrong when tomorrow has come: now() is no looking elsewhere.
        yield new Expression(
            optional(spec, "when", type),
            each,
            each == null ? required(spec, "expression", type) : required(spec, "expression", null),
            at,
            text.contains("resolve("));
      }
    };
  }

  private static FhirPathExpression required(JsonNode spec, String member, @Nullable String type) {
    String text = spec.path(member).asString("");
    if (text.isBlank() || text.length() > LONGEST) {
      throw Rule.wrong(member, "quality.rule-expression-missing", member);
    }
    return compile(text, member, type);
  }

  private static @Nullable FhirPathExpression optional(JsonNode spec, String member, String type) {
    String text = spec.path(member).asString("");
    return text.isBlank() ? null : compile(text, member, type);
  }

  private static FhirPathExpression compile(String text, String member, @Nullable String type) {
    try {
      return type == null ? FhirPath.compile(text) : FhirPath.compileStrict(text, type);
    } catch (FhirPathException e) {
      throw Rule.wrong(member, "quality.rule-expression", member, String.valueOf(e.getMessage()));
    }
  }
}
