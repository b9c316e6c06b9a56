package health.helan.bench;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ./helan bench} was asked for.
 *
 * @param dbUrl {@code jdbc:postgresql://host:port/}
 * @param data folder of bundles; null for generated ones
 * @param residents size of the generated region
 * @param peer executable jar of the peer; null to measure Helan alone
 * @param attached base of a Helan that runs already; null to start the built one
 * @param tokenFile its bearer token
 * @param pid its process on this machine; 0 if it is elsewhere
 * @param attachedDatabase its database on the server of {@code dbUrl}
 * @param runs turns for each contestant; 0 leaves the comparison out
 * @param warmup patient bundles before the first turn
 * @param bundles patient bundles a turn
 * @param seconds length of a phase with several connections
 * @param samples requests of a search at one connection
 * @param starts second starts of Helan that are timed
 * @param patience seconds to wait before each turn for the machine to be quiet
 * @param growth numbers of resources at which the searches are measured; may be empty
 * @param out report, whose marked section is rewritten
 * @param work folder for logs and data of the contestants
 */
record BenchOptions(
    String dbUrl,
    String dbUser,
    String dbPassword,
    @Nullable Path data,
    int residents,
    @Nullable Path peer,
    Path peerJava,
    Path launcher,
    @Nullable URI attached,
    @Nullable Path tokenFile,
    long pid,
    String attachedDatabase,
    int runs,
    int warmup,
    int bundles,
    int seconds,
    int samples,
    int starts,
    int patience,
    List<Long> growth,
    Path out,
    Path work) {

  static final String HELP =
      """
      ./helan bench --db URL [options]: measures Helan, and a HAPI FHIR JPA server beside it.
        --db URL            jdbc:postgresql://host:port/; databases helan_bench* are made and dropped there
                            (default: HELAN_DB_URL)
        --db-user U         a role that may create databases (HELAN_DB_USER, else postgres)
                            its password is read from HELAN_DB_PASSWORD
        --data DIR          bundles as Synthea writes them; default: the demo generator
        --residents N       size of the generated region (4000)
        --peer JAR          executable jar or war of the HAPI FHIR JPA server starter; without it, Helan alone
        --peer-java PATH    java to run it with (the one that runs this)
        --launcher PATH     the script that starts the built Helan (./helan)
        --url U             measure a Helan that runs already at this FHIR base, with
          --token-file F    its token, --pid N its process, --database D its database
        --runs N            turns for each contestant (3); 0 leaves the comparison out
        --warmup N          patient bundles before the first turn (15)
        --bundles N         patient bundles a turn (40)
        --seconds S         length of each phase with several connections (8)
        --samples N         requests of each search at one connection (100)
        --starts N          second starts that are timed (3)
        --wait S            wait at most so long before each turn until the machine is quiet (0)
        --growth N,N,...    also measure the searches at these numbers of generated resources
        --out FILE          report (docs/performance.md)
        --work DIR          logs and data of the contestants (target/bench)
      Or one part, of platforms that run already on this machine with their own PostgreSQL (P is
      DATA_FOLDER,URL,PID):
        booking P [seconds] [rate]           places booked a second, and how long one takes at a rate
        review P [seconds]                   how long review of a prescription takes (CDS Hooks order-sign)
        gateway P [messages] [turns]         HL7 v2 over MLLP with 8 connections, beside the API
        export P [findings] [turns]          bulk export, MB/s of NDJSON
        quality on=P off=P [bundles] [turns] a load with HELAN_QUALITY=on and off, by turns
        lag DATA_FOLDER URL [writes] [rate]… how long until a subscriber hears of a write
        codes URL DATA_FOLDER [rounds]       terminology over 100,000 concepts
        reconcile --db URL [--lines N] [--lists N]         a day of statements taken and matched against the ledger
        settlements --db URL [--entries N] [--seconds N]   the ledger alone: balances at many entries, settlements a second
        offers --db URL [--pharmacies N] [--drugs N] [--times N]   where a prescription can be had, in a province
        audit on=P off=P [seconds] [turns]   reads with HELAN_AUDIT=on and off, by turns
      ./helan bench residents [options]: how residents are told apart; see its --help.
      What is measured, and how to read it: docs/performance.md.
      """;

  private static final Set<String> NAMES =
      Set.of(
          "db",
          "db-user",
          "data",
          "residents",
          "peer",
          "peer-java",
          "launcher",
          "url",
          "token-file",
          "pid",
          "database",
          "runs",
          "warmup",
          "bundles",
          "seconds",
          "samples",
          "starts",
          "wait",
          "growth",
          "out",
          "work");

  /**
   * @throws IllegalArgumentException with a sentence for the user
   */
  static BenchOptions parse(List<String> words, Map<String, String> environment) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < words.size(); i += 2) {
      String name = words.get(i).startsWith("--") ? words.get(i).substring(2) : "";
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "Unknown option " + words.get(i) + ": see ./helan bench --help.");
      }
      if (i + 1 == words.size()) {
        throw new IllegalArgumentException("--" + name + " needs a value.");
      }
      given.put(name, words.get(i + 1));
    }
    String db = given.getOrDefault("db", environment.getOrDefault("HELAN_DB_URL", ""));
    if (db.isEmpty()) {
      throw new IllegalArgumentException(
          "Name the PostgreSQL to measure on: --db jdbc:postgresql://host:port/");
    }
    String url = given.get("url");
    String home = System.getProperty("java.home");
    return new BenchOptions(
        db,
        given.getOrDefault("db-user", environment.getOrDefault("HELAN_DB_USER", "postgres")),
        environment.getOrDefault("HELAN_DB_PASSWORD", ""),
        path(given, "data"),
        number(given, "residents", 4000, 10),
        path(given, "peer"),
        Path.of(given.getOrDefault("peer-java", home + "/bin/java")),
        Path.of(given.getOrDefault("launcher", "./helan")).toAbsolutePath().normalize(),
        url == null ? null : URI.create(url),
        path(given, "token-file"),
        number(given, "pid", 0, 0),
        given.getOrDefault("database", ""),
        number(given, "runs", 3, 0),
        number(given, "warmup", 15, 1),
        number(given, "bundles", 40, 1),
        number(given, "seconds", 8, 1),
        number(given, "samples", 100, 1),
        number(given, "starts", 3, 0),
        number(given, "wait", 0, 0),
        growth(given.getOrDefault("growth", "")),
        Path.of(given.getOrDefault("out", "docs/performance.md")),
        Path.of(given.getOrDefault("work", "target/bench")).toAbsolutePath().normalize());
  }

  private static @Nullable Path path(Map<String, String> given, String name) {
    String value = given.get(name);
    return value == null ? null : Path.of(value);
  }

  private static int number(Map<String, String> given, String name, int usual, int least) {
    String value = given.getOrDefault(name, Integer.toString(usual));
    if (!value.matches("\\d{1,9}") || Integer.parseInt(value) < least) {
      throw new IllegalArgumentException(
          "--" + name + " takes a whole number from " + least + " on, not " + value + ".");
    }
    return Integer.parseInt(value);
  }

  private static List<Long> growth(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    if (!text.matches("\\d{3,10}(,\\d{3,10})*")) {
      throw new IllegalArgumentException(
          "--growth takes numbers of resources such as 100000,1000000, not " + text + ".");
    }
    return Arrays.stream(text.split(",")).map(Long::valueOf).sorted().toList();
  }
}
