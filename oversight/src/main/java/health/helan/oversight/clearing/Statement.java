package health.helan.oversight.clearing;

import health.helan.foundation.trust.account.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A file that was taken.
 *
 * @param institution whose list it is; empty for the counterpart's statement
 * @param in fen that came
 * @param out fen that went back, above zero
 * @param isStanding false once another took its place
 * @param digest SHA-256 of the file, in hexadecimal digits
 * @param content SM3 of its lines as they were understood, likewise
 * @param isNew whether this request took it; false when it was there
 */
public record Statement(
    int number,
    Side side,
    String institution,
    int lines,
    long in,
    long out,
    Instant taken,
    String takenBy,
    String layout,
    int layoutRevision,
    boolean isStanding,
    String digest,
    String content,
    boolean isNew) {
  static final String COLUMNS =
      "select number, side, institution, lines, fen_in, fen_out, taken, taken_by, layout, layout_revision, standing, digest,"
          + " content from clearing_statement";

  static Statement of(ResultSet row) throws SQLException {
    return new Statement(
        row.getInt("number"),
        Side.values()[row.getInt("side")],
        row.getString("institution"),
        row.getInt("lines"),
        row.getLong("fen_in"),
        row.getLong("fen_out"),
        Sql.instant(row, "taken"),
        row.getString("taken_by"),
        row.getString("layout"),
        row.getInt("layout_revision"),
        row.getBoolean("standing"),
        HexFormat.of().formatHex(row.getBytes("digest")),
        HexFormat.of().formatHex(row.getBytes("content")),
        false);
  }

  Statement asNew() {
    return new Statement(
        number,
        side,
        institution,
        lines,
        in,
        out,
        taken,
        takenBy,
        layout,
        layoutRevision,
        isStanding,
        digest,
        content,
        true);
  }
}
