package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.people.Person;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import java.time.LocalDate;
import java.util.List;

/** What brings people to a doctor for a few days: by age, sex and season. */
final class AcuteIllness {
  /**
   * A kind of illness.
   *
   * @param season relative frequency in spring, summer, autumn, winter
   */
  private record Complaint(
      Diagnosis diagnosis,
      Illness illness,
      String reason,
      int[] season,
      int fromAge,
      int toAge,
      int days,
      List<Drug> drugs) {}

  private static final List<Complaint> COMPLAINTS =
      List.of(
          complaint(
              Diagnosis.COLD,
              Illness.VIRAL,
              "发热、咳嗽、流涕2天",
              12,
              5,
              11,
              22,
              0,
              120,
              7,
              Drug.PARACETAMOL,
              Drug.BANLANGEN),
          complaint(
              Diagnosis.TONSILLITIS,
              Illness.BACTERIAL,
              "咽痛、发热1天",
              4,
              2,
              4,
              6,
              3,
              45,
              8,
              Drug.CEFUROXIME,
              Drug.IBUPROFEN),
          complaint(
              Diagnosis.INFLUENZA,
              Illness.VIRAL,
              "高热、全身酸痛1天",
              2,
              0,
              1,
              8,
              2,
              120,
              7,
              Drug.OSELTAMIVIR,
              Drug.LIANHUA),
          complaint(
              Diagnosis.BRONCHITIS,
              Illness.BACTERIAL,
              "咳嗽、咳痰5天",
              4,
              2,
              4,
              8,
              0,
              120,
              12,
              Drug.AZITHROMYCIN,
              Drug.AMBROXOL),
          complaint(
              Diagnosis.HAND_FOOT_MOUTH,
              Illness.VIRAL,
              "手足皮疹、发热1天",
              4,
              12,
              5,
              0,
              1,
              6,
              8,
              Drug.PARACETAMOL),
          complaint(
              Diagnosis.DIARRHOEA, Illness.VIRAL, "腹泻、腹痛1天", 3, 9, 5, 2, 0, 120, 4, Drug.SMECTITE),
          complaint(
              Diagnosis.GASTRITIS,
              Illness.NONE,
              "上腹部不适1周",
              4,
              3,
              5,
              5,
              16,
              120,
              21,
              Drug.OMEPRAZOLE),
          complaint(
              Diagnosis.ECZEMA,
              Illness.NONE,
              "皮肤瘙痒、红疹3天",
              3,
              3,
              3,
              3,
              0,
              120,
              14,
              Drug.HYDROCORTISONE_CREAM,
              Drug.CETIRIZINE),
          complaint(
              Diagnosis.CONJUNCTIVITIS,
              Illness.NONE,
              "眼红、分泌物多2天",
              3,
              4,
              2,
              1,
              2,
              120,
              7,
              Drug.OFLOXACIN_DROPS),
          complaint(
              Diagnosis.ALLERGIC_RHINITIS,
              Illness.NONE,
              "鼻痒、喷嚏、流清涕，夏秋加重",
              2,
              5,
              9,
              0,
              6,
              60,
              40,
              Drug.LORATADINE),
          complaint(
              Diagnosis.BACK_PAIN,
              Illness.NONE,
              "腰痛3天，活动受限",
              5,
              4,
              5,
              4,
              25,
              120,
              20,
              Drug.IBUPROFEN),
          complaint(
              Diagnosis.NECK_PAIN,
              Illness.NONE,
              "颈肩痛伴上肢麻木2周",
              3,
              3,
              3,
              3,
              25,
              70,
              30,
              Drug.IBUPROFEN),
          complaint(
              Diagnosis.URINARY_INFECTION,
              Illness.BACTERIAL,
              "尿频、尿急、尿痛1天",
              2,
              3,
              2,
              2,
              18,
              120,
              8,
              Drug.LEVOFLOXACIN),
          complaint(
              Diagnosis.MIGRAINE, Illness.NONE, "反复头痛1月", 2, 2, 2, 2, 15, 60, 10, Drug.IBUPROFEN),
          complaint(
              Diagnosis.INSOMNIA, Illness.NONE, "入睡困难1月", 2, 2, 2, 2, 30, 120, 30, Drug.ZOPICLONE));

  private final Chart chart;
  private final Dice dice;

  private AcuteIllness(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
  }

  private static Complaint complaint(
      Diagnosis diagnosis,
      Illness illness,
      String reason,
      int spring,
      int summer,
      int autumn,
      int winter,
      int fromAge,
      int toAge,
      int days,
      Drug... drugs) {
    return new Complaint(
        diagnosis,
        illness,
        reason,
        new int[] {spring, summer, autumn, winter},
        fromAge,
        toAge,
        days,
        List.of(drugs));
  }

  static void write(Chart chart) {
    new AcuteIllness(chart).years();
  }

  private void years() {
    Person person = chart.person();
    // Some go for every cold and some never do.
    double inclination = 0.4 + 1.2 * dice.unit();
    for (LocalDate month = chart.from();
        month.isBefore(chart.until());
        month = month.plusMonths(1)) {
      int age = person.age(month);
      double perYear = age < 6 ? 2.4 : age < 15 ? 1.1 : age < 60 ? 0.7 : 1.0;
      double seasonal = isWinter(month) ? 1.35 : 0.88;
      LocalDate day = month.plusDays(dice.below(28));
      if (dice.chance(perYear * inclination * seasonal / 12) && chart.covers(Chart.workday(day))) {
        fallIll(Chart.workday(day), age);
      }
    }
  }

  private static boolean isWinter(LocalDate day) {
    return season(day) == 3;
  }

  private static int season(LocalDate day) {
    return (day.getMonthValue() + 9) % 12 / 3;
  }

  private void fallIll(LocalDate day, int age) {
    var weights = new int[COMPLAINTS.size()];
    int season = season(day);
    for (int i = 0; i < weights.length; i++) {
      Complaint complaint = COMPLAINTS.get(i);
      boolean fits = age >= complaint.fromAge() && age <= complaint.toAge();
      weights[i] = fits ? complaint.season()[season] : 0;
    }
    Complaint complaint = COMPLAINTS.get(dice.weighted(weights));
    Institution at =
        switch (dice.weighted(50, 28, 22)) {
          case 0 -> chart.home().clinic();
          case 1 -> chart.home().centre();
          default ->
              age < 14 && dice.chance(0.3)
                  ? chart.network().maternal()
                  : chart.network().hospital();
        };
    Visit visit =
        chart.outpatient(
            at,
            age < 14 ? Department.PAEDIATRICS : complaint.diagnosis().department(),
            day,
            complaint.reason());
    String condition = visit.diagnose(complaint.diagnosis(), complaint.days());
    Findings findings = visit.findings().during(complaint.illness());
    if (complaint.illness() != Illness.NONE) {
      findings.vitals(TEMPERATURE, HEART_RATE);
      if (dice.chance(0.28)) {
        findings.order(Panel.BLOOD_COUNT);
        findings.order(Panel.INFLAMMATION);
      }
    } else if (age >= 35) {
      findings.bloodPressure();
    }
    if (complaint.diagnosis() == Diagnosis.BRONCHITIS && dice.chance(0.3)) {
      findings.study(Study.CHEST_X_RAY, "两肺纹理增粗。");
    }
    for (Drug drug : complaint.drugs()) {
      if (dice.chance(0.8)) {
        visit.prescribe(drug, condition);
      }
    }
    visit.close();
  }
}
