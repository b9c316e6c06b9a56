package health.helan.foundation.residents.index;

import health.helan.foundation.residents.match.Comparison;
import health.helan.foundation.residents.match.Evidence;
import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.residents.match.Verdict;
import health.helan.foundation.store.ContentCodec.Encoded;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.sql.CopyBuffer;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work on the index, within one transaction that holds the gate: records come, change
 * or go, people decide; then who is one person is computed anew for all records that this reaches,
 * and the tables are brought to it.
 */
final class Work implements AutoCloseable {
  /** So few Patients are read one after the other, and written as they come. */
  static final int FEW = 64;

  /** What is older is history: catching up tells nobody. */
  private static final Duration STILL_NEWS = Duration.ofHours(1);

  private final Connection transaction;
  private final Context context;
  private final Instant now;

  private final Map<Long, Known> known = new HashMap<>();
  private final Map<Pair, Edge> edges = new HashMap<>();

  /** What is to be compared of the Patients that come, by their ids. */
  private final Map<String, Reading> arriving = new ConcurrentHashMap<>();

  /** Pairs of each record whose pairs were read. */
  private final Map<Long, Map<Long, Edge>> around = new HashMap<>();

  /** Records whose pairs may join others than before. */
  private final Set<Long> seeds = new LinkedHashSet<>();

  private final List<Long> goneKeys = new ArrayList<>();
  private final List<Long> goneKeyRecords = new ArrayList<>();
  private final List<NewKey> newKeys = new ArrayList<>();
  private final Pen pen;
  private CompletableFuture<Map<Long, Encoded>> sealing =
      CompletableFuture.completedFuture(Map.of());
  private final CopyBuffer decisions = new CopyBuffer(IndexSql.DECISION_WIDTH);
  private final Set<Known> regrouped = new LinkedHashSet<>();
  private long lastStep = System.nanoTime();

  private record NewKey(long key, long record, int home) {}

  /** Whoever follows it is told of what it changes. */
  private boolean isNews = true;

  private int taken;
  private boolean isContradicted;
  private int linked;

  /** Under which ruling automatic decisions of this work came about; empty for none. */
  private String cause = "";

  Work(Connection transaction, Context context) throws SQLException {
    this(transaction, context, false);
  }

  /**
   * @param isLarge writes while it computes; to be closed
   */
  Work(Connection transaction, Context context, boolean isLarge) throws SQLException {
    this.transaction = transaction;
    this.context = context;
    pen = new Pen(isLarge);
    now = context.clock().instant().truncatedTo(ChronoUnit.MICROS);
    holdGate(transaction);
    try (var statement = transaction.createStatement()) {
      statement.execute(IndexSql.BY_KEYS);
    }
    step("gate");
  }

  /** How long each part of the work takes: for whoever has to make it faster. */
  private void step(String name) {
    long at = System.nanoTime();
    Metrics.timer("helan.residents.step", "step", name).record(Duration.ofNanos(at - lastStep));
    lastStep = at;
  }

  /** One piece of work at a time, on all instances: docs/adr/0077. */
  static void holdGate(Connection transaction) throws SQLException {
    try (var hold = transaction.prepareStatement(IndexSql.HOLD_GATE)) {
      hold.setString(1, IndexSql.GATE);
      if (hold.executeUpdate() == 1) {
        return;
      }
      try (var make = transaction.prepareStatement(IndexSql.MAKE_GATE)) {
        make.setString(1, IndexSql.GATE);
        make.executeUpdate();
      }
      hold.executeUpdate();
    }
  }

  Instant now() {
    return now;
  }

  // ------------------------------------------------------------------ reading

  private void load(Collection<Long> records) throws SQLException {
    var missing = new ArrayList<Long>();
    for (long record : records) {
      if (!known.containsKey(record)) {
        missing.add(record);
      }
    }
    if (!missing.isEmpty()) {
      pen.rest();
      Rows.records(transaction, missing, one -> known.put(one.record, one));
    }
  }

  @Nullable Known find(String patientId) throws SQLException {
    long record = context.record(patientId);
    load(List.of(record));
    Known one = known.get(record);
    return one == null || one.isGone ? null : one;
  }

