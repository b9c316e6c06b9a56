package health.helan.bench.residents;

import health.helan.foundation.residents.match.Traits;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records of which it is known whose they are.
 *
 * @param person by record; records of one number are one person's
 * @param half by record, 0 or 1: the threshold is chosen on the one and measured on the other;
 *     people of one household are in one half
 * @param errors by record
 */
record LabelledSet(
    String name,
    List<Traits> records,
    List<ObjectNode> patients,
    long[] person,
    int[] half,
    List<List<String>> errors) {

  /** Made-up Chinese registers of so many households. */
  static LabelledSet generated(long seed, long households) {
    Words words = new Words();
    Population population = new Population(words, seed);
    Register register = new Register(words, new ErrorModel(), seed);
    List<Register.Entry> entries = new ArrayList<>();
    for (long household = 0; household < households; household++) {
      entries.addAll(register.records(population.household(household)));
    }
    return new LabelledSet(
        "Chinese, seed " + seed,
        entries.stream().map(each -> Traits.of(each.patient())).toList(),
        entries.stream().map(Register.Entry::patient).toList(),
        entries.stream().mapToLong(Register.Entry::person).toArray(),
        entries.stream().mapToInt(each -> (int) (each.household() & 1)).toArray(),
        entries.stream().map(Register.Entry::errors).toList());
  }

  /** The same people and records, had no institution asked for the identity number. */
  LabelledSet withoutNumbers() {
    List<ObjectNode> stripped = new ArrayList<>();
    for (ObjectNode patient : patients) {
      ObjectNode copy = patient.deepCopy();
      copy.remove("identifier");
      stripped.add(copy);
    }
    return new LabelledSet(
        name + ", identity numbers taken away",
        stripped.stream().map(Traits::of).toList(),
        stripped,
        person,
        half,
        errors);
  }

  /** One of the Febrl sets: {@code datasetN.csv}, whose record ids say who is who. */
  static LabelledSet febrl(Path file, String name) throws IOException {
    List<Traits> records = new ArrayList<>();
    List<ObjectNode> patients = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    String[] columns = lines.getFirst().split(", *", -1);
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split(", *", -1);
      Map<String, String> of = new HashMap<>();
      for (int i = 0; i < columns.length && i < values.length; i++) {
        of.put(columns[i].strip(), values[i].strip());
      }
      ObjectNode patient = patient(of);
      patients.add(patient);
      records.add(Traits.of(patient));
      keys.add(of.getOrDefault("rec_id", "").split("-", -1)[1]);
    }
    long[] person = keys.stream().mapToLong(Long::parseLong).toArray();
    int[] half = new int[person.length];
    for (int i = 0; i < half.length; i++) {
      half[i] = (int) (person[i] * 0x9E3779B97F4A7C15L >>> 63);
    }
    return new LabelledSet(
        name,
        records,
        patients,
        person,
        half,
        keys.stream().map(each -> List.<String>of()).toList());
  }

  private static ObjectNode patient(Map<String, String> of) {
    ObjectNode patient = Json.MAPPER.createObjectNode().put("resourceType", "Patient");
    String id = of.getOrDefault("soc_sec_id", "");
    if (!id.isEmpty()) {
      patient
          .putArray("identifier")
          .addObject()
          .put("system", "urn:febrl:soc-sec-id")
          .put("value", id);
    }
    ObjectNode name = patient.putArray("name").addObject();
    if (!of.getOrDefault("surname", "").isEmpty()) {
      name.put("family", of.get("surname"));
    }
    if (!of.getOrDefault("given_name", "").isEmpty()) {
      name.putArray("given").add(of.get("given_name"));
    }
    if (!of.getOrDefault("date_of_birth", "").isEmpty()) {
      patient.put("birthDate", of.get("date_of_birth"));
    }
    ObjectNode address = patient.putArray("address").addObject();
    String first =
        (of.getOrDefault("street_number", "") + " " + of.getOrDefault("address_1", "")).strip();
    String second = of.getOrDefault("address_2", "");
    if (!first.isEmpty() || !second.isEmpty()) {
      address.putArray("line").add(first).add(second);
    }
    address.put("city", of.getOrDefault("suburb", ""));
    address.put("postalCode", of.getOrDefault("postcode", ""));
    address.put("state", of.getOrDefault("state", ""));
    return patient;
  }
}
