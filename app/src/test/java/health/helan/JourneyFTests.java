package health.helan;

import static health.helan.DemoRegion.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.DemoRegion.Person;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Journey F of the plan, from outside: what residents, doctors, those who work on pseudonymised
 * data, shops, cashiers and who has the database's password try in vain, and where the evidence
 * lies (docs/guide/attacks.md).
 */
class JourneyFTests {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static DemoRegion region;
  private static Person doctor;
  private static String hospital = "";
  private static Person system;

  @BeforeAll
  static void region(@TempDir Path folder) throws Exception {
    region =
        DemoRegion.start(
            Map.of(
                "HELAN_ALERT_SECONDS", "1",
                "HELAN_ALERT_SETTLED_SECONDS", "1",
                "HELAN_ALERT_REFUSALS", "10"),
            folder.resolve("data"));
    doctor = region.staff("doctor1");
    hospital = doctor.me().path("institution").asString();
    system = region.system("journey-his", hospital);
  }

  @AfterAll
  static void end() throws Exception {
    region.close();
  }

  private static String part(JsonNode of, String name) {
    return ApiForTests.part(of, name);
  }

  /** As an id of that home that nobody has. */
  private static String another(String id) {
    char last = id.charAt(id.length() - 1);
    return id.substring(0, id.length() - 1) + (last == 'a' ? 'b' : 'a');
  }

  /** What an answer tells: status, total, and which resources. */
  private record Told(int status, int total, Set<String> resources) {
    static Told by(Person asker, String query) {
      Reply reply = asker.get(query);
      Set<String> resources = new HashSet<>();
      if (reply.status() == 200) {
        for (JsonNode entry : reply.json().path("entry")) {
          JsonNode one = entry.path("resource");
          resources.add(one.path("resourceType").asString() + "/" + one.path("id").asString());
        }
      }
      return new Told(reply.status(), reply.json().path("total").asInt(-1), resources);
    }
  }

