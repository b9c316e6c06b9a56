package health.helan.app.pharmacy;

import health.helan.demo.NamedResident;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.review.PrescriptionStep;
import health.helan.pharmacy.review.Prescriptions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * A handful of prescriptions in several states to look at in the demo region, of residents whom the
 * demo doctors treat today, each marked as a demonstration: signed and submitted in the doctor's
 * name and decided in the pharmacist's, by the same steps as any other. This is the only place that
 * writes prescriptions by itself, and it does so for made-up residents alone.
 */
@Component
public final class DemoPrescriptions {
  private static final Logger LOG = LoggerFactory.getLogger(DemoPrescriptions.class);
  private static final String NUMBER = "https://helan.health/fhir/sid/prescription";
  private static final String DEMO = "https://helan.health/fhir/sid/demo-prescription";

  /** What becomes of one. */
  private enum End {
    SUBMITTED,
    PASSED,
    RETURNED
  }

  private record Plan(
      String doctor,
      NamedResident resident,
      String drug,
      String text,
      double dose,
      String unit,
      int times,
      int days,
      int quantity,
      String diagnosis,
      String diagnosisText,
      End end) {}

  private static final List<Plan> PLANS =
      List.of(
          new Plan(
              "doctor2",
              NamedResident.MA_XIULAN,
              "amlodipine",
              "苯磺酸氨氯地平片 5mg",
              1,
              "片",
              1,
              7,
              7,
              "I10",
              "原发性高血压",
              End.PASSED),
          new Plan(
              "doctor2",
              NamedResident.MA_XIULAN,
              "metformin",
              "盐酸二甲双胍片 0.5g",
              1,
              "片",
              2,
              7,
              14,
              "E11.9",
              "2型糖尿病",
              End.SUBMITTED),
          new Plan(
              "doctor1",
              NamedResident.MA_JIANGUO,
              "ambroxol",
              "盐酸氨溴索片 30mg",
              1,
              "片",
              3,
              5,
              15,
              "J20.9",
              "急性支气管炎",
              End.SUBMITTED),
          new Plan(
              "doctor1",
              NamedResident.LI_QIANG,
              "ibuprofen",
              "布洛芬片 0.2g",
              1,
              "片",
              2,
              3,
              6,
              "S52.9",
              "前臂骨折",
              End.RETURNED),
          // Four tablets at once: held, for the doctor to mend.
          new Plan(
              "doctor1",
              NamedResident.MA_JIANGUO,
              "amlodipine",
              "苯磺酸氨氯地平片 5mg",
              4,
              "片",
              1,
              7,
              28,
              "I10",
              "原发性高血压",
              End.SUBMITTED));

  private final SignIn signIn;
  private final RecordStore store;
  private final Prescriptions prescriptions;
  private final Clock clock;

  DemoPrescriptions(SignIn signIn, RecordStore store, Prescriptions prescriptions, Clock clock) {
    this.signIn = signIn;
    this.store = store;
    this.prescriptions = prescriptions;
    this.clock = clock;
  }

  /** Makes them once; when the demo doctors, their keys and their visits are in. */
  public void create() {
    Caller pharmacist = null;
    for (int i = 0; i < PLANS.size(); i++) {
      Plan plan = PLANS.get(i);
      try {
        Caller doctor = caller(plan.doctor, null);
        if (doctor == null || isThere(i)) {
          continue;
        }
        pharmacist = caller("pharmacist1", doctor.institution());
        write(plan, i, doctor, pharmacist);
      } catch (Refusal refused) {
        LOG.warn("A demo prescription could not be made: {}", refused.messageKey());
      }
    }
  }

  private @Nullable Caller caller(String login, @Nullable String institution) {
    Account account = signIn.accounts().byLogin(login);
    if (account == null || !account.demo() || account.person().isEmpty()) {
      return null;
    }
    for (Registry.Post post : signIn.registry().posts(account.person())) {
      if (institution == null || institution.equals(post.institution())) {
        return new Caller(
            "demo-prescriptions",
            Caller.Role.PRACTITIONER,
            post.institution(),
            Set.of(),
            "",
            new Caller.Binding(
                account.person(), Set.copyOf(post.teams()), Set.of(), Caller.Binding.ALL_SCOPES));
      }
    }
    return null;
  }

