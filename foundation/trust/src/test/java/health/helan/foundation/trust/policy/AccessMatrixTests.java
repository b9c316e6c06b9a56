package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.Callers.ROOT;
import static health.helan.foundation.trust.policy.GuardedServer.tree;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Holds the running API to every cell of the table in docs/guide/access.md. */
class AccessMatrixTests {
  private static final GuardedServer SERVER = GuardedServer.get();
  private static final String HIV = "B20";
  private static final String HARMLESS = "J06";

  /** Everything a cell needs, made once: two hospitals and a resident for each relation. */
  private static final Region REGION = new Region();

  private static final class Region {
    final String run = UUID.randomUUID().toString().substring(0, 8);
    final String ours = "h1-" + run;
    final String theirs = "h2-" + run;
    final String doctor = "d1-" + run;
    final Caller ourSystem = Callers.system(ours);
    final Caller theirSystem = Callers.system(theirs);
    final Map<String, String> patients = new HashMap<>();
    final Map<String, Caller> callers = new HashMap<>();

    Region() {
      for (String institution : List.of(ours, theirs)) {
        put(
            ROOT,
            "{'resourceType':'Organization','id':'%s','name':'%s'}"
                .formatted(institution, institution));
      }
      put(ourSystem, practitioner(doctor));
      String service =
          SERVER.created(
              ourSystem,
              "{'resourceType':'HealthcareService','providedBy':{'reference':'Organization/%s'}}"
                  .formatted(ours));
      patients.put("own", SERVER.created(ourSystem, patient()));
      patients.put("own and treated", SERVER.created(ourSystem, patient()));
      patients.put("treated", SERVER.created(theirSystem, patient()));
      patients.put("sensitive", of("treated"));
      patients.put("other institution", SERVER.created(theirSystem, patient()));
      patients.put("other resident", SERVER.created(ROOT, patient()));
      patients.put("consent withdrawn", SERVER.created(theirSystem, patient()));
      for (String relation : List.of("own and treated", "treated")) {
        String patient = of(relation);
        SERVER.created(
            Callers.resident(patient),
            """
            {'resourceType':'Appointment','status':'booked','start':'%s','end':'%s','participant':[
              {'status':'accepted','actor':{'reference':'Patient/%s'}},
              {'status':'accepted','actor':{'reference':'Practitioner/%s'}},
              {'status':'accepted','actor':{'reference':'HealthcareService/%s'}}]}"""
                .formatted(
                    java.time.Instant.now(),
                    java.time.Instant.now().plusSeconds(900),
                    patient,
                    doctor,
                    service));
      }
      String withdrawn = of("consent withdrawn");
      Caller resident = Callers.resident(withdrawn);
      ObjectNode consent = tree(Consents.active(withdrawn, "Organization/" + ours));
      Reply given = SERVER.post(resident, consent);
      assertThat(given.status()).as(given.text()).isEqualTo(201);
      Caller doctorNow = Callers.practitioner(doctor, ours);
      assertThat(SERVER.get(doctorNow, "Patient/" + withdrawn).status()).isEqualTo(200);
      consent.put("id", given.id()).put("status", "inactive");
      assertThat(SERVER.send(resident, "PUT", "Consent/" + given.id(), consent.toString()).status())
          .isEqualTo(200);

      callers.put("RESIDENT", Callers.resident(of("own")));
      callers.put("PRACTITIONER", doctorNow);
      callers.put("SYSTEM", ourSystem);
      callers.put("REGULATOR", Callers.regulator());
      callers.put("OPERATOR", Callers.operator());
    }

    String of(String relation) {
      return Objects.requireNonNull(patients.get(relation));
    }

    private static String patient() {
      return "{'resourceType':'Patient','gender':'male','name':[{'text':'张小三'}]}";
    }

    static String practitioner(String id) {
      return "{'resourceType':'Practitioner','id':'%s','name':[{'text':'李医生'}],'birthDate':'1980-01-01'}"
          .formatted(id);
    }

