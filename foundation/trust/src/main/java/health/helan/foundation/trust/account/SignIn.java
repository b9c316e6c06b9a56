package health.helan.foundation.trust.account;

import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Signing in and what an owner does with an account. One answer for every failure: who tries learns
 * neither which accounts exist nor which part was wrong.
 */
public final class SignIn {
  /** In the form of an account's id; no account has it. */
  private static final String NOBODY = "0".repeat(21);

  private static final int RECOVERY_CODES = 10;
  private static final int RECOVERY_LENGTH = 10;
  private static final int DEVICES = 20;

  private final Sql sql;
  private final SignInKey key;
  private final Clock clock;
  private final boolean production;
  private final boolean demoAllowed;
  private final Registry registry;
  private final Passwords passwords = new Passwords();
  private final Accounts accounts;
  private final Sessions sessions;
  private final History history;
  private final Throttle throttle;

  /**
   * @param production true: staff need a second factor
   * @param demoAllowed false: accounts of the demo region are refused
   */
  public SignIn(
      DataSource database,
      SignInKey key,
      Clock clock,
      Registry registry,
      boolean production,
      boolean demoAllowed) {
    this.sql = new Sql(database);
    this.key = key;
    this.clock = clock;
    this.production = production;
    this.demoAllowed = demoAllowed;
    this.registry = registry;
    this.accounts = new Accounts(sql, key, clock);
    this.sessions = new Sessions(sql, key, clock);
    this.history = new History(sql, clock);
    this.throttle = new Throttle(sql, key, clock);
  }

  public Accounts accounts() {
    return accounts;
  }

  public Sessions sessions() {
    return sessions;
  }

  public History history() {
    return history;
  }

  public Passwords passwords() {
    return passwords;
  }

  public Registry registry() {
    return registry;
  }

  /** What came of an attempt. */
  public sealed interface Outcome {
    /**
     * The password was right. {@link Session#stage()} says what is next.
     *
     * @param deviceToken for the browser to keep; null before it is signed in
     */
    record In(Sessions.Begun begun, Account account, @Nullable String deviceToken)
        implements Outcome {}

    /** Something was wrong. */
    record Refused() implements Outcome {}

    /** Too many failures from here: come again. */
    record Wait(Duration patience) implements Outcome {}
  }

  /** Tries login name and password. */
  public Outcome attempt(String login, String password, Visitor visitor) {
    Credentials credentials = credentials(login);
    String device = credentials == null ? null : knownDevice(credentials.account(), visitor);
    String name = Accounts.normal(login);
    Duration delay = throttle.delay(name, visitor, device);
    if (delay.isPositive()) {
      return new Outcome.Wait(delay);
    }
    boolean right =
        passwords.matches(credentials == null ? null : credentials.password(), password);
    if (!right || credentials == null || !isAdmitted(credentials.account())) {
      throttle.failed(name, visitor, device);
      if (credentials == null) {
        throttle.pretend(); // A write for a write: the same time.
      } else {
        history.note(credentials.account().id(), History.What.WRONG_PASSWORD, visitor);
      }
      return new Outcome.Refused();
    }
    Account account = credentials.account();
    if (credentials.password() != null && Passwords.isOutdated(credentials.password())) {
      keepPassword(account.id(), passwords.hash(password), false);
    }
    if (account.secondFactor()) {
      // Failures are forgotten only once all of the proof is there.
      return new Outcome.In(
          begin(account, Session.Stage.SECOND_FACTOR, "", visitor), account, null);
    }
    throttle.succeeded(name, visitor, device);
    if (needsSecondFactor(account)) {
      return new Outcome.In(begin(account, Session.Stage.ENROL, "", visitor), account, null);
    }
    return signedIn(account, visitor);
  }

  /** For someone whom an outside provider has vouched for; the second factor is the provider's. */
  public Outcome vouched(Account account, Visitor visitor) {
    return isAdmitted(account) ? signedIn(account, visitor) : new Outcome.Refused();
  }

