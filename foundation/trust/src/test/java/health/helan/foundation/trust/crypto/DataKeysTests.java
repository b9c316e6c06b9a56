package health.helan.foundation.trust.crypto;

import static health.helan.foundation.store.testing.StoreForTests.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.StoreUnusable;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.testing.PostgresForTests;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contents at rest are encrypted, and their keys change while the store works. */
class DataKeysTests {
  private static final Caller CALLER = Caller.operator("test");
  private static final DataKeys.Settings QUICK = new DataKeys.Settings(50, 300);
  private static final String MARK = "urn-mark-of-a-resident";

  private Path folder;
  private final DataSource database = PostgresForTests.storeDatabase();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void use(@TempDir Path given) {
    folder = given;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  /** An application instance. */
  private final class Instance {
    final DataKeys keys;
    final ContentCipher cipher;
    final RecordStore store;

    Instance(String name, @Nullable AeadAlgorithm algorithm, Path keystore) {
      var vault = KeyStoreVault.open(keystore, "correct horse battery".toCharArray());
      keys = new DataKeys(vault, algorithm, QUICK, Clock.systemUTC());
      cipher = new ContentCipher(keys);
      var config = new HikariConfig();
      config.setDataSource(database);
      config.setMaximumPoolSize(10);
      var pool = new HikariDataSource(config);
      open.add(pool);
      open.add(keys);
      store =
          RecordStore.open(
              pool,
              new StoreConfig(
                  new byte[32], name, "test", new RolePolicy(Clock.systemUTC()), false, cipher),
              StoreForTests.QUICK);
      open.add(store);
    }

    Recoding recoding() {
      var recoding = new Recoding(keys, cipher, store::watermark);
      open.add(recoding);
      return recoding;
    }

    String create(String type) {
      var resource = StoreForTests.resource(type, MARK);
      return store.write(CALLER, StoreForTests.create(resource)).id();
    }

    String read(String type, String id) {
      return new String(store.read(CALLER, type, id).content(), StandardCharsets.UTF_8);
    }
  }

  private Instance instance(String name, @Nullable AeadAlgorithm algorithm) {
    return new Instance(name, algorithm, folder.resolve("keystore"));
  }

  private long number(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private void execute(String sql) {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Rows with content in all tables, by the number of their key. */
  private Map<Integer, Long> keysInUse() {
    var parts = new ArrayList<String>();
    for (String table : DataKeys.tables()) {
      String content =
          table.equals("answered") ? "answer" : table.equals("object_key") ? "wrapped" : "content";
      parts.add("select key_id from " + table + " where " + content + " is not null");
    }
    var inUse = new HashMap<Integer, Long>();
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select key_id, count(*) from ("
                    + String.join(" union all ", parts)
                    + ") k group by key_id")) {
      while (rows.next()) {
        inUse.put(rows.getInt(1), rows.getLong(2));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return inUse;
  }

  @ParameterizedTest
  @EnumSource
  void keepContentsFromWhoReadsTheDisk(AeadAlgorithm algorithm) {
    var one = instance("one", algorithm);
    String id = one.create("Basic");
    assertThat(one.read("Basic", id)).contains(MARK);
    assertThat(keysInUse()).containsOnlyKeys(1);
    assertThat(
            number(
                "select count(*) from res_other where position('\\x' || encode('"
                    + MARK
                    + "', 'hex') in '\\x' || encode(content, 'hex')) > 0"))
        .isZero();
    assertThat(one.keys.list()).hasSize(1);
    assertThat(one.keys.list().getFirst().algorithm()).isEqualTo(algorithm.code());
  }

  @Test
  void areReadAgainAfterARestart() {
    var one = instance("one", AeadAlgorithm.SM4_GCM);
    String id = one.create("Patient");
    var again = instance("two", AeadAlgorithm.SM4_GCM);
    assertThat(again.read("Patient", id)).contains(MARK);
    assertThat(again.keys.list()).hasSize(1);
  }

  @Test
  void openNothingThatWasSwappedBetweenRowsOrVersions() {
    var one = instance("one", AeadAlgorithm.SM4_GCM);
    String first = one.create("Basic");
    String second = one.create("Basic");
    execute(
        "update res_other a set content = b.content from res_other b where a.id = '%s' and b.id = '%s'"
            .formatted(first, second));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> one.read("Basic", first))
        .withMessageContaining("does not belong here");
    assertThat(one.read("Basic", second)).contains(MARK);

    // An older version put back in the place of the newer one.
    one.store.write(
        CALLER, StoreForTests.update(second, StoreForTests.resource("Basic", "zh"), null));
    execute(
        "update res_other a set content = h.content from history h where a.id = h.id and a.id = '%s'"
            .formatted(second));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> one.read("Basic", second));
    // Nor under another header.
    String third = one.create("Basic");
    execute("update res_other set codec = 1 - codec where id = '%s'".formatted(third));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> one.read("Basic", third));
  }

  @Test
  void refuseToOpenWithAnotherVault() {
    instance("one", AeadAlgorithm.SM4_GCM).create("Basic");
    assertThatExceptionOfType(StoreUnusable.class)
        .isThrownBy(
            () -> new Instance("two", AeadAlgorithm.SM4_GCM, folder.resolve("another-keystore")))
        .withMessageContaining("master key")
        .satisfies(refused -> assertThat(refused.chinese()).contains("主密钥"));
  }

  @Test
  void leaveContentsReadableWhenEncryptionIsSwitchedOnOrOff() {
    var plain = instance("one", null);
    String before = plain.create("Basic");
    assertThat(keysInUse()).containsOnlyKeys(0);
    var on = instance("two", AeadAlgorithm.AES_256_GCM);
    String during = on.create("Basic");
    assertThat(on.read("Basic", before)).contains(MARK);
    assertThat(plain.read("Basic", during)).contains(MARK);
    var off = instance("three", null);
    String after = off.create("Basic");
    assertThat(off.read("Basic", during)).contains(MARK);
    assertThat(on.read("Basic", after)).contains(MARK);
    assertThat(keysInUse()).containsOnly(Map.entry(0, 2L), Map.entry(1, 1L));
  }

  @Test
  void encryptWhatWasThereBeforeThem() {
    var plain = instance("one", null);
    String id = plain.create("Observation");
    plain.store.write(
        CALLER, StoreForTests.update(id, StoreForTests.resource("Observation", "zh"), null));
    var on = instance("two", AeadAlgorithm.SM4_GCM);
    on.recoding();
    await("everything encrypted", () -> keysInUse().keySet().equals(Set.of(1)));
    assertThat(on.read("Observation", id)).contains("zh");
    assertThat(
            new String(
                on.store.readVersion(CALLER, "Observation", id, 1).content(),
                StandardCharsets.UTF_8))
        .contains(MARK);
  }

  @Test
  void changeOnAllInstancesWhileTheyWriteAndNothingIsLost() throws Exception {
    var one = instance("one", AeadAlgorithm.SM4_GCM);
    var two = instance("two", AeadAlgorithm.SM4_GCM);
    ObjectStore objects =
        new EncryptedObjects(
            ObjectStore.open(new ObjectStoreConfig.Folder(folder.resolve("objects"))),
            one.keys,
            one.cipher);
    Stored object = objects.put(new ByteArrayInputStream(new byte[100_000]), 1 << 20);
    String[] types = {"Patient", "Observation", "Basic", "Library"};
    var written = new ConcurrentHashMap<String, Integer>();
    for (int i = 0; i < 600; i++) {
      String type = types[i % types.length];
      written.put(type + "/" + one.create(type), 1);
    }
    one.store.transact(
        CALLER,
        List.of(StoreForTests.create(StoreForTests.resource("Basic", MARK))),
        Set.of(),
        "request-1");
    var stop = new AtomicBoolean();
    var failures = new ArrayList<Throwable>();
    var writers = new ArrayList<Thread>();
    for (Instance instance : List.of(one, two)) {
      writers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      int i = 0;
                      var mine = new ArrayList<String>();
                      while (!stop.get()) {
                        String type = types[i++ % types.length];
                        String id = instance.create(type);
                        mine.add(type + "/" + id);
                        String changed = mine.get((i * 7) % mine.size());
                        String[] parts = changed.split("/");
                        var outcome =
                            instance.store.write(
                                CALLER,
                                StoreForTests.update(
                                    parts[1], StoreForTests.resource(parts[0], MARK), null));
                        written.put(type + "/" + id, 1);
                        written.put(changed, outcome.version());
                      }
                    } catch (RuntimeException e) {
                      synchronized (failures) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    short second = one.keys.rotate();
    assertThat(second).isEqualTo((short) 2);
    // Both walk; one is stopped in the middle, and the other one goes on where it stood.
    Recoding stopped = one.recoding();
    Recoding going = two.recoding();
    await(
        "the first rows rewritten",
        () -> going.progress().stream().mapToLong(Recoding.Progress::changed).sum() > 0);
    stopped.close();
    execute("update recode set until = now() - interval '1 hour'"); // As if a minute had passed.
    await(
        "the first key retired", () -> two.keys.list().getFirst().state().equals(DataKeys.RETIRED));
    stop.set(true);
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(failures).isEmpty();
    assertThat(keysInUse()).containsOnlyKeys(2);
    assertThat(written.size()).isGreaterThan(600);
    for (Map.Entry<String, Integer> one1 : written.entrySet()) {
      String[] parts = one1.getKey().split("/");
      for (Instance instance : List.of(one, two)) {
        assertThat(instance.read(parts[0], parts[1])).contains(MARK);
      }
      var history =
          one.store.history(
              CALLER, new HistoryRequest(parts[0], parts[1], null, null, null, 1000, null));
      assertThat(history.versions()).hasSize(one1.getValue());
      assertThat(history.versions())
          .allSatisfy(
              version ->
                  assertThat(new String(version.content(), StandardCharsets.UTF_8)).contains(MARK));
    }
    try (var in = objects.open(object.key(), Range.ALL)) {
      assertThat(in.readAllBytes()).isEqualTo(new byte[100_000]);
    }
    var repeated =
        two.store.transact(
            CALLER,
            List.of((Interaction) StoreForTests.create(StoreForTests.resource("Basic", MARK))),
            Set.of(),
            "request-1");
    assertThat(repeated.getFirst().content()).isNull(); // The kept answer, not a second create.
  }

  @Test
  void areWrappedAnewUnderANewMasterKey() {
    var one = instance("one", AeadAlgorithm.SM4_GCM);
    String id = one.create("Basic");
    assertThat(one.keys.renewMaster()).isEqualTo("content-master-2");
    assertThat(instance("two", AeadAlgorithm.SM4_GCM).read("Basic", id)).contains(MARK);
    assertThat(number("select count(*) from data_key where master <> 'content-master-2'")).isZero();
  }

  @Test
  void giveWayToAnotherAlgorithm() {
    var one = instance("one", AeadAlgorithm.AES_256_GCM);
    String id = one.create("Basic");
    var two = instance("two", AeadAlgorithm.SM4_GCM);
    two.recoding();
    await(
        "the first key retired", () -> two.keys.list().getFirst().state().equals(DataKeys.RETIRED));
    assertThat(two.read("Basic", id)).contains(MARK);
    assertThat(two.keys.list())
        .extracting(DataKeys.Shown::algorithm)
        .containsExactly("AES-256-GCM", "SM4-GCM");
  }

  @Test
  void codecsOfTheStoreBindWhatTheySay() {
    var one = instance("one", AeadAlgorithm.SM4_GCM);
    byte[] json = "{\"resourceType\":\"Basic\"}".getBytes(StandardCharsets.UTF_8);
    var place = new ContentCodec.Place("Basic", "a", 1);
    var encoded = one.cipher.encode(place, json);
    assertThat(one.cipher.decode(place, encoded.codec(), encoded.keyId(), encoded.content()))
        .isEqualTo(json);
    for (var other :
        List.of(
            new ContentCodec.Place("Basica", "", 1),
            new ContentCodec.Place("Basic", "b", 1),
            new ContentCodec.Place("Basic", "a", 2),
            new ContentCodec.Place("Basi", "ca", 1))) {
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () -> one.cipher.decode(other, encoded.codec(), encoded.keyId(), encoded.content()));
    }
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> one.cipher.decode(place, encoded.codec(), (short) 99, json))
        .withMessageContaining("unknown key 99");
  }

