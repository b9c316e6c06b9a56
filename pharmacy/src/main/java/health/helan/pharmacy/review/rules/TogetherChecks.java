package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.DrugClass;
import health.helan.pharmacy.knowledge.Interaction;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.Term;
import health.helan.pharmacy.review.rules.Facts.Item;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Drugs beside one another: of this prescription, and with what the resident takes already. */
final class TogetherChecks {
  private TogetherChecks() {}

  private interface Pair {
    void judge(Item one, Item other, Drug first, Drug second);
  }

  /** Each pair once; of two, one at least is of this prescription. */
  private static void pairs(Facts facts, List<Item> others, Pair pair) {
    List<Item> items = facts.items();
    for (int i = 0; i < items.size(); i++) {
      Drug first = items.get(i).drug();
      if (first == null) {
        continue;
      }
      for (int j = i + 1; j < items.size(); j++) {
        Drug second = items.get(j).drug();
        if (second != null) {
          pair.judge(items.get(i), items.get(j), first, second);
        }
      }
      for (Item other : others) {
        Drug second = other.drug();
        if (second != null) {
          pair.judge(items.get(i), other, first, second);
        }
      }
    }
  }

  private static Firing firing(Facts facts, Item one, Item other) {
    Term name = Firing.name(other);
    // One of the record and one of this prescription may bear the same name.
    return Firing.of(List.of(one, other))
        .with("drug", Firing.name(one))
        .with(
            "other",
            facts.others().contains(other)
                ? new Term("在用的" + name.zh(), name.en() + " in use")
                : name);
  }

  static List<Firing> duplicate(Rule rule, Facts facts, Knowledge knowledge) {
    boolean isBySubstance = rule.word("by").equals("substance");
    int grace = rule.number("graceDays");
    // A renewal some days before the supply ends is no double dose.
    List<Item> running =
        facts.others().stream()
            .filter(
                item -> item.until() == null || item.until().isAfter(facts.day().plusDays(grace)))
            .toList();
    List<Firing> all = new ArrayList<>();
    pairs(
        facts,
        running,
        (one, other, first, second) -> {
          Set<String> shared = new LinkedHashSet<>(knowledge.substances(first));
          shared.retainAll(knowledge.substances(second));
          if (isBySubstance) {
            if (!shared.isEmpty()) {
              Drug what = knowledge.drug(shared.iterator().next());
              all.add(
                  firing(facts, one, other)
                      .with("what", what == null ? Term.same("") : what.name()));
            }
          } else if (shared.isEmpty()) {
            String group = limited(first, second, knowledge);
            if (group != null) {
              all.add(firing(facts, one, other).with("what", knowledge.className(group)));
            }
          }
        });
    return all;
  }

  private static @Nullable String limited(Drug first, Drug second, Knowledge knowledge) {
    Set<String> theirs = knowledge.classesOf(second);
    for (String name : knowledge.classesOf(first)) {
      DrugClass group = knowledge.drugClass(name);
      if (group != null && group.together() == 1 && theirs.contains(name)) {
        return name;
      }
    }
    return null;
  }

  static List<Firing> classCount(Rule rule, Facts facts, Knowledge knowledge) {
    String group = rule.word("class");
    int most = rule.number("most");
    List<Item> of =
        facts.items().stream()
            .filter(item -> item.drug() != null && knowledge.classesOf(item.drug()).contains(group))
            .toList();
    return of.size() > most
        ? List.of(
            Firing.of(of)
                .with("class", knowledge.className(group))
                .with("count", of.size())
                .with("most", most))
        : List.of();
  }

  static List<Firing> interaction(Rule rule, Facts facts, Knowledge knowledge) {
    Interaction.Severity severity = Interaction.Severity.of(rule.word("severity"));
    List<Firing> all = new ArrayList<>();
    pairs(
        facts,
        facts.others(),
        (one, other, first, second) -> {
          for (Interaction found : knowledge.between(first, second)) {
            if (found.severity() == severity) {
              all.add(firing(facts, one, other).about(found.id()).with("effect", found.effect()));
            }
          }
        });
    return all;
  }
}
