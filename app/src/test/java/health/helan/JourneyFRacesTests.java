package health.helan;

import static health.helan.DemoRegion.ok;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.DemoRegion.Person;
import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
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
 * Journey F of the plan, from outside: what is shown, locked, dispensed, settled or booked twice,
 * by many at once, happens once, and who was too late leaves a trace (docs/guide/attacks.md).
 */
class JourneyFRacesTests {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static DemoRegion region;
  private static Person doctor;
  private static String hospital = "";
  private static Person system;

  @BeforeAll
  static void region(@TempDir Path folder) throws Exception {
    region = DemoRegion.start(Map.of(), folder.resolve("data"));
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

  private static List<Integer> atOnce(List<Callable<Integer>> tries) throws Exception {
    List<Integer> all = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(tries.size())) {
      for (Future<Integer> one : threads.invokeAll(tries)) {
        all.add(one.get());
      }
    }
    return all;
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
    RegionBills.drugsSettled(resident, holder, task);
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
        ok(cashiers
                .getFirst()
                .call("Patient/" + region.patient(DemoRegion.MA_JIANGUO) + "/$presettle"))
            .all("bill")
            .getFirst();
    String claim = part(bill, "number");
    List<Callable<Integer>> tries = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Person cashier = cashiers.get(i % 2);
      tries.add(() -> cashier.call("Claim/" + claim + "/$settle").status());
    }
    assertThat(atOnce(tries)).as("twice is once").containsOnly(200);
    JsonNode settled =
        ok(cashiers.getFirst().get("Claim/" + claim + "/$bill")).all("bill").getFirst();
    assertThat(region.count("select count(*) from simulated_payer where id like '" + claim + "-%'"))
        .as("each payer knows one demand for its share")
        .isEqualTo(named(settled, "share"));
    long shares =
        region.count("select sum(fen) from simulated_payer where id like '" + claim + "-%'");
    assertThat(
            region.count("select sum(posted) from ledger_transfer where intent = '" + claim + "'"))
        .as("booked once: shares to the institution")
        .isEqualTo(shares);
    assertThat(shares + fen(settled, "own")).isEqualTo(fen(settled, "total"));
    assertThat(
            region.count(
                "select count(*) from audit where operation = 'settle' and id = '" + claim + "'"))
        .as("each try has its row")
        .isEqualTo(20);
    assertThat(region.verify().output()).contains("The ledger adds up");
  }

  private static long named(JsonNode of, String name) {
    return of.path("part")
        .valueStream()
        .filter(one -> one.path("name").asString().equals(name))
        .count();
  }

  private static long fen(JsonNode of, String name) {
    return new BigDecimal(part(of, name)).movePointRight(2).longValueExact();
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
            .filter(one -> one.path("identifier").toString().contains(DemoRegion.NUMBER))
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
            region.count(
                "select count(*) from audit where operation = 'book' and status in (409, 422)"))
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
