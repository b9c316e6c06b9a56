package health.helan.oversight.payment.simulator;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.oversight.payment.PaymentChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A channel that takes no money. It remembers in a table of its own what it was asked, so that it
 * knows after a restart what it knew before; the resident pays by {@link #pay}, as in an
 * application of the channel. Its notifications are signed: HMAC-SHA256 over time and body under
 * the channel's key. Thread-safe.
 */
public final class SimulatedChannel implements PaymentChannel {
  /** Header with the signature in hexadecimal digits. */
  public static final String SIGNATURE = "X-Channel-Signature";

  /** Header with the time that is signed with the body. */
  public static final String TIME = "X-Channel-Time";

  private static final Duration AT_MOST_OFF = Duration.ofMinutes(10);
  private static final int WAITING = 0;
  private static final int PAID = 1;
  private static final int OVER = 2;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * A notification as it goes out.
   *
   * @param headers by their names
   */
  public record Signed(byte[] body, Map<String, String> headers) {}

  private final String code;
  private final String chinese;
  private final String english;
  private final Sql sql;
  private final byte[] key;
  private final Clock clock;
  private final Function<String, Fault> faults;

  /**
   * @param key secret that notifications are signed with
   * @param faults what goes wrong with an act ({@code create}, {@code query}, {@code close}, {@code
   *     refund}, {@code notify}), asked each time
   */
  public SimulatedChannel(
      String code,
      String chinese,
      String english,
      DataSource database,
      byte[] key,
      Clock clock,
      Function<String, Fault> faults) {
    this.code = code;
    this.chinese = chinese;
    this.english = english;
    this.key = key.clone();
    this.clock = clock;
    this.faults = faults;
    sql = new Sql(database);
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public String name(String language) {
    return language.equals("zh") ? chinese : english;
  }

  private record Payment(
      int state,
      long fen,
      long refunded,
      @Nullable Instant paid,
      String code,
      List<String> refunds) {}

  private static final String PAYMENTS =
      "select state, fen, refunded, paid, code, refunds from simulated_payment where id = ? and channel = ?";

  private static Payment payment(ResultSet row) throws SQLException {
    return new Payment(
        row.getInt("state"),
        row.getLong("fen"),
        row.getLong("refunded"),
        Sql.instantOrNull(row, "paid"),
        row.getString("code"),
        Sql.texts(row, "refunds"));
  }

  private @Nullable Payment known(String of) {
    return sql.one(PAYMENTS, SimulatedChannel::payment, of, code);
  }

  private Standing standing(String of) {
    Payment payment = known(of);
    if (payment == null) {
      return new Standing.Unknown();
    }
    return switch (payment.state) {
      case WAITING -> new Standing.Waiting(payment.code);
      case PAID ->
          new Standing.Paid(
              transaction(of), payment.fen, payment.paid == null ? clock.instant() : payment.paid);
      default -> new Standing.Over("closed");
    };
  }

  private String transaction(String of) {
    return "SIM" + HexFormat.of().withUpperCase().formatHex(mac("number " + of), 0, 10);
  }

  /** Does it as the faults of the moment let it. */
  private <T> T act(String what, Supplier<T> work, @Nullable T refusal) {
    return act(faults.apply(what), work, refusal);
  }

  private static <T> T act(Fault fault, Supplier<T> work, @Nullable T refusal) {
    if (fault == Fault.LOSE_REQUEST) {
      throw new Silent("the request was lost");
    }
    if ((fault == Fault.REFUSE || fault == Fault.LIE) && refusal != null) {
      return refusal;
    }
    T answer = work.get();
    if (fault == Fault.LOSE_ANSWER) {
      throw new Silent("the answer was lost");
    }
    return answer;
  }

  @Override
  public Standing create(String of, long fen, String what, Instant until) {
    return act(
        "create",
        () -> {
          var unused =
              sql.on(
                  connection -> {
                    insert(connection, of, fen, shown());
                    return true;
                  });
          return standing(of);
        },
        new Standing.Over("refused"));
  }

  private String shown() {
    byte[] random = new byte[12];
    RANDOM.nextBytes(random);
    return "sim:" + code + ":" + HexFormat.of().formatHex(random);
  }

  /** Parts of one payment share what is shown. */
  private void insert(Connection connection, String of, long fen, String shown)
      throws SQLException {
    var unused =
        Sql.update(
            connection,
            "insert into simulated_payment (state, fen, refunded, created, id, channel, code, refunds)"
                + " values (0, ?, 0, ?, ?, ?, ?, ?) on conflict (id) do nothing",
            fen,
            clock.instant(),
            of,
            code,
            shown,
            List.of());
  }

  @Override
  public boolean takesTogether() {
    return true;
  }

  @Override
  public Map<String, Standing> createTogether(String joint, List<Part> parts, Instant until) {
    return act(
        "create",
        () -> {
          String shown = shown();
          var unused =
              sql.together(
                  connection -> {
                    for (Part part : parts) {
                      insert(connection, part.key(), part.fen(), shown);
                    }
                    return true;
                  });
          return standings(parts, this::standing);
        },
        standings(parts, _ -> new Standing.Over("refused")));
  }

  private static Map<String, Standing> standings(
      List<Part> parts, Function<String, Standing> standing) {
    return parts.stream().map(Part::key).collect(Collectors.toMap(Function.identity(), standing));
  }

  @Override
  public Standing query(String of) {
    Fault fault = faults.apply("query");
    if (fault == Fault.LATE && known(of) instanceof Payment payment) {
      return new Standing.Waiting(payment.code);
    }
    return act(fault, () -> standing(of), null);
  }

  @Override
  public Standing close(String of) {
    return act(
        "close",
        () -> {
          Payment payment = known(of);
          if (payment != null) {
            var unused = end(payment.code, OVER);
          }
          return standing(of);
        },
        new Standing.Over("closed"));
  }

  @Override
  public Returned refund(String refundKey, String of, long fen) {
    return act(
        "refund",
        () ->
            sql.together(
                connection -> {
                  Payment payment = locked(connection, of);
                  if (payment == null || payment.state != PAID) {
                    return new Returned.Refused("not paid");
                  }
                  if (payment.refunds.contains(refundKey)) {
                    return new Returned.Done(transaction(refundKey));
                  }
                  if (payment.refunded + fen > payment.fen) {
                    return new Returned.Refused("more than was paid");
                  }
                  var noted =
                      Sql.update(
                          connection,
                          "insert into simulated_refund (fen, at, id, payment, channel)"
                              + " values (?, ?, ?, ?, ?) on conflict (id) do nothing",
                          fen,
                          clock.instant(),
                          refundKey,
                          of,
                          code);
                  var unused =
                      Sql.update(
                          connection,
                          "update simulated_payment set refunded = refunded + ?, refunds = refunds || ?"
                              + " where id = ? and channel = ?",
                          fen,
                          List.of(refundKey),
                          of,
                          code);
                  return new Returned.Done(transaction(refundKey));
                }),
        new Returned.Refused("not now"));
  }

  private @Nullable Payment locked(Connection connection, String of) throws SQLException {
    // Two refunds at once: the second waits for this row. A change that changes nothing locks it.
    var unused =
        Sql.update(
            connection,
            "update simulated_payment set state = state where id = ? and channel = ?",
            of,
            code);
    List<Payment> found = Sql.list(connection, PAYMENTS, SimulatedChannel::payment, of, code);
    return found.isEmpty() ? null : found.getFirst();
  }

  // ------------------------------------------------------------------ what it says of a day

  /**
   * What the channel took or gave back.
   *
   * @param key that it was asked with
   * @param of key of the payment that a refund is of; the same for a payment
   */
  public record Taken(
      boolean isRefund, String key, String of, String transaction, long fen, Instant at) {}

  /** All of a time, in its order. */
  public List<Taken> taken(Instant from, Instant before) {
    return sql.list(
        """
        select false as refund, id, id as payment, fen, paid as at from simulated_payment
          where channel = ? and state = 1 and paid >= ? and paid < ?
        union all
        select true, id, payment, fen, at from simulated_refund where channel = ? and at >= ? and at < ?
        order by at, id""",
        row ->
            new Taken(
                row.getBoolean("refund"),
                row.getString("id"),
                row.getString("payment"),
                transaction(row.getString("id")),
                row.getLong("fen"),
                Sql.instant(row, "at")),
        code,
        from,
        before,
        code,
        from,
        before);
  }

  // ------------------------------------------------------------------ what the resident does

  /**
   * The resident pays, or says no; what is asked for together, in one.
   *
   * @param shown the code that the platform's page shows
   * @return the notifications that the channel sends: for each part one, and by its faults two or
   *     none
   * @throws Refusal NOT_FOUND for a code that is not waited for
   */
  public List<Signed> pay(String shown, boolean agrees) {
    List<String> ended = end(shown, agrees ? PAID : OVER);
    if (ended.isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "payment.unknown");
    }
    List<Signed> told = new ArrayList<>();
    for (String of : ended) {
      Signed signed = notification(of);
      told.addAll(
          switch (faults.apply("notify")) {
            case NEVER, LOSE_REQUEST, LOSE_ANSWER -> List.<Signed>of();
            case TWICE -> List.of(signed, signed);
            case NONE, REFUSE, LIE, LATE -> List.of(signed);
          });
    }
    return told;
  }

  /**
   * Ends what is shown by a code, all parts of it or none.
   *
   * @return keys of the parts; none where it had ended before
   */
  private List<String> end(String shown, int state) {
    return Objects.requireNonNull(
        sql.together(
            connection -> {
              List<String> parts =
                  Sql.list(
                      connection,
                      "select id from simulated_payment where code = ? and channel = ? order by id",
                      row -> row.getString(1),
                      shown,
                      code);
              // Two at once: the second waits for the first part, and finds that nothing is left.
              if (parts.isEmpty()
                  || !(locked(connection, parts.getFirst()) instanceof Payment one)
                  || one.state != WAITING) {
                return List.of();
              }
              var unused =
                  Sql.update(
                      connection,
                      "update simulated_payment set state = ?, paid = ? where code = ? and channel = ? and state = 0",
                      (short) state,
                      state == PAID ? clock.instant() : null,
                      shown,
                      code);
              return parts;
            }));
  }

  private Signed notification(String of) {
    byte[] body = Json.MAPPER.writeValueAsBytes(Json.MAPPER.createObjectNode().put("payment", of));
    String time = clock.instant().toString();
    return new Signed(body, Map.of(TIME, time, SIGNATURE, signature(time, body)));
  }

  private String signature(String time, byte[] body) {
    return HexFormat.of().formatHex(mac(time + "\n" + new String(body, StandardCharsets.UTF_8)));
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal((code + "\n" + text).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Notification read(byte[] body, UnaryOperator<@Nullable String> header) {
    String time = header.apply(TIME);
    String signature = header.apply(SIGNATURE);
    if (time == null
        || signature == null
        || !MessageDigest.isEqual(
            signature.getBytes(StandardCharsets.UTF_8),
            signature(time, body).getBytes(StandardCharsets.UTF_8))) {
      throw new Refusal(Refusal.Kind.LOGIN, "payment.signature");
    }
    try {
      if (Duration.between(Instant.parse(time), clock.instant()).abs().compareTo(AT_MOST_OFF) > 0) {
        throw new Refusal(Refusal.Kind.LOGIN, "payment.signature");
      }
      return new Notification(Json.MAPPER.readTree(body).path("payment").asString(""));
    } catch (DateTimeParseException | tools.jackson.core.JacksonException e) {
      throw new Refusal(Refusal.Kind.INVALID, "payment.notification");
    }
  }
}
