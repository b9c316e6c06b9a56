package health.helan.foundation.residents.golden;

import health.helan.foundation.residents.golden.Survivorship.Preference;
import health.helan.foundation.residents.golden.Survivorship.Rule;
import health.helan.foundation.residents.golden.Survivorship.Value;
import health.helan.foundation.residents.match.NationalNumber;
import health.helan.foundation.store.Json;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The golden record: one Patient out of several, field by field, by rules that are data ({@link
 * Survivorship}), and where each value is from. A pure function, whatever the order of the sources;
 * nothing of it is stored: it is what the sources say at the moment, as far as the caller sees
 * them. Immutable.
 *
 * <p>The Patient is tagged {@code SUBSETTED}: it is nobody's record, and no source can be
 * overwritten with it. Records seen masked take no part beside one seen in full.
 */
public final class Golden {
  private static final String OBSERVATION_VALUE =
      "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

  private final Survivorship rules;

  public Golden(Survivorship rules) {
    this.rules = rules;
  }

  /** By the rules that come with the platform. */
  public static Golden shipped() {
    return new Golden(Survivorship.shipped());
  }

  /**
   * Where a value is from.
   *
   * @param field element of Patient
   * @param index of the value, for those that repeat
   * @param sources the records that say so, the one whose words were taken first
   * @param decided what it was better by than the next best; null where there was no other, or
   *     nothing but the id told them apart
   */
  public record Origin(
      String field, int index, List<Source> sources, @Nullable Preference decided) {}

  /**
   * A golden record.
   *
   * @param origins in the order of the Patient's fields
   * @param left records that took no part: seen masked
   * @param rules version of the rules
   */
  public record Record(ObjectNode patient, List<Origin> origins, int left, String rules) {}

  /**
   * The golden record of some Patients.
   *
   * @param person id that it gets
   * @param patients at least one
   */
  public Record of(String person, Collection<Source> patients) {
    List<Source> all = patients.stream().sorted(Comparator.comparing(Source::id)).toList();
    List<Source> whole = all.stream().filter(source -> !source.isMasked()).toList();
    List<Source> sources = whole.isEmpty() ? all : whole;
    List<Source> known = sources.stream().filter(source -> !source.isUnidentified()).toList();

    ObjectNode golden = Json.MAPPER.createObjectNode();
    golden.put("resourceType", "Patient").put("id", person);
    golden
        .putObject("meta")
        .putArray("tag")
        .addObject()
        .put("system", OBSERVATION_VALUE)
        .put("code", "SUBSETTED");
    List<Origin> origins = new ArrayList<>();
    for (Rule rule : rules.fields()) {
      List<Source> heard = rule.ofUnidentified() || known.isEmpty() ? sources : known;
      if (rule.field().equals("extension")) {
        // One value of each kind of extension, not one extension.
        Set<String> urls = new TreeSet<>();
        heard.forEach(
            source ->
                source
                    .patient()
                    .path("extension")
                    .forEach(one -> urls.add(one.path("url").asString(""))));
        for (String url : urls) {
          fill(golden, origins, rule, heard, url);
        }
      } else {
        fill(golden, origins, rule, heard, null);
      }
    }
    for (Source source : all) {
      ObjectNode link = golden.withArray("link").addObject();
      link.putObject("other").put("reference", "Patient/" + source.id());
      link.put("type", "seealso");
    }
    return new Record(golden, List.copyOf(origins), all.size() - sources.size(), rules.version());
  }

  private void fill(
      ObjectNode golden,
      List<Origin> origins,
      Rule rule,
      List<Source> sources,
      @Nullable String url) {
    Map<String, List<Value>> said = new LinkedHashMap<>();
    for (Source source : sources) {
      for (Value value : values(rule, source, url)) {
        said.computeIfAbsent(same(rule.field(), value), _ -> new ArrayList<>()).add(value);
      }
    }
    Comparator<Value> order = rules.order(rule);
    List<Said> best = new ArrayList<>();
    said.forEach(
        (key, values) -> {
          int agreed = agreeing(rule.field(), key, said);
          List<Value> sorted =
              values.stream().map(value -> value.agreed(agreed)).sorted(order).toList();
          best.add(new Said(sorted.getFirst(), sorted));
        });
    best.sort(Comparator.comparing(Said::value, order));
    List<Said> kept =
        rule.keepsAll() && url == null ? best : best.subList(0, Math.min(1, best.size()));
    for (int i = 0; i < kept.size(); i++) {
      Value value = kept.get(i).value;
      int index = 0;
      if (value.isArray()) {
        index = golden.withArray(value.element()).size();
        golden.withArray(value.element()).add(value.json());
      } else {
        golden.set(value.element(), value.json());
      }
      List<Source> from = new ArrayList<>();
      for (Value one : kept.get(i).all) {
        if (!from.contains(one.source())) {
          from.add(one.source());
        }
      }
      origins.add(
          new Origin(
              value.element(),
              index,
              List.copyOf(from),
              i + 1 < best.size() ? decided(rule, value, best.get(i + 1).value) : null));
      if (!value.isArray()) {
        return; // A choice has one value.
      }
    }
  }

