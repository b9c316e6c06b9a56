package health.helan.care.visit;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectOwner;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.trust.account.Sql;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recordings of calls: the doctor's browser records both streams and uploads them piece by piece,
 * in order, each once; what it could not record or keep it marks as a gap, so that nobody takes a
 * recording for whole that is not. They are no resources: nobody but the two sides asks for them,
 * and nothing deletes them but the erasure of the record, which asks how long they must be kept.
 */
public final class Recordings implements ObjectOwner {
  private static final Logger LOG = LoggerFactory.getLogger(Recordings.class);

  /** Bytes of a piece: half a minute of both pictures at a good rate. */
  static final int LARGEST = 8 << 20;

  /** Pieces of a recording: six hours of ten seconds. */
  static final int MOST = 2_160;

  /** Recordings of a visit. */
  static final int MOST_RECORDINGS = 50;

  /** A gap, or a piece, lasts no longer. */
  static final Duration LONGEST = Duration.ofHours(1);

  /** What was recorded to the end comes in for so long after it. */
  static final Duration AFTERWARDS = Duration.ofHours(24);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{8,64}");
  private static final Pattern TYPE =
      Pattern.compile("(video|audio)/(webm|mp4)(;\\s*codecs=[A-Za-z0-9.,\" _-]{1,80})?");

  private final Visits visits;
  private final VisitTable table;
  private final ObjectStore objects;

  Recordings(Visits visits, VisitTable table, ObjectStore objects) {
    this.visits = visits;
    this.table = table;
    this.objects = objects;
  }

  /**
   * A piece, or a gap.
   *
   * @param object null for a gap
   */
  record Chunk(
      String recording,
      int number,
      int millis,
      int size,
      Instant at,
      String mediaType,
      String sha256,
      @Nullable String object) {
    boolean isGap() {
      return object == null;
    }
  }

  /**
   * A recording as it is now.
   *
   * @param next number of the piece that is wanted next
   * @param millis that were recorded, without gaps
   * @param gaps numbers of the gaps
   */
  record Recording(
      String name,
      String mediaType,
      Instant begun,
      int next,
      long millis,
      long size,
      List<Integer> gaps) {}

  /**
   * A piece that is uploaded.
   *
   * @param base64 null for a gap
   */
  record Given(
      @Nullable String recording,
      int number,
      int millis,
      @Nullable String mediaType,
      @Nullable String base64) {}

