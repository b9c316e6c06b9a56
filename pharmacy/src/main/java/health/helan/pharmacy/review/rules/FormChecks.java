package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Term;
import health.helan.pharmacy.review.rules.Facts.Item;
import health.helan.pharmacy.review.rules.Facts.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the prescription must be as a paper. */
final class FormChecks {
  private static final Map<String, Term> MISSING =
      Map.of(
          "dose", new Term("剂量", "dose"),
          "frequency", new Term("频次", "frequency"),
          "days", new Term("天数", "days of supply"),
          "route", new Term("给药途径", "route"));

  /** Days that a reason may lengthen a prescription to; from general knowledge, unverified. */
  private static final int LONGEST_WITH_REASON = 30;

  private FormChecks() {}

  static List<Firing> noDiagnosis(Rule rule, Facts facts, Knowledge knowledge) {
    return facts.ofThisVisit().isEmpty() ? List.of(Firing.of(List.of())) : List.of();
  }

  /** Herbs of a decoction are one remedy of many pieces, and are not counted. */
  static List<Firing> moreDrugs(Rule rule, Facts facts, Knowledge knowledge) {
    int count = (int) facts.items().stream().filter(item -> !isHerb(item)).count();
    int most = rule.number("most");
    return count > most
        ? List.of(Firing.of(List.of()).with("count", count).with("most", most))
        : List.of();
  }

  private static boolean isHerb(Item item) {
    Drug drug = item.drug();
    return drug != null && drug.kind() == Drug.Kind.HERBAL;
  }

  static List<Firing> moreDays(Rule rule, Facts facts, Knowledge knowledge) {
    Facts.Form form = facts.form();
    boolean isExcused =
        switch (rule.word("unless")) {
          case "reason" -> form.hasReason();
          case "assessment" -> form.isAssessed();
          default -> false;
        };
    List<Firing> all = new ArrayList<>();
    if (!isExcused) {
      int most = rule.number("most");
      for (Item item : facts.items()) {
        if (item.days() != null && item.days() > most && isOf(rule, form, item)) {
          all.add(Firing.of(item).with("days", item.days()).with("most", most));
        }
      }
    }
    return all;
  }

  /** Whether a rule is about such a prescription. */
  private static boolean isOf(Rule rule, Facts.Form form, Item item) {
    return switch (rule.word("of")) {
      case "online" -> form.setting() == Setting.ONLINE;
      case "emergency" -> form.setting() == Setting.EMERGENCY; // The flag makes it no other.
      case "long" -> form.isLong() || isLong(rule, item);
      default -> !form.isLong() && form.setting() != Setting.EMERGENCY;
    };
  }

  /**
   * A reason lengthens a prescription, but not for ever: beyond, it is a long one, and all that is
   * asked of these is asked of it.
   */
  private static boolean isLong(Rule rule, Item item) {
    int beyond = rule.has("beyond") ? rule.number("beyond") : LONGEST_WITH_REASON;
    return item.days() != null && item.days() > beyond;
  }

  static List<Firing> excluded(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      Term why = isOf(rule, facts.form(), item) ? why(rule, item, knowledge) : null;
      if (why != null) {
        all.add(Firing.of(item).with("why", why));
      }
    }
    return all;
  }

  /** Why a drug is excluded; null where it is not. */
  private static @Nullable Term why(Rule rule, Item item, Knowledge knowledge) {
    Drug drug = item.drug();
    if (drug != null && rule.words("controls").contains(drug.control().code())) {
      return drug.control().title();
    }
    if (drug != null) {
      List<String> classes = rule.words("classes");
      for (String name : knowledge.classesOf(drug)) {
        if (classes.contains(name)) {
          return knowledge.className(name);
        }
      }
      Drug.Storage storage = drug.storage();
      if (storage != null && rule.words("storage").contains(storage.code())) {
        return storage.title();
      }
    }
    String code = item.foreignAtc(rule.words("atc"));
    return code == null ? null : Term.same("ATC " + code);
  }

  static List<Firing> youngOnline(Rule rule, Facts facts, Knowledge knowledge) {
    Integer youngest = facts.person().youngest(facts.day());
    return facts.form().setting() == Setting.ONLINE
            && youngest != null
            && youngest < rule.number("underMonths")
        ? List.of(Firing.of(List.of()))
        : List.of();
  }

  static List<Firing> mixedKinds(Rule rule, Facts facts, Knowledge knowledge) {
    var kinds = new TreeSet<Drug.Kind>();
    for (Item item : facts.items()) {
      Drug drug = item.drug();
      if (drug != null) {
        kinds.add(drug.kind());
      }
    }
    if (kinds.size() < 2) {
      return List.of();
    }
    var zh = new ArrayList<String>();
    var en = new ArrayList<String>();
    for (Drug.Kind kind : kinds) {
      zh.add(kind.title().zh());
      en.add(kind.title().en());
    }
    return List.of(
        Firing.of(List.of()).with("kinds", new Term(String.join("、", zh), String.join(", ", en))));
  }

  static List<Firing> birthInexact(Rule rule, Facts facts, Knowledge knowledge) {
    Integer youngest = facts.person().youngest(facts.day());
    if (youngest == null) {
      return List.of();
    }
    boolean isExact =
        facts.person().earliest() != null
            && facts.person().earliest().equals(facts.person().latest());
    return youngest < rule.number("underMonths") && !isExact
        ? List.of(Firing.of(List.of()))
        : List.of();
  }

  static List<Firing> unknownDrug(Rule rule, Facts facts, Knowledge knowledge) {
    return facts.items().stream().filter(item -> item.known() == null).map(Firing::of).toList();
  }

  static List<Firing> vague(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      for (String word : rule.words("words")) {
        if (item.instruction().contains(word)) {
          all.add(Firing.of(item).with("word", word));
          break;
        }
      }
    }
    return all;
  }

  static List<Firing> incomplete(Rule rule, Facts facts, Knowledge knowledge) {
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      for (String need : rule.words("needs")) {
        boolean isThere =
            switch (need) {
              case "dose" -> item.hasDose();
              case "frequency" -> item.timesPerDay() != null;
              case "days" -> item.days() != null;
              default -> item.route() != null;
            };
        if (!isThere) {
          all.add(
              Firing.of(item)
                  .about(need)
                  .with("missing", MISSING.getOrDefault(need, Term.same(need))));
        }
      }
    }
    return all;
  }

  static List<Firing> controlledDays(Rule rule, Facts facts, Knowledge knowledge) {
    List<String> controls = rule.words("controls");
    int most = rule.number("most");
    List<Firing> all = new ArrayList<>();
    for (Item item : facts.items()) {
      Drug drug = item.drug();
      if (drug != null
          && controls.contains(drug.control().code())
          && item.days() != null
          && item.days() > most) {
        all.add(
            Firing.of(item)
                .with("why", drug.control().title())
                .with("days", item.days())
                .with("most", most));
      }
    }
    return all;
  }
}
