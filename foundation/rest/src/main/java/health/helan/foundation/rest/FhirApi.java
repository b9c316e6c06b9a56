package health.helan.foundation.rest;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.rest.format.MediaType;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The interactions of the API, whether they come as requests or in bundles. */
final class FhirApi {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");
  private static final int DEFAULT_COUNT = 20;
  private static final int MAX_COUNT = 1000;

  /** General parameters that are none of a search. */
  static boolean isGeneral(String name) {
    return name.equals("_format") || name.equals("_pretty");
  }

  private final RecordStore store;
  private final Operations operations;
  private final BundleProcessor bundles;
  private final Binaries binaries;

  private final List<ServedResources> served;

  FhirApi(
      RecordStore store,
      Operations operations,
      Binaries binaries,
      List<ServedResources> served,
      List<TransactionRules> rules) {
    this.store = store;
    this.served = List.copyOf(served);
    this.operations = operations;
    this.binaries = binaries;
    this.bundles = new BundleProcessor(store, this, binaries, rules);
  }

  RecordStore store() {
    return store;
  }

  Operations operations() {
    return operations;
  }

  /** Carries out an interaction. */
  Answer handle(Exchange exchange) {
    String[] path = exchange.path();
    String method = exchange.method();
    Audits.noteAsked(store, path, exchange.query());
    if (path.length > 0 && path[path.length - 1].startsWith("$")) {
      return operation(exchange);
    }
    switch (path.length) {
      case 0 -> {
        return switch (method) {
          case "POST" -> bundles.process(exchange);
          case "GET" -> search(exchange, null, null, null, exchange.query());
          default -> throw method(exchange);
        };
      }
      case 1 -> {
        switch (path[0]) {
          case "_history" -> {
            only("GET", exchange);
            return history(exchange, null, null);
          }
          case "_search" -> {
            only("POST", exchange);
            return search(exchange, null, null, null, form(exchange));
          }
          default -> {
            String type = type(path[0]);
            return switch (method) {
              case "GET" -> search(exchange, type, null, null, exchange.query());
              case "POST" -> create(exchange, type);
              case "PUT" -> update(exchange, type, null);
              case "PATCH" -> patch(exchange, type, null);
              case "DELETE" -> delete(exchange, type, null);
              default -> throw method(exchange);
            };
          }
        }
      }
      case 2 -> {
        String type = type(path[0]);
        switch (path[1]) {
          case "_history" -> {
            only("GET", exchange);
            return history(exchange, type, null);
          }
          case "_search" -> {
            only("POST", exchange);
            return search(exchange, type, null, null, form(exchange));
          }
          default -> {
            String id = id(path[1]);
            return switch (method) {
              case "GET" -> read(exchange, type, id);
              case "PUT" -> update(exchange, type, id);
              case "PATCH" -> patch(exchange, type, id);
              case "DELETE" -> delete(exchange, type, id);
              default -> throw method(exchange);
            };
          }
        }
      }
      case 3 -> {
        String type = type(path[0]);
        String id = id(path[1]);
        only("GET", exchange);
        if (path[2].equals("_history")) {
          return history(exchange, type, id);
        }
        return compartment(exchange, type, id, path[2], exchange.query());
      }
      case 4 -> {
        String type = type(path[0]);
        String id = id(path[1]);
        if (path[2].equals("_history")) {
          only("GET", exchange);
          return vread(exchange, type, id, path[3]);
        }
        if (path[3].equals("_search")) {
          only("POST", exchange);
          return compartment(exchange, type, id, path[2], form(exchange));
        }
        throw unknownPath();
      }
      default -> throw unknownPath();
    }
  }

  static String type(String segment) {
    if (!R4.get().resourceTypes().contains(segment)) {
      throw new Refusal(Refusal.Kind.UNKNOWN_TYPE, "rest.unknown-type", printable(segment));
    }
    return segment;
  }

