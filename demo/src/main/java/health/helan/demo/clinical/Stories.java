package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;

import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import java.time.LocalDate;
import java.time.LocalDateTime;

/**
 * What happens to the named residents beyond what the models give everyone: on fixed days, so that
 * the guide can tell it. Told for readers in docs/guide/demo-region.md.
 */
final class Stories {
  private final Chart chart;
  private final Admissions admissions;

  private Stories(Chart chart) {
    this.chart = chart;
    this.admissions = new Admissions(chart);
  }

  static void write(Chart chart) {
    if (chart.person().named() == null) {
      return;
    }
    var stories = new Stories(chart);
    switch (chart.person().named()) {
      case MA_JIANGUO -> stories.lungsOfMaJianguo();
      case LI_QIANG -> stories.armOfLiQiang();
      case LI_ZIXUAN -> stories.allergyOfLiZixuan();
      case ZHANG_DEFU -> stories.strokeOfZhangDefu();
      case DING_ZHIMING -> stories.cancerOfDingZhiming();
      case DING_XIAOYAN -> stories.asthmaOfDingXiaoyan();
      case CHEN_GUIYING -> stories.hipOfChenGuiying();
      // Chronic care tells of Ma Xiulan, the pregnancy of Wang Fang and her daughter.
      case MA_XIULAN, WANG_FANG, LI_YUTONG -> {}
    }
  }

  private Institution county() {
    return chart.network().hospital();
  }

  private Institution city() {
    return chart.network().tertiary().getFirst();
  }

  private void lungsOfMaJianguo() {
    admissions.lungs(county(), LocalDate.of(2023, 1, 9));
    admissions.lungs(county(), LocalDate.of(2024, 12, 16));
  }

  private void armOfLiQiang() {
    Visit visit = emergency(county(), LocalDateTime.of(2024, 7, 19, 16, 40), "工地坠落伤，左前臂肿痛1小时");
    String fracture = visit.diagnose(Diagnosis.WRIST_FRACTURE, 70);
    visit
        .findings()
        .vitals(HEART_RATE)
        .bloodPressure()
        .study(Study.LIMB_X_RAY, "左桡骨远端骨皮质连续性中断，断端向背侧移位。");
    visit.perform(Operation.FRACTURE_REDUCTION, 55, fracture);
    visit.prescribe(Drug.IBUPROFEN, fracture);
    visit.close();
    Visit later =
        chart.outpatient(county(), Department.ORTHOPAEDICS, LocalDate.of(2024, 8, 16), "骨折复查");
    later.regarding(fracture);
    later.findings().study(Study.LIMB_X_RAY, "左桡骨远端骨折，对位对线良好，骨痂形成。");
    later.close();
  }

  private void allergyOfLiZixuan() {
    Visit first =
        chart.outpatient(
            chart.home().centre(), Department.GENERAL, LocalDate.of(2024, 11, 12), "咽痛、发热1天");
    String throat = first.diagnose(Diagnosis.TONSILLITIS, 8);
    first.findings().during(Illness.BACTERIAL).vitals(TEMPERATURE, WEIGHT).order(Panel.BLOOD_COUNT);
    first.prescribe(Drug.AMOXICILLIN, throat);
    first.close();
    Visit rash = emergency(county(), LocalDateTime.of(2024, 11, 13, 20, 15), "服用阿莫西林后全身皮疹2小时");
    rash.diagnose(Diagnosis.DRUG_RASH, 5);
    rash.findings().vitals(TEMPERATURE, HEART_RATE, OXYGEN_SATURATION);
    Allergies.write(chart, Allergies.Allergen.PENICILLIN, rash.day(), rash, "high");
    rash.prescribe(Drug.CETIRIZINE, null);
    rash.close();
  }

  private void strokeOfZhangDefu() {
    Visit first = emergency(county(), LocalDateTime.of(2024, 2, 5, 6, 50), "突发右侧肢体无力、言语不清1小时");
    String stroke = first.diagnose(Diagnosis.STROKE, 40);
    first
        .findings()
        .vitals(HEART_RATE)
        .bloodPressure()
        .examined(NIHSS, 9)
        .study(Study.HEAD_CT, "颅内未见出血灶，左侧大脑中动脉高密度征可疑。");
    first.perform(Operation.THROMBOLYSIS, 48, stroke);
    first.close();
    Visit stay =
        admissions.stay(
            city(), Department.NEUROLOGY, LocalDate.of(2024, 2, 5), 12, "县医院溶栓后转入，右侧肢体无力5小时");
    stay.regarding(stroke);
    stay.findings()
        .bloodPressure()
        .examined(NIHSS, 6)
        .order(Panel.LIPIDS)
        .order(Panel.SUGAR)
        .study(Study.HEAD_CT, "左侧基底节区低密度灶，符合脑梗死。");
    stay.perform(Operation.REHABILITATION, 3 * 24 * 60, stroke);
    stay.prescribe(Drug.CLOPIDOGREL, stroke);
    stay.prescribe(Drug.ATORVASTATIN, stroke);
    stay.discharge("rehab", "Rehabilitation");
    stay.close();
    Visit rehabilitation =
        admissions.stay(
            county(), Department.NEUROLOGY, LocalDate.of(2024, 2, 18), 20, "脑梗死恢复期，下转康复治疗");
    rehabilitation.regarding(stroke);
    for (int day = 1; day <= 15; day += 7) {
      rehabilitation.perform(Operation.REHABILITATION, day * 24 * 60, stroke);
    }
    rehabilitation.findings().bloodPressure().examined(NIHSS, 3);
    rehabilitation.close();
    LastDays.end(chart, LocalDate.of(2026, 2, 6), Diagnosis.HEART_FAILURE);
  }

