package health.helan.demo.clinical;

import static health.helan.demo.clinical.Measure.*;
import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.chance.Dice;
import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * Care of chronic disease: the visit at which it is found, a plan where the township centre manages
 * it, follow-up every three months (the national basic public health services ask for four a year),
 * prescriptions, and a more thorough look once a year.
 */
final class ChronicCare {
  private final Chart chart;
  private final Dice dice;
  private final Map<Chronic, String> episodes = new EnumMap<>(Chronic.class);

  private ChronicCare(Chart chart) {
    this.chart = chart;
    this.dice = chart.dice();
  }

  static void write(Chart chart) {
    if (!chart.ailments().all().isEmpty()) {
      var care = new ChronicCare(chart);
      for (Chronic chronic : chart.ailments().all()) {
        care.begin(chronic);
      }
      care.followUps();
    }
  }

  private LocalDate since(Chronic chronic) {
    LocalDate since = chart.ailments().onset(chronic);
    if (since == null) {
      throw new IllegalArgumentException("not there: " + chronic);
    }
    return since;
  }

  private void begin(Chronic chronic) {
    LocalDate found = since(chronic);
    String condition = chart.condition(chronic);
    if (chronic.managed()) {
      String episode = episode(chronic, condition, found);
      episodes.put(chronic, episode);
      plan(chronic, condition, found);
    }
    if (chart.covers(found)) {
      Department department = chronic.diagnosis().department();
      boolean far = chart.person().named() == null && dice.chance(0.25);
      Institution at = far ? dice.pick(chart.network().tertiary()) : chart.network().hospital();
      Visit visit =
          chart.outpatient(
              at, department, Chart.workday(found), "首次诊断：" + chronic.diagnosis().text());
      visit.regarding(condition);
      visit.findings().vitals(HEART_RATE).bloodPressure();
      if (chronic == Chronic.DIABETES) {
        visit.findings().order(Panel.SUGAR).order(Panel.LONG_TERM_SUGAR);
      }
      look(chronic, visit);
      visit.prescribe(chronic.drugs().getFirst(), condition);
      visit.close();
    }
  }

  /** What is examined for a disease, when it is found and once a year. */
  private void look(Chronic chronic, Visit visit) {
    Findings findings = visit.findings();
    switch (chronic) {
      case HYPERTENSION -> findings.order(Panel.KIDNEY);
      case DIABETES -> findings.order(Panel.LIPIDS);
      case COPD, ASTHMA -> findings.vitals(OXYGEN_SATURATION).order(Panel.LUNG_FUNCTION);
      case CORONARY_DISEASE -> findings.study(Study.ECG, "窦性心律，ST-T改变。");
      case DYSLIPIDAEMIA -> {
        if (!chart.ailments().has(Chronic.DIABETES)) {
          findings.order(Panel.LIPIDS);
        }
      }
      case HEPATITIS_B -> findings.order(Panel.LIVER);
      case KIDNEY_DISEASE -> findings.order(Panel.BLOOD_COUNT);
      case STROKE_SEQUELAE -> findings.examined(NIHSS, dice.between(1, 7));
      case DEMENTIA -> findings.examined(MMSE, dice.between(10, 22));
      case KNEE_ARTHROSIS -> findings.study(Study.LIMB_X_RAY, "膝关节间隙变窄，边缘骨质增生。");
      case OSTEOPOROSIS -> findings.study(Study.LIMB_X_RAY, "骨质密度减低，未见骨折。");
    }
  }

  private String episode(Chronic chronic, String condition, LocalDate since) {
    ObjectNode episode = resource("EpisodeOfCare");
    boolean living = chart.person().death() == null;
    episode.put("status", living ? "active" : "finished");
    episode.set(
        "type",
        array(
            concept(
                chronic.diagnosis().text() + "患者健康管理",
                new Code(
                    Systems.CARE_KIND,
                    "manage-" + chronic.diagnosis().code(),
                    chronic.diagnosis().text() + "患者健康管理"))));
    ObjectNode diagnosis = object();
    diagnosis.set("condition", reference(condition));
    episode.set("diagnosis", array(diagnosis));
    episode.set("patient", chart.subject());
    Institution centre = chart.home().centre();
    episode.set("managingOrganization", reference(centre.reference(), centre.name()));
    episode.set("period", period(since, chart.person().death()));
    return chart.add(episode);
  }