  private void loadPairs(Collection<Long> records) throws SQLException {
    var missing = new ArrayList<Long>();
    for (long record : records) {
      if (!around.containsKey(record)) {
        around.put(record, new LinkedHashMap<>());
        missing.add(record);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    pen.rest();
    Rows.each(
        transaction,
        IndexSql.PAIRS,
        missing,
        row -> {
          Edge read = Rows.edge(row);
          Edge edge = edges.computeIfAbsent(read.pair(), _ -> read);
          Map<Long, Edge> of = around.get(row.getLong(1));
          if (of != null) {
            of.put(row.getLong(2), edge);
          }
        });
    // Pairs that this work has made, of records whose pairs were read only now.
    for (Edge edge : edges.values()) {
      place(edge);
    }
  }

  private void place(Edge edge) {
    Map<Long, Edge> low = around.get(edge.low);
    if (low != null) {
      low.put(edge.high, edge);
    }
    Map<Long, Edge> high = around.get(edge.high);
    if (high != null) {
      high.put(edge.low, edge);
    }
  }

  /** The pair of two records whose pairs are read, made if it is not there. */
  private Edge edge(Known a, Known b) {
    Edge edge =
        edges.computeIfAbsent(
            Pair.of(a.record, b.record), _ -> new Edge(a.record, a.home, b.record, b.home));
    place(edge);
    return edge;
  }

  private void compare(Edge edge, Known a, Known b) {
    if (edge.comparison == null) {
      boolean inOrder = a.record == edge.low;
      Traits low = (inOrder ? a : b).traits(context.seal());
      Traits high = (inOrder ? b : a).traits(context.seal());
      edge.compared(context.matcher().compare(low, high));
    }
  }

  // ------------------------------------------------------------------ records

  /**
   * Takes Patients in, as they are now, or out.
   *
   * @param again also those that are known in this version
   */
  void take(List<Source> sources, boolean again) throws SQLException {
    isNews =
        !again && sources.stream().anyMatch(one -> one.updated().isAfter(now.minus(STILL_NEWS)));
    var byRecord = new LinkedHashMap<Long, Source>();
    for (Source source : sources) {
      byRecord.put(context.record(source.id()), source);
    }
    load(byRecord.keySet());
    step("known");
    var needed = new ArrayList<Source>();
    for (Map.Entry<Long, Source> entry : byRecord.entrySet()) {
      Known one = known.get(entry.getKey());
      if (!entry.getValue().isGone() && (one == null || isNews(one, entry.getValue(), again))) {
        needed.add(entry.getValue());
      }
    }
    (needed.size() > FEW ? needed.parallelStream() : needed.stream())
        .forEach(
            source ->
                arriving.put(
                    source.id(),
                    source.read() != null
                        ? source.read()
                        : context.read(Objects.requireNonNull(source.patient()))));
    var arrived = new ArrayList<Known>();
    var gone = new ArrayList<Known>();
    for (Map.Entry<Long, Source> entry : byRecord.entrySet()) {
      Source source = entry.getValue();
      Known one = known.get(entry.getKey());
      if (source.isGone()) {
        if (one != null) {
          gone.add(one);
        }
      } else if (one == null) {
        arrived.add(fresh(entry.getKey(), source));
      } else if (isNews(one, source, again)) {
        if (renew(one, source, again)) {
          arrived.add(one);
        }
      }
    }
    taken = arrived.size() + gone.size();
    step("traits");
    loadPairs(arrived.stream().filter(one -> !one.isFresh).map(one -> one.record).toList());
    loadPairs(gone.stream().map(one -> one.record).toList());
    gone.forEach(this::leave);
    forgetKeys();
    compareAll(arrived);
  }

  private boolean isNews(Known one, Source source, boolean again) {
    return again || one.version < source.version() || !one.model.equals(context.model());
  }

  private Known fresh(long record, Source source) {
    Known one =
        new Known(
            record,
            source.home(),
            source.id(),
            source.version(),
            context.model(),
            source.updated(),
            source.owner(),
            "",
            new long[0]);
    one.isFresh = true;
    known.put(record, one);
    around.put(record, new LinkedHashMap<>());
    Reading read = Objects.requireNonNull(arriving.get(source.id()));
    one.traits(read.traits);
    keys(one, read.keys);
    seeds.add(record);
    return one;
  }

  /** False when nothing that is compared has changed. */
  private boolean renew(Known one, Source source, boolean again) {
    Reading read = Objects.requireNonNull(arriving.get(source.id()));
    boolean isOther =
        again
            || !one.model.equals(context.model())
            || !Arrays.equals(one.traits(context.seal()).bytes(), read.traits.bytes());
    one.version = source.version();
    one.updated = source.updated();
    one.owner = source.owner();
    one.model = context.model();
    one.traits(read.traits);
    one.isChanged = true;
    if (isOther) {
      keys(one, read.keys);
      seeds.add(one.record);
    }
    return isOther;
  }

  private void keys(Known one, long[] keys) {
    for (long old : one.keys) {
      if (Arrays.binarySearch(keys, old) < 0) {
        goneKeys.add(old);
        goneKeyRecords.add(one.record);
      }
    }
    for (long key : keys) {
      if (Arrays.binarySearch(one.keys, key) < 0) {
        newKeys.add(new NewKey(key, one.record, one.home));
      }
    }
    one.keys = keys;
  }

  private void leave(Known one) {
    one.isGone = true;
    keys(one, new long[0]);
    seeds.add(one.record);
    for (Edge edge : around.getOrDefault(one.record, Map.of()).values()) {
      seeds.add(edge.other(one.record));
      edge.found = false;
      edge.verdict = Verdict.DIFFERENT;
      edge.weight = 0;
      edge.ruling = Ruling.NONE;
      edge.verdictWhenRuled = Verdict.DIFFERENT;
    }
  }

  /** Takes a record out for good. */
  void erase(long record) throws SQLException {
    load(List.of(record));
    loadPairs(List.of(record));
    Known one = known.get(record);
    if (one != null) {
      leave(one);
      forgetKeys();
    }
    settle();
  }

  private void forgetKeys() throws SQLException {
    if (!goneKeys.isEmpty()) {
      try (var forget = transaction.prepareStatement(IndexSql.FORGET_KEY)) {
        for (int i = 0; i < goneKeys.size(); i++) {
          forget.setLong(1, goneKeys.get(i));
          forget.setLong(2, goneKeyRecords.get(i));
          forget.addBatch();
        }
        forget.executeBatch();
      }
      goneKeys.clear();
      goneKeyRecords.clear();
    }
  }

  private void writeKeys() throws SQLException {
    if (!newKeys.isEmpty()) {
      var some = new ArrayList<>(newKeys);
      newKeys.clear();
      pen.write(
          () -> {
            // Neighbours in the index go together.
            some.sort(Comparator.comparingLong(NewKey::key).thenComparingLong(NewKey::record));
            var rows = new CopyBuffer(IndexSql.KEY_WIDTH);
            for (NewKey one : some) {
              rows.row().int8(one.key).int8(one.record).int4(one.home);
            }
            rows.send(transaction, IndexSql.COPY_KEYS);
          });
    }
  }

  private void compareAll(List<Known> arrived) throws SQLException {
    if (arrived.isEmpty()) {
      return;
    }
    sealAhead(arrived);
    Map<Long, List<Long>> byKey = find(arrived);
    step("find");
    var foundBy = new HashMap<Long, Set<Long>>();
    var others = new HashSet<Long>();
    for (Known one : arrived) {
      var found = new LinkedHashSet<Long>();
      for (long key : one.keys) {
        for (long there : byKey.getOrDefault(key, List.of())) {
          if (there != one.record) {
            found.add(there);
          }
        }
      }
      others.addAll(found);
      foundBy.put(one.record, found);
      for (Edge edge : around.getOrDefault(one.record, Map.of()).values()) {
        others.add(edge.other(one.record));
      }
    }
    load(others);
    step("load");
    writeKeys(); // Nothing is read by them any more: written while pairs are compared.
    for (Known one : arrived) {
      compareWithAll(one, foundBy.getOrDefault(one.record, Set.of()));
    }
    step("compare");
  }

  /**
   * Records by the keys of those that have come: what stands in the table, and what comes with
   * them. Keys that nobody else bears may be left out.
   */
  private Map<Long, List<Long>> find(List<Known> arrived) throws SQLException {
    int count = 0;
    for (Known one : arrived) {
      count += one.keys.length;
    }
    long[] keys = new long[count];
    for (Known one : arrived) {
      count -= one.keys.length;
      System.arraycopy(one.keys, 0, keys, count, one.keys.length);
    }
    pen.rest();
    int most = context.mostPerKey();
    // Neighbours in the index go together.
    Map<Long, List<Long>> byKey = Rows.find(transaction, Context.distinct(keys), most);
    Set<Long> shared = severalTimes();
    for (NewKey one : newKeys) {
      List<Long> there = byKey.get(one.key);
      if (there == null && shared.contains(one.key)) {
        there = new ArrayList<>(4);
        byKey.put(one.key, there);
      }
      if (there != null) {
        there.add(one.record);
      }
    }
    int all = byKey.size();
    byKey.values().removeIf(found -> found.size() > most);
    Metrics.counter("helan.residents.keys.full").increment(all - byKey.size());
    return byKey;
  }

  private void compareWithAll(Known one, Set<Long> found) {
    for (Edge edge : List.copyOf(around.getOrDefault(one.record, Map.of()).values())) {
      Known other = known.get(edge.other(one.record));
      if (other == null || other.isGone) {
        continue;
      }
      seeds.add(other.record);
      if (!other.model.equals(context.model())) {
        continue; // Its turn comes; until then the pair stays as it was compared.
      }
      edge.found = found.contains(other.record);
      compare(edge, one, other);
    }
    for (long record : found) {
      Known other = known.get(record);
      if (other == null || other.isGone || !other.model.equals(context.model())) {
        continue;
      }
      Edge there = edges.get(Pair.of(one.record, record));
      if (there != null) {
        there.found = true;
        compare(there, one, other);
        continue;
      }
      boolean inOrder = one.record < record;
      Comparison comparison =
          context
              .matcher()
              .compare(
                  (inOrder ? one : other).traits(context.seal()),
                  (inOrder ? other : one).traits(context.seal()));
      if (comparison.verdict() != Verdict.DIFFERENT) {
        Edge edge = edge(one, other);
        edge.found = true;
        edge.compared(comparison);
        if (comparison.verdict() == Verdict.SAME) {
          seeds.add(record);
        }
      }
    }
  }

  // ------------------------------------------------------------------ rulings

  /** The pair of two records, with what a comparison says now; for people to decide. */
  Edge pair(Known a, Known b) throws SQLException {
    loadPairs(List.of(a.record, b.record));
    Edge edge = edge(a, b);
    if (!edge.wasStored()) {
      compare(edge, a, b);
    }
    return edge;
  }

  /** Puts a ruling in force, or takes it out of force. */
  void rule(Edge edge, Ruling ruling, String decision) {
    edge.ruling = ruling;
    edge.verdictWhenRuled = ruling == Ruling.NONE ? Verdict.DIFFERENT : edge.verdict;
    seeds.add(edge.low);
    seeds.add(edge.high);
    cause = decision;
  }

  // ------------------------------------------------------------------ persons

  /** Computes persons anew, and brings the tables to them. */
  void settle() throws SQLException {
    Set<Long> reached = reach();
    load(reached);
    step("reach");
    var nodes = new HashMap<Long, Partition.Node>();
    for (long record : reached) {
      Known one = known.get(record);
      if (one == null || one.isGone) {
        continue;
      }
      if (around.getOrDefault(record, Map.of()).isEmpty()) {
        one.personNow = ""; // Most: nobody is like them.
      } else {
        nodes.put(
            record,
            new Partition.Node(
                record,
                one.id,
                one.numbers(context.seal()),
                one.traits(context.seal()).unidentified()));
      }
    }
    var all = new LinkedHashSet<Edge>();
    for (long record : reached) {
      all.addAll(around.getOrDefault(record, Map.of()).values());
    }
    var partition = new Partition(nodes, all);
    group(partition);
    judge(partition, nodes.keySet(), all);
    step("judge");
    write(all);
  }

  /** All records that pairs may join to those that this work has touched. */
  private Set<Long> reach() throws SQLException {
    var reached = new LinkedHashSet<Long>(seeds);
    var open = new ArrayDeque<Long>(seeds);
    while (!open.isEmpty()) {
      var some = List.copyOf(open);
      open.clear();
      loadPairs(some);
      for (long record : some) {
        for (Edge edge : around.getOrDefault(record, Map.of()).values()) {
          // What joined them before counts too: the person that it made is to be taken apart.
          if (edge.joins() || edge.before() == Status.LINKED) {
            long other = edge.other(record);
            if (reached.add(other)) {
              open.add(other);
            }
          }
        }
      }
    }
    return reached;
  }

  private void group(Partition partition) {
    partition
        .persons()
        .forEach(
            (lead, members) -> {
              String person = members.size() == 1 ? "" : lead;
              for (long member : members) {
                Known one = known.get(member);
                if (one != null) {
                  one.personNow = person;
                }
              }
            });
  }

  /** What each pair is now, and why. */
  private void judge(Partition partition, Set<Long> nodes, Set<Edge> all) throws SQLException {
    var outside = new HashSet<Long>();
    for (Edge edge : all) {
      if (!nodes.contains(edge.low)) {
        outside.add(edge.low);
      }
      if (!nodes.contains(edge.high)) {
        outside.add(edge.high);
      }
    }
    load(outside);
    var between = new HashMap<String, List<Edge>>();
    for (Edge edge : all) {
      edge.status = Status.NOTHING;
      edge.reason = Reason.NONE;
      edge.certain = false;
      Known low = known.get(edge.low);
      Known high = known.get(edge.high);
      if (edge.isNothing() || low == null || high == null || low.isGone || high.isGone) {
        continue;
      }
      if (nodes.contains(edge.low)
          && nodes.contains(edge.high)
          && partition.areOne(edge.low, edge.high)) {
        within(edge);
        edge.certain = edge.status == Status.LINKED && isCertain(edge, low, high);
      } else {
        String a = person(low);
        String b = person(high);
        between
            .computeIfAbsent(a.compareTo(b) < 0 ? a + " " + b : b + " " + a, _ -> new ArrayList<>())
            .add(edge);
      }
    }
    for (List<Edge> some : between.values()) {
      between(partition, some);
    }
  }

  private boolean isCertain(Edge edge, Known low, Known high) {
    return edge.ruling == Ruling.SAME
        || low.numbers(context.seal()).stream().anyMatch(high.numbers(context.seal())::contains);
  }

  private static String person(Known one) {
    return one.personNow.isEmpty() ? one.id : one.personNow;
  }

  private void within(Edge edge) {
    if (edge.ruling == Ruling.NOT_SAME) {
      isContradicted = true;
    } else if (edge.ruling == Ruling.SAME) {
      boolean isDoubted =
          edge.verdictWhenRuled != Verdict.DIFFERENT && edge.verdict == Verdict.DIFFERENT;
      edge.status = Status.LINKED; // What people said stands until they say otherwise.
      edge.reason = isDoubted ? Reason.CHANGED : Reason.RULED;
    } else if (edge.joins()) {
      edge.status = Status.LINKED;
      edge.reason = Reason.SAME;
    }
  }

  /** Of the pairs between two persons, the strongest is for people; none where they said so. */
  private void between(Partition partition, List<Edge> some) {
    Edge strongest = null;
    boolean isRefused = false;
    for (Edge edge : some) {
      if (edge.ruling == Ruling.NOT_SAME) {
        isRefused = true;
        if (edge.verdict == Verdict.SAME && edge.verdictWhenRuled != Verdict.SAME) {
          edge.status = Status.REVIEW;
          edge.reason = Reason.CHANGED;
        }
      } else if (edge.ruling == Ruling.SAME) {
        edge.status = Status.REVIEW;
        edge.reason = Reason.REFUSED;
        isContradicted = true;
      } else if (strongest == null || isStronger(edge, strongest)) {
        strongest = edge;
      }
    }
    if (strongest != null && !isRefused) {
      strongest.status = Status.REVIEW;
      strongest.reason =
          strongest.verdict == Verdict.POSSIBLE ? Reason.POSSIBLE : partition.whyApart(strongest);
    }
  }

  private static boolean isStronger(Edge one, Edge other) {
    if (one.verdict != other.verdict) {
      return Rows.code(one.verdict) > Rows.code(other.verdict);
    }
    if (one.weight != other.weight) {
      return one.weight > other.weight;
    }
    return one.low != other.low ? one.low < other.low : one.high < other.high;
  }

  /** A ruling does not hold: another stands against it. */
  boolean isContradicted() {
    return isContradicted;
  }

  /** Valid numbers of all records of its person. */
  /** Valid numbers that a record itself bears. */
  Set<String> numbers(Known one) {
    return new HashSet<>(one.numbers(context.seal()));
  }

  Set<String> numbersOfPerson(Known one) throws SQLException {
    Set<String> numbers = numbers(one);
    if (!one.person.isEmpty()) {
      var members = new ArrayList<Long>();
      pen.rest();
      Rows.each(
          transaction,
          IndexSql.MEMBERS,
          List.of(context.record(one.person)),
          row -> members.add(row.getLong(2)));
      load(members);
      for (long member : members) {
        Known other = known.get(member);
        if (other != null) {
          numbers.addAll(other.numbers(context.seal()));
        }
      }
    }
    return numbers;
  }

  boolean areOne(Known a, Known b) {
    return person(a).equals(person(b));
  }

  // ------------------------------------------------------------------ writing

  private void write(Set<Edge> all) throws SQLException {
    // What is written is final by now, so the pen may look at it while what comes next is made.
    pen.write(this::writeMembers);
    pen.write(this::writeRecords);
    writePairs(all); // Finds out between whom links came or went.
    if (decisions.rows() > 0) {
      pen.write(() -> decisions.send(transaction, IndexSql.COPY_DECISIONS));
    }
    tell();
    step("encode");
    pen.rest();
    step("write");
    if (!regrouped.isEmpty()) {
      var ids = new TreeSet<String>();
      regrouped.forEach(one -> ids.add(one.id));
      context.persons().changed(transaction, ids, now);
    }
    step("persons");
    Metrics.counter("helan.residents.taken").increment(taken);
    Metrics.counter("helan.residents.linked").increment(linked);
  }

  /** Whose institutions are to hear of it: not of what a walk or a late catching-up finds. */
  private void tell() throws SQLException {
    if (isNews) {
      var told = new ArrayList<Known>();
      for (Known one : regrouped) {
        if (!one.isGone) {
          told.add(one);
        }
      }
      if (told.isEmpty()) {
        return;
      }
      told.sort(Comparator.comparingLong(one -> one.record));
      pen.write(
          () -> {
            try (var tell = transaction.prepareStatement(IndexSql.TELL)) {
              tell.setObject(1, now.atOffset(ZoneOffset.UTC));
              tell.setObject(2, told.stream().mapToLong(one -> one.record).toArray());
              tell.setObject(3, told.stream().mapToInt(one -> one.home).toArray());
              tell.setArray(
                  4, transaction.createArrayOf("text", told.stream().map(one -> one.id).toArray()));
              tell.executeUpdate();
            }
          });
    }
  }

  private void writeMembers() throws SQLException {
    var members = new CopyBuffer(IndexSql.MEMBER_WIDTH);
    try (var forget = transaction.prepareStatement(IndexSql.FORGET_MEMBER)) {
      boolean forgets = false;
      for (Known one : known.values()) {
        String person = one.isGone ? "" : one.personNow;
        if (person.equals(one.person)) {
          continue;
        }
        if (!one.person.isEmpty()) {
          forget.setLong(1, context.record(one.person));
          forget.setLong(2, one.record);
          forget.addBatch();
          forgets = true;
        }
        if (!person.isEmpty()) {
          members.row().int8(context.record(person)).int8(one.record).int4(one.home).text(one.id);
        }
      }
      if (forgets) {
        forget.executeBatch();
      }
    }
    if (members.rows() > 0) {
      members.send(transaction, IndexSql.COPY_MEMBERS);
    }
  }

  private void writeRecords() throws SQLException {
    var fresh = new CopyBuffer(IndexSql.RECORD_WIDTH);
    var changed = new ArrayList<Known>();
    var moved = new ArrayList<Known>();
    var gone = new ArrayList<Known>();
    for (Known one : known.values()) {
      if (one.isGone) {
        gone.add(one);
      } else if (one.isFresh) {
        Encoded sealed = sealed(one);
        fresh
            .row()
            .int8(one.record)
            .timestamp(one.updated)
            .int4(one.home)
            .int4(one.version)
            .text(one.model)
            .int2(sealed.codec())
            .int2(sealed.keyId())
            .text(one.id)
            .text(one.owner)
            .text(one.personNow)
            .int8Array(one.keys)
            .raw(sealed.content());
      } else if (one.isChanged) {
        changed.add(one);
      } else if (!one.personNow.equals(one.person)) {
        moved.add(one);
      }
    }
    if (fresh.rows() > 0) {
      fresh.send(transaction, IndexSql.COPY_RECORDS);
    }
    batch(
        IndexSql.CHANGE_RECORD,
        changed,
        (statement, one) -> {
          Encoded sealed = sealed(one);
          statement.setObject(1, one.updated.atOffset(ZoneOffset.UTC));
          statement.setInt(2, one.version);
          statement.setString(3, one.model);
          statement.setShort(4, sealed.codec());
          statement.setShort(5, sealed.keyId());
          statement.setString(6, one.owner);
          statement.setString(7, one.personNow);
          statement.setObject(8, one.keys);
          statement.setBytes(9, sealed.content());
          statement.setInt(10, one.home);
          statement.setString(11, one.id);
        });
    batch(
        IndexSql.CHANGE_PERSON,
        moved,
        (statement, one) -> {
          statement.setString(1, one.personNow);
          statement.setInt(2, one.home);
          statement.setString(3, one.id);
        });
    batch(
        IndexSql.FORGET_RECORD,
        gone,
        (statement, one) -> {
          statement.setInt(1, one.home);
          statement.setString(2, one.id);
        });
  }

  /** Keys that several of those bear that have come. */
  private Set<Long> severalTimes() {
    long[] all = new long[newKeys.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = newKeys.get(i).key;
    }
    Arrays.sort(all);
    var several = new HashSet<Long>();
    for (int i = 1; i < all.length; i++) {
      if (all[i] == all[i - 1]) {
        several.add(all[i]);
      }
    }
    return several;
  }

  /** While the database looks for others. */
  private void sealAhead(List<Known> arrived) {
    if (arrived.size() > FEW) {
      sealing =
          CompletableFuture.supplyAsync(
              () -> {
                var sealed = new HashMap<Long, Encoded>();
                for (Known one : arrived) {
                  sealed.put(one.record, seal(one));
                }
                return sealed;
              });
    }
  }

  private Encoded sealed(Known one) {
    Encoded before = sealing.join().get(one.record);
    return before == null ? seal(one) : before;
  }

  private Encoded seal(Known one) {
    return context.seal().close(one.id, one.version, one.traits(context.seal()).bytes());
  }

  private interface Binder<T> {
    void bind(PreparedStatement statement, T one) throws SQLException;
  }

  private <T> void batch(String sql, Collection<T> some, Binder<T> binder) throws SQLException {
    if (some.isEmpty()) {
      return;
    }
    try (var statement = transaction.prepareStatement(sql)) {
      for (T one : some) {
        binder.bind(statement, one);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private void writePairs(Set<Edge> all) throws SQLException {
    var fresh = new CopyBuffer(IndexSql.PAIR_WIDTH);
    var changed = new ArrayList<Edge>();
    var gone = new ArrayList<Edge>();
    var wanted = new ArrayList<Edge>();
    var settled = new ArrayList<Edge>();
    for (Edge edge : all) {
      boolean isNothing = edge.isNothing();
      if (isNothing) {
        edge.status = Status.NOTHING;
        edge.reason = Reason.NONE;
        edge.certain = false;
      }
      boolean isLinked = edge.status == Status.LINKED;
      if (isLinked != (edge.before() == Status.LINKED) || edge.certain != edge.wasCertain()) {
        regroup(known.get(edge.low));
        regroup(known.get(edge.high));
      }
      if (edge.status != edge.before() || edge.reason != edge.reasonBefore()) {
        note(edge);
      }
      if (isNothing) {
        if (edge.wasStored()) {
          gone.add(edge);
        }
        continue;
      }
      if (!edge.wasStored()) {
        row(fresh, edge, edge.low, edge.high, edge.lowHome, edge.highHome);
        row(fresh, edge, edge.high, edge.low, edge.highHome, edge.lowHome);
      } else if (edge.isChanged()) {
        changed.add(edge);
      }
      if (edge.isForPeople() && (!edge.wasStored() || edge.isChanged())) {
        wanted.add(edge);
      } else if (edge.wasForPeople() && !edge.isForPeople()) {
        settled.add(edge);
      }
    }
    if (fresh.rows() > 0) {
      pen.write(() -> fresh.send(transaction, IndexSql.COPY_PAIRS));
    }
    pen.write(() -> changePairs(changed, gone));
    pen.write(() -> changeReviews(wanted, settled));
  }

  private void regroup(@Nullable Known one) {
    if (one != null) {
      regrouped.add(one);
    }
  }

  private void changePairs(List<Edge> changed, List<Edge> gone) throws SQLException {
    var both = new ArrayList<long[]>();
    for (Edge edge : gone) {
      both.add(new long[] {edge.low, edge.high});
      both.add(new long[] {edge.high, edge.low});
    }
    Binder<long[]> key =
        (statement, one) -> {
          statement.setLong(1, one[0]);
          statement.setLong(2, one[1]);
        };
    batch(IndexSql.FORGET_PAIR, both, key);
    batch(
        IndexSql.FORGET_REVIEW,
        gone.stream().map(edge -> new long[] {edge.low, edge.high}).toList(),
        key);
    batch(
        IndexSql.FORGET_RULING,
        gone.stream()
            .filter(edge -> isGone(edge.low) || isGone(edge.high))
            .map(edge -> new long[] {edge.low, edge.high})
            .toList(),
        key);
    for (boolean inOrder : new boolean[] {true, false}) {
      batch(
          IndexSql.CHANGE_PAIR,
          changed,
          (statement, edge) -> {
            statement.setFloat(1, edge.weight);
            statement.setShort(2, Rows.code(edge.verdict));
            statement.setShort(3, edge.ruling.code());
            statement.setShort(4, Rows.code(edge.verdictWhenRuled));
            statement.setShort(5, edge.status.code());
            statement.setShort(6, edge.reason.number());
            statement.setBoolean(7, edge.found);
            statement.setBoolean(8, edge.certain);
            statement.setLong(9, inOrder ? edge.low : edge.high);
            statement.setLong(10, inOrder ? edge.high : edge.low);
          });
    }
  }

  private void changeReviews(List<Edge> wanted, List<Edge> settled) throws SQLException {
    batch(
        IndexSql.WANT_REVIEW,
        wanted,
        (statement, edge) -> {
          statement.setLong(1, edge.low);
          statement.setLong(2, edge.high);
          statement.setInt(3, edge.lowHome);
          statement.setInt(4, edge.highHome);
          statement.setFloat(5, edge.weight);
          statement.setShort(6, edge.reason.number());
          statement.setObject(7, now.atOffset(ZoneOffset.UTC));
          statement.setObject(8, now.atOffset(ZoneOffset.UTC));
          statement.setString(9, id(edge.low));
          statement.setString(10, id(edge.high));
        });
    batch(
        IndexSql.SETTLE_REVIEW,
        settled,
        (statement, edge) -> {
          statement.setLong(1, edge.low);
          statement.setLong(2, edge.high);
        });
  }

  /** Lets the connection go, whatever has come of it. */
  @Override
  public void close() {
    pen.drop();
  }

  private boolean isGone(long record) {
    Known one = known.get(record);
    return one == null || one.isGone;
  }

  private String id(long record) {
    Known one = known.get(record);
    return one == null ? "" : one.id;
  }

  private static void row(
      CopyBuffer rows, Edge edge, long key, long other, int keyHome, int otherHome) {
    rows.row()
        .int8(key)
        .int8(other)
        .int4(keyHome)
        .int4(otherHome)
        .float4(edge.weight)
        .int2(Rows.code(edge.verdict))
        .int2(edge.ruling.code())
        .int2(Rows.code(edge.verdictWhenRuled))
        .int2(edge.status.code())
        .int2(edge.reason.number())
        .bool(edge.found)
        .bool(edge.certain);
  }

  // ------------------------------------------------------------------ the history

  /** A change of a pair, by rules. */
  private void note(Edge edge) {
    Decision.Kind kind =
        switch (edge.status) {
          case LINKED ->
              edge.reason == Reason.CHANGED
                  ? Decision.Kind.REVIEW
                  : edge.before() == Status.LINKED ? null : Decision.Kind.LINKED;
          case REVIEW -> Decision.Kind.REVIEW;
          case NOTHING ->
              isGone(edge.low) || isGone(edge.high)
                  ? Decision.Kind.GONE
                  : switch (edge.before()) {
                    case LINKED -> Decision.Kind.UNLINKED;
                    case REVIEW -> Decision.Kind.SETTLED;
                    case NOTHING -> null;
                  };
        };
    // What people said or took back is noted as such.
    boolean isSaid =
        edge.ruling == Ruling.SAME && kind == Decision.Kind.LINKED
            || edge.reasonBefore() == Reason.RULED && kind == Decision.Kind.UNLINKED;
    if (kind != null && !isSaid) {
      if (kind == Decision.Kind.LINKED) {
        linked++;
      }
      Reason reason = edge.reason == Reason.NONE ? edge.reasonBefore() : edge.reason;
      decide(Ids.next(0), edge, kind, reason, "index", "", cause);
    }
  }

  /** What people decided. */
  void decide(
      String id,
      Edge edge,
      Decision.Kind kind,
      Reason reason,
      String by,
      String institution,
      String note) {
    String evidence = evidence(edge);
    boolean[] orders = {true, false};
    for (boolean inOrder : orders) {
      decisions
          .row()
          .int8(inOrder ? edge.low : edge.high)
          .int8(inOrder ? edge.high : edge.low)
          .timestamp(now)
          .text(context.model())
          .float4(edge.weight)
          .int2(reason.number())
          .text(id)
          .text(kind.code())
          .text(id(inOrder ? edge.low : edge.high))
          .text(id(inOrder ? edge.high : edge.low))
          .text(by)
          .text(institution)
          .text(evidence)
          .text(note);
    }
  }

  private String evidence(Edge edge) {
    Known low = known.get(edge.low);
    Known high = known.get(edge.high);
    if (low == null || high == null || low.isGone || high.isGone) {
      return "";
    }
    Comparison comparison = edge.comparison;
    if (comparison == null) {
      if (!low.model.equals(context.model()) || !high.model.equals(context.model())) {
        return "";
      }
      comparison =
          context.matcher().compare(low.traits(context.seal()), high.traits(context.seal()));
    }
    return text(comparison.evidence());
  }

  static String text(List<Evidence> evidence) {
    var text = new StringBuilder();
    for (Evidence one : evidence) {
      text.append(text.isEmpty() ? "" : ";")
          .append(one.field())
          .append('=')
          .append(one.level())
          .append(':')
          .append(Math.round(one.weight() * 100) / 100.0);
    }
    return text.toString();
  }
}
