package health.helan.bench.corpus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Some bundles of a corpus, held in memory so that reading them is not measured, the largest first:
 * posted last, it would leave the other connections idle.
 *
 * @param patients one for each Patient in them that can be searched for
 * @param observations bodies fit for {@code POST /Observation} once they have a subject: without
 *     id, encounter, performer and other references
 */
public record Slice(
    List<byte[]> bundles, long bytes, List<Person> patients, List<ObjectNode> observations) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /**
   * How a Patient can be asked for.
   *
   * @param identifier {@code system|value} of the first identifier
   */
  public record Person(String identifier, String family, String birthDate) {}

  /**
   * Bundles {@code from} to {@code to - 1} of a corpus.
   *
   * @param mostObservations how many observations to keep
   */
  public static Slice of(Corpus corpus, int from, int to, int mostObservations) {
    List<byte[]> bundles =
        IntStream.range(from, to)
            .mapToObj(number -> corpus.patient(number).json())
            .sorted(Comparator.comparingInt((byte[] json) -> json.length).reversed())
            .toList();
    List<Person> patients = new ArrayList<>();
    List<ObjectNode> observations = new ArrayList<>();
    // The smallest first: a few observations of many patients rather than one long life.
    for (byte[] json : bundles.reversed()) {
      int kept = 0;
      for (JsonNode entry : MAPPER.readTree(json).path("entry")) {
        JsonNode resource = entry.path("resource");
        switch (resource.path("resourceType").asString("")) {
          case "Patient" -> addPatient(resource, patients);
          case "Observation" -> {
            if (observations.size() < mostObservations && kept < 1000) {
              kept += addObservation((ObjectNode) resource, observations);
            }
          }
          default -> {}
        }
      }
    }
    long bytes = bundles.stream().mapToLong(json -> json.length).sum();
    return new Slice(bundles, bytes, patients, observations);
  }

  private static void addPatient(JsonNode patient, List<Person> patients) {
    JsonNode identifier = patient.path("identifier").path(0);
    String family = patient.path("name").path(0).path("family").asString("");
    String birthDate = patient.path("birthDate").asString("");
    String value = identifier.path("value").asString("");
    if (!value.isEmpty() && !family.isEmpty() && !birthDate.isEmpty()) {
      String system = identifier.path("system").asString("");
      patients.add(new Person(system + "|" + value, family, birthDate));
    }
  }

  private static int addObservation(ObjectNode observation, List<ObjectNode> observations) {
    ObjectNode copy = observation.deepCopy();
    copy.remove(List.of("id", "encounter", "performer", "subject", "note"));
    if (copy.toString().contains("\"reference\":")) {
      return 0;
    }
    observations.add(copy);
    return 1;
  }
}
