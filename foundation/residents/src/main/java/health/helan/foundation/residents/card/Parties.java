package health.helan.foundation.residents.card;

import health.helan.foundation.residents.card.Uses.PartyKind;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SealedJson;
import health.helan.foundation.trust.account.Sql;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Insurers and payment services, and the number that a resident has at each. A party gets its own
 * number by a code, and never learns another's.
 */
final class Parties {
  private static final String PLACE = "health_card_account";
  private static final Pattern CLIENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,99}");
  private static final Pattern NUMBER = Pattern.compile("[A-Za-z0-9-]{4,40}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Sql sql;
  private final SealedJson sealed;
  private final Clock clock;

  Parties(Sql sql, ContentCodec codec, Clock clock) {
    this.sql = sql;
    sealed = new SealedJson(codec, PLACE);
    this.clock = clock;
  }

  /**
   * @param id client that its system signs in as
   */
  record Party(String id, PartyKind kind, boolean isActive, String name, Instant changed) {}

  /**
   * What a resident has at a party.
   *
   * @param patient digest of the Patient that it was noted with
   */
  record Account(
      String id, String party, PartyKind kind, String number, Instant since, long patient) {
    /** Whether it was noted with the record of this very card. */
    boolean isOf(@Nullable Card card) {
      return card != null && card.patient() == patient;
    }
  }

  private static final String COLUMNS =
      "select id, kind, state, name, changed from health_card_party";

  @Nullable Party find(String id) {
    return sql.one(COLUMNS + " where id = ?", Parties::party, id);
  }

  List<Party> list() {
    return sql.list(COLUMNS + " order by kind, id", Parties::party);
  }

  /**
   * The party that calls.
   *
   * @throws Refusal FORBIDDEN for every other caller, and while it is suspended
   */
  Party calling(Caller caller) {
    Party party = caller.role() == Caller.Role.SYSTEM ? find(caller.subject()) : null;
    if (party == null || !party.isActive()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "card.party-only");
    }
    return party;
  }

  /**
   * Registers a party, or changes its name and state; its kind stays.
   *
   * @throws Refusal VALUE for what is wrong in it, CONFLICT for another kind
   */
  Party put(String id, String kind, String name, boolean isActive, String by) {
    PartyKind of =
        switch (kind) {
          case "insurance" -> PartyKind.INSURANCE;
          case "payment" -> PartyKind.PAYMENT;
          default -> throw new Refusal(Refusal.Kind.VALUE, "card.party-kind");
        };
    if (!CLIENT.matcher(id).matches() || name.isBlank() || name.length() > 80) {
      throw new Refusal(Refusal.Kind.VALUE, "card.party-incomplete");
    }
    int changed =
        sql.update(
            """
            insert into health_card_party as p (kind, state, changed, id, name, by_subject) values (?, ?, ?, ?, ?, ?)
            on conflict (id) do update
            set state = excluded.state, changed = excluded.changed, name = excluded.name, by_subject = excluded.by_subject
            where p.kind = excluded.kind\
            """,
            of.ordinal(),
            isActive ? 0 : 1,
            clock.instant(),
            id,
            name.strip(),
            by);
    if (changed == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "card.party-other-kind");
    }
    return java.util.Objects.requireNonNull(find(id));
  }

  /** The number to note: the party's own, or one made here where it has none. */
  static String numberOf(@Nullable String given) {
    if (given == null || given.isBlank()) {
      return "P%019d".formatted(RANDOM.nextLong(Long.MAX_VALUE));
    }
    if (!NUMBER.matcher(given.strip()).matches()) {
      throw new Refusal(Refusal.Kind.VALUE, "card.party-number");
    }
    return given.strip();
  }

  /** Notes the number that the resident has at the party, in place of one that was there. */
  void enrol(int home, long patient, Party party, String number) {
    Instant now = clock.instant();
    String id = Ids.next(home);
    ContentCodec.Encoded content =
        sealed.encode(id, 0, Json.MAPPER.createObjectNode().put("number", number));
    sql.together(
        connection -> {
          Sql.update(
              connection,
              "delete from health_card_account where home = ? and patient = ? and party = ?",
              home,
              patient,
              party.id());
          return Sql.update(
              connection,
              """
              insert into health_card_account (home, version, kind, codec, key_id, patient, since, id, party, content)
              values (?, 0, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (home, patient, party) do nothing\
              """,
              home,
              party.kind().ordinal(),
              content.codec(),
              content.keyId(),
              patient,
              now,
              id,
              party.id(),
              content.content());
        });
  }

  /** False when there was none. */
  boolean end(int home, long patient, String party) {
    return sql.update(
            "delete from health_card_account where home = ? and patient = ? and party = ?",
            home,
            patient,
            party)
        == 1;
  }

  List<Account> accounts(Connection connection, int home, long patient) throws SQLException {
    return Sql.list(
        connection, ACCOUNT + " where home = ? and patient = ?", this::account, home, patient);
  }

  /** Null for none. */
  @Nullable Account account(Connection connection, int home, long patient, String party)
      throws SQLException {
    List<Account> found =
        Sql.list(
            connection,
            ACCOUNT + " where home = ? and patient = ? and party = ?",
            this::account,
            home,
            patient,
            party);
    return found.isEmpty() ? null : found.getFirst();
  }

  private static final String ACCOUNT =
      "select id, party, kind, since, version, codec, key_id, patient, content from"
          + " health_card_account";

  private Account account(ResultSet row) throws SQLException {
    String id = row.getString("id");
    return new Account(
        id,
        row.getString("party"),
        PartyKind.values()[row.getInt("kind")],
        sealed.read(row).path("number").asString(""),
        Sql.instant(row, "since"),
        row.getLong("patient"));
  }

  private static Party party(ResultSet row) throws SQLException {
    return new Party(
        row.getString("id"),
        PartyKind.values()[row.getInt("kind")],
        row.getInt("state") == 0,
        row.getString("name"),
        Sql.instant(row, "changed"));
  }
}
