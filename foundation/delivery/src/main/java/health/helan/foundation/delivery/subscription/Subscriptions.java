package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.agreement.Agreement;
import health.helan.foundation.delivery.agreement.Agreements;
import health.helan.foundation.delivery.kept.Standing;
import health.helan.foundation.delivery.subscription.SubscriptionTable.Delivery;
import health.helan.foundation.delivery.subscription.SubscriptionTable.Row;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.ServedResources;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.InvalidResource;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Subscriptions as clients see them, the consumer that notes what matches, and the senders of this
 * application instance. Instances share the subscriptions by leases.
 */
public final class Subscriptions implements AutoCloseable, ServedResources, ChangeConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BATCH = 50;

  /** Path of the socket. */
  public static final String SOCKET = "/subscription-socket";

  static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

  /** Nanoseconds after which a resource is read again before it is sent. */
  private static final long FRESH = 500_000_000;

  private static final int IDS_AT_ONCE = 50;

  /** Rounds of {@value #BATCH} after which a sender looks whether others wait. */
  private static final int ROUNDS = 20;

  /**
   * Times and limits.
   *
   * @param senders endpoints that this instance sends to at once: one that hangs takes one of them
   *     for {@code patience} and then waits
   * @param perInstitution subscriptions that an institution may have
   * @param patience for a connection and for an answer
   * @param firstRetry pause after a failure; doubles with each further one
   * @param lastRetry longest such pause; it is tried for as long as it takes
   * @param lease how long a subscription stays with an instance that is not heard of; longer than
   *     an endpoint can take for one notification
   * @param keep how long it is kept what was sent, for {@code $events} and {@code $replay}
   * @param poll how often an idle sender looks for work
   * @param forsaken how long what a system would have been told of is kept that is not let in any
   *     more; then its subscription ends
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
      Duration forsaken) {
    static final Duration FORSAKEN = Duration.ofDays(30);

    /** With the usual patience for systems that are switched off. */
    public Settings(
        int senders,
        int perInstitution,
        Duration patience,
        Duration firstRetry,
        Duration lastRetry,
        Duration lease,
        Duration keep,
        Duration poll) {
      this(senders, perInstitution, patience, firstRetry, lastRetry, lease, keep, poll, FORSAKEN);
    }

    public static final Settings DEFAULT =
        new Settings(
            8,
            100,
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofDays(7),
            Duration.ofMillis(500));
  }

  private final SubscriptionTable table;
  private final RecordStore store;
  private final Agreements agreements;
  private final AuditSink audit;
  private final Standing standing;
  private final RestHook hook;
  private final Settings settings;
  private final String base;
  private final List<Thread> threads = new ArrayList<>();

  /** Who is bound to which subscription at this instance. */
  private final Map<String, Conversation> bound = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /**
   * Opens, follows the change log and begins to send.
   *
   * @param codec seals the secrets of headers
   * @param standing as what a subscriber would be let in today: what is sent is seen with those
   *     eyes, and nothing is sent to who would not be
   * @param allowed networks that endpoints may lie in
   * @param base of the API as others know it, for addresses in notifications; empty for none
   */
  public Subscriptions(
      DataSource dataSource,
      RecordStore store,
      ContentCodec codec,
      Agreements agreements,
      AuditSink audit,
      Standing standing,
      Predicate<InetAddress> allowed,
      String base,
      Settings settings)
      throws SQLException {
    this.table = new SubscriptionTable(dataSource, codec);
    this.store = store;
    this.agreements = agreements;
    this.audit = audit;
    this.standing = standing;
    this.hook = new RestHook(allowed, settings.patience());
    this.settings = settings;
    this.base = base;
    store.changes().register(this);
    for (int i = 0; i < settings.senders(); i++) {
      threads.add(Thread.ofPlatform().daemon().name("helan-subscription-" + i).start(this::work));
    }
    threads.add(Thread.ofPlatform().daemon().name("helan-subscription-upkeep").start(this::keepUp));
  }

  /** {@code Subscription/[id]/$status}. */
  public FhirOperation status() {
    return new SubscriptionOperation(SubscriptionOperation.Of.STATUS, this, table);
  }

  /** {@code Subscription/[id]/$events}. */
  public FhirOperation events() {
    return new SubscriptionOperation(SubscriptionOperation.Of.EVENTS, this, table);
  }

  /** {@code Subscription/[id]/$replay}. */
  public FhirOperation replay() {
    return new SubscriptionOperation(SubscriptionOperation.Of.REPLAY, this, table);
  }

  /** {@code $get-ws-binding-token}. */
  public FhirOperation bindingToken() {
    return new TokenOperation(this);
  }

  /** {@code $subscriptions}. */
  public FhirOperation states() {
    return new SubscriptionsOperation(table);
  }

  // ------------------------------------------------------------------ as clients see them

  @Override
  public String type() {
    return "Subscription";
  }

  @Override
  public boolean owns(String id) {
    return true;
  }

  /**
   * @throws Refusal FORBIDDEN also to a system that acts for no institution: the root's would be
   *     its own
   */
  void checkMaySubscribe(Caller caller) {
    store.checkMayOperate(caller, "subscribe");
    if (!caller.isRoot() && caller.institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-operate", "subscribe");
    }
  }

  /**
   * @throws Refusal NOT_FOUND also for what is another institution's
   */
  Row row(Caller caller, String id) {
    Row row = table.find(id);
    if (row == null || !caller.isRoot() && !row.owner().equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Subscription", id);
    }
    return row;
  }

  @Override
  public ResourceVersion read(Caller caller, String id) {
    checkMaySubscribe(caller);
    return shown(row(caller, id));
  }

  private static ResourceVersion shown(Row row) {
    ObjectNode resource = row.resource().deepCopy();
    resource.put("id", row.id());
    ObjectNode meta =
        resource.get("meta") instanceof ObjectNode given ? given : resource.putObject("meta");
    meta.put("versionId", Integer.toString(row.version()));
    meta.put("lastUpdated", row.updated().toString());
    resource.put("status", row.state());
    if (row.fault().isEmpty()) {
      resource.remove("error");
    } else {
      resource.put("error", row.fault());
    }
    return new ResourceVersion(
        "Subscription",
        row.id(),
        row.version(),
        row.updated(),
        row.version() == 1 ? ResourceVersion.Method.POST : ResourceVersion.Method.PUT,
        Json.MAPPER.writeValueAsBytes(resource),
        null);
  }

  @Override
  public SearchResult search(Caller caller, RecordStore unused, SearchRequest request) {
    checkMaySubscribe(caller);
    String after = "";
    int count = 20;
    List<Parameter> used = new ArrayList<>();
    Map<String, String> wanted = new HashMap<>();
    for (Parameter parameter : request.parameters()) {
      switch (parameter.name()) {
        case "_cursor" -> after = parameter.value();
        case "_count" -> {
          count =
              parameter.value().matches("[1-9]\\d{0,2}") ? Integer.parseInt(parameter.value()) : 20;
          used.add(parameter);
        }
        case "_id", "status", "criteria", "url" -> {
          wanted.put(parameter.name(), parameter.value());
          used.add(parameter);
        }
        default -> {
          if (!request.lenient()) {
            throw new Refusal(
                Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", parameter.name());
          }
        }
      }
    }
    List<SearchResult.Entry> entries = new ArrayList<>();
    String next = null;
    List<Row> rows;
    String from = after;
    outer:
    do {
      rows = caller.isRoot() ? table.all(from, 100) : table.of(caller.institution(), from, 100);
      for (Row row : rows) {
        from = row.id();
        if (!isWanted(row, wanted)) {
          continue;
        }
        if (entries.size() == count) {
          next = entries.getLast().resource().id();
          break outer;
        }
        entries.add(new SearchResult.Entry(shown(row), true));
      }
    } while (rows.size() == 100);
    return new SearchResult(entries, null, used, next, store.watermark(), List.of(), null);
  }

  private static boolean isWanted(Row row, Map<String, String> wanted) {
    return wanted.entrySet().stream()
        .allMatch(
            one ->
                switch (one.getKey()) {
                  case "_id" -> one.getValue().equals(row.id());
                  case "status" -> one.getValue().equals(row.state());
                  case "criteria" ->
                      row.resource().path("criteria").asString("").startsWith(one.getValue());
                  default -> row.criteria().endpoint().equals(one.getValue());
                });
  }

  @Override
  public Writing writing() {
    return new Writing() {
      @Override
      public ResourceVersion create(Caller caller, ObjectNode resource) {
        return make(caller, resource);
      }

      @Override
      public ResourceVersion update(
          Caller caller, String id, ObjectNode resource, @Nullable Integer ifMatch) {
        return change(caller, id, resource, ifMatch);
      }

      @Override
      public void delete(Caller caller, String id) {
        checkMaySubscribe(caller);
        try {
          row(caller, id);
        } catch (Refusal e) {
          return; // As for any other type: what is not there is not deleted.
        }
        table.remove(id);
      }
    };
  }

  private ResourceVersion make(Caller caller, ObjectNode resource) {
    checkMaySubscribe(caller);
    int most = settings.perInstitution();
    if (!caller.isRoot() && table.of(caller.institution(), "", most).size() >= most) {
      throw new Refusal(Refusal.Kind.THROTTLED, "subscription.too-many", most);
    }
    Map<String, String> headers = Criteria.takeHeaders(resource, Map.of());
    Criteria criteria = checked(caller, resource);
    byte[] bits = new byte[12];
    RANDOM.nextBytes(bits);
    String id = HexFormat.of().formatHex(bits);
    table.add(id, caller, bare(resource), headers, criteria, state(resource), now());
    hint();
    return read(caller, id);
  }

  private ResourceVersion change(
      Caller caller, String id, ObjectNode resource, @Nullable Integer ifMatch) {
    checkMaySubscribe(caller);
    Row before = row(caller, id);
    if (ifMatch != null && ifMatch != before.version()) {
      throw new Refusal(Refusal.Kind.PRECONDITION, "store.version-differs");
    }
    Map<String, String> headers = Criteria.takeHeaders(resource, before.headers());
    Criteria criteria = checked(caller, resource);
    if (!criteria.endpoint().equals(before.criteria().endpoint())
        && headers.entrySet().stream()
            .anyMatch(one -> one.getValue().equals(before.headers().get(one.getKey())))) {
      // Or whoever may change the address could have another's secret sent to it.
      throw Criteria.at("Subscription.channel.header", "subscription.header-moves");
    }
    // The root changes how it goes, never with whose eyes.
    Caller eyes = caller.isRoot() && !before.owner().isEmpty() ? before.caller() : caller;
    if (!table.change(before, eyes, bare(resource), headers, criteria, state(resource), now())) {
      throw new Refusal(Refusal.Kind.CONFLICT, "store.version-differs");
    }
    hint();
    return read(caller, id);
  }

  static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /** Clients ask for requested or off; the rest is the platform's to say. */
  private static String state(ObjectNode resource) {
    return resource.path("status").asString("").equals("off") ? "off" : "requested";
  }

  private static ObjectNode bare(ObjectNode resource) {
    ObjectNode bare = resource.deepCopy();
    bare.remove(List.of("id", "error", "status"));
    return bare;
  }

  private Criteria checked(Caller caller, ObjectNode resource) {
    List<Issue> issues = Validator.get().validate(resource, Options.STORED);
    if (issues.stream().anyMatch(issue -> issue.severity() == Issue.Severity.ERROR)) {
      throw new InvalidResource("Subscription", issues);
    }
    Criteria criteria = Criteria.of(resource);
    if (!criteria.socket()) {
      hook.check(criteria.endpoint());
    }
    Agreement agreement = agreements.standing(caller, criteria.agreement());
    if (agreement != null && !agreement.types().contains(criteria.type())) {
      throw Criteria.at("Subscription.criteria", "agreement.not-covered");
    }
    // Criteria that are not understood, or a type that may not be read, are refused at once.
    List<Parameter> query = new ArrayList<>(criteria.query());
    query.add(new Parameter("_id", "none"));
    ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
        .run(
            () ->
                store.search(caller, new SearchRequest(criteria.type(), null, null, query, false)));
    return criteria;
  }

  // ------------------------------------------------------------------ sockets

  /**
   * A socket was opened.
   *
   * @param caller whose token opened it; null for nobody's
   */
  public Conversation converse(@Nullable Caller caller, Conversation.Socket socket) {
    return new Conversation(this, caller, socket);
  }

  /**
   * One of the caller's with a socket for its channel.
   *
   * @throws Refusal NOT_FOUND, UNPROCESSABLE
   */
  Row bindable(Caller caller, String id) {
    checkMaySubscribe(caller);
    Row row = row(caller, id);
    // Another system of the institution may have asked for more than this one's token is for.
    store.checkMayRead(caller, row.criteria().type());
    if (!row.criteria().socket() || row.state().equals("off")) {
      throw new Refusal(Refusal.Kind.UNPROCESSABLE, "subscription.no-socket", id);
    }
    return row;
  }

  String token(Caller caller, List<String> subscriptions, Instant expires) {
    byte[] bits = new byte[32];
    RANDOM.nextBytes(bits);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    table.token(digest(token), subscriptions, caller, expires);
    return token;
  }

  SubscriptionTable.@Nullable Binding binding(String token) {
    SubscriptionTable.Binding binding = table.takeToken(digest(token), Instant.now());
    return binding != null && standing.now(binding.caller()) != null ? binding : null;
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(token.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  String handshake(Row row) {
    return text(
        Notifications.bundle(
            row, "active", "handshake", row.event(), List.of(), row.criteria().content(), base));
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  /** The last to bind gets what is sent. */
  void bound(String id, Conversation by) {
    Conversation before = bound.put(id, by);
    if (before != null && before != by) {
      before.close("bound elsewhere");
      bound.put(id, by);
    }
    hint();
  }

  void unbound(String id, Conversation by) {
    bound.remove(id, by);
  }

  void audit(@Nullable Caller caller, String remote, String id, int status) {
    audit.record(Conversation.line(now(), caller, remote, id, status));
  }

  private boolean isReachable(Row row) {
    return !row.criteria().socket() || bound.containsKey(row.id());
  }

  // ------------------------------------------------------------------ what matches

  @Override
  public String name() {
    return "subscriptions";
  }

  @Override
  public Start start() {
    return Start.NOW;
  }

  @Override
  public void take(Connection transaction, List<Change> changes) throws SQLException {
    Map<String, Map<String, Change>> byType = new LinkedHashMap<>();
    for (Change change : changes) {
      // The last of several changes of one resource: it is sent as it is now anyhow.
      Map<String, Change> of = byType.computeIfAbsent(change.type(), _ -> new LinkedHashMap<>());
      of.remove(change.id());
      if (!change.isDeletion()) {
        of.put(change.id(), change);
      }
    }
    for (Row row : table.listening(transaction, byType.keySet())) {
      Criteria criteria = row.criteria();
      Map<String, Change> candidates = byType.getOrDefault(criteria.type(), Map.of());
      List<String> ids = new ArrayList<>(candidates.keySet());
      Set<String> matching = new HashSet<>();
      boolean matched = true;
      try {
        for (int i = 0; i < ids.size(); i += IDS_AT_ONCE) {
          List<String> some = ids.subList(i, Math.min(ids.size(), i + IDS_AT_ONCE));
          matching.addAll(matching(row, criteria, some));
        }
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        // One that cannot be asked now must not hold up the others, nor lose anything.
        matched = false;
        matching.addAll(ids);
      }
      for (Change change : candidates.values()) {
        if (matching.contains(change.id())) {
          table.note(transaction, row.id(), change, matched);
        }
      }
    }
  }

  /**
   * Those of some ids that the criteria find, with the subscriber's eyes, and that the agreement
   * covers where there is one. Whether it is in force is asked when something is sent.
   */
  private Set<String> matching(Row row, Criteria criteria, List<String> ids) {
    Set<String> found = new HashSet<>();
    Caller eyes = eyes(row);
    for (List<Parameter> covered : covered(criteria)) {
      List<Parameter> query = new ArrayList<>(criteria.query());
      query.addAll(covered);
      query.add(new Parameter("_id", String.join(",", ids)));
      query.add(new Parameter("_count", Integer.toString(ids.size())));
      for (SearchResult.Entry entry :
          store
              .search(eyes, new SearchRequest(criteria.type(), null, null, query, false))
              .entries()) {
        found.add(entry.resource().id());
      }
    }
    return found;
  }

  /**
   * With the scopes that the system has today. One that is not let in at the moment keeps what it
   * saw, since it may be let in again; nothing is sent to it meanwhile.
   */
  private Caller eyes(Row row) {
    Caller now = standing.now(row.caller());
    return now == null ? row.caller() : now;
  }

  private List<List<Parameter>> covered(Criteria criteria) {
    if (criteria.agreement().isEmpty()) {
      return List.of(List.of());
    }
    Agreement agreement = agreements.find(criteria.agreement());
    return agreement == null ? List.of() : agreement.parameters(criteria.type());
  }

  /** False for one that stands on an agreement whose time is over, or has not come. */
  boolean isAgreed(Criteria criteria) {
    return criteria.agreement().isEmpty() || agreements.isInForce(criteria.agreement());
  }

  // ------------------------------------------------------------------ sending

  void hint() {
    threads.forEach(LockSupport::unpark);
  }

  private void work() {
    while (!closed) {
      Row row = null;
      try {
        row = table.take(store.instance(), Instant.now(), settings.lease(), this::isReachable);
      } catch (Refusal e) {
        LOG.warn("Subscriptions cannot be read: {}", e.messageKey());
      } catch (RuntimeException e) {
        LOG.error("Looking for subscriptions failed", e);
      }
      if (row == null) {
        LockSupport.parkNanos(this, settings.poll().toNanos());
        continue;
      }
      Row held = row;
      try {
        for (int round = 1; deliver(held); round++) {
          // On with a backlog, but not for ever while others wait.
          boolean goesOn =
              round < ROUNDS
                  && !closed
                  && table.hasPending(held.id())
                  && table.renew(held, Instant.now().plus(settings.lease()));
          Row now = goesOn ? table.find(held.id()) : null;
          if (now == null || now.epoch() != held.epoch()) {
            table.leave(held, Instant.now());
            break;
          }
          held = now;
        }
      } catch (RuntimeException e) {
        LOG.warn("Sending for subscription {} stopped: {}", held.id(), e.toString());
        try {
          failed(held, "platform");
        } catch (RuntimeException again) {
          LOG.warn("Subscription {} is left to its lease", held.id());
        }
      }
    }
  }

  /** Sends what there is. False when the hold was given up, or lost. */
  private boolean deliver(Row row) {
    Criteria criteria = row.criteria();
    Instant ends = row.ends();
    if (ends != null && ends.isBefore(Instant.now())) {
      table.state(row, "off", Instant.now());
      return true;
    }
    if (standing.now(row.caller()) == null) {
      failed(row, "client");
      return false;
    }
    if (!isAgreed(criteria)) {
      failed(row, "agreement");
      return false;
    }
    if (row.state().equals("requested")) {
      if (criteria.notifications()
          && !criteria.socket()
          && !sent(row, "handshake", "requested", List.of(), row.event())) {
        return false;
      }
      if (!table.state(row, "active", Instant.now())) {
        return false;
      }
    }
    if (!isReachable(row)) {
      // What is to be told waits until somebody binds.
      table.leave(row, Instant.now());
      return false;
    }
    int from = ThreadLocalRandom.current().nextInt(4096);
    // After a failure one at a time, until one is taken.
    int most = row.failures() > 0 ? 1 : BATCH;
    List<Delivery> pending = table.pending(row.id(), from, most);
    if (pending.isEmpty()) {
      return !SubscriptionTable.isQuiet(row, Instant.now())
          || sent(row, "heartbeat", "active", List.of(), row.event())
              && table.state(row, "active", Instant.now());
    }
    List<Delivery> leftOut = new ArrayList<>();
    List<Delivery> ready = new ArrayList<>();
    List<ResourceVersion> resources = new ArrayList<>();
    long read = System.nanoTime();
    for (Delivery delivery : pending) {
      ResourceVersion resource = visible(row, criteria, delivery);
      if (resource == null) {
        leftOut.add(delivery);
      } else {
        ready.add(delivery);
        resources.add(resource);
      }
    }
    table.done(row, leftOut, SubscriptionTable.LEFT_OUT, Instant.now());
    leftOut.clear();
    long[] numbers = table.numbers(row, ready);
    if (numbers == null) {
      return false;
    }
    trace(row, criteria, resources);
    // What was sent and not yet noted is sent again after a crash, under the same keys.
    List<Delivery> told = new ArrayList<>();
    long noted = System.nanoTime();
    boolean goesOn = true;
    try {
      for (int i = 0; i < ready.size() && !closed; i++) {
        Delivery delivery = ready.get(i);
        ResourceVersion resource =
            System.nanoTime() - read > FRESH ? visible(row, criteria, delivery) : resources.get(i);
        if (resource == null) {
          leftOut.add(delivery);
          continue;
        }
        var event = new Notifications.Event(delivery, numbers[i], resource);
        if (!sent(
            row,
            "event-notification",
            "active",
            List.of(event),
            Math.max(numbers[i], row.event()))) {
          goesOn = false;
          break;
        }
        told.add(delivery);
        if (System.nanoTime() - noted > settings.lease().toNanos() / 6) {
          table.done(row, told, SubscriptionTable.SENT, Instant.now());
          told.clear();
          noted = System.nanoTime();
          if (!table.renew(row, Instant.now().plus(settings.lease()))) {
            return false;
          }
        }
      }
    } finally {
      table.done(row, told, SubscriptionTable.SENT, Instant.now());
      table.done(row, leftOut, SubscriptionTable.LEFT_OUT, Instant.now());
    }
    return goesOn && table.state(row, "active", Instant.now());
  }

  /** The resource as the subscriber sees it now; null when it does not. */
  private @Nullable ResourceVersion visible(Row row, Criteria criteria, Delivery delivery) {
    try {
      // What an agreement covers is asked again: the resource may have left it since.
      boolean isMatched = delivery.matched() && criteria.agreement().isEmpty();
      if (!isMatched && matching(row, criteria, List.of(delivery.id())).isEmpty()) {
        return null;
      }
      return store.read(eyes(row), delivery.type(), delivery.id());
    } catch (Refusal e) {
      return unlessUnseen(e);
    }
  }

  /** Null for what is not there for the reader. Any other refusal says nothing about it. */
  static @Nullable ResourceVersion unlessUnseen(Refusal e) {
    return switch (e.kind()) {
      case NOT_FOUND, GONE, FORBIDDEN -> null;
      default -> throw e;
    };
  }

  /**
   * Nothing leaves without its trace: one line for what is about to be sent, with everybody in it.
   */
  private void trace(Row row, Criteria criteria, List<ResourceVersion> resources) {
    if (resources.isEmpty()) {
      return;
    }
    audit.record(
        new AuditSink.Request(
            now(),
            row.caller(),
            host(row, criteria),
            "operation",
            criteria.type(),
            resources.size() == 1 ? resources.getFirst().id() : "",
            "subscription",
            List.of(),
            0,
            200,
            resources.size(),
            0,
            0,
            resources.stream()
                .map(ResourceVersion::patient)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .distinct()
                .sorted()
                .toArray()));
  }

  private String host(Row row, Criteria criteria) {
    if (!criteria.socket()) {
      return java.net.URI.create(criteria.endpoint()).getHost();
    }
    Conversation with = bound.get(row.id());
    return with == null ? "" : with.remote();
  }

  private boolean told(Row row, String text) {
    Conversation with = bound.get(row.id());
    Caller by = with == null ? null : with.by(row.id());
    if (with != null && (with.isOld() || by == null || standing.now(by) == null)) {
      with.close("bind again");
      with = null;
    }
    if (with != null && with.tell(text)) {
      return true;
    }
    if (with != null) {
      with.close("no answer");
    }
    // Nobody's fault: it waits until somebody binds again.
    table.leave(row, Instant.now());
    return false;
  }

  private boolean sent(
      Row row, String type, String state, List<Notifications.Event> events, long count) {
    Criteria criteria = row.criteria();
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(row.headers());
    Delivery delivery = events.isEmpty() ? null : events.getFirst().delivery();
    if (delivery != null) {
      headers.put("Idempotency-Key", delivery.key(row.id()));
    }
    if (criteria.socket()) {
      return told(
          row,
          criteria.notifications()
              ? text(
                  Notifications.bundle(row, state, type, count, events, criteria.content(), base))
              : "ping " + row.id());
    }
    RestHook.Result result;
    if (criteria.notifications()) {
      result =
          hook.send(
              "POST",
              criteria.endpoint(),
              "",
              headers,
              "application/fhir+json",
              Notifications.bundle(row, state, type, count, events, criteria.content(), base));
    } else if (criteria.hasPayload() && delivery != null) {
      // R4, subscription.html#rest-hook: as an update on the other side.
      byte[] content =
          events.getFirst().resource() == null ? null : events.getFirst().resource().content();
      result =
          hook.send(
              "PUT",
              criteria.endpoint(),
              delivery.type() + "/" + delivery.id(),
              headers,
              "application/fhir+json",
              content == null ? new byte[0] : content);
    } else {
      result = hook.send("POST", criteria.endpoint(), "", headers, "", new byte[0]);
    }
    if (result.isTaken()) {
      return true;
    }
    failed(row, result.text());
    return false;
  }

  private void failed(Row row, String fault) {
    Instant now = Instant.now();
    long pause =
        Math.min(
            settings.lastRetry().toMillis(),
            settings.firstRetry().toMillis() << Math.min(row.failures(), 20));
    // Spread a little: many endpoints may have failed at the same moment.
    long spread = pause + ThreadLocalRandom.current().nextLong(pause / 10 + 1);
    table.failed(row, fault, now, now.plusMillis(spread));
  }

  private void keepUp() {
    while (!closed) {
      LockSupport.parkNanos(this, Duration.ofMinutes(10).toNanos());
      if (closed) {
        return;
      }
      try {
        prune();
      } catch (RuntimeException e) {
        LOG.warn("Upkeep of subscriptions failed: {}", e.toString());
      }
    }
  }

  /** Forgets what was sent long ago, and ends what nobody is there for any more. */
  int prune() {
    table.pruneTokens(Instant.now());
    endTheForsaken();
    bound.values().stream().filter(Conversation::isOld).forEach(one -> one.close("bind again"));
    return table.prune(Instant.now().minus(settings.keep()));
  }

  /**
   * A subscription whose system has not been let in for long ends, and what waited for it goes: it
   * would gather for ever. Its state says so, and the audit has a line.
   */
  private void endTheForsaken() {
    Instant now = now();
    List<Row> rows;
    String from = "";
    do {
      rows = table.all(from, 100);
      for (Row row : rows) {
        from = row.id();
        if (row.state().equals("off")) {
          continue;
        }
        if (standing.now(row.caller()) != null) {
          table.remembered(row.id());
          continue;
        }
        Instant since = table.forsaken(row.id(), now);
        if (since == null || since.plus(settings.forsaken()).isAfter(now)) {
          continue;
        }
        audit.record(Conversation.line(now, row.caller(), "", row.id(), "ended", 410));
        int dropped = table.end(row.id(), row.version());
        if (dropped < 0) {
          continue; // Written again in this very moment; a line too many is better than none.
        }
        Conversation with = bound.get(row.id());
        if (with != null) {
          with.close("ended");
        }
        LOG.warn(
            "Subscription {} ends: its system has not been let in since {}; {} events are dropped",
            row.id(),
            since,
            dropped);
      }
    } while (rows.size() == 100);
  }

  @Override
  public void close() {
    closed = true;
    hint();
    List.copyOf(bound.values()).forEach(one -> one.close("the platform ends"));
    for (Thread thread : threads) {
      try {
        thread.join(settings.patience().plusSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
