package health.helan.care.visit;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.care.visit.rules.EligibilityRule;
import health.helan.care.visit.rules.Facts;
import health.helan.care.visit.rules.OnlineDrugs;
import health.helan.care.visit.rules.Verdict;
import health.helan.foundation.rest.testing.ApiForTests;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule by itself: when it fires, and when it does not. */
class EligibilityTests {
  private static final LocalDate TODAY = LocalDate.of(2026, 11, 26);

  private static final Facts GOOD =
      new Facts(
          TODAY,
          LocalDate.of(1960, 5, 1),
          false,
          false,
          new Facts.Proof("I10", true, true, LocalDate.of(2025, 3, 1)),
          new Facts.Doctor(true, true, true, true, true),
          Facts.Consent.SIGNED);

  private static Facts with(Facts.@Nullable Proof proof) {
    return new Facts(TODAY, GOOD.birth(), false, false, proof, GOOD.doctor(), Facts.Consent.SIGNED);
  }

  private static Facts with(Facts.@Nullable Doctor doctor) {
    return new Facts(TODAY, GOOD.birth(), false, false, GOOD.proof(), doctor, Facts.Consent.SIGNED);
  }

  private static Facts with(Facts.Consent consent) {
    return new Facts(TODAY, GOOD.birth(), false, false, GOOD.proof(), GOOD.doctor(), consent);
  }

  private static Facts aged(@Nullable LocalDate birth, boolean byGuardian) {
    return new Facts(
        TODAY, birth, false, byGuardian, GOOD.proof(), GOOD.doctor(), Facts.Consent.SIGNED);
  }

  @ParameterizedTest
  @EnumSource
  void noneFiresWhereAllIsWell(EligibilityRule rule) {
    assertThat(rule.judge(GOOD)).isEqualTo(Verdict.pass());
  }

  record Case(EligibilityRule rule, String key, Facts facts) {}

  static Stream<Case> eachFiresForItsReason() {
    LocalDate before = LocalDate.of(2025, 3, 1);
    return Stream.of(
        new Case(
            EligibilityRule.LIVING,
            "visit.rule.died",
            new Facts(
                TODAY, GOOD.birth(), true, false, GOOD.proof(), GOOD.doctor(), GOOD.consent())),
        new Case(
            EligibilityRule.GUARDIAN_FOR_THE_YOUNG,
            "visit.rule.guardian",
            aged(TODAY.minusYears(6).plusDays(1), false)),
        new Case(
            EligibilityRule.GUARDIAN_FOR_THE_YOUNG, "visit.rule.birth-unknown", aged(null, false)),
        new Case(EligibilityRule.REPEAT_VISIT, "visit.rule.first-visit", with((Facts.Proof) null)),
        new Case(
            EligibilityRule.REPEAT_VISIT,
            "visit.rule.first-visit",
            with(new Facts.Proof("I10", false, true, before))),
        new Case(
            EligibilityRule.CLEAR_DIAGNOSIS,
            "visit.rule.no-clear-diagnosis",
            with(new Facts.Proof("I10", true, false, before))),
        new Case(
            EligibilityRule.CLEAR_DIAGNOSIS,
            "visit.rule.no-clear-diagnosis",
            with(new Facts.Proof("", true, true, before))),
        new Case(
            EligibilityRule.DIAGNOSED_BEFORE,
            "visit.rule.proof-date",
            with(new Facts.Proof("I10", true, true, TODAY.plusDays(1)))),
        new Case(
            EligibilityRule.DIAGNOSED_BEFORE,
            "visit.rule.proof-date",
            with(new Facts.Proof("I10", true, true, null))),
        new Case(
            EligibilityRule.LICENSED_DOCTOR,
            "visit.rule.doctor-licence",
            with(new Facts.Doctor(false, true, true, true, true))),
        new Case(
            EligibilityRule.LICENSED_DOCTOR,
            "visit.rule.doctor-licence",
            with((Facts.Doctor) null)),
        new Case(
            EligibilityRule.PLACE_OF_PRACTICE,
            "visit.rule.doctor-place",
            with(new Facts.Doctor(true, false, true, true, true))),
        new Case(
            EligibilityRule.APPROVED_FOR_ONLINE,
            "visit.rule.doctor-online",
            with(new Facts.Doctor(true, true, false, true, true))),
        new Case(
            EligibilityRule.THREE_YEARS_OF_PRACTICE,
            "visit.rule.doctor-years",
            with(new Facts.Doctor(true, true, true, false, true))),
        new Case(
            EligibilityRule.LICENSED_SERVICE,
            "visit.rule.institution",
            with(new Facts.Doctor(true, true, true, true, false))),
        new Case(EligibilityRule.CONSENT, "visit.rule.consent-absent", with(Facts.Consent.ABSENT)),
        new Case(
            EligibilityRule.CONSENT, "visit.rule.consent-unsigned", with(Facts.Consent.UNSIGNED)));
  }