  private void cancerOfDingZhiming() {
    Visit first =
        chart.outpatient(county(), Department.DIGESTIVE, LocalDate.of(2025, 3, 11), "上腹痛、黑便2周");
    String ulcer = first.diagnose(Diagnosis.GASTRIC_ULCER, 20);
    first.findings().bloodPressure().order(Panel.BLOOD_COUNT);
    first.perform(Operation.GASTROSCOPY, 120, ulcer);
    first.findings().study(Study.PATHOLOGY, "（胃窦）黏膜内腺癌，建议上级医院会诊。");
    first.prescribe(Drug.OMEPRAZOLE, ulcer);
    first.close();
    Visit remote =
        new Visit(
            chart,
            Visit.Kind.VIRTUAL,
            city(),
            Department.SURGERY,
            LocalDateTime.of(2025, 3, 18, 15, 0),
            30,
            "县市远程病理会诊");
    String cancer = remote.diagnose(Diagnosis.GASTRIC_CANCER, 0);
    remote.close();
    Visit stay =
        admissions.stay(city(), Department.SURGERY, LocalDate.of(2025, 3, 31), 11, "胃窦癌，入院手术");
    stay.regarding(cancer);
    stay.findings()
        .vitals(WEIGHT, HEART_RATE)
        .bloodPressure()
        .order(Panel.BLOOD_COUNT)
        .order(Panel.LIVER)
        .order(Panel.KIDNEY)
        .study(Study.CHEST_CT)
        .study(Study.ECG);
    stay.perform(Operation.DISTAL_GASTRECTOMY, 2 * 24 * 60 + 60, cancer);
    stay.findings().study(Study.PATHOLOGY, "胃窦早期腺癌，切缘阴性，淋巴结0/18，pT1aN0。");
    Charges.ofOperation(chart, stay);
    stay.close();
    LocalDate[] checks = {
      LocalDate.of(2025, 7, 8), LocalDate.of(2026, 1, 13), LocalDate.of(2026, 7, 14)
    };
    for (LocalDate day : checks) {
      Visit check = chart.outpatient(city(), Department.SURGERY, day, "胃癌术后复查");
      check.regarding(cancer);
      check
          .findings()
          .vitals(WEIGHT)
          .order(Panel.BLOOD_COUNT)
          .order(Panel.LIVER)
          .study(Study.CHEST_CT);
      check.close();
    }
  }

  private void asthmaOfDingXiaoyan() {
    String asthma = chart.condition(Chronic.ASTHMA);
    Allergies.write(chart, Allergies.Allergen.MUGWORT, LocalDate.of(2021, 8, 20), null, "low");
    for (int year = 2022; year <= 2026; year++) {
      Visit visit =
          chart.outpatient(
              county(),
              Department.RESPIRATORY,
              Chart.workday(LocalDate.of(year, 4, 16)),
              "喘息、夜间咳嗽3天");
      visit.regarding(asthma);
      visit.findings().vitals(HEART_RATE, OXYGEN_SATURATION).order(Panel.LUNG_FUNCTION);
      visit.perform(Operation.NEBULISATION, 30, asthma);
      visit.prescribe(Drug.SALBUTAMOL, asthma);
      visit.prescribe(Drug.BUDESONIDE_FORMOTEROL, asthma);
      visit.close();
    }
  }

  private void hipOfChenGuiying() {
    admissions.surgery(
        county(),
        LocalDate.of(2023, 1, 28),
        Diagnosis.HIP_FRACTURE,
        Operation.HIP_REPLACEMENT,
        "雪天滑倒，左髋部疼痛、不能行走3小时",
        false);
  }

  private Visit emergency(Institution at, LocalDateTime time, String reason) {
    return new Visit(chart, Visit.Kind.EMERGENCY, at, Department.EMERGENCY, time, 150, reason);
  }
}
