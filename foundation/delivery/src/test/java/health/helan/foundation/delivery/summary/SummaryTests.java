package health.helan.foundation.delivery.summary;

import static health.helan.foundation.delivery.DeliveryServer.resident;
import static health.helan.foundation.delivery.DeliveryServer.system;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.validation.Issue;
import health.helan.foundation.store.validation.Options;
import health.helan.foundation.store.validation.Validator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Patient summaries over HTTP, with the real access policy. */
class SummaryTests {
  private static final DeliveryServer SERVER = DeliveryServer.get();

  private static String about(String type, String patient, String inside) {
    return "{'resourceType':'%s','%s':{'reference':'Patient/%s'},%s}"
        .formatted(
            type,
            Set.of("AllergyIntolerance", "Immunization").contains(type) ? "patient" : "subject",
            patient,
            inside);
  }

  private static Map<String, JsonNode> sections(JsonNode bundle) {
    Map<String, JsonNode> sections = new HashMap<>();
    for (JsonNode section : bundle.path("entry").path(0).path("resource").path("section")) {
      sections.put(section.path("code").path("coding").path(0).path("code").asString(), section);
    }
    return sections;
  }

  @Test
  void areOfThePersonWithAllItsPatients() {
    Caller ours = system("sum9");
    String one = SERVER.patient(ours, "张三");
    String other =
        SERVER.created(
            ours,
            "{'resourceType':'Patient','name':[{'text':'张三'}],'link':[{'other':{'reference':'Patient/%s'},'type':'replaced-by'}]}"
                .formatted(one));
    SERVER.created(ours, about("AllergyIntolerance", other, "'code':{'text':'青霉素'}"));
    JsonNode bundle = SERVER.get(ours, "Patient/" + one + "/$summary").json();
    assertThat(Objects.requireNonNull(sections(bundle).get("48765-2")).path("entry")).hasSize(1);
    List<String> urls = new ArrayList<>();
    bundle.path("entry").forEach(entry -> urls.add(entry.path("fullUrl").asString("")));
    assertThat(urls)
        .contains(SERVER.base + "/Patient/" + one, SERVER.base + "/Patient/" + other)
        .doesNotHaveDuplicates();
  }

  @Test
  void holdWhatCareElsewhereNeeds() {
    Caller ours = system("sum1");
    String patient = SERVER.patient(ours, "张三");
    String concept = "'code':{'text':'%s'}";
    String allergy =
        SERVER.created(ours, about("AllergyIntolerance", patient, concept.formatted("青霉素 <过敏>")));
    SERVER.created(
        ours,
        about(
            "AllergyIntolerance",
            patient,
            concept.formatted("花生")
                + ",'verificationStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification','code':'refuted'}]}"));
    String active =
        "'clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'%s'}]}";
    String problem =
        SERVER.created(
            ours,
            about(
                "Condition", patient, concept.formatted("高血压") + "," + active.formatted("active")));
    SERVER.created(
        ours,
        about("Condition", patient, concept.formatted("感冒") + "," + active.formatted("resolved")));
    String medicine = SERVER.created(ours, "{'resourceType':'Medication','code':{'text':'氨氯地平'}}");
    String prescription =
        SERVER.created(
            ours,
            about(
                "MedicationRequest",
                patient,
                "'status':'active','intent':'order','medicationReference':{'reference':'Medication/"
                    + medicine
                    + "','display':'氨氯地平'}"));
    String vaccine =
        SERVER.created(
            ours,
            about(
                "Immunization",
                patient,
                "'status':'completed','vaccineCode':{'text':'流感疫苗'},'occurrenceDateTime':'2025-10-01'"));
    List<String> results = new ArrayList<>();
    for (String day : List.of("01", "02", "03")) {
      results.add(
          SERVER.created(
              ours,
              about(
                  "Observation",
                  patient,
                  "'status':'"
                      // What was a mistake does not stand before what holds.
                      + (day.equals("03") ? "entered-in-error" : "final")
                      + "','category':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/observation-category','code':'laboratory'}]}],'code':{'coding':[{'system':'http://loinc.org','code':'718-7','display':'血红蛋白'}]},'effectiveDateTime':'2026-01-"
                      + day
                      + "','valueQuantity':{'value':130,'unit':'g/L'}")));
    }

    Reply reply = SERVER.get(ours, "Patient/" + patient + "/$summary", "Accept-Language", "zh");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode bundle = reply.json();
    assertThat(
            Validator.get().validate(bundle, Options.STORED).stream()
                .filter(issue -> issue.severity() == Issue.Severity.ERROR)
                .toList())
        .isEmpty();
    assertThat(bundle.path("type").asString()).isEqualTo("document");
    JsonNode composition = bundle.path("entry").path(0).path("resource");
    assertThat(composition.path("type").path("coding").path(0).path("code").asString())
        .isEqualTo("60591-5");
    assertThat(composition.path("author").path(0).path("reference").asString())
        .isEqualTo("Organization/sum1");
    Map<String, JsonNode> sections = sections(bundle);
    assertThat(sections.keySet())
        .containsExactlyInAnyOrder("11450-4", "48765-2", "10160-0", "11369-6", "30954-2");
    Map<String, String> expected =
        Map.of(
            "11450-4", "Condition/" + problem,
            "48765-2", "AllergyIntolerance/" + allergy,
            "10160-0", "MedicationRequest/" + prescription,
            "11369-6", "Immunization/" + vaccine,
            "30954-2", "Observation/" + results.get(1));
    expected.forEach(
        (code, reference) -> {
          JsonNode entries = of(sections, code).path("entry");
          assertThat(entries.size()).as(code).isEqualTo(1);
          assertThat(entries.path(0).path("reference").asString()).isEqualTo(reference);
        });
    assertThat(of(sections, "48765-2").path("text").path("div").asString())
        .contains("青霉素 &lt;过敏&gt;");

    // Every reference of a section leads to an entry; the medicine that is pointed to is there.
    Set<String> urls = new HashSet<>();
    bundle.path("entry").forEach(entry -> urls.add(entry.path("fullUrl").asString()));
    assertThat(urls).hasSize(bundle.path("entry").size());
    expected.values().forEach(one -> assertThat(urls).contains(SERVER.base + "/" + one));
    assertThat(urls)
        .contains(SERVER.base + "/Patient/" + patient, SERVER.base + "/Medication/" + medicine);

    // The resident's own summary is the same; another institution's system finds nobody.
    assertThat(sections(SERVER.get(resident(patient), "Patient/" + patient + "/$summary").json()))
        .hasSize(5);
    assertThat(SERVER.get(system("sum2"), "Patient/" + patient + "/$summary").status())
        .isEqualTo(404);
    assertThat(SERVER.send(null, "GET", "Patient/" + patient + "/$summary", null).status())
        .isEqualTo(401);
  }

