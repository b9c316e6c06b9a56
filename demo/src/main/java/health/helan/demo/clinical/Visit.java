package health.helan.demo.clinical;

import static health.helan.demo.fhir.Fhir.*;

import health.helan.demo.fhir.Code;
import health.helan.demo.fhir.Systems;
import health.helan.demo.place.Department;
import health.helan.demo.place.Institution;
import health.helan.demo.place.InstitutionKind;
import health.helan.demo.place.Staff;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One Encounter and what is found, ordered and given in it. The Encounter itself is written by
 * {@link #close}, when its diagnoses are known.
 */
final class Visit {
  static final ObjectNode ENCOUNTER_DIAGNOSIS =
      concept(
          null, new Code(Systems.CONDITION_CATEGORY, "encounter-diagnosis", "Encounter Diagnosis"));
  private static final ObjectNode ATTENDING =
      concept("主诊医师", new Code(Systems.PARTICIPATION, "PPRF", "primary performer"));

  /** The classes of encounters, codes of v3-ActCode. */
  enum Kind {
    OUTPATIENT("AMB", "ambulatory", "门诊"),
    EMERGENCY("EMER", "emergency", "急诊"),
    INPATIENT("IMP", "inpatient encounter", "住院"),
    HOME("HH", "home health", "入户随访"),
    VIRTUAL("VR", "virtual", "互联网复诊");

    private final ObjectNode coding;
    private final String text;

    Kind(String code, String display, String text) {
      this.coding = coding(new Code(Systems.ACT_CODE, code, display));
      this.text = text;
    }
  }

  private final Chart chart;
  private final Kind kind;
  private final Institution at;
  private final Department department;
  private final Staff doctor;
  private final LocalDateTime start;
  private final LocalDateTime end;
  private final String reason;
  private final String url;
  private final ObjectNode encounter;
  private final String startText;
  private final Findings findings;
  private final List<String> diagnoses = new ArrayList<>();
  private final List<String> episodes = new ArrayList<>();
  private @Nullable String partOf;
  private @Nullable Code discharge;
  private @Nullable String account;

  Visit(
      Chart chart,
      Kind kind,
      Institution at,
      Department department,
      LocalDateTime start,
      int minutes,
      String reason) {
    this(chart, kind, at, department, start, minutes, reason, chart.dice().urnUuid());
  }

  Visit(
      Chart chart,
      Kind kind,
      Institution at,
      Department department,
      LocalDateTime start,
      int minutes,
      String reason,
      String url) {
    this.chart = chart;
    this.kind = kind;
    this.at = at;
    this.department = at.department(department);
    this.start = start;
    LocalDateTime planned = start.plusMinutes(minutes);
    LocalDateTime last = chart.until().atTime(23, 0);
    this.end = planned.isAfter(last) ? last : planned;
    this.reason = reason;
    this.url = url;
    this.encounter = reference(url);
    this.startText = instant(start);
    List<Staff> doctors = at.doctors(this.department);
    // Most residents stay with their doctor.
    int usual = chart.person().index() % doctors.size();
    this.doctor = chart.dice().chance(0.75) ? doctors.get(usual) : chart.dice().pick(doctors);
    this.findings = new Findings(chart, this);
  }

  Chart chart() {
    return chart;
  }

  Institution at() {
    return at;
  }

  String url() {
    return url;
  }

  /** Reference to the Encounter. Shared; not to be changed. */
  ObjectNode encounter() {
    return encounter;
  }

  LocalDate day() {
    return start.toLocalDate();
  }

  LocalDateTime start() {
    return start;
  }

  LocalDateTime end() {
    return end;
  }

  String startText() {
    return startText;
  }

  /** Reference to the doctor with the name. */
  ObjectNode doctor() {
    return reference(doctor.reference(), doctor.name().text());
  }

  /** Reference to the institution that analyses what is drawn here. */
  ObjectNode laboratory() {
    boolean small =
        at.kind() == InstitutionKind.TOWNSHIP_CENTRE || at.kind() == InstitutionKind.VILLAGE_CLINIC;
    Institution where = small ? chart.network().laboratory() : at;
    return reference(where.reference(), where.name());
  }

  /** Measurements, laboratory reports, examinations. */
  Findings findings() {
    return findings;
  }

  /** Makes a new diagnosis that lasts {@code days}, 0 for one that stays; returns its URL. */
  String diagnose(Diagnosis diagnosis, int days) {
    String condition = chart.diagnosis(diagnosis, this, days);
    diagnoses.add(condition);
    return condition;
  }

  /** Comes because of a condition that is known. */
  void regarding(String conditionUrl) {
    if (!diagnoses.contains(conditionUrl)) {
      diagnoses.add(conditionUrl);
    }
  }

  /** Belongs to an EpisodeOfCare. */
  void within(String episodeUrl) {
    episodes.add(episodeUrl);
  }

  /** Is part of another Encounter. */
  void partOf(String encounterUrl) {
    this.partOf = encounterUrl;
  }

  /** What it costs goes to this Account. */
  void account(String accountUrl) {
    this.account = accountUrl;
  }

  /** How an inpatient leaves: a code of HL7's discharge-disposition. */
  void discharge(String code, String display) {
    this.discharge = new Code(Systems.DISCHARGE, code, display);
  }

  /** Orders a medicine for its usual number of days; for a condition where one is given. */
  void prescribe(Drug drug, @Nullable String conditionUrl) {
    ObjectNode request = resource("MedicationRequest");
    boolean over = start.plusDays(drug.days()).toLocalDate().isBefore(chart.until());
    request.put("status", over || chart.person().death() != null ? "completed" : "active");
    request.put("intent", "order");
    request.set("medicationCodeableConcept", drug.concept());
    request.set("subject", chart.subject());
    request.set("encounter", encounter);
    request.put("authoredOn", startText);
    request.set("requester", doctor());
    if (conditionUrl != null) {
      request.set("reasonReference", array(reference(conditionUrl)));
    }
    ObjectNode dosage =
        object().put("text", "每次" + drug.dose() + drug.unit() + "，每日" + drug.timesPerDay() + "次");
    ObjectNode repeat = dosage.putObject("timing").putObject("repeat");
    repeat.put("frequency", drug.timesPerDay()).put("period", 1).put("periodUnit", "d");
    ObjectNode dose = object();
    dose.putObject("doseQuantity").put("value", drug.dose()).put("unit", drug.unit());
    dosage.set("doseAndRate", array(dose));
    request.set("dosageInstruction", array(dosage));
    ObjectNode dispense = request.putObject("dispenseRequest");
    dispense
        .putObject("quantity")
        .put("value", drug.dose() * drug.timesPerDay() * drug.days())
        .put("unit", drug.unit());
    dispense
        .putObject("expectedSupplyDuration")
        .put("value", drug.days())
        .put("unit", "天")
        .put("system", Systems.UCUM)
        .put("code", "d");
    if (kind != Kind.INPATIENT && chart.dice().chance(0.3)) {
      Institution pharmacy = chart.home().pharmacy();
      dispense.set("performer", reference(pharmacy.reference(), pharmacy.name()));
    }
    chart.add(request);
  }

  /** An operation or treatment that begins {@code minutesIn} minutes after the visit. */
  String perform(Operation operation, int minutesIn, @Nullable String conditionUrl) {
    ObjectNode procedure = resource("Procedure");
    procedure.put("status", "completed");
    procedure.set("code", operation.concept());
    procedure.set("subject", chart.subject());
    procedure.set("encounter", encounter);
    LocalDateTime begin = start.plusMinutes(minutesIn);
    procedure.set("performedPeriod", period(begin, begin.plusMinutes(operation.minutes())));
    procedure.set("performer", array(object().set("actor", doctor())));
    if (conditionUrl != null) {
      procedure.set("reasonReference", array(reference(conditionUrl)));
    }
    return chart.add(procedure);
  }

  /** Writes the Encounter; nothing is added to the visit afterwards. */
  void close() {
    ObjectNode resource = resource("Encounter");
    resource.put("status", "finished");
    resource.set("class", kind.coding);
    resource.set("type", array(object().put("text", department.text() + kind.text)));
    resource.set("subject", chart.subject());
    if (!episodes.isEmpty()) {
      ArrayNode list = resource.putArray("episodeOfCare");
      episodes.forEach(episode -> list.add(reference(episode)));
    }
    ObjectNode participant = object();
    participant.set("type", array(ATTENDING));
    participant.set("individual", doctor());
    resource.set("participant", array(participant));
    resource.set("period", period(start, end));
    resource.set("reasonCode", array(object().put("text", reason)));
    if (!diagnoses.isEmpty()) {
      ArrayNode list = resource.putArray("diagnosis");
      int rank = 1;
      for (String diagnosis : diagnoses) {
        ObjectNode item = list.addObject();
        item.set("condition", reference(diagnosis));
        item.put("rank", rank++);
      }
    }
    if (account != null) {
      resource.set("account", array(reference(account)));
    }
    if (discharge != null) {
      resource.putObject("hospitalization").set("dischargeDisposition", concept(null, discharge));
    }
    if (kind != Kind.VIRTUAL && kind != Kind.HOME) {
      ObjectNode location = object();
      location.set("location", reference("Location/" + at.locationId(), at.name()));
      resource.set("location", array(location));
    }
    resource.set("serviceProvider", reference(at.reference(), at.name()));
    if (partOf != null) {
      resource.set("partOf", reference(partOf));
    }
    chart.add(url, resource);
  }
}