  static String id(String segment) {
    if (!ID.matcher(segment).matches()) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.broken-id");
    }
    return segment;
  }

  private static String printable(String text) {
    String shown = text.replaceAll("[^A-Za-z0-9_$.-]", "?");
    return shown.length() > 64 ? shown.substring(0, 64) : shown;
  }

  private static Refusal unknownPath() {
    return new Refusal(Refusal.Kind.NOT_FOUND, "rest.unknown-path");
  }

  private static Refusal method(Exchange exchange) {
    return new Refusal(Refusal.Kind.METHOD, "rest.method", printable(exchange.method()));
  }

  private static void only(String method, Exchange exchange) {
    if (!exchange.method().equals(method)) {
      throw method(exchange);
    }
  }

  private static Query form(Exchange exchange) {
    String contentType = exchange.contentType();
    if (exchange.body().length > 0
        && (contentType == null
            || !contentType
                .toLowerCase(Locale.ROOT)
                .startsWith("application/x-www-form-urlencoded"))) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "rest.form-expected");
    }
    AccessTrail.noteForm(exchange.body());
    return exchange
        .query()
        .and(Query.parse(new String(exchange.body(), java.nio.charset.StandardCharsets.UTF_8)));
  }

  // ------------------------------------------------------------------ reading

  /** Those that make the resource with this id; null where it is stored, if at all. */
  @Nullable ServedResources served(String type, String id) {
    for (ServedResources one : served) {
      if (one.type().equals(type) && one.owns(id)) {
        return one;
      }
    }
    return null;
  }

  /** Those that take writes of a type; null where it is stored, or made by the platform alone. */
  private ServedResources.@Nullable Writing writing(String type) {
    for (ServedResources one : served) {
      if (one.type().equals(type) && one.writing() != null) {
        return one.writing();
      }
    }
    return null;
  }

  /** Refuses to write what is not stored. */
  void refuseServed(String type, @Nullable String id) {
    if (id != null && served(type, id) != null || writing(type) != null) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.served-read-only", type);
    }
  }

  private Answer read(Exchange exchange, String type, String id) {
    ServedResources made = served(type, id);
    ResourceVersion version =
        made != null ? made.read(exchange.caller(), id) : store.read(exchange.caller(), type, id);
    if (isUnchanged(exchange.conditions(), version)) {
      return new Answer(304, null, null, version.version(), version.updated());
    }
    return of(200, cut(exchange, version), null);
  }

  static boolean isUnchanged(Exchange.Conditions conditions, ResourceVersion version) {
    if (conditions.ifNoneMatch() != null) {
      for (String tag : conditions.ifNoneMatch().split(",")) {
        if (tag.strip().equals("*") || versionOf(tag).equals(Integer.toString(version.version()))) {
          return true;
        }
      }
      return false;
    }
    if (conditions.ifModifiedSince() != null) {
      Instant since = httpDate(conditions.ifModifiedSince());
      return since != null && version.updated().getEpochSecond() <= since.getEpochSecond();
    }
    return false;
  }

  private static @Nullable Instant httpDate(String text) {
    try {
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException e2) {
        return null; // RFC 9110, 13.1.3: a date that is none is left out.
      }
    }
  }

  /** {@code 3} of {@code W/"3"}. */
  static String versionOf(String tag) {
    String stripped = tag.strip();
    if (stripped.startsWith("W/")) {
      stripped = stripped.substring(2);
    }
    if (stripped.length() >= 2 && stripped.startsWith("\"") && stripped.endsWith("\"")) {
      stripped = stripped.substring(1, stripped.length() - 1);
    }
    return stripped;
  }

  private Answer vread(Exchange exchange, String type, String id, String version) {
    int number = versionNumber(type, id, version);
    ServedResources made = served(type, id);
    if (made != null) {
      ResourceVersion current = made.read(exchange.caller(), id);
      if (number != current.version()) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "store.version-not-found", type, id, version);
      }
      return of(200, cut(exchange, current), null);
    }
    return of(200, cut(exchange, store.readVersion(exchange.caller(), type, id, number)), null);
  }

  static int versionNumber(String type, String id, String version) {
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException e) {
      throw new Refusal(
          Refusal.Kind.NOT_FOUND, "store.version-not-found", type, id, printable(version));
    }
  }

  /** {@code _summary} and {@code _elements} on reads. */
  private ResourceVersion cut(Exchange exchange, ResourceVersion version) {
    String summary = exchange.query().first("_summary");
    String elements = exchange.query().first("_elements");
    if (summary == null && elements == null) {
      return binaries.restored(version);
    }
    return store.cut(version, summary, elements);
  }

  private static Answer of(int status, ResourceVersion version, @Nullable String location) {
    return new Answer(status, version.content(), location, version.version(), version.updated());
  }

  private Answer history(Exchange exchange, @Nullable String type, @Nullable String id) {
    Instant since = null;
    Instant atFrom = null;
    Instant atTo = null;
    int count = DEFAULT_COUNT;
    String cursor = null;
    for (SearchRequest.Parameter parameter : exchange.query().parameters()) {
      String value = parameter.value();
      switch (parameter.name()) {
        case "_since" -> since = period(value)[0];
        case "_at" -> {
          Instant[] period = period(value);
          atFrom = period[0];
          atTo = period[1];
        }
        case "_count" -> count = count(value);
        case Bundles.CURSOR -> cursor = value;
        case "_format", "_pretty" -> {
          // Answered by the format.
        }
        default -> {
          if (!exchange.prefer().lenient()) {
            throw new Refusal(
                Refusal.Kind.NOT_SUPPORTED, "rest.history-parameter", printable(parameter.name()));
          }
        }
      }
    }
    HistoryRequest.Page page =
        store.history(
            exchange.caller(),
            new HistoryRequest(type, id, since, atFrom, atTo, Math.max(1, count), cursor));
    String path =
        type == null ? "_history" : id == null ? type + "/_history" : type + "/" + id + "/_history";
    return Answer.ok(
        Bundles.history(
            exchange.base(),
            path,
            exchange.query().without(FhirApi::isGeneral).parameters(),
            page));
  }

  private static int count(String value) {
    try {
      int count = Integer.parseInt(value);
      if (count >= 0) {
        return Math.min(count, MAX_COUNT);
      }
    } catch (NumberFormatException e) {
      // Answered below.
    }
    throw new Refusal(Refusal.Kind.VALUE, "rest.broken-count");
  }

  /** Start (inclusive) and end (exclusive) of a date or instant. */
  private static Instant[] period(String value) {
    try {
      if (value.length() > 10) {
        // A plus sign that was not escaped arrives as a blank.
        Instant instant = OffsetDateTime.parse(value.replace(' ', '+')).toInstant();
        return new Instant[] {instant, instant.plusMillis(1)};
      }
      LocalDate from =
          switch (value.length()) {
            case 4 -> LocalDate.of(Integer.parseInt(value), 1, 1);
            case 7 -> LocalDate.parse(value + "-01");
            default -> LocalDate.parse(value);
          };
      LocalDate to =
          switch (value.length()) {
            case 4 -> from.plusYears(1);
            case 7 -> from.plusMonths(1);
            default -> from.plusDays(1);
          };
      return new Instant[] {
        from.atStartOfDay(ZoneOffset.ofHours(8)).toInstant(),
        to.atStartOfDay(ZoneOffset.ofHours(8)).toInstant()
      };
    } catch (DateTimeException | NumberFormatException e) {
      throw new Refusal(Refusal.Kind.VALUE, "rest.broken-date");
    }
  }

  // ------------------------------------------------------------------ searching

  private Answer compartment(Exchange exchange, String owner, String id, String type, Query query) {
    if (R4.get().compartment(owner).isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "rest.no-compartment", owner);
    }
    return search(exchange, type.equals("*") ? null : type(type), owner, id, query);
  }

  private Answer search(
      Exchange exchange,
      @Nullable String type,
      @Nullable String owner,
      @Nullable String ownerId,
      Query query) {
    Audits.noteAsked(store, exchange.path(), query);
    var request =
        new SearchRequest(
            type,
            owner,
            ownerId,
            query.without(FhirApi::isGeneral).parameters(),
            exchange.prefer().lenient());
    SearchResult result = null;
    for (ServedResources one : served) {
      if (one.type().equals(type)) {
        result = one.search(exchange.caller(), store, request);
      }
    }
    if (result == null) {
      result = store.search(exchange.caller(), request);
    }
    String path = type == null ? "" : type;
    if (owner != null) {
      path = owner + "/" + ownerId + "/" + (type == null ? "*" : type);
    }
    return Answer.ok(Bundles.searchset(exchange.base(), path, result, exchange.language()));
  }

  // ------------------------------------------------------------------ writing

  private Answer create(Exchange exchange, String type) {
    ServedResources.Writing own = writing(type);
    if (own != null) {
      if (exchange.conditions().ifNoneExist() != null) {
        throw new Refusal(Refusal.Kind.METHOD, "rest.served-read-only", type);
      }
      return of(exchange, 201, own.create(exchange.caller(), Bodies.object(exchange.body())));
    }
    Outcome outcome =
        store.write(
            exchange.caller(),
            new Interaction.Create(
                type,
                binaries.moved(type, body(exchange.body(), Bodies.object(exchange.body()))),
                exchange.conditions().ifNoneExist(),
                null,
                null));
    return of(exchange, outcome);
  }

  private Answer update(Exchange exchange, String type, @Nullable String id) {
    ServedResources.Writing own = writing(type);
    if (own == null || id == null) {
      refuseServed(type, id);
    }
    String criteria = id == null ? criteria(exchange) : null;
    ObjectNode parsed = Bodies.object(exchange.body());
    if (id != null) {
      String bodyId = parsed.path("id").asString("");
      if (!id.equals(bodyId)) {
        throw new Refusal(
            Refusal.Kind.INVALID,
            type + ".id",
            bodyId.isEmpty() ? "rest.id-missing" : "rest.id-differs",
            new Object[] {});
      }
      if (own != null) {
        Integer ifMatch = ifMatch(exchange.conditions().ifMatch());
        return of(exchange, 200, own.update(exchange.caller(), id, parsed, ifMatch));
      }
    }
    Outcome outcome =
        store.write(
            exchange.caller(),
            new Interaction.Update(
                type,
                id,
                criteria,
                binaries.moved(type, body(exchange.body(), parsed)),
                ifMatch(exchange.conditions().ifMatch()),
                "*".equals(exchange.conditions().ifNoneMatch()),
                null,
                null));
    return of(exchange, outcome);
  }

  private Answer patch(Exchange exchange, String type, @Nullable String id) {
    refuseServed(type, id);
    Outcome outcome =
        store.write(
            exchange.caller(),
            new Interaction.Patch(
                type,
                id,
                id == null ? criteria(exchange) : null,
                binaries.moved(type, patchOf(exchange.contentType(), exchange.body())),
                ifMatch(exchange.conditions().ifMatch())));
    return of(exchange, outcome);
  }

  /** The patch that a body describes, by its content type. */
  static UnaryOperator<ObjectNode> patchOf(@Nullable String contentType, byte[] body) {
    String media = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
    if (media.startsWith("application/json-patch+json")) {
      return Patches.json(body);
    }
    if (media.startsWith("application/fhir+json") || media.startsWith("application/json")) {
      return Patches.fhirPath(Bodies.object(body));
    }
    throw new Refusal(Refusal.Kind.MEDIA_TYPE, "rest.patch-format");
  }

  private Answer delete(Exchange exchange, String type, @Nullable String id) {
    ServedResources.Writing own = writing(type);
    if (own != null && id != null) {
      own.delete(exchange.caller(), id);
      return new Answer(204, null, null, 0, null);
    }
    refuseServed(type, id);
    Outcome outcome =
        store.write(
            exchange.caller(),
            new Interaction.Delete(
                type,
                id,
                id == null ? criteria(exchange) : null,
                ifMatch(exchange.conditions().ifMatch()),
                false));
    if (outcome.version() == 0) {
      // Deleting what is not there has the effect of deleting it (FHIR R4, http.html#delete).
      return new Answer(204, null, null, 0, null);
    }
    return new Answer(204, null, null, outcome.version(), outcome.updated());
  }

  private static String criteria(Exchange exchange) {
    if (exchange.rawQuery().isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.criteria-missing");
    }
    return exchange.rawQuery();
  }

  static @Nullable Integer ifMatch(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return null;
    }
    try {
      return Integer.valueOf(versionOf(header));
    } catch (NumberFormatException e) {
      throw new Refusal(Refusal.Kind.PRECONDITION, "store.version-differs");
    }
  }

  /** What is parsed already; parsed again only when the store has to start over. */
  private static Interaction.Body body(byte[] bytes, ObjectNode parsed) {
    var first = new ArrayList<ObjectNode>(List.of(parsed));
    return () -> first.isEmpty() ? Bodies.object(bytes) : first.removeLast();
  }

  private static Answer of(Exchange exchange, int status, ResourceVersion written) {
    String location = written.type() + "/" + written.id() + "/_history/" + written.version();
    return exchange.prefer().returns() == Exchange.Prefer.Return.MINIMAL
        ? new Answer(status, null, location, written.version(), written.updated())
        : of(status, written, location);
  }

  private static Answer of(Exchange exchange, Outcome outcome) {
    byte[] body =
        switch (exchange.prefer().returns()) {
          case REPRESENTATION -> outcome.content();
          case MINIMAL -> null;
          case OUTCOME ->
              Outcomes.bytes(
                  Outcomes.ok(
                      exchange.language(),
                      outcome.status() == 201 ? "rest.created" : "rest.updated",
                      outcome.type(),
                      outcome.id(),
                      outcome.version()));
        };
    return new Answer(
        outcome.status(),
        body,
        outcome.type() + "/" + outcome.id() + "/_history/" + outcome.version(),
        outcome.version(),
        outcome.updated());
  }

  // ------------------------------------------------------------------ operations

  /** The operation of a path, where it is one that reads requests itself; null for any other. */
  @Nullable HttpOperation httpOperation(String[] path) {
    return called(path) instanceof HttpOperation own ? own : null;
  }

  /**
   * A body that the operation of a path takes as one of its parameters, as {@code Parameters}; null
   * for any other.
   */
  byte @Nullable [] wrapped(String[] path, @Nullable String contentType, byte[] body) {
    MediaType type = contentType == null ? null : MediaType.parse(contentType);
    FhirOperation operation = called(path);
    if (type == null || operation == null) {
      return null;
    }
    String parameter = operation.takesAs(type.name());
    if (parameter == null) {
      return null;
    }
    if (!type.parameters().getOrDefault("charset", "utf-8").equalsIgnoreCase("utf-8")) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "rest.not-utf-8");
    }
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    parameters
        .withArray("parameter")
        .addObject()
        .put("name", parameter)
        .put("valueBase64Binary", body);
    return Json.MAPPER.writeValueAsBytes(parameters);
  }

  private @Nullable FhirOperation called(String[] path) {
    if (path.length == 0 || path.length > 3 || !path[path.length - 1].startsWith("$")) {
      return null;
    }
    String type = path.length > 1 ? type(path[0]) : null;
    String id = path.length > 2 ? id(path[1]) : null;
    return operations.find(path[path.length - 1].substring(1), type, id);
  }

  private Answer operation(Exchange exchange) {
    String[] path = exchange.path();
    String name = path[path.length - 1].substring(1);
    String type = path.length > 1 ? type(path[0]) : null;
    String id = path.length > 2 ? id(path[1]) : null;
    if (path.length > 3) {
      throw unknownPath();
    }
    FhirOperation operation = operations.find(name, type, id);
    if (operation == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "rest.unknown-operation", printable(name));
    }
    boolean post = exchange.method().equals("POST");
    if (!post && (operation.spec().affectsState() || !exchange.method().equals("GET"))) {
      throw method(exchange);
    }
    ObjectNode body = null;
    Query query = exchange.query();
    if (post && exchange.body().length > 0) {
      String contentType = exchange.contentType();
      if (contentType != null
          && contentType.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
        query = form(exchange);
      } else {
        body = Bodies.object(exchange.body());
      }
    }
    return operation.execute(
        new FhirOperation.Call(
            exchange.caller(),
            store,
            exchange.method(),
            type,
            id,
            query.without(FhirApi::isGeneral),
            body,
            exchange.base(),
            exchange.language(),
            exchange.accept(),
            operation.spec().affectsState() ? ifMatch(exchange.conditions().ifMatch()) : null));
  }
}