  @ParameterizedTest
  @MethodSource
  void eachFiresForItsReason(Case one) {
    assertThat(one.rule.judge(one.facts))
        .isInstanceOfSatisfying(
            Verdict.Refuse.class, refused -> assertThat(refused.messageKey()).isEqualTo(one.key));
    // No other rule takes its place; only a doctor unknown to the registry fails all of theirs.
    if (one.facts.doctor() != null) {
      assertThat(EligibilityRule.values())
          .filteredOn(rule -> rule != one.rule)
          .allSatisfy(rule -> assertThat(rule.judge(one.facts)).isEqualTo(Verdict.pass()));
    }
  }

  @Test
  void allRulesAreTriedHere() {
    assertThat(eachFiresForItsReason().map(Case::rule).distinct())
        .containsExactlyInAnyOrderElementsOf(List.of(EligibilityRule.values()));
  }

  @Test
  void aChildIsOldEnoughOnItsSixthBirthday() {
    EligibilityRule rule = EligibilityRule.GUARDIAN_FOR_THE_YOUNG;
    assertThat(rule.judge(aged(TODAY.minusYears(6), false))).isEqualTo(Verdict.pass());
    assertThat(rule.judge(aged(TODAY.minusYears(2), true))).isEqualTo(Verdict.pass());
    assertThat(rule.judge(aged(null, true))).isEqualTo(Verdict.pass());
  }

  @ParameterizedTest
  @CsvSource({
    "N02AA01,true",
    "N05BA01,true",
    "N05CF02,true",
    "N06BA04,true",
    "V10XA01,true",
    "R05DA04,true",
    "R05DA09,true",
    "N03AE01,true",
    "N05BC01,true",
    "R05DA07,false",
    "N03AA03,false",
    "N05BE01,false",
    "N06BA09,false",
    "C08CA01,false",
    "N02BE01,false",
    "A10BA02,false"
  })
  void drugsUnderSpecialControlAreNeverPrescribed(String atc, boolean isExcluded) {
    Verdict verdict =
        OnlineDrugs.BY_GROUP.judge(
            ApiForTests.tree(
                "{'medicationCodeableConcept':{'coding':[{'system':'http://www.whocc.no/atc','code':'%s'}]}}"
                    .formatted(atc)));
    assertThat(verdict instanceof Verdict.Refuse).isEqualTo(isExcluded);
  }

  @Test
  void aPrescriptionThatNeedsTheRightForNarcoticsIsNotForOnlineCare() {
    Verdict verdict =
        OnlineDrugs.all(List.of(request -> Verdict.pass(), OnlineDrugs.BY_GROUP))
            .judge(
                ApiForTests.tree(
                    "{'category':[{'coding':[{'system':'https://helan.health/fhir/CodeSystem/prescribing-right','code':'narcotic'}]}]}"));
    assertThat(verdict).isInstanceOf(Verdict.Refuse.class);
  }
}
