package health.helan.foundation.trust.account;

import static health.helan.foundation.trust.account.PeopleForTests.CHILD;
import static health.helan.foundation.trust.account.PeopleForTests.MOTHER;
import static health.helan.foundation.trust.account.PeopleForTests.from;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.SignIn.Activation;
import health.helan.foundation.trust.account.SignIn.Outcome;
import health.helan.foundation.trust.account.SignIn.PasswordChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Accounts and their sign-in on a real PostgreSQL. */
class SignInTests {
  private static final String PASSWORD = "river stone moss";

  private final PeopleForTests people = new PeopleForTests();
  private final SignIn signIn = people.signIn(false);

  private Account staff(String login) {
    return staff(signIn, login);
  }

  private Account staff(SignIn where, String login) {
    return where
        .accounts()
        .create(
            new Accounts.New(
                Account.Kind.PRACTITIONER,
                Account.State.ACTIVE,
                login,
                "医生",
                "doctor",
                "",
                where.passwords().hash(PASSWORD),
                false));
  }

  private static Outcome.In in(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.In.class);
    return (Outcome.In) outcome;
  }

  @Test
  void keepsASessionUntilItEndsByItselfOrByItsOwner() {
    staff("li");
    Sessions.Begun begun = in(signIn.attempt(" LI ", PASSWORD, from(1))).begun();
    Session session = Objects.requireNonNull(signIn.sessions().find(begun.cookie()));
    assertThat(session.isSignedIn()).isTrue();
    assertThat(signIn.sessions().find(begun.cookie() + "x")).isNull();
    assertThat(signIn.sessions().find(begun.session().id() + ".")).isNull();
    assertThat(signIn.sessions().find("nonsense")).isNull();

    people.clock.pass(Duration.ofMinutes(50));
    assertThat(signIn.sessions().find(begun.cookie())).as("used in time").isNotNull();
    people.clock.pass(Duration.ofMinutes(50));
    assertThat(signIn.sessions().find(begun.cookie())).as("used in time").isNotNull();
    people.clock.pass(Duration.ofMinutes(61));
    assertThat(signIn.sessions().find(begun.cookie())).as("idle").isNull();

    var ended = new ArrayList<String>();
    signIn.sessions().onEnd(ended::add);
    Sessions.Begun next = in(signIn.attempt("li", PASSWORD, from(1))).begun();
    signIn.signOut(next.session(), from(1));
    assertThat(signIn.sessions().find(next.cookie())).isNull();
    assertThat(ended).containsExactly(next.session().id());
  }

  @Test
  void endsASessionAfterTwelveHoursHoweverBusy() {
    staff("li");
    Sessions.Begun begun = in(signIn.attempt("li", PASSWORD, from(1))).begun();
    for (int i = 0; i < 23; i++) {
      people.clock.pass(Duration.ofMinutes(31));
      assertThat(signIn.sessions().find(begun.cookie())).isNotNull();
    }
    people.clock.pass(Duration.ofMinutes(31));
    assertThat(signIn.sessions().find(begun.cookie())).isNull();
  }

  @Test
  void refusesAWrongPasswordAndAnUnknownNameAlike() {
    staff("li");
    assertThat(signIn.attempt("li", "river stone mosses", from(1)))
        .isEqualTo(new Outcome.Refused());
    assertThat(signIn.attempt("nobody", "river stone mosses", from(1)))
        .isEqualTo(new Outcome.Refused());
    assertThat(signIn.attempt("li", "", from(1))).isEqualTo(new Outcome.Refused());
    assertThat(signIn.attempt("", "", from(1))).isEqualTo(new Outcome.Refused());
  }

  @Test
  void takesTheSameTimeForANameThatDoesNotExist() {
    staff("li");
    var known = new ArrayList<Long>();
    var unknown = new ArrayList<Long>();
    // Alternating, so that a busy machine is busy for both; from many networks, so that none waits.
    for (int i = 0; i < 21; i++) {
      known.add(nanos("li", i));
      unknown.add(nanos("nobody" + i, i));
    }
    double ratio = (double) median(known) / median(unknown);
    assertThat(ratio).isBetween(0.7, 1.4);
  }

  private long nanos(String login, int network) {
    long start = System.nanoTime();
    assertThat(signIn.attempt(login, "wrong, wrong", from(network)))
        .isEqualTo(new Outcome.Refused());
    return System.nanoTime() - start;
  }

  private static long median(List<Long> times) {
    Collections.sort(times);
    return times.get(times.size() / 2);
  }

  @Test
  void delaysAGuesserAndNobodyElse() {
    staff("li");
    for (int i = 0; i < Throttle.FREE_PER_NAME; i++) {
      assertThat(signIn.attempt("li", "guess " + i, from(66))).isEqualTo(new Outcome.Refused());
    }
    assertThat(signIn.attempt("li", PASSWORD, from(66))).isInstanceOf(Outcome.Wait.class);
    // A third party cannot lock the owner out.
    Outcome.In owner = in(signIn.attempt("li", PASSWORD, from(1)));

    people.clock.pass(Duration.ofSeconds(3));
    assertThat(signIn.attempt("li", "guess again", from(66))).isEqualTo(new Outcome.Refused());
    people.clock.pass(Duration.ofSeconds(3));
    assertThat(signIn.attempt("li", PASSWORD, from(66)))
        .as("the delay has doubled")
        .isInstanceOf(Outcome.Wait.class);
    // Even from the guesser's own network, a device that has signed in before is let through.
    Visitor sameNetwork = new Visitor("192.0.2.66", "Firefox", owner.deviceToken());
    in(signIn.attempt("li", PASSWORD, sameNetwork));
  }

  @Test
  void leavesTheOwnerInWhileManyNetworksGuess() {
    staff("li");
    Outcome.In owner = in(signIn.attempt("li", PASSWORD, from(1)));
    for (int network = 100; network < 100 + Throttle.UNDER_ATTACK / 5 + 2; network++) {
      for (int i = 0; i < 5; i++) {
        signIn.attempt("li", "guess " + i, from(network));
      }
    }
    // A fresh network has one failure only.
    assertThat(signIn.attempt("li", "guess", from(200))).isEqualTo(new Outcome.Refused());
    assertThat(signIn.attempt("li", "guess", from(200))).isInstanceOf(Outcome.Wait.class);
    in(signIn.attempt("li", PASSWORD, from(1)));
    in(signIn.attempt("li", PASSWORD, new Visitor("192.0.2.2", "Firefox", owner.deviceToken())));
    in(signIn.attempt("li", PASSWORD, from(201)));
  }

  @Test
  void delaysANetworkThatTriesManyNames() {
    for (int i = 0; i < Throttle.FREE_PER_NETWORK; i++) {
      assertThat(signIn.attempt("name" + i, "spring rain 7", from(66)))
          .isEqualTo(new Outcome.Refused());
    }
    assertThat(signIn.attempt("another", "spring rain 7", from(66)))
        .isInstanceOf(Outcome.Wait.class);
    assertThat(signIn.attempt("another", "spring rain 7", from(67)))
        .isEqualTo(new Outcome.Refused());
  }

  @Test
  void delaysDoubleUpToAQuarterOfAnHour() {
    assertThat(Throttle.delayAfter(0)).isEqualTo(Duration.ofSeconds(2));
    assertThat(Throttle.delayAfter(3)).isEqualTo(Duration.ofSeconds(16));
    assertThat(Throttle.delayAfter(9)).isEqualTo(Duration.ofMinutes(15));
    assertThat(Throttle.delayAfter(1_000)).isEqualTo(Duration.ofMinutes(15));
  }

  private byte[] secret(Account account) {
    return signIn.draftSecondFactor(account).secret();
  }

  private List<String> enrol(Account account, byte[] secret) {
    List<String> codes =
        signIn.confirmSecondFactor(account, Totp.code(secret, people.clock.instant()), from(1));
    assertThat(codes).hasSize(10).doesNotHaveDuplicates();
    people.clock.pass(Duration.ofMinutes(2));
    return Objects.requireNonNull(codes);
  }

  @Test
  void asksForTheSecondFactorOnce() {
    Account account = staff("li");
    byte[] secret = secret(account);
    assertThat(signIn.confirmSecondFactor(account, "000000", from(1))).isNull();
    enrol(account, secret);

    Session half = in(signIn.attempt("li", PASSWORD, from(1))).begun().session();
    assertThat(half.stage()).isEqualTo(Session.Stage.SECOND_FACTOR);
    assertThat(half.isSignedIn()).isFalse();
    assertThat(signIn.secondFactor(half, "123456", from(1))).isEqualTo(new Outcome.Refused());
    String code = Totp.code(secret, people.clock.instant());
    Outcome.In whole = in(signIn.secondFactor(half, code, from(1)));
    assertThat(whole.begun().session().isSignedIn()).isTrue();
    assertThat(whole.begun().session().id()).as("a new session").isNotEqualTo(half.id());

    // The same code again, as someone who looked over the shoulder would: refused.
    Session next = in(signIn.attempt("li", PASSWORD, from(1))).begun().session();
    assertThat(signIn.secondFactor(next, code, from(1))).isEqualTo(new Outcome.Refused());
    people.clock.pass(Duration.ofSeconds(30));
    in(signIn.secondFactor(next, Totp.code(secret, people.clock.instant()), from(1)));
  }

  @Test
  void takesOneCodeOnceFromManyAtATime() throws Exception {
    Account account = staff("li");
    byte[] secret = secret(account);
    enrol(account, secret);
    String code = Totp.code(secret, people.clock.instant());
    var halves = new ArrayList<Session>();
    for (int i = 0; i < 8; i++) {
      halves.add(in(signIn.attempt("li", PASSWORD, from(i))).begun().session());
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Outcome>> tries =
          halves.stream()
              .map(half -> (Callable<Outcome>) () -> signIn.secondFactor(half, code, from(1)))
              .toList();
      int in = 0;
      for (var tried : threads.invokeAll(tries)) {
        in += tried.get() instanceof Outcome.In ? 1 : 0;
      }
      assertThat(in).isEqualTo(1);
    }
  }

  @Test
  void takesEachRecoveryCodeOnce() {
    Account account = staff("li");
    List<String> codes = enrol(account, secret(account));
    String first = codes.getFirst();
    Session half = in(signIn.attempt("li", PASSWORD, from(1))).begun().session();
    in(signIn.secondFactor(half, first.toLowerCase(java.util.Locale.ROOT), from(1)));
    Session next = in(signIn.attempt("li", PASSWORD, from(1))).begun().session();
    assertThat(signIn.secondFactor(next, first, from(1))).isEqualTo(new Outcome.Refused());
    in(signIn.secondFactor(next, codes.get(1).replace("-", ""), from(1)));
    assertThat(signIn.history().of(account.id()))
        .extracting(History.Entry::what)
        .contains(History.What.RECOVERY_CODE_USED, History.What.WRONG_SECOND_FACTOR);
  }

  @Test
  void delaysWhoGuessesSecondFactors() {
    Account account = staff("li");
    enrol(account, secret(account));
    Session half = in(signIn.attempt("li", PASSWORD, from(66))).begun().session();
    for (int i = 0; i < Throttle.FREE_PER_NAME; i++) {
      assertThat(signIn.secondFactor(half, "00000" + i, from(66))).isEqualTo(new Outcome.Refused());
    }
    assertThat(signIn.secondFactor(half, "000009", from(66))).isInstanceOf(Outcome.Wait.class);
  }

  @Test
  void provesAgainByThePasswordWhereThereIsNoSecondFactor() {
    Account doctor = staff("li");
    Session session = in(signIn.attempt("li", PASSWORD, from(1))).begun().session();
    var presence = new Presence(signIn.sessions()::proved, Duration.ofMinutes(30), people.clock);
    presence.check(at(session));
    people.clock.pass(Duration.ofMinutes(31));
    refusedForProof(presence, at(session));
    assertThat(signIn.proofBy(doctor)).isEqualTo(SignIn.ProofBy.PASSWORD);
    assertThat(signIn.proveAgain(doctor, session.id(), "guess", from(1)))
        .isEqualTo(new SignIn.Proof.Wrong());
    refusedForProof(presence, at(session));
    assertThat(signIn.proveAgain(doctor, session.id(), PASSWORD, from(1)))
        .isEqualTo(new SignIn.Proof.Proved());
    presence.check(at(session));
    assertThat(signIn.history().of(doctor.id()).getFirst().what())
        .isEqualTo(History.What.PROVED_AGAIN);

    // Another session of the account is not proved by it, nor somebody else's by anything.
    Session other = in(signIn.attempt("li", PASSWORD, from(2))).begun().session();
    people.clock.pass(Duration.ofMinutes(29));
    assertThat(signIn.proveAgain(doctor, session.id(), PASSWORD, from(1)))
        .isEqualTo(new SignIn.Proof.Proved());
    people.clock.pass(Duration.ofMinutes(2));
    presence.check(at(session));
    refusedForProof(presence, at(other));
    Account stranger = staff("wang");
    assertThat(signIn.proveAgain(stranger, session.id(), PASSWORD, from(3)))
        .isEqualTo(new SignIn.Proof.Wrong());
    signIn.sessions().end(doctor.id(), session.id());
    refusedForProof(presence, at(session));
    refusedForProof(presence, new Caller("x", Caller.Role.SYSTEM, "", Set.of(), ""));
  }

  @Test
  void provesAgainByTheSecondFactorAndNotByThePasswordWhereThereIsOne() {
    Account doctor = staff("li");
    byte[] secret = signIn.draftSecondFactor(doctor).secret();
    List<String> recovery =
        Objects.requireNonNull(
            signIn.confirmSecondFactor(doctor, Totp.code(secret, people.clock.instant()), from(1)));
    doctor = Objects.requireNonNull(signIn.accounts().byId(doctor.id()));
    people.clock.pass(Duration.ofSeconds(30));
    Session half = in(signIn.attempt("li", PASSWORD, from(1))).begun().session();
    assertThat(signIn.sessions().proved(half.id())).as("half a session proves nothing").isNull();
    String code = Totp.code(secret, people.clock.instant());
    Session session = in(signIn.secondFactor(half, code, from(1))).begun().session();
    assertThat(signIn.proofBy(doctor)).isEqualTo(SignIn.ProofBy.CODE);
    people.clock.pass(Duration.ofMinutes(40));
    for (String wrong : List.of(PASSWORD, code, "")) {
      assertThat(signIn.proveAgain(doctor, session.id(), wrong, from(1)))
          .isEqualTo(new SignIn.Proof.Wrong());
    }
    assertThat(
            signIn.proveAgain(
                doctor, session.id(), Totp.code(secret, people.clock.instant()), from(1)))
        .isEqualTo(new SignIn.Proof.Proved());
    assertThat(signIn.sessions().proved(session.id())).isEqualTo(people.clock.instant());
    assertThat(signIn.proveAgain(doctor, session.id(), recovery.getFirst(), from(1)))
        .isEqualTo(new SignIn.Proof.Proved());
    for (int i = 0; i < 6; i++) {
      var unused = signIn.proveAgain(doctor, session.id(), "00000" + i, from(66));
    }
    assertThat(signIn.proveAgain(doctor, session.id(), "000009", from(66)))
        .isInstanceOf(SignIn.Proof.Wait.class);
  }

  private static Caller at(Session session) {
    return new Caller(
        session.account(),
        Caller.Role.PRACTITIONER,
        "",
        Set.of(),
        "",
        new Caller.Binding("", Set.of(), Set.of(), Caller.Binding.ALL_SCOPES, session.id()));
  }

  private static void refusedForProof(Presence presence, Caller caller) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> presence.check(caller))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.PROOF));
  }

  @Test
  void demandsASecondFactorOfStaffInProduction() {
    SignIn production = people.signIn(true);
    Account account = staff(production, "li");
    Session half = in(production.attempt("li", PASSWORD, from(1))).begun().session();
    assertThat(half.stage()).isEqualTo(Session.Stage.ENROL);
    assertThat(production.enrolled(half, from(1))).isEqualTo(new Outcome.Refused());
    byte[] secret = production.draftSecondFactor(account).secret();
    production.confirmSecondFactor(account, Totp.code(secret, people.clock.instant()), from(1));
    assertThat(in(production.enrolled(half, from(1))).begun().session().isSignedIn()).isTrue();
  }

  @Test
  void switchesBetweenPostsByANewSession() {
    Account account = staff("li");
    people.posts.put("doctor", List.of(post("a", "one"), post("b", "two")));
    Sessions.Begun begun = in(signIn.attempt("li", PASSWORD, from(1))).begun();
    assertThat(begun.session().role()).as("has to choose").isEmpty();
    assertThat(signIn.switchRole(begun.session(), "c", from(1))).as("not its post").isNull();
    Sessions.Begun atA = Objects.requireNonNull(signIn.switchRole(begun.session(), "a", from(1)));
    assertThat(atA.session().role()).isEqualTo("a");
    assertThat(signIn.sessions().find(begun.cookie())).as("the old one").isNull();
    Sessions.Begun atB = Objects.requireNonNull(signIn.switchRole(atA.session(), "b", from(1)));
    assertThat(signIn.sessions().find(atA.cookie())).isNull();
    assertThat(atB.session().created())
        .as("switching does not prolong")
        .isEqualTo(begun.session().created());
    assertThat(Objects.requireNonNull(signIn.post(account, "b")).institution()).isEqualTo("two");
  }

  private static Registry.Post post(String id, String institution) {
    return new Registry.Post(
        id, institution, "", institution, "", "", List.of(), List.of(institution));
  }

  @Test
  void entersTheOnlyPostByItself() {
    staff("li");
    people.posts.put("doctor", List.of(post("a", "one")));
    assertThat(in(signIn.attempt("li", PASSWORD, from(1))).begun().session().role()).isEqualTo("a");
  }

  @Test
  void endsOtherSessionsWhenThePasswordChanges() {
    staff("li");
    Sessions.Begun here = in(signIn.attempt("li", PASSWORD, from(1))).begun();
    Sessions.Begun there = in(signIn.attempt("li", PASSWORD, from(2))).begun();
    assertThat(signIn.changePassword(here.session(), "wrong", "another river bed", from(1)))
        .isEqualTo(new PasswordChange.WrongPresent());
    assertThat(signIn.changePassword(here.session(), PASSWORD, "password12345", from(1)))
        .isEqualTo(new PasswordChange.Weak(Passwords.Weakness.COMMON));
    assertThat(signIn.changePassword(here.session(), PASSWORD, "another river bed", from(1)))
        .isEqualTo(new PasswordChange.Done());
    assertThat(signIn.sessions().find(here.cookie())).isNotNull();
    assertThat(signIn.sessions().find(there.cookie())).isNull();
    assertThat(signIn.attempt("li", PASSWORD, from(1))).isEqualTo(new Outcome.Refused());
    in(signIn.attempt("li", "another river bed", from(1)));
  }

  @Test
  void letsAnOwnerEndAnySessionOfItsOwnOnly() {
    Account li = staff("li");
    Account wang = staff("wang");
    Sessions.Begun begun = in(signIn.attempt("li", PASSWORD, from(1))).begun();
    assertThat(signIn.sessions().end(wang.id(), begun.session().id())).isFalse();
    assertThat(signIn.sessions().of(li.id())).hasSize(1);
    assertThat(signIn.sessions().end(li.id(), begun.session().id())).isTrue();
    assertThat(signIn.sessions().of(li.id())).isEmpty();
  }

  @Test
  void locksByAnOperatorAtOnce() {
    Account account = staff("li");
    Sessions.Begun begun = in(signIn.attempt("li", PASSWORD, from(1))).begun();
    signIn.lock(account, true, from(9));
    assertThat(signIn.sessions().find(begun.cookie())).isNull();
    assertThat(signIn.attempt("li", PASSWORD, from(1))).isEqualTo(new Outcome.Refused());
    signIn.lock(Objects.requireNonNull(signIn.accounts().byId(account.id())), false, from(9));
    in(signIn.attempt("li", PASSWORD, from(1)));
  }

  @Test
  void activatesAResidentOnlyWithProofFromACounter() {
    assertThat(signIn.register("马秀兰", MOTHER, "qwertyuiop", from(1)))
        .isEqualTo(Passwords.Weakness.COMMON);
    assertThat(signIn.register("马秀兰", MOTHER, PASSWORD, from(1))).isNull();
    Account account = Objects.requireNonNull(signIn.accounts().byLogin(MOTHER));
    assertThat(account.state()).isEqualTo(Account.State.VERIFIED);
    assertThat(account.person()).isEqualTo("mother");
    assertThat(account.isActive()).as("a name and a number prove nothing").isFalse();

    assertThat(signIn.activate("WRONG-CODE", null, from(1))).isEqualTo(new Activation.WrongCode());
    String code = signIn.accounts().activationCode(account.id());
    assertThat(code).matches("[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}");
    assertThat(signIn.activate(code, null, from(1))).isInstanceOf(Activation.Done.class);
    assertThat(Objects.requireNonNull(signIn.accounts().byId(account.id())).isActive()).isTrue();
    assertThat(signIn.activate(code, null, from(1)))
        .as("used up")
        .isEqualTo(new Activation.WrongCode());
    in(signIn.attempt(MOTHER, PASSWORD, from(1)));
  }

  @Test
  void forgetsActivationCodesAfterAWeek() {
    Account account = staff("li");
    String code = signIn.accounts().activationCode(account.id());
    people.clock.pass(Accounts.CODE_IS_GOOD.plusSeconds(1));
    assertThat(signIn.activate(code, "another river bed", from(1)))
        .isEqualTo(new Activation.WrongCode());
  }

  @Test
  void registersSomeoneUnknownAsPending() {
    assertThat(signIn.register("别人", MOTHER, PASSWORD, from(1))).isNull();
    Account account = Objects.requireNonNull(signIn.accounts().byLogin(MOTHER));
    assertThat(account.state()).isEqualTo(Account.State.PENDING);
    assertThat(account.person()).isEmpty();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> signIn.register("马秀兰", "649100195803120003", PASSWORD, from(1)));
  }

  @Test
  void answersASecondRegistrationAsTheFirstAndChangesNothing() {
    signIn.register("马秀兰", MOTHER, PASSWORD, from(1));
    assertThat(signIn.register("马秀兰", MOTHER, "someone else's words", from(2))).isNull();
    in(signIn.attempt(MOTHER, PASSWORD, from(1)));
    assertThat(signIn.attempt(MOTHER, "someone else's words", from(2)))
        .isEqualTo(new Outcome.Refused());
  }

  @Test
  void letsAGuardianActUntilTheChildIsOfAge() {
    signIn.register("马秀兰", MOTHER, PASSWORD, from(1));
    Account mother = Objects.requireNonNull(signIn.accounts().byLogin(MOTHER));
    assertThat(signIn.claimDependant(mother, "李子轩", CHILD)).as("not active yet").isFalse();
    signIn.activate(signIn.accounts().activationCode(mother.id()), null, from(1));
    mother = Objects.requireNonNull(signIn.accounts().byId(mother.id()));
    assertThat(signIn.claimDependant(mother, "李子", CHILD)).as("another name").isFalse();
    assertThat(signIn.claimDependant(mother, "李子轩", CHILD)).isTrue();
    assertThat(signIn.accounts().dependants(mother.id()))
        .singleElement()
        .satisfies(
            child -> {
              assertThat(child.patient()).isEqualTo("child");
              assertThat(child.relatedPerson()).isEqualTo("proof");
              // The midnight in China on which he is 18.
              assertThat(child.until()).isEqualTo("2039-06-20T16:00:00Z");
            });
    people.clock.pass(Duration.ofDays(366L * 13));
    assertThat(signIn.accounts().dependants(mother.id())).as("of age").isEmpty();
  }

  @Test
  void refusesDemoAccountsWhereTheyAreNotAllowed() {
    signIn
        .accounts()
        .create(
            new Accounts.New(
                Account.Kind.OPERATOR,
                Account.State.ACTIVE,
                "demo",
                "演示",
                "",
                "",
                signIn.passwords().hash(PASSWORD),
                true));
    in(signIn.attempt("demo", PASSWORD, from(1)));
    assertThat(people.signIn(true).attempt("demo", PASSWORD, from(1)))
        .isEqualTo(new Outcome.Refused());
  }

  @Test
  void refusesALoginNameTwice() {
    staff("li");
    assertThatExceptionOfType(Accounts.LoginTaken.class).isThrownBy(() -> staff("Li "));
  }

  @Test
  void keepsWhatHappenedForTheOwner() {
    Account account = staff("li");
    signIn.attempt("li", "wrong, wrong", from(66));
    in(signIn.attempt("li", PASSWORD, from(1)));
    assertThat(signIn.history().of(account.id()))
        .extracting(History.Entry::what, History.Entry::source)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(History.What.SIGNED_IN, "192.0.2.*"),
            org.assertj.core.groups.Tuple.tuple(History.What.WRONG_PASSWORD, "192.0.2.*"));
    people.clock.pass(History.KEPT.plusDays(1));
    signIn.sweep();
    assertThat(signIn.history().of(account.id())).isEmpty();
  }

  @Test
  void keepsSecretsSealed() {
    Account account = staff("li");
    byte[] secret = secret(account);
    enrol(account, secret);
    byte[] sealed =
        Objects.requireNonNull(
            new Sql(people.database)
                .one(
                    "select totp from account where id = ?", row -> row.getBytes(1), account.id()));
    assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain(new String(secret, java.nio.charset.StandardCharsets.ISO_8859_1));
    assertThat(people.key.open(sealed, "totp|" + account.id())).isEqualTo(secret);
    assertThatExceptionOfType(SignInKey.WrongKey.class)
        .as("moved to another account")
        .isThrownBy(() -> people.key.open(sealed, "totp|other"));
  }
}
