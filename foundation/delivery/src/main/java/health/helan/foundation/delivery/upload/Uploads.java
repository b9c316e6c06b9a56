package health.helan.foundation.delivery.upload;

import health.helan.foundation.delivery.agreement.Agreement;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.kept.Standing;
import health.helan.foundation.delivery.upload.Bundles.Ready;
import health.helan.foundation.delivery.upload.UploadTable.Batch;
import health.helan.foundation.delivery.upload.UploadTable.Destination;
import health.helan.foundation.delivery.upload.UploadTable.Item;
import health.helan.foundation.delivery.upload.UploadTable.Said;
import health.helan.foundation.delivery.wire.GuardedHttp;
import health.helan.foundation.delivery.wire.GuardedHttp.Reply;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import java.net.InetAddress;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The consumer that notes what is to go to other platforms, and the senders of this application
 * instance. Instances share the destinations by leases.
 */
public final class Uploads implements AutoCloseable, ChangeConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  /** Bytes of a transaction, unless one resource alone has more. */
  private static final int MOST_BYTES = 4 << 20;

  private static final int IDS_AT_ONCE = 50;
  private static final int ROUNDS = 20;
  private static final int SCAN_PAGE = 200;

  /** So many refused one after the other are a fault of the destination, not of each. */
  private static final int REFUSALS = 20;

  /**
   * Times and limits.
   *
   * @param senders destinations that this instance sends to at once
   * @param perInstitution destinations that an institution may have
   * @param patience for a connection and for an answer
   * @param firstRetry pause after a failure; doubles with each further one
   * @param lastRetry longest such pause; it is tried for as long as it takes
   * @param lease how long a destination stays with an instance that is not heard of; longer than
   *     four requests can take: one may sign in first, and again
   * @param keep how long proofs are kept
   * @param poll how often an idle sender looks for work
   * @param batch resources in a transaction
   */
  public record Settings(
      int senders,
      int perInstitution,
      Duration patience,
      Duration firstRetry,
      Duration lastRetry,
      Duration lease,
      Duration keep,
      Duration poll,
      int batch) {
    public static final Settings DEFAULT =
        new Settings(
            2,
            20,
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            Duration.ofSeconds(150),
            Duration.ofDays(730),
            Duration.ofMillis(500),
            50);
  }

  private final UploadTable table;
  private final RecordStore store;
  private final Agreements agreements;
  private final AuditSink audit;
  private final Standing standing;
  private final GuardedHttp http;
  private final Target target;
  private final Settings settings;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Opens, follows the change log and begins to send.
   *
   * @param codec seals private keys
   * @param standing as what who made a destination would be let in today: what is sent is seen with
   *     those eyes; nothing is sent for who would not be let in
   * @param allowed networks that destinations may lie in
   */
  public Uploads(
      DataSource dataSource,
      RecordStore store,
      ContentCodec codec,
      Agreements agreements,
      AuditSink audit,
      Standing standing,
      Predicate<InetAddress> allowed,
      Settings settings)
      throws SQLException {
    this.table = new UploadTable(dataSource, codec);
    this.store = store;
    this.agreements = agreements;
    this.audit = audit;
    this.standing = standing;
    this.http = new GuardedHttp(allowed, settings.patience());
    this.target = new Target(http);
    this.settings = settings;
    store.changes().register(this);
    for (int i = 0; i < settings.senders(); i++) {
      threads.add(Thread.ofPlatform().daemon().name("helan-upload-" + i).start(this::work));
    }
    threads.add(Thread.ofPlatform().daemon().name("helan-upload-upkeep").start(this::keepUp));
  }

  /**
   * {@code $upload-destination}, {@code $upload-destinations}, {@code $upload-receipts}, {@code
   * $upload-refused}, {@code $upload-replay}.
   */
  public List<FhirOperation> operations() {
    List<FhirOperation> all = new ArrayList<>();
    for (UploadOperation.Of of : UploadOperation.Of.values()) {
      all.add(new UploadOperation(of, this, table));
    }
    return all;
  }

  Agreements agreements() {
    return agreements;
  }

  Settings settings() {
    return settings;
  }

  GuardedHttp.@Nullable Flaw flaw(String address) {
    return http.flaw(address);
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ noting

  @Override
  public String name() {
    return "uploads";
  }

  @Override
  public Start start() {
    return Start.NOW;
  }

  @Override
  public void take(Connection transaction, List<Change> changes) throws SQLException {
    Map<String, Map<String, Change>> byType = new LinkedHashMap<>();
    for (Change change : changes) {
      // The last of several changes of one resource: it is sent as it is then.
      Map<String, Change> of = byType.computeIfAbsent(change.type(), _ -> new LinkedHashMap<>());
      of.remove(change.id());
      of.put(change.id(), change);
    }
    for (Destination destination : table.listening(transaction)) {
      List<Agreement> under = named(destination);
      for (var one : byType.entrySet()) {
        note(transaction, destination, under, one.getKey(), one.getValue());
      }
    }
  }

  private void note(
      Connection transaction,
      Destination destination,
      List<Agreement> under,
      String type,
      Map<String, Change> changes)
      throws SQLException {
    if (under.stream().noneMatch(agreement -> agreement.types().contains(type))) {
      return;
    }
    List<String> ids =
        changes.values().stream().filter(one -> !one.isDeletion()).map(Change::id).toList();
    Map<String, ResourceVersion> found = new HashMap<>();
    boolean all = false;
    try {
      found = covered(destination, under, type, ids);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      // What cannot be asked now is judged when it is sent; it must not hold up others.
      all = true;
    }
    for (Change change : changes.values()) {
      if (change.isDeletion()) {
        table.noteDeletion(
            transaction,
            destination.id(),
            type,
            change.id(),
            change.seq(),
            change.version(),
            change.updated());
      } else if (all || found.containsKey(change.id())) {
        table.note(
            transaction,
            destination.id(),
            type,
            change.id(),
            UploadTable.lane(change.patient(), type, change.id()),
            change.seq(),
            change.version(),
            change.updated());
      }
    }
  }

  /** Those that a destination stands on, in force or not: what waits for its time is noted. */
  private List<Agreement> named(Destination destination) {
    List<Agreement> under = new ArrayList<>();
    for (String id : destination.agreements()) {
      Agreement agreement = agreements.find(id);
      if (agreement != null) {
        under.add(agreement);
      }
    }
    return under;
  }

  /** What of some ids agreements cover, with the eyes of who made the destination. */
  private Map<String, ResourceVersion> covered(
      Destination destination, List<Agreement> under, String type, List<String> ids) {
    Map<String, ResourceVersion> found = new HashMap<>();
    for (int i = 0; i < ids.size(); i += IDS_AT_ONCE) {
      for (Agreement agreement : under) {
        for (List<Parameter> criteria : agreement.parameters(type)) {
          List<String> some =
              ids.subList(i, Math.min(ids.size(), i + IDS_AT_ONCE)).stream()
                  .filter(id -> !found.containsKey(id))
                  .toList();
          if (some.isEmpty()) {
            continue;
          }
          List<Parameter> query = new ArrayList<>(criteria);
          query.add(new Parameter("_id", String.join(",", some)));
          query.add(new Parameter("_count", Integer.toString(some.size())));
          for (SearchResult.Entry entry :
              store
                  .search(destination.caller(), new SearchRequest(type, null, null, query, false))
                  .entries()) {
            found.put(entry.resource().id(), entry.resource());
          }
        }
      }
    }
    return found;
  }

  // ------------------------------------------------------------------ sending

  void hint() {
    threads.forEach(LockSupport::unpark);
  }

  private void work() {
    while (!closed) {
      Destination taken = null;
      try {
        taken = table.take(store.instance(), Instant.now(), settings.lease());
      } catch (Refusal e) {
        LOG.warn("Destinations cannot be read: {}", e.messageKey());
      } catch (RuntimeException e) {
        LOG.error("Looking for destinations failed", e);
      }
      if (taken == null) {
        LockSupport.parkNanos(this, settings.poll().toNanos());
        continue;
      }
      Destination held = taken;
      try {
        for (int round = 1; deliver(held); round++) {
          Destination now = table.find(held.id());
          boolean goesOn =
              round < ROUNDS
                  && !closed
                  && now != null
                  && now.epoch() == held.epoch()
                  && (!now.scan().isEmpty() || table.hasWork(held.id()))
                  && table.renew(held, Instant.now().plus(settings.lease()));
          if (!goesOn) {
            table.leave(held, Instant.now());
            break;
          }
          held = Objects.requireNonNull(now);
        }
      } catch (RuntimeException e) {
        LOG.warn("Sending to destination {} stopped: {}", held.id(), e.toString());
        try {
          failed(held, "platform", null);
        } catch (RuntimeException again) {
          LOG.warn("Destination {} is left to its lease", held.id());
        }
      }
    }
  }

  /** Does what is next. False when the hold was given up, or lost. */
  private boolean deliver(Destination kept) {
    Caller today = standing.now(kept.caller());
    if (today == null) {
      failed(kept, "client", null);
      return false;
    }
    Destination held = kept.as(today);
    Instant now = Instant.now();
    List<Agreement> inForce =
        named(held).stream().filter(agreement -> agreement.isInForce(now)).toList();
    if (inForce.isEmpty()) {
      failed(held, "agreement", null);
      return false;
    }
    Batch open = table.openBatch(held.id());
    if (open != null) {
      return again(held, inForce, open);
    }
    int most = held.failures() > 0 ? 1 : settings.batch();
    List<Item> pending = table.pending(held.id(), ThreadLocalRandom.current().nextInt(4096), most);
    if (pending.isEmpty()) {
      return held.scan().isEmpty() || scan(held, inForce);
    }
    List<Item> leftOut = new ArrayList<>();
    List<Ready> ready = ready(held, inForce, pending, leftOut);
    table.leftOut(held.id(), leftOut);
    return ready.isEmpty() || send(held, ready);
  }

  /**
   * What of some items agreements in force cover and the sender sees, in their order.
   *
   * @param leftOut gets the others
   */
  private List<Ready> ready(
      Destination held, List<Agreement> inForce, List<Item> items, List<Item> leftOut) {
    Map<String, List<String>> ids = new LinkedHashMap<>();
    for (Item item : items) {
      if (!item.deleted()) {
        ids.computeIfAbsent(item.type(), _ -> new ArrayList<>()).add(item.id());
      }
    }
    Map<String, Map<String, ResourceVersion>> found = new HashMap<>();
    ids.forEach((type, some) -> found.put(type, covered(held, inForce, type, some)));
    List<Ready> ready = new ArrayList<>();
    long bytes = 0;
    for (Item item : items) {
      if (item.deleted()) {
        if (inForce.stream().anyMatch(agreement -> agreement.types().contains(item.type()))) {
          ready.add(new Ready(item, item.version(), null, whose(item)));
        } else {
          leftOut.add(item);
        }
        continue;
      }
      ResourceVersion version = found.getOrDefault(item.type(), Map.of()).get(item.id());
      byte[] content = version == null ? null : version.content();
      if (version == null || content == null) {
        leftOut.add(item);
        continue;
      }
      bytes += content.length;
      if (bytes > MOST_BYTES && !ready.isEmpty()) {
        break;
      }
      ready.add(new Ready(item, version.version(), Bundles.bare(content), version.patient()));
    }
    return ready;
  }

  /**
   * Whose record it was that is deleted, for the trace alone; null where that is not known any
   * more, as after an erasure.
   */
  private @Nullable Long whose(Item deleted) {
    try {
      return ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
          .call(
              () ->
                  store
                      .readVersion(
                          Caller.platform("upload"),
                          deleted.type(),
                          deleted.id(),
                          deleted.version() - 1)
                      .patient());
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        throw e;
      }
      return null;
    }
  }

  private boolean send(Destination held, List<Ready> ready) {
    byte[] bundle = Bundles.transaction(ready);
    Batch batch =
        table.begin(
            held,
            UUID.randomUUID().toString(),
            ready.size(),
            Bundles.sha256(bundle),
            Bundles.members(ready),
            now());
    return batch != null && exchange(held, batch, ready, bundle);
  }

  /**
   * After a batch of which it is not known whether it arrived: the same bytes under the same
   * request id where they can still be made, else the destination is asked what it has.
   */
  private boolean again(Destination held, List<Agreement> inForce, Batch open) {
    List<Item> items = new ArrayList<>();
    for (JsonNode member : Json.MAPPER.readTree(open.members())) {
      Item item =
          table.item(held.id(), member.path("type").asString(), member.path("id").asString());
      if (item != null && item.deleted() == member.path("deleted").asBoolean()) {
        items.add(item);
      }
    }
    if (items.size() == open.items()) {
      List<Ready> ready = ready(held, inForce, items, new ArrayList<>());
      byte[] bundle = Bundles.transaction(ready);
      if (ready.size() == open.items() && Bundles.sha256(bundle).equals(open.digest())) {
        return exchange(held, open, ready, bundle);
      }
    }
    return settle(held, open);
  }

  /** Looks at the destination for each resource of a batch. */
  private boolean settle(Destination held, Batch open) {
    List<Said> said = new ArrayList<>();
    for (JsonNode member : Json.MAPPER.readTree(open.members())) {
      Item item =
          table.item(held.id(), member.path("type").asString(), member.path("id").asString());
      if (item == null) {
        continue;
      }
      if (!table.renew(held, Instant.now().plus(settings.lease()))) {
        return false;
      }
      Reply there = target.get(held, item.reference());
      if (isPassing(there)) {
        failed(held, there.text(), there);
        return false;
      }
      boolean arrived =
          member.path("deleted").asBoolean()
              ? there.status() == 404 || there.status() == 410
              : there.isTaken() && isSame(there, member.path("digest").asString());
      if (arrived) {
        said.add(
            new Said(
                item,
                member.path("version").asInt(),
                member.path("deleted").asBoolean(),
                there.status(),
                etag(there),
                held.base() + "/" + item.reference()));
      }
    }
    if (said.isEmpty()) {
      table.notTaken(held, open, 0, "", now());
      return true;
    }
    return table.taken(held, open, 200, "", Bundles.receipt(said), said, now());
  }

  private static boolean isSame(Reply there, String digest) {
    return Bundles.tree(there.body()) instanceof ObjectNode resource
        && Bundles.digest(resource).equals(digest);
  }

  private static String etag(Reply there) {
    String etag = there.header("ETag");
    if (!etag.isEmpty()) {
      return etag;
    }
    JsonNode tree = Bundles.tree(there.body());
    String version = tree == null ? "" : tree.path("meta").path("versionId").asString("");
    return version.isEmpty() ? "" : "W/\"" + version + "\"";
  }

  /** No word on what was sent: it is sent again. */
  private static boolean isPassing(Reply reply) {
    return switch (reply.status()) {
      case 401, 408, 423, 425, 429 -> true;
      default -> reply.status() < 200 || reply.status() >= 500 || reply.status() / 100 == 3;
    };
  }

  private boolean exchange(Destination held, Batch batch, List<Ready> ready, byte[] bundle) {
    if (!table.renew(held, Instant.now().plus(settings.lease()))) {
      return false;
    }
    trace(held, ready);
    Reply reply = target.post(held, bundle, batch.request());
    if (reply.isTaken()) {
      List<Said> said = Bundles.said(reply, ready);
      if (said == null) {
        failed(held, "answer", reply);
        return false;
      }
      return table.taken(
          held,
          batch,
          reply.status(),
          Bundles.sha256(reply.body()),
          Bundles.receipt(said),
          said,
          now());
    }
    if (isPassing(reply)) {
      failed(held, reply.text(), reply);
      return false;
    }
    if (ready.size() > 1) {
      // One of them is at fault: halves find it, in order.
      table.notTaken(held, batch, reply.status(), Bundles.sha256(reply.body()), now());
      int half = ready.size() / 2;
      return anew(held, ready.subList(0, half)) && anew(held, ready.subList(half, ready.size()));
    }
    return alone(held, batch, ready.getFirst(), reply);
  }

  /** A part of what was refused: as it is now, if it still may go. */
  private boolean anew(Destination kept, List<Ready> part) {
    Instant now = Instant.now();
    List<Agreement> inForce = named(kept).stream().filter(one -> one.isInForce(now)).toList();
    Caller today = standing.now(kept.caller());
    if (today == null || inForce.isEmpty()) {
      failed(kept, today == null ? "client" : "agreement", null);
      return false;
    }
    Destination held = kept.as(today);
    List<Item> leftOut = new ArrayList<>();
    List<Ready> ready = ready(held, inForce, part.stream().map(Ready::item).toList(), leftOut);
    table.leftOut(held.id(), leftOut);
    return ready.isEmpty() || send(held, ready);
  }

  /** One that was refused for itself. */
  private boolean alone(Destination held, Batch batch, Ready one, Reply reply) {
    boolean isGone = one.resource() == null && (reply.status() == 404 || reply.status() == 410);
    boolean isThere = false;
    Reply there = reply;
    if (one.resource() != null && (reply.status() == 412 || reply.status() == 409)) {
      // Perhaps by ourselves, in a request whose answer was lost.
      there = target.get(held, one.item().reference());
      if (isPassing(there)) {
        failed(held, there.text(), there);
        return false;
      }
      isThere = there.isTaken() && isSame(there, one.digest());
    }
    if (isGone || isThere) {
      var said =
          List.of(
              new Said(
                  one.item(),
                  one.version(),
                  one.resource() == null,
                  there.status(),
                  isThere ? etag(there) : "",
                  held.base() + "/" + one.item().reference()));
      return table.taken(
          held,
          batch,
          there.status(),
          Bundles.sha256(there.body()),
          Bundles.receipt(said),
          said,
          now());
    }
    table.notTaken(held, batch, reply.status(), Bundles.sha256(reply.body()), now());
    table.refused(held, one.item(), one.version(), reply.status(), Bundles.fault(reply), now());
    Destination now = table.find(held.id());
    if (now != null && now.refusals() >= REFUSALS) {
      failed(held, "refusals", reply);
      return false;
    }
    return true;
  }

  /**
   * Nothing leaves without its trace: one line for what is about to be sent, with everybody in it.
   */
  private void trace(Destination held, List<Ready> ready) {
    long[] subjects =
        ready.stream()
            .map(Ready::patient)
            .filter(Objects::nonNull)
            .mapToLong(Long::longValue)
            .distinct()
            .sorted()
            .toArray();
    audit.record(
        new AuditSink.Request(
            now(),
            held.caller(),
            URI.create(held.base()).getHost(),
            "operation",
            ready.stream().map(one -> one.item().type()).distinct().count() == 1
                ? ready.getFirst().item().type()
                : "",
            ready.size() == 1 ? ready.getFirst().item().id() : "",
            "upload",
            List.of(),
            0,
            200,
            ready.size(),
            0,
            0,
            subjects));
  }

  private void failed(Destination held, String fault, @Nullable Reply reply) {
    Instant now = Instant.now();
    long pause =
        Math.min(
            settings.lastRetry().toMillis(),
            settings.firstRetry().toMillis() << Math.min(held.failures(), 20));
    if (reply != null && reply.header("Retry-After").matches("\\d{1,5}")) {
      long asked = Long.parseLong(reply.header("Retry-After")) * 1000;
      pause = Math.max(pause, Math.min(asked, settings.lastRetry().toMillis()));
    }
    long spread = pause + ThreadLocalRandom.current().nextLong(pause / 10 + 1);
    table.failed(held, fault, now, now.plusMillis(spread));
  }

  // ------------------------------------------------------------------ reading anew

  /** Begins to read what is there, of changes since a time. */
  void readAnew(Destination destination, Instant since) {
    ObjectNode scan = Json.MAPPER.createObjectNode();
    scan.put("since", since.toString()).put("cursor", "");
    var queries = scan.putArray("queries");
    for (Agreement agreement : named(destination)) {
      agreement.what().forEach(queries::add);
    }
    table.scan(destination.id(), queries.isEmpty() ? "" : scan.toString());
    hint();
  }

  /** A page. */
  private boolean scan(Destination held, List<Agreement> inForce) {
    ObjectNode scan = (ObjectNode) Json.MAPPER.readTree(held.scan());
    List<String> queries = new ArrayList<>();
    scan.path("queries").forEach(one -> queries.add(one.asString()));
    if (queries.isEmpty()) {
      return table.scanned(held, List.of(), "");
    }
    String[] parts = queries.getFirst().split("\\?", 2);
    List<Item> found = new ArrayList<>();
    String next = null;
    if (inForce.stream().anyMatch(agreement -> agreement.types().contains(parts[0]))) {
      List<Parameter> query = new ArrayList<>();
      if (parts.length == 2) {
        query.addAll(Query.parse(parts[1]).parameters());
      }
      query.add(new Parameter("_lastUpdated", "ge" + scan.path("since").asString()));
      query.add(new Parameter("_count", Integer.toString(SCAN_PAGE)));
      String cursor = scan.path("cursor").asString("");
      if (!cursor.isEmpty()) {
        query.add(new Parameter("_cursor", cursor));
      }
      SearchResult page =
          store.search(held.caller(), new SearchRequest(parts[0], null, null, query, false));
      for (SearchResult.Entry entry : page.entries()) {
        ResourceVersion one = entry.resource();
        found.add(
            new Item(
                one.type(),
                one.id(),
                UploadTable.lane(one.patient(), one.type(), one.id()),
                0,
                one.version(),
                one.updated(),
                false,
                UploadTable.PENDING,
                0,
                "",
                "",
                0,
                null,
                0,
                "",
                false));
      }
      next = page.next();
    }
    if (next != null) {
      scan.put("cursor", next);
    } else {
      queries.removeFirst();
      scan.put("cursor", "");
      var rest = scan.putArray("queries");
      queries.forEach(rest::add);
    }
    return table.scanned(held, found, queries.isEmpty() ? "" : scan.toString());
  }

  // ------------------------------------------------------------------ upkeep

  private void keepUp() {
    while (!closed) {
      LockSupport.parkNanos(this, Duration.ofMinutes(10).toNanos());
      if (closed) {
        return;
      }
      try {
        prune();
      } catch (RuntimeException e) {
        LOG.warn("Upkeep of uploads failed: {}", e.toString());
      }
    }
  }

  /** Forgets old proofs. */
  int prune() {
    return table.prune(Instant.now().minus(settings.keep()));
  }

  @Override
  public void close() {
    closed = true;
    hint();
    for (Thread thread : threads) {
      try {
        thread.join(settings.patience().plusSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