  /** Neither locked, nor of the demo region where that is not allowed. */
  public boolean isAdmitted(Account account) {
    return account.state() != Account.State.LOCKED && (demoAllowed || !account.demo());
  }

  private Outcome.In signedIn(Account account, Visitor visitor) {
    Sessions.Begun begun = begin(account, Session.Stage.SIGNED_IN, firstRole(account), visitor);
    history.note(account.id(), History.What.SIGNED_IN, visitor);
    return new Outcome.In(begun, account, rememberDevice(account.id(), visitor));
  }

  private Sessions.Begun begin(Account account, Session.Stage stage, String role, Visitor visitor) {
    Instant now = clock.instant();
    return sessions.begin(account.id(), stage, role, visitor, now, now);
  }

  /** The only post, where there is but one; else the person chooses. */
  private String firstRole(Account account) {
    if (account.kind() != Account.Kind.PRACTITIONER || account.person().isEmpty()) {
      return "";
    }
    List<Registry.Post> posts = registry.posts(account.person());
    return posts.size() == 1 ? posts.getFirst().id() : "";
  }

  private boolean needsSecondFactor(Account account) {
    return production && account.kind().isStaff() && !account.demo();
  }

  /** Tries the second factor: a code of the app, or a recovery code. */
  public Outcome secondFactor(Session half, String code, Visitor visitor) {
    Account account = accounts.byId(half.account());
    if (half.stage() != Session.Stage.SECOND_FACTOR || account == null) {
      return new Outcome.Refused();
    }
    String name = "second|" + account.id();
    String device = knownDevice(account, visitor);
    Duration delay = throttle.delay(name, visitor, device);
    if (delay.isPositive()) {
      return new Outcome.Wait(delay);
    }
    boolean recovered = false;
    if (!useTotp(account.id(), code)) {
      recovered = useRecoveryCode(account.id(), code);
      if (!recovered) {
        throttle.failed(name, visitor, device);
        history.note(account.id(), History.What.WRONG_SECOND_FACTOR, visitor);
        return new Outcome.Refused();
      }
    }
    if (!sessions.end(account.id(), half.id())) {
      return new Outcome.Refused(); // Another request has used this half already.
    }
    throttle.succeeded(name, visitor, device);
    if (recovered) {
      history.note(account.id(), History.What.RECOVERY_CODE_USED, visitor);
    }
    return signedIn(account, visitor);
  }

  private boolean useTotp(String account, String code) {
    byte[] sealed =
        sql.one(
            "select totp from account where home = ? and id = ? and totp is not null",
            row -> row.getBytes(1),
            Ids.home(account),
            account);
    if (sealed == null) {
      return false;
    }
    long step = Totp.stepOf(key.open(sealed, "totp|" + account), code, clock.instant());
    // Each step is good once, however many requests bring its code at the same time.
    return step >= 0
        && sql.update(
                "update account set totp_step = ? where home = ? and id = ? and totp_step < ?",
                step,
                Ids.home(account),
                account,
                step)
            == 1;
  }

  private boolean useRecoveryCode(String account, String typed) {
    return sql.update(
            "delete from account_recovery where home = ? and account = ? and mac = ?",
            Ids.home(account),
            account,
            key.digest("recovery", account + "|" + SignInKey.readCode(typed)).mac())
        == 1;
  }

  /** A second factor that is being set up. */
  public record Draft(byte[] secret, String base32, String address) {}

  /** Begins to set up a second factor; the same until it is confirmed or begun anew. */
  public Draft draftSecondFactor(Account account) {
    byte[] sealed =
        sql.one(
            "select totp_draft from account where home = ? and id = ? and totp_draft is not null",
            row -> row.getBytes(1),
            Ids.home(account.id()),
            account.id());
    byte[] secret;
    if (sealed == null) {
      secret = Totp.newSecret();
      sql.update(
          "update account set totp_draft = ? where home = ? and id = ?",
          key.seal(secret, "totp|" + account.id()),
          Ids.home(account.id()),
          account.id());
    } else {
      secret = key.open(sealed, "totp|" + account.id());
    }
    return new Draft(secret, Totp.base32(secret), Totp.address(secret, account.name()));
  }