  /**
   * Takes a piece, or that there is a gap in its place.
   *
   * @return number of the piece that is wanted next; what was there already counts
   * @throws Refusal CONFLICT naming the number that is wanted, for one that is too early; or for
   *     another content than was taken under the number
   */
  int take(Caller caller, String id, Given given) {
    Visits.Member member = visits.member(caller, id);
    if (member.party() != Party.DOCTOR) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.not-your-step", "record");
    }
    String name = given.recording == null ? "" : given.recording;
    String type = given.mediaType == null ? "" : given.mediaType;
    if (!NAME.matcher(name).matches()) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.parameter", "recording");
    }
    if (given.number < 1 || given.number > MOST) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.parameter", "number");
    }
    if (given.millis < 0 || given.millis > LONGEST.toMillis()) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.parameter", "millis");
    }
    if (!TYPE.matcher(type).matches()) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.parameter", "type");
    }
    mayRecord(member.row());
    byte[] bytes = given.base64 == null ? null : bytes(given.base64);
    Chunk there = find(member.row(), name, given.number);
    if (there != null) {
      return again(member.row(), there, bytes, name);
    }
    int next = next(member.row(), name);
    if (given.number != next) {
      throw new Refusal(Refusal.Kind.CONFLICT, "visit.chunk-order", next);
    }
    Stored stored = bytes == null ? null : put(bytes);
    boolean isTaken = false;
    try {
      isTaken =
          insert(
              member.row(),
              new Chunk(
                  name,
                  given.number,
                  given.millis,
                  bytes == null ? 0 : bytes.length,
                  visits.now(),
                  type,
                  stored == null ? "" : stored.sha256(),
                  stored == null ? null : stored.key().value()));
    } finally {
      if (!isTaken && stored != null) {
        discard(stored);
      }
    }
    if (!isTaken) {
      // Sent twice at the same time: the other one was first.
      Chunk first = find(member.row(), name, given.number);
      if (first == null) {
        throw new Refusal(Refusal.Kind.CONFLICT, "visit.chunk-order", next(member.row(), name));
      }
      return again(member.row(), first, bytes, name);
    }
    return given.number + 1;
  }

  private int again(VisitTable.Row visit, Chunk there, byte @Nullable [] bytes, String name) {
    boolean isSame =
        bytes == null ? there.isGap() : !there.isGap() && there.sha256.equals(sha256(bytes));
    if (!isSame) {
      throw new Refusal(Refusal.Kind.CONFLICT, "visit.chunk-taken", there.number);
    }
    return next(visit, name);
  }

  private static String sha256(byte[] bytes) {
    try {
      return java.util.HexFormat.of()
          .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void mayRecord(VisitTable.Row visit) {
    boolean isOver = visit.state() == VisitState.CLOSED || visit.state() == VisitState.OFFLINE;
    boolean isLate = visits.now().isAfter(visit.entered().plus(AFTERWARDS));
    if (visit.state() != VisitState.IN_PROGRESS && (!isOver || isLate)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.not-in-progress", visit.state().word());
    }
  }

  private static byte[] bytes(String base64) {
    if (base64.isEmpty() || base64.length() / 4 * 3L > LARGEST + 3) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "visit.chunk-size", LARGEST >> 20);
    }
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.parameter", "data");
    }
  }

  private Stored put(byte[] bytes) {
    try {
      return objects.put(new ByteArrayInputStream(bytes), LARGEST);
    } catch (IOException e) {
      LOG.error("The object store failed to store", e);
      throw new Refusal(Refusal.Kind.TRANSIENT, "rest.objects-fail");
    }
  }

  private void discard(Stored stored) {
    try {
      objects.delete(stored.key());
    } catch (IOException e) {
      LOG.warn("An object that is not needed stays until the next sweep", e);
    }
  }

  // ------------------------------------------------------------------ reading

  /** Recordings of a visit, for its two sides. */
  List<Recording> list(Caller caller, String id) {
    Visits.Member member = visits.member(caller, id);
    Map<String, List<Chunk>> byName = new LinkedHashMap<>();
    for (Chunk chunk : chunks(member.row())) {
      byName.computeIfAbsent(chunk.recording, _ -> new ArrayList<>()).add(chunk);
    }
    List<Recording> all = new ArrayList<>();
    byName.forEach(
        (name, chunks) ->
            all.add(
                new Recording(
                    name,
                    chunks.getFirst().mediaType,
                    chunks.getFirst().at,
                    chunks.getLast().number + 1,
                    chunks.stream().filter(c -> !c.isGap()).mapToLong(Chunk::millis).sum(),
                    chunks.stream().mapToLong(Chunk::size).sum(),
                    chunks.stream().filter(Chunk::isGap).map(Chunk::number).toList())));
    return all;
  }

  /** A piece, for the two sides; null where there is none, or a gap. */
  @Nullable Piece piece(Caller caller, String id, String recording, int number) {
    Visits.Member member = visits.member(caller, id);
    Chunk chunk = find(member.row(), recording, number);
    String object = chunk == null ? null : chunk.object;
    if (chunk == null || object == null) {
      return null;
    }
    try (var in = objects.open(new ObjectKey(object), Range.ALL)) {
      return new Piece(in.readAllBytes(), chunk.mediaType);
    } catch (IOException e) {
      LOG.error("The object store failed to open", e);
      throw new Refusal(Refusal.Kind.TRANSIENT, "rest.objects-fail");
    }
  }

  /** Bytes of a piece. */
  record Piece(byte[] bytes, String mediaType) {}

  // ------------------------------------------------------------------ the table

  private static final String COLUMNS =
      "select recording, number, millis, size, at, media_type, sha256, object from visit_chunk";

  private static Chunk chunk(java.sql.ResultSet row) throws java.sql.SQLException {
    return new Chunk(
        row.getString("recording"),
        row.getInt("number"),
        row.getInt("millis"),
        row.getInt("size"),
        Sql.instant(row, "at"),
        row.getString("media_type"),
        row.getString("sha256"),
        row.getString("object"));
  }

  private @Nullable Chunk find(VisitTable.Row visit, String recording, int number) {
    return table.sql.one(
        COLUMNS + " where home = ? and visit = ? and recording = ? and number = ?",
        Recordings::chunk,
        visit.home(),
        visit.id(),
        recording,
        number);
  }

  private List<Chunk> chunks(VisitTable.Row visit) {
    return table.sql.list(
        COLUMNS + " where home = ? and visit = ? order by recording, number",
        Recordings::chunk,
        visit.home(),
        visit.id());
  }

  private int next(VisitTable.Row visit, String recording) {
    List<Integer> last =
        table.sql.list(
            "select max(number) from visit_chunk where home = ? and visit = ? and recording = ?",
            row -> row.getInt(1),
            visit.home(),
            visit.id(),
            recording);
    return last.getFirst() + 1;
  }

  /** False where the number is taken. */
  private boolean insert(VisitTable.Row visit, Chunk chunk) {
    if (chunk.number == 1) {
      int there =
          table
              .sql
              .list(
                  "select count(distinct recording) from visit_chunk where home = ? and visit = ?",
                  row -> row.getInt(1),
                  visit.home(),
                  visit.id())
              .getFirst();
      if (there >= MOST_RECORDINGS) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.too-many-recordings", MOST_RECORDINGS);
      }
    }
    return table.sql.update(
            """
            insert into visit_chunk (home, number, millis, size, patient, at, visit, recording, media_type, sha256, object)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (home, visit, recording, number) do nothing""",
            visit.home(),
            chunk.number,
            chunk.millis,
            chunk.size,
            visit.patient(),
            chunk.at,
            visit.id(),
            chunk.recording,
            chunk.mediaType,
            chunk.sha256,
            chunk.object)
        > 0;
  }

  @Override
  public Set<ObjectKey> referenced(Set<ObjectKey> objects) {
    return new HashSet<>(
        table.sql.list(
            "select object from visit_chunk where object = any(?)",
            row -> new ObjectKey(row.getString(1)),
            objects.stream().map(ObjectKey::value).toList()));
  }

  /** Takes a resident's recordings out, bytes first. */
  void erase(long subject) {
    for (String object :
        table.sql.list(
            "select object from visit_chunk where patient = ? and object is not null",
            row -> row.getString(1),
            subject)) {
      try {
        objects.delete(new ObjectKey(object));
      } catch (IOException e) {
        // Nothing speaks of it any more: the sweep of the object store takes it away.
        LOG.error("A piece of an erased recording stays until the next sweep", e);
      }
    }
    table.sql.update(
        "delete from visit_chunk where home between ? and ? and patient = ?",
        0,
        Ids.HOMES - 1,
        subject);
  }
}
