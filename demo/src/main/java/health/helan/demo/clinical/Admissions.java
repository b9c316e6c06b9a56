package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import java.time.LocalDate;

/** Emergencies and stays in hospital. */
final class Admissions {
  private final Chart chart;
  private final Dice dice;

  Admissions(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
  }

  static void write(Chart chart) {
    new Admissions(chart).years();
  }

  private void years() {
    for (int year = chart.from().getYear(); year <= chart.until().getYear(); year++) {
      LocalDate day = LocalDate.of(year, 1, 1).plusDays(dice.below(365));
      LocalDate other = LocalDate.of(year, 1, 1).plusDays(dice.below(365));
      int age = chart.person().age(day);
      double injury = age < 3 ? 0.01 : age < 20 ? 0.035 : age < 60 ? 0.025 : 0.03;
      if (dice.chance(injury) && chart.covers(day)) {
        emergency(day);
      }
      double stay = age < 6 ? 0.04 : age < 40 ? 0.018 : age < 60 ? 0.035 : age < 75 ? 0.08 : 0.13;
      if (dice.chance(stay) && chart.covers(other) && chart.covers(other.plusDays(14))) {
        admit(other, age);
      }
    }
  }

  private void emergency(LocalDate day) {
    Visit visit =
        new Visit(
            chart,
            Visit.Kind.EMERGENCY,
            chart.network().hospital(),
            Department.EMERGENCY,
            day.atTime(dice.below(24), dice.below(60)),
            dice.between(50, 240),
            "急诊就诊");
    Findings findings = visit.findings().vitals(HEART_RATE, OXYGEN_SATURATION).bloodPressure();
    switch (dice.weighted(35, 40, 25)) {
      case 0 -> {
        String fracture = visit.diagnose(Diagnosis.WRIST_FRACTURE, 60);
        findings.study(Study.LIMB_X_RAY, "桡骨远端骨皮质连续性中断，断端轻度移位。");
        visit.perform(Operation.FRACTURE_REDUCTION, 45, fracture);
        visit.prescribe(Drug.IBUPROFEN, fracture);
      }
      case 1 -> {
        String wound = visit.diagnose(Diagnosis.LACERATION, 12);
        visit.perform(Operation.SUTURE, 25, wound);
        visit.prescribe(Drug.CEFUROXIME, wound);
      }
      default -> {
        visit.diagnose(Diagnosis.ABDOMINAL_PAIN, 2);
        findings.during(Illness.VIRAL).order(Panel.BLOOD_COUNT).order(Panel.INFLAMMATION);
      }
    }
    visit.close();
  }

  private void admit(LocalDate day, int age) {
    Ailments ailments = chart.ailments();
    Institution county = chart.network().hospital();
    Institution large = dice.pick(chart.network().tertiary());
    Institution at = dice.chance(0.3) ? large : county;
    if (ailments.hasOn(Chronic.COPD, day) && dice.chance(0.6)) {
      // Lungs get worse in winter.
      LocalDate winter =
          day.withMonth(dice.chance(0.5) ? 1 : 12).withDayOfMonth(1 + dice.below(20));
      if (chart.covers(winter) && chart.covers(winter.plusDays(12))) {
        lungs(county, winter);
      }
      return;
    }
    if (ailments.hasOn(Chronic.CORONARY_DISEASE, day) && dice.chance(0.5)) {
      heart(large, day);
      return;
    }
    if (age < 14) {
      pneumonia(dice.chance(0.4) ? chart.network().maternal() : at, day, Department.PAEDIATRICS);
    } else if (age < 60) {
      switch (dice.weighted(40, 30, 20, 10)) {
        case 0 ->
            surgery(at, day, Diagnosis.APPENDICITIS, Operation.APPENDECTOMY, "转移性右下腹痛1天", true);
        case 1 ->
            surgery(at, day, Diagnosis.GALLSTONES, Operation.CHOLECYSTECTOMY, "反复右上腹痛半年", true);
        case 2 -> pneumonia(at, day, Department.RESPIRATORY);
        default ->
            surgery(at, day, Diagnosis.HERNIA, Operation.HERNIA_REPAIR, "腹股沟区可复性肿物1年", false);
      }
    } else {
      switch (dice.weighted(35, 30, 15, 20)) {
        case 0 -> pneumonia(at, day, Department.RESPIRATORY);
        case 1 -> surgery(at, day, Diagnosis.CATARACT, Operation.CATARACT_SURGERY, "视物模糊1年", false);
        case 2 ->
            surgery(
                at,
                day,
                Diagnosis.HIP_FRACTURE,
                Operation.HIP_REPLACEMENT,
                "摔伤致髋部疼痛、活动受限4小时",
                false);
        default -> stroke(at, day);
      }
    }
  }

