package health.helan.foundation.residents.card;

import health.helan.foundation.trust.account.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table {@code health_card_use}: where codes were shown, refused ones too. */
final class Uses {
  static final int PAGE = 100;

  private final Sql sql;

  Uses(Sql sql) {
    this.sql = sql;
  }

  /** Who resolves a code to a number of its own; each once. Codes are stored: never renumber. */
  enum PartyKind {
    HEALTH,
    INSURANCE,
    PAYMENT;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * A use, or an attempt.
   *
   * @param patient 0 where the code told of nobody
   * @param card id; empty where the code told of none
   * @param terminal id, or {@code party:} and the client of a party
   * @param kind of the code: dynamic, printed, or empty for what was none
   * @param reason why it was refused, a key of a message; empty for a use
   * @param code the block of a dynamic code; null for none
   * @param at when it was shown, {@code noted} when the platform learnt of it
   */
  record Use(
      int home,
      String id,
      PartyKind party,
      long patient,
      String card,
      Instant at,
      Instant noted,
      boolean offline,
      String scene,
      String terminal,
      String institution,
      String by,
      String kind,
      String reason,
      byte @Nullable [] code) {

    Use refused(String why, String under) {
      return new Use(
          home,
          under,
          party,
          patient,
          card,
          at,
          noted,
          offline,
          scene,
          terminal,
          institution,
          by,
          kind,
          why,
          code);
    }
  }

  /**
   * Notes a use, or an attempt.
   *
   * @return false when the code was used by this kind of party before, or the same was told before:
   *     then nothing is noted
   */
  boolean note(Use use) {
    return sql.update(
            """
            insert into health_card_use (home, party, patient, at, noted, offline, id, card, scene, terminal,
              institution, by_subject, kind, reason, code)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::bytea)
            on conflict do nothing""",
            use.home(),
            use.party().ordinal(),
            use.patient(),
            use.at(),
            use.noted(),
            use.offline(),
            use.id(),
            use.card(),
            use.scene(),
            use.terminal(),
            use.institution(),
            use.by(),
            use.kind(),
            use.reason(),
            use.code())
        == 1;
  }

  private static final String COLUMNS =
      "select home, id, party, patient, card, at, noted, offline, scene, terminal, institution, by_subject, kind, reason,"
          + " code from health_card_use";

  /** The use that a code was spent for; null for none. */
  @Nullable Use spent(int home, byte[] code, PartyKind party) {
    return sql.one(
        COLUMNS + " where home = ? and code = ? and party = ? and reason = ''",
        Uses::use,
        home,
        code,
        party.ordinal());
  }

  /** The latest of a resident before a time, refused ones too. */
  List<Use> ofPatient(long patient, Instant before) {
    return sql.list(
        COLUMNS + " where patient = ? and at < ? order by at desc, id desc limit " + PAGE,
        Uses::use,
        patient,
        before);
  }

  /** The last use on line since a time; null for none. */
  @Nullable Use last(int home, long patient, Instant since) {
    return sql.one(
        COLUMNS
            + " where home = ? and patient = ? and at > ? and kind = 'dynamic' and reason = ''"
            + " order by at desc limit 1",
        Uses::use,
        home,
        patient,
        since);
  }

  /** The latest of a terminal before a time. */
  List<Use> ofTerminal(String terminal, Instant before) {
    return sql.list(
        COLUMNS + " where terminal = ? and at < ? order by at desc, id desc limit " + PAGE,
        Uses::use,
        terminal,
        before);
  }

  private static Use use(ResultSet row) throws SQLException {
    return new Use(
        row.getInt("home"),
        row.getString("id"),
        PartyKind.values()[row.getInt("party")],
        row.getLong("patient"),
        row.getString("card"),
        Sql.instant(row, "at"),
        Sql.instant(row, "noted"),
        row.getBoolean("offline"),
        row.getString("scene"),
        row.getString("terminal"),
        row.getString("institution"),
        row.getString("by_subject"),
        row.getString("kind"),
        row.getString("reason"),
        row.getBytes("code"));
  }
}
