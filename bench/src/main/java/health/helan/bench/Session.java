package health.helan.bench;

import health.helan.bench.client.HttpConnection;
import health.helan.bench.corpus.Corpus;
import health.helan.bench.corpus.KnownPatient;
import health.helan.bench.corpus.Slice;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.Driver;
import health.helan.bench.measure.Figure;
import health.helan.bench.server.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The client's side of one server: which patients it has, which Observations were created there,
 * and the phases that are run on it. Equal seeds and slices give equal requests on every server.
 */
final class Session {
  /** A search is made anew and not answered from an earlier result. */
  private static final String NO_CACHE = "Cache-Control: no-cache\r\n";

  private static final Duration NO_LIMIT = Duration.ofHours(2);
  private static final int LOAD_CONNECTIONS = 4;
  private static final int CONNECTIONS = 8;
  private static final int MOST_PATIENTS = 200;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Server server;
  private final CpuMeter meter;
  private final List<KnownPatient> patients = new ArrayList<>();
  private final List<String> observationIds = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger change = new AtomicInteger();
  private List<ObjectNode> bodies = List.of();
  private int opened;
  private boolean byDoctor;

  Session(Server server, long postmaster) {
    this.server = server;
    this.meter = new CpuMeter(server.pid(), postmaster);
  }

  /** A driver with a token that outlives a phase. */
  private Driver driver() throws IOException {
    return new Driver(byDoctor ? server.askedByDoctor() : server.asked(), meter);
  }

  /** Opens all known records to the doctor, who asks from then on until the work is done. */
  void byDoctor(Work work) throws IOException {
    for (KnownPatient patient : patients.subList(opened, patients.size())) {
      server.callers().open(patient.id());
    }
    opened = patients.size();
    byDoctor = true;
    try {
      work.run();
    } finally {
      byDoctor = false;
    }
  }

  /** What is measured. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /** Loads what the patients' bundles refer to. */
  void loadBefore(List<Corpus.Piece> pieces) throws IOException {
    try (var connection = new HttpConnection(server.endpoint())) {
      for (Corpus.Piece piece : pieces) {
        int status = connection.send("POST", "", piece.json(), "");
        if (status != 200) {
          throw new IOException(
              server.kind().label()
                  + " refused a bundle that the others need: "
                  + status
                  + " "
                  + connection.excerpt(500));
        }
      }
    }
  }

  /** Loads a slice; the figure counts resources. */
  Figure load(Slice slice) throws IOException {
    List<byte[]> bundles = slice.bundles();
    return driver()
        .each(
            bundles.size(),
            LOAD_CONNECTIONS,
            NO_LIMIT,
            new Driver.Request() {
              @Override
              public int send(HttpConnection connection, int number) throws IOException {
                return connection.send("POST", "", bundles.get(number), "");
              }

              @Override
              public int operations(HttpConnection connection, int number) {
                return connection.acceptedEntries();
              }
            });
  }

  /**
   * Loads patient bundles from the corpus's first on until so many resources are in.
   *
   * @throws IOException if one is refused, or the corpus ends before
   */
  void loadUntil(Corpus corpus, long resources) throws IOException {
    var loaded = new AtomicLong();
    Figure figure =
        driver()
            .each(
                corpus.size(),
                LOAD_CONNECTIONS,
                NO_LIMIT,
                (connection, number) -> {
                  if (loaded.get() >= resources) {
                    return Driver.Request.NOTHING_LEFT;
                  }
                  int status = connection.send("POST", "", corpus.patient(number).json(), "");
                  loaded.addAndGet(connection.acceptedEntries());
                  return status;
                });
    if (figure.failed() > 0 || loaded.get() < resources) {
      throw new IOException(
          "Loaded %d of %d resources; %d bundles failed. %s"
              .formatted(loaded.get(), resources, figure.failed(), figure.firstFailure()));
    }
  }

  /** Finds a slice's patients on the server and keeps its Observations for later requests. */
  void learn(Slice slice) throws IOException {
    try (var connection = new HttpConnection(server.asked())) {
      for (Slice.Person person : slice.patients()) {
        if (patients.size() < MOST_PATIENTS) {
          String path = "/Patient?identifier=" + KnownPatient.encoded(person.identifier());
          if (connection.send("GET", path, null, NO_CACHE) != 200) {
            throw new IOException("Patients cannot be found: " + connection.excerpt(300));
          }
          JsonNode found =
              MAPPER.readTree(connection.body()).path("entry").path(0).path("resource");
          if (found.path("id").isString()) {
            patients.add(new KnownPatient(found.path("id").asString(), person));
          }
        }
      }
    }
    if (patients.isEmpty() || slice.observations().isEmpty()) {
      throw new IOException("The data hold no patients or observations to ask for.");
    }
    bodies = slice.observations();
  }

  int knownPatients() {
    return patients.size();
  }

  private KnownPatient patient(int number) {
    return patients.get(Math.floorMod(number, patients.size()));
  }

