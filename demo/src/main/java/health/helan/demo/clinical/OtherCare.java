package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.people.Person;
import health.helan.demo.place.Department;
import java.time.LocalDate;

/** Chinese medicine, return visits over the Internet, and visits to the very old at home. */
final class OtherCare {
  private final Chart chart;
  private final Dice dice;

  private OtherCare(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
  }

  static void write(Chart chart) {
    var care = new OtherCare(chart);
    care.traditional();
    care.internet();
    care.atHome();
  }

  private void traditional() {
    for (int year = chart.from().getYear(); year <= chart.until().getYear(); year++) {
      LocalDate day = Chart.workday(LocalDate.of(year, 1, 8).plusDays(dice.below(350)));
      if (chart.person().age(day) < 30 || !dice.chance(0.14) || !chart.covers(day)) {
        continue;
      }
      Visit visit =
          chart.outpatient(chart.network().traditional(), Department.TRADITIONAL, day, "颈肩腰腿痛");
      String condition =
          visit.diagnose(dice.chance(0.5) ? Diagnosis.BACK_PAIN : Diagnosis.NECK_PAIN, 30);
      visit.findings().bloodPressure();
      visit.perform(Operation.ACUPUNCTURE, 20, condition);
      visit.prescribe(Drug.HERBAL_DECOCTION, condition);
      visit.close();
    }
  }

  private void internet() {
    if (chart.ailments().all().isEmpty() || !dice.chance(0.35)) {
      return;
    }
    Chronic chronic = chart.ailments().all().iterator().next();
    for (LocalDate day = chart.until().minusMonths(dice.between(1, 30));
        day.isBefore(chart.until());
        day = day.plusMonths(5)) {
      LocalDate onset = chart.ailments().onset(chronic);
      // Only a known disease may be seen over the Internet: the rules allow return visits alone.
      if (onset != null && onset.plusMonths(3).isBefore(day) && chart.covers(day)) {
        Visit visit =
            new Visit(
                chart,
                Visit.Kind.VIRTUAL,
                dice.pick(chart.network().tertiary()),
                chronic.diagnosis().department(),
                day.atTime(dice.between(8, 21), dice.below(60)),
                dice.between(6, 15),
                "互联网复诊续方");
        String condition = chart.condition(chronic);
        visit.regarding(condition);
        visit.prescribe(chronic.drugs().getFirst(), condition);
        visit.close();
      }
    }
  }

  private void atHome() {
    Person person = chart.person();
    for (LocalDate due = chart.from().plusMonths(dice.below(3));
        due.isBefore(chart.until());
        due = due.plusMonths(4)) {
      LocalDate day = Chart.workday(due.plusDays(dice.below(14)));
      boolean frail = person.age(day) >= 83 || chart.ailments().hasOn(Chronic.DEMENTIA, day);
      if (frail && dice.chance(0.7) && chart.covers(day)) {
        Visit visit =
            new Visit(
                chart,
                Visit.Kind.HOME,
                chart.home().centre(),
                Department.GENERAL,
                chart.officeHour(day),
                dice.between(20, 50),
                "失能、高龄老人上门巡诊");
        visit.findings().vitals(HEART_RATE, OXYGEN_SATURATION).bloodPressure();
        if (chart.ailments().hasOn(Chronic.DEMENTIA, day)) {
          visit.regarding(chart.condition(Chronic.DEMENTIA));
          visit.findings().examined(MMSE, dice.between(9, 19));
        }
        visit.close();
      }
    }
  }
}
