package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.testing.PostgresForTests;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random searches on random small resources, compared with what the specification says of the trees
 * themselves: no code of the indexer or of the engine is used to tell what is right.
 */
class SearchOracleTests {
  private static final long SEED = Long.getLong("helan.test.seed", 20261122);
  private static final int RUNS = Boolean.getBoolean("helan.test.full") ? 20_000 : 600;

  private static final List<String> NAMES =
      List.of("Li", "Lin", "Müller", "MULLER-Xu", "王", "王伟", "O'Neil", "van der Berg");
  private static final List<String> DATES =
      List.of(
          "2020",
          "2020-02",
          "2020-02-28",
          "2020-02-29",
          "2020-02-29T10:00:00+08:00",
          "2020-03-01T00:00:00Z",
          "2020-12-31T23:59:59.5Z",
          "2021",
          "1999-05-05");
  private static final List<String> SYSTEMS = List.of("http://a", "http://b");
  private static final List<String> CODES = List.of("x", "y", "Z1");

  private final Random random = new Random(SEED);
  private final Map<String, ObjectNode> all = new LinkedHashMap<>();

  /** A criterion: the parameter with its value, and what it means. */
  private record Criterion(String text, Predicate<ObjectNode> meaning) {}

  // ---- resources

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private ObjectNode resource(String type, int i) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    tree.put("resourceType", type).put("id", type.toLowerCase(java.util.Locale.ROOT) + i);
    all.put(type + "/" + tree.get("id").stringValue(), tree);
    return tree;
  }

  private void coding(ObjectNode at) {
    if (chance(80)) {
      at.put("system", pick(SYSTEMS));
    }
    at.put("code", pick(CODES));
  }

  private void concept(ObjectNode parent, String name) {
    var codings = parent.putObject(name).putArray("coding");
    coding(codings.addObject());
    if (chance(30)) {
      coding(codings.addObject());
    }
  }

  private void reference(ObjectNode tree, String name, String type, int of) {
    tree.putObject(name)
        .put(
            "reference", type + "/" + type.toLowerCase(java.util.Locale.ROOT) + random.nextInt(of));
  }

  private void quantity(ObjectNode parent) {
    ObjectNode quantity = parent.putObject("valueQuantity");
    quantity.put(
        "value", new BigDecimal(pick(List.of("1", "1.0", "1.5", "2", "100", "150", "0.002"))));
    if (chance(80)) {
      quantity
          .put("system", "http://unitsofmeasure.org")
          .put("code", pick(List.of("g", "mg", "kg")));
    }
  }

  private void make() {
    for (int i = 0; i < 8; i++) {
      ObjectNode organization = resource("Organization", i);
      organization.put("name", pick(NAMES));
      if (i > 0 && chance(60)) {
        reference(organization, "partOf", "Organization", i);
      }
    }
    for (int i = 0; i < 30; i++) {
      ObjectNode patient = resource("Patient", i);
      if (chance(80)) {
        patient.put("gender", pick(List.of("male", "female", "other")));
      }
      if (chance(80)) {
        patient.put("birthDate", pick(DATES).substring(0, 4) + pick(List.of("", "-03", "-03-07")));
      }
      var names = patient.putArray("name");
      for (int n = random.nextInt(3); n > 0; n--) {
        ObjectNode name = names.addObject();
        name.put("family", pick(NAMES));
        if (chance(70)) {
          name.putArray("given").add(pick(NAMES));
        }
        if (chance(20)) {
          name.put("text", pick(NAMES));
        }
      }
      if (chance(60)) {
        reference(patient, "managingOrganization", "Organization", 8);
      }
    }
    for (int i = 0; i < 40; i++) {
      ObjectNode encounter = resource("Encounter", i);
      encounter.put("status", pick(List.of("finished", "planned")));
      if (chance(85)) {
        reference(encounter, "subject", "Patient", 30);
      }
      if (chance(85)) {
        ObjectNode period = encounter.putObject("period");
        boolean start = chance(80);
        if (start) {
          period.put("start", "2020-02-" + (10 + random.nextInt(10)));
        }
        if (!start || chance(60)) {
          period.put("end", "2020-0" + (3 + random.nextInt(5)) + "-01");
        }
      }
    }
    for (int i = 0; i < 120; i++) {
      ObjectNode observation = resource("Observation", i);
      observation.put("status", pick(List.of("final", "amended")));
      concept(observation, "code");
      if (chance(90)) {
        if (chance(90)) {
          reference(observation, "subject", "Patient", 30);
        } else {
          observation.putObject("subject").put("reference", "Group/g" + random.nextInt(3));
        }
      }
      if (chance(50)) {
        reference(observation, "encounter", "Encounter", 40);
      }
      if (chance(80)) {
        observation.put("effectiveDateTime", pick(DATES.subList(2, 8)));
      }
      if (chance(60)) {
        quantity(observation);
      }
      if (chance(40)) {
        var components = observation.putArray("component");
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
          ObjectNode component = components.addObject();
          concept(component, "code");
          if (chance(80)) {
            quantity(component);
          }
        }
      }
    }
  }

  // ---- what is right

  private static List<JsonNode> list(@Nullable JsonNode node) {
    List<JsonNode> list = new ArrayList<>();
    if (node != null && node.isArray()) {
      node.forEach(list::add);
    } else if (node != null && !node.isMissingNode() && !node.isNull()) {
      list.add(node);
    }
    return list;
  }

  /** First and last moment, in units of 100 nanoseconds to tell it from the engine's. */
  private static long[] range(String text) {
    ZoneOffset local = ZoneOffset.ofHours(8);
    OffsetDateTime from;
    OffsetDateTime to;
    if (text.length() == 4) {
      from = LocalDate.of(Integer.parseInt(text), 1, 1).atStartOfDay().atOffset(local);
      to = from.plusYears(1);
    } else if (text.length() == 7) {
      from = YearMonth.parse(text).atDay(1).atStartOfDay().atOffset(local);
      to = from.plusMonths(1);
    } else if (text.length() == 10) {
      from = LocalDate.parse(text).atStartOfDay().atOffset(local);
      to = from.plusDays(1);
    } else {
      from = OffsetDateTime.parse(text);
      to = text.contains(".") ? from.plusNanos(100_000_000) : from.plusSeconds(1);
    }
    return new long[] {ticks(from), ticks(to) - 10};
  }

  private static long ticks(OffsetDateTime time) {
    return time.toEpochSecond() * 10_000_000 + time.getNano() / 100;
  }

  private static boolean dates(String prefix, long[] asked, long @Nullable [] value) {
    if (value == null) {
      return false;
    }
    boolean within = asked[0] <= value[0] && value[1] <= asked[1];
    return switch (prefix) {
      case "", "eq" -> within;
      case "ne" -> !within;
      case "gt" -> value[1] > asked[1];
      case "lt" -> value[0] < asked[0];
      case "ge" -> value[1] > asked[1] || within;
      case "le" -> value[0] < asked[0] || within;
      case "sa" -> value[0] > asked[1];
      case "eb" -> value[1] < asked[0];
      default -> throw new IllegalArgumentException(prefix);
    };
  }

  private static String plain(String text) {
    return java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFD)
        .replaceAll("\\p{M}", "")
        .toLowerCase(java.util.Locale.ROOT);
  }

  private static final List<String> PREFIXES =
      List.of("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb");

  private Criterion date(String name, Function<ObjectNode, long @Nullable []> value) {
    String prefix = pick(PREFIXES);
    String asked = pick(DATES);
    return new Criterion(
        name + "=" + prefix + asked, r -> dates(prefix, range(asked), value.apply(r)));
  }

  private static long @Nullable [] single(JsonNode value) {
    return value.isString() ? range(value.stringValue()) : null;
  }

  private Criterion missing(String name, Predicate<ObjectNode> isThere) {
    boolean missing = random.nextBoolean();
    return new Criterion(name + ":missing=" + missing, r -> isThere.test(r) != missing);
  }

  private Criterion text(String name, Function<ObjectNode, Collection<String>> values) {
    String value = pick(NAMES);
    String part = value.substring(0, 1 + random.nextInt(value.length()));
    return switch (random.nextInt(4)) {
      case 0 -> new Criterion(name + ":exact=" + value, r -> values.apply(r).contains(value));
      case 1 -> {
        String inner = value.substring(value.length() / 2);
        yield new Criterion(
            name + ":contains=" + inner,
            r -> values.apply(r).stream().anyMatch(v -> plain(v).contains(plain(inner.strip()))));
      }
      case 2 -> missing(name, r -> !values.apply(r).isEmpty());
      default ->
          new Criterion(
              name + "=" + part,
              r ->
                  values.apply(r).stream().anyMatch(v -> plain(v).startsWith(plain(part.strip()))));
    };
  }

  private Criterion token(String name, Function<ObjectNode, List<JsonNode>> codings) {
    String code = pick(CODES);
    String system = pick(SYSTEMS);
    String asked =
        pick(
            List.of(
                code,
                system + "|" + code,
                "|" + code,
                system + "|",
                code.toLowerCase(java.util.Locale.ROOT)));
    boolean not = chance(20);
    boolean two = chance(20);
    String other = pick(CODES);
    Predicate<ObjectNode> meaning =
        r -> codings.apply(r).stream().anyMatch(c -> is(c, asked) || two && is(c, other));
    return new Criterion(
        name + (not ? ":not" : "") + "=" + asked + (two ? "," + other : ""),
        not ? meaning.negate() : meaning);
  }

  private static boolean is(JsonNode coding, String asked) {
    String code = coding.path("code").asString("");
    String system = coding.path("system").asString("");
    if (!asked.contains("|")) {
      return code.equalsIgnoreCase(asked);
    }
    String[] pieces = asked.split("\\|", -1);
    return system.equals(pieces[0]) && (pieces[1].isEmpty() || code.equalsIgnoreCase(pieces[1]));
  }

  private static final Map<String, BigDecimal> GRAMS =
      Map.of("g", BigDecimal.ONE, "mg", new BigDecimal("0.001"), "kg", new BigDecimal(1000));

  private record AskedQuantity(String text, Predicate<JsonNode> meaning) {}

  private AskedQuantity quantity() {
    String prefix = pick(PREFIXES);
    String number = pick(List.of("1", "1.0", "1.5", "2", "100", "0.1", "2000"));
    String unit = chance(50) ? pick(List.of("g", "mg", "kg")) : "";
    BigDecimal asked = new BigDecimal(number);
    BigDecimal half = new BigDecimal("0.5").movePointLeft(asked.scale());
    Predicate<JsonNode> meaning =
        q -> {
          if (!q.path("value").isNumber()) {
            return false;
          }
          BigDecimal value = q.get("value").decimalValue();
          BigDecimal scale = BigDecimal.ONE;
          if (!unit.isEmpty()) {
            BigDecimal own = GRAMS.get(q.path("code").asString(""));
            if (own == null) {
              return false;
            }
            value = value.multiply(own);
            scale = GRAMS.get(unit);
          }
          BigDecimal n = asked.multiply(scale);
          boolean equal =
              value.compareTo(asked.subtract(half).multiply(scale)) >= 0
                  && value.compareTo(asked.add(half).multiply(scale)) < 0;
          int order = value.compareTo(n);
          return switch (prefix) {
            case "", "eq" -> equal;
            case "ne" -> !equal;
            case "gt", "sa" -> order > 0;
            case "lt", "eb" -> order < 0;
            case "ge" -> order >= 0;
            case "le" -> order <= 0;
            default -> throw new IllegalArgumentException(prefix);
          };
        };
    return new AskedQuantity(
        prefix + number + (unit.isEmpty() ? "" : "|http://unitsofmeasure.org|" + unit), meaning);
  }

  private static List<JsonNode> codings(JsonNode holder) {
    return list(holder.path("code").path("coding"));
  }

  private static List<JsonNode> components(ObjectNode r) {
    return list(r.path("component"));
  }

  private static Collection<String> names(ObjectNode r, String... parts) {
    List<String> names = new ArrayList<>();
    for (JsonNode name : list(r.path("name"))) {
      for (String part : parts) {
        list(name.path(part)).forEach(v -> names.add(v.stringValue()));
      }
    }
    return names;
  }

  private Criterion reference(String name, String element, String target, int of, int depth) {
    Function<ObjectNode, String> reference = r -> r.path(element).path("reference").asString("");
    switch (random.nextInt(depth > 0 ? 3 : 5)) {
      case 0 -> {
        String asked =
            target + "/" + target.toLowerCase(java.util.Locale.ROOT) + random.nextInt(of);
        return new Criterion(name + "=" + asked, r -> reference.apply(r).equals(asked));
      }
      case 1 -> {
        String id = target.toLowerCase(java.util.Locale.ROOT) + random.nextInt(of);
        return new Criterion(
            name + ":" + target + "=" + id, r -> reference.apply(r).equals(target + "/" + id));
      }
      case 2 -> {
        return name.equals("patient")
            ? missing(name, r -> reference.apply(r).startsWith("Patient/"))
            : missing(name, r -> !reference.apply(r).isEmpty());
      }
      default -> {
        Criterion inner = criterion(target, depth + 1);
        return new Criterion(
            name + ":" + target + "." + inner.text,
            r -> {
              ObjectNode there = all.get(reference.apply(r));
              return there != null
                  && there.get("resourceType").stringValue().equals(target)
                  && inner.meaning.test(there);
            });
      }
    }
  }

  private Criterion has(String type, String source, String parameter, String element, int depth) {
    Criterion inner = criterion(source, depth + 1);
    return new Criterion(
        "_has:" + source + ":" + parameter + ":" + inner.text,
        r -> {
          String self = type + "/" + r.get("id").stringValue();
          return all.values().stream()
              .anyMatch(
                  o ->
                      o.get("resourceType").stringValue().equals(source)
                          && o.path(element).path("reference").asString("").equals(self)
                          && inner.meaning.test(o));
        });
  }

  private Criterion criterion(String type, int depth) {
    return switch (type) {
      case "Organization" ->
          switch (random.nextInt(depth > 1 ? 1 : 4)) {
            case 0, 1 ->
                text(
                    "name", r -> list(r.path("name")).stream().map(JsonNode::stringValue).toList());
            case 2 -> reference("partof", "partOf", "Organization", 8, depth);
            default -> has(type, "Patient", "organization", "managingOrganization", depth);
          };
      case "Patient" ->
          switch (random.nextInt(depth > 1 ? 5 : 9)) {
            case 0 -> text("family", r -> names(r, "family"));
            case 1 -> text("given", r -> names(r, "given"));
            case 2 -> text("name", r -> names(r, "family", "given", "text"));
            case 3 -> {
              String gender = pick(List.of("male", "female"));
              yield new Criterion(
                  "gender=" + gender, r -> r.path("gender").asString("").equals(gender));
            }
            case 4 -> date("birthdate", r -> single(r.path("birthDate")));
            case 5 -> missing("birthdate", r -> r.has("birthDate"));
            case 6 -> reference("organization", "managingOrganization", "Organization", 8, depth);
            case 7 ->
                has(type, "Observation", pick(List.of("patient", "subject")), "subject", depth);
            default -> has(type, "Encounter", "patient", "subject", depth);
          };
      case "Encounter" ->
          switch (random.nextInt(depth > 1 ? 3 : 5)) {
            case 0 -> {
              String status = pick(List.of("finished", "planned"));
              yield new Criterion(
                  "status=" + status, r -> r.path("status").asString("").equals(status));
            }
            case 1 ->
                date(
                    "date",
                    r -> {
                      JsonNode period = r.get("period");
                      if (period == null) {
                        return null;
                      }
                      return new long[] {
                        period.has("start")
                            ? range(period.get("start").stringValue())[0]
                            : Long.MIN_VALUE,
                        period.has("end")
                            ? range(period.get("end").stringValue())[1]
                            : Long.MAX_VALUE
                      };
                    });
            case 2 -> missing("date", r -> r.has("period"));
            case 3 ->
                reference(pick(List.of("patient", "subject")), "subject", "Patient", 30, depth);
            default -> has(type, "Observation", "encounter", "encounter", depth);
          };
      default ->
          switch (random.nextInt(depth > 1 ? 8 : 12)) {
            case 0 -> token("code", SearchOracleTests::codings);
            case 1 ->
                token(
                    "component-code",
                    r -> components(r).stream().flatMap(c -> codings(c).stream()).toList());
            case 2 ->
                token(
                    "combo-code",
                    r -> {
                      List<JsonNode> both = new ArrayList<>(codings(r));
                      components(r).forEach(c -> both.addAll(codings(c)));
                      return both;
                    });
            case 3 -> date("date", r -> single(r.path("effectiveDateTime")));
            case 4 -> {
              AskedQuantity asked = quantity();
              yield new Criterion(
                  "value-quantity=" + asked.text, r -> asked.meaning.test(r.path("valueQuantity")));
            }
            case 5 -> {
              AskedQuantity asked = quantity();
              yield new Criterion(
                  "combo-value-quantity=" + asked.text,
                  r ->
                      asked.meaning.test(r.path("valueQuantity"))
                          || components(r).stream()
                              .anyMatch(c -> asked.meaning.test(c.path("valueQuantity"))));
            }
            case 6 -> {
              AskedQuantity asked = quantity();
              String code = pick(List.of(pick(CODES), pick(SYSTEMS) + "|" + pick(CODES)));
              yield new Criterion(
                  "component-code-value-quantity=" + code + "$" + asked.text,
                  r ->
                      components(r).stream()
                          .anyMatch(
                              c ->
                                  codings(c).stream().anyMatch(x -> is(x, code))
                                      && asked.meaning.test(c.path("valueQuantity"))));
            }
            case 7 -> missing("value-quantity", r -> r.path("valueQuantity").has("value"));
            case 8 -> reference("subject", "subject", "Patient", 30, depth);
            case 9 -> reference("patient", "subject", "Patient", 30, depth);
            case 10 -> reference("encounter", "encounter", "Encounter", 40, depth);
            default -> {
              String status = pick(List.of("final", "amended"));
              yield new Criterion(
                  "status:not=" + status, r -> !r.path("status").asString("").equals(status));
            }
          };
    };
  }

  private record Sort(String text, Comparator<ObjectNode> order) {}

  private @Nullable Sort sort(String type) {
    boolean descending = random.nextBoolean();
    Sort sort =
        switch (type) {
          case "Patient" ->
              pick(
                  List.of(
                      new Sort(
                          "birthdate", Comparator.comparingLong(r -> start(r.path("birthDate")))),
                      new Sort(
                          "gender", Comparator.comparing(r -> r.path("gender").asString("")))));
          case "Observation" ->
              new Sort("date", Comparator.comparingLong(r -> start(r.path("effectiveDateTime"))));
          default -> null;
        };
    return sort == null || chance(40)
        ? null
        : descending ? new Sort("-" + sort.text, sort.order.reversed()) : sort;
  }

  private static long start(JsonNode date) {
    long[] range = single(date);
    return range == null ? Long.MIN_VALUE : range[0];
  }

  @Test
  void everySearchFindsWhatTheTreesSay() throws SQLException {
    make();
    TestRows rows = new TestRows(PostgresForTests.storeDatabase());
    rows.put(List.copyOf(all.values()), TestRows.NOW);
    int matches = 0;
    for (int run = 0; run < RUNS; run++) {
      String type =
          pick(List.of("Patient", "Observation", "Observation", "Encounter", "Organization"));
      StringBuilder query = new StringBuilder(type).append('?');
      Predicate<ObjectNode> meaning = r -> r.get("resourceType").stringValue().equals(type);
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        Criterion criterion = criterion(type, 0);
        query.append(criterion.text).append('&');
        meaning = meaning.and(criterion.meaning);
      }
      Sort sort = sort(type);
      if (sort != null) {
        query.append("_sort=").append(sort.text).append('&');
      }
      query.append("_count=").append(1 + random.nextInt(30));
      List<ObjectNode> right = all.values().stream().filter(meaning).toList();
      List<String> found = rows.all(query.toString());
      assertThat(found)
          .as("seed %d, run %d: %s", SEED, run, query)
          .containsExactlyInAnyOrderElementsOf(
              right.stream().map(r -> type + "/" + r.get("id").stringValue()).toList());
      if (sort != null) {
        for (int i = 1; i < found.size(); i++) {
          assertThat(sort.order.compare(all.get(found.get(i - 1)), all.get(found.get(i))))
              .as("seed %d, run %d: %s", SEED, run, query)
              .isLessThanOrEqualTo(0);
        }
      }
      matches += found.size();
    }
    // A generator that asks for nothing would prove nothing.
    assertThat(matches).isGreaterThan(RUNS);
  }
}