  /**
   * Confirms it with a first code.
   *
   * @return recovery codes, shown this once; null if the code is wrong
   */
  public @Nullable List<String> confirmSecondFactor(Account account, String code, Visitor visitor) {
    Draft draft = draftSecondFactor(account);
    long step = Totp.stepOf(draft.secret(), code, clock.instant());
    if (step < 0) {
      return null;
    }
    List<String> codes = new ArrayList<>();
    sql.together(
        connection -> {
          Sql.update(
              connection,
              """
              update account set totp = ?, totp_draft = null, totp_step = ?
              where home = ? and id = ?""",
              key.seal(draft.secret(), "totp|" + account.id()),
              step,
              Ids.home(account.id()),
              account.id());
          Sql.update(
              connection,
              "delete from account_recovery where home = ? and account = ?",
              Ids.home(account.id()),
              account.id());
          for (int i = 0; i < RECOVERY_CODES; i++) {
            String made = SignInKey.code(RECOVERY_LENGTH);
            codes.add(made.substring(0, 5) + "-" + made.substring(5));
            Sql.update(
                connection,
                "insert into account_recovery (home, account, mac) values (?, ?, ?)",
                Ids.home(account.id()),
                account.id(),
                key.digest("recovery", account.id() + "|" + made).mac());
          }
          return true;
        });
    history.note(account.id(), History.What.SECOND_FACTOR_SET, visitor);
    return codes;
  }

  // ------------------------------------------------------------------ proving it again

  /** By what a person at an open session proves to be it. */
  public enum ProofBy {
    /** A code of the second factor, or a recovery code. */
    CODE,
    PASSWORD,
    /** It has neither here: an outside provider vouches, at the next sign-in. */
    SIGN_IN
  }

  public ProofBy proofBy(Account account) {
    if (account.secondFactor()) {
      return ProofBy.CODE;
    }
    return passwordOf(account.id()) == null ? ProofBy.SIGN_IN : ProofBy.PASSWORD;
  }

  /** What came of proving it again. */
  public sealed interface Proof {
    record Proved() implements Proof {}

    /** The code or the password is wrong, or the session has ended. */
    record Wrong() implements Proof {}

    record Wait(Duration patience) implements Proof {}
  }

  /**
   * Who sits at an open session proves to be its owner, for acts that ask for it ({@link
   * Presence}). Failures delay as they do at the door.
   */
  public Proof proveAgain(Account account, String session, String given, Visitor visitor) {
    ProofBy by = proofBy(account);
    String name = (by == ProofBy.CODE ? "second|" : "change|") + account.id();
    String device = knownDevice(account, visitor);
    Duration delay = throttle.delay(name, visitor, device);
    if (delay.isPositive()) {
      return new Proof.Wait(delay);
    }
    boolean isRecovered = false;
    boolean isRight =
        switch (by) {
          case CODE -> {
            if (useTotp(account.id(), given)) {
              yield true;
            }
            isRecovered = useRecoveryCode(account.id(), given);
            yield isRecovered;
          }
          case PASSWORD -> passwords.matches(passwordOf(account.id()), given);
          case SIGN_IN -> false;
        };
    if (!isRight) {
      throttle.failed(name, visitor, device);
      history.note(
          account.id(),
          by == ProofBy.CODE ? History.What.WRONG_SECOND_FACTOR : History.What.WRONG_PASSWORD,
          visitor);
      return new Proof.Wrong();
    }
    throttle.succeeded(name, visitor, device);
    if (isRecovered) {
      history.note(account.id(), History.What.RECOVERY_CODE_USED, visitor);
    }
    if (!sessions.prove(account.id(), session)) {
      return new Proof.Wrong();
    }
    history.note(account.id(), History.What.PROVED_AGAIN, visitor);
    return new Proof.Proved();
  }

