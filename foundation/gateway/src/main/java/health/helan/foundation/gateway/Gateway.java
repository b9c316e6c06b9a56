package health.helan.foundation.gateway;

import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Mappings;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.trust.erasure.Erasable;
import io.micrometer.core.instrument.Metrics;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages: journal, map, commit, answer. Thread-safe; one for each application instance.
 *
 * <p>A message is committed under its journal id as idempotency key, so that it takes effect once,
 * whichever instance tries it how often; that, and the numbers of the journal, are what order and
 * once-only rest on, not locks or leases (docs/adr/0055).
 */
public final class Gateway implements AutoCloseable, Erasable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /** So many tries while the database does not answer, before the sender is told. */
  private static final int TRIES = 4;

  /** Rows of a file that are carried out at once. */
  private static final int PARTS_AT_ONCE = 4;

  /** Rows that are in the journal before the first of them is done. */
  private static final int PARTS_AHEAD = 64;

  /** Files that are taken apart at once; others are kept and come later. */
  private static final int FILES_AT_ONCE = 4;

  private static final long INCOMING_BYTES = 256L << 20;
  private static final Duration INCOMING_PATIENCE = Duration.ofMinutes(10);

  /** Rows of a file that a rehearsal shows. */
  private static final int REHEARSED = 20;

  private final RecordStore store;
  private final Settings settings;
  private final AuditSink audit;
  private final CodeTranslation codes;
  private final Clock clock;
  private final Map<String, Format> formats;
  private final Journal journal;
  private final Feeds feeds;
  private final Committer committer;
  private final Digests digests;
  private final Semaphore inFlight;
  private final Incoming incoming = new Incoming(INCOMING_BYTES, INCOMING_PATIENCE);

  /** Files that are open: each is unpacked in memory. */
  private final Semaphore files = new Semaphore(FILES_AT_ONCE);

  private final Semaphore working;
  private final Map<String, CompletableFuture<Receipt>> running = new ConcurrentHashMap<>();
  private final ScheduledExecutorService schedule =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().daemon().name("gateway-", 0).factory());
  private final List<BiConsumer<Accepted, Receipt>> listeners = new CopyOnWriteArrayList<>();
  private final boolean forwards;
  private volatile boolean closed;
  private volatile BooleanSupplier full = () -> false;
  private volatile Runnable kept = () -> {};

  private Gateway(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      AuditSink audit,
      CodeTranslation codes,
      List<Format> formats,
      Settings settings,
      Clock clock,
      boolean forwards) {
    this.store = store;
    this.forwards = forwards;
    this.settings = settings;
    this.audit = audit;
    this.codes = codes;
    this.clock = clock;
    this.formats = new ConcurrentHashMap<>();
    formats.forEach(format -> this.formats.put(format.name(), format));
    journal = new Journal(database, codec);
    feeds = new Feeds(database);
    committer = new Committer(store);
    digests = store.parameters().digests();
    inFlight = new Semaphore(settings.inFlight());
    working = new Semaphore(settings.working());
  }

  /** Opens it on the store's database, and begins to finish what a stop left behind. */
  public static Gateway open(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      AuditSink audit,
      CodeTranslation codes,
      List<Format> formats,
      Settings settings,
      Clock clock) {
    return begin(
        new Gateway(store, database, codec, audit, codes, formats, settings, clock, false));
  }

  /**
   * Opens one that keeps messages and carries none out: at an edge node, from where they are handed
   * on to the centre (docs/adr/0063). A sender is told that its message is done once it is kept.
   */
  public static Gateway openForForwarding(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      AuditSink audit,
      List<Format> formats,
      Settings settings,
      Clock clock) {
    return begin(
        new Gateway(
            store, database, codec, audit, CodeTranslation.NONE, formats, settings, clock, true));
  }

  private static Gateway begin(Gateway gateway) {
    Settings settings = gateway.settings;
    gateway.feeds.refresh();
    gateway.every(settings.refresh(), gateway.feeds::refresh);
    gateway.every(settings.sweep(), gateway::sweep);
    Metrics.gauge("helan.gateway.in.flight", gateway, Gateway::inFlight);
    return gateway;
  }

  private void every(Duration pause, Runnable work) {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                work.run();
              } catch (Refusal e) {
                LOG.warn("The gateway waits for the database: {}", e.messageKey());
              } catch (RuntimeException e) {
                if (!closed) {
                  LOG.error("The gateway's upkeep failed and is tried again", e);
                }
              }
            },
            pause.toMillis(),
            pause.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Where the bytes of large documents go; without it they stay in the rows. */
  public void keepLargeIn(ObjectStore objects) {
    committer.keepLargeIn(objects);
  }

  public Feeds feeds() {
    return feeds;
  }

  /** Names of the formats that feeds may have. */
  public Set<String> formats() {
    return formats.keySet();
  }

  /**
   * Tells of each message that was settled here, before the sender is answered. What was there
   * before, or was refused at once, has a receipt in its {@link Accepted}.
   */
  public void follow(BiConsumer<Accepted, Receipt> listener) {
    listeners.add(listener);
  }

  /** Asked before each message: while it is true, none is taken. */
  public void refuseWhile(BooleanSupplier diskIsFull) {
    full = diskIsFull;
  }

  /** Told after each message that was kept to be handed on. */
  public void onKept(Runnable listener) {
    kept = listener;
  }

  private void needRoom() {
    if (full.getAsBoolean()) {
      throw new Refusal(Refusal.Kind.NO_STORE, "store.disk-full");
    }
  }

  Journal journal() {
    return journal;
  }

  /** A message of the journal; null for an id that none has. */
  public @Nullable Message message(String id) {
    return journal.read(id);
  }

  /** Its bytes; version 0 is the original. */
  public byte[] content(String id, int version) {
    return journal.content(id, version);
  }

  /**
   * Messages, the newest first.
   *
   * @param feeds names; null for all
   * @param type {@code ADT} or {@code ADT^A01}
   * @param patient id of a Patient
   * @param before id of the last one of the page before
   */
  public List<Message> find(
      @Nullable List<String> feeds,
      @Nullable String type,
      @Nullable String control,
      @Nullable String patient,
      List<State> states,
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable String before,
      int count) {
    return journal.find(
        new Journal.Query(
            feeds,
            type,
            control,
            patient == null ? null : digests.reference("Patient", patient),
            states,
            since,
            until,
            before,
            count));
  }

  /** Number of a feed's messages in a state that waits for somebody. */
  public record Open(String feed, State state, long count) {}

  public List<Open> open() {
    return journal.open().stream()
        .map(each -> new Open(each.feed(), each.state(), each.count()))
        .toList();
  }

  /**
   * What a feed brings.
   *
   * @param received messages since the time that was asked for
   * @param waiting messages that nothing was done about yet
   * @param oldest of those, when it came; null for none
   */
  public record Traffic(String feed, long received, long waiting, @Nullable Instant oldest) {}

  /** What came since a time, and what waits, by feed; those with neither are left out. */
  public List<Traffic> traffic(Instant since) {
    return journal.traffic(since);
  }

  private int inFlight() {
    return settings.inFlight() - inFlight.availablePermits();
  }

  // ------------------------------------------------------------------ back-pressure

  /** Waits for room for one more message; to be given back with {@link #leave}. */
  public void enter() throws InterruptedException {
    inFlight.acquire();
  }

  /**
   * What the codes of an institution's own may mean, by every feed that would read them; null for
   * anything.
   */
  public @Nullable Set<String> meanings(String system) {
    Set<String> meanings = null;
    for (Feed feed : feeds.all()) {
      meanings = Mappings.common(meanings, feeds.mappings(feed).meanings(feed, system));
    }
    return meanings;
  }

  /** Reads bodies, before a place is taken for what they hold. */
  public Incoming incoming() {
    return incoming;
  }

  /** As {@link #enter}, without waiting; false when there is no room. */
  public boolean tryEnter() {
    return inFlight.tryAcquire();
  }

  public void leave() {
    inFlight.release();
  }

  // ------------------------------------------------------------------ taking

  /**
   * A message that is in the journal.
   *
   * @param read null when it could not be read, or was there before
   * @param receipt what is to be said at once; null when it has to be processed first
   */
  public record Accepted(
      Feed feed,
      String id,
      String remote,
      long seq,
      int home,
      long lane,
      Format.@Nullable Read read,
      @Nullable Receipt receipt) {}

  /**
   * Keeps a message as it came. When this returns, it will not be lost.
   *
   * @param remote address of the sender, for the audit
   * @throws Refusal TRANSIENT or NO_STORE when it cannot be kept: then it was not taken
   */
  public Accepted accept(Feed feed, byte[] bytes, String remote) {
    needRoom();
    Instant now = now();
    Format format = formats.get(feed.format());
    if (format == null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.no-format", feed.format());
    }
    byte[] digest = Journal.digest(bytes);
    Format.Read read = null;
    Message.Reason unreadable = null;
    String patientKey = "";
    String control = "";
    try {
      Format.Read found = format.read(bytes, feed);
      patientKey = found.patientKey();
      control = found.controlId();
      read = found;
    } catch (Refusal e) {
      unreadable = reason(e);
    } catch (RuntimeException e) {
      // Ours; but what came is kept all the same.
      LOG.error("A message of feed {} could not be read: {}", feed.name(), trace(e));
      unreadable = new Message.Reason("gateway.fault", List.of(e.getClass().getSimpleName()));
    }
    long lane =
        patientKey.isEmpty()
            ? digests.of(digest) // About nobody: it waits for nothing, and nothing for it.
            : lane(feed.institution(), patientKey);
    int home = (int) (lane & (Ids.HOMES - 1));
    if (feed.suspended() && unreadable == null) {
      unreadable = new Message.Reason("gateway.suspended", List.of());
    }
    // Once for each number of a feed; without a number, once for each content.
    boolean byContent = control.isEmpty() || !feed.strictControlIds();
    byte[] mac =
        mac(
            "intake|"
                + feed.name()
                + "|"
                + control
                + (byContent ? "|" + HexFormat.of().formatHex(digest) : ""));
    var entry =
        new Journal.Entry(
            home,
            lane,
            now,
            unreadable == null ? State.RECEIVED : State.REFUSED,
            Ids.next(home),
            feed.name(),
            read == null ? "" : read.type(),
            control,
            Arrays.copyOf(digest, 16),
            unreadable,
            read == null ? List.of() : read.findings(),
            bytes);
    if (feed.suspended()) {
      return suspended(feed, entry, mac, remote);
    }
    Journal.Inserted inserted = journal.insert(entry, ByteBuffer.wrap(mac).getLong(), mac);
    Journal.Taken taken = inserted.taken();
    count(feed, taken == null ? "received" : "repeated");
    if (taken == null) {
      return new Accepted(
          feed,
          entry.id(),
          remote,
          inserted.seq(),
          home,
          lane,
          read,
          unreadable == null ? null : new Receipt(entry.id(), State.REFUSED, unreadable, false));
    }
    if (taken.isSame()) {
      return again(feed, taken.id(), remote);
    }
    return conflict(feed, entry, remote);
  }

  /**
   * Keeps bytes that are not to be carried out: a message that was cut off on its way. Its control
   * id stays free, since the sender will send it again.
   */
  public Receipt refuse(Feed feed, byte[] bytes, String remote, Refusal why) {
    needRoom();
    byte[] digest = Journal.digest(bytes);
    long lane = digests.of(digest);
    int home = (int) (lane & (Ids.HOMES - 1));
    var entry =
        new Journal.Entry(
            home,
            lane,
            now(),
            State.REFUSED,
            Ids.next(home),
            feed.name(),
            "",
            "",
            Arrays.copyOf(digest, 16),
            reason(why),
            List.of(),
            bytes);
    byte[] mac = mac("intake-cut|" + feed.name() + "|" + HexFormat.of().formatHex(digest));
    Journal.Taken taken = journal.insert(entry, ByteBuffer.wrap(mac).getLong(), mac).taken();
    var receipt =
        new Receipt(taken == null ? entry.id() : taken.id(), State.REFUSED, reason(why), false);
    count(feed, "refused");
    audit(
        new Accepted(feed, receipt.id(), remote, 0, home, lane, null, receipt),
        receipt,
        new AccessTrail());
    return receipt;
  }

  /** The same message once more: it is told what the first was told, or waits with it. */
  private Accepted again(Feed feed, String id, String remote) {
    Message message = journal.read(id);
    if (message == null) {
      // Taken out with the resident's record, and not to come back by being sent again.
      var erased = new Message.Reason("gateway.erased", List.of());
      return new Accepted(
          feed, id, remote, 0, 0, 0, null, new Receipt(id, State.REFUSED, erased, false));
    }
    return new Accepted(
        feed,
        id,
        remote,
        message.seq(),
        message.home(),
        message.lane(),
        null,
        message.state() == State.RECEIVED ? null : receipt(message));
  }

  private static Receipt receipt(Message message) {
    return new Receipt(message.id(), message.state(), message.reason(), false);
  }

  /**
   * While a feed is suspended: kept in its lane, and not carried out. Its number stays free, since
   * the sender will send it again; what was taken before the suspension is answered as it was then.
   */
  private Accepted suspended(Feed feed, Journal.Entry entry, byte[] mac, String remote) {
    Journal.Taken before = journal.taken(ByteBuffer.wrap(mac).getLong(), mac, entry.digest());
    if (before != null && before.isSame()) {
      return again(feed, before.id(), remote);
    }
    count(feed, "refused");
    return refused(feed, entry, "intake-suspended|", entry.reason(), remote);
  }

  /** Another message under a number that was used: kept, and not carried out. */
  private Accepted conflict(Feed feed, Journal.Entry entry, String remote) {
    return refused(
        feed,
        entry,
        "intake-conflict|",
        new Message.Reason("gateway.control-id-used", List.of()),
        remote);
  }

  private Accepted refused(
      Feed feed,
      Journal.Entry entry,
      String space,
      Message.@Nullable Reason reason,
      String remote) {
    var refused =
        new Journal.Entry(
            entry.home(),
            entry.lane(),
            entry.received(),
            State.REFUSED,
            entry.id(),
            entry.feed(),
            entry.type(),
            entry.control(),
            entry.digest(),
            reason,
            entry.findings(),
            entry.content());
    byte[] mac =
        mac(
            space
                + feed.name()
                + "|"
                + entry.control()
                + "|"
                + HexFormat.of().formatHex(entry.digest()));
    Journal.Inserted inserted = journal.insert(refused, ByteBuffer.wrap(mac).getLong(), mac);
    Journal.Taken taken = inserted.taken();
    String id = taken == null ? entry.id() : taken.id();
    return new Accepted(
        feed,
        id,
        remote,
        0,
        entry.home(),
        entry.lane(),
        null,
        new Receipt(id, State.REFUSED, reason, false));
  }

  private byte[] mac(String text) {
    var buffer = ByteBuffer.allocate(16);
    buffer.putLong(digests.of(text)).putLong(digests.of("2|" + text));
    return buffer.array();
  }

  /** Messages with the same one keep their order. */
  long lane(String institution, String patientKey) {
    return digests.of("intake-lane|" + institution + "|" + patientKey);
  }

  /**
   * Carries an accepted message out, after those that came before it about the same patient. When
   * it returns DONE, what the message says is committed.
   */
  public Receipt process(Accepted accepted) {
    Receipt known = accepted.receipt();
    if (known != null) {
      audit(accepted, known, new AccessTrail());
      return known;
    }
    if (forwards) {
      return keep(accepted);
    }
    var mine = new CompletableFuture<Receipt>();
    CompletableFuture<Receipt> other = running.putIfAbsent(accepted.id(), mine);
    if (other != null) {
      return await(other, accepted.id());
    }
    Receipt receipt = later(accepted.id());
    try {
      receipt = inOrder(accepted);
      return receipt;
    } finally {
      running.remove(accepted.id(), mine);
      mine.complete(receipt);
    }
  }

  /** For the sender it is done: from here on it is the node's to bring it to the centre. */
  private Receipt keep(Accepted accepted) {
    var receipt = new Receipt(accepted.id(), State.DONE, null, false);
    audit(accepted, receipt, new AccessTrail());
    kept.run();
    return receipt;
  }

  /** Keeps and carries out. */
  public Receipt take(Feed feed, byte[] bytes, String remote) {
    return process(accept(feed, bytes, remote));
  }

  private static Receipt later(String id) {
    return new Receipt(
        id, State.RECEIVED, new Message.Reason("gateway.for-later", List.of()), true);
  }

  private static Receipt await(CompletableFuture<Receipt> other, String id) {
    try {
      return other.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return later(id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return later(id);
    }
  }

  private Receipt inOrder(Accepted accepted) {
    try {
      long waitedSince = System.nanoTime();
      while (!closed) {
        Journal.Before first =
            journal.before(
                accepted.home(), accepted.lane(), accepted.seq(), accepted.feed().parking());
        if (first == null) {
          return work(accepted);
        }
        if (first.state() != State.RECEIVED) {
          return park(accepted);
        }
        CompletableFuture<Receipt> other = running.get(first.id());
        if (other != null) {
          await(other, first.id());
        } else if (System.nanoTime() - waitedSince > settings.patience().toNanos()) {
          // Another instance left it behind, or is slow: trying it once more does no harm.
          Accepted left = reload(first.id());
          if (left != null) {
            Receipt receipt = process(left);
            if (receipt.isForLater()) {
              return later(accepted.id());
            }
          }
        } else {
          Thread.sleep(20);
        }
        Message now = journal.read(accepted.id());
        if (now != null && now.state() != State.RECEIVED) {
          return receipt(now);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Refusal e) {
      if (e.kind() != Refusal.Kind.TRANSIENT && e.kind() != Refusal.Kind.NO_STORE) {
        throw e;
      }
    }
    return later(accepted.id());
  }

  private Receipt park(Accepted accepted) {
    var reason = new Message.Reason("gateway.parked", List.of());
    journal.move(accepted.id(), List.of(State.RECEIVED), State.PARKED, reason, now());
    count(accepted.feed(), "parked");
    var receipt = new Receipt(accepted.id(), State.PARKED, reason, false);
    audit(accepted, receipt, new AccessTrail());
    return receipt;
  }

  /** A message as it stands in the journal, to be carried out; null when it is settled. */
  private @Nullable Accepted reload(String id) {
    Message message = journal.read(id);
    if (message == null || message.state() != State.RECEIVED) {
      return null;
    }
    Feed feed = feeds.get(message.feed());
    return feed == null
        ? null
        : new Accepted(feed, id, "", message.seq(), message.home(), message.lane(), null, null);
  }

  private Receipt work(Accepted accepted) throws InterruptedException {
    working.acquire();
    try {
      return carryOut(accepted, List.of(State.RECEIVED), 0);
    } finally {
      working.release();
    }
  }

  /**
   * Maps and commits.
   *
   * @param from states it may be in
   * @param version of its content; 0 for the original
   */
  private Receipt carryOut(Accepted accepted, List<State> from, int version) {
    Feed feed = accepted.feed();
    String id = accepted.id();
    String type = "";
    String control = "";
    var progress = new Progress();
    Message.Reason reason = null;
    var trail = new AccessTrail();
    try {
      Format.Read read = accepted.read();
      if (read == null) {
        read = format(feed).read(journal.content(id, version), feed);
      }
      type = read.type();
      control = read.controlId();
      progress.findings = read.findings();
      carryOut(accepted, read, version, progress, trail);
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT || e.kind() == Refusal.Kind.NO_STORE) {
        count(feed, "later");
        return later(id);
      }
      reason = reason(e);
    } catch (RuntimeException e) {
      // Ours. The message is not lost by it, and no other waits for it; what it says stays out of
      // the log.
      LOG.error("Message {} of feed {} failed: {}", id, feed.name(), trace(e));
      reason = new Message.Reason("gateway.fault", List.of(e.getClass().getSimpleName()));
    }
    State state = reason == null ? State.DONE : State.DEAD;
    var settled =
        new Journal.Settled(
            state,
            type,
            control,
            progress.mappedBy,
            reason,
            progress.findings,
            progress.made,
            patient(progress.made));
    boolean first = journal.settle(id, from, settled, now());
    var receipt = new Receipt(id, state, reason, false);
    if (!first) {
      Message now = journal.read(id);
      return now == null ? receipt : receipt(now);
    }
    count(feed, state.word());
    audit(accepted, receipt, trail);
    if (!progress.unknown.isEmpty()) {
      codes.unknown(feed, progress.unknown);
    }
    if (!progress.inside.isEmpty()) {
      letOthersWork(() -> progress.inside.forEach(this::process));
    }
    return receipt;
  }

  /** How far a message came. */
  private static final class Progress {
    @Nullable String mappedBy;
    List<Finding> findings = List.of();
    List<String> made = List.of();
    Set<CodeTranslation.Code> unknown = Set.of();

    /** Documents of their own that lay in it; in the journal, still to be carried out. */
    final List<Accepted> inside = new ArrayList<>();
  }

  private void carryOut(
      Accepted accepted, Format.Read read, int version, Progress progress, AccessTrail trail) {
    Feed feed = accepted.feed();
    String id = accepted.id();
    Format.Transaction direct = read.transaction();
    if (direct != null) {
      progress.made =
          commit(trail, () -> committer.commit(feed.caller(id), direct, key(id, version)));
      return;
    }
    Mapping mapping = feeds.mappings(feed).of(feed.format(), read.type());
    if (mapping == null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.no-mapping", shown(read.type()));
    }
    progress.mappedBy = mapping.name() + "@" + mapping.version();
    if (read.isContainer()) {
      inAFilesPlace(
          () ->
              progress.findings =
                  takeApart(
                      accepted, read.parts(version == 0 ? id : id + "." + version, mapping), read));
      return;
    }
    Mapping.Mapped mapped = mapping.map(read, feed, codes);
    progress.findings = mapped.findings();
    progress.unknown = mapped.unknown();
    progress.made =
        commit(trail, () -> committer.commit(feed.caller(id), mapped.plans(), key(id, version)));
    passOn(accepted, mapping.documents(read), progress);
  }

  /**
   * Takes documents that lay in a message into the journal of the feed that is meant for them,
   * before the message itself is settled: none is lost between the two.
   */
  private void passOn(Accepted accepted, List<byte[]> documents, Progress progress) {
    Feed feed = feeds.get(accepted.feed().documents());
    boolean isMeant =
        feed != null
            && feed.active()
            && feed.institution().equals(accepted.feed().institution())
            && !feed.name().equals(accepted.feed().name());
    if (feed == null || !isMeant) {
      return;
    }
    var findings = new ArrayList<>(progress.findings);
    for (byte[] document : documents) {
      if (format(feed).isOne(document)) {
        Accepted inside = accept(feed, document, accepted.remote());
        findings.add(new Finding("gateway.found-document", "", feed.name(), inside.id()));
        progress.inside.add(inside);
      }
    }
    progress.findings = findings;
  }

  /**
   * Takes a file's messages one by one: each into the journal, in order, and carried out from
   * there, so that one that fails stands in nobody's way. When the file is tried again after a
   * stop, those that are there already are not taken again.
   */
  private List<Finding> takeApart(Accepted file, Iterator<byte[]> parts, Format.Read read) {
    var done = new AtomicInteger();
    var failed = new AtomicInteger();
    var all = new AtomicInteger();
    letOthersWork(
        () -> {
          var room = new Semaphore(PARTS_AHEAD);
          try (var workers =
              Executors.newFixedThreadPool(PARTS_AT_ONCE, Thread.ofVirtual().factory())) {
            while (parts.hasNext()) {
              if (closed) {
                throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
              }
              Accepted part = accept(file.feed(), parts.next(), file.remote());
              all.incrementAndGet();
              room.acquireUninterruptibly();
              var unused =
                  workers.submit(
                      () -> {
                        try {
                          State state = process(part).state();
                          (state == State.DONE ? done : failed).incrementAndGet();
                        } finally {
                          room.release();
                        }
                      });
            }
          }
        });
    var findings = new ArrayList<>(read.findings());
    findings.add(
        new Finding("gateway.found-rows", "", "" + all.get(), "" + done.get(), "" + failed.get()));
    return findings;
  }

  /**
   * @throws Refusal TRANSIENT when as many files are open as there may be
   */
  private void inAFilesPlace(Runnable work) {
    if (!files.tryAcquire()) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "gateway.busy");
    }
    try {
      work.run();
    } finally {
      files.release();
    }
  }

  /** Whoever waits for others to be carried out keeps no place among those that work. */
  private void letOthersWork(Runnable waiting) {
    working.release();
    try {
      waiting.run();
    } finally {
      working.acquireUninterruptibly();
    }
  }

  /** Class names and lines only: a message of an exception may quote a value. */
  private static String trace(Throwable e) {
    var text = new StringBuilder();
    for (Throwable at = e; at != null; at = at.getCause()) {
      text.append(at.getClass().getName());
      StackTraceElement[] trace = at.getStackTrace();
      for (int i = 0; i < Math.min(6, trace.length); i++) {
        text.append(" at ").append(trace[i]);
      }
      text.append("; ");
    }
    return text.toString();
  }

  private static String key(String id, int version) {
    return "intake/" + id + (version == 0 ? "" : "/" + version);
  }

  private List<String> commit(AccessTrail trail, Supplier<List<String>> commit) {
    for (int attempt = 1; ; attempt++) {
      try {
        return ScopedValue.where(AccessTrail.CURRENT, trail).call(commit::get);
      } catch (Refusal e) {
        boolean again =
            e.kind() == Refusal.Kind.TRANSIENT
                // Another feed wrote the same resource in between: it is found now.
                || e.messageKey().equals("store.contended")
                || e.messageKey().equals("store.gone");
        if (!again || attempt == TRIES || closed) {
          throw e;
        }
        try {
          Thread.sleep(100L << attempt);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  private @Nullable Long patient(List<String> made) {
    return made.isEmpty() || !made.getFirst().startsWith("Patient/")
        ? null
        : digests.of(made.getFirst());
  }

  private Format format(Feed feed) {
    Format format = formats.get(feed.format());
    if (format == null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.no-format", feed.format());
    }
    return format;
  }

  /** A type as sent, if it looks like one. */
  private static String shown(String type) {
    return type.matches("[A-Za-z0-9^_.-]{1,40}") ? type : "?";
  }

  /** What is kept of a refusal. */
  public static Message.Reason reason(Refusal e) {
    if (e instanceof health.helan.foundation.store.InvalidResource invalid
        && !invalid.issues().isEmpty()) {
      var first = invalid.issues().getFirst();
      return new Message.Reason(
          "gateway.invalid-resource", List.of(first.expression(), first.code()));
    }
    return new Message.Reason(e.messageKey(), e.arguments().stream().map(String::valueOf).toList());
  }

  private static void count(Feed feed, String what) {
    Metrics.counter("helan.gateway.messages", "feed", feed.name(), "outcome", what).increment();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private void audit(Accepted accepted, Receipt receipt, AccessTrail trail) {
    for (BiConsumer<Accepted, Receipt> listener : listeners) {
      try {
        listener.accept(accepted, receipt);
      } catch (RuntimeException e) {
        LOG.error("A listener failed at a message of feed {}", accepted.feed().name(), e);
      }
    }
    int status =
        switch (receipt.state()) {
          case DONE -> 200;
          case RECEIVED -> 503;
          case PARKED -> 202;
          case DEAD, REFUSED, DISCARDED -> 422;
        };
    audit.record(
        new AuditSink.Request(
            now(),
            accepted.feed().caller(receipt.id()),
            accepted.remote(),
            "transaction",
            "",
            "",
            "",
            List.of(),
            digests.of("intake|" + receipt.id()),
            status,
            trail.resources(),
            receipt.state() == State.DONE ? 0 : 1,
            0,
            trail.subjects()));
  }

  // ------------------------------------------------------------------ questions

  /** What the system behind a feed asks of the store. */
  @FunctionalInterface
  public interface Question<T> {
    T of(RecordStore store, Caller caller);
  }

  /**
   * Answers a question that came on a feed, with the eyes of the feed's institution. Nothing of it
   * is kept but its trace, which is kept before this returns.
   *
   * @param operation name under which the audit has it
   * @throws Refusal for a suspended feed, at an edge node, or what the question meets
   */
  public <T> T ask(Feed feed, String remote, String operation, Question<T> question) {
    var trail = new AccessTrail();
    String id = Ids.next((int) (digests.of(operation + "|" + feed.name()) & (Ids.HOMES - 1)));
    Caller caller = feed.caller(id);
    int status = 500;
    try {
      if (feed.suspended()) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.suspended");
      }
      if (forwards) {
        throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.no-queries-here");
      }
      if (!feed.queries()) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.no-queries", feed.name());
      }
      T answer =
          ScopedValue.where(AccessTrail.CURRENT, trail).call(() -> question.of(store, caller));
      status = 200;
      return answer;
    } catch (Refusal e) {
      status = e.kind().status();
      throw e;
    } finally {
      count(feed, status == 200 ? "asked" : "asked-in-vain");
      audit.record(
          new AuditSink.Request(
              now(),
              caller,
              remote,
              "other",
              "Patient",
              "",
              operation,
              List.of(),
              digests.of("asked|" + id),
              status,
              status == 200 ? trail.resources() : 0,
              status == 200 ? 0 : 1,
              0,
              trail.subjects()));
    }
  }

  // ------------------------------------------------------------------ upkeep

  private void sweep() {
    if (!forwards) {
      finishWhatWasLeft();
    }
    while (!closed && journal.forget(now().minus(settings.keep()), 1000) == 1000) {
      // The next part.
    }
  }

  private void finishWhatWasLeft() {
    for (String id : journal.waiting(now().minus(settings.patience().multipliedBy(2)), 200)) {
      if (closed) {
        return;
      }
      if (!running.containsKey(id)) {
        Accepted left = reload(id);
        if (left != null) {
          process(left);
        }
      }
    }
    for (String id : journal.forgotten(200)) {
      Message parked = journal.read(id);
      if (parked != null && !closed) {
        release(parked);
      }
    }
  }

  // ------------------------------------------------------------------ operators

  /** What becomes of a failed message that is tried again. */
  public enum Overtaken {
    /** It is refused when later messages of the patient are done. */
    REFUSE,
    /** It is carried out all the same. */
    ALLOW
  }

  /**
   * Carries out a dead or refused message again, perhaps corrected, then what was parked behind it.
   *
   * @param corrected bytes that stand for it from now on; null for those that stand now
   * @throws Refusal when it is not there or settled, or when others have overtaken it
   */
  public Receipt replay(String id, byte @Nullable [] corrected, Overtaken overtaken, Caller by) {
    if (forwards) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "edge.at-the-centre");
    }
    Message message = journal.read(id);
    if (message == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-message", id);
    }
    if (message.state() != State.DEAD && message.state() != State.REFUSED) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "gateway.not-replayable", message.state().word());
    }
    Feed feed = feeds.get(message.feed());
    if (feed == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-feed", message.feed());
    }
    if (overtaken == Overtaken.REFUSE) {
      int later = journal.overtakenBy(message);
      if (later > 0) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "gateway.overtaken", later);
      }
    }
    int version = message.corrected();
    if (corrected != null) {
      version = journal.correct(id, corrected, by.subject(), now());
    }
    var accepted =
        new Accepted(feed, id, "", message.seq(), message.home(), message.lane(), null, null);
    Receipt receipt;
    try {
      working.acquire();
      try {
        receipt = carryOut(accepted, List.of(State.DEAD, State.REFUSED), version);
      } finally {
        working.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
    }
    if (receipt.state() == State.DONE) {
      release(message);
    }
    return receipt;
  }

  /** Gives a message up; what was parked behind it goes on. */
  public void discard(String id) {
    Message message = journal.read(id);
    if (message == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-message", id);
    }
    if (!journal.move(
        id,
        List.of(State.DEAD, State.REFUSED, State.PARKED),
        State.DISCARDED,
        message.reason(),
        now())) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "gateway.not-replayable", message.state().word());
    }
    if (!forwards) {
      release(message);
    }
  }

  /** Carries out what is parked in a message's lane and need not be any more, in order. */
  private void release(Message ofLane) {
    for (String id : journal.parked(ofLane.home(), ofLane.lane())) {
      Message parked = Journal.required(journal.read(id));
      Journal.Before before = journal.before(parked.home(), parked.lane(), parked.seq(), true);
      if (before != null && before.state() != State.RECEIVED) {
        return; // Another failed one stands before it.
      }
      if (!journal.move(id, List.of(State.PARKED), State.RECEIVED, null, now())) {
        continue;
      }
      Accepted next = reload(id);
      if (next != null && process(next).state() != State.DONE) {
        return;
      }
    }
  }

  /**
   * What a message would become, without keeping or committing anything.
   *
   * @param type of the message; empty when it could not be read
   * @param mapping null where the sender says itself what is to be written
   * @param interactions what the sender asks for; empty where it is planned by us
   */
  public record Rehearsal(
      String type,
      @Nullable String mapping,
      List<Plan> plans,
      List<Interaction> interactions,
      List<Finding> findings) {}

  /** What a rehearsal takes into account. */
  public enum Looking {
    /** References are to what is there already, if it is. */
    AT_WHAT_IS_THERE,
    /** Nothing is looked up. */
    AT_THE_TEXT_ALONE
  }

  private void look(Feed feed, List<Plan> plans, Looking looking) {
    if (looking == Looking.AT_WHAT_IS_THERE) {
      committer.prepare(feed.caller(""), plans);
    }
  }

  /**
   * @throws Refusal with the reason for which the message would be refused
   */
  public Rehearsal rehearse(Feed feed, byte[] bytes, @Nullable Mapping instead, Looking looking) {
    Format.Read read = format(feed).read(bytes, feed);
    Format.Transaction direct = read.transaction();
    if (direct != null) {
      look(feed, direct.plans(), looking);
      return new Rehearsal(
          read.type(), null, direct.plans(), direct.interactions(), read.findings());
    }
    Mapping mapping =
        instead != null ? instead : feeds.mappings(feed).of(feed.format(), read.type());
    if (mapping == null) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.no-mapping", shown(read.type()));
    }
    String mappedBy = mapping.name() + "@" + mapping.version();
    if (!read.isContainer()) {
      Mapping.Mapped mapped = mapping.map(read, feed, codes);
      look(feed, mapped.plans(), looking);
      return new Rehearsal(read.type(), mappedBy, mapped.plans(), List.of(), mapped.findings());
    }
    var plans = new ArrayList<Plan>();
    var findings = new ArrayList<>(read.findings());
    inAFilesPlace(() -> rehearseRows(feed, read, mapping, looking, plans, findings));
    return new Rehearsal(read.type(), mappedBy, plans, List.of(), findings);
  }

  private void rehearseRows(
      Feed feed,
      Format.Read read,
      Mapping mapping,
      Looking looking,
      List<Plan> plans,
      List<Finding> findings) {
    Iterator<byte[]> parts = read.parts("rehearsal", mapping);
    for (int rows = 0; parts.hasNext() && rows < REHEARSED; rows++) {
      Format.Read part = format(feed).read(parts.next(), feed);
      try {
        Mapping.Mapped mapped = mapping.map(part, feed, codes);
        look(feed, mapped.plans(), looking);
        plans.addAll(mapped.plans());
        mapped.findings().stream()
            .filter(each -> !each.key().equals("gateway.found-of-file"))
            .forEach(findings::add);
      } catch (Refusal e) {
        // One row: the others are shown all the same.
        Message.Reason reason = reason(e);
        String place = part.controlId();
        findings.add(
            new Finding(
                reason.key(),
                place.substring(Math.max(0, place.indexOf('#'))),
                reason.arguments()));
      }
    }
  }

  @Override
  public void erase(long subject) {
    journal.erase(subject);
  }

  @Override
  public void close() {
    closed = true;
    schedule.shutdownNow();
  }
}
