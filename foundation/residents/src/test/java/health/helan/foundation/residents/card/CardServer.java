package health.helan.foundation.residents.card;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.residents.Residents;
import health.helan.foundation.residents.index.IndexLinks;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.rest.operations.StandardOperations;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.TomcatForTests;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Retention;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.WriteFollower;
import health.helan.foundation.store.search.ValueSets;
import health.helan.foundation.store.testing.ClockForTests;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.AeadAlgorithm;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.CertificateAuthority.Kind;
import health.helan.foundation.trust.crypto.ContentCipher;
import health.helan.foundation.trust.crypto.DataKeys;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.policy.AccessOperations;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The API with cards, the real access policy, contents under SM4 and a real vault, on a real
 * PostgreSQL behind a real HTTP server. One per test JVM; each test has residents and terminals of
 * its own.
 */
final class CardServer extends ApiForTests {
  static final int REGION = 640_000;

  private static final class Running {
    static final CardServer SERVER = new CardServer(false);

    private Running() {}
  }

  private static final class Linking {
    static final CardServer SERVER = new CardServer(true);

    private Linking() {}
  }

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  final ClockForTests clock = new ClockForTests();
  final DataSource database;
  final RecordStore store;
  final Cards cards;
  final KeyStoreVault vault;
  final List<AuditSink.Request> audited = new CopyOnWriteArrayList<>();
  private final String base;

  static CardServer get() {
    return Running.SERVER;
  }

  /** One whose records the resident index links; the others are all alone. */
  static CardServer withIndex() {
    return Linking.SERVER;
  }

