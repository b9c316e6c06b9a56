package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import java.time.LocalDate;

/**
 * Health checks without a complaint: small children on the months that the national basic public
 * health services name, schoolchildren once a year, the old yearly at the township centre,
 * employees where their employer sends them.
 */
final class Checkups {
  private static final int[] CHILD_MONTHS = {1, 3, 6, 8, 12, 18, 24, 30, 36, 48, 60, 72};

  private final Chart chart;
  private final Dice dice;

  private Checkups(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
  }

  static void write(Chart chart) {
    var checkups = new Checkups(chart);
    checkups.smallChild();
    checkups.school();
    checkups.adult();
  }

  private void smallChild() {
    LocalDate birth = chart.person().birth();
    for (int month : CHILD_MONTHS) {
      LocalDate day = Chart.workday(birth.plusMonths(month).plusDays(dice.below(12)));
      boolean comes = dice.chance(0.9);
      if (!comes || !chart.covers(day)) {
        continue;
      }
      // Some parents prefer the city's hospital for mothers and children.
      boolean city = dice.chance(0.2);
      Visit visit =
          city
              ? chart.outpatient(
                  chart.network().maternal(), Department.CHILD_CARE, day, "儿童保健：" + month + "月龄")
              : chart.outpatient(
                  chart.home().centre(), Department.PREVENTION, day, "儿童保健：" + month + "月龄");
      Findings findings = visit.findings().vitals(HEIGHT, WEIGHT);
      if (month <= 24) {
        findings.vitals(HEAD);
      }
      if (month == 6 || month == 18 || month == 36) {
        findings.panel(Panel.BLOOD_COUNT);
      }
      visit.close();
    }
  }

  private void school() {
    for (int year = chart.from().getYear(); year <= chart.until().getYear(); year++) {
      LocalDate day = Chart.workday(LocalDate.of(year, 9, 10).plusDays(dice.below(60)));
      int age = chart.person().age(day);
      if (age < 7 || age > 17 || !chart.covers(day)) {
        continue;
      }
      Visit visit = chart.outpatient(chart.home().centre(), Department.PREVENTION, day, "学生健康体检");
      visit.findings().vitals(HEIGHT, WEIGHT, BODY_MASS_INDEX, HEART_RATE).bloodPressure();
      visit.close();
    }
  }

  private void adult() {
    boolean employee = chart.home().urban() && dice.chance(0.55);
    for (int year = chart.from().getYear(); year <= chart.until().getYear(); year++) {
      LocalDate day = Chart.workday(LocalDate.of(year, 1, 5).plusDays(60 + dice.below(250)));
      int age = chart.person().age(day);
      if (age < 18) {
        continue;
      }
      double chance = age >= 65 ? 0.5 : employee ? 0.2 : age >= 35 ? 0.1 : 0.05;
      if (dice.chance(chance) && chart.covers(day)) {
        boolean atCentre = age >= 65 || !employee;
        Institution at = atCentre ? chart.home().centre() : chart.network().hospital();
        fullCheck(at, day, age >= 65 ? "老年人健康体检" : "健康体检");
      }
    }
  }

  private void fullCheck(Institution at, LocalDate day, String reason) {
    Visit visit = chart.outpatient(at, Department.GENERAL, day, reason);
    Findings findings =
        visit
            .findings()
            .vitals(HEIGHT, WEIGHT, BODY_MASS_INDEX, HEART_RATE, WAIST)
            .bloodPressure()
            .smoking()
            .panel(Panel.BLOOD_COUNT)
            .panel(Panel.SUGAR)
            .panel(Panel.LIPIDS)
            .panel(Panel.LIVER)
            .panel(Panel.KIDNEY);
    if (dice.chance(0.6)) {
      findings.study(Study.ECG);
    }
    visit.close();
  }
}
