package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import java.time.LocalDate;
import java.util.List;

/**
 * Pregnancies: the first visit with folic acid, check-ups (at least five, as the national basic
 * public health services ask), the glucose test in week 25, the birth, the visit after 42 days; and
 * the newborn's own first record.
 */
final class Pregnancies {
  private static final int[] CHECK_WEEKS = {8, 13, 17, 21, 25, 29, 32, 35, 37, 38};

  private final Chart chart;
  private final Dice dice;
  private final Institution at;

  private Pregnancies(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
    this.at =
        switch (dice.weighted(45, 40, 15)) {
          case 0 -> chart.network().maternal();
          case 1 -> chart.network().hospital();
          default -> dice.pick(chart.network().tertiary());
        };
  }

  /** A mother's pregnancies, one for each birth, and perhaps one that is not over. */
  static void ofMother(Chart chart, List<Birth> births) {
    var pregnancies = new Pregnancies(chart);
    LocalDate last = chart.from();
    for (Birth birth : births) {
      pregnancies.told(birth);
      last = birth.child().birth();
    }
    int age = chart.person().age(chart.until());
    boolean young = age >= 22 && age <= 36 && chart.person().death() == null;
    if (young
        && chart.person().named() == null
        && last.isBefore(chart.until().minusYears(2))
        && chart.dice().chance(0.06)) {
      int weeks = chart.dice().between(9, 37);
      pregnancies.course(chart.until().minusDays(weeks * 7L), 40, false);
    }
  }

  private void told(Birth birth) {
    LocalDate conceived = birth.child().birth().minusDays(birth.weeks() * 7L);
    course(conceived, birth.weeks(), birth.sugarHigh());
    if (chart.covers(birth.child().birth())) {
      delivery(birth);
    }
    LocalDate after = Chart.workday(birth.child().birth().plusDays(42));
    if (chart.covers(after)) {
      Visit visit = chart.outpatient(at, Department.OBSTETRICS, after, "产后42天复查");
      visit.findings().vitals(WEIGHT).bloodPressure().panel(Panel.BLOOD_COUNT);
      visit.close();
    }
  }

  /** Everything before the birth; week 0 is {@code start}. */
  private void course(LocalDate start, int weeks, boolean sugarHigh) {
    String pregnancy = "";
    for (int week : CHECK_WEEKS) {
      LocalDate day = Chart.workday(start.plusDays(week * 7L + dice.below(5)));
      if (week >= weeks || !chart.covers(day)) {
        continue;
      }
      Visit visit = chart.outpatient(at, Department.OBSTETRICS, day, "产前检查，孕" + week + "周");
      if (pregnancy.isEmpty()) {
        int lasts = (int) (weeks * 7L - (day.toEpochDay() - start.toEpochDay()));
        pregnancy = visit.diagnose(Diagnosis.NORMAL_PREGNANCY, Math.max(1, lasts));
        visit.prescribe(Drug.FOLIC_ACID, pregnancy);
      } else {
        visit.regarding(pregnancy);
      }
      check(visit, week, sugarHigh);
      visit.close();
    }
  }

  private void check(Visit visit, int week, boolean sugarHigh) {
    Findings findings =
        visit
            .findings()
            .weighed(Math.max(0, week - 10) * 0.42)
            .bloodPressure()
            .examined(GESTATIONAL_AGE, week);
    if (week >= 13) {
      findings.examined(FETAL_HEART_RATE, dice.between(128, 158));
    }
    if (week >= 20) {
      findings.examined(FUNDAL_HEIGHT, week - 1 + dice.below(3));
    }
    switch (week) {
      case 8 -> findings.order(Panel.BLOOD_COUNT).order(Panel.LIVER).order(Panel.KIDNEY);
      case 13, 21, 32 -> findings.study(Study.PREGNANCY_ULTRASOUND);
      case 25 -> {
        // A mother with gestational diabetes has more sugar in her blood than her body alone says.
        findings.order(Panel.GLUCOSE_TOLERANCE, sugarHigh ? 1.24 : 0.93);
        if (sugarHigh) {
          visit.diagnose(Diagnosis.GESTATIONAL_DIABETES, 112);
        }
      }
      case 29 -> {
        findings.order(Panel.BLOOD_COUNT);
        if (dice.chance(0.3)) {
          visit.prescribe(Drug.FERROUS_SUCCINATE, null);
        }
      }
      case 35 -> {
        if (sugarHigh) {
          findings.panel(Panel.SUGAR);
        }
      }
      default -> {}
    }
  }

  private void delivery(Birth birth) {
    Visit visit =
        new Visit(
            chart,
            Visit.Kind.INPATIENT,
            at,
            Department.OBSTETRICS,
            birth.time().minusHours(birth.caesarean() ? 5 : 9),
            (birth.caesarean() ? 5 : 3) * 24 * 60,
            "停经" + birth.weeks() + "周，" + (birth.caesarean() ? "要求入院待产" : "阵发性腹痛3小时"),
            birth.deliveryUrl());
    visit.discharge("home", "Home");
    String condition =
        visit.diagnose(
            birth.caesarean() ? Diagnosis.CAESAREAN_DELIVERY : Diagnosis.SPONTANEOUS_DELIVERY, 42);
    visit.findings().vitals(HEART_RATE).bloodPressure().order(Panel.BLOOD_COUNT);
    visit.perform(
        birth.caesarean() ? Operation.CAESAREAN : Operation.DELIVERY,
        birth.caesarean() ? 260 : 300,
        condition);
    visit.close();
  }

  /** The first record of a child; part of the mother's stay where she is known. */
  static void ofChild(Chart chart, Birth birth, boolean motherKnown) {
    if (!chart.covers(birth.child().birth())) {
      return;
    }
    Dice dice = chart.dice();
    Institution at = chart.network().maternal();
    Visit visit =
        new Visit(
            chart,
            Visit.Kind.INPATIENT,
            at,
            Department.PAEDIATRICS,
            birth.time(),
            3 * 24 * 60,
            "出生",
            birth.newbornUrl());
    visit.discharge("home", "Home");
    if (motherKnown) {
      visit.partOf(birth.deliveryUrl());
    }
    visit.diagnose(Diagnosis.LIVEBORN, 3);
    visit
        .findings()
        .vital(BIRTH_WEIGHT, birth.grams())
        .vitals(HEIGHT)
        .vital(HEAD, 34 + (birth.grams() - 3300) / 900.0)
        .examined(GESTATIONAL_AGE, birth.weeks())
        .examined(APGAR_1, birth.weeks() < 36 ? dice.between(7, 9) : dice.between(9, 10))
        .examined(APGAR_5, 10);
    if (dice.chance(0.15)) {
      visit.diagnose(Diagnosis.NEONATAL_JAUNDICE, 12);
    }
    visit.close();
  }
}
