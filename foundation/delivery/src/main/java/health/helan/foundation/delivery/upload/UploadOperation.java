package health.helan.foundation.delivery.upload;

import health.helan.foundation.delivery.agreement.Agreement;
import health.helan.foundation.delivery.upload.UploadTable.Backlog;
import health.helan.foundation.delivery.upload.UploadTable.Batch;
import health.helan.foundation.delivery.upload.UploadTable.Destination;
import health.helan.foundation.delivery.upload.UploadTable.Item;
import health.helan.foundation.delivery.wire.GuardedHttp;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.net.URI;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST $upload-destination} makes or changes a destination, {@code GET $upload-destinations}
 * says how each fares, {@code GET $upload-receipts} shows proofs, {@code GET $upload-refused} what
 * a destination refused, {@code POST $upload-replay} sends again. For the system that it belongs
 * to, and the root; operators see how destinations fare. Answers are Parameters
 * (docs/guide/delivery.md).
 */
final class UploadOperation implements FhirOperation {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MOST_AGREEMENTS = 20;
  private static final int PAGE = 100;

  /** Which of them. */
  enum Of {
    DESTINATION("upload-destination", true),
    DESTINATIONS("upload-destinations", false),
    RECEIPTS("upload-receipts", false),
    REFUSED("upload-refused", false),
    REPLAY("upload-replay", true);

    private final String name;
    private final boolean changes;

    Of(String name, boolean changes) {
      this.name = name;
      this.changes = changes;
    }
  }

  private final Of of;
  private final Uploads uploads;
  private final UploadTable table;

  UploadOperation(Of of, Uploads uploads, UploadTable table) {
    this.of = of;
    this.uploads = uploads;
    this.table = table;
  }

  @Override
  public Spec spec() {
    return new Spec(
        of.name,
        Set.of(Level.SYSTEM),
        Set.of(),
        of.changes,
        "https://helan.health/fhir/OperationDefinition/" + of.name);
  }

  @Override
  public Answer execute(Call call) {
    Caller caller = call.caller();
    call.store().checkMayOperate(caller, of.name);
    if (!caller.isRoot() && caller.role() == Caller.Role.SYSTEM && caller.institution().isEmpty()) {
      // The root's would be its own.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", of.name);
    }
    return switch (of) {
      case DESTINATION -> destination(call);
      case DESTINATIONS -> destinations(caller);
      case RECEIPTS -> receipts(call);
      case REFUSED -> refused(call);
      case REPLAY -> replay(call);
    };
  }

  private static boolean isOwn(Caller caller, Destination one) {
    return caller.isRoot() || one.owner().equals(caller.institution());
  }