  /** The same value in the words of several records, the best words first. */
  private record Said(Value value, List<Value> all) {}

  private @Nullable Preference decided(Rule rule, Value better, Value other) {
    for (Preference preference : rule.prefer()) {
      if (rules.by(preference).compare(better, other) != 0) {
        return preference;
      }
    }
    return null;
  }

  private static List<Value> values(Rule rule, Source source, @Nullable String url) {
    List<Value> values = new ArrayList<>();
    String field = rule.field();
    for (var property : source.patient().properties()) {
      String element = property.getKey();
      boolean isIt =
          field.endsWith("[x]")
              ? element.startsWith(field.substring(0, field.length() - 3))
              : element.equals(field);
      if (!isIt) {
        continue;
      }
      JsonNode json = property.getValue();
      for (JsonNode one : json.isArray() ? json : List.of(json)) {
        if (one.isNull()
            || one.isValueNode() && rule.not().contains(one.asString(""))
            || rule.notUse().contains(one.path("use").asString(""))
            || url != null && !one.path("url").asString("").equals(url)) {
          continue;
        }
        values.add(
            new Value(
                element,
                json.isArray(),
                one,
                source,
                isProven(element, one, source),
                1,
                size(one)));
      }
    }
    return values;
  }

  /** GB 11643: the number says the day of birth and the sex. */
  private static boolean isProven(String element, JsonNode value, Source source) {
    for (NationalNumber number : source.numbers()) {
      if (number.kind() != NationalNumber.Kind.RESIDENT_ID) {
        continue;
      }
      String digits = number.value();
      boolean says =
          switch (element) {
            case "birthDate" ->
                value
                    .asString("")
                    .equals(
                        digits.substring(6, 10)
                            + "-"
                            + digits.substring(10, 12)
                            + "-"
                            + digits.substring(12, 14));
            case "gender" ->
                value.asString("").equals((digits.charAt(16) - '0') % 2 == 1 ? "male" : "female");
            default -> false;
          };
      if (says) {
        return true;
      }
    }
    return false;
  }

  /** How many records say this, or say it less exactly: a year agrees with a day of it. */
  private static int agreeing(String field, String key, Map<String, List<Value>> said) {
    Set<String> records = new TreeSet<>();
    said.forEach(
        (other, values) -> {
          boolean agrees =
              other.equals(key)
                  || field.equals("birthDate") && !other.isEmpty() && key.startsWith(other);
          if (agrees) {
            values.forEach(value -> records.add(value.source().id()));
          }
        });
    return records.size();
  }

  /** What makes two values the same, however they are written. */
  private static String same(String field, Value value) {
    JsonNode json = value.json();
    return switch (field) {
      case "name" -> {
        String text = json.path("text").asString("");
        if (text.isEmpty()) {
          StringBuilder whole = new StringBuilder(json.path("family").asString(""));
          json.path("given").forEach(given -> whole.append(given.asString("")));
          text = whole.toString();
        }
        yield folded(text);
      }
      case "identifier" ->
          json.path("system").asString("") + "|" + folded(json.path("value").asString(""));
      case "telecom" ->
          json.path("system").asString("") + "|" + folded(json.path("value").asString(""));
      case "address" -> {
        String text = json.path("text").asString("");
        if (text.isEmpty()) {
          StringBuilder whole = new StringBuilder();
          for (String part : List.of("state", "city", "district")) {
            whole.append(json.path(part).asString(""));
          }
          json.path("line").forEach(line -> whole.append(line.asString("")));
          text = whole.toString();
        }
        yield folded(text);
      }
      case "communication" -> "c|" + coded(json.path("language"));
      case "maritalStatus" -> "m|" + coded(json);
      case "generalPractitioner", "managingOrganization" ->
          json.path("reference").asString(json.toString());
      case "deceased[x]", "multipleBirth[x]" -> value.element() + "|" + json;
      default -> json.isValueNode() ? json.asString("") : json.toString();
    };
  }

  private static String coded(JsonNode concept) {
    JsonNode coding = concept.path("coding").path(0);
    String code = coding.path("code").asString("");
    return code.isEmpty()
        ? folded(concept.path("text").asString(""))
        : coding.path("system").asString("") + "|" + code;
  }

  private static String folded(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC)
        .replaceAll("[\\s·•\\-()（）,，]", "")
        .toLowerCase(Locale.ROOT);
  }

  /** How much a value says: the length of its texts. */
  private static int size(JsonNode value) {
    if (value.isBoolean()) {
      return value.booleanValue() ? 2 : 1;
    }
    if (value.isValueNode()) {
      return value.asString("").length();
    }
    int size = 0;
    for (JsonNode inner : value) {
      size += size(inner);
    }
    return size;
  }
}