    static void put(Caller caller, String json) {
      ObjectNode tree = tree(json);
      Reply reply =
          SERVER.send(
              caller,
              "PUT",
              tree.path("resourceType").stringValue() + "/" + tree.path("id").stringValue(),
              tree.toString());
      assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }
  }

  record Cell(String role, String interaction, String type, String relation, String expected) {
    @Override
    public String toString() {
      return String.join(" ", role, interaction, type, "(" + relation + "):", expected);
    }
  }

  static List<Cell> cells() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("../../docs/guide/access.md"));
    List<Cell> cells = new ArrayList<>();
    List<String> relations = null;
    for (String line : lines) {
      List<String> fields =
          Stream.of(line.split("\\|", -1)).map(String::strip).filter(f -> !f.isEmpty()).toList();
      if (line.startsWith("| Role | Interaction")) {
        relations = fields.subList(3, fields.size());
      } else if (relations != null && line.startsWith("| ") && !line.startsWith("| ---")) {
        for (String interaction : fields.get(1).split(", ")) {
          for (String type : fields.get(2).split(", ")) {
            for (int i = 0; i < relations.size(); i++) {
              if (!fields.get(3 + i).equals("-")) {
                cells.add(
                    new Cell(
                        fields.get(0), interaction, type, relations.get(i), fields.get(3 + i)));
              }
            }
          }
        }
      } else if (relations != null && !line.startsWith("|")) {
        break;
      }
    }
    return cells;
  }

  @Test
  void theTableSpeaksOfEveryRoleAndInteraction() throws IOException {
    List<Cell> cells = cells();
    assertThat(cells).hasSizeGreaterThan(350);
    assertThat(cells.stream().map(Cell::role).distinct())
        .containsExactlyInAnyOrder("RESIDENT", "PRACTITIONER", "SYSTEM", "REGULATOR", "OPERATOR");
    assertThat(cells.stream().map(Cell::interaction).distinct())
        .containsExactlyInAnyOrder("read", "search", "history", "create", "update", "delete");
    assertThat(cells.stream().map(Cell::expected).distinct())
        .containsExactlyInAnyOrder("full", "masked", "no", "forbidden", "yes", "taken");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void holds(Cell cell) {
    Caller caller = Objects.requireNonNull(REGION.callers.get(cell.role));
    String answer =
        switch (cell.interaction) {
          case "read" -> seen(SERVER.get(caller, cell.type + "/" + row(cell)));
          case "history" -> seen(SERVER.get(caller, cell.type + "/" + row(cell) + "/_history"));
          case "search" -> seen(SERVER.get(caller, cell.type + "?_id=" + row(cell)));
          case "create" -> written(SERVER.post(caller, body(cell, "")), 201);
          case "update" -> update(caller, cell, row(cell));
          case "delete" -> delete(caller, cell, row(cell));
          default -> throw new IllegalStateException(cell.interaction);
        };
    assertThat(answer).isEqualTo(cell.expected);
  }

  private static String seen(Reply reply) {
    if (reply.status() == 404 || reply.status() == 403) {
      return reply.status() == 404 ? "no" : "forbidden";
    }
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode json = reply.json();
    if (json.path("resourceType").asString("").equals("Bundle")) {
      if (json.path("entry").isEmpty()) {
        return "no";
      }
      json = json.path("entry").path(0).path("resource");
    }
    boolean isMasked = json.path("meta").toString().contains("SUBSETTED");
    if (json.path("resourceType").asString("").equals("Patient")) {
      assertThat(json.path("name").path(0).path("text").asString(""))
          .isEqualTo(isMasked ? "张*三" : "张小三");
    }
    return isMasked ? "masked" : "full";
  }

  private static String written(Reply reply, int success) {
    return switch (reply.status()) {
      case 403 -> "forbidden";
      case 404 -> "no";
      case 409 -> "taken";
      default -> {
        assertThat(reply.status()).as(reply.text()).isEqualTo(success);
        yield "yes";
      }
    };
  }

  private static String update(Caller caller, Cell cell, String id) {
    ObjectNode body = (ObjectNode) SERVER.get(ROOT, cell.type + "/" + id).json();
    body.put("language", "zh");
    return written(SERVER.send(caller, "PUT", cell.type + "/" + id, body.toString()), 200);
  }

  private static String delete(Caller caller, Cell cell, String id) {
    Reply reply = SERVER.send(caller, "DELETE", cell.type + "/" + id, null);
    if (reply.status() != 204) {
      return written(reply, 204);
    }
    return SERVER.get(ROOT, cell.type + "/" + id).status() == 410 ? "yes" : "no";
  }

  /** Id of a row that stands in the cell's relation to the caller. */
  private static String row(Cell cell) {
    boolean isFresh = cell.interaction.equals("update") || cell.interaction.equals("delete");
    if (cell.type.equals("Patient")) {
      return REGION.of(cell.relation);
    }
    if (cell.type.equals("Organization")) {
      if (isFresh) {
        return SERVER.created(ROOT, "{'resourceType':'Organization','name':'x'}");
      }
      return cell.relation.equals("own") ? REGION.ours : REGION.theirs;
    }
    if (cell.type.equals("Practitioner") && !isFresh && cell.relation.equals("own")) {
      return REGION.doctor;
    }
    Caller writer =
        switch (cell.relation) {
          case "own", "own and treated" -> REGION.ourSystem;
          case "other resident" -> ROOT;
          case "sensitive" -> cell.role.equals("RESIDENT") ? REGION.ourSystem : REGION.theirSystem;
          default -> REGION.theirSystem;
        };
    return SERVER.created(
        cell.type.equals("SearchParameter") ? ROOT : writer, body(cell, "other").toString());
  }

  /**
   * @param author empty for a body as the caller itself would write it
   */
  private static ObjectNode body(Cell cell, String author) {
    boolean ofResident = cell.role.equals("RESIDENT");
    String patient =
        "Patient/"
            + REGION.of(ofResident && cell.relation.equals("sensitive") ? "own" : cell.relation);
    String code = cell.relation.equals("sensitive") ? HIV : HARMLESS;
    String about = "'subject':{'reference':'" + patient + "'}";
    String coded = "{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'" + code + "'}]}";
    String performer =
        ofResident && author.isEmpty() ? ",'performer':[{'reference':'" + patient + "'}]" : "";
    return tree(
        "{'resourceType':'"
            + cell.type
            + "',"
            + switch (cell.type) {
              case "Patient" -> "'name':[{'text':'张小三'}]}";
              case "Observation" ->
                  "'status':'final','code':" + coded + "," + about + performer + "}";
              case "Condition" -> "'code':" + coded + "," + about + "}";
              case "Encounter" ->
                  "'status':'planned','class':{'code':'AMB'},'reasonCode':["
                      + coded
                      + "],"
                      + about
                      + "}";
              case "ExplanationOfBenefit" ->
                  "'status':'active','type':{'text':'x'},'use':'claim','patient':{'reference':'"
                      + patient
                      + "'},'created':'2026-01-01','insurer':{'display':'x'},'provider':{'display':'x'},"
                      + "'outcome':'complete','insurance':[{'focal':true,'coverage':{'display':'x'}}]}";
              case "DocumentReference" ->
                  "'status':'current','type':"
                      + coded
                      + ","
                      + about
                      + ",'content':[{'attachment':{'title':'x'}}]}";
              case "MedicationRequest" ->
                  "'status':'active','intent':'order','medicationCodeableConcept':{'text':'x'},'reasonCode':["
                      + coded
                      + "],"
                      + about
                      + "}";
              case "Organization" -> "'name':'x'}";
              case "ChargeItemDefinition" -> "'url':'urn:x:price','status':'active'}";
              case "Practitioner" -> "'name':[{'text':'李医生'}],'birthDate':'1980-01-01'}";
              case "Consent" ->
                  Consents.active(REGION.of(cell.relation), "Organization/x")
                      .substring("{'resourceType':'Consent',".length());
              case "SearchParameter" ->
                  "'url':'urn:x','name':'x','status':'draft','description':'x','code':'x','base':['Basic'],'type':'token'}";
              default -> throw new IllegalStateException(cell.type);
            });
  }
}
