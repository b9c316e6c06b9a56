package health.helan.foundation.trust.audit;

import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.sql.CopyBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * A row of a chain.
 *
 * <p><b>Canonical form</b>, version 1: the fields below in this order, each as text in UTF-8
 * followed by one line feed (U+000A), which no field contains:
 *
 * <pre>
 * helan-audit-row-1
 * chain          decimal
 * seq            decimal; 0 opens the chain
 * kind           open, request or close
 * at             microseconds since 1970-01-01T00:00:00Z, decimal
 * account        of an opening row: the application instance
 * role
 * institution
 * practitioner
 * purposes       sorted, joined by commas
 * request
 * remote
 * interaction
 * type
 * id
 * operation
 * parameters     sorted, joined by commas
 * query          16 hexadecimal digits, lower case
 * status         decimal
 * count          decimal; of an opening row: number of the appender
 * refused        decimal
 * millis         decimal
 * subjects       each 16 hexadecimal digits, in the order they are stored in, joined by commas
 * </pre>
 *
 * <p>The digest of a row is {@code SM3(previous || canonical form)} (GM/T 0004), where {@code
 * previous} is the digest of the row before, 32 bytes; 32 zero bytes before the opening row.
 */
record AuditRow(
    long chain,
    long seq,
    String kind,
    Instant at,
    String account,
    String role,
    String institution,
    String practitioner,
    String purposes,
    String request,
    String remote,
    String interaction,
    String type,
    String id,
    String operation,
    String parameters,
    long query,
    int status,
    int count,
    int refused,
    int millis,
    long[] subjects) {

  static final String OPEN = "open";
  static final String REQUEST = "request";
  static final String CLOSE = "close";

  /** Digest before the opening row. */
  static final byte[] NOTHING = new byte[Sm3.LENGTH];

  /** Columns in the order of {@link #copyTo} and {@link #read}; the digest comes last. */
  static final String COLUMNS =
      "chain, seq, at, query, count, refused, millis, status, kind, account, role, institution,"
          + " practitioner, purposes, request, remote, interaction, type, id, operation, parameters,"
          + " subjects, digest";

  static final int COLUMN_COUNT = 23;

  /** Longer texts are cut: nobody shall fill the audit by long names. */
  private static final int LONGEST = 200;

  private static final HexFormat HEX = HexFormat.of();

  static AuditRow opening(long chain, Instant at, String instance, int appender) {
    return marker(chain, 0, OPEN, at, instance, appender);
  }

  static AuditRow closing(long chain, long seq, Instant at, String instance) {
    return marker(chain, seq, CLOSE, at, instance, 0);
  }

  private static AuditRow marker(
      long chain, long seq, String kind, Instant at, String instance, int count) {
    return new AuditRow(
        chain,
        seq,
        kind,
        at.truncatedTo(ChronoUnit.MILLIS),
        text(instance),
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        0,
        0,
        count,
        0,
        0,
        new long[0]);
  }

  static AuditRow of(long chain, long seq, AuditSink.Request request) {
    Caller caller = request.caller();
    return new AuditRow(
        chain,
        seq,
        REQUEST,
        request.at().truncatedTo(ChronoUnit.MILLIS),
        caller == null ? "" : text(caller.subject()),
        caller == null ? "" : caller.role().name().toLowerCase(Locale.ROOT),
        caller == null ? "" : text(caller.institution()),
        caller == null ? "" : text(caller.binding().practitioner()),
        caller == null || caller.purposes().isEmpty()
            ? ""
            : text(String.join(",", new TreeSet<>(caller.purposes()))),
        caller == null ? "" : text(caller.request()),
        text(request.remote()),
        text(request.interaction()),
        text(request.type()),
        text(request.id()),
        text(request.operation()),
        text(String.join(",", request.parameters())),
        request.query(),
        request.status(),
        request.count(),
        request.refused(),
        request.millis(),
        request.subjects());
  }

  /** Without control characters, which the canonical form must not contain, and not too long. */
  private static String text(String text) {
    boolean plain = text.length() <= LONGEST;
    for (int i = 0; plain && i < text.length(); i++) {
      char c = text.charAt(i);
      plain = c >= 0x20 && c < 0x7f;
    }
    if (plain) {
      return text;
    }
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        .replaceAll("[\\p{Cntrl}]", "?");
  }

  byte[] canonical() {
    var out = new StringBuilder(320 + 17 * subjects.length);
    out.append("helan-audit-row-1\n");
    out.append(chain).append('\n');
    out.append(seq).append('\n');
    out.append(kind).append('\n');
    out.append(micros()).append('\n');
    for (String text :
        List.of(
            account,
            role,
            institution,
            practitioner,
            purposes,
            request,
            remote,
            interaction,
            type,
            id,
            operation,
            parameters)) {
      out.append(text).append('\n');
    }
    out.append(HEX.toHexDigits(query)).append('\n');
    out.append(status).append('\n');
    out.append(count).append('\n');
    out.append(refused).append('\n');
    out.append(millis).append('\n');
    for (int i = 0; i < subjects.length; i++) {
      out.append(i == 0 ? "" : ",").append(HEX.toHexDigits(subjects[i]));
    }
    return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  byte[] digest(byte[] previous) {
    return Sm3.of(previous, canonical());
  }

  long micros() {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1000;
  }

  void copyTo(CopyBuffer copy, byte[] digest) {
    copy.row()
        .int8(chain)
        .int8(seq)
        .timestamp(at)
        .int8(query)
        .int4(count)
        .int4(refused)
        .int4(millis)
        .int2(status)
        .text(kind)
        .text(account)
        .text(role)
        .text(institution)
        .text(practitioner)
        .text(purposes)
        .text(request)
        .text(remote)
        .text(interaction)
        .text(type)
        .text(id)
        .text(operation)
        .text(parameters)
        .int8Array(subjects)
        .raw(digest);
  }

  /** The row that {@code rows} stands at; select list {@link #COLUMNS}. */
  static AuditRow read(ResultSet rows) throws SQLException {
    Object[] subjects = (Object[]) rows.getArray(22).getArray();
    long[] digests = new long[subjects.length];
    for (int i = 0; i < subjects.length; i++) {
      if (!(subjects[i] instanceof Long subject)) {
        throw new SQLException("a subject is none");
      }
      digests[i] = subject;
    }
    return new AuditRow(
        rows.getLong(1),
        rows.getLong(2),
        rows.getString(9),
        rows.getObject(3, OffsetDateTime.class).toInstant(),
        rows.getString(10),
        rows.getString(11),
        rows.getString(12),
        rows.getString(13),
        rows.getString(14),
        rows.getString(15),
        rows.getString(16),
        rows.getString(17),
        rows.getString(18),
        rows.getString(19),
        rows.getString(20),
        rows.getString(21),
        rows.getLong(4),
        rows.getInt(8),
        rows.getInt(5),
        rows.getInt(6),
        rows.getInt(7),
        digests);
  }
}
