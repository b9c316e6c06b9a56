package health.helan.demo.clinical;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is measured and examined at a visit: Observation, DiagnosticReport, ServiceRequest. */
final class Findings {
  private static final ArrayNode VITAL_SIGNS =
      array(concept(null, new Code(Systems.OBSERVATION_CATEGORY, "vital-signs", "Vital Signs")));
  private static final ArrayNode LABORATORY =
      array(concept(null, new Code(Systems.OBSERVATION_CATEGORY, "laboratory", "Laboratory")));
  private static final ArrayNode SOCIAL =
      array(
          concept(
              null, new Code(Systems.OBSERVATION_CATEGORY, "social-history", "Social History")));
  private static final ArrayNode EXAM =
      array(concept(null, new Code(Systems.OBSERVATION_CATEGORY, "exam", "Exam")));
  private static final ArrayNode LABORATORY_REPORT =
      array(concept(null, new Code(Systems.DIAGNOSTIC_SERVICE, "LAB", "Laboratory")));
  private static final ObjectNode BLOOD_PRESSURE =
      concept(
          "血压",
          new Code(Systems.LOINC, "85354-9", "Blood pressure panel with all children optional"));
  private static final ObjectNode SMOKING =
      concept("吸烟状况", new Code(Systems.LOINC, "72166-2", "Tobacco smoking status"));
  private static final ObjectNode SMOKES =
      concept("每天吸烟", new Code(Systems.LOINC, "LA18976-3", "Current every day smoker"));
  private static final ObjectNode NEVER_SMOKED =
      concept("从不吸烟", new Code(Systems.LOINC, "LA18978-9", "Never smoker"));
  private static final ObjectNode HIGH =
      concept("偏高", new Code(Systems.INTERPRETATION, "H", "High"));
  private static final ObjectNode LOW = concept("偏低", new Code(Systems.INTERPRETATION, "L", "Low"));
  private static final ObjectNode NORMAL =
      concept("正常", new Code(Systems.INTERPRETATION, "N", "Normal"));

  private final Chart chart;
  private final Visit visit;
  private Body.@Nullable Sample sample;

  Findings(Chart chart, Visit visit) {
    this.chart = chart;
    this.visit = visit;
  }

  /** Says what illness the body fights at this visit, before anything is measured. */
  Findings during(Illness illness) {
    sample = chart.body().sample(visit.day(), illness, chart.dice());
    return this;
  }

  private Body.Sample sample() {
    if (sample == null) {
      sample = chart.body().sample(visit.day(), Illness.NONE, chart.dice());
    }
    return sample;
  }

  /** Systolic and diastolic pressure as one Observation with two components. */
  Findings bloodPressure() {
    ObjectNode observation = observation(VITAL_SIGNS, BLOOD_PRESSURE);
    double systolic = sample().value(Measure.SYSTOLIC);
    double diastolic = sample().value(Measure.DIASTOLIC);
    boolean high = systolic >= 139.5 || diastolic >= 89.5;
    observation.set("interpretation", array(high ? HIGH : NORMAL));
    observation.set(
        "component",
        array(component(Measure.SYSTOLIC, systolic), component(Measure.DIASTOLIC, diastolic)));
    chart.add(observation);
    return this;
  }

  private static ObjectNode component(Measure measure, double value) {
    ObjectNode component = object();
    component.set("code", measure.concept());
    component.set("valueQuantity", measure.quantity(value));
    return component;
  }

  /** Vital signs as the body has them. */
  Findings vitals(Measure... measures) {
    for (Measure measure : measures) {
      vital(measure, sample().value(measure));
    }
    return this;
  }

  /** The body's own weight and {@code more} kilograms, such as those of a pregnancy. */
  Findings weighed(double more) {
    return vital(Measure.WEIGHT, sample().value(Measure.WEIGHT) + more);
  }

  /** A vital sign with a given value. */
  Findings vital(Measure measure, double value) {
    ObjectNode observation = observation(VITAL_SIGNS, measure.concept());
    observation.set("valueQuantity", measure.quantity(value));
    chart.add(observation);
    return this;
  }

