package health.helan.pharmacy.review.rules;

import health.helan.pharmacy.knowledge.Knowledge;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a rule can ask. The members of its data ({@code with}) and the values that its sentence may
 * name stand beside each; docs/guide/prescription-review.md tells them to those who write rules.
 */
public enum Kind {
  // ------------------------------------------------------- the prescription itself
  NO_DIAGNOSIS(Set.of(), Set.of(), FormChecks::noDiagnosis),
  /** More drugs than {@code most}. */
  MORE_DRUGS(Set.of("most"), Set.of("count", "most"), FormChecks::moreDrugs),
  /**
   * Longer than {@code most} days, of {@code of} (outpatient, emergency, long), unless there is
   * {@code unless} (reason, assessment). What is for more than {@code beyond} days (optional, 30)
   * is judged as long, whatever it says of itself.
   */
  MORE_DAYS(
      Set.of("of", "most", "unless"),
      Set.of("beyond"),
      Set.of("drug", "days", "most"),
      FormChecks::moreDays),
  /**
   * A drug of {@code controls} or {@code classes} on a prescription {@code of} (online, long);
   * optional {@code atc}: beginnings of codes that are excluded where the knowledge base does not
   * have them; {@code storage} (cold); {@code beyond} as above.
   */
  EXCLUDED(
      Set.of("of", "controls", "classes"),
      Set.of("atc", "storage", "beyond"),
      Set.of("drug", "why"),
      FormChecks::excluded),
  /** On line, for somebody who is younger than {@code underMonths}, or may be. */
  YOUNG_ONLINE(Set.of("underMonths"), Set.of(), FormChecks::youngOnline),
  MIXED_KINDS(Set.of(), Set.of("kinds"), FormChecks::mixedKinds),
  /** Younger than {@code underMonths} for sure or perhaps, and born on no exact day. */
  BIRTH_INEXACT(Set.of("underMonths"), Set.of(), FormChecks::birthInexact),
  UNKNOWN_DRUG(Set.of(), Set.of("drug"), FormChecks::unknownDrug),
  /** One of {@code words} in the dosage. */
  VAGUE(Set.of("words"), Set.of("drug", "word"), FormChecks::vague),
  /** Without one of {@code needs} (dose, frequency, days, route). */
  INCOMPLETE(Set.of("needs"), Set.of("drug", "missing"), FormChecks::incomplete),
  /** A drug of {@code controls} for more than {@code most} days. */
  CONTROLLED_DAYS(
      Set.of("controls", "most"),
      Set.of("drug", "why", "days", "most"),
      FormChecks::controlledDays),
  // ------------------------------------------------------- doses
  /** Above ({@code bound} max) or below (min) the range for age and weight. */
  SINGLE_DOSE(Set.of("bound"), Set.of("drug", "dose", "limit"), DoseChecks::single),
  DAILY_DOSE(Set.of(), Set.of("drug", "dose", "limit"), DoseChecks::daily),
  /** Dosed by weight, which is not known. */
  NO_WEIGHT(Set.of(), Set.of("drug"), DoseChecks::noWeight),
  /** At this filtration rate to be avoided ({@code asks} avoid), or less of it (daily). */
  RENAL(Set.of("asks"), Set.of("drug", "egfr", "below", "dose", "limit"), DoseChecks::renal),
  ROUTE(Set.of(), Set.of("drug", "route", "routes"), DoseChecks::route),
  // ------------------------------------------------------- the resident
  AGE(Set.of(), Set.of("drug", "age"), PatientChecks::age),
  CONTRAINDICATED(Set.of(), Set.of("drug", "diagnosis"), PatientChecks::contraindicated),
  /** {@code who} (pregnant, lactating), {@code level} (contraindicated, caution). */
  PREGNANCY(Set.of("who", "level"), Set.of("drug"), PatientChecks::pregnancy),
  /** {@code by}: direct, or cross for a related group. */
  ALLERGY(Set.of("by"), Set.of("drug", "allergy", "group"), PatientChecks::allergy),
  /** A drug of {@code class} where all diagnoses begin as in {@code onlyDiagnoses}. */
  NOT_INDICATED(
      Set.of("class", "onlyDiagnoses"), Set.of("drug", "diagnoses"), PatientChecks::notIndicated),
  // ------------------------------------------------------- drugs together
  /**
   * {@code by}: substance or class. Others' supply that ends within {@code graceDays} is let be.
   */
  DUPLICATE(Set.of("by", "graceDays"), Set.of("drug", "other", "what"), TogetherChecks::duplicate),
  /** More than {@code most} drugs of {@code class}. */
  CLASS_COUNT(
      Set.of("class", "most"), Set.of("class", "count", "most"), TogetherChecks::classCount),
  /** Of {@code severity}: contraindicated, major, moderate. */
  INTERACTION(Set.of("severity"), Set.of("drug", "other", "effect"), TogetherChecks::interaction);

  /** Judges. */
  @FunctionalInterface
  interface Check {
    List<Firing> judge(Rule rule, Facts facts, Knowledge knowledge);
  }

  private final Set<String> members;
  private final Set<String> optional;
  private final Set<String> values;
  private final Check check;

  Kind(Set<String> members, Set<String> values, Check check) {
    this(members, Set.of(), values, check);
  }

  Kind(Set<String> members, Set<String> optional, Set<String> values, Check check) {
    this.members = members;
    this.optional = optional;
    this.values = values;
    this.check = check;
  }

  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Members of {@code with} that are needed. */
  public Set<String> members() {
    return members;
  }

  /** Members of {@code with} that may be left out: rules that were written before them go on. */
  public Set<String> optional() {
    return optional;
  }

  /** Names that a sentence may have in braces. */
  public Set<String> told() {
    return values;
  }

  List<Firing> judge(Rule rule, Facts facts, Knowledge knowledge) {
    return check.judge(rule, facts, knowledge);
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
}