  /**
   * @throws Refusal NOT_FOUND also for what is another institution's
   */
  private Destination own(Call call, String parameter) {
    String id = call.text(parameter);
    Destination found = id == null ? null : table.find(id);
    if (found == null || !isOwn(call.caller(), found)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "upload.not-found");
    }
    return found;
  }

  private static Refusal wrong(String key) {
    return new Refusal(Refusal.Kind.VALUE, key);
  }

  private static String text(Call call, String name, @Nullable String otherwise) {
    String given = call.text(name);
    return given != null ? given.strip() : otherwise == null ? "" : otherwise;
  }

  // ------------------------------------------------------------------ destinations

  private Answer destination(Call call) {
    Caller caller = call.caller();
    Destination before = call.text("id") == null ? null : own(call, "id");
    String name = text(call, "name", before == null ? null : before.name());
    String base = text(call, "base", before == null ? null : before.base()).replaceAll("/+$", "");
    String tokenUrl = text(call, "token", before == null ? null : before.tokenUrl());
    String client = text(call, "client", before == null ? null : before.client());
    String scopes = text(call, "scope", before == null ? null : before.scopes());
    boolean isPaused = before != null && before.state().equals("paused");
    String state = text(call, "state", isPaused ? "paused" : "active");
    List<String> under = agreements(call);
    if (under.isEmpty() && before != null) {
      under = before.agreements();
    }
    if (name.isEmpty() || name.length() > 200) {
      throw wrong("upload.name");
    }
    check(base, "upload.base");
    if (URI.create(base).getRawQuery() != null) {
      throw wrong("upload.base");
    }
    if (tokenUrl.isEmpty() != client.isEmpty()
        || client.length() > 200
        || !scopes.matches("[\\x20-\\x7e]{0,2000}")) {
      throw wrong("upload.client");
    }
    if (!tokenUrl.isEmpty()) {
      check(tokenUrl, "upload.token");
    }
    if (!Set.of("active", "paused").contains(state)) {
      throw wrong("upload.state");
    }
    check(caller, under);
    String id;
    if (before == null) {
      long own = table.all().stream().filter(one -> isOwn(caller, one)).count();
      int most = uploads.settings().perInstitution();
      if (!caller.isRoot() && own >= most) {
        throw new Refusal(Refusal.Kind.THROTTLED, "upload.too-many", most);
      }
      byte[] bits = new byte[12];
      RANDOM.nextBytes(bits);
      id = HexFormat.of().formatHex(bits);
      KeyPair pair = Target.newKey();
      table.add(
          id,
          caller,
          name,
          base,
          tokenUrl,
          client,
          scopes,
          under,
          pair.getPrivate().getEncoded(),
          Target.jwk(id, pair).toString(),
          state,
          Uploads.now());
    } else {
      id = before.id();
      // The root changes how it goes, never with whose eyes.
      Caller eyes = caller.isRoot() && !before.owner().isEmpty() ? before.caller() : caller;
      if (!table.change(
          before, eyes, name, base, tokenUrl, client, scopes, under, state, Uploads.now())) {
        // A sender took it at this moment.
        throw new Refusal(Refusal.Kind.TRANSIENT, "upload.busy");
      }
    }
    uploads.hint();
    var shown = new Shown();
    show(shown, Objects.requireNonNull(table.find(id)));
    return shown.answer();
  }

  private void check(String address, String key) {
    GuardedHttp.Flaw flaw = uploads.flaw(address);
    if (flaw == GuardedHttp.Flaw.FORM) {
      throw wrong(key);
    }
    if (flaw != null) {
      throw new Refusal(
          Refusal.Kind.UNPROCESSABLE,
          flaw == GuardedHttp.Flaw.HTTPS
              ? "subscription.endpoint-https"
              : "subscription.endpoint-network");
    }
  }

  private void check(Caller caller, List<String> under) {
    if (under.isEmpty() || under.size() > MOST_AGREEMENTS) {
      throw wrong("upload.agreement");
    }
    Set<String> receivers = new LinkedHashSet<>();
    for (String id : under) {
      Agreement agreement = uploads.agreements().visible(caller, id);
      if (!uploads.agreements().isGiver(caller, agreement)) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "upload.not-giver");
      }
      receivers.add(agreement.receiver() + "|" + agreement.receiverName());
    }
    if (receivers.size() > 1) {
      throw wrong("upload.receivers");
    }
  }

  private static List<String> agreements(Call call) {
    Set<String> ids = new LinkedHashSet<>();
    for (var parameter : call.query().parameters()) {
      if (parameter.name().equals("agreement")) {
        ids.add(parameter.value());
      }
    }
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (parameter.path("name").asString("").equals("agreement")) {
          for (var property : parameter.properties()) {
            if (property.getKey().startsWith("value")) {
              ids.add(property.getValue().asString(""));
            }
          }
        }
      }
    }
    return new ArrayList<>(ids);
  }

  private Answer destinations(Caller caller) {
    boolean seesAll = caller.isRoot() || caller.role() == Caller.Role.OPERATOR;
    var shown = new Shown();
    for (Destination one : table.all()) {
      if (seesAll || isOwn(caller, one)) {
        show(shown, one);
      }
    }
    return shown.answer();
  }

  private void show(Shown shown, Destination one) {
    ArrayNode parts = shown.part("destination");
    Backlog backlog = table.backlog(one.id());
    Shown.text(parts, "id", "valueId", one.id());
    Shown.text(parts, "institution", "valueId", one.owner());
    Shown.text(parts, "name", "valueString", one.name());
    Shown.text(parts, "state", "valueCode", one.state());
    Shown.text(parts, "fault", "valueString", one.fault());
    Shown.text(parts, "base", "valueUrl", one.base());
    Shown.text(parts, "client", "valueString", one.client());
    one.agreements().forEach(id -> Shown.text(parts, "agreement", "valueId", id));
    Shown.text(parts, "jwks", "valueString", "{\"keys\":[" + one.publicKey() + "]}");
    Shown.number(parts, "failures", one.failures());
    Shown.number(parts, "pending", backlog.pending());
    Shown.number(parts, "refused", backlog.refused());
    Shown.time(parts, "oldest", backlog.oldest());
    Shown.time(parts, "sent", one.sent());
    Shown.time(parts, "next", one.due());
    if (!one.scan().isEmpty()) {
      parts.addObject().put("name", "reading").put("valueBoolean", true);
    }
  }

  // ------------------------------------------------------------------ proofs

  private Answer receipts(Call call) {
    Destination of = own(call, "destination");
    String resource = call.text("resource");
    List<Batch> batches = new ArrayList<>();
    if (resource == null) {
      String after = text(call, "after", "0");
      if (!after.matches("\\d{1,18}")) {
        throw wrong("upload.after");
      }
      batches.addAll(table.batches(of.id(), Long.parseLong(after), PAGE));
    } else {
      String[] parts = resource.split("/");
      Item item = parts.length == 2 ? table.item(of.id(), parts[0], parts[1]) : null;
      Batch batch = item == null ? null : table.batch(of.id(), item.batch());
      if (batch == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "upload.no-receipt");
      }
      batches.add(batch);
    }
    var shown = new Shown();
    for (Batch one : batches) {
      ArrayNode parts = shown.part("receipt");
      Shown.number(parts, "number", one.number());
      Shown.text(
          parts,
          "state",
          "valueCode",
          one.state() == 0 ? "unknown" : one.state() == 1 ? "taken" : "not-taken");
      Shown.text(parts, "request", "valueString", one.request());
      Shown.number(parts, "resources", one.items());
      Shown.time(parts, "sent", one.made());
      Shown.text(parts, "sha256", "valueString", one.digest());
      Shown.time(parts, "answered", one.answered());
      Shown.number(parts, "status", one.status());
      Shown.text(parts, "answer-sha256", "valueString", one.answerDigest());
      if (!one.receipt().isEmpty()) {
        for (JsonNode said : Json.MAPPER.readTree(one.receipt())) {
          if (resource == null || said.path("resource").asString().equals(resource)) {
            ArrayNode told = parts.addObject().put("name", "resource").putArray("part");
            Shown.text(told, "reference", "valueString", said.path("resource").asString());
            Shown.number(told, "version", said.path("version").asLong());
            Shown.number(told, "status", said.path("status").asLong());
            Shown.text(told, "etag", "valueString", said.path("etag").asString());
            Shown.text(told, "location", "valueString", said.path("location").asString());
          }
        }
      }
    }
    return shown.answer();
  }

  private Answer refused(Call call) {
    var shown = new Shown();
    for (Item one : table.refused(own(call, "destination").id(), PAGE)) {
      ArrayNode parts = shown.part("refused");
      Shown.text(parts, "reference", "valueString", one.reference());
      Shown.number(parts, "version", one.version());
      Shown.number(parts, "status", one.status());
      Shown.text(parts, "reason", "valueString", one.fault());
      Shown.time(parts, "at", one.done());
    }
    return shown.answer();
  }

  private Answer replay(Call call) {
    Destination of = own(call, "destination");
    String since = call.text("since");
    String resource = call.text("resource");
    boolean refused = "true".equals(call.text("refused"));
    boolean adopt = "true".equals(call.text("adopt"));
    if ((since != null ? 1 : 0) + (resource != null ? 1 : 0) + (refused ? 1 : 0) != 1) {
      throw wrong("upload.replay");
    }
    var shown = new Shown();
    if (since != null) {
      Instant from;
      try {
        from = OffsetDateTime.parse(since.replace(' ', '+')).toInstant();
      } catch (DateTimeException e) {
        throw wrong("upload.since");
      }
      uploads.readAnew(of, from);
    } else if (resource != null) {
      String[] parts = resource.split("/");
      int again = parts.length == 2 ? table.replay(of.id(), parts[0], parts[1], adopt) : 0;
      if (again == 0) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "upload.no-receipt");
      }
      shown.number("resources", again);
    } else {
      shown.number("resources", table.replayRefused(of.id(), adopt));
    }
    uploads.hint();
    return shown.answer();
  }

  /** Parameters that are being made. */
  private static final class Shown {
    private final ObjectNode answer = Json.MAPPER.createObjectNode();

    Shown() {
      answer.put("resourceType", "Parameters");
    }

    private ArrayNode list() {
      return answer.get("parameter") instanceof ArrayNode list
          ? list
          : answer.putArray("parameter");
    }

    ArrayNode part(String name) {
      return list().addObject().put("name", name).putArray("part");
    }

    void number(String name, long value) {
      number(list(), name, value);
    }

    static void text(ArrayNode parts, String name, String type, String value) {
      if (!value.isEmpty()) {
        parts.addObject().put("name", name).put(type, value);
      }
    }

    static void number(ArrayNode parts, String name, long value) {
      parts.addObject().put("name", name).put("valueDecimal", value);
    }

    static void time(ArrayNode parts, String name, @Nullable Instant value) {
      if (value != null) {
        parts.addObject().put("name", name).put("valueInstant", value.toString());
      }
    }

    Answer answer() {
      return Answer.ok(Json.MAPPER.writeValueAsBytes(answer));
    }
  }
}
