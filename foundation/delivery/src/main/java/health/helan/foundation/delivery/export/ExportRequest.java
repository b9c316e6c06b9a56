package health.helan.foundation.delivery.export;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.delivery.agreement.Agreement;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.rest.HttpOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a kick-off asks for (Bulk Data Access 2.0, "Query Parameters").
 *
 * @param url of the kick-off, for the manifest
 * @param base of the API, for the addresses of files
 * @param ofPatients only what belongs to patients
 * @param patients ids of the patients that are meant; null for all
 * @param types in the order of the files
 * @param named whether the caller named the types; else those it may not read are left out
 * @param filters queries by type ({@code Type?query}); a resource that one of them finds is taken
 * @param elements value of {@code _elements}; empty for whole resources
 * @param agreement id of the agreement that it stands on, by which types and filters are narrowed
 *     already; empty for none
 * @param time of the kick-off, the manifest's {@code transactionTime}; reading begins when nothing
 *     can still commit at or below it
 */
record ExportRequest(
    String url,
    String base,
    boolean ofPatients,
    @Nullable List<String> patients,
    List<String> types,
    boolean named,
    List<Filter> filters,
    @Nullable Instant since,
    String elements,
    String agreement,
    Instant time) {

  /** A filter of a type; the query is decoded once already. */
  record Filter(String type, String query) {
    List<Parameter> parameters() {
      return Query.parse(query).parameters();
    }
  }

  /** More patients make a group that is exported as a whole instead. */
  static final int MOST_PATIENTS = 100_000;

  private static final int MOST_FILTERS = 50;

  /** Their bytes lie outside of the rows, or they are made when they are asked for. */
  private static final Set<String> NEVER = Set.of("Binary", "AuditEvent", "Subscription");

  private static final Set<String> FORMATS =
      Set.of("application/fhir+ndjson", "application/ndjson", "ndjson");

  /** A comma between filters, not one within a query. */
  private static final Pattern BETWEEN_FILTERS = Pattern.compile(",(?=[A-Z][A-Za-z]*\\?)");

  /** What shapes an answer chooses no resources. */
  private static final Pattern SHAPING =
      Pattern.compile(
          "_(include|revinclude|sort|count|cursor|summary|elements|total|type|contained)(:.*)?");

  /**
   * @throws Refusal what is not understood or not there
   */
  static ExportRequest of(HttpOperation.HttpCall call, boolean lenient, Agreements agreements) {
    RecordStore store = call.store();
    Set<String> types = new LinkedHashSet<>();
    Set<String> patients = new LinkedHashSet<>();
    List<Filter> filters = new ArrayList<>();
    Instant since = null;
    String elements = "";
    String under = "";
    for (Parameter parameter : parameters(call)) {
      String value = parameter.value();
      switch (parameter.name()) {
        case "_outputFormat" -> {
          if (!FORMATS.contains(value.replace(' ', '+'))) {
            throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "export.format");
          }
        }
        case "_since" -> since = instant(value);
        case "_type" -> {
          for (String type : value.split(",")) {
            types.add(type(type.strip()));
          }
        }
        case "_typeFilter" -> {
          for (String filter : BETWEEN_FILTERS.split(value)) {
            filters.add(filter(filter));
          }
        }
        case "_elements" -> elements = value;
        case "agreement" -> under = value;
        case "patient" -> patients.add(value.substring(value.lastIndexOf('/') + 1));
        default -> {
          if (!lenient) {
            throw new Refusal(
                Refusal.Kind.NOT_SUPPORTED, "export.parameter", printable(parameter.name()));
          }
        }
      }
    }
    boolean ofPatients = call.type() != null;
    if (call.id() != null) {
      if (!patients.isEmpty()) {
        throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "export.parameter", "patient");
      }
      patients.addAll(members(call, call.id()));
    } else if (!patients.isEmpty() && (!ofPatients || !call.method().equals("POST"))) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "export.parameter", "patient");
    }
    // One record whatever the source: whose Patient is meant, all that are the same person are.
    patients.addAll(call.store().persons().seen(call.caller(), List.copyOf(patients)));
    if (patients.size() > MOST_PATIENTS) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "export.too-many-patients", MOST_PATIENTS);
    }
    boolean named = !types.isEmpty();
    if (!named) {
      types.addAll(new TreeSet<>(R4.get().resourceTypes()));
      types.removeAll(NEVER);
      if (ofPatients) {
        types.removeIf(type -> !isOfPatients(store, type));
      }
    }
    for (String type : types) {
      if (NEVER.contains(type) || ofPatients && !isOfPatients(store, type)) {
        throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "export.type", type);
      }
    }
    for (Filter filter : filters) {
      if (!types.contains(filter.type)) {
        throw new Refusal(Refusal.Kind.INVALID, "export.filter-of-other-type", filter.type);
      }
    }
    if (filters.size() > MOST_FILTERS) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "export.too-many-filters", MOST_FILTERS);
    }
    Agreement agreement = agreements.standing(call.caller(), under);
    if (agreement != null) {
      narrow(agreement, named, types, filters);
    }
    String query = call.request().getQueryString();
    String level =
        call.type() == null ? "" : call.id() == null ? "/Patient" : "/Group/" + call.id();
    return new ExportRequest(
        call.base() + level + "/$export" + (query == null ? "" : "?" + query),
        call.base(),
        ofPatients,
        call.id() == null && patients.isEmpty() ? null : List.copyOf(patients),
        List.copyOf(types),
        named,
        List.copyOf(filters),
        since,
        elements,
        under,
        Instant.now().truncatedTo(ChronoUnit.MILLIS));
  }

  /** To what an agreement covers: each of its criteria with each filter of the type. */
  private static void narrow(
      Agreement agreement, boolean named, Set<String> types, List<Filter> filters) {
    List<Filter> narrowed = new ArrayList<>();
    for (String type : List.copyOf(types)) {
      List<String> covered = agreement.queries(type);
      if (covered.isEmpty()) {
        if (named) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "agreement.not-covered");
        }
        types.remove(type);
        continue;
      }
      List<String> asked =
          filters.stream().filter(one -> one.type.equals(type)).map(Filter::query).toList();
      for (String filter : asked.isEmpty() ? List.of("") : asked) {
        for (String criteria : covered) {
          narrowed.add(
              new Filter(
                  type,
                  filter.isEmpty() || criteria.isEmpty()
                      ? filter + criteria
                      : filter + "&" + criteria));
        }
      }
    }
    filters.clear();
    filters.addAll(narrowed);
  }

  static boolean isOfPatients(RecordStore store, String type) {
    return type.equals("Patient")
        || !store.parameters().type(type).compartment("Patient").isEmpty();
  }

  private static List<Parameter> parameters(HttpOperation.HttpCall call) {
    List<Parameter> parameters = new ArrayList<>(call.query().parameters());
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        for (var property : parameter.properties()) {
          if (property.getKey().startsWith("value")) {
            JsonNode value = property.getValue();
            parameters.add(
                new Parameter(
                    parameter.path("name").asString(""),
                    value.isValueNode() ? value.asString() : value.path("reference").asString("")));
          }
        }
      }
    }
    return parameters;
  }

  /** Patients of a group; members that are no longer are left out. */
  private static Collection<String> members(HttpOperation.HttpCall call, String id) {
    JsonNode group = Json.MAPPER.readTree(call.store().read(call.caller(), "Group", id).content());
    Set<String> patients = new LinkedHashSet<>();
    for (JsonNode member : group.path("member")) {
      String reference = member.path("entity").path("reference").asString("");
      if (reference.startsWith("Patient/") && !member.path("inactive").asBoolean(false)) {
        patients.add(reference.split("/")[1]);
      }
    }
    return patients;
  }

  private static String type(String type) {
    if (!R4.get().resourceTypes().contains(type)) {
      throw new Refusal(Refusal.Kind.INVALID, "export.unknown-type", printable(type));
    }
    return type;
  }

  private static Filter filter(String text) {
    int mark = text.indexOf('?');
    if (mark < 1 || mark == text.length() - 1) {
      throw new Refusal(Refusal.Kind.VALUE, "export.filter");
    }
    Filter filter = new Filter(type(text.substring(0, mark)), text.substring(mark + 1));
    for (Parameter parameter : filter.parameters()) {
      if (SHAPING.matcher(parameter.name()).matches()) {
        throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "export.filter-shapes", parameter.name());
      }
    }
    return filter;
  }

  private static Instant instant(String value) {
    try {
      // A plus sign that was not escaped arrives as a blank.
      return OffsetDateTime.parse(value.replace(' ', '+')).toInstant();
    } catch (DateTimeException e) {
      throw new Refusal(Refusal.Kind.VALUE, "export.since");
    }
  }

  private static String printable(String text) {
    String shown = text.replaceAll("[^A-Za-z0-9_$.-]", "?");
    return shown.length() > 64 ? shown.substring(0, 64) : shown;
  }

  // ---- as it is kept

  String text() {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    tree.put("url", url).put("base", base).put("ofPatients", ofPatients).put("named", named);
    if (patients != null) {
      patients.forEach(tree.putArray("patients")::add);
    }
    types.forEach(tree.putArray("types")::add);
    var kept = tree.putArray("filters");
    filters.forEach(one -> kept.addObject().put("type", one.type).put("query", one.query));
    if (since != null) {
      tree.put("since", since.toString());
    }
    return tree.put("elements", elements)
        .put("agreement", agreement)
        .put("time", time.toString())
        .toString();
  }

  static ExportRequest parse(String text) {
    JsonNode tree = Json.MAPPER.readTree(text);
    List<Filter> filters = new ArrayList<>();
    for (JsonNode one : tree.path("filters")) {
      filters.add(new Filter(one.path("type").asString(), one.path("query").asString()));
    }
    String since = tree.path("since").asString("");
    return new ExportRequest(
        tree.path("url").asString(),
        tree.path("base").asString(),
        tree.path("ofPatients").asBoolean(),
        tree.has("patients") ? strings(tree.path("patients")) : null,
        strings(tree.path("types")),
        tree.path("named").asBoolean(),
        filters,
        since.isEmpty() ? null : Instant.parse(since),
        tree.path("elements").asString(""),
        tree.path("agreement").asString(""),
        Instant.parse(tree.path("time").asString()));
  }

  static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(one -> strings.add(one.asString()));
    return strings;
  }

  /** Filters of a type; one without parameters where there is none. */
  List<List<Parameter>> filtersOf(String type) {
    List<List<Parameter>> of = new ArrayList<>();
    for (Filter filter : filters) {
      if (filter.type.equals(type)) {
        of.add(filter.parameters());
      }
    }
    return of.isEmpty() ? List.of(List.of()) : of;
  }

  /** Whether a patient's digest is among those meant. */
  static boolean holds(long @Nullable [] digests, @Nullable Long patient) {
    return patient != null && (digests == null || Arrays.binarySearch(digests, patient) >= 0);
  }
}