  @Test
  void holdWhatIsOldAndStillThereBehindMuchThatIsOver() {
    Caller ours = system("sum4");
    String patient = SERVER.patient(ours, "王五");
    String old = SERVER.created(ours, about("Condition", patient, "'code':{'text':'糖尿病'}"));
    for (int i = 0; i < 3; i++) {
      var bundle = DeliveryServer.tree("{'resourceType':'Bundle','type':'transaction'}");
      var entries = bundle.putArray("entry");
      for (int j = 0; j < 80; j++) {
        var entry = entries.addObject();
        entry.set(
            "resource",
            DeliveryServer.tree(
                about(
                    "Condition",
                    patient,
                    "'clinicalStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'resolved'}]}")));
        entry.putObject("request").put("method", "POST").put("url", "Condition");
      }
      assertThat(SERVER.send(ours, "POST", "", bundle.toString()).status()).isEqualTo(200);
    }
    JsonNode problems =
        of(sections(SERVER.get(ours, "Patient/" + patient + "/$summary").json()), "11450-4");
    assertThat(problems.path("entry").size()).isEqualTo(1);
    assertThat(problems.path("entry").path(0).path("reference").asString())
        .isEqualTo("Condition/" + old);
  }

  @Test
  void sayWhyASectionIsEmpty() {
    Caller ours = system("sum3");
    String patient = SERVER.patient(ours, "李四");
    SERVER.created(ours, about("Condition", patient, "'code':{'text':'高血压'}"));
    Map<String, JsonNode> all =
        sections(SERVER.get(ours, "Patient/" + patient + "/$summary").json());
    assertThat(all.keySet()).containsExactlyInAnyOrder("11450-4", "48765-2", "10160-0");
    assertThat(reason(of(all, "48765-2"))).isEqualTo("unavailable");
    assertThat(of(all, "48765-2").has("entry")).isFalse();
    // A token for some types does not tell whether there is something of the others.
    Map<String, JsonNode> some =
        sections(
            SERVER
                .get(
                    system("sum3", "system/Patient.rs", "system/AllergyIntolerance.rs"),
                    "Patient/" + patient + "/$summary")
                .json());
    assertThat(reason(of(some, "11450-4"))).isEqualTo("withheld");
    assertThat(reason(of(some, "48765-2"))).isEqualTo("unavailable");
  }

  private static JsonNode of(Map<String, JsonNode> sections, String code) {
    return Objects.requireNonNull(sections.get(code), code);
  }

  private static String reason(JsonNode section) {
    return section.path("emptyReason").path("coding").path(0).path("code").asString();
  }
}
