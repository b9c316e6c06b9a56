package health.helan.care.visit;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Calls with sound and picture (WebRTC) between the two sides of a visit: what their browsers tell
 * each other to find a way, while the visit is in progress. Sound and picture go from browser to
 * browser, or through TURN servers, never through the platform.
 */
public final class Calls {
  /** Names the place of contents; also the table. */
  private static final String PLACE = "visit_signal";

  /** What is not taken by then is of no use any more. */
  private static final Duration LIFE = Duration.ofMinutes(2);

  /** Signals of a visit: a call has some dozens, and some calls are tried again. */
  static final int MOST = 5_000;

  /** Characters of one. */
  static final int LONGEST = 60_000;

  private static final Set<String> KINDS =
      Set.of("offer", "answer", "candidate", "hang-up", "ring");

  /**
   * TURN servers, for browsers that find no way to each other.
   *
   * @param urls {@code turn:…}, {@code turns:…}, {@code stun:…}
   * @param secret shared with the servers, for passwords that end (the use-auth-secret of coturn);
   *     empty for servers that want none
   */
  public record Turn(List<String> urls, String secret) {
    public static final Turn NONE = new Turn(List.of(), "");
  }

  /** How long a password for TURN is good: longer than a visit. */
  private static final Duration TURN_LIFE = Duration.ofHours(2);

  private final Visits visits;
  private final VisitTable table;
  private final ContentCodec codec;
  private final Turn turn;

  Calls(Visits visits, VisitTable table, ContentCodec codec, Turn turn) {
    this.visits = visits;
    this.table = table;
    this.codec = codec;
    this.turn = turn;
  }

  /** A signal on its way. */
  record Signal(int number, Party side, JsonNode content) {}

  /**
   * Passes a signal on to the other side.
   *
   * @throws Refusal BUSINESS_RULE while the visit is not in progress
   */
  void signal(Caller caller, String id, JsonNode content) {
    String kind = content.path("kind").asString("");
    String text = content.toString();
    if (!KINDS.contains(kind) || text.length() > LONGEST) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.signal");
    }
    Visits.Member member = visits.member(caller, id);
    Instant now = visits.now();
    table.sql.together(
        connection -> {
          VisitTable.Row row = VisitTable.lock(connection, id);
          if (row == null || row.state() != VisitState.IN_PROGRESS) {
            throw new Refusal(
                Refusal.Kind.BUSINESS_RULE,
                "visit.not-in-progress",
                row == null ? "none" : row.state().word());
          }
          if (row.signals() >= MOST) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.too-many-signals", MOST);
          }
          Sql.update(
              connection,
              "delete from visit_signal where home = ? and visit = ? and at < ?",
              row.home(),
              id,
              now.minus(LIFE));
          String own = Ids.next(row.home());
          ContentCodec.Encoded encoded =
              codec.encode(
                  new ContentCodec.Place(PLACE, own, 0), text.getBytes(StandardCharsets.UTF_8));
          Sql.update(
              connection,
              """
              insert into visit_signal (home, number, version, side, codec, key_id, patient, at, visit, id, content)
              values (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)""",
              row.home(),
              row.signals() + 1,
              member.party().ordinal(),
              encoded.codec(),
              encoded.keyId(),
              row.patient(),
              now,
              id,
              own,
              encoded.content());
          Sql.update(
              connection,
              "update visit set signals = ?, changed = ? where home = ? and id = ?",
              row.signals() + 1,
              now,
              row.home(),
              id);
          return true;
        });
    visits.live().changed(id);
  }

  /** Signals for a side, after a number, that are still of use. */
  List<Signal> signals(VisitTable.Row visit, Party side, int after) {
    return table.sql.list(
        """
        select id, number, version, side, codec, key_id, content from visit_signal
        where home = ? and visit = ? and number > ? and side = ? and at >= ? order by number""",
        this::signal,
        visit.home(),
        visit.id(),
        after,
        side.other().ordinal(),
        visits.now().minus(LIFE));
  }

  private Signal signal(ResultSet row) throws SQLException {
    byte[] content =
        codec.decode(
            new ContentCodec.Place(PLACE, row.getString("id"), row.getInt("version")),
            row.getShort("codec"),
            row.getShort("key_id"),
            row.getBytes("content"));
    return new Signal(
        row.getInt("number"), Party.values()[row.getInt("side")], Json.MAPPER.readTree(content));
  }

  /**
   * Servers that may help the browsers, in the form of {@code RTCIceServer}, with a password of its
   * own for this side.
   *
   * @throws Refusal BUSINESS_RULE while the visit is not in progress
   */
  List<ObjectNode> servers(Caller caller, String id) {
    Visits.Member member = visits.member(caller, id);
    if (member.row().state() != VisitState.IN_PROGRESS) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "visit.not-in-progress", member.row().state().word());
    }
    return turn.urls().stream()
        .map(
            url -> {
              ObjectNode server = Json.MAPPER.createObjectNode().put("urls", url);
              if (!turn.secret().isEmpty() && url.startsWith("turn")) {
                // Says nothing of who it is: the servers may be another's.
                long until = visits.now().plus(TURN_LIFE).getEpochSecond();
                String name = until + ":" + UUID.randomUUID();
                server.put("username", name).put("credential", password(turn.secret(), name));
              }
              return server;
            })
        .toList();
  }

  /** As the TURN servers make it too: HMAC-SHA1 of the name (draft-uberti-behave-turn-rest). */
  static String password(String secret, String name) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      return Base64.getEncoder().encodeToString(mac.doFinal(name.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
