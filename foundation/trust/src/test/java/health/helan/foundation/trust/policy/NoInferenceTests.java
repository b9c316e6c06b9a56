package health.helan.foundation.trust.policy;

import static health.helan.foundation.trust.policy.Callers.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.policy.GuardedServer.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random records, random callers, random requests: whatever happens to records that a caller may
 * not see, every answer stays what it was, byte for byte. Left out of the comparison are the id of
 * an answer's Bundle, which is new each time, and its watermark, which is the time.
 */
class NoInferenceTests {
  private static final GuardedServer SERVER = GuardedServer.get();
  private static final Pattern BUNDLE_HEAD =
      Pattern.compile(
          "\\{\"resourceType\":\"Bundle\",\"id\":\"[^\"]*\",\"meta\":\\{\"lastUpdated\":\"[^\"]*\"\\}");

  @Property(tries = 4, shrinking = ShrinkingMode.OFF)
  void whatIsHiddenChangesNoAnswer(@ForAll long seed) {
    var region = new Region(new Random(seed));
    List<String> requests = region.requests();
    // The requests do ask about what is changed: to whom it is not hidden, many answers change.
    Map<String, String> openBefore = answers(region.theirSystem, requests);
    region.hiddenChanges(true).forEach(Runnable::run);
    Map<String, String> openAfter = answers(region.theirSystem, requests);
    assertThat(
            requests.stream()
                .filter(one -> !Objects.equals(openBefore.get(one), openAfter.get(one)))
                .count())
        .isGreaterThan(20);
    for (Map.Entry<String, Caller> each : region.callers.entrySet()) {
      // For an account of the region's, the sensitive findings of a treated resident are hidden
      // too.
      List<Runnable> changes = region.hiddenChanges(!each.getKey().contains("resident"));
      Map<String, String> before = answers(each.getValue(), requests);
      changes.forEach(Runnable::run);
      Map<String, String> after = answers(each.getValue(), requests);
      before.forEach(
          (request, answer) ->
              assertThat(after.get(request)).as(each.getKey() + " " + request).isEqualTo(answer));
      assertThat(before.values().stream().filter(a -> a.startsWith("200")).count())
          .as("answers with something in them")
          .isGreaterThan(10);
    }
  }

  private static Map<String, String> answers(Caller caller, List<String> requests) {
    Map<String, String> answers = new LinkedHashMap<>();
    for (String request : requests) {
      int tag = request.indexOf(" if-none-match ");
      String path = tag < 0 ? request : request.substring(0, tag);
      Reply reply =
          tag < 0
              ? SERVER.get(caller, path)
              : SERVER.send(
                  caller, "GET", path, null, "If-None-Match", request.substring(tag + 15));
      var answer = new StringBuilder();
      // The pages of a search are one answer.
      for (int page = 0; page < 6; page++) {
        answer.append(reply.status());
        for (String header : new String[] {"ETag", "Last-Modified", "Location", "Content-Type"}) {
          answer.append(' ').append(reply.http().headers().firstValue(header).orElse("-"));
        }
        answer
            .append('\n')
            .append(BUNDLE_HEAD.matcher(reply.text()).replaceAll("{Bundle"))
            .append('\n');
        String next = next(reply);
        if (next == null) {
          break;
        }
        reply = SERVER.get(caller, next.substring(SERVER.base.length() + 1));
      }
      answers.put(request, answer.toString());
    }
    return answers;
  }

  private static @Nullable String next(Reply reply) {
    if (reply.status() == 200 && reply.text().startsWith("{")) {
      for (JsonNode link : reply.json().path("link")) {
        if (link.path("relation").asString("").equals("next")) {
          return link.path("url").stringValue();
        }
      }
    }
    return null;
  }

  /**
   * Two hospitals; residents of both; what one hospital wrote about its own residents is hidden.
   */
  private static final class Region {
    final Random random;
    final String run;
    final String ours;
    final String theirs;
    final Caller ourSystem;
    final Caller theirSystem;
    final Map<String, Caller> callers = new LinkedHashMap<>();
    final List<String> patients = new ArrayList<>();
    final List<String> hiddenPatients = new ArrayList<>();
    final List<String> visible = new ArrayList<>();
    final List<String> hidden = new ArrayList<>();
    final List<String> sensitive = new ArrayList<>();