  private static int execute(String sql) throws Exception {
    try (Connection database = region.database();
        var statement = database.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  // ------------------------------------------------------------------ inference

  @Test
  void aResidentLearnsNothingOfOthersBySearching() throws Exception {
    Person resident = region.resident(DemoRegion.WANG_FANG);
    String victim = region.patient(DemoRegion.MA_XIULAN);
    String nobody = another(victim);
    String seen =
        region
            .root
            .found("Observation?patient=" + victim + "&_count=1")
            .getFirst()
            .path("id")
            .asString();
    List<String[]> pairs =
        List.of(
            new String[] {
              "Patient?_total=accurate&identifier=", DemoRegion.MA_XIULAN, "649100195803120010"
            },
            new String[] {"Patient?_total=accurate&name=", "马秀兰", "欧阳夏丹"},
            new String[] {"Patient?_summary=count&birthdate=", "1958-03-12", "1901-01-01"},
            new String[] {
              "Condition?_total=accurate&patient.identifier=",
              DemoRegion.MA_XIULAN,
              "649100195803120010"
            },
            new String[] {"Observation?_summary=count&subject:Patient.name=", "马秀兰", "欧阳夏丹"},
            new String[] {
              "Patient?_summary=count&_has:Observation:patient:_id=", seen, another(seen)
            },
            new String[] {"Observation?_sort=-date&_total=accurate&patient=", victim, nobody},
            new String[] {"Patient?_revinclude=Observation:patient&_id=", victim, nobody},
            new String[] {"Observation?_include=Observation:patient&_id=", seen, another(seen)},
            new String[] {"Encounter?_filter=subject%20eq%20", victim, nobody});
    for (String[] pair : pairs) {
      Told told = Told.by(resident, pair[0] + encoded(pair[1]));
      assertThat(told).as(pair[0]).isEqualTo(Told.by(resident, pair[0] + encoded(pair[2])));
      assertThat(told.resources).as(pair[0]).isEmpty();
    }
    for (int i = 0; i < 12; i++) {
      assertThat(resident.get("Patient/" + victim).status()).isEqualTo(404);
      assertThat(resident.get("Patient/" + nobody).status()).isEqualTo(404);
    }
    assertThat(resident.get("Observation/" + seen).status()).isEqualTo(404);
    assertThat(resident.get("Patient/" + victim + "/$everything").status()).isEqualTo(404);
    String account = resident.me().path("account").asString();
    assertThat(region.root.found("AuditEvent?altid=" + account + "&_count=100"))
        .as("each look has its row")
        .hasSizeGreaterThan(40);
    isAlerted("many-refusals", account);
    assertThat(
            region
                .resident(DemoRegion.MA_XIULAN)
                .found("AuditEvent?patient=" + victim + "&altid=" + account))
        .as("whose record it is finds who tried")
        .isNotEmpty();
  }

  private static String encoded(String value) {
    return java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8);
  }

  /** Alerts are looked for every second here. */
  private static void isAlerted(String kind, String caller) throws Exception {
    long until = System.nanoTime() + 20_000_000_000L;
    while (System.nanoTime() < until) {
      for (JsonNode alert : ok(region.root.get("AuditEvent/$alerts?kind=" + kind)).all("alert")) {
        if (part(alert, "caller").equals(caller)) {
          return;
        }
      }
      Thread.sleep(200);
    }
    throw new AssertionError("no alert " + kind + " of " + caller);
  }

  @Test
  void aCuriousDoctorSeesNeitherStrangersNorWhatIsSensitive() {
    String stranger = region.patient(DemoRegion.DING_ZHIMING);
    Reply look = doctor.get("Patient/" + stranger);
    assertThat(look.status()).as(look.text()).isEqualTo(404);
    assertThat(Told.by(doctor, "Condition?_total=accurate&patient=" + stranger).resources)
        .isEmpty();
    assertThat(
            region
                .resident(DemoRegion.DING_ZHIMING)
                .found("AuditEvent?patient=" + stranger + "&_count=20"))
        .as("the resident finds who tried")
        .anyMatch(event -> event.toString().contains(doctor.self()));

    String treated = region.patient(DemoRegion.MA_JIANGUO);
    List<String> asked =
        List.of(
            "Condition?_total=accurate&_count=100&patient=" + treated,
            "Condition?patient=" + treated + "&code=http://hl7.org/fhir/sid/icd-10%7CB24",
            "Condition?_sort=-_lastUpdated&_count=1&patient=" + treated,
            "Condition?_summary=count&patient=" + treated,
            "Patient?_total=accurate&_id=" + treated + "&_has:Condition:patient:code=B24",
            "Patient?_id=" + treated + "&_revinclude=Condition:patient",
            "Patient/" + treated + "/$everything?_type=Condition&_count=100");
    List<Told> before = asked.stream().map(one -> Told.by(doctor, one)).toList();
    assertThat(before.getFirst().resources).as("treats this resident").isNotEmpty();
    String secret =
        ok(system.write(
                """
                {'resourceType':'Condition','subject':{'reference':'Patient/%s'},'recordedDate':'%s',
                  'code':{'coding':[{'system':'http://hl7.org/fhir/sid/icd-10','code':'B24'}]}}\
                """
                    .formatted(treated, LocalDate.now(BEIJING))))
            .id();
    assertThat(asked.stream().map(one -> Told.by(doctor, one)).toList()).isEqualTo(before);
    assertThat(doctor.get("Condition/" + secret).status()).isEqualTo(404);
    assertThat(doctor.get("Condition/" + another(secret)).status()).isEqualTo(404);
    assertThat(system.get("Condition/" + secret).status()).isEqualTo(200);
    assertThat(region.root.found("AuditEvent?entity=Condition/" + secret + "&_count=20"))
        .as("the look has its row")
        .anyMatch(event -> event.toString().contains(doctor.self()));
  }

  @Test
  void whoWorksOnPseudonymisedDataFindsNobody() {
    Person researcher = region.official("regulator");
    String victim = region.patient(DemoRegion.MA_XIULAN);
    Reply page = ok(researcher.get("pseudonymised/Patient?_count=50"));
    assertThat(page.text()).doesNotContain("\"name\"", DemoRegion.NUMBER, "6491", "马秀兰", victim);
    String pseudonym = page.json().path("entry").path(0).path("resource").path("id").asString();
    assertThat(researcher.get("Patient/" + pseudonym).status()).isEqualTo(404);
    assertThat(researcher.get("Patient/" + victim).status()).isEqualTo(404);
    assertThat(researcher.get("pseudonymised/Patient/" + victim).status()).isEqualTo(404);
    for (String query : List.of("identifier=" + DemoRegion.MA_XIULAN, "name=" + encoded("马秀兰"))) {
      assertThat(Told.by(researcher, "pseudonymised/Patient?" + query).resources).isEmpty();
      assertThat(Told.by(researcher, "Patient?" + query).resources).isEmpty();
    }
    assertThat(Told.by(researcher, "Observation?patient=" + victim).resources).isEmpty();
    assertThat(researcher.get("pseudonymised/Patient/" + pseudonym + "/_history").status())
        .isEqualTo(400);
    Reply opened =
        ok(
            researcher.call(
                "pseudonymised/Patient/" + pseudonym + "/$open-case",
                "reason",
                "想知道这是谁",
                "ground",
                "statutory-duty",
                "document",
                "无"));
    assertThat(
            researcher
                .call(
                    "Task/" + opened.id() + "/$approve-case",
                    "decision",
                    "approve",
                    "note",
                    "自己同意自己")
                .status())
        .as("nobody lets themselves in")
        .isEqualTo(403);
    String account = researcher.me().path("account").asString();
    assertThat(region.root.found("AuditEvent?altid=" + account + "&_count=50"))
        .hasSizeGreaterThan(10);
  }

  // ------------------------------------------------------------------ with the database's password

  @Test
  void whoHasTheDatabaseChangesNoTraceUnseen() throws Exception {
    long chain = region.count("select min(chain) from audit where seq = 5 and kind = 'request'");
    String row = " where chain = " + chain + " and seq = 5";
    assertThat(region.verify().output()).contains("The audit is whole");
    isDenied("update audit set practitioner = 'somebody-else'" + row);
    isDenied("truncate audit");
    isDenied("delete from audit_seal");
    execute("grant update on audit to current_user");
    execute("create table stolen as select * from audit" + row);
    try {
      assertThat(execute("update audit set practitioner = 'somebody-else'" + row)).isOne();
      names("chain " + chain + " row 5");
      assertThat(execute("delete from audit" + row)).isOne();
      names("chain " + chain + " row 5");
    } finally {
      execute("delete from audit" + row);
      execute("insert into audit select * from stolen");
      execute("drop table stolen");
      execute("revoke update on audit from current_user");
    }
    assertThat(region.verify().exitCode()).as("put back").isZero();
  }

  private static void names(String place) throws Exception {
    var broken = region.verify();
    assertThat(broken.output()).contains("First broken link: " + place);
    assertThat(broken.exitCode()).isEqualTo(1);
  }

  @Test
  void whoHasTheDatabaseMovesNoMoneyUnseen() throws Exception {
    String one =
        " where (home, intent, step, line) = (select home, intent, step, line from ledger_transfer"
            + " where posted > 100 order by at limit 1)";
    isDenied("update ledger_transfer set posted = posted - 100" + one);
    isDenied("delete from ledger_posting");
    isDenied("truncate ledger_transfer");
    isDenied("update clearing_close set body = ''");
    // The tables are the platform's own, so whoever signs in as it can take the right back.
    execute("grant update on ledger_transfer to current_user");
    try {
      movesNoMoneyUnseen(one);
    } finally {
      execute("revoke update on ledger_transfer from current_user");
    }
  }

  private static void isDenied(String sql) {
    assertThatExceptionOfType(SQLException.class)
        .as(sql)
        .isThrownBy(() -> execute(sql))
        .satisfies(refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
  }

  private static void movesNoMoneyUnseen(String one) throws Exception {
    assertThatExceptionOfType(SQLException.class)
        .as("an entry has two sides")
        .isThrownBy(() -> execute("update ledger_transfer set credit = debit" + one))
        .withMessageContaining("ledger_transfer_two_sides");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> execute("update ledger_transfer set posted = -posted" + one))
        .withMessageContaining("ledger_transfer_amounts");
    String account =
        " where (home, account) = (select home, debit from ledger_transfer" + one + ")";
    for (String[] attack :
        new String[][] {
          {
            "update ledger_transfer set posted = posted - 100" + one,
            "update ledger_transfer set posted = posted + 100" + one
          },
          {
            "update ledger_balance set debits = debits + 100" + account,
            "update ledger_balance set debits = debits - 100" + account
          }
        }) {
      assertThat(execute(attack[0])).isOne();
      var found = region.verify();
      assertThat(found.output()).contains("the ledger does not add up");
      assertThat(found.exitCode()).isEqualTo(1);
      execute(attack[1]);
    }
    assertThat(region.verify().output()).contains("The ledger adds up");
  }
}
