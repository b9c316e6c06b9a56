package health.helan.foundation.trust.app;

import health.helan.foundation.store.Ids;
import health.helan.foundation.trust.account.SignInKey;
import health.helan.foundation.trust.account.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was granted to clients, and the tokens that stand for it. Tokens are kept as digests only. A
 * refresh token that was replaced and is shown again, or a code that is shown twice, ends the whole
 * grant: someone has stolen it.
 */
public final class Grants {
  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;
  private final List<Consumer<String>> endings = new CopyOnWriteArrayList<>();

  public Grants(Sql sql, SignInKey key, Clock clock) {
    this.sql = sql;
    this.key = key;
    this.clock = clock;
  }

  /** Kinds of tokens; codes are stored. */
  public enum Kind {
    STATE(1),
    CODE(2),
    ACCESS(3),
    REFRESH(4),
    ID(5);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    static Kind of(int code) {
      return values()[code - 1];
    }
  }

  /**
   * A grant.
   *
   * @param account empty for a system
   * @param session empty for a system
   * @param body JSON of the application's; holds no token
   * @param until when it can be forgotten
   */
  public record Grant(
      String id,
      String client,
      String account,
      String session,
      String body,
      Instant created,
      Instant until) {}

  /**
   * A token of a grant.
   *
   * @param digest hexadecimal
   */
  public record Token(Kind kind, String digest, Instant until) {}

  /** Called with the id of each grant that changes or ends here. */
  public void onChange(Consumer<String> listener) {
    endings.add(listener);
  }

  /** An id for a new grant, in the account's home. */
  public static String newId(String account) {
    int home =
        Ids.isAssigned(account)
            ? Ids.home(account)
            : ThreadLocalRandom.current().nextInt(Ids.HOMES);
    return Ids.next(home);
  }

  /** Stands for a token that is not kept. */
  public String digest(Kind kind, String token) {
    return HexFormat.of().formatHex(key.digest("token|" + kind, token).mac());
  }

  private static long keyOf(String digest) {
    return HexFormat.fromHexDigitsToLong(digest, 0, 16);
  }

  /** Writes a grant and its present tokens; tokens that are no longer among them are spent. */
  public void save(Grant grant, List<Token> tokens) {
    sql.together(
        connection -> {
          Sql.update(
              connection,
              """
              insert into app_grant (home, id, client, account, session, body, created, until)
              values (?, ?, ?, ?, ?, ?, ?, ?)
              on conflict (home, id) do update
              set body = excluded.body, session = excluded.session, until = excluded.until""",
              Ids.home(grant.id()),
              grant.id(),
              grant.client(),
              grant.account(),
              grant.session(),
              grant.body(),
              grant.created(),
              grant.until());
          saveTokens(connection, grant, tokens);
          return true;
        });
    endings.forEach(listener -> listener.accept(grant.id()));
  }

  private void saveTokens(Connection connection, Grant grant, List<Token> tokens)
      throws SQLException {
    Set<String> present = new HashSet<>();
    for (Token token : tokens) {
      present.add(token.digest());
      Sql.update(
          connection,
          """
          insert into app_token (key, mac, kind, grant_id, spent, until) values (?, ?, ?, ?, ?, ?)
          on conflict (key, mac) do nothing""",
          keyOf(token.digest()),
          HexFormat.of().parseHex(token.digest()),
          token.kind().code,
          grant.id(),
          false,
          token.until());
    }
    spendOthers(connection, grant, present);
  }