  /** Something examined by hand or by questions, with a given value. */
  Findings examined(Measure measure, double value) {
    ObjectNode observation = observation(EXAM, measure.concept());
    observation.set("valueQuantity", measure.quantity(value));
    chart.add(observation);
    return this;
  }

  /** Whether the resident smokes. */
  Findings smoking() {
    ObjectNode observation = observation(SOCIAL, SMOKING);
    observation.set("valueCodeableConcept", chart.ailments().smoker() ? SMOKES : NEVER_SMOKED);
    chart.add(observation);
    return this;
  }

  /** A laboratory report without an order of its own, as in a health check. */
  Findings panel(Panel panel) {
    return report(panel, null, Double.NaN);
  }

  /** A laboratory report that the doctor orders. */
  Findings order(Panel panel) {
    return report(panel, request(panel.concept()), Double.NaN);
  }

  /** As {@link #order}, with every glucose in it {@code factor} times what the body has. */
  Findings order(Panel panel, double factor) {
    return report(panel, request(panel.concept()), factor);
  }

  private String request(ObjectNode what) {
    ObjectNode request = resource("ServiceRequest");
    request.put("status", "completed").put("intent", "order");
    request.set("code", what);
    request.set("subject", chart.subject());
    request.set("encounter", visit.encounter());
    request.put("authoredOn", visit.startText());
    request.set("requester", visit.doctor());
    return chart.add(request);
  }

  private Findings report(Panel panel, @Nullable String order, double factor) {
    // Results are there some hours after the blood was taken.
    LocalDateTime ready = visit.start().plusMinutes(90 + chart.dice().below(240));
    String issued = instant(ready);
    ObjectNode laboratory = visit.laboratory();
    List<ObjectNode> results = new ArrayList<>();
    int abnormal = 0;
    for (Measure measure : panel.measures()) {
      double value = sample().value(measure);
      if (!Double.isNaN(factor)) {
        value *= factor;
      }
      ObjectNode observation = observation(LABORATORY, measure.concept());
      observation.put("issued", issued);
      observation.set("performer", array(laboratory));
      observation.set("valueQuantity", measure.quantity(value));
      String flag = measure.interpretation(value);
      if (flag != null) {
        observation.set(
            "interpretation", array(flag.equals("H") ? HIGH : flag.equals("L") ? LOW : NORMAL));
        observation.set("referenceRange", measure.range());
        if (!flag.equals("N")) {
          abnormal++;
        }
      }
      results.add(reference(chart.add(observation)));
    }
    ObjectNode report = reportHead(LABORATORY_REPORT, panel.concept(), order);
    report.put("issued", issued);
    report.set("performer", array(laboratory));
    report.set("result", array(results.toArray(ObjectNode[]::new)));
    report.put("conclusion", abnormal == 0 ? "未见异常" : abnormal + "项异常，请结合临床");
    chart.add(report);
    return this;
  }

  /** An examination that the doctor orders, with its usual conclusion. */
  Findings study(Study study) {
    return study(study, study.usual());
  }

  /** An examination that the doctor orders and what it shows. */
  Findings study(Study study, String conclusion) {
    ObjectNode report =
        reportHead(array(study.category()), study.concept(), request(study.concept()));
    report.put("issued", instant(visit.start().plusMinutes(40 + chart.dice().below(120))));
    report.set("performer", array(visit.doctor()));
    report.put("conclusion", conclusion);
    chart.add(report);
    return this;
  }

  private ObjectNode reportHead(ArrayNode category, ObjectNode code, @Nullable String order) {
    ObjectNode report = resource("DiagnosticReport");
    if (order != null) {
      report.set("basedOn", array(reference(order)));
    }
    report.put("status", "final");
    report.set("category", category);
    report.set("code", code);
    report.set("subject", chart.subject());
    report.set("encounter", visit.encounter());
    return report.put("effectiveDateTime", visit.startText());
  }

  private ObjectNode observation(ArrayNode category, ObjectNode code) {
    ObjectNode observation = resource("Observation");
    observation.put("status", "final");
    observation.set("category", category);
    observation.set("code", code);
    observation.set("subject", chart.subject());
    observation.set("encounter", visit.encounter());
    return observation.put("effectiveDateTime", visit.startText());
  }
}
