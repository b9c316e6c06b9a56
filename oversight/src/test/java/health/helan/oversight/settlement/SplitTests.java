package health.helan.oversight.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.settlement.rules.CatalogueClass;
import health.helan.oversight.settlement.rules.Facts;
import health.helan.oversight.settlement.rules.PayerKind;
import health.helan.oversight.settlement.rules.RuleSet;
import health.helan.oversight.settlement.rules.Setting;
import health.helan.oversight.settlement.rules.Share;
import health.helan.oversight.settlement.rules.Share.Reckoning.What;
import health.helan.oversight.settlement.rules.Split;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A bill is shared as the guide's worked examples say, and whatever the bill: to the fen. */
class SplitTests {
  private static final RuleSet RULES = RuleSet.demonstration();
  private static final LocalDate DAY = LocalDate.of(2026, 3, 2);

  // ------------------------------------------------------------------ the guide's examples

  @Example
  void agreesWithEachWorkedExampleOfTheGuide() throws IOException {
    List<String[]> rows = rows();
    assertThat(rows).hasSizeGreaterThanOrEqualTo(12);
    for (String[] row : rows) {
      Split split = Split.of(RULES, facts(row));
      Map<String, Long> expected = new TreeMap<>();
      for (int i = 0; i < PayerKind.values().length; i++) {
        if (fen(row[9 + i]) > 0) {
          expected.put(PayerKind.values()[i].code(), fen(row[9 + i]));
        }
      }
      Map<String, Long> found = new TreeMap<>();
      split.shares().forEach(share -> found.put(share.kind().code(), share.fen()));
      assertThat(found).as("example %s", row[0]).isEqualTo(expected);
      assertThat(split.own()).as("own money of example %s", row[0]).isEqualTo(fen(row[15]));
    }
  }

  @Example
  void hasAnExampleForEachRule() throws IOException {
    Set<String> shown = new HashSet<>();
    for (String[] row : rows()) {
      Split.of(RULES, facts(row)).shares().forEach(share -> shown.add(share.rule()));
    }
    assertThat(shown).containsAll(RULES.rules().stream().map(rule -> rule.id()).toList());
  }