  private void spendOthers(Connection connection, Grant grant, Set<String> present)
      throws SQLException {
    record Row(long key, byte[] mac) {}
    var others = new java.util.ArrayList<Row>();
    try (var statement =
        connection.prepareStatement(
            "select key, mac from app_token where grant_id = ? and not spent")) {
      statement.setString(1, grant.id());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          byte[] mac = rows.getBytes("mac");
          if (!present.contains(HexFormat.of().formatHex(mac))) {
            others.add(new Row(rows.getLong("key"), mac));
          }
        }
      }
    }
    for (Row other : others) {
      Sql.update(
          connection,
          "update app_token set spent = true where key = ? and mac = ?",
          other.key(),
          other.mac());
    }
  }

  /**
   * What a token stands for.
   *
   * @param kind of the token
   * @param until its end
   */
  public record Found(Grant grant, Kind kind, Instant until) {}

  /**
   * The grant of a token; null if there is none, it has ended, or the token was replaced. Showing a
   * replaced refresh token ends the grant.
   */
  public @Nullable Found find(Kind kind, String token) {
    String digest = digest(kind, token);
    record Row(String grant, boolean spent, Instant until) {}
    Row row =
        sql.one(
            "select grant_id, spent, until from app_token where key = ? and mac = ? and kind = ?",
            found ->
                new Row(
                    found.getString("grant_id"),
                    found.getBoolean("spent"),
                    Sql.instant(found, "until")),
            keyOf(digest),
            HexFormat.of().parseHex(digest),
            kind.code);
    if (row == null) {
      return null;
    }
    if (row.spent()) {
      if (kind == Kind.REFRESH) {
        end(row.grant());
      }
      return null;
    }
    Grant grant = byId(row.grant());
    return grant == null ? null : new Found(grant, kind, row.until());
  }

  public @Nullable Grant byId(String id) {
    return Ids.isAssigned(id)
        ? sql.one(
            "select * from app_grant where home = ? and id = ?", Grants::grant, Ids.home(id), id)
        : null;
  }

  /** Ends a grant with all its tokens. */
  public void end(String id) {
    if (!Ids.isAssigned(id)) {
      return;
    }
    sql.update("delete from app_grant where home = ? and id = ?", Ids.home(id), id);
    endings.forEach(listener -> listener.accept(id));
  }

  /** Ends what was granted under a session. */
  public void endOfSession(String session) {
    sql.list(
            "select id from app_grant where home = ? and session = ?",
            row -> row.getString(1),
            Ids.home(session),
            session)
        .forEach(this::end);
  }

  /** Ends what was granted to go on without a session. */
  public void endOffline(String account) {
    of(account).stream()
        .filter(grant -> grant.session().isEmpty())
        .forEach(grant -> end(grant.id()));
  }

  /** Those of an account that have not ended. */
  public List<Grant> of(String account) {
    return sql.list(
        "select * from app_grant where home = ? and account = ? and until > ? order by created desc",
        Grants::grant,
        Ids.home(account),
        account,
        clock.instant());
  }

  /** Removes what has ended. */
  public void sweep() {
    Instant now = clock.instant();
    sql.update("delete from app_token where until < ?", now);
    sql.update(
        "delete from app_grant where home between ? and ? and until < ?", 0, Ids.HOMES - 1, now);
    sql.update("delete from app_launch where until < ?", now);
    sql.update("delete from app_assertion where until < ?", now);
  }

  private static Grant grant(ResultSet row) throws SQLException {
    return new Grant(
        row.getString("id"),
        row.getString("client"),
        row.getString("account"),
        row.getString("session"),
        row.getString("body"),
        Sql.instant(row, "created"),
        Sql.instant(row, "until"));
  }

  /** Scopes that a person has allowed a client. */
  public Set<String> allowed(String account, String client) {
    List<String> scopes =
        sql.one(
            "select scopes from app_consent where home = ? and account = ? and client = ?",
            row -> Sql.texts(row, "scopes"),
            Ids.home(account),
            account,
            client);
    return scopes == null ? Set.of() : Set.copyOf(scopes);
  }

  /** Notes what a person allows; an empty set takes all back. */
  public void allow(String account, String client, Set<String> scopes) {
    if (scopes.isEmpty()) {
      sql.update(
          "delete from app_consent where home = ? and account = ? and client = ?",
          Ids.home(account),
          account,
          client);
      of(account).stream().filter(g -> g.client().equals(client)).forEach(g -> end(g.id()));
      return;
    }
    sql.update(
        """
        insert into app_consent (home, account, client, scopes, at) values (?, ?, ?, ?, ?)
        on conflict (home, account, client) do update
        set scopes = excluded.scopes, at = excluded.at""",
        Ids.home(account),
        account,
        client,
        List.copyOf(scopes),
        clock.instant());
  }

  /** Clients that an account has allowed something. */
  public List<String> allowedClients(String account) {
    return sql.list(
        "select client from app_consent where home = ? and account = ? order by client",
        row -> row.getString(1),
        Ids.home(account),
        account);
  }

  /**
   * Context of a launch.
   *
   * @param patient id of the Patient; empty for none
   * @param encounter id of the Encounter; empty for none
   */
  public record Launch(String account, String client, String patient, String encounter) {}

  /** A launch token, which the authorization request has to bring back within ten minutes. */
  public String launch(Launch launch) {
    String token = SignInKey.token();
    SignInKey.Digest digest = key.digest("launch", token);
    sql.update(
        """
        insert into app_launch (key, mac, account, client, patient, encounter, until)
        values (?, ?, ?, ?, ?, ?, ?)""",
        digest.key(),
        digest.mac(),
        launch.account(),
        launch.client(),
        launch.patient(),
        launch.encounter(),
        clock.instant().plus(java.time.Duration.ofMinutes(10)));
    return token;
  }

  /** What a launch token stands for; null if it is none, or too old. */
  public @Nullable Launch launched(String token) {
    SignInKey.Digest digest = key.digest("launch", token);
    return sql.one(
        """
        select account, client, patient, encounter from app_launch
        where key = ? and mac = ? and until > ?""",
        row ->
            new Launch(
                row.getString("account"),
                row.getString("client"),
                row.getString("patient"),
                row.getString("encounter")),
        digest.key(),
        digest.mac(),
        clock.instant());
  }

  /** Notes the id of a client's assertion; false if it was used before. */
  public boolean isFirstUse(String client, String jti, Instant until) {
    SignInKey.Digest digest = key.digest("assertion", client + "|" + jti);
    return sql.update(
            "insert into app_assertion (key, mac, until) values (?, ?, ?) on conflict (key, mac) do nothing",
            digest.key(),
            digest.mac(),
            until)
        == 1;
  }
}
