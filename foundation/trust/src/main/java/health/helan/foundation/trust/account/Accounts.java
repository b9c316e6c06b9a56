package health.helan.foundation.trust.account;

import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Ids;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Accounts: made, found, bound, locked. Login names are the name a member of staff was given, or a
 * resident's identity number; both are found by keyed digests.
 */
public final class Accounts {
  /** How long a code that sets a password, or proves identity, is good. */
  public static final Duration CODE_IS_GOOD = Duration.ofDays(7);

  /** General knowledge: the age of majority in China (民法典 §17). */
  static final int FULL_AGE = 18;

  private static final int CODE_LENGTH = 12;
  private static final ZoneId CHINA = ZoneId.of("Asia/Shanghai");

  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;

  Accounts(Sql sql, SignInKey key, Clock clock) {
    this.sql = sql;
    this.key = key;
    this.clock = clock;
  }

  /** Another account has this login name. */
  public static final class LoginTaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoginTaken() {
      super("login name taken", null, false, false);
    }
  }

  /**
   * An account to be made.
   *
   * @param login name or identity number to sign in with
   * @param passwordHash null until the owner sets a password with an activation code
   */
  public record New(
      Account.Kind kind,
      Account.State state,
      String login,
      String name,
      String person,
      String institution,
      @Nullable String passwordHash,
      boolean demo) {}

  /** Upper and lower case, width and surrounding spaces make no difference. */
  public static String normal(String login) {
    return java.text.Normalizer.normalize(login.strip(), java.text.Normalizer.Form.NFKC)
        .toLowerCase(Locale.ROOT);
  }

  /**
   * @throws LoginTaken without having changed anything
   */
  public Account create(New wanted) {
    String id = Ids.next(ThreadLocalRandom.current().nextInt(Ids.HOMES));
    Instant now = clock.instant();
    return sql.together(
        connection -> {
          claim(connection, "login|" + normal(wanted.login()), id);
          Sql.update(
              connection,
              """
              insert into account (home, id, kind, state, name, person, institution, demo,
                password, password_set, totp_step, created)
              values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)""",
              Ids.home(id),
              id,
              wanted.kind().code(),
              wanted.state().code(),
              wanted.name(),
              wanted.person(),
              wanted.institution(),
              wanted.demo(),
              wanted.passwordHash(),
              wanted.passwordHash() == null ? null : now,
              now);
          return new Account(
              id,
              wanted.kind(),
              wanted.state(),
              wanted.name(),
              wanted.person(),
              wanted.institution(),
              wanted.demo(),
              false,
              now);
        });
  }

  private void claim(Connection connection, String what, String account) throws SQLException {
    SignInKey.Digest digest = key.digest("account", what);
    if (Sql.update(
            connection,
            "insert into account_login (key, mac, account) values (?, ?, ?) on conflict (key, mac) do nothing",
            digest.key(),
            digest.mac(),
            account)
        == 0) {
      throw new LoginTaken();
    }
  }

  /** By login name; null for none. */
  public @Nullable Account byLogin(String login) {
    return found("login|" + normal(login));
  }

  /** By the subject that an outside provider knows it by; null for none. */
  public @Nullable Account byOutside(String issuer, String subject) {
    return found("outside|" + issuer + "|" + subject);
  }

  /**
   * Lets an outside provider's subject sign in to the account.
   *
   * @throws LoginTaken if it belongs to another already
   */
  public void bindOutside(String account, String issuer, String subject) {
    sql.together(
        connection -> {
          claim(connection, "outside|" + issuer + "|" + subject, account);
          return true;
        });
  }

  @Nullable String idOfLogin(String login) {
    return idOf("login|" + normal(login));
  }

  private @Nullable Account found(String what) {
    String id = idOf(what);
    return id == null ? null : byId(id);
  }

  private @Nullable String idOf(String what) {
    SignInKey.Digest digest = key.digest("account", what);
    return sql.one(
        "select account from account_login where key = ? and mac = ?",
        row -> row.getString(1),
        digest.key(),
        digest.mac());
  }

  public @Nullable Account byId(String id) {
    return Ids.isAssigned(id)
        ? sql.one(
            "select * from account where home = ? and id = ?", Accounts::account, Ids.home(id), id)
        : null;
  }

  /** Makes the next state true; what follows from the states is the caller's matter. */
  void become(String id, Account.State state) {
    sql.update(
        "update account set state = ? where home = ? and id = ?", state.code(), Ids.home(id), id);
  }

  /** Binds it to a Patient or Practitioner. */
  void bind(String id, String person, Account.State state) {
    sql.update(
        "update account set person = ?, state = ? where home = ? and id = ?",
        person,
        state.code(),
        Ids.home(id),
        id);
  }

  /** A code with which the owner proves at the platform what was proved at a counter. */
  public String activationCode(String account) {
    String code = SignInKey.code(CODE_LENGTH);
    SignInKey.Digest digest = key.digest("activation", code);
    sql.update(
        "insert into account_activation (key, mac, account, until) values (?, ?, ?, ?)",
        digest.key(),
        digest.mac(),
        account,
        clock.instant().plus(CODE_IS_GOOD));
    return code.replaceAll("(.{4})(?=.)", "$1-");
  }

  /** The account of a code, which is used up by this; null if it is none or too old. */
  @Nullable Account useCode(String typed) {
    SignInKey.Digest digest = key.digest("activation", SignInKey.readCode(typed));
    String id =
        sql.one(
            "delete from account_activation where key = ? and mac = ? and until > ? returning account",
            row -> row.getString(1),
            digest.key(),
            digest.mac(),
            clock.instant());
    return id == null ? null : byId(id);
  }

  /** The account of a code, without using it up; null if it is none or too old. */
  @Nullable Account ofCode(String typed) {
    SignInKey.Digest digest = key.digest("activation", SignInKey.readCode(typed));
    String id =
        sql.one(
            "select account from account_activation where key = ? and mac = ? and until > ?",
            row -> row.getString(1),
            digest.key(),
            digest.mac(),
            clock.instant());
    return id == null ? null : byId(id);
  }

  /**
   * Someone a resident looks after.
   *
   * @param patient id of the Patient
   * @param relatedPerson id of the RelatedPerson that proves it
   * @param until when it ends: full age of a child; null for no end
   */
  public record Dependant(
      String patient, String name, String relatedPerson, String basis, @Nullable Instant until) {}

  /** Those whose time has not ended. */
  public List<Dependant> dependants(String account) {
    return sql.list(
        """
        select patient, name, related_person, basis, until from account_dependant
        where home = ? and account = ? and (until is null or until > ?) order by created""",
        row ->
            new Dependant(
                row.getString("patient"),
                row.getString("name"),
                row.getString("related_person"),
                row.getString("basis"),
                Sql.instantOrNull(row, "until")),
        Ids.home(account),
        account,
        clock.instant());
  }

  /** Lets a resident act for another; the proof has been checked. Repeating it renews the end. */
  public void addDependant(String account, Dependant dependant) {
    sql.update(
        """
        insert into account_dependant
          (home, account, patient, name, related_person, basis, until, created)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (home, account, patient) do update
        set name = excluded.name, related_person = excluded.related_person,
            basis = excluded.basis, until = excluded.until""",
        Ids.home(account),
        account,
        dependant.patient(),
        dependant.name(),
        dependant.relatedPerson(),
        dependant.basis(),
        dependant.until(),
        clock.instant());
  }

  public boolean removeDependant(String account, String patient) {
    return sql.update(
            "delete from account_dependant where home = ? and account = ? and patient = ?",
            Ids.home(account),
            account,
            patient)
        == 1;
  }

  /**
   * When guardianship of a child ends by age: the midnight in China on which it comes of age; null
   * if it has already.
   */
  public @Nullable Instant endOfChildhood(LocalDate birth) {
    Instant end = birth.plus(Period.ofYears(FULL_AGE)).atStartOfDay(CHINA).toInstant();
    return end.isAfter(clock.instant()) ? end : null;
  }

  /** Birth date in a valid identity number; null if it is not one. */
  public static @Nullable LocalDate birthOf(String idNumber) {
    if (!IdNumbers.isValid(idNumber)) {
      return null;
    }
    try {
      return LocalDate.parse(idNumber.substring(6, 14), DateTimeFormatter.BASIC_ISO_DATE);
    } catch (DateTimeParseException impossible) {
      return null;
    }
  }

  /** Removes codes that are too old. */
  void sweep() {
    sql.update("delete from account_activation where until < ?", clock.instant());
  }

  static Account account(ResultSet row) throws SQLException {
    return new Account(
        row.getString("id"),
        Account.Kind.of(row.getInt("kind")),
        Account.State.of(row.getInt("state")),
        row.getString("name"),
        row.getString("person"),
        row.getString("institution"),
        row.getBoolean("demo"),
        row.getBytes("totp") != null,
        Sql.instant(row, "created"));
  }
}
