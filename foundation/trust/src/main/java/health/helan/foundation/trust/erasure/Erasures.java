package health.helan.foundation.trust.erasure;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Purges;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.objects.ObjectKey;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.trust.crypto.Signer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Erases residents' records, and refuses to where they must be kept. For the operator only. */
public final class Erasures {
  private static final Logger LOG = LoggerFactory.getLogger(Erasures.class);
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final int LONGEST_DOCUMENT = 200;
  private static final String COLUMNS =
      "id, subject, at, by_subject, ground, document, resources, versions, objects, finished, signature";

  /**
   * How long records are kept at least.
   *
   * @param types resource types it is for; {@code *} for all that no other rule names
   * @param source where the years come from
   */
  public record Rule(String id, List<String> types, int years, String source) {}

  private final RecordStore store;
  private final DataSource database;
  private final ObjectStore objects;
  private final Supplier<Signer> seal;
  private final List<Erasable> others;
  private final Clock clock;

  /**
   * @param seal signs the proofs
   * @param others what else keeps something about residents
   */
  public Erasures(
      RecordStore store,
      DataSource database,
      ObjectStore objects,
      Supplier<Signer> seal,
      List<Erasable> others,
      Clock clock) {
    this.store = store;
    this.database = database;
    this.objects = objects;
    this.seal = seal;
    this.others = List.copyOf(others);
    this.clock = clock;
  }

  private static String document(@Nullable String document) {
    String text = document == null ? "" : document.strip();
    if (text.isEmpty() || text.length() > LONGEST_DOCUMENT) {
      throw new Refusal(Refusal.Kind.INVALID, "erasure.document-missing", LONGEST_DOCUMENT);
    }
    return text;
  }

