package health.helan.bench.corpus;

import health.helan.demo.DemoBundle;
import health.helan.demo.Region;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * FHIR R4 bundles to load: first those that the others refer to, one after the other, then those
 * with patients in any order.
 */
public final class Corpus {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final String description;
  private final List<Piece> before;
  private final int patients;
  private final IntFunction<Piece> patient;

  private Corpus(String description, List<Piece> before, int patients, IntFunction<Piece> patient) {
    this.description = description;
    this.before = before;
    this.patients = patients;
    this.patient = patient;
  }

  /** A bundle that is read or made when it is asked for. */
  @FunctionalInterface
  public interface Piece {
    /** The Bundle as UTF-8 JSON. */
    byte[] json();
  }

  /**
   * Bundles as Synthea writes them: {@code *Information*.json} first (hospitals, then
   * practitioners), every other {@code *.json} holds patients; by name.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Corpus folder(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
      List<Piece> before = all.stream().filter(Corpus::isFirst).map(Corpus::file).toList();
      List<Path> others = all.stream().filter(file -> !isFirst(file)).toList();
      if (others.isEmpty()) {
        throw new IllegalArgumentException("There are no patient bundles (*.json) in " + folder);
      }
      return new Corpus(
          others.size() + " Synthea patient bundles",
          before,
          others.size(),
          number -> () -> unmanaged(file(others.get(number)).json()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isFirst(Path file) {
    return file.getFileName().toString().contains("Information");
  }

  /**
   * Without the organizations that manage CareTeams, in all that is compared: a hospital's system
   * may name no other than its own there, and these are of many.
   */
  private static byte[] unmanaged(byte[] bundle) {
    JsonNode tree = MAPPER.readTree(bundle);
    for (JsonNode entry : tree.path("entry")) {
      if (entry.path("resource") instanceof ObjectNode resource
          && resource.path("resourceType").asString("").equals("CareTeam")) {
        resource.remove("managingOrganization");
      }
    }
    return MAPPER.writeValueAsBytes(tree);
  }

  private static Piece file(Path file) {
    return () -> {
      try {
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /** The project's own demo region. */
  public static Corpus generated(int residents) {
    Region region = Region.of(1, residents);
    int bundles = region.bundleCount();
    // Kinds come in order, so that the first household is found by halving.
    int low = 0;
    int high = bundles;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (region.bundle(middle).kind() == DemoBundle.Kind.HOUSEHOLD) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    int first = low;
    return new Corpus(
        "the demo region of " + residents + " residents (seed 1)",
        IntStream.range(0, first).<Piece>mapToObj(n -> () -> region.bundle(n).json()).toList(),
        bundles - first,
        number -> () -> region.bundle(first + number).json());
  }

  /** What to load first, in this order. */
  public List<Piece> before() {
    return before;
  }

  /** How many bundles with patients there are. */
  public int size() {
    return patients;
  }

  /** Bundle {@code number} with patients, from 0. */
  public Piece patient(int number) {
    if (number < 0 || number >= patients) {
      throw new IndexOutOfBoundsException("no patient bundle " + number + " of " + patients);
    }
    return patient.apply(number);
  }

  /** For the report. */
  public String description() {
    return description;
  }
}
