package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Known;
import health.helan.pharmacy.knowledge.Masses;
import health.helan.pharmacy.review.rules.Facts.Allergy;
import health.helan.pharmacy.review.rules.Facts.Answer;
import health.helan.pharmacy.review.rules.Facts.Item;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Facts in short, as the cases of rules write them: what is not told is as in most prescriptions,
 * an adult born in 1970 with a diagnosis, at an ordinary out-patient clinic.
 */
public final class CaseReader {
  private static final LocalDate DAY = LocalDate.of(2026, 6, 15);

  private static final Set<String> MEMBERS =
      Set.of(
          "fires",
          "note",
          "setting",
          "long",
          "assessed",
          "reason",
          "birth",
          "female",
          "weight",
          "egfr",
          "pregnant",
          "lactating",
          "diagnoses",
          "recorded",
          "items",
          "others",
          "allergies");

  private static final Set<String> ITEM =
      Set.of("drug", "name", "atc", "dose", "pieces", "times", "days", "route", "text", "until");

  private final Knowledge knowledge;

  public CaseReader(Knowledge knowledge) {
    this.knowledge = knowledge;
  }

  /** Throws a refusal that names the place of the fault. */
  Facts read(String place, ObjectNode node) {
    members(place, node, MEMBERS);
    List<String> ofThisVisit =
        node.has("diagnoses") ? texts(node.path("diagnoses")) : List.of("Z00");
    var diagnoses = new ArrayList<>(ofThisVisit);
    diagnoses.addAll(texts(node.path("recorded")));
    List<Allergy> allergies = new ArrayList<>();
    for (JsonNode one : node.path("allergies")) {
      allergies.add(new Allergy(one.path("atc").asString(""), one.path("text").asString("")));
    }
    return new Facts(
        DAY,
        new Facts.Form(
            setting(place, node.path("setting").asString("outpatient")),
            node.path("long").asBoolean(false),
            node.path("assessed").asBoolean(false),
            node.path("reason").asBoolean(false)),
        person(place, node),
        items(place, node, "items"),
        items(place, node, "others"),
        List.copyOf(diagnoses),
        List.copyOf(ofThisVisit),
        List.copyOf(allergies));
  }

  private static Facts.Setting setting(String place, String word) {
    for (Facts.Setting each : Facts.Setting.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
        return each;
      }
    }
    throw Rule.wrong(place + ".setting", "review.rule-word", word, "setting");
  }

  private static Facts.Person person(String place, ObjectNode node) {
    String birth = node.path("birth").asString("1970-01-01");
    LocalDate earliest;
    LocalDate latest;
    try {
      switch (birth.length()) {
        case 0 -> {
          earliest = null;
          latest = null;
        }
        case 4 -> {
          earliest = LocalDate.of(Integer.parseInt(birth), 1, 1);
          latest = LocalDate.of(Integer.parseInt(birth), 12, 31);
        }
        case 7 -> {
          earliest = YearMonth.parse(birth).atDay(1);
          latest = YearMonth.parse(birth).atEndOfMonth();
        }
        default -> {
          earliest = LocalDate.parse(birth);
          latest = earliest;
        }
      }
    } catch (DateTimeException | NumberFormatException e) {
      throw Rule.wrong(place + ".birth", "review.rule-word", birth, "birth");
    }
    return new Facts.Person(
        earliest,
        latest,
        answer(node.path("female")),
        number(node.path("weight")),
        number(node.path("egfr")),
        answer(node.path("pregnant")),
        answer(node.path("lactating")));
  }

  private static Answer answer(JsonNode node) {
    return !node.isBoolean() ? Answer.UNKNOWN : node.asBoolean() ? Answer.YES : Answer.NO;
  }

  private static @Nullable Double number(JsonNode node) {
    return node.isNumber() ? Double.valueOf(node.asDouble()) : null;
  }

  private List<Item> items(String place, ObjectNode node, String name) {
    List<Item> all = new ArrayList<>();
    int i = 0;
    for (JsonNode one : node.path(name)) {
      String at = place + "." + name + "[" + i + "]";
      members(at, one, ITEM);
      all.add(item(at, name + i++, one));
    }
    return List.copyOf(all);
  }

  private Item item(String place, String id, JsonNode node) {
    Known known = null;
    String text = node.path("name").asString("");
    if (node.has("drug")) {
      Drug drug = knowledge.drug(node.path("drug").asString(""));
      if (drug == null) {
        throw Rule.wrong(place + ".drug", "review.case-drug", node.path("drug").asString(""));
      }
      known = new Known(drug, null, null);
      text = drug.name().zh();
    } else if (!text.isEmpty()) {
      known = knowledge.named(text);
    }
    Double single = null;
    if (node.has("dose")) {
      String[] parts = node.path("dose").asString("").split(" ", 2);
      Double mg = parts.length == 2 ? Masses.inMg(parts[1]) : null;
      if (mg == null || !parts[0].matches("\\d{1,9}(\\.\\d{1,6})?")) {
        throw Rule.wrong(place + ".dose", "review.case-dose", node.path("dose").asString(""));
      }
      single = Double.parseDouble(parts[0]) * mg;
    } else if (node.has("pieces") && known != null && known.unitMg() != null) {
      single = node.path("pieces").asDouble() * known.unitMg();
    }
    String until = node.path("until").asString("");
    return new Item(
        id,
        text,
        known,
        texts(node.path("atc")),
        node.has("route") ? node.path("route").asString("") : null,
        single,
        single,
        number(node.path("times")),
        node.has("dose") || node.has("pieces"),
        number(node.path("days")),
        node.path("text").asString(""),
        until.isEmpty() ? null : date(place + ".until", until));
  }

  private static LocalDate date(String place, String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw Rule.wrong(place, "review.rule-word", text, "until");
    }
  }

  private static List<String> texts(JsonNode list) {
    List<String> all = new ArrayList<>();
    list.forEach(one -> all.add(one.asString("")));
    return all;
  }

  private static void members(String place, JsonNode node, Set<String> known) {
    node.properties()
        .forEach(
            member -> {
              if (!known.contains(member.getKey())) {
                throw Rule.wrong(
                    place + "." + member.getKey(), "review.rule-member", member.getKey());
              }
            });
  }
}