  /** Goes on from {@link Session.Stage#ENROL} once a second factor is set up. */
  public Outcome enrolled(Session half, Visitor visitor) {
    Account account = accounts.byId(half.account());
    if (half.stage() != Session.Stage.ENROL
        || account == null
        || !account.secondFactor()
        || !sessions.end(account.id(), half.id())) {
      return new Outcome.Refused();
    }
    return signedIn(account, visitor);
  }

  /**
   * Acts in another post from now on. The old session ends, and with it all tokens that were given
   * out under it.
   *
   * @return null if the person does not hold this post
   */
  public Sessions.@Nullable Begun switchRole(Session session, String post, Visitor visitor) {
    Account account = accounts.byId(session.account());
    if (account == null || post(account, post) == null || !session.isSignedIn()) {
      return null;
    }
    if (!sessions.end(account.id(), session.id())) {
      return null;
    }
    history.note(account.id(), History.What.ROLE_SWITCHED, visitor);
    return sessions.begin(
        account.id(), Session.Stage.SIGNED_IN, post, visitor, session.created(), session.proved());
  }

  /** A post that the account's practitioner holds now; null for none. */
  public Registry.@Nullable Post post(Account account, String id) {
    if (account.kind() != Account.Kind.PRACTITIONER || id.isEmpty()) {
      return null;
    }
    return registry.posts(account.person()).stream()
        .filter(post -> post.id().equals(id))
        .findFirst()
        .orElse(null);
  }

  /** Whether the account's practitioner may practise at all. */
  public boolean mayPractise(Account account) {
    return registry.mayPractise(account.person());
  }

  /** Ends the session. */
  public void signOut(Session session, Visitor visitor) {
    if (sessions.end(session.account(), session.id())) {
      history.note(session.account(), History.What.SIGNED_OUT, visitor);
    }
  }

  /** Why a password was not changed. */
  public sealed interface PasswordChange {
    record Done() implements PasswordChange {}

    record WrongPresent() implements PasswordChange {}

    record Wait(Duration patience) implements PasswordChange {}

    record Weak(Passwords.Weakness why) implements PasswordChange {}
  }

  /** Changes the password; all other sessions of the account end. */
  public PasswordChange changePassword(
      Session session, String present, String wanted, Visitor visitor) {
    Account account = accounts.byId(session.account());
    String kept = account == null ? null : passwordOf(account.id());
    if (account == null) {
      return new PasswordChange.WrongPresent();
    }
    // Who sits at an open screen must not be able to try passwords faster than at the door.
    String name = "change|" + account.id();
    Duration delay = throttle.delay(name, visitor, null);
    if (delay.isPositive()) {
      return new PasswordChange.Wait(delay);
    }
    if (!passwords.matches(kept, present)) {
      throttle.failed(name, visitor, null);
      return new PasswordChange.WrongPresent();
    }
    Passwords.Weakness weakness =
        Passwords.weakness(wanted, account.kind().isStaff(), List.of(account.name()));
    if (weakness != null) {
      return new PasswordChange.Weak(weakness);
    }
    keepPassword(account.id(), passwords.hash(wanted), true);
    sessions.endAll(account.id(), session.id());
    history.note(account.id(), History.What.PASSWORD_CHANGED, visitor);
    return new PasswordChange.Done();
  }

  /** False for an account that an outside provider alone vouches for. */
  public boolean hasPassword(Account account) {
    return passwordOf(account.id()) != null;
  }

  /** Whether it is the account's password; asked of who sits at an open session. */
  public boolean isPassword(Account account, String password, Visitor visitor) {
    String name = "change|" + account.id();
    if (throttle.delay(name, visitor, null).isPositive()) {
      return false;
    }
    boolean right = passwords.matches(passwordOf(account.id()), password);
    if (!right) {
      throttle.failed(name, visitor, null);
    }
    return right;
  }