  /** A new Observation of one of the patients. */
  private byte[] observation(int number) {
    ObjectNode body = bodies.get(Math.floorMod(number, bodies.size())).deepCopy();
    body.putObject("subject").put("reference", "Patient/" + patient(number).id());
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Bodies made before the clock starts, enough that none is sent twice too soon; the count is the
   * corpus's, at most 4,000.
   */
  private List<byte[]> observations() {
    List<byte[]> made = new ArrayList<>();
    for (int i = 0; i < Math.min(4_000, bodies.size() * 4); i++) {
      made.add(observation(i));
    }
    return made;
  }

  Figure create(Duration time) throws IOException {
    List<byte[]> made = observations();
    return driver()
        .during(time, CONNECTIONS, (connection, number) -> create(connection, made, number));
  }

  private int create(HttpConnection connection, List<byte[]> made, int number) throws IOException {
    int status = connection.send("POST", "/Observation", made.get(number % made.size()), "");
    if (status == 201) {
      observationIds.add(idIn(connection.location()));
    }
    return status;
  }

  /** The id in {@code [base]/Observation/[id]/_history/[version]}. */
  static String idIn(String location) {
    String rest = location.substring(location.lastIndexOf("/Observation/") + 13);
    int end = rest.indexOf('/');
    return end < 0 ? rest : rest.substring(0, end);
  }

  Figure read(Duration time) throws IOException {
    return driver().during(time, CONNECTIONS, this::readPatient);
  }

  private int readPatient(HttpConnection connection, int number) throws IOException {
    return connection.send("GET", "/Patient/" + patient(number).id(), null, NO_CACHE);
  }

  /** A search at eight connections. */
  Figure search(Search search, Duration time) throws IOException {
    return driver()
        .during(time, CONNECTIONS, (connection, number) -> search(connection, search, number));
  }

  /** A search at one connection, each patient once at most; entries are counted. */
  Figure searchAlone(Search search, int samples, Duration atMost) throws IOException {
    return driver()
        .each(
            samples,
            1,
            atMost,
            new Driver.Request() {
              @Override
              public int send(HttpConnection connection, int number) throws IOException {
                return search(connection, search, number);
              }

              @Override
              public int entries(HttpConnection connection) {
                return connection.occurrences("\"fullUrl\"");
              }
            });
  }

  private int search(HttpConnection connection, Search search, int number) throws IOException {
    return connection.send("GET", patient(number).fill(search.template()), null, NO_CACHE);
  }

  /** Updates created Observations in turn; each update changes the resource. */
  Figure update(Duration time) throws IOException {
    List<String> ids = List.copyOf(observationIds);
    requireCreated(ids);
    List<byte[]> tails = tails();
    return driver()
        .during(
            time,
            CONNECTIONS,
            (connection, number) ->
                update(connection, tails, ids.get(number % ids.size()), number));
  }

  private int update(HttpConnection connection, List<byte[]> tails, String id, int number)
      throws IOException {
    // The peer writes nothing where an update changes nothing.
    String start =
        "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"note\":[{\"text\":\"change %d\"}],"
            .formatted(id, change.incrementAndGet());
    byte[] head = start.getBytes(StandardCharsets.UTF_8);
    byte[] tail = tails.get(number % tails.size());
    byte[] content = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, content, head.length, tail.length);
    return connection.send("PUT", "/Observation/" + id, content, "");
  }

  /** What follows the id in the body of an update. */
  private List<byte[]> tails() {
    List<byte[]> made = new ArrayList<>();
    for (int i = 0; i < Math.min(1_000, bodies.size()); i++) {
      ObjectNode body = bodies.get(i).deepCopy();
      body.remove("resourceType");
      body.putObject("subject").put("reference", "Patient/" + patient(i).id());
      made.add(body.toString().substring(1).getBytes(StandardCharsets.UTF_8));
    }
    return made;
  }

  private static void requireCreated(List<String> ids) throws IOException {
    if (ids.isEmpty()) {
      throw new IOException("No Observation was created that could be changed or read.");
    }
  }

  Figure history(Duration time) throws IOException {
    List<String> ids = List.copyOf(observationIds);
    requireCreated(ids);
    return driver()
        .during(
            time,
            CONNECTIONS,
            (connection, number) ->
                connection.send(
                    "GET",
                    "/Observation/" + ids.get(number % ids.size()) + "/_history",
                    null,
                    NO_CACHE));
  }

  /** Of a hundred requests: 40 Patients, 20 panels, 20 problem lists, 10 creates, 10 updates. */
  Figure mixed(Duration time) throws IOException {
    List<String> ids = List.copyOf(observationIds);
    requireCreated(ids);
    List<byte[]> made = observations();
    List<byte[]> tails = tails();
    return driver()
        .during(
            time,
            CONNECTIONS,
            (connection, number) -> {
              int lot = new SplittableRandom(number).nextInt(100);
              if (lot < 40) {
                return readPatient(connection, number);
              }
              if (lot < 60) {
                return search(connection, Search.PANEL, number);
              }
              if (lot < 80) {
                return search(connection, Search.CONDITION, number);
              }
              return lot < 90
                  ? create(connection, made, number)
                  : update(connection, tails, ids.get(number % ids.size()), number);
            });
  }

  /** Deletes created Observations, each once; ends early when all are gone. */
  Figure delete(Duration time) throws IOException {
    List<String> ids = List.copyOf(observationIds);
    requireCreated(ids);
    AtomicInteger done = new AtomicInteger();
    Figure figure =
        driver()
            .each(
                ids.size(),
                CONNECTIONS,
                time,
                (connection, number) -> {
                  done.accumulateAndGet(number + 1, Math::max);
                  return connection.send("DELETE", "/Observation/" + ids.get(number), null, "");
                });
    observationIds.subList(0, done.get()).clear();
    return figure;
  }
}
