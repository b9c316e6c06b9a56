package health.helan.foundation.store.search;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.index.IndexEntry;
import health.helan.foundation.store.index.Moments;
import health.helan.foundation.store.sql.Tables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import tools.jackson.databind.node.ObjectNode;

/** Rows in number: patients with encounters, conditions and observations over some years. */
final class GeneratedRegion {
  static final int OBSERVATIONS_OF_EACH = 200;
  private static final String[] CODES = new String[40];
  private static final String[] SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗".split("");

  static {
    for (int i = 0; i < CODES.length; i++) {
      CODES[i] = (8000 + 37 * i) + "-" + i % 10;
    }
  }

  private final TestRows rows;
  private final Random random = new Random(42);

  GeneratedRegion(TestRows rows) {
    this.rows = rows;
  }

  static String patientId(int i) {
    return String.format("%03xpat%012d", i % 4096, i);
  }

  /** Fills the tables and analyses them. */
  void fill(int observations) throws SQLException, IOException {
    load(observations);
    try (Connection connection = rows.dataSource.getConnection();
        var statement = connection.createStatement()) {
      for (String table : Tables.all()) {
        statement.execute("vacuum analyze " + table);
      }
    }
  }

  /** Fills the tables, and no more. */
  void load(int observations) throws SQLException, IOException {
    int patients = observations / OBSERVATIONS_OF_EACH;
    try (Connection connection = rows.dataSource.getConnection()) {
      copy(connection, "Organization", 100, i -> organization(i));
      copy(connection, "Patient", patients, i -> patient(i));
      copy(connection, "Encounter", patients * 20, i -> encounter(i / 20, i));
      copy(connection, "Condition", patients * 10, i -> condition(i / 10, i));
      copy(connection, "Observation", observations, i -> observation(i % patients, i));
    }
  }

  private interface Maker {
    ObjectNode make(int i);
  }

