package health.helan.oversight.supervision.rules;

import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a rule can ask of an act: its parameters ({@code with}), the facts it looks at, and the
 * values of its sentence. A fact that is not known fires nothing. docs/guide/supervision.md says
 * the same to those who write rules.
 */
public enum Kind {
  /** Fact {@code licensed}: licence and registered place at the time of the act. */
  LICENCE(Act.VISIT, true, Set.of(), Set.of("licensed"), (_, facts) -> when(no(facts, "licensed"))),
  PRESCRIBER_LICENCE(
      Act.PRESCRIPTION,
      true,
      Set.of(),
      Set.of("licensed"),
      (_, facts) -> when(no(facts, "licensed"))),
  /** Fact {@code factor}: the doctor's account asks for a second factor (实名、双因子). */
  REAL_NAME(Act.VISIT, false, Set.of(), Set.of("factor"), (_, facts) -> when(no(facts, "factor"))),
  /**
   * Fact {@code years}, whole ones since the doctor's licence first held: fewer than {@code least}.
   */
  YEARS(
      Act.VISIT,
      false,
      Set.of("least"),
      Set.of("years"),
      (rule, facts) -> less(rule, facts, "years", "least")),
  /**
   * Facts {@code age}, of a child, below {@code under}, and {@code guarded}: a guardian is named.
   */
  CHILD(
      Act.VISIT,
      false,
      Set.of("under"),
      Set.of("age", "guarded"),
      (rule, facts) -> no(facts, "guarded") ? less(rule, facts, "age", "under") : null),
  /** Fact {@code repeat}: an earlier record or diagnosis is named. */
  FIRST_VISIT(Act.VISIT, true, Set.of(), Set.of("repeat"), (_, facts) -> when(no(facts, "repeat"))),
  /** Fact {@code proven}: what is named is there, of the resident, and older than the visit. */
  UNPROVEN(Act.VISIT, false, Set.of(), Set.of("proven"), (_, facts) -> when(no(facts, "proven"))),
  /** Fact {@code noted}: the visit had a record before the prescription. */
  NO_RECORD(
      Act.PRESCRIPTION, true, Set.of(), Set.of("noted"), (_, facts) -> when(no(facts, "noted"))),
  /** Fact {@code atc}; a code that begins with one of {@code groups}. */
  EXCLUDED_DRUG(
      Act.PRESCRIPTION, true, Set.of("groups"), Set.of("atc"), (rule, facts) -> drug(rule, facts)),
  /** Fact {@code prescribed}: there is a prescription, and it was there before. */
  NO_PRESCRIPTION(
      Act.DISPENSING,
      false,
      Set.of(),
      Set.of("prescribed"),
      (_, facts) -> when(no(facts, "prescribed"))),
  /** Fact {@code reviewed}: a pharmacist had passed it before. */
  NO_REVIEW(
      Act.DISPENSING,
      false,
      Set.of(),
      Set.of("reviewed"),
      (_, facts) -> when(no(facts, "reviewed"))),
  /** Fact {@code visits}: minutes since other visits of the doctor began, of the last day. */
  VISITS(
      Act.VISIT,
      false,
      Set.of("most", "minutes"),
      Set.of("visits"),
      (rule, facts) -> often(rule, facts, "visits")),
  /** Fact {@code prescriptions}, likewise; those of one visit count once. */
  PRESCRIPTIONS(
      Act.PRESCRIPTION,
      false,
      Set.of("most", "minutes"),
      Set.of("prescriptions"),
      (rule, facts) -> often(rule, facts, "prescriptions")),
  /**
   * Facts {@code fen} and {@code filed}, fen: more than {@code percent} above what the region's
   * price book says, or what was filed.
   */
  PRICE(
      Act.CHARGE,
      false,
      Set.of("percent"),
      Set.of("fen", "filed"),
      (rule, facts) -> price(rule, facts)),
  /**
   * Fact {@code time}, of Beijing: between {@code from} and {@code until}, over midnight if need
   * be.
   */
  HOURS(
      Act.VISIT,
      true,
      Set.of("from", "until"),
      Set.of("time"),
      (rule, facts) -> hours(rule, facts)),
  /**
   * Fact {@code elsewhere}: minutes between the visit and care in person by the same doctor at
   * another institution; 0 for at once, also of another visit on line there. {@code minutes} or
   * less.
   */
  TWO_PLACES(
      Act.VISIT,
      false,
      Set.of("minutes"),
      Set.of("elsewhere"),
      (rule, facts) -> {
        JsonNode apart = facts.path("elsewhere");
        return apart.isNumber() && apart.asInt(0) <= rule.number("minutes")
            ? Map.of("minutes", apart.asString(""))
            : null;
      }),
  /** Fact {@code messages}, at the end: fewer than {@code least}. */
  SILENT(
      Act.VISIT,
      false,
      Set.of("least"),
      Set.of("messages"),
      (rule, facts) -> less(rule, facts, "messages", "least")),
  /** Fact {@code seconds} from beginning to end: less than {@code least}. */
  SHORT(
      Act.VISIT,
      false,
      Set.of("least"),
      Set.of("seconds"),
      (rule, facts) -> less(rule, facts, "seconds", "least")),
  /**
   * Fact {@code waited}, minutes until a doctor took the visit, or until now: more than {@code
   * most}.
   */
  OVERDUE(
      Act.VISIT,
      false,
      Set.of("most"),
      Set.of("waited"),
      (rule, facts) -> {
        JsonNode waited = facts.path("waited");
        return waited.isNumber() && waited.asInt(0) > rule.number("most")
            ? Map.of("waited", waited.asString(""), "most", rule.word("most"))
            : null;
      }),
  /** Fact {@code late}: the institution did not answer in time. */
  COMPLAINT_LATE(
      Act.COMPLAINT, false, Set.of(), Set.of("late"), (_, facts) -> when(yes(facts, "late"))),
  /** Fact {@code upheld}: the regulator found that the resident is right. */
  COMPLAINT_UPHELD(
      Act.COMPLAINT, false, Set.of(), Set.of("upheld"), (_, facts) -> when(yes(facts, "upheld")));

