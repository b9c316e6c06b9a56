package health.helan.pharmacy.knowledge;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which knowledge base is in force: the one that two people brought there, else the shipped
 * demonstration. Read anew when older than a few seconds, so that a change works on every instance
 * soon.
 */
public final class KnowledgeBook {
  /** Largest base that is taken, in bytes. */
  public static final int LARGEST = 64 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(KnowledgeBook.class);

  private static final String LIST =
      "select base, version, state, digest, made, made_by, decided, decided_by, reason"
          + " from drug_knowledge order by made desc limit 100";
  private static final String CONTENT =
      "select content from drug_knowledge where base = ? and version = ?";
  private static final String INSERT =
      "insert into drug_knowledge (made, base, version, state, digest, made_by, content)"
          + " values (?, ?, ?, 'draft', ?, ?, ?) on conflict (base, version) do nothing";
  private static final String RETIRE =
      "update drug_knowledge set state = 'retired', decided = ?, decided_by = ?, reason = ? where"
          + " state = 'live'";
  private static final String DECIDE =
      "update drug_knowledge set state = ?, decided = ?, decided_by = ?, reason = ? where base = ?"
          + " and version = ? and state = ?";

  /** What was handed in. */
  public record Loaded(
      String base,
      String version,
      String state,
      String digest,
      Instant made,
      String madeBy,
      @Nullable Instant decided,
      @Nullable String decidedBy,
      @Nullable String reason) {}

  private record Current(String digest, Knowledge knowledge) {}

  private final Sql sql;
  private final Clock clock;
  private final long fresh;
  private volatile @Nullable Current current;
  private volatile long read;

  public KnowledgeBook(DataSource database, Duration fresh, Clock clock) {
    sql = new Sql(database);
    this.clock = clock;
    this.fresh = fresh.toNanos();
  }

  /** The base in force, as of a moment ago. */
  public Knowledge inForce() {
    Current known = current;
    if (known == null || System.nanoTime() - read > fresh) {
      known = look(known);
      current = known;
      read = System.nanoTime();
    }
    return known.knowledge;
  }

  private Current look(@Nullable Current known) {
    for (Loaded one : list()) {
      if (one.state.equals("live")) {
        if (known != null && known.digest.equals(one.digest)) {
          return known;
        }
        try {
          return new Current(one.digest, read(one.base, one.version));
        } catch (KnowledgeRefused e) {
          // Of a newer platform, perhaps. Judging by another base than the region decided on would
          // be worse than not starting to: the rules go on with the last one that was read.
          LOG.error("Knowledge base {} {} cannot be read", one.base, one.version);
          if (known != null) {
            return known;
          }
          throw new Refusal(Refusal.Kind.TRANSIENT, "knowledge.unreadable", one.base, one.version);
        }
      }
    }
    return known != null && known.digest.isEmpty()
        ? known
        : new Current("", KnowledgeReader.demonstration());
  }

  private Knowledge read(String base, String version) {
    byte[] packed = sql.one(CONTENT, row -> row.getBytes(1), base, version);
    if (packed == null) {
      throw missing(base, version);
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return KnowledgeReader.read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that were handed in, the last first. */
  public List<Loaded> list() {
    return sql.list(
        LIST,
        row -> {
          OffsetDateTime decided = row.getObject(7, OffsetDateTime.class);
          return new Loaded(
              row.getString(1),
              row.getString(2),
              row.getString(3),
              row.getString(4),
              row.getObject(5, OffsetDateTime.class).toInstant(),
              row.getString(6),
              decided == null ? null : decided.toInstant(),
              row.getString(8),
              row.getString(9));
        });
  }

  /**
   * Takes a base in as a draft. The same file again has the effect of once.
   *
   * @throws KnowledgeRefused with all that is wrong; Refusal CONFLICT for other contents under a
   *     version that there is
   */
  public Knowledge load(byte[] file, String by) {
    if (file.length > LARGEST) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "knowledge.large", LARGEST >> 20);
    }
    Knowledge knowledge = KnowledgeReader.read(file);
    Knowledge.Head head = knowledge.head();
    String digest = digest(file);
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int rows =
        sql.update(INSERT, now(), head.id(), head.version(), digest, by, packed.toByteArray());
    if (rows == 0 && !find(head.id(), head.version()).digest.equals(digest)) {
      throw new Refusal(
          Refusal.Kind.CONFLICT, "knowledge.version-taken", head.id(), head.version());
    }
    return knowledge;
  }

  /** Brings a draft into force, and retires the one before; by somebody else than who loaded it. */
  public void activate(String base, String version, String by, String reason) {
    Loaded one = find(base, version);
    if (one.madeBy.equals(by)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "review.four-eyes");
    }
    Instant now = now();
    boolean isDone =
        sql.together(
            connection -> {
              Sql.update(connection, RETIRE, now, by, reason);
              if (Sql.update(connection, DECIDE, "live", now, by, reason, base, version, "draft")
                  == 1) {
                return true;
              }
              connection.rollback(); // The one before stays in force.
              return false;
            });
    if (!isDone) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "knowledge.not-draft", base, version, one.state);
    }
    current = null;
  }

  /** Takes the base out of force: the demonstration is back. */
  public void retire(String base, String version, String by, String reason) {
    Loaded one = find(base, version);
    if (one.state.equals("retired")
        || sql.update(DECIDE, "retired", now(), by, reason, base, version, one.state) != 1) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "knowledge.not-draft", base, version, one.state);
    }
    current = null;
  }

  private Loaded find(String base, String version) {
    return list().stream()
        .filter(one -> one.base.equals(base) && one.version.equals(version))
        .findFirst()
        .orElseThrow(() -> missing(base, version));
  }

  private static Refusal missing(String base, String version) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "knowledge.not-found", base, version);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static String digest(byte[] file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