    Region(Random random) {
      this.random = random;
      run = UUID.randomUUID().toString().substring(0, 8); // A seed may come twice.
      ours = "h1-" + run;
      theirs = "h2-" + run;
      ourSystem = Callers.system(ours);
      theirSystem = Callers.system(theirs);
      for (String institution : List.of(ours, theirs)) {
        put("Organization", institution, "'name':'%s'".formatted(institution));
        put(
            "Practitioner",
            "d-" + institution,
            "'name':[{'text':'医生'}],'telecom':[{'system':'phone','value':'13900000000'}]");
      }
      String treated = patient(theirSystem);
      String own = patient(ourSystem);
      patients.addAll(List.of(treated, own));
      for (int i = 0; i < 3; i++) {
        hiddenPatients.add(patient(theirSystem));
      }
      SERVER.created(
          Callers.resident(treated),
          Consents.active(treated, "Organization/" + ours, "Practitioner/d-" + ours));
      for (int i = 0; i < 14; i++) {
        visible.add(
            random.nextBoolean()
                ? finding(theirSystem, treated, harmless())
                : finding(ourSystem, own, harmless()));
        hidden.add(finding(theirSystem, pick(hiddenPatients), harmless()));
        if (i % 3 == 0) {
          sensitive.add(finding(theirSystem, treated, "B20"));
        }
      }
      callers.put("resident", Callers.resident(treated));
      callers.put("practitioner", Callers.practitioner("d-" + ours, ours));
      callers.put("system", ourSystem);
      callers.put("regulator", Callers.regulator());
      callers.put("operator", Callers.operator());
      callers.put(
          "app of a resident",
          Callers.with(Callers.resident(treated), "patient/Observation.rs", "patient/Patient.r"));
    }

