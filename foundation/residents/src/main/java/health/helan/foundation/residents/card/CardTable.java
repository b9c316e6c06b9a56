package health.helan.foundation.residents.card;

import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SealedJson;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Tables {@code health_card} and {@code health_card_step}. */
final class CardTable {
  /** Names the place of contents; also the table. */
  private static final String PLACE = "health_card";

  private static final String COLUMNS =
      "select home, id, revision, version, state, held, codec, key_id, handle, patient, applied,"
          + " issued, changed, content from health_card";

  private final Sql sql;
  private final SealedJson sealed;

  CardTable(Sql sql, ContentCodec codec) {
    this.sql = sql;
    sealed = new SealedJson(codec, PLACE);
  }

  /**
   * A step that was taken.
   *
   * @param institution of the counter; empty for none
   * @param document kind of the paper that was looked at; empty for none
   */
  record Act(
      String step,
      State state,
      Instant at,
      String by,
      String role,
      String institution,
      String reason,
      String document) {}

  /** All of a Patient, the newest first. */
  List<Card> of(Connection connection, int home, long patient) throws SQLException {
    return Sql.list(
        connection,
        COLUMNS + " where home = ? and patient = ? order by id desc",
        this::card,
        home,
        patient);
  }

  // ------------------------------------------------------------------ shadows

  private static final String SHADOWS =
      "select card, through, state, held, since from health_card_shadow";

  /** What steps with cards of others mean for those of a Patient. */
  List<Wallet.Shadow> shadows(Connection connection, int home, long patient) throws SQLException {
    return Sql.list(
        connection, SHADOWS + " where home = ? and patient = ?", CardTable::shadow, home, patient);
  }

  /** What they mean for one card. */
  List<Wallet.Shadow> shadows(Connection connection, Card card) throws SQLException {
    return Sql.list(
        connection,
        SHADOWS + " where home = ? and card = ?",
        CardTable::shadow,
        card.home(),
        card.id());
  }

  private static Wallet.Shadow shadow(ResultSet row) throws SQLException {
    return new Wallet.Shadow(
        row.getString(1),
        row.getLong(2),
        State.values()[row.getInt(3)],
        Card.Held.values()[row.getInt(4)],
        Sql.instant(row, "since"));
  }

  /**
   * Notes that a step with one card counts for another of the person too; what ended stays ended.
   *
   * @param by as it is after the step
   */
  void overshadow(Connection connection, Card card, Card by) throws SQLException {
    Sql.update(
        connection,
        """
        insert into health_card_shadow as s (home, state, held, patient, through, since, card)
        values (?, ?, ?, ?, ?, ?, ?)
        on conflict (home, card, through) do update
        set state = greatest(s.state, excluded.state), held = excluded.held, since = excluded.since\
        """,
        card.home(),
        by.state().ordinal(),
        by.held().ordinal(),
        card.patient(),
        by.patient(),
        by.changed(),
        card.id());
  }

  /**
   * Takes suspensions back: those that a suspension of the card brought about, at whichever record,
   * linked now or not, and those that lie on the card itself.
   */
  void lift(Connection connection, Card card) throws SQLException {
    Sql.update(
        connection,
        "delete from health_card_shadow where home between ? and ? and through = ? and state = ?",
        0,
        Ids.HOMES - 1,
        card.patient(),
        State.SUSPENDED.ordinal());
    Sql.update(
        connection,
        "delete from health_card_shadow where home = ? and card = ? and state = ?",
        card.home(),
        card.id(),
        State.SUSPENDED.ordinal());
  }

  /** Null for none. */
  @Nullable Card byHandle(long handle) {
    return sql.one(COLUMNS + " where home = ? and handle = ?", this::card, home(handle), handle);
  }

  static int home(long handle) {
    return (int) (handle >>> 52);
  }

  List<Act> acts(Card card) {
    return sql.list(
        "select step, state, at, by_subject, by_role, institution, reason, document from"
            + " health_card_step where home = ? and card = ? order by number",
        row ->
            new Act(
                row.getString(1),
                State.values()[row.getInt(2)],
                Sql.instant(row, "at"),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8)),
        card.home(),
        card.id());
  }

  /**
   * A new card with its first step.
   *
   * @throws Refusal CONFLICT when the resident has one that counts already
   */
  void insert(Connection connection, Card card, Act act) throws SQLException {
    ContentCodec.Encoded content =
        sealed.encode(
            card.id(),
            0,
            Json.MAPPER
                .createObjectNode()
                .put("number", card.number())
                .put("patient", card.patientId()));
    int made =
        Sql.update(
            connection,
            """
            insert into health_card (home, revision, version, state, held, codec, key_id, handle, patient, applied,
              issued, changed, id, content)
            values (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?, ?, ?)
            on conflict (home, patient) where state < 3 do nothing\
            """,
            card.home(),
            card.revision(),
            card.state().ordinal(),
            card.held().ordinal(),
            content.codec(),
            content.keyId(),
            card.handle(),
            card.patient(),
            card.applied(),
            card.issued(),
            card.changed(),
            card.id(),
            content.content());
    if (made == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "card.there-already");
    }
    note(connection, card, act);
  }

  /**
   * @param next with its revision raised by one
   * @throws Refusal CONFLICT when somebody was faster
   */
  void update(Connection connection, Card next, Act act) throws SQLException {
    int changed =
        Sql.update(
            connection,
            "update health_card set revision = ?, state = ?, held = ?, issued = ?::timestamptz,"
                + " changed = ? where home = ? and id = ? and revision = ?",
            next.revision(),
            next.state().ordinal(),
            next.held().ordinal(),
            next.issued(),
            next.changed(),
            next.home(),
            next.id(),
            next.revision() - 1);
    if (changed == 0) {
      throw new Refusal(Refusal.Kind.CONFLICT, "card.changed-meanwhile");
    }
    note(connection, next, act);
  }

  private static void note(Connection connection, Card card, Act act) throws SQLException {
    Sql.update(
        connection,
        """
        insert into health_card_step (home, number, state, patient, at, card, step, by_subject, by_role, institution,
          reason, document)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        card.home(),
        card.revision(),
        act.state().ordinal(),
        card.patient(),
        act.at(),
        card.id(),
        act.step(),
        act.by(),
        act.role(),
        act.institution(),
        act.reason(),
        act.document());
  }

  private Card card(ResultSet row) throws SQLException {
    String id = row.getString("id");
    JsonNode said = sealed.read(row);
    return new Card(
        row.getInt("home"),
        id,
        row.getInt("revision"),
        State.values()[row.getInt("state")],
        Card.Held.values()[row.getInt("held")],
        row.getLong("handle"),
        row.getLong("patient"),
        said.path("patient").asString(""),
        said.path("number").asString(""),
        Sql.instant(row, "applied"),
        Sql.instantOrNull(row, "issued"),
        Sql.instant(row, "changed"));
  }
}