  /**
   * Erases all that the store holds of a resident.
   *
   * @param document the order or request it rests on, without personal data
   * @return the proof
   * @throws Refusal FORBIDDEN for anyone but the operator; NOT_FOUND if there is nothing of the
   *     resident; BUSINESS_RULE under a legal hold, or before the time unless the law demands it
   */
  public Erasure erase(
      Caller caller, String patientId, @Nullable Ground ground, @Nullable String document) {
    store.checkMayOperate(caller, "erase");
    if (ground == null) {
      throw new Refusal(Refusal.Kind.INVALID, "erasure.ground-missing");
    }
    String restsOn = document(document);
    Purges purges = store.purges();
    long subject = purges.subject(patientId);
    if (!purges.isThere(subject)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patientId);
    }
    if (isHeld(subject)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "erasure.held");
    }
    if (ground == Ground.REQUEST) {
      mayGo(purges.held(subject));
    }
    var erasure =
        new Erasure(
            UUID.randomUUID().toString(),
            subject,
            now(),
            caller.subject(),
            ground,
            restsOn,
            0,
            0,
            0,
            null,
            null);
    insert(erasure);
    return carryOut(erasure);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private void mayGo(List<Purges.Held> held) {
    List<Rule> rules = rules();
    LocalDate today = LocalDate.ofInstant(clock.instant(), BEIJING);
    for (Purges.Held one : held) {
      Rule rule = rule(rules, one.type());
      if (rule != null) {
        LocalDate free = LocalDate.ofInstant(one.latest(), BEIJING).plusYears(rule.years());
        if (today.isBefore(free)) {
          throw new Refusal(
              Refusal.Kind.BUSINESS_RULE, "erasure.too-early", rule.id(), rule.years(), free);
        }
      }
    }
  }

  private static @Nullable Rule rule(List<Rule> rules, String type) {
    Rule general = null;
    for (Rule rule : rules) {
      if (rule.types().contains(type)) {
        return rule;
      }
      if (rule.types().contains("*")) {
        general = rule;
      }
    }
    return general;
  }

  private Erasure carryOut(Erasure erasure) {
    for (Erasable other : others) {
      other.erase(erasure.subject());
    }
    Purges.Purged purged = store.purges().purge(erasure.subject());
    for (ObjectKey object : purged.objects()) {
      try {
        objects.delete(object);
      } catch (IOException e) {
        // Nothing speaks of it any more: the sweep of the object store takes it away.
        LOG.error("An erased record's large content stays until the next sweep", e);
      }
    }
    var done =
        new Erasure(
            erasure.id(),
            erasure.subject(),
            erasure.at(),
            erasure.by(),
            erasure.ground(),
            erasure.document(),
            purged.resources(),
            purged.versions(),
            purged.objects().size(),
            now(),
            null);
    Signer signer = seal.get();
    byte[] signature = signer.sign(done.text());
    finish(done, signature, signer);
    return find(erasure.id());
  }

  /** Goes on with erasures that a stop or a fault cut; to be called at the start. */
  public void finishBegun() {
    for (Erasure begun : select("finished is null order by at")) {
      carryOut(begun);
    }
  }

  /**
   * Erases again what a restored backup brought back.
   *
   * @param proofs {@link #list} as it was kept outside the backup
   * @return how many were there again
   */
  public int repeat(Caller caller, List<Erasure> proofs) {
    store.checkMayOperate(caller, "repeat-erasures");
    int again = 0;
    for (Erasure proof : proofs) {
      if (store.purges().isThere(proof.subject())) {
        if (isHeld(proof.subject())) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "erasure.held");
        }
        var erasure =
            new Erasure(
                UUID.randomUUID().toString(),
                proof.subject(),
                now(),
                caller.subject(),
                proof.ground(),
                proof.document(),
                0,
                0,
                0,
                null,
                null);
        insert(erasure);
        carryOut(erasure);
        again++;
      }
    }
    return again;
  }

  // ------------------------------------------------------------------ holds

  /**
   * Forbids to erase a resident's record until it is lifted.
   *
   * @return the hold's id
   */
  public String hold(Caller caller, String patientId, @Nullable String document) {
    store.checkMayOperate(caller, "hold");
    String restsOn = document(document);
    long subject = store.purges().subject(patientId);
    if (!store.purges().isThere(subject)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patientId);
    }
    String id = UUID.randomUUID().toString();
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                "insert into legal_hold (id, subject, at, by_subject, document) values (?, ?, ?, ?, ?)")) {
      connection.setAutoCommit(true);
      insert.setString(1, id);
      insert.setLong(2, subject);
      insert.setObject(3, now().atOffset(ZoneOffset.UTC));
      insert.setString(4, caller.subject());
      insert.setString(5, restsOn);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
    return id;
  }

  /**
   * Lifts all holds of a resident.
   *
   * @return how many there were
   */
  public int lift(Caller caller, String patientId) {
    store.checkMayOperate(caller, "hold");
    try (Connection connection = database.getConnection();
        var update =
            connection.prepareStatement(
                "update legal_hold set lifted = ?, lifted_by = ? where subject = ? and lifted is null")) {
      connection.setAutoCommit(true);
      update.setObject(1, now().atOffset(ZoneOffset.UTC));
      update.setString(2, caller.subject());
      update.setLong(3, store.purges().subject(patientId));
      return update.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private boolean isHeld(long subject) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select exists (select from legal_hold where subject = ? and lifted is null)")) {
      statement.setLong(1, subject);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  // ------------------------------------------------------------------ tables

  /** How long records are kept. */
  public List<Rule> rules() {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement(
                "select id, types, years, source from retention_rule order by id");
        var rows = statement.executeQuery()) {
      var rules = new ArrayList<Rule>();
      while (rows.next()) {
        rules.add(
            new Rule(
                rows.getString(1),
                Arrays.asList((String[]) rows.getArray(2).getArray()),
                rows.getInt(3),
                rows.getString(4)));
      }
      return rules;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /** All proofs, the oldest first. */
  public List<Erasure> list(Caller caller) {
    store.checkMayOperate(caller, "erasures");
    return select("true order by at, id");
  }

  private Erasure find(String id) {
    return select("id = '" + UUID.fromString(id) + "'").getFirst();
  }

  private List<Erasure> select(String where) {
    try (Connection connection = database.getConnection();
        var statement =
            connection.prepareStatement("select " + COLUMNS + " from erasure where " + where);
        var rows = statement.executeQuery()) {
      var erasures = new ArrayList<Erasure>();
      while (rows.next()) {
        erasures.add(erasure(rows));
      }
      return erasures;
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private static Erasure erasure(ResultSet rows) throws SQLException {
    OffsetDateTime finished = rows.getObject(10, OffsetDateTime.class);
    Ground ground = Ground.of(rows.getString(5));
    return new Erasure(
        rows.getString(1),
        rows.getLong(2),
        rows.getObject(3, OffsetDateTime.class).toInstant(),
        rows.getString(4),
        ground == null ? Ground.LAW : ground,
        rows.getString(6),
        rows.getInt(7),
        rows.getInt(8),
        rows.getInt(9),
        finished == null ? null : finished.toInstant(),
        rows.getBytes(11));
  }

  private void insert(Erasure erasure) {
    try (Connection connection = database.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into erasure (id, subject, at, by_subject, ground, document, resources, versions, objects)
                values (?, ?, ?, ?, ?, ?, 0, 0, 0)""")) {
      connection.setAutoCommit(true);
      insert.setString(1, erasure.id());
      insert.setLong(2, erasure.subject());
      insert.setObject(3, erasure.at().atOffset(ZoneOffset.UTC));
      insert.setString(4, erasure.by());
      insert.setString(5, erasure.ground().code());
      insert.setString(6, erasure.document());
      insert.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private void finish(Erasure done, byte[] signature, Signer signer) {
    Instant finished = done.finished();
    if (finished == null) {
      throw new IllegalStateException("not finished");
    }
    try (Connection connection = database.getConnection();
        var update =
            connection.prepareStatement(
                """
                update erasure set resources = ?, versions = ?, objects = ?, finished = ?, signature = ?, certificate = ?
                where id = ?""")) {
      connection.setAutoCommit(true);
      update.setInt(1, done.resources());
      update.setInt(2, done.versions());
      update.setInt(3, done.objects());
      update.setObject(4, finished.atOffset(ZoneOffset.UTC));
      update.setBytes(5, signature);
      update.setBytes(6, signer.certificate().getEncoded());
      update.setString(7, done.id());
      update.executeUpdate();
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
