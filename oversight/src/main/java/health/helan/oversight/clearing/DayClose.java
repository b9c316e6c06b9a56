package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.crypto.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A closed day.
 *
 * <p><b>Body</b>, version 1: lines in UTF-8, each ended by one line feed:
 *
 * <pre>
 * helan-day-close-1
 * scope         channel/CODE, payer/CODE, institution/ID or all
 * day           2026-11-26, of Beijing
 * number        decimal, from 1, without gaps, of the scope
 * time          ISO 8601, UTC
 * previous      SM3 of the body of the day before, 64 hexadecimal digits; 64 zeros for the first
 * certificate   SM3 of the signer's certificate (DER), 64 hexadecimal digits
 * algorithm     SM3withSM2, SHA256withECDSA or SHA256withRSA
 * by            who closed it
 * </pre>
 *
 * then what the day held, each as often as needed, in fen:
 *
 * <pre>
 * account DEBITS CREDITS                        of the account in the ledger at the end of the day
 * movements COUNT DEBITS CREDITS SM3            of the day, bucket by bucket in their order
 * statement SIDE INSTITUTION LINES IN OUT SM3   of the lines as they were understood; - for no institution
 * ours LINES IN OUT SM3                         what we say, likewise
 * matched KEY REFERENCE RULE OTHER-DAY
 * institution ID LINES IN OUT                   what we say, by institution
 * case ID KIND STATE OURS THEIRS LISTED         of the day, not closed at that time; - for no line
 * part SCOPE SM3                                of all: the body of each scope's day
 * </pre>
 *
 * The signature is over the body's bytes, as an audit seal's is.
 *
 * @param digest SM3 of the body, in hexadecimal digits
 */
public record DayClose(
    String scope, LocalDate day, int number, Instant at, String body, String digest) {
  static final String FIRST_LINE = "helan-day-close-1";
  static final String NO_PREVIOUS = "0".repeat(64);
  static final String ALL = "all";
  static final int HEAD = 9;

  static final String COLUMNS = "select scope, day, number, at, body, digest from clearing_close";

  static DayClose of(ResultSet row) throws SQLException {
    return new DayClose(
        row.getString("scope"),
        row.getObject("day", LocalDate.class),
        row.getInt("number"),
        Sql.instant(row, "at"),
        row.getString("body"),
        HexFormat.of().formatHex(row.getBytes("digest")));
  }

  /** What the first lines say. */
  record Head(
      String scope,
      LocalDate day,
      int number,
      Instant at,
      String previous,
      String certificate,
      String algorithm,
      String by) {

    String text() {
      return String.join(
              "\n",
              FIRST_LINE,
              scope,
              day.toString(),
              String.valueOf(number),
              at.toString(),
              previous,
              certificate,
              algorithm,
              by)
          + "\n";
    }

    /** Null for what is no head. */
    static @Nullable Head parse(String body) {
      String[] lines = body.split("\n", HEAD + 1);
      if (lines.length <= HEAD || !lines[0].equals(FIRST_LINE)) {
        return null;
      }
      try {
        return new Head(
            lines[1],
            LocalDate.parse(lines[2]),
            Integer.parseInt(lines[3]),
            Instant.parse(lines[4]),
            lines[5],
            lines[6],
            lines[7],
            lines[8]);
      } catch (java.time.DateTimeException | NumberFormatException e) {
        return null;
      }
    }
  }

  /** What the day held: the lines after the head. */
  static List<String> facts(String body) {
    String[] lines = body.split("\n", HEAD + 1);
    return lines.length <= HEAD || lines[HEAD].isEmpty()
        ? List.of()
        : List.of(lines[HEAD].split("\n"));
  }

  /** The words of the facts that begin with one, without it. */
  public List<List<String>> facts(Fact fact) {
    List<List<String>> found = new ArrayList<>();
    for (String line : facts(body)) {
      List<String> words = List.of(line.split(" ", -1));
      if (words.getFirst().equals(fact.word())) {
        found.add(words.subList(1, words.size()));
      }
    }
    return found;
  }

  /** Kinds of facts. */
  public enum Fact {
    ACCOUNT,
    MOVEMENTS,
    STATEMENT,
    OURS,
    MATCHED,
    INSTITUTION,
    CASE,
    PART;

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  static String digest(String body) {
    return HexFormat.of()
        .formatHex(DigestAlgorithm.SM3.digest(body.getBytes(StandardCharsets.UTF_8)));
  }
}