  /**
   * Asks for a resident's account. What becomes of it depends on the record store, and the answer
   * never says so: the person learns it after signing in.
   *
   * @return why the password is not taken; null when the request has been noted
   */
  public Passwords.@Nullable Weakness register(
      String name, String idNumber, String password, Visitor visitor) {
    String number = idNumber.strip().toUpperCase(Locale.ROOT);
    Passwords.Weakness weakness = Passwords.weakness(password, false, List.of(number, name));
    if (weakness != null) {
      return weakness;
    }
    if (!IdNumbers.isValid(number)) {
      throw new IllegalArgumentException("not an identity number");
    }
    // Both ways take a hash and a look into the store.
    String hash = passwords.hash(password);
    Registry.Resident resident = registry.resident(number, name.strip());
    try {
      accounts.create(
          new Accounts.New(
              Account.Kind.RESIDENT,
              resident == null ? Account.State.PENDING : Account.State.VERIFIED,
              number,
              name.strip(),
              resident == null ? "" : resident.patient(),
              "",
              hash,
              false));
    } catch (Accounts.LoginTaken exists) {
      // Told to nobody: the owner of the account may be someone else.
    }
    return null;
  }

  /** May another account be asked for from here? Counts the request. */
  public Duration registrationDelay(Visitor visitor) {
    Duration delay = throttle.delay("register", visitor, null);
    if (!delay.isPositive()) {
      throttle.failed("register", visitor, null);
    }
    return delay;
  }

  /** What came of using a code. */
  public sealed interface Activation {
    record Done(Account account) implements Activation {}

    record WrongCode() implements Activation {}

    record Wait(Duration patience) implements Activation {}

    record Weak(Passwords.Weakness why) implements Activation {}
  }

  /**
   * Sets the password of an account by a code that its owner got in person, and makes it active.
   *
   * @param password null to keep the present one (a resident who registered and then came to a
   *     counter)
   */
  public Activation activate(String code, @Nullable String password, Visitor visitor) {
    Duration delay = throttle.delay("activate", visitor, null);
    if (delay.isPositive()) {
      return new Activation.Wait(delay);
    }
    Account account = accounts.ofCode(code);
    if (account == null || account.state() == Account.State.LOCKED) {
      throttle.failed("activate", visitor, null);
      return new Activation.WrongCode();
    }
    if (password == null && passwordOf(account.id()) == null) {
      return new Activation.Weak(Passwords.Weakness.TOO_SHORT);
    }
    if (password != null) {
      Passwords.Weakness weakness =
          Passwords.weakness(password, account.kind().isStaff(), List.of(account.name()));
      if (weakness != null) {
        return new Activation.Weak(weakness);
      }
    }
    String hash = password == null ? null : passwords.hash(password);
    if (accounts.useCode(code) == null) {
      return new Activation.WrongCode();
    }
    if (hash != null) {
      keepPassword(account.id(), hash, true);
      sessions.endAll(account.id(), null);
    }
    accounts.become(account.id(), Account.State.ACTIVE);
    history.note(account.id(), History.What.ACTIVATED, visitor);
    return new Activation.Done(account);
  }

  /** Locks an account and ends its sessions, or opens it again. An operator's act. */
  public void lock(Account account, boolean locked, Visitor visitor) {
    if (locked) {
      accounts.become(account.id(), Account.State.LOCKED);
      sessions.endAll(account.id(), null);
      history.note(account.id(), History.What.LOCKED, visitor);
    } else if (account.state() == Account.State.LOCKED) {
      accounts.become(account.id(), Account.State.ACTIVE);
      history.note(account.id(), History.What.UNLOCKED, visitor);
    }
  }

  /** Takes a lost second factor off. An operator's act. */
  public void resetSecondFactor(Account account, Visitor visitor) {
    sql.update(
        "update account set totp = null, totp_draft = null where home = ? and id = ?",
        Ids.home(account.id()),
        account.id());
    sql.update(
        "delete from account_recovery where home = ? and account = ?",
        Ids.home(account.id()),
        account.id());
    sessions.endAll(account.id(), null);
    history.note(account.id(), History.What.SECOND_FACTOR_RESET, visitor);
  }