  /** Judges. */
  @FunctionalInterface
  interface Check {
    /**
     * @return values of the sentence; null where it does not fire
     */
    @Nullable Map<String, String> judge(Rule rule, ObjectNode facts);
  }

  private final Act act;
  private final boolean certain;
  private final Set<String> members;
  private final Set<String> facts;
  private final Check check;

  Kind(Act act, boolean certain, Set<String> members, Set<String> facts, Check check) {
    this.act = act;
    this.certain = certain;
    this.members = members;
    this.facts = facts;
    this.check = check;
  }

  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Act act() {
    return act;
  }

  /** Whether its facts are known for sure, and at once, when the act is written: it may block. */
  public boolean isCertain() {
    return certain;
  }

  /** Members of {@code with}, all needed. */
  public Set<String> members() {
    return members;
  }

  /** Facts that a case of a rule has to name. */
  public Set<String> facts() {
    return facts;
  }

  /** Names that a sentence may have in braces. */
  Set<String> told() {
    return switch (this) {
      case EXCLUDED_DRUG -> Set.of("drug");
      case VISITS, PRESCRIPTIONS -> Set.of("count", "most", "minutes");
      case PRICE -> Set.of("price", "filed");
      case HOURS -> Set.of("time", "from", "until");
      case TWO_PLACES -> Set.of("minutes");
      case YEARS -> Set.of("years", "least");
      case CHILD -> Set.of("age", "under");
      case SILENT -> Set.of("messages", "least");
      case SHORT -> Set.of("seconds", "least");
      case OVERDUE -> Set.of("waited", "most");
      default -> Set.of();
    };
  }

  @Nullable Map<String, String> judge(Rule rule, ObjectNode known) {
    return check.judge(rule, known);
  }

  /** Null for a code that none has. */
  public static @Nullable Kind of(String code) {
    for (Kind each : Kind.values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }

  // ------------------------------------------------------------------ checks

  private static @Nullable Map<String, String> when(boolean fires) {
    return fires ? Map.of() : null;
  }

  private static boolean no(ObjectNode facts, String name) {
    return facts.path(name).isBoolean() && !facts.path(name).asBoolean(true);
  }

  private static boolean yes(ObjectNode facts, String name) {
    return facts.path(name).asBoolean(false);
  }

  private static @Nullable Map<String, String> drug(Rule rule, ObjectNode facts) {
    for (JsonNode code : facts.path("atc")) {
      for (String group : rule.words("groups")) {
        if (code.asString("").startsWith(group)) {
          return Map.of("drug", code.asString(""));
        }
      }
    }
    return null;
  }

  private static @Nullable Map<String, String> often(Rule rule, ObjectNode facts, String name) {
    if (!facts.path(name).isArray()) {
      return null;
    }
    List<Integer> within = new ArrayList<>();
    for (JsonNode minutes : facts.path(name)) {
      if (minutes.asInt(Integer.MAX_VALUE) < rule.number("minutes")) {
        within.add(minutes.asInt(0));
      }
    }
    int count = within.size() + 1; // This one too.
    return count > rule.number("most")
        ? Map.of(
            "count",
            Integer.toString(count),
            "most",
            rule.word("most"),
            "minutes",
            rule.word("minutes"))
        : null;
  }

  private static @Nullable Map<String, String> price(Rule rule, ObjectNode facts) {
    if (!facts.path("fen").isNumber() || !facts.path("filed").isNumber()) {
      return null;
    }
    long fen = facts.path("fen").asLong(0);
    long filed = facts.path("filed").asLong(0);
    return fen * 100 > filed * (100 + rule.number("percent"))
        ? Map.of("price", yuan(fen), "filed", yuan(filed))
        : null;
  }

  private static String yuan(long fen) {
    return java.math.BigDecimal.valueOf(fen, 2).toPlainString();
  }

  private static @Nullable Map<String, String> hours(Rule rule, ObjectNode facts) {
    if (!facts.path("time").isString()) {
      return null;
    }
    LocalTime time = LocalTime.parse(facts.path("time").asString(""));
    LocalTime from = LocalTime.parse(rule.word("from"));
    LocalTime until = LocalTime.parse(rule.word("until"));
    boolean isWithin =
        from.isBefore(until)
            ? !time.isBefore(from) && time.isBefore(until)
            : !time.isBefore(from) || time.isBefore(until);
    return isWithin
        ? Map.of(
            "time",
            facts.path("time").asString(""),
            "from",
            rule.word("from"),
            "until",
            rule.word("until"))
        : null;
  }

  private static @Nullable Map<String, String> less(
      Rule rule, ObjectNode facts, String name, String bound) {
    JsonNode value = facts.path(name);
    return value.isNumber() && value.asInt(0) < rule.number(bound)
        ? Map.of(name, value.asString(""), bound, rule.word(bound))
        : null;
  }
}
