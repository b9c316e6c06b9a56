package health.helan.foundation.residents.match;

import health.helan.foundation.store.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How much each level of each field says, learnt from data ({@link Learning}) and kept as data: for
 * each level how often it is seen in pairs of one person's records ({@code same}), of people of one
 * household and of unrelated people; how common names are; from where on a pair is judged.
 *
 * <p>Immutable.
 */
public final class Model {
  /** Pairs are drawn from three kinds. */
  static final int SAME = 0;

  static final int HOUSEHOLD = 1;
  static final int UNRELATED = 2;
  static final String[] KINDS = {"same", "household", "unrelated"};

  /** Of a prior among fewer records nothing sensible follows; of one among more neither. */
  public static final long FEWEST = 1_000;

  public static final long MOST = 10_000_000_000L;

  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9._+-]{1,64}");

  private final String version;
  private final long population;
  private final double[] partners;
  private final double sameFrom;
  private final double possibleFrom;

  /** log2 of the share of a level, by field, kind and level. */
  private final double[][][] logs;

  private final Map<String, Double> familyShares;
  private final Map<String, Double> givenShares;
  private final double familyFloor;
  private final double givenFloor;

  Model(
      String version,
      long population,
      double[] partners,
      double sameFrom,
      double possibleFrom,
      double[][][] shares,
      Map<String, Double> familyShares,
      Map<String, Double> givenShares,
      double familyFloor,
      double givenFloor) {
    this.version = version;
    this.population = population;
    this.partners = partners.clone();
    this.sameFrom = sameFrom;
    this.possibleFrom = possibleFrom;
    this.familyShares = Map.copyOf(familyShares);
    this.givenShares = Map.copyOf(givenShares);
    this.familyFloor = familyFloor;
    this.givenFloor = givenFloor;
    logs = new double[shares.length][][];
    for (int field = 0; field < shares.length; field++) {
      logs[field] = new double[KINDS.length][];
      for (int kind = 0; kind < KINDS.length; kind++) {
        double[] of = shares[field][kind].clone();
        for (int level = 0; level < of.length; level++) {
          of[level] = log2(Math.max(of[level], 1e-9));
        }
        logs[field][kind] = of;
      }
    }
  }

  static double log2(double value) {
    return Math.log(value) * 1.4426950408889634;
  }

  /** The model that comes with the platform; docs/guide/residents-matching.md says from where. */
  public static Model shipped() {
    return Shipped.MODEL;
  }

  private static final class Shipped {
    static final Model MODEL = resource("model.json");
  }

  /** What is taken to hold before any data were seen: general knowledge, in round numbers. */
  static Model believed() {
    return resource("beliefs.json");
  }

  private static Model resource(String name) {
    try (InputStream in = Objects.requireNonNull(Model.class.getResourceAsStream(name), name)) {
      return read(Json.MAPPER.readTree(in));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Tells models apart in what the index keeps of its decisions. */
  public String version() {
    return version;
  }

  /** Records among which one is looked for; the prior follows from it. */
  public long population() {
    return population;
  }

  /** From this weight on a pair is one person. */
  public double sameFrom() {
    return sameFrom;
  }

  /** From this weight on someone has to look at a pair. */
  public double possibleFrom() {
    return possibleFrom;
  }

  /** The same for an index of so many records. */
  public Model withPopulation(long records) {
    return copy(version, Math.max(FEWEST, records), sameFrom, possibleFrom);
  }

  /**
   * The same for an index of so many records, under a name of its own: what was compared with the
   * other prior is compared anew.
   */
  public Model forIndexOf(long records) {
    return records == population
        ? this
        : copy(version + "+" + records, records, sameFrom, possibleFrom);
  }

  /** The same under another name. */
  public Model named(String name) {
    return copy(name, population, sameFrom, possibleFrom);
  }

  /** The same with other thresholds, in log2 of odds. */
  public Model withThresholds(double same, double possible) {
    return copy(version, population, same, possible);
  }

  private Model copy(String name, long records, double same, double possible) {
    double[][][] shares = new double[logs.length][][];
    for (int field = 0; field < shares.length; field++) {
      shares[field] = new double[KINDS.length][];
      for (int kind = 0; kind < KINDS.length; kind++) {
        shares[field][kind] = new double[logs[field][kind].length];
        for (int level = 0; level < shares[field][kind].length; level++) {
          shares[field][kind][level] = Math.exp(logs[field][kind][level] / 1.4426950408889634);
        }
      }
    }
    return new Model(
        name,
        records,
        partners,
        same,
        possible,
        shares,
        familyShares,
        givenShares,
        familyFloor,
        givenFloor);
  }

  /** log2 of how likely a pair, drawn by chance from all, is of this kind. */
  double prior(int kind) {
    return kind == UNRELATED ? 0 : log2(partners[kind] / population);
  }

  /** False where the model was learnt from people of whom no two live together. */
  boolean knowsHouseholds() {
    return partners[HOUSEHOLD] > 0.05;
  }

  double[] partners() {
    return partners.clone();
  }

  double log(Field field, int kind, int level) {
    return logs[field.ordinal()][kind][level];
  }

  /** log2 of how common a family name is; a rare one says more. */
  double familyShare(String family) {
    return log2(familyShares.getOrDefault(family, familyFloor));
  }

  /** Letters are no name's own form: one that the model does not know is taken as usual. */
  double latinFamilyShare(String family, double usual) {
    Double share = familyShares.get(family);
    return share == null ? usual : log2(share);
  }

  double latinGivenShare(String given, double usual) {
    Double share = givenShares.get(given);
    return share == null ? usual : log2(share);
  }

  double givenShare(String given) {
    return log2(givenShares.getOrDefault(given, givenFloor));
  }

  boolean knowsNames() {
    return !familyShares.isEmpty() || !givenShares.isEmpty();
  }

  /**
   * A model from its file.
   *
   * @throws IllegalArgumentException naming what is missing or out of range
   */
  public static Model read(JsonNode file) {
    Field[] fields = Field.values();
    double[][][] shares = new double[fields.length][KINDS.length][];
    for (Field field : fields) {
      JsonNode levels = file.path("fields").path(field.code());
      for (int kind = 0; kind < KINDS.length; kind++) {
        double[] of = new double[field.levels().size()];
        for (int level = 0; level < of.length; level++) {
          double share =
              levels.path(field.levels().get(level)).path(KINDS[kind]).asDouble(Double.NaN);
          if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException(
                "model: no share of " + field.code() + " " + field.levels().get(level));
          }
          of[level] = share;
        }
        shares[field.ordinal()][kind] = of;
      }
    }
    String version = file.path("version").asString("");
    if (!VERSION.matcher(version).matches()) {
      throw new IllegalArgumentException("model: version");
    }
    double same = number(file, "thresholds", "same", -100, 100);
    double possible = number(file, "thresholds", "possible", -100, 100);
    if (possible > same) {
      throw new IllegalArgumentException("model: thresholds possible above same");
    }
    JsonNode names = file.path("names");
    return new Model(
        version,
        (long) number(file, "population", "", FEWEST, MOST),
        new double[] {
          number(file, "partners", "same", 1e-6, 1_000),
          number(file, "partners", "household", 0, 1_000)
        },
        same,
        possible,
        shares,
        shares(names, "family"),
        shares(names, "given"),
        number(names, "familyFloor", "", 0, 1),
        number(names, "givenFloor", "", 0, 1));
  }

  private static double number(
      JsonNode file, String name, String within, double least, double most) {
    JsonNode node = within.isEmpty() ? file.path(name) : file.path(name).path(within);
    double value = node.isNumber() ? node.asDouble() : Double.NaN;
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException("model: " + (name + " " + within).strip());
    }
    return value;
  }

  private static Map<String, Double> shares(JsonNode names, String kind) {
    Map<String, Double> shares = new HashMap<>();
    for (Map.Entry<String, JsonNode> name : names.path(kind).properties()) {
      double share = name.getValue().isNumber() ? name.getValue().asDouble() : Double.NaN;
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException("model: share of a " + kind + " name");
      }
      shares.put(name.getKey(), share);
    }
    return shares;
  }

  /** As {@link #read} takes it. */
  public ObjectNode write() {
    ObjectNode file = Json.MAPPER.createObjectNode();
    file.put("version", version);
    file.put("population", population);
    file.putObject("partners").put("same", round(partners[0])).put("household", round(partners[1]));
    file.putObject("thresholds").put("same", sameFrom).put("possible", possibleFrom);
    ObjectNode fields = file.putObject("fields");
    for (Field field : Field.values()) {
      ObjectNode levels = fields.putObject(field.code());
      for (int level = 0; level < field.levels().size(); level++) {
        ObjectNode of = levels.putObject(field.levels().get(level));
        for (int kind = 0; kind < KINDS.length; kind++) {
          of.put(KINDS[kind], round(Math.exp(log(field, kind, level) / 1.4426950408889634)));
        }
      }
    }
    ObjectNode names = file.putObject("names");
    names.put("familyFloor", round(familyFloor)).put("givenFloor", round(givenFloor));
    write(names.putObject("family"), familyShares);
    write(names.putObject("given"), givenShares);
    return file;
  }

  private static void write(ObjectNode into, Map<String, Double> shares) {
    shares.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(name -> into.put(name.getKey(), round(name.getValue())));
  }

  private static double round(double value) {
    return new java.math.BigDecimal(value, new java.math.MathContext(4)).doubleValue();
  }
}