  /** Binds an account to a record after someone has checked it. An operator's act. */
  public void bind(Account account, String person) {
    accounts.bind(
        account.id(),
        person,
        account.state() == Account.State.PENDING ? Account.State.VERIFIED : account.state());
  }

  /**
   * Lets a resident act for a child or another person in its care, on the proof of a RelatedPerson
   * in the store. Under full age the proof ends with it.
   *
   * @return false if there is no proof
   */
  public boolean claimDependant(Account account, String wardName, String wardIdNumber) {
    if (account.kind() != Account.Kind.RESIDENT
        || !account.isActive()
        || account.person().isEmpty()) {
      return false;
    }
    Registry.Resident ward =
        registry.resident(wardIdNumber.strip().toUpperCase(Locale.ROOT), wardName.strip());
    if (ward == null || ward.patient().equals(account.person())) {
      return false;
    }
    String proof = registry.guardianship(ward.patient(), account.person());
    if (proof == null) {
      return false;
    }
    Instant end = accounts.endOfChildhood(ward.birth());
    if (end == null) {
      return false; // A grown-up gives consent in person; an operator may bind a ward.
    }
    accounts.addDependant(
        account.id(),
        new Accounts.Dependant(ward.patient(), ward.name(), proof, "related-person", end));
    return true;
  }

  private record Credentials(Account account, @Nullable String password) {}

  /** As many questions to the database where there is no such account. */
  private @Nullable Credentials credentials(String login) {
    String id = accounts.idOfLogin(login);
    Account account = accounts.byId(id == null ? NOBODY : id);
    String password = passwordOf(id == null ? NOBODY : id);
    return account == null ? null : new Credentials(account, password);
  }

  private @Nullable String passwordOf(String account) {
    return sql.one(
        "select password from account where home = ? and id = ? and password is not null",
        row -> row.getString(1),
        Ids.home(account),
        account);
  }

  private void keepPassword(String account, String hash, boolean isNew) {
    if (isNew) {
      sql.update(
          "update account set password = ?, password_set = ? where home = ? and id = ?",
          hash,
          clock.instant(),
          Ids.home(account),
          account);
    } else {
      sql.update(
          "update account set password = ? where home = ? and id = ?",
          hash,
          Ids.home(account),
          account);
    }
  }

  /** What stands for a device that has signed in to this account before; null if it has not. */
  private @Nullable String knownDevice(Account account, Visitor visitor) {
    if (visitor.deviceToken() == null) {
      return null;
    }
    byte[] mac = deviceMac(account.id(), visitor.deviceToken());
    Integer known =
        sql.one(
            "select 1 from account_device where home = ? and account = ? and mac = ?",
            row -> row.getInt(1),
            Ids.home(account.id()),
            account.id(),
            mac);
    return known == null ? null : java.util.HexFormat.of().formatHex(mac);
  }

  private byte[] deviceMac(String account, String token) {
    return key.digest("device", account + "|" + token).mac();
  }

  private String rememberDevice(String account, Visitor visitor) {
    String token = visitor.deviceToken() == null ? SignInKey.token() : visitor.deviceToken();
    sql.update(
        """
        insert into account_device (home, account, mac, seen) values (?, ?, ?, ?)
        on conflict (home, account, mac) do update set seen = excluded.seen""",
        Ids.home(account),
        account,
        deviceMac(account, token),
        clock.instant());
    sql.update(
        """
        delete from account_device where home = ? and account = ? and mac not in
          (select mac from account_device where home = ? and account = ?
           order by seen desc limit %d)"""
            .formatted(DEVICES),
        Ids.home(account),
        account,
        Ids.home(account),
        account);
    return token;
  }

  /** Removes what has ended. Called now and then. */
  public void sweep() {
    sessions.sweep();
    history.sweep();
    throttle.sweep();
    accounts.sweep();
  }
}