  @Test
  void areTheOperatorsMatterAlone() {
    var one = instance("one", AeadAlgorithm.SM4_GCM);
    var renew = new RenewDataKeyOperation(one.keys);
    var status = new EncryptionStatusOperation(one.keys, one.recoding());
    for (Caller.Role role : Caller.Role.values()) {
      if (role != Caller.Role.OPERATOR) {
        var caller = new Caller("somebody", role, "", Set.of(), "test");
        for (FhirOperation operation : List.of(renew, status)) {
          assertThatExceptionOfType(Refusal.class)
              .isThrownBy(() -> operation.execute(call(one, caller, "")))
              .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
        }
      }
    }
    assertThat(one.keys.list()).hasSize(1);
    assertThat(answer(renew.execute(call(one, CALLER, "")))).contains("\"valueInteger\":2");
    assertThat(answer(renew.execute(call(one, CALLER, "master=true"))))
        .contains("content-master-2");
    assertThat(answer(status.execute(call(one, CALLER, ""))))
        .contains("SM4-GCM", "\"active\"", "\"old\"", "history");
    var off = instance("two", null);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> new RenewDataKeyOperation(off.keys).execute(call(off, CALLER, "")))
        .satisfies(refusal -> assertThat(refusal.messageKey()).isEqualTo("crypto.encryption-off"));
  }

  private static FhirOperation.Call call(Instance instance, Caller caller, String query) {
    return new FhirOperation.Call(
        caller, instance.store, "POST", null, null, Query.parse(query), null, "", Locale.CHINESE);
  }

  private static String answer(Answer answer) {
    return new String(Objects.requireNonNull(answer.body()), StandardCharsets.UTF_8);
  }
}