  private boolean isThere(int number) {
    return !search("MedicationRequest", "identifier", DEMO + "|" + number).isEmpty();
  }

  private List<SearchResult.Entry> search(String type, String... parameters) {
    var wanted = new java.util.ArrayList<SearchRequest.Parameter>();
    for (int i = 0; i < parameters.length; i += 2) {
      wanted.add(new SearchRequest.Parameter(parameters[i], parameters[i + 1]));
    }
    return store
        .search(
            Caller.platform("demo-prescriptions"),
            new SearchRequest(type, null, null, List.copyOf(wanted), false))
        .entries();
  }

  private void write(Plan plan, int number, Caller doctor, @Nullable Caller pharmacist) {
    String practitioner = "Practitioner/" + doctor.binding().practitioner();
    Registry.Resident resident =
        signIn.registry().resident(plan.resident.identityNumber(), plan.resident.fullName().text());
    if (resident == null) {
      return; // A region of another size or seed has somebody else in that place.
    }
    String patient = "Patient/" + resident.patient();
    List<SearchResult.Entry> visits =
        search(
            "Encounter",
            "participant",
            practitioner,
            "subject",
            patient,
            "status",
            "arrived,in-progress",
            "_count",
            "1");
    if (visits.isEmpty()) {
      return;
    }
    ObjectNode request = request(plan, number, practitioner, patient);
    request
        .putObject("encounter")
        .put("reference", "Encounter/" + visits.getFirst().resource().id());
    var written =
        store.write(
            doctor,
            new Interaction.Create(
                "MedicationRequest", Interaction.Body.of(request), null, null, patient));
    String task = prescriptions.submit(doctor, List.of(written.id()), doctor.institution()).id();
    if (plan.end != End.SUBMITTED && pharmacist != null) {
      var nothing = new Prescriptions.Said(null, null);
      var taken = prescriptions.take(pharmacist, task, PrescriptionStep.TAKE, nothing, null);
      if (plan.end == End.PASSED) {
        taken = prescriptions.take(pharmacist, task, PrescriptionStep.PASS, nothing, null);
      } else {
        taken =
            prescriptions.take(
                pharmacist,
                task,
                PrescriptionStep.RETURN,
                new Prescriptions.Said("请补充肾功能和胃病史（演示）", "2-5"),
                null);
      }
    }
  }

  private ObjectNode request(Plan plan, int number, String practitioner, String patient) {
    ObjectNode request = Json.MAPPER.createObjectNode().put("resourceType", "MedicationRequest");
    request
        .putArray("identifier")
        .addObject()
        .put("system", DEMO)
        .put("value", Integer.toString(number));
    request.put("status", "draft").put("intent", "order");
    ObjectNode drug = request.putObject("medicationCodeableConcept");
    drug.putArray("coding").addObject().put("system", Knowledge.SYSTEM).put("code", plan.drug);
    drug.put("text", plan.text);
    request.putObject("subject").put("reference", patient);
    request.put("authoredOn", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    request.putObject("requester").put("reference", practitioner);
    ObjectNode reason = request.putArray("reasonCode").addObject();
    reason
        .putArray("coding")
        .addObject()
        .put("system", "http://hl7.org/fhir/sid/icd-10")
        .put("code", plan.diagnosis)
        .put("display", plan.diagnosisText);
    reason.put("text", plan.diagnosisText);
    request.putObject("groupIdentifier").put("system", NUMBER).put("value", "DEMO-" + (number + 1));
    request.putArray("note").addObject().put("text", "演示处方，不用于诊疗");
    ObjectNode dosage = request.putArray("dosageInstruction").addObject();
    dosage
        .putObject("timing")
        .putObject("repeat")
        .put("frequency", plan.times)
        .put("period", 1)
        .put("periodUnit", "d");
    dosage.putObject("route").put("text", "口服");
    dosage
        .putArray("doseAndRate")
        .addObject()
        .putObject("doseQuantity")
        .put("value", plan.dose)
        .put("unit", plan.unit);
    ObjectNode supply = request.putObject("dispenseRequest");
    supply.putObject("quantity").put("value", plan.quantity).put("unit", plan.unit);
    supply
        .putObject("expectedSupplyDuration")
        .put("value", plan.days)
        .put("unit", "天")
        .put("system", "http://unitsofmeasure.org")
        .put("code", "d");
    return request;
  }
}