  /** A stay of {@code days}; the caller adds what happens and closes it. */
  Visit stay(Institution at, Department department, LocalDate day, int days, String reason) {
    Visit visit =
        new Visit(
            chart,
            Visit.Kind.INPATIENT,
            at,
            department,
            day.atTime(8 + dice.below(10), dice.below(60)),
            days * 24 * 60 + dice.below(180),
            reason);
    visit.discharge("home", "Home");
    return visit;
  }

  void pneumonia(Institution at, LocalDate day, Department department) {
    Visit visit = stay(at, department, day, dice.between(6, 10), "发热、咳嗽5天，加重1天");
    String condition = visit.diagnose(Diagnosis.PNEUMONIA, 20);
    visit
        .findings()
        .during(Illness.BACTERIAL)
        .vitals(TEMPERATURE, HEART_RATE, RESPIRATION, OXYGEN_SATURATION)
        .order(Panel.BLOOD_COUNT)
        .order(Panel.INFLAMMATION)
        .study(Study.CHEST_CT, "右肺下叶斑片状实变影，考虑炎症。");
    visit.perform(Operation.NEBULISATION, 180, condition);
    visit.prescribe(Drug.LEVOFLOXACIN, condition);
    visit.prescribe(Drug.AMBROXOL, condition);
    visit.close();
  }

  void lungs(Institution at, LocalDate day) {
    Visit visit = stay(at, Department.RESPIRATORY, day, dice.between(7, 11), "咳嗽、咳痰、气促加重3天");
    String condition = visit.diagnose(Diagnosis.COPD_EXACERBATION, 21);
    visit.regarding(chart.condition(Chronic.COPD));
    visit
        .findings()
        .during(Illness.BACTERIAL)
        .vitals(TEMPERATURE, HEART_RATE, RESPIRATION)
        .vital(OXYGEN_SATURATION, dice.between(86, 91))
        .bloodPressure()
        .order(Panel.BLOOD_COUNT)
        .order(Panel.INFLAMMATION)
        .study(Study.CHEST_CT, "两肺肺气肿，两下肺感染。");
    visit.perform(Operation.OXYGEN, 30, condition);
    visit.perform(Operation.NEBULISATION, 200, condition);
    visit.prescribe(Drug.SALBUTAMOL, condition);
    visit.prescribe(Drug.LEVOFLOXACIN, condition);
    visit.close();
  }

  private void heart(Institution at, LocalDate day) {
    Visit visit = stay(at, Department.CARDIOLOGY, day, dice.between(5, 9), "反复胸闷、胸痛，加重2天");
    String condition = chart.condition(Chronic.CORONARY_DISEASE);
    visit.regarding(condition);
    visit
        .findings()
        .vitals(HEART_RATE, OXYGEN_SATURATION)
        .bloodPressure()
        .order(Panel.LIPIDS)
        .order(Panel.KIDNEY)
        .study(Study.ECG, "V3-V6导联ST段压低。");
    visit.perform(Operation.CORONARY_STENT, 26 * 60, condition);
    visit.prescribe(Drug.CLOPIDOGREL, condition);
    visit.prescribe(Drug.ATORVASTATIN, condition);
    visit.close();
  }

  private void stroke(Institution at, LocalDate day) {
    Visit visit = stay(at, Department.NEUROLOGY, day, dice.between(9, 13), "突发一侧肢体无力3小时");
    String condition = visit.diagnose(Diagnosis.STROKE, 30);
    visit
        .findings()
        .vitals(HEART_RATE)
        .bloodPressure()
        .examined(NIHSS, dice.between(4, 12))
        .order(Panel.LIPIDS)
        .study(Study.HEAD_CT);
    visit.perform(Operation.THROMBOLYSIS, 40, condition);
    visit.perform(Operation.REHABILITATION, 3 * 24 * 60, condition);
    visit.prescribe(Drug.CLOPIDOGREL, condition);
    visit.prescribe(Drug.ATORVASTATIN, condition);
    visit.prescribe(Drug.XUESAITONG, condition);
    visit.close();
  }

  /** An operation with the tests before it. */
  void surgery(
      Institution at,
      LocalDate day,
      Diagnosis diagnosis,
      Operation operation,
      String reason,
      boolean inflamed) {
    Visit visit = stay(at, diagnosis.department(), day, dice.between(3, 7), reason);
    String condition = visit.diagnose(diagnosis, 30);
    visit
        .findings()
        .during(inflamed ? Illness.BACTERIAL : Illness.NONE)
        .vitals(TEMPERATURE, HEART_RATE)
        .bloodPressure()
        .order(Panel.BLOOD_COUNT)
        .order(Panel.KIDNEY)
        .study(Study.ECG);
    visit.perform(operation, inflamed ? 300 : 22 * 60, condition);
    visit.prescribe(Drug.CEFUROXIME, condition);
    visit.close();
  }
}
