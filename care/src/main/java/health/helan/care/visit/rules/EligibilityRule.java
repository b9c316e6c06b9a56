package health.helan.care.visit.rules;

import java.time.LocalDate;
import java.util.Locale;
import java.util.function.Function;

/**
 * What must hold for a visit on line. Sources: 互联网诊疗管理办法（试行）(2018) and 互联网诊疗监管细则（试行） (2022), as the
 * platform's plan cites them; the age is that of article 19 of the former. In this order, so that
 * the resident is told first what no other choice would mend.
 */
public enum EligibilityRule {
  LIVING(facts -> Verdict.when(!facts.died(), "visit.rule.died")),
  /** 未满 6 岁儿童：须由监护人的账户申请. One without a day of birth is not known to be older. */
  GUARDIAN_FOR_THE_YOUNG(
      facts -> {
        LocalDate birth = facts.birth();
        if (birth == null) {
          return Verdict.when(facts.byGuardian(), "visit.rule.birth-unknown");
        }
        boolean isYoung = birth.plusYears(EligibilityRule.YOUNG).isAfter(facts.today());
        return Verdict.when(
            !isYoung || facts.byGuardian(), "visit.rule.guardian", EligibilityRule.YOUNG);
      }),
  /** 不得对首诊患者开展互联网诊疗: a record with a clear diagnosis proves that it is none. */
  REPEAT_VISIT(
      facts -> {
        Facts.Proof proof = facts.proof();
        return Verdict.when(proof != null && proof.theirs(), "visit.rule.first-visit");
      }),
  CLEAR_DIAGNOSIS(
      facts -> {
        Facts.Proof proof = facts.proof();
        return Verdict.when(
            proof == null || proof.certain() && !proof.code().isEmpty(),
            "visit.rule.no-clear-diagnosis");
      }),
  DIAGNOSED_BEFORE(
      facts -> {
        Facts.Proof proof = facts.proof();
        LocalDate on = proof == null ? null : proof.on();
        return Verdict.when(
            proof == null || on != null && !on.isAfter(facts.today()), "visit.rule.proof-date");
      }),
  LICENSED_DOCTOR(ofDoctor(Facts.Doctor::licensed, "visit.rule.doctor-licence")),
  PLACE_OF_PRACTICE(ofDoctor(Facts.Doctor::placed, "visit.rule.doctor-place")),
  APPROVED_FOR_ONLINE(ofDoctor(Facts.Doctor::online, "visit.rule.doctor-online")),
  /** 具有 3 年以上独立临床工作经验. */
  THREE_YEARS_OF_PRACTICE(
      ofDoctor(Facts.Doctor::experienced, "visit.rule.doctor-years", EligibilityRule.PRACTICE)),
  LICENSED_SERVICE(ofDoctor(Facts.Doctor::served, "visit.rule.institution")),
  /** 知情同意: asked when the resident confirms, since it can only be signed once it is there. */
  CONSENT(
      facts ->
          switch (facts.consent()) {
            case SIGNED -> Verdict.pass();
            case UNSIGNED -> Verdict.refuse("visit.rule.consent-unsigned");
            case ABSENT -> Verdict.refuse("visit.rule.consent-absent");
          });

  /** Years of age below which a guardian asks. */
  public static final int YOUNG = 6;

  /** Years of independent clinical work. */
  public static final int PRACTICE = 3;

  private final Function<Facts, Verdict> rule;

  EligibilityRule(Function<Facts, Verdict> rule) {
    this.rule = rule;
  }

  private static Function<Facts, Verdict> ofDoctor(
      java.util.function.Predicate<Facts.Doctor> holds, String messageKey, Object... arguments) {
    return facts -> {
      Facts.Doctor doctor = facts.doctor();
      return Verdict.when(doctor != null && holds.test(doctor), messageKey, arguments);
    };
  }

  public Verdict judge(Facts facts) {
    return rule.apply(facts);
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
