package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.place.Department;
import java.time.LocalDate;

/** How someone's record ends who has died: most often in hospital, with the cause of death. */
final class LastDays {
  private LastDays() {}

  static void write(Chart chart) {
    LocalDate death = chart.person().death();
    if (death == null) {
      return;
    }
    Dice dice = chart.dice();
    int age = chart.person().age(death);
    Diagnosis cause =
        age < 1
            ? Diagnosis.PNEUMONIA
            : chart.ailments().has(Chronic.COPD) && dice.chance(0.5)
                ? Diagnosis.COPD_EXACERBATION
                : switch (dice.weighted(30, 28, 22, 20)) {
                  case 0 -> Diagnosis.STROKE;
                  case 1 -> Diagnosis.MYOCARDIAL_INFARCTION;
                  case 2 -> age < 40 ? Diagnosis.PNEUMONIA : Diagnosis.HEART_FAILURE;
                  default -> age < 40 ? Diagnosis.PNEUMONIA : Diagnosis.GASTRIC_CANCER;
                };
    LocalDate admitted = death.minusDays(dice.between(1, 9));
    if (chart.covers(admitted)) {
      end(chart, admitted, cause);
    }
  }

  /** The last stay in hospital, from {@code admitted} to the day of death. */
  static void end(Chart chart, LocalDate admitted, Diagnosis cause) {
    Dice dice = chart.dice();
    int days = (int) (chart.until().toEpochDay() - admitted.toEpochDay());
    Visit visit =
        new Visit(
            chart,
            Visit.Kind.INPATIENT,
            chart.network().hospital(),
            cause.department() == Department.SURGERY ? Department.DIGESTIVE : cause.department(),
            admitted.atTime(dice.between(0, 23), dice.below(60)),
            days * 24 * 60,
            "病情危重");
    visit.discharge("exp", "Expired");
    String condition = visit.diagnose(cause, 0);
    visit
        .findings()
        .during(Illness.BACTERIAL)
        .vitals(HEART_RATE, RESPIRATION)
        .vital(OXYGEN_SATURATION, dice.between(78, 90))
        .bloodPressure()
        .order(Panel.BLOOD_COUNT)
        .order(Panel.KIDNEY);
    visit.perform(Operation.OXYGEN, 20, condition);
    visit.close();
  }
}
