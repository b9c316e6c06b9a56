package health.helan.foundation.gateway.mapping;

import health.helan.foundation.gateway.CodeTranslation;
import health.helan.foundation.gateway.CodeTranslation.Code;
import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** One message on its way through a mapping. */
final class Run {
  /** Most findings of a message: more tell nothing new. */
  private static final int MOST_FINDINGS = 50;

  /** Most codes that are asked about for a message. */
  private static final int MOST_MEANINGS = 1000;

  /** For {@link #references}: of every name. */
  private static final String ANY = "any";

  private final Feed feed;
  private final CodeTranslation codes;
  private final Map<String, Map<String, String>> tables;
  private final List<Finding> findings = new ArrayList<>();
  private final List<Plan> plans = new ArrayList<>();
  private final Map<Node, Map<String, Plan>> scopes = new IdentityHashMap<>();
  private final Set<Identity> planned = new HashSet<>();
  private final Map<Code, Optional<Code>> meanings = new LinkedHashMap<>();

  private record Identity(String type, Plan.Key key) {}

  Run(Feed feed, CodeTranslation codes, Map<String, Map<String, String>> tables) {
    this.feed = feed;
    this.codes = codes;
    this.tables = tables;
  }

  static ObjectNode object() {
    return Json.MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return Json.MAPPER.createArrayNode();
  }

  Feed feed() {
    return feed;
  }

  List<Plan> plans() {
    return plans;
  }

  List<Finding> findings() {
    return findings;
  }

  void find(String key, String place, String... arguments) {
    var finding = new Finding(key, place, arguments);
    if (findings.size() < MOST_FINDINGS && !findings.contains(finding)) {
      findings.add(finding);
    }
  }

  /** A message that names the same order or result twice means it once. */
  boolean isPlanned(String type, Plan.Key key) {
    return planned.contains(new Identity(type, key));
  }

  void add(Plan plan) {
    plans.add(plan);
    if (plan.key != null) {
      planned.add(new Identity(plan.type, plan.key));
    }
    scopes.computeIfAbsent(plan.node, _ -> new LinkedHashMap<>()).putIfAbsent(plan.name, plan);
  }

  /** A reference to the nearest resource of that name; null when the message made none. */
  @Nullable ObjectNode reference(Node at, String name) {
    Plan plan = nearest(at, name);
    return plan == null ? null : reference(plan);
  }

  /** Its address within the transaction, for elements that hold one; only of what is created. */
  @Nullable String url(Node at, String name) {
    Plan plan = nearest(at, name);
    return plan == null ? null : plan.fullUrl;
  }

  private @Nullable Plan nearest(Node at, String name) {
    for (Node node = at; node != null; node = node.parent()) {
      Map<String, Plan> here = scopes.get(node);
      Plan plan = here == null ? null : here.get(name);
      if (plan != null) {
        return plan;
      }
    }
    return null;
  }

  private static ObjectNode reference(Plan plan) {
    ObjectNode reference = object();
    reference.put("reference", plan.fullUrl);
    plan.references.add(reference);
    return reference;
  }

  /** References to all resources of that name that were made of what lies here. */
  @Nullable ArrayNode references(Node at, String name) {
    ArrayNode array = array();
    for (Plan plan : plans) {
      if ((plan.name.equals(name) || name.equals(ANY)) && lies(plan.node, at)) {
        array.add(reference(plan));
      }
    }
    return array.isEmpty() ? null : array;
  }

  private static boolean lies(Node node, Node in) {
    for (Node at = node; at != null; at = at.parent()) {
      if (at == in) {
        return true;
      }
    }
    return false;
  }

  /**
   * What a table makes of a code; of one that it does not name, what is known of it elsewhere.
   *
   * @return null when the table has neither it nor a default
   */
  @Nullable String translate(String table, String code, String place) {
    Map<String, String> entries = tables.get(table);
    if (entries == null) {
      throw new MappingFault(feed.name(), "table " + table);
    }
    String own = entries.get(code);
    if (own == null) {
      own = entries.get(code.toUpperCase(java.util.Locale.ROOT));
    }
    if (own != null) {
      return own;
    }
    String otherwise = entries.get("*");
    if (code.isEmpty() || "".equals(otherwise)) {
      return otherwise;
    }
    Code known = meaning(new Code(Identifiers.codeSystem(feed, table), code, ""));
    if (known != null) {
      return known.code();
    }
    // A code alone is no resident's data; a text in its place might be.
    find(
        "gateway.found-unknown-code",
        place,
        table,
        code.matches("[A-Za-z0-9._-]{1,8}") ? code : "?");
    return otherwise;
  }

  /** What one of the institution's own codes means elsewhere; null when nobody knows. */
  @Nullable Code meaning(Code local) {
    Optional<Code> known = meanings.get(local);
    if (known == null && meanings.size() < MOST_MEANINGS) {
      known = Optional.ofNullable(codes.translate(feed, local));
      meanings.put(local, known);
    }
    return known == null ? null : known.orElse(null);
  }

  /** The codes of which nothing was known. */
  Set<Code> unknown() {
    var unknown = new LinkedHashSet<Code>();
    meanings.forEach(
        (local, known) -> {
          if (known.isEmpty()) {
            unknown.add(local);
          }
        });
    return unknown;
  }
}
