package health.helan.foundation.rest;

import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Batches and transactions (FHIR R4, http.html#transaction). */
final class BundleProcessor {
  /** So many writes of a batch share a database transaction, as long as none is refused. */
  private static final int BATCH_CHUNK = 200;

  /** Entries in a row that the database could not do, after which those behind are not tried. */
  private static final int GIVE_UP_AFTER = 2;

  private static final byte[] NO_BODY = new byte[0];

  private final RecordStore store;
  private final FhirApi api;
  private final Binaries binaries;
  private final List<TransactionRules> rules;

  BundleProcessor(RecordStore store, FhirApi api, Binaries binaries, List<TransactionRules> rules) {
    this.rules = List.copyOf(rules);
    this.store = store;
    this.api = api;
    this.binaries = binaries;
  }

  Answer process(Exchange exchange) {
    Bodies.refuseOtherEncodings(exchange.body());
    BundleReader bundle = BundleReader.read(exchange.body());
    String type = bundle.type();
    boolean withContent =
        exchange.prefer().returns() == Exchange.Prefer.Return.REPRESENTATION
            && exchange.preferSaid();
    AccessTrail.noteInteraction("batch".equals(type) ? "batch" : "transaction");
    List<TransactionRules> claimed =
        rules.stream()
            .filter(one -> bundle.profiles().stream().anyMatch(one.profiles()::contains))
            .toList();
    if (!claimed.isEmpty() && !"transaction".equals(type)) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Bundle.type", "rest.profile-of-transactions", new Object[] {});
    }
    return switch (type == null ? "" : type) {
      case "transaction" ->
          Answer.ok(
              Bundles.responses(
                  "transaction-response", transaction(exchange, bundle, claimed, withContent)));
      case "batch" ->
          Answer.ok(Bundles.responses("batch-response", batch(exchange, bundle, withContent)));
      default ->
          throw new Refusal(
              Refusal.Kind.INVALID, "Bundle.type", "rest.bundle-type", new Object[] {});
    };
  }

  // ------------------------------------------------------------------ transaction

  private List<Bundles.Response> transaction(
      Exchange exchange, BundleReader bundle, List<TransactionRules> claimed, boolean withContent) {
    List<BundleReader.Entry> entries = bundle.entries();
    var responses = new Bundles.Response[entries.size()];
    var writes = new ArrayList<Interaction>(entries.size());
    var places = new ArrayList<Integer>(entries.size());
    TransactionDraft draft = null;
    if (!claimed.isEmpty()) {
      draft = new TransactionDraft(exchange, store, bundle);
      for (TransactionRules one : claimed) {
        one.judge(draft);
      }
    }
    for (int i = 0; i < entries.size(); i++) {
      BundleReader.Entry entry = entries.get(i);
      if (!isRead(entry, i)) {
        TransactionDraft.One judged = draft == null ? null : draft.entries().get(i);
        Interaction instead = judged == null ? null : judged.instead();
        writes.add(
            instead != null ? instead : write(bundle, entry, i, exchange.base(), true, judged));
        places.add(i);
      }
    }
    if (draft != null) {
      writes.addAll(draft.added());
    }
    List<Outcome> outcomes =
        store.transact(
            exchange.caller(), writes, bundle.conditionalReferences(), exchange.requestKey());
    for (int i = 0; i < places.size(); i++) {
      responses[places.get(i)] = Bundles.Response.of(outcomes.get(i), withContent);
    }
    // Reads come last (FHIR R4, 3.1.0.11.2) and see what the transaction wrote.
    for (int i = 0; i < responses.length; i++) {
      if (responses[i] == null) {
        responses[i] = one(exchange, bundle, entries.get(i), true);
      }
    }
    return Arrays.asList(responses);
  }

  private static boolean isRead(BundleReader.Entry entry, int number) {
    String method = entry.method;
    if (method == null) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "Bundle.entry[" + number + "].request.method",
          "rest.entry-without-method",
          new Object[] {number});
    }
    return method.equals("GET") || method.equals("HEAD");
  }

  private Interaction write(
      BundleReader bundle,
      BundleReader.Entry entry,
      int number,
      String base,
      boolean withReferences,
      TransactionDraft.@Nullable One judged) {
    String place = "Bundle.entry[" + number + "]";
    String url = entry.url;
    if (url == null || url.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          place + ".request.url",
          "rest.entry-without-url",
          new Object[] {number});
    }
    Links link = Links.parse(url, base);
    String[] path = link.segments();
    if (path.length == 0 || path.length > 2 || path[path.length - 1].startsWith("$")) {
      throw new Refusal(
          Refusal.Kind.NOT_SUPPORTED,
          place + ".request.url",
          "rest.entry-url",
          new Object[] {number});
    }
    String type = FhirApi.type(path[0]);
    String id = path.length == 2 ? FhirApi.id(path[1]) : null;
    api.refuseServed(type, id);
    String criteria = id == null && !link.rawQuery().isEmpty() ? link.rawQuery() : null;
    Integer ifMatch = FhirApi.ifMatch(entry.ifMatch);
    String fullUrl = withReferences ? entry.fullUrl : null;
    String method = entry.method == null ? "" : entry.method;
    switch (method) {
      case "POST" -> {
        if (id != null) {
          throw new Refusal(
              Refusal.Kind.INVALID,
              place + ".request.url",
              "rest.entry-url",
              new Object[] {number});
        }
        if (entry.from < 0) {
          throw noResource(place);
        }
        String onlyNew = judged == null ? null : judged.criteriaOfNew();
        return new Interaction.Create(
            type,
            binaries.moved(type, body(bundle, entry, judged)),
            onlyNew != null
                ? onlyNew
                : entry.ifNoneExist == null || entry.ifNoneExist.isEmpty()
                    ? null
                    : withoutQuestionMark(entry.ifNoneExist),
            fullUrl,
            judged != null && judged.patient() != null ? judged.patient() : entry.patient,
            onlyNew != null);
      }
      case "PUT" -> {
        if (entry.from < 0) {
          throw noResource(place);
        }
        if (id == null && criteria == null) {
          throw new Refusal(
              Refusal.Kind.INVALID,
              place + ".request.url",
              "rest.criteria-missing",
              new Object[] {});
        }
        return new Interaction.Update(
            type,
            id,
            criteria,
            binaries.moved(type, () -> withId(body(bundle, entry, judged).read(), id, place)),
            ifMatch,
            "*".equals(entry.ifNoneMatch),
            fullUrl,
            entry.patient);
      }
      case "PATCH" -> {
        if (entry.from < 0) {
          throw noResource(place);
        }
        return new Interaction.Patch(
            type, id, criteria, binaries.moved(type, patch(bundle.resource(entry))), ifMatch);
      }
      case "DELETE" -> {
        if (id == null && criteria == null) {
          throw new Refusal(
              Refusal.Kind.INVALID,
              place + ".request.url",
              "rest.criteria-missing",
              new Object[] {});
        }
        return new Interaction.Delete(type, id, criteria, ifMatch, false);
      }
      default ->
          throw new Refusal(
              Refusal.Kind.INVALID,
              place + ".request.method",
              "rest.entry-method",
              new Object[] {number});
    }
  }

  private static Interaction.Body body(
      BundleReader bundle, BundleReader.Entry entry, TransactionDraft.@Nullable One judged) {
    return () -> judged == null ? bundle.resource(entry) : judged.amended(bundle.resource(entry));
  }

  private static Refusal noResource(String place) {
    return new Refusal(
        Refusal.Kind.INVALID, place + ".resource", "rest.entry-without-resource", new Object[] {});
  }

  private static String withoutQuestionMark(String criteria) {
    int question = criteria.indexOf('?');
    return question < 0 ? criteria : criteria.substring(question + 1);
  }

  private static ObjectNode withId(ObjectNode resource, @Nullable String id, String place) {
    if (id != null && !id.equals(resource.path("id").asString(id))) {
      throw new Refusal(
          Refusal.Kind.INVALID, place + ".resource.id", "rest.id-differs", new Object[] {});
    }
    return resource;
  }

  /** A patch in a bundle is Parameters (FHIRPath Patch) or a Binary with a JSON Patch. */
  private static UnaryOperator<ObjectNode> patch(ObjectNode resource) {
    if ("Binary".equals(resource.path("resourceType").asString(""))) {
      try {
        return FhirApi.patchOf(
            resource.path("contentType").asString(""),
            Base64.getMimeDecoder().decode(resource.path("data").asString("")));
      } catch (IllegalArgumentException e) {
        throw new Refusal(Refusal.Kind.INVALID, "rest.base64-broken");
      }
    }
    return Patches.fhirPath(resource);
  }

  // ------------------------------------------------------------------ batch

  private List<Bundles.Response> batch(
      Exchange exchange, BundleReader bundle, boolean withContent) {
    List<BundleReader.Entry> entries = bundle.entries();
    var responses = new Bundles.Response[entries.size()];
    int inVain = 0;
    int i = 0;
    while (i < entries.size()) {
      if (inVain >= GIVE_UP_AFTER) {
        // Each try may wait for seconds, and a batch has thousands of entries.
        responses[i] = responses[i - 1];
        i++;
        continue;
      }
      int to = i;
      while (to < entries.size() && to - i < BATCH_CHUNK && isPlainWrite(entries.get(to))) {
        to++;
      }
      if (to - i > 1 && together(exchange, bundle, i, to, responses, withContent)) {
        i = to;
        continue;
      }
      int last = Math.max(to, i + 1);
      for (; i < last && inVain < GIVE_UP_AFTER; i++) {
        responses[i] = one(exchange, bundle, entries.get(i), withContent);
        inVain = isForLater(responses[i]) ? inVain + 1 : 0;
      }
    }
    return Arrays.asList(responses);
  }

  /** The database does not answer, or has no room. */
  private static boolean isForLater(Bundles.Response response) {
    return response.status() == Refusal.Kind.TRANSIENT.status()
        || response.status() == Refusal.Kind.NO_STORE.status();
  }

  private static boolean isPlainWrite(BundleReader.Entry entry) {
    return "POST".equals(entry.method)
        && entry.url != null
        && entry.url.indexOf('$') < 0
        && entry.url.indexOf('_') < 0;
  }

  /**
   * Entries of a batch do not depend on one another, so that they may share a transaction; when one
   * is refused, nothing was written and each goes alone.
   */
  private boolean together(
      Exchange exchange,
      BundleReader bundle,
      int from,
      int to,
      Bundles.@Nullable Response[] responses,
      boolean withContent) {
    try {
      var writes = new ArrayList<Interaction>(to - from);
      for (int i = from; i < to; i++) {
        writes.add(write(bundle, bundle.entries().get(i), i, exchange.base(), false, null));
      }
      List<Outcome> outcomes = store.transact(exchange.caller(), writes, Set.of(), null);
      for (int i = from; i < to; i++) {
        responses[i] = Bundles.Response.of(outcomes.get(i - from), withContent);
      }
      return true;
    } catch (Refusal e) {
      return false;
    }
  }

  /** An entry as an interaction of its own. */
  private Bundles.Response one(
      Exchange exchange, BundleReader bundle, BundleReader.Entry entry, boolean withContent) {
    try {
      String url = entry.url == null ? "" : entry.url;
      Links link = Links.parse(url, exchange.base());
      String method = entry.method == null ? "" : entry.method.toUpperCase(Locale.ROOT);
      if (link.segments().length == 0 && !method.equals("GET")) {
        throw new Refusal(Refusal.Kind.INVALID, "rest.entry-without-url", url);
      }
      byte[] body = NO_BODY;
      String contentType = "application/fhir+json";
      if (entry.from >= 0) {
        ObjectNode resource = bundle.resource(entry);
        if (method.equals("PATCH") && "Binary".equals(resource.path("resourceType").asString(""))) {
          contentType = resource.path("contentType").asString("");
          body =
              Base64.getMimeDecoder()
                  .decode(resource.path("data").asString("").getBytes(StandardCharsets.US_ASCII));
        } else {
          body = Arrays.copyOfRange(exchange.body(), entry.from, entry.to);
        }
      }
      Answer answer =
          api.handle(
              new Exchange(
                  exchange.caller(),
                  method.equals("HEAD") ? "GET" : method,
                  link.segments(),
                  link.query(),
                  link.rawQuery(),
                  new Exchange.Conditions(
                      entry.ifMatch,
                      entry.ifNoneMatch,
                      entry.ifModifiedSince,
                      entry.ifNoneExist == null || entry.ifNoneExist.isEmpty()
                          ? null
                          : withoutQuestionMark(entry.ifNoneExist)),
                  exchange.prefer(),
                  false,
                  null,
                  contentType,
                  null,
                  body,
                  exchange.base(),
                  exchange.language()));
      boolean isRead =
          method.equals("GET") || link.segments()[link.segments().length - 1].startsWith("$");
      return new Bundles.Response(
          answer.status(),
          answer.location(),
          answer.version(),
          answer.lastModified(),
          isRead || withContent ? answer.body() : null,
          null);
    } catch (Refusal e) {
      AccessTrail.noteRefusal();
      return new Bundles.Response(
          e.kind().status(),
          null,
          0,
          null,
          null,
          Outcomes.bytes(Outcomes.of(e, exchange.language())));
    } catch (IllegalArgumentException e) {
      AccessTrail.noteRefusal();
      Refusal refusal = new Refusal(Refusal.Kind.INVALID, "rest.base64-broken");
      return new Bundles.Response(
          400, null, 0, null, null, Outcomes.bytes(Outcomes.of(refusal, exchange.language())));
    }
  }
}
