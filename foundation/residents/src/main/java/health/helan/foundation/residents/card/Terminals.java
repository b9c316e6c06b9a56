package health.helan.foundation.residents.card;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.CertificateFiles;
import health.helan.foundation.trust.crypto.CertificateRefused;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What reads codes: a terminal with a key of its own, or the place where signed-in staff works. */
public final class Terminals {
  /** How far the stamp of a proof may be off the platform's clock. */
  static final Duration STAMP = Duration.ofMinutes(2);

  private static final int ACTIVE = 0;
  private static final int SUSPENDED = 1;
  private static final int HELD_BY_OPERATOR = 2;
  private static final int MOST = 1_000;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{2,63}");

  private final Sql sql;
  private final Clock clock;

  Terminals(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /**
   * @param scenes that it may ask for
   * @param heldByOperator suspended by an operator, who alone lets it go on
   * @param attended a person of the institution sits there, who can look at a document
   * @param key null for one that only signed-in staff uses
   * @param until end of the key's certificate; null for none
   */
  public record Terminal(
      String id,
      int revision,
      boolean isActive,
      boolean heldByOperator,
      String institution,
      String name,
      Set<Scene> scenes,
      boolean attended,
      byte @Nullable [] key,
      @Nullable Instant until,
      Instant created,
      Instant changed) {

    String words() {
      return scenes.stream().map(Scene::word).sorted().collect(Collectors.joining(" "));
    }
  }

  private static final String COLUMNS =
      "select id, revision, state, attended, created, changed, until, institution, name, scenes, key from health_card_terminal";

  @Nullable Terminal find(String id) {
    return sql.one(COLUMNS + " where id = ?", Terminals::terminal, id);
  }

  /**
   * @param institution empty for those of all
   */
  public List<Terminal> list(String institution) {
    return institution.isEmpty()
        ? sql.list(COLUMNS + " order by institution, id limit " + MOST, Terminals::terminal)
        : sql.list(
            COLUMNS + " where institution = ? order by id limit " + MOST,
            Terminals::terminal,
            institution);
  }

  /**
   * Registers a terminal, or changes one of the same institution, whose state stays.
   *
   * @param pem public key or certificate, SM2 or P-256; null for none, or to keep the one there
   * @throws Refusal VALUE for what is wrong in it, CONFLICT for the id of another institution
   */
  public Terminal put(
      String id,
      String institution,
      String name,
      Set<Scene> scenes,
      boolean attended,
      @Nullable String pem,
      String by) {
    if (!ID.matcher(id).matches()) {
      throw new Refusal(Refusal.Kind.VALUE, "card.terminal-id");
    }
    if (name.isBlank() || name.length() > 80 || scenes.isEmpty() || institution.isEmpty()) {
      throw new Refusal(Refusal.Kind.VALUE, "card.terminal-incomplete");
    }
    Key key = pem == null || pem.isBlank() ? null : key(pem);
    if (key == null && !attended && find(id) == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "card.terminal-key");
    }
    Instant now = clock.instant();
    String words = scenes.stream().map(Scene::word).sorted().collect(Collectors.joining(" "));
    int changed =
        sql.update(
            """
            insert into health_card_terminal as t (revision, state, attended, created, changed, until, id, institution,
              name, scenes, by_subject, key)
            values (1, 0, ?, ?, ?, ?::timestamptz, ?, ?, ?, ?, ?, ?::bytea)
            on conflict (id) do update
            set revision = t.revision + 1, attended = excluded.attended, changed = excluded.changed,
                until = case when excluded.key is null then t.until else excluded.until end,
                name = excluded.name, scenes = excluded.scenes, by_subject = excluded.by_subject,
                key = coalesce(excluded.key, t.key)
            where t.institution = excluded.institution""",
            attended,
            now,
            now,
            key == null ? null : key.until(),
            id,
            institution,
            name,
            words,
            by,
            key == null ? null : key.der());
    if (changed == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "card.terminal-taken");
    }
    return java.util.Objects.requireNonNull(find(id));
  }

  /**
   * Lets it read nothing, or go on.
   *
   * @throws Refusal FORBIDDEN for an institution that would let go what an operator holds
   */
  public Terminal hold(Terminal terminal, boolean isActive, boolean byOperator, String by) {
    if (terminal.heldByOperator() && !byOperator) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-held");
    }
    sql.update(
        "update health_card_terminal set state = ?, revision = revision + 1, changed = ?, by_subject = ? where id = ?",
        isActive ? ACTIVE : byOperator ? HELD_BY_OPERATOR : SUSPENDED,
        clock.instant(),
        by,
        terminal.id());
    return java.util.Objects.requireNonNull(find(terminal.id()));
  }

  private record Key(byte[] der, @Nullable Instant until) {}

  private Key key(String pem) {
    try {
      Instant until = null;
      PublicKey key;
      if (pem.contains("CERTIFICATE")) {
        X509Certificate certificate = CertificateFiles.pem(pem).getFirst();
        key = CardKeys.publicKey(certificate.getPublicKey().getEncoded());
        until = certificate.getNotAfter().toInstant();
        if (!until.isAfter(clock.instant())) {
          throw new Refusal(Refusal.Kind.VALUE, "card.terminal-key-form");
        }
      } else {
        key =
            CardKeys.publicKey(
                Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "")));
      }
      SignatureAlgorithm.of(key);
      return new Key(key.getEncoded(), until);
    } catch (IllegalArgumentException | CertificateRefused wrong) {
      throw new Refusal(Refusal.Kind.VALUE, "card.terminal-key-form");
    }
  }

  /**
   * Checks what a terminal signed.
   *
   * @param purpose {@code scan}, {@code keys}, {@code uses}
   * @param stamp time of the terminal, RFC 3339
   * @param content what it is about; the terminal signed {@code purpose LF id LF stamp LF content}
   * @throws Refusal FORBIDDEN when there is no proof, it is of another, or its time is off
   */
  void prove(
      Terminal terminal,
      String purpose,
      @Nullable String stamp,
      String content,
      @Nullable String proof) {
    byte[] key = terminal.key();
    if (key == null || stamp == null || proof == null) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-proof");
    }
    Instant now = clock.instant();
    Instant until = terminal.until();
    if (until != null && now.isAfter(until)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-certificate");
    }
    byte[] said =
        String.join("\n", purpose, terminal.id(), stamp, content).getBytes(StandardCharsets.UTF_8);
    try {
      PublicKey of = CardKeys.publicKey(key);
      if (!SignatureAlgorithm.of(of).verifies(of, said, Base64.getDecoder().decode(proof))) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-proof");
      }
      if (Duration.between(Instant.parse(stamp), now).abs().compareTo(STAMP) > 0) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-clock");
      }
    } catch (IllegalArgumentException | DateTimeException wrong) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.terminal-proof");
    }
  }

  private static Terminal terminal(ResultSet row) throws SQLException {
    Set<Scene> scenes = EnumSet.noneOf(Scene.class);
    for (String word : row.getString("scenes").split(" ")) {
      scenes.add(Scene.of(word));
    }
    return new Terminal(
        row.getString("id"),
        row.getInt("revision"),
        row.getInt("state") == ACTIVE,
        row.getInt("state") == HELD_BY_OPERATOR,
        row.getString("institution"),
        row.getString("name"),
        Set.copyOf(scenes),
        row.getBoolean("attended"),
        row.getBytes("key"),
        Sql.instantOrNull(row, "until"),
        Sql.instant(row, "created"),
        Sql.instant(row, "changed"));
  }
}
