package health.helan.foundation.trust.crypto;

import com.sun.management.OperatingSystemMXBean;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.testing.PostgresForTests;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Not a test: what encryption costs, beside none. Processor time of this process (PostgreSQL's is
 * not in it) per resource, for loading bundles of 200 and for reading by id, and of the codec
 * alone. Each round runs all three ways; the medians of the rounds are printed.
 *
 * <p>Argument: a folder of FHIR resources as JSON files, which are written over and over.
 */
final class EncryptionSpeed {
  private static final Caller CALLER = Caller.operator("speed");
  private static final int ROUNDS = 5;
  private static final int LOAD = 10_000;
  private static final int BUNDLE = 200;

  private enum Way {
    OFF(null),
    SM4(AeadAlgorithm.SM4_GCM),
    AES(AeadAlgorithm.AES_256_GCM);

    final @Nullable AeadAlgorithm algorithm;

    Way(@Nullable AeadAlgorithm algorithm) {
      this.algorithm = algorithm;
    }
  }

  private record Open(RecordStore store, ContentCipher cipher) {}

  public static void main(String[] args) throws Exception {
    var samples = new ArrayList<ObjectNode>();
    long bytes = 0;
    try (var files = Files.list(Path.of(args[0]))) {
      for (Path file : files.sorted().toList()) {
        if (Json.MAPPER.readTree(Files.readAllBytes(file)) instanceof ObjectNode tree
            && !tree.path("resourceType").asString("").equals("Bundle")) {
          tree.remove("id");
          samples.add(tree);
          bytes += Json.MAPPER.writeValueAsBytes(tree).length;
        }
      }
    }
    System.out.printf("%d samples, %d bytes on average%n", samples.size(), bytes / samples.size());
    var stores = new EnumMap<Way, Open>(Way.class);
    for (Way way : Way.values()) {
      stores.put(way, open(way));
    }
    Map<String, List<Double>> figures = new java.util.TreeMap<>();
    for (int round = 0; round <= ROUNDS; round++) {
      for (Way way : Way.values()) {
        Open open = Objects.requireNonNull(stores.get(way));
        double codecIn = codec(open.cipher, samples, true);
        double codecOut = codec(open.cipher, samples, false);
        var ids = new ArrayList<String[]>();
        long before = cpu();
        for (int done = 0; done < LOAD; done += BUNDLE) {
          var bundle = new ArrayList<Interaction>();
          for (int i = 0; i < BUNDLE; i++) {
            ObjectNode sample = samples.get((done + i) % samples.size());
            bundle.add(
                new Interaction.Create(
                    sample.path("resourceType").stringValue(),
                    Interaction.Body.of(sample.deepCopy()),
                    null,
                    null,
                    null));
          }
          for (Outcome outcome : open.store.transact(CALLER, bundle, Set.of(), null)) {
            ids.add(new String[] {outcome.type(), outcome.id()});
          }
        }
        double load = (cpu() - before) / 1000.0 / LOAD;
        before = cpu();
        for (String[] id : ids) {
          open.store.read(CALLER, id[0], id[1]);
        }
        double read = (cpu() - before) / 1000.0 / LOAD;
        if (round > 0) {
          figures.computeIfAbsent("codec in  " + way, _ -> new ArrayList<>()).add(codecIn);
          figures.computeIfAbsent("codec out " + way, _ -> new ArrayList<>()).add(codecOut);
          figures.computeIfAbsent("load      " + way, _ -> new ArrayList<>()).add(load);
          figures.computeIfAbsent("read      " + way, _ -> new ArrayList<>()).add(read);
        }
      }
    }
    figures.forEach(
        (name, values) -> {
          values.sort(null);
          System.out.printf(
              "%s: %.1f us (%.1f to %.1f)%n",
              name, values.get(values.size() / 2), values.getFirst(), values.getLast());
        });
    System.exit(0);
  }

  private static Open open(Way way) throws Exception {
    Path folder = Files.createTempDirectory("speed");
    var keys =
        new DataKeys(
            KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray()),
            way.algorithm,
            DataKeys.Settings.DEFAULT,
            Clock.systemUTC());
    var cipher = new ContentCipher(keys);
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.storeDatabase());
    config.setMaximumPoolSize(4);
    var store =
        RecordStore.open(
            new HikariDataSource(config),
            new StoreConfig(
                new byte[32], way.name(), "speed", AccessPolicy.EVERYTHING, true, cipher));
    return new Open(store, cipher);
  }

  /** Microseconds of this thread per resource. */
  private static double codec(ContentCipher cipher, List<ObjectNode> samples, boolean in) {
    var threads = ManagementFactory.getThreadMXBean();
    var place = new ContentCodec.Place("Observation", "0123456789abcdef01234", 1);
    var plain = new ArrayList<byte[]>();
    var encoded = new ArrayList<ContentCodec.Encoded>();
    for (ObjectNode sample : samples) {
      plain.add(Json.MAPPER.writeValueAsBytes(sample));
      encoded.add(cipher.encode(place, plain.getLast()));
    }
    int count = 20_000;
    long before = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < count; i++) {
      if (in) {
        cipher.encode(place, plain.get(i % plain.size()));
      } else {
        var one = encoded.get(i % encoded.size());
        cipher.decode(place, one.codec(), one.keyId(), one.content());
      }
    }
    return (threads.getCurrentThreadCpuTime() - before) / 1000.0 / count;
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