  private CardServer(boolean hasIndex) {
    try {
      var config = new HikariConfig();
      config.setDataSource(PostgresForTests.emptyDatabase());
      config.setMaximumPoolSize(30);
      database = new HikariDataSource(config);
      vault =
          KeyStoreVault.open(
              Files.createTempDirectory("helan-vault").resolve("keystore"),
              "correct horse battery".toCharArray());
      var codec =
          new ContentCipher(
              new DataKeys(
                  vault, AeadAlgorithm.SM4_GCM, DataKeys.Settings.DEFAULT, Clock.systemUTC()));
      store =
          RecordStore.open(
              database,
              null,
              new StoreConfig(
                  new byte[32],
                  UUID.randomUUID().toString(),
                  "test",
                  new RolePolicy(Clock.systemUTC()),
                  true,
                  codec,
                  ValueSets.ofR4(),
                  WriteFollower.NONE,
                  new IndexLinks(new IndexKey(new byte[32]))),
              StoreForTests.QUICK,
              Retention.DEFAULT);
      var authority =
          new CertificateAuthority(
              vault, database, new TrustedAuthorities(database), Clock.systemUTC());
      authority.establish("试验区");
      authority.platformKey("seal", Kind.SEAL, "试验印章");
      cards =
          new Cards(
              new Cards.Parts(
                  store,
                  database,
                  codec,
                  vault,
                  authority,
                  () -> vault.signer("seal"),
                  SamePerson.certain(store),
                  REGION,
                  clock));
      List<FhirOperation> all = new ArrayList<>(StandardOperations.all());
      all.addAll(AccessOperations.all(Clock.systemUTC(), database));
      all.addAll(CardOperations.all(cards));
      if (hasIndex) {
        all.addAll(new Residents(database, store, codec, Clock.systemUTC()).operations());
      }
      var operations = new Operations(all);
      var servlet =
          new FhirServlet(
              store,
              operations,
              new RestConfig(
                  null,
                  8 << 20,
                  new StandardFormats(),
                  new CapabilityStatements("test", "2026-11-22", store.parameters())),
              new Audits(store, operations, audited::add),
              List.of());
      base = new TomcatForTests(servlet, caller()).base();
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ callers

  static Caller clerk(String institution) {
    return caller(
        Role.PRACTITIONER,
        institution,
        new Binding("clerk-" + institution, Set.of(), Set.of(), Set.of("*")));
  }

  @Override
  protected String base() {
    return base;
  }

  // ------------------------------------------------------------------ what tests need

  /** A resident, loaded by the root. */
  record Person(String patient, String number, Caller self) {
    String path(String operation) {
      return "Patient/" + patient + "/$" + operation;
    }
  }

  Person person() {
    return person(identityNumber(), "");
  }

  Person person(@Nullable String number, String more) {
    String json =
        "{'resourceType':'Patient','name':[{'text':'赵一'}],'gender':'female','birthDate':'1985-03-07'"
            + (number == null
                ? ""
                : ",'identifier':[{'system':'urn:oid:2.16.156.10011.1.3','value':'"
                    + number
                    + "'}]")
            + more
            + "}";
    Reply reply = create(Caller.operator("t"), json);
    if (reply.status() != 201) {
      throw new AssertionError(reply.text());
    }
    String id = reply.id();
    return new Person(id, number == null ? "" : number, resident(id));
  }

  /** With a card. */
  Person holder() {
    Person person = person();
    Reply reply = call(person.self(), person.path("health-card-step"), "step", "apply");
    if (reply.status() != 200) {
      throw new AssertionError(reply.text());
    }
    return person;
  }

  String code(Person person) {
    Reply reply = call(person.self(), person.path("health-code"));
    if (reply.status() != 200) {
      throw new AssertionError(reply.text());
    }
    return reply.value("code");
  }

  private static String identityNumber() {
    String body = "64010419850307%03d".formatted(NUMBERS.getAndIncrement() % 1000);
    int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (body.charAt(i) - '0') * weights[i];
    }
    return body + "10X98765432".charAt(sum % 11);
  }

  /** A terminal with its key, and the system of its institution. */
  record Desk(String id, String institution, KeyPair keys, Caller system) {
    String proof(String purpose, String stamp, String content) {
      try {
        return Base64.getEncoder()
            .encodeToString(
                SignatureAlgorithm.SM2_SM3.sign(
                    keys.getPrivate(),
                    String.join("\n", purpose, id, stamp, content)
                        .getBytes(StandardCharsets.UTF_8)));
      } catch (InvalidKeyException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  Desk desk(String scenes, boolean attended) {
    String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    KeyPair keys = SignatureAlgorithm.SM2_SM3.newKeyPair();
    var desk = new Desk("kiosk-" + name, "org-" + name, keys, system("org-" + name));
    Reply reply =
        call(
            desk.system(),
            "$card-terminal",
            "id",
            desk.id(),
            "name",
            "自助机 " + name,
            "scenes",
            scenes,
            "attended",
            String.valueOf(attended),
            "key",
            pem(keys));
    if (reply.status() != 200) {
      throw new AssertionError(reply.text());
    }
    return desk;
  }

  static String pem(KeyPair keys) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  String stamp() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  Reply scan(Desk desk, String scene, String code, String... more) {
    return scanIn("en", desk, scene, code, more);
  }

  Reply scanIn(String language, Desk desk, String scene, String code, String... more) {
    String stamp = stamp();
    List<String> pairs =
        new ArrayList<>(
            List.of(
                "terminal",
                desk.id(),
                "scene",
                scene,
                "code",
                code,
                "stamp",
                stamp,
                "proof",
                desk.proof("scan", stamp, scene + "\n" + code)));
    pairs.addAll(Arrays.asList(more));
    return send(
        desk.system(),
        "POST",
        "$scan-card",
        parameters(pairs.toArray(String[]::new)).toString(),
        "Accept-Language",
        language);
  }

  /** Reasons in the log of a terminal, the latest first; empty words for uses. */
  List<String> reasons(Desk desk) {
    return get(desk.system(), "$card-terminal-uses?terminal=" + desk.id()).all("use").stream()
        .map(use -> part(use, "reason-code"))
        .toList();
  }

  /** Reasons in the log that the resident sees, the latest first. */
  List<String> reasons(Person person) {
    return get(person.self(), person.path("health-card-uses")).all("use").stream()
        .map(use -> part(use, "reason-code"))
        .toList();
  }

  /** Until the index has taken in everything that is committed. */
  void settle() {
    StoreForTests.await(
        "indexed",
        () ->
            number(
                    "select coalesce(sum(l.seq - o.seq), 1) from lane l join consumer_offset o on"
                        + " o.home = l.home and o.consumer = 'residents'")
                == 0);
  }

  long number(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
