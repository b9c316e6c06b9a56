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
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
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
  private static final String NUMBER = "urn:oid:2.16.156.10011.1.3";

  /** 马建国, whom doctor1 treats and whose charges are open. */
  private static final String MA_JIANGUO = "649101195509300017";

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

  /** Id of whose number it is. */
  private static String patient(String number) {
    return region.root.found("Patient?identifier=" + NUMBER + "%7C" + number).stream()
        .map(one -> one.path("id").asString())
        .findFirst()
        .orElseThrow();
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

  private static List<Integer> atOnce(List<Callable<Integer>> tries) throws Exception {
    List<Integer> all = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(tries.size())) {
      for (Future<Integer> one : threads.invokeAll(tries)) {
        all.add(one.get());
      }
    }
    return all;
  }

  private static long count(String sql) throws Exception {
    try (Connection database = region.database();
        var rows = database.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
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
    String victim = patient(DemoRegion.MA_XIULAN);
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
    String stranger = patient(DemoRegion.DING_ZHIMING);
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

    String treated = patient(MA_JIANGUO);
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
    String victim = patient(DemoRegion.MA_XIULAN);
    Reply page = ok(researcher.get("pseudonymised/Patient?_count=50"));
    assertThat(page.text()).doesNotContain("\"name\"", NUMBER, "6491", "马秀兰", victim);
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
    long chain = count("select min(chain) from audit where seq = 5 and kind = 'request'");
    String row = " where chain = " + chain + " and seq = 5";
    assertThat(region.verify().output()).contains("The audit is whole");
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

  // ------------------------------------------------------------------ twice

  @Test
  void aHealthCodeIsReadOnce() {
    Person resident = region.resident(DemoRegion.WANG_FANG);
    String self = resident.self();
    String code = ok(resident.call(self + "/$health-code")).value("code");
    String[] scan = {"terminal", "demo-counter", "scene", "identify", "code", code};
    assertThat(ok(doctor.call("$scan-card", scan)).status()).isEqualTo(200);
    assertThat(doctor.call("$scan-card", scan).status()).as("a picture of it").isEqualTo(409);
    Reply uses = ok(resident.get(self + "/$health-card-uses"));
    assertThat(uses.all("use")).as(uses.text()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(uses.text()).contains("used");
  }

  @Test
  void aPrescriptionIsLockedAndDispensedOnce() throws Exception {
    Person resident = region.resident(DemoRegion.MA_XIULAN);
    Person treating = region.staff("doctor2");
    String where = treating.me().path("post").path("institutionName").asString();
    String visit =
        treating.found("Encounter?status=in-progress&patient=" + resident.self()).stream()
            .map(one -> "Encounter/" + one.path("id").asString())
            .findFirst()
            .orElseThrow();
    String request =
        ok(treating.write(RegionPrescriptions.draft(resident.self(), treating.self(), visit, 1)))
            .id();
    String task = RegionPrescriptions.submitted(treating, request);
    Person pharmacist = region.staff("pharmacist1", where);
    ok(pharmacist.call(task + "/$prescription-take"));
    ok(pharmacist.call(task + "/$prescription-pass"));
    List<Person> shops = List.of(region.staff("drugstore1"), second());
    for (Person shop : shops) {
      RegionPrescriptions.stocked(shop, "0.10");
    }
    String code = ok(resident.call(task + "/$prescription-token", "way", "pickup")).value("token");
    List<Callable<Integer>> locks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Person shop = shops.get(i % 2);
      locks.add(() -> shop.call("$prescription-lock", "token", code).status());
    }
    List<Integer> locked = atOnce(locks);
    assertThat(locked)
        .containsOnlyOnce(200)
        .allMatch(status -> Set.of(200, 409, 422).contains(status));
    Person holder = shops.get(locked.indexOf(200) % 2);
    Person other = shops.get(1 - locked.indexOf(200) % 2);
    assertThat(other.call("$prescription-lock", "token", code).status())
        .as("a picture of the code")
        .isEqualTo(409);
    assertThat(
            RegionPrescriptions.dispense(other, task, request, "B1", "8100000000000000001")
                .status())
        .as("who does not hold it")
        .isIn(403, 404, 409, 422);
    List<Callable<Integer>> hands = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String trace = "820000000000000000" + i;
      hands.add(() -> RegionPrescriptions.dispense(holder, task, request, "B1", trace).status());
    }
    assertThat(atOnce(hands))
        .containsOnlyOnce(200)
        .allMatch(status -> Set.of(200, 409, 422).contains(status));
    ok(holder.call(task + "/$prescription-complete"));
    assertThat(
            RegionPrescriptions.dispense(holder, task, request, "B1", "8300000000000000001")
                .status())
        .isEqualTo(422);
    Reply seen = ok(resident.get(task + "/$circulation"));
    assertThat(seen.values("drug", "dispensed")).containsExactly("7");
    assertThat(seen.values("attempt", "what"))
        .as("kept for the resident")
        .contains("replayed", "twice");
  }

  /** The pharmacist of the other drugstore of the region gets an account. */
  private static Person second() {
    JsonNode service = ok(region.root.get("HealthcareService/demo-dispensing-2")).json();
    String shop = service.path("providedBy").path("reference").asString();
    JsonNode post =
        region.root.found("PractitionerRole?role=pharmacist&organization=" + shop).getFirst();
    return region.hired(
        "journey.shop",
        post.path("practitioner").path("display").asString(),
        post.path("practitioner").path("reference").asString().replace("Practitioner/", ""));
  }

  @Test
  void aBillIsSettledOnceHoweverManyCashiersAsk() throws Exception {
    List<Person> cashiers = List.of(region.staff("cashier1"), cashier());
    JsonNode bill =
        ok(cashiers.getFirst().call("Patient/" + patient(MA_JIANGUO) + "/$presettle"))
            .all("bill")
            .getFirst();
    String claim = part(bill, "number");
    List<Callable<Integer>> tries = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Person cashier = cashiers.get(i % 2);
      tries.add(() -> cashier.call("Claim/" + claim + "/$settle").status());
    }
    assertThat(atOnce(tries)).as("twice is once").containsOnly(200);
    assertThat(count("select count(*) from simulated_payer where id like '" + claim + "-%'"))
        .as("payers of the bill")
        .isPositive();
    assertThat(count("select max(asked) from simulated_payer where id like '" + claim + "-%'"))
        .as("each is asked once")
        .isOne();
    long shares = count("select sum(fen) from simulated_payer where id like '" + claim + "-%'");
    JsonNode settled =
        ok(cashiers.getFirst().get("Claim/" + claim + "/$bill")).all("bill").getFirst();
    assertThat(count("select sum(posted) from ledger_transfer where intent = '" + claim + "'"))
        .as("booked once: shares to the institution")
        .isEqualTo(shares);
    assertThat(
            shares
                + new java.math.BigDecimal(part(settled, "own")).movePointRight(2).longValueExact())
        .isEqualTo(
            new java.math.BigDecimal(part(settled, "total")).movePointRight(2).longValueExact());
    assertThat(
            count("select count(*) from audit where operation = 'settle' and id = '" + claim + "'"))
        .as("each try has its row")
        .isEqualTo(20);
    assertThat(region.verify().output()).contains("The ledger adds up");
  }

  /** Somebody whom the hospital itself has given the post of a cashier. */
  private static Person cashier() {
    String who =
        ok(system.write("{'resourceType':'Practitioner','active':true,'name':[{'text':'演示收费员乙'}]}"))
            .id();
    ok(
        system.write(
            """
            {'resourceType':'PractitionerRole','active':true,'practitioner':{'reference':'Practitioner/%s'},
              'organization':{'reference':'Organization/%s'},
              'code':[{'coding':[{'system':'https://helan.health/fhir/CodeSystem/practitioner-role','code':'cashier'}]}]}\
            """
                .formatted(who, hospital)));
    return region.hired("journey.cashier", "演示收费员乙", who);
  }

  @Test
  void aPlaceIsBookedOnce() throws Exception {
    List<String> guardians = List.of(DemoRegion.MA_XIULAN, DemoRegion.DING_ZHIMING);
    List<String> wards =
        region.root.found("Patient?_count=60").stream()
            .filter(one -> one.path("identifier").toString().contains(NUMBER))
            .map(one -> one.path("id").asString())
            .limit(20)
            .toList();
    for (int i = 0; i < wards.size(); i++) {
      ok(
          region.root.send(
              "POST",
              "access/accounts/dependant",
              "{\"login\":\"%s\",\"patient\":\"%s\",\"basis\":\"法院判决\",\"until\":\"%s\"}"
                  .formatted(guardians.get(i % 2), wards.get(i), Instant.now().plusSeconds(3600))));
    }
    List<Person> people = guardians.stream().map(region::resident).toList();
    String slot = slot();
    List<Callable<Integer>> tries =
        IntStream.range(0, wards.size())
            .<Callable<Integer>>mapToObj(
                i ->
                    () ->
                        people
                            .get(i % 2)
                            .call(
                                "Appointment/$book",
                                "slot",
                                slot,
                                "patient",
                                "Patient/" + wards.get(i))
                            .status())
            .toList();
    List<Integer> answers = atOnce(tries);
    assertThat(answers.stream().filter(status -> status / 100 == 2))
        .as(answers.toString())
        .hasSize(1);
    assertThat(answers).allMatch(status -> Set.of(200, 201, 409, 422).contains(status));
    assertThat(region.root.found("Appointment?slot=" + slot + "&status=booked")).hasSize(1);
    assertThat(
            count("select count(*) from audit where operation = 'book' and status in (409, 422)"))
        .as("who was too late has a row")
        .isGreaterThanOrEqualTo(wards.size() - 1);
  }

  /** One place of the doctor's, tomorrow or later. */
  private static String slot() {
    String post = doctor.me().path("post").path("id").asString();
    String schedule =
        ok(system.write(
                """
                {'resourceType':'Schedule','active':true,
                  'actor':[{'reference':'PractitionerRole/%s'},{'reference':'%s'}],
                  'extension':[{'url':'https://helan.health/fhir/StructureDefinition/booking-rule','extension':[
                    {'url':'session','extension':[{'url':'day','valueCode':'mon'},{'url':'day','valueCode':'tue'},{'url':'day','valueCode':'wed'},
                      {'url':'day','valueCode':'thu'},{'url':'day','valueCode':'fri'},{'url':'day','valueCode':'sat'},{'url':'day','valueCode':'sun'},
                      {'url':'from','valueTime':'20:00:00'},{'url':'to','valueTime':'20:30:00'},{'url':'capacity','valuePositiveInt':1}]},
                    {'url':'referral-percent','valueUnsignedInt':0}]}]}\
                """
                    .formatted(post, doctor.self())))
            .id();
    ok(system.call("Schedule/" + schedule + "/$release"));
    LocalDate from = LocalDate.now(BEIJING).plusDays(2);
    return "Slot/"
        + region
            .resident(DemoRegion.WANG_FANG)
            .found(
                "Appointment/$find?start=%s&end=%s&schedule=Schedule/%s"
                    .formatted(from, from.plusDays(2), schedule))
            .getFirst()
            .path("id")
            .asString();
  }
}