  private void copy(Connection connection, String type, int count, Maker maker)
      throws SQLException, IOException {
    boolean shared = Tables.isShared(type);
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "copy "
                    + Tables.of(type)
                    + " (home, id, self, patient, updated, date_lo, date_hi, version, level, codec,"
                    + " key_id, method, stray, owner, tokens, vals, content"
                    + (shared ? ", type" : "")
                    + ") from stdin");
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      ObjectNode tree = maker.make(i);
      String id = tree.get("id").stringValue();
      IndexEntry index = rows.indexer.index(type, tree, id);
      out.append(Integer.parseInt(id, 0, 3, 16)).append('\t').append(id).append('\t');
      out.append(rows.registry.digests().reference(type, id)).append('\t');
      out.append(index.patient() == null ? "\\N" : index.patient()).append('\t');
      out.append(Instant.EPOCH.plusSeconds(1_700_000_000L + i / 50)).append('\t');
      out.append(time(index.dateLo())).append('\t').append(time(index.dateHi())).append('\t');
      out.append("1\t1\t0\t0\t2\tf\towner\t{");
      for (int t = 0; t < index.tokens().length; t++) {
        out.append(t == 0 ? "" : ",").append(index.tokens()[t]);
      }
      out.append("}\t");
      out.append(new String(index.vals(), StandardCharsets.UTF_8).replace("\\", "\\\\"));
      // Real rows carry about 700 compressed bytes.
      byte[] content = Json.MAPPER.writeValueAsBytes(tree);
      out.append("\t\\\\x").append(HexFormat.of().formatHex(content));
      out.append(shared ? "\t" + type + "\n" : "\n");
      if (out.length() > 1_000_000 || i == count - 1) {
        byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        out.setLength(0);
      }
    }
    copy.endCopy();
  }

  private static String time(@org.jspecify.annotations.Nullable Long micros) {
    if (micros == null) {
      return "\\N";
    }
    return micros >= Moments.LAST
        ? "9999-12-31T23:59:59.999999Z"
        : Instant.EPOCH.plusNanos(0).plus(micros, java.time.temporal.ChronoUnit.MICROS).toString();
  }

  private ObjectNode resource(String type, String id) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    tree.put("resourceType", type).put("id", id);
    return tree;
  }

  private ObjectNode organization(int i) {
    ObjectNode tree = resource("Organization", String.format("%03xorg%04d", i, i));
    tree.put("name", "医院" + i);
    return tree;
  }

  private ObjectNode patient(int i) {
    ObjectNode tree = resource("Patient", patientId(i));
    tree.putArray("identifier")
        .addObject()
        .put("system", "http://id")
        .put("value", "6401" + String.format("%014d", i));
    ObjectNode name = tree.putArray("name").addObject();
    String family = SURNAMES[random.nextInt(SURNAMES.length)];
    String given = "" + (char) ('一' + random.nextInt(2000)) + (char) ('一' + random.nextInt(2000));
    name.put("family", family).put("text", family + given).putArray("given").add(given);
    tree.put("gender", i % 2 == 0 ? "male" : "female");
    tree.put("birthDate", day(random.nextInt(30_000) - 5_000));
    tree.putObject("managingOrganization")
        .put("reference", "Organization/" + String.format("%03xorg%04d", i % 100, i % 100));
    return tree;
  }

  private static String day(int epochDay) {
    return java.time.LocalDate.ofEpochDay(epochDay).toString();
  }

  private ObjectNode encounter(int patient, int i) {
    ObjectNode tree = resource("Encounter", patientId(patient).substring(0, 3) + "enc" + i);
    tree.put("status", "finished");
    tree.putObject("class").put("system", "http://cls").put("code", i % 10 == 0 ? "IMP" : "AMB");
    tree.putObject("subject").put("reference", "Patient/" + patientId(patient));
    String day = day(17_000 + random.nextInt(3_000));
    tree.putObject("period")
        .put("start", day + "T08:00:00+08:00")
        .put("end", day + "T09:00:00+08:00");
    tree.putObject("serviceProvider")
        .put("reference", "Organization/" + String.format("%03xorg%04d", i % 100, i % 100));
    return tree;
  }

  private ObjectNode condition(int patient, int i) {
    ObjectNode tree = resource("Condition", patientId(patient).substring(0, 3) + "con" + i);
    concept(tree.putObject("code"), "http://icd", "I" + i % 300);
    tree.putObject("subject").put("reference", "Patient/" + patientId(patient));
    tree.put("onsetDateTime", day(17_000 + random.nextInt(3_000)));
    return tree;
  }

  private static void concept(ObjectNode at, String system, String code) {
    at.putArray("coding")
        .addObject()
        .put("system", system)
        .put("code", code)
        .put("display", "Code " + code);
  }

  private ObjectNode observation(int patient, int i) {
    ObjectNode tree = resource("Observation", patientId(patient).substring(0, 3) + "obs" + i);
    tree.put("status", "final");
    concept(
        tree.putArray("category").addObject(),
        "http://cat",
        i % 3 == 0 ? "laboratory" : "vital-signs");
    tree.putObject("subject").put("reference", "Patient/" + patientId(patient));
    tree.putObject("encounter")
        .put(
            "reference",
            "Encounter/" + patientId(patient).substring(0, 3) + "enc" + (patient * 20 + i % 20));
    tree.put("effectiveDateTime", day(17_000 + random.nextInt(3_000)) + "T10:00:00+08:00");
    if (random.nextInt(10) == 0) {
      concept(tree.putObject("code"), "http://loinc.org", "85354-9");
      var components = tree.putArray("component");
      for (String code : new String[] {"8480-6", "8462-4"}) {
        ObjectNode component = components.addObject();
        concept(component.putObject("code"), "http://loinc.org", code);
        quantity(component, 60 + random.nextInt(100), "mm[Hg]");
      }
    } else {
      concept(tree.putObject("code"), "http://loinc.org", CODES[random.nextInt(CODES.length)]);
      quantity(tree, 1 + random.nextInt(1000), "mmol/L");
    }
    return tree;
  }

  private static void quantity(ObjectNode at, int value, String unit) {
    at.putObject("valueQuantity")
        .put("value", value)
        .put("unit", unit)
        .put("system", "http://unitsofmeasure.org")
        .put("code", unit);
  }

  static String code(int i) {
    return CODES[i % CODES.length];
  }
}