    private void put(String type, String id, String rest) {
      String json = "{'resourceType':'%s','id':'%s',%s}".formatted(type, id, rest);
      Reply reply = SERVER.send(ROOT, "PUT", type + "/" + id, GuardedServer.tree(json).toString());
      assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private String patient(Caller writer) {
      return SERVER.created(writer, patientBody(writer.institution()));
    }

    private String patientBody(String institution) {
      return "{'resourceType':'Patient','gender':'%s','birthDate':'19%d-01-01','name':[{'text':'%s'}],'managingOrganization':{'reference':'Organization/%s'}}"
          .formatted(
              pick(List.of("male", "female")),
              50 + random.nextInt(50),
              pick(List.of("张三", "李四", "王小二")),
              institution);
    }

    private String harmless() {
      return pick(List.of("J06", "E11", "I10"));
    }

    private <T> T pick(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    private String finding(Caller writer, String patient, String code) {
      String body = findingBody(patient, code);
      return GuardedServer.tree(body).path("resourceType").stringValue()
          + "/"
          + SERVER.created(writer, body);
    }

    /** Points at whatever is there, visible or not. */
    private String findingBody(String patient, String code) {
      String coded =
          "{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'" + code + "'}]}";
      String about = "'subject':{'reference':'Patient/" + patient + "'}";
      String performer = "[{'reference':'Organization/" + pick(List.of(ours, theirs)) + "'}]";
      List<String> others = visible.stream().filter(one -> one.startsWith("Observation/")).toList();
      String member = others.isEmpty() ? "" : ",'hasMember':[{'reference':'" + pick(others) + "'}]";
      return switch (random.nextInt(5)) {
        case 0 -> "{'resourceType':'Condition','code':" + coded + "," + about + "}";
        case 1 ->
            "{'resourceType':'Encounter','status':'finished','class':{'code':'AMB'},'reasonCode':["
                + coded
                + "],"
                + about
                + ",'period':{'start':'2021-01-01','end':'2021-01-0"
                + (1 + random.nextInt(9))
                + "'},'participant':[{'individual':{'reference':'Practitioner/d-"
                + pick(List.of(ours, theirs))
                + "'}}]}";
        case 2 ->
            "{'resourceType':'List','status':'current','mode':'working','code':"
                + coded
                + ","
                + about
                + ",'entry':[{'item':{'reference':'"
                + (visible.isEmpty() ? "Organization/" + ours : pick(visible))
                + "'}}]}";
        default ->
            "{'resourceType':'Observation','status':'final','code':"
                + coded
                + ","
                + about
                + ",'performer':"
                + performer
                + ",'effectiveDateTime':'20"
                + (10 + random.nextInt(10))
                + "-01-01','valueQuantity':{'value':"
                + random.nextInt(100)
                + ",'unit':'mmol/L'}"
                + member
                + "}";
      };
    }

    /** Changes of what is hidden from all the callers, or from all but the resident. */
    List<Runnable> hiddenChanges(boolean fromAccounts) {
      List<Runnable> changes = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        switch (random.nextInt(4)) {
          case 0 ->
              changes.add(() -> hidden.add(finding(theirSystem, pick(hiddenPatients), harmless())));
          case 1 ->
              changes.add(
                  () ->
                      SERVER.send(
                          ROOT, "DELETE", hidden.remove(random.nextInt(hidden.size())), null));
          case 2 ->
              changes.add(
                  () ->
                      rewrite("Patient/" + pick(hiddenPatients), patientBody(theirs), theirSystem));
          default -> changes.add(() -> edit(pick(hidden)));
        }
      }
      if (fromAccounts) {
        String treated = patients.getFirst();
        changes.add(() -> sensitive.add(finding(theirSystem, treated, "B20")));
        changes.add(() -> edit(pick(sensitive)));
        changes.add(() -> SERVER.send(ROOT, "DELETE", sensitive.removeFirst(), null));
      }
      changes.add(() -> hiddenPatients.add(patient(theirSystem)));
      return changes;
    }

    private void edit(String reference) {
      ObjectNode body = (ObjectNode) SERVER.get(ROOT, reference).json();
      body.put("language", "x" + random.nextInt(1000));
      if (body.has("valueQuantity")) {
        body.putObject("valueQuantity").put("value", random.nextInt(1000));
      }
      rewrite(reference, body.toString(), theirSystem);
    }

    private void rewrite(String reference, String json, Caller writer) {
      ObjectNode body = GuardedServer.tree(json);
      body.put("id", reference.substring(reference.indexOf('/') + 1));
      Reply reply = SERVER.send(writer, "PUT", reference, body.toString());
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    List<String> requests() {
      List<String> requests = new ArrayList<>();
      List<String> rows = new ArrayList<>(visible);
      rows.addAll(hidden);
      rows.addAll(sensitive);
      for (int i = 0; i < 14; i++) {
        String row = pick(rows);
        requests.add(row);
        requests.add(row + "/_history");
        requests.add(row + "/_history/" + (1 + random.nextInt(3)));
        requests.add(row + " if-none-match W/\"1\"");
        requests.add(row + "?_elements=code");
        requests.add(row + "/$meta");
      }
      List<String> everybody = new ArrayList<>(patients);
      everybody.addAll(hiddenPatients);
      for (String patient : everybody) {
        requests.add("Patient/" + patient);
        requests.add("Patient/" + patient + "/$everything?_count=3");
        requests.add("Patient/" + patient + "/Observation?_sort=-date");
        requests.add("Patient/" + patient + "/*");
        requests.add("Observation/$lastn?max=2&patient=" + patient);
        requests.add("Observation?patient=" + patient + "&code=" + harmless() + "&_total=accurate");
      }
      String code = harmless();
      requests.addAll(
          List.of(
              "Observation?code=" + code + "&_sort=date&_count=2&_total=accurate",
              "Observation?code=" + code + "&_sort=-_lastUpdated&_count=3",
              "Observation?_count=0&_total=accurate",
              "Observation?_total=estimate&_summary=count",
              "Observation?performer=Organization/" + theirs + "&_include=*",
              "Observation?subject:Patient.name=张三&_include=Observation:patient",
              "Observation?patient.gender=male&_include:iterate=Patient:organization&_include=Observation:patient",
              "Observation?has-member.code=" + code,
              "Observation?_has:Observation:has-member:code=" + code,
              "Observation?_has:Observation:has-member:patient.gender=female",
              "Observation?value-quantity=gt50&_sort=-value-quantity&_count=2",
              "Observation?date=ge2012&_revinclude=Observation:has-member",
              "Patient?_sort=-birthdate&_count=2",
              "Patient?_sort=_id&_count=2&_revinclude=Observation:patient",
              "Patient?_has:Observation:patient:code=" + code,
              "Patient?_has:Encounter:patient:_has:Observation:encounter:code=" + code,
              "Patient?gender=female&_total=accurate",
              "Patient?name=王",
              "Patient?organization.name=" + theirs,
              "Organization?name=h&_has:Patient:organization:gender=male",
              "Organization?_id=" + theirs + "&_revinclude=Patient:organization",
              "Organization?_has:Observation:performer:code=" + code + "&_sort=name",
              "Practitioner?_has:Encounter:practitioner:date=ge2020",
              "Practitioner?phone=13900000000",
              "Condition?code=" + code + "&_include=Condition:subject",
              "Encounter?_sort=-date&_count=2",
              "Encounter?reason-code=B20",
              "List?item.code=" + code,
              "?_lastUpdated=ge2020&_type=Observation,Condition&_count=5",
              "?_security:missing=true&_count=20",
              "Observation/_history?_count=4",
              "Condition/_history",
              "_history?_count=20",
              "Observation/_history?_at=" + java.time.Instant.now(),
              "$statistics",
              "$reindex-progress",
              "Observation?no-such=1",
              "Observation?code=x&_cursor=broken"));
      for (String list : rows.stream().filter(one -> one.startsWith("List/")).toList()) {
        requests.add("Observation?_list=" + list.substring(5));
      }
      // Counts of the platform are no one's secret to those who may ask for them.
      requests.removeIf(one -> one.equals("$statistics"));
      return requests.stream()
          .map(one -> one.replace("张三", "%E5%BC%A0%E4%B8%89").replace("王", "%E7%8E%8B"))
          .distinct()
          .toList();
    }
  }
}