  private void plan(Chronic chronic, String condition, LocalDate since) {
    ObjectNode plan = resource("CarePlan");
    boolean living = chart.person().death() == null;
    plan.put("status", living ? "active" : "completed").put("intent", "plan");
    plan.put("title", chronic.diagnosis().text() + "随访计划");
    plan.set("subject", chart.subject());
    plan.set("period", period(since, chart.person().death()));
    plan.put("created", since.toString());
    Institution centre = chart.home().centre();
    plan.set("author", reference(centre.reference(), centre.name()));
    plan.set("addresses", array(reference(condition)));
    ObjectNode detail = object().put("status", living ? "in-progress" : "completed");
    ObjectNode repeat = detail.putObject("scheduledTiming").putObject("repeat");
    repeat.put("frequency", 4).put("period", 1).put("periodUnit", "a");
    detail.put("description", "每年面对面随访4次，测量并指导用药、饮食和运动");
    plan.set("activity", array(object().set("detail", detail)));
    chart.add(plan);
  }

  private void followUps() {
    LocalDate first = chart.until();
    boolean managed = false;
    for (Chronic chronic : chart.ailments().all()) {
      LocalDate since = since(chronic);
      if (since.isBefore(first)) {
        first = since;
      }
      managed |= chronic.managed();
    }
    int every = managed ? 3 : 6;
    // Not everyone keeps to it: who does comes nearly always, who does not, every other time.
    boolean reliable = dice.chance(0.6) || chart.person().named() != null;
    double keeps = reliable ? 0.8 : 0.3;
    int visits = 0;
    for (LocalDate due = first.plusMonths(every);
        due.isBefore(chart.until());
        due = due.plusMonths(every)) {
      LocalDate day = Chart.workday(due.plusDays(dice.below(20)));
      if (dice.chance(keeps) && chart.covers(day)) {
        followUp(day, ++visits);
      }
    }
  }

  private void followUp(LocalDate day, int number) {
    boolean yearly = number % 4 == 0;
    Visit visit = followUpVisit(day, yearly);
    Findings findings = visit.findings().bloodPressure();
    if (number % 2 == 0) {
      findings.vitals(HEART_RATE, WEIGHT);
    }
    if (chart.ailments().hasOn(Chronic.DIABETES, day)) {
      findings.panel(Panel.SUGAR);
      if (number % 2 == 0) {
        findings.order(Panel.LONG_TERM_SUGAR);
      }
    }
    for (Chronic chronic : chart.ailments().all()) {
      if (!chart.ailments().hasOn(chronic, day)) {
        continue;
      }
      String condition = chart.condition(chronic);
      visit.regarding(condition);
      String episode = episodes.get(chronic);
      if (episode != null) {
        visit.within(episode);
      }
      if (yearly) {
        look(chronic, visit);
      }
      prescribe(chronic, day, visit, condition);
    }
    visit.close();
  }

  private Visit followUpVisit(LocalDate day, boolean yearly) {
    if (yearly && dice.chance(0.3)) {
      Chronic first = chart.ailments().all().iterator().next();
      Department department = first.diagnosis().department();
      return chart.outpatient(chart.network().hospital(), department, day, "慢性病年度复查");
    }
    if (!yearly && dice.chance(0.12)) {
      return new Visit(
          chart,
          Visit.Kind.HOME,
          chart.home().clinic(),
          Department.GENERAL,
          chart.officeHour(day),
          dice.between(15, 40),
          "慢性病入户随访");
    }
    Institution at = dice.chance(0.45) ? chart.home().clinic() : chart.home().centre();
    return chart.outpatient(at, Department.GENERAL, day, "慢性病随访");
  }

  /** The first drug from the start; the second after years or when the first is not enough. */
  private void prescribe(Chronic chronic, LocalDate day, Visit visit, String condition) {
    visit.prescribe(chronic.drugs().getFirst(), condition);
    boolean second =
        chronic.drugs().size() > 1
            && day.isAfter(since(chronic).plusYears(2 + chart.person().index() % 4));
    if (second) {
      visit.prescribe(chronic.drugs().get(1), condition);
    }
  }
}