  private static List<String[]> rows() throws IOException {
    List<String[]> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("../docs/guide/settlement.md"))) {
      if (line.matches("\\| \\d+ \\|.*")) {
        rows.add(
            Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                .map(String::strip)
                .toArray(String[]::new));
      }
    }
    rows.forEach(row -> assertThat(row).as(String.join("|", row)).hasSize(16));
    return rows;
  }

  private static Facts facts(String[] row) {
    Set<String> groups = new HashSet<>();
    Set<String> marks = new HashSet<>();
    for (String word : row[4].split(", ")) {
      if (Set.of("referred", "other-city", "other-city-registered").contains(word)) {
        marks.add(word);
      } else if (!word.isEmpty()) {
        groups.add(word);
      }
    }
    List<Facts.Item> items = new ArrayList<>();
    items.add(new Facts.Item("a", fen(row[5]), CatalogueClass.A, 0));
    if (!row[6].isEmpty()) {
      String[] b = row[6].split(" at ");
      items.add(
          new Facts.Item(
              "b", fen(b[0]), CatalogueClass.B, Integer.parseInt(b[1].replace(" %", ""))));
    }
    items.add(new Facts.Item("c", fen(row[7]), CatalogueClass.C, 0));
    Map<String, Long> totals = new HashMap<>();
    for (String one : row[8].split(", ")) {
      if (!one.isEmpty()) {
        totals.put(one.substring(0, one.indexOf(' ')), fen(one.substring(one.indexOf(' ') + 1)));
      }
    }
    return new Facts(
        DAY,
        Setting.valueOf(row[2].toUpperCase(java.util.Locale.ROOT)),
        Integer.parseInt(row[3]),
        row[1],
        groups,
        marks,
        items,
        totals);
  }

  private static long fen(String yuan) {
    return yuan.isEmpty()
        ? 0
        : new BigDecimal(yuan.replace(",", "")).movePointRight(2).longValueExact();
  }

  @Example
  void countsNothingThatLiesAboveThePaymentStandard() {
    // The guide's seven tablets.
    var tablets = new Facts.Item("t", 315, 35, CatalogueClass.B, 10);
    assertThat(tablets.ownFirst()).isEqualTo(63);
    Split split =
        Split.of(
            RULES,
            new Facts(
                DAY,
                Setting.OUTPATIENT,
                1,
                "resident",
                Set.of(),
                Set.of(),
                List.of(tablets),
                Map.of()));
    assertThat(split.eligible()).isEqualTo(252);
    assertThat(split.own()).isEqualTo(151);
    assertThat(new Facts.Item("a", 100, 40, CatalogueClass.A, 0).ownFirst()).isEqualTo(40);
    assertThat(new Facts.Item("c", 100, 0, CatalogueClass.C, 0).ownFirst()).isEqualTo(100);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Facts.Item("x", 100, 101, CatalogueClass.A, 0));
  }

  // ------------------------------------------------------------------ any bill

  @Provide
  Arbitrary<Facts> bills() {
    Arbitrary<Facts.Item> item =
        Combinators.combine(
                Arbitraries.longs().between(0, 30_000_000),
                Arbitraries.longs().between(0, 3_000_000),
                Arbitraries.of(CatalogueClass.class),
                Arbitraries.integers().between(0, 100))
            .as(
                (fen, above, catalogue, own) ->
                    new Facts.Item("x", fen, Math.min(fen, above), catalogue, own));
    Arbitrary<Map<String, Long>> totals =
        Arbitraries.maps(
                Arbitraries.of(
                    RULES.rules().stream()
                        .flatMap(
                            rule ->
                                java.util.stream.Stream.of(".deductible", ".band", ".paid")
                                    .map(end -> rule.account() + end))
                        .distinct()
                        .toList()),
                Arbitraries.longs().between(0, 40_000_000))
            .ofMaxSize(8);
    return Combinators.combine(
            Arbitraries.of(Setting.class),
            Arbitraries.integers().between(1, 3),
            Arbitraries.of("employee", "resident", "none"),
            Arbitraries.of("assistance", "poverty", "subsidy", "commercial").set().ofMaxSize(4),
            Arbitraries.of("referred", "other-city", "other-city-registered").set().ofMaxSize(2),
            item.list().ofMaxSize(12),
            totals)
        .as(
            (setting, level, scheme, groups, marks, items, sums) ->
                new Facts(DAY, setting, level, scheme, groups, marks, items, sums));
  }

  @Property(tries = 2000)
  void isSharedToTheFen(@ForAll("bills") Facts facts) {
    Split split = Split.of(RULES, facts);
    assertThat(split.own()).isNotNegative();
    assertThat(split.shares()).allMatch(share -> share.fen() > 0);
    assertThat(split.shares().stream().mapToLong(Share::fen).sum() + split.own())
        .isEqualTo(facts.bill());
    // What each share is reckoned from adds up to it.
    for (Share share : split.shares()) {
      long sum = 0;
      for (var line : share.how()) {
        sum +=
            line.what() == What.BAND ? line.fen() : line.what() == What.CEILING ? -line.fen() : 0;
      }
      assertThat(sum).as(share.rule()).isEqualTo(share.fen());
    }
  }

  @Property(tries = 500)
  void neverPaysMoreInAYearThanACeilingAllows(
      @ForAll("bills") Facts first, @ForAll("bills") Facts second) {
    Map<String, Long> sums = new HashMap<>();
    for (Facts facts : List.of(first, second)) {
      Facts next =
          new Facts(
              facts.day(),
              facts.setting(),
              facts.level(),
              facts.scheme(),
              facts.groups(),
              facts.marks(),
              facts.items(),
              sums);
      Split.of(RULES, next).added().forEach((account, fen) -> sums.merge(account, fen, Long::sum));
    }
    for (var rule : RULES.rules()) {
      if (rule.ceiling() != null && !rule.account().equals("serious-illness")) {
        assertThat(sums.getOrDefault(rule.account() + ".paid", 0L))
            .isLessThanOrEqualTo(rule.ceiling());
      }
    }
  }

  // ------------------------------------------------------------------ rules that are none

  @Example
  void refusesRulesThatSayNothingClear() {
    Map<String, java.util.function.Consumer<ObjectNode>> wrong = new TreeMap<>();
    wrong.put("id", rules -> rules.put("id", "A b"));
    wrong.put("source", rules -> rules.put("source", " "));
    wrong.put("from", rules -> rules.put("from", "soon"));
    wrong.put("to", rules -> rules.put("to", "2023-01-01"));
    wrong.put("rules", rules -> rules.putArray("rules"));
    wrong.put("…", rules -> rules.put("limit", 1));
    wrong.put("rules[0].payer", rules -> first(rules).put("payer", "church"));
    wrong.put("rules[0].zh", rules -> first(rules).put("zh", ""));
    wrong.put("rules[0].bands", rules -> first(rules).putArray("bands"));
    wrong.put("rules[0].deductible", rules -> first(rules).put("deductible", -1));
    wrong.put("rules[0].ceiling", rules -> first(rules).put("ceiling", 0.5));
    wrong.put("rules[0].per", rules -> first(rules).put("per", "week"));
    wrong.put("rules[0].base", rules -> first(rules).put("base", "all"));
    wrong.put("rules[0].schemes", rules -> first(rules).putArray("schemes").add("farmers"));
    wrong.put("rules[0].points", rules -> first(rules).putObject("points").put("friend", 5));
    wrong.put("rules[1].id", rules -> first(rules).put("id", "resident-outpatient"));
    wrong.forEach(
        (where, change) -> {
          ObjectNode rules = shipped();
          change.accept(rules);
          assertThatExceptionOfType(Refusal.class)
              .as(where)
              .isThrownBy(() -> RuleSet.of(rules, 1))
              .withMessage("settlement.rules-wrong[" + where + "]");
        });
    ObjectNode backwards = shipped();
    ArrayNode bands = first(backwards).putArray("bands");
    bands.addObject().put("up-to", 500).put("percent", 50);
    bands.addObject().put("up-to", 400).put("percent", 50);
    bands.addObject().put("percent", 50);
    assertThatExceptionOfType(Refusal.class).isThrownBy(() -> RuleSet.of(backwards, 1));
  }

  private static ObjectNode shipped() {
    try (var in = RuleSet.class.getResourceAsStream("/settlement/rules.json")) {
      return (ObjectNode) Json.MAPPER.readTree(in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode first(ObjectNode rules) {
    return (ObjectNode) rules.path("rules").path(0);
  }

  @Example
  void saysWhereItsRulesComeFrom() {
    assertThat(RULES.source()).contains("未经核实").contains("unverified");
  }
}
