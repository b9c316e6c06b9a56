package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.review.ReviewServer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A pharmacy says itself when it is open and how drugs are had from it. */
class OpeningTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static final String ALWAYS = "allDay=true";
  private static final String HOLIDAY = "description=盘点;start=%1$s;end=%1$s";

  private static ReviewServer.Hospital hospital;
  private static Drugstore other;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
    other = Drugstore.withoutPharmacist();
  }

  /** A plan: {@code hours:day=mon,day=tue;allDay=true}. */
  private static ObjectNode plan(String... parameters) {
    ObjectNode body = ApiForTests.parameters();
    for (String one : parameters) {
      String[] named = one.split(":", 2);
      ObjectNode parameter = body.withArray("parameter").addObject().put("name", named[0]);
      if (!named[1].contains("=")) {
        parameter.put("valueString", named[1]);
        continue;
      }
      ArrayNode parts = parameter.putArray("part");
      for (String part : named[1].split(";")) {
        String[] pair = part.split("=", 2);
        parts.addObject().put("name", pair[0]).put("valueString", pair[1]);
      }
    }
    return body;
  }

  private static Reply send(Caller by, String service, ObjectNode plan, String... headers) {
    return SERVER.send(
        by,
        "POST",
        "HealthcareService/" + service + "/$opening-hours-update",
        plan.toString(),
        headers);
  }

  private static String service(Drugstore store) {
    return "d" + store.id;
  }

  private static String version(Drugstore store) {
    Reply reply = SERVER.get(store.clerk, "$opening-hours");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.value("version");
  }

  private static Reply change(Caller by, Drugstore store, String... parameters) {
    return send(by, service(store), plan(parameters), "If-Match", "W/\"" + version(store) + "\"");
  }

  private static JsonNode stored(Drugstore store) {
    return SERVER.get(ReviewServer.ROOT, "HealthcareService/" + service(store)).json();
  }

  @Test
  void whatItSaysHoldsForTheNextOffer() {
    String drug = "盐酸贝尼地平片 2mg";
    var store = Drugstore.withoutPharmacist();
    store.has("B", drug, "片", 100, "1.00");
    Prescribed one = Prescribed.of(hospital, _ -> {}, drug);
    String path = "Task/" + one.task() + "/$offers";
    Reply before = SERVER.get(one.resident(), path);
    assertThat(before.values("offer", "open")).as("not said").containsExactly("");
    assertThat(SERVER.get(one.resident(), path + "?way=cabinet").all("offer")).isEmpty();
    ReviewServer.ok(
        change(
            store.clerk,
            store,
            "hours:" + ALWAYS,
            "way:pickup",
            "way:cabinet",
            "telephone:0951-1" + "234567"));
    Reply open = SERVER.get(one.resident(), path + "?way=cabinet");
    assertThat(open.values("offer", "open")).containsExactly("true");
    assertThat(open.values("offer", "telephone")).containsExactly("0951-1234567");
    assertThat(open.text()).contains("cabinet").doesNotContain("\"delivery\"");
    assertThat(SERVER.get(one.resident(), path + "?way=delivery").all("offer")).isEmpty();
    String today = LocalDate.now(Circulations.BEIJING).toString();
    Reply told =
        change(
            store.clerk,
            store,
            "hours:" + ALWAYS,
            "closed:" + HOLIDAY.formatted(today),
            "way:delivery");
    assertThat(told.value("open")).isEqualTo("false");
    assertThat(told.value("changes"))
        .isEqualTo(
            LocalDate.parse(today)
                .plusDays(1)
                .atStartOfDay(Circulations.BEIJING)
                .toInstant()
                .toString());
    Reply closed = SERVER.get(one.resident(), path + "?way=delivery");
    assertThat(closed.values("offer", "open")).containsExactly("false");
    assertThat(closed.values("offer", "telephone")).containsExactly("");
    assertThat(SERVER.get(one.resident(), path + "?way=cabinet").all("offer")).isEmpty();
  }

  @Test
  void whatTheInstitutionsSystemWritesHoldsForTheNextOfferToo() {
    String drug = "盐酸贝那普利片 10mg";
    var store = Drugstore.withoutPharmacist();
    store.has("B", drug, "片", 100, "1.00");
    Prescribed one = Prescribed.of(hospital, _ -> {}, drug);
    String path = "Task/" + one.task() + "/$offers?way=cabinet";
    assertThat(SERVER.get(one.resident(), path).all("offer")).isEmpty();
    ObjectNode service = (ObjectNode) stored(store);
    service
        .withArray("characteristic")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", Shops.SYSTEM)
        .put("code", "cabinet");
    ReviewServer.ok(SERVER.create(store.system, service.toString()));
    assertThat(SERVER.get(one.resident(), path).all("offer")).hasSize(1);
  }

  @Test
  void nobodyFilesAPharmacyForAnotherInstitution() {
    ObjectNode service = (ObjectNode) stored(other);
    service.put("id", "forged-" + other.id);
    assertThat(SERVER.create(hospital.system, service.toString()).status()).isEqualTo(403);
    assertThat(SERVER.get(ReviewServer.ROOT, "HealthcareService/forged-" + other.id).status())
        .isEqualTo(404);
  }

  @Test
  void whatElseTheRegistrySaysStaysAndWhoChangedItIsKept() {
    var store = Drugstore.withoutPharmacist();
    ObjectNode service = (ObjectNode) stored(store);
    service
        .withArray("characteristic")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", "urn:x")
        .put("code", "wheelchair");
    service.withArray("telecom").addObject().put("system", "phone").put("value", "1");
    service.withArray("telecom").addObject().put("system", "fax").put("value", "2");
    ReviewServer.ok(SERVER.create(store.system, service.toString()));
    ReviewServer.ok(
        change(
            store.clerk,
            store,
            "hours:day=mon;day=tue;start=22:00;end=06:30",
            "way:pickup",
            "telephone:66666"));
    JsonNode now = stored(store);
    assertThat(now.path("availableTime").toString())
        .isEqualTo(
            "[{\"daysOfWeek\":[\"mon\",\"tue\"],\"availableStartTime\":\"22:00:00\",\"availableEndTime\":\"06:30:00\"}]");
    assertThat(now.path("characteristic").toString())
        .contains("wheelchair", "pickup")
        .doesNotContain("delivery");
    assertThat(now.path("telecom").findValuesAsString("value")).containsExactly("66666", "2");
    Reply kept =
        SERVER.get(ReviewServer.ROOT, "Provenance?target=HealthcareService/" + service(store));
    assertThat(kept.text())
        .contains("\"opening-hours\"", "Practitioner/" + store.clerk.binding().practitioner());
  }

  @Test
  void aPreviewTellsWhatWouldComeOfItAndWritesNothing() {
    var store = Drugstore.withoutPharmacist();
    String before = version(store);
    Reply tried =
        send(store.clerk, service(store), plan("hours:" + ALWAYS, "way:cabinet", "preview:true"));
    assertThat(tried.status()).as(tried.text()).isEqualTo(200);
    assertThat(tried.value("open")).isEqualTo("true");
    assertThat(tried.value("changes")).isEmpty();
    assertThat(version(store)).isEqualTo(before);
    assertThat(stored(store).has("availableTime")).isFalse();
  }

  @Test
  void ofTwoWhoChangeItAtOnceTheSecondReadsItAnew() {
    var store = new Drugstore(38.5, "[{'allDay':true}]");
    String read = "W/\"" + version(store) + "\"";
    ObjectNode plan = plan("hours:day=mon;allDay=true", "way:pickup");
    ReviewServer.ok(send(store.clerk, service(store), plan, "If-Match", read));
    assertThat(send(store.pharmacist, service(store), plan, "If-Match", read).status())
        .isEqualTo(412);
    Reply unsaid = send(store.pharmacist, service(store), plan);
    assertThat(unsaid.status()).isEqualTo(400);
    assertThat(unsaid.sentence()).contains("If-Match");
  }

  @Test
  void isForThePeopleOfThisPharmacyAndItsInstitutionsSystemAlone() {
    var store = Drugstore.withoutPharmacist();
    String version = "W/\"" + version(store) + "\"";
    ObjectNode plan = plan("hours:" + ALWAYS, "way:pickup");
    for (Caller not :
        List.of(
            store.nurse(),
            hospital.pharmacist,
            hospital.system,
            other.clerk,
            other.system,
            ApiForTests.resident("x"),
            ReviewServer.ROOT)) {
      Reply refused = send(not, service(store), plan, "If-Match", version);
      assertThat(refused.status()).as(not + refused.text()).isEqualTo(403);
    }
    assertThat(send(other.clerk, service(store), plan, "If-Match", version).sentence())
        .contains("another institution");
    assertThat(SERVER.get(hospital.system, "$opening-hours").status()).isEqualTo(403);
    assertThat(SERVER.get(ApiForTests.resident("x"), "$opening-hours").status()).isEqualTo(403);
    ReviewServer.ok(send(store.system, service(store), plan, "If-Match", version));
  }

  @Test
  void isForPharmaciesAlone() {
    var store = Drugstore.withoutPharmacist();
    var unused = store.carries();
    ObjectNode plan = plan("hours:" + ALWAYS, "way:pickup");
    Reply carrying = send(store.clerk, "v" + store.id, plan, "If-Match", "W/\"1\"");
    assertThat(carrying.status()).isEqualTo(422);
    assertThat(carrying.sentence()).contains("no pharmacy");
    assertThat(send(store.clerk, "nothing", plan, "If-Match", "W/\"1\"").status()).isEqualTo(404);
    store.closes();
    assertThat(send(store.clerk, service(store), plan, "If-Match", "W/\"2\"").status())
        .as("of an institution that dispenses nothing any more")
        .isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hours:start=08:00;end=08:00 | no time",
        "hours:start=8:00;end=12:00 | start",
        "hours:start=08:00;end=25:00 | end",
        "hours:start=08:00 | end",
        "hours:allDay=true;start=08:00 | allDay",
        "hours:day=Monday;allDay=true | day",
        "hours:start=08:00;end=12:00 hours:day=wed;start=11:59;end=13:00 | twice (wed)",
        "hours:day=sun;start=22:00;end=02:00 hours:day=mon;start=01:00;end=03:00 | twice (mon)",
        "hours:day=fri;start=22:00;end=02:00 hours:day=sat;allDay=true | twice (sat)",
        "hours:allDay=true hours:day=tue;start=01:00;end=02:00 | twice",
        "closed:start=2026-12-01;end=2026-12-02 | description",
        "closed:description=春节;start=2026-12-02;end=2026-12-01 | before it starts",
        "closed:description=春节;start=2026-13-02;end=2026-12-01 | start",
        "closed:description=春节;end=2026-12-01 | start",
        "way:drone | way",
        "telephone:call-me | telephone",
        "name:x | name"
      })
  void whatIsNoPlanIsRefusedAndNothingChanges(String wrong, String named) {
    List<String> all = new java.util.ArrayList<>(List.of(wrong.split(" ")));
    all.add("way:pickup");
    Reply refused = change(other.clerk, other, all.toArray(String[]::new));
    assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    assertThat(refused.sentence()).contains(named);
    assertThat(stored(other).has("availableTime")).isFalse();
    assertThat(stored(other).has("notAvailable")).isFalse();
  }

  @Test
  void aPlanNamesAWay() {
    Reply refused = change(other.clerk, other, "hours:" + ALWAYS);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.sentence()).contains("way");
  }

  @Test
  void spansThatMeetAtAnEdgeAreTwo() {
    var store = Drugstore.withoutPharmacist();
    Reply taken =
        change(
            store.clerk,
            store,
            "hours:day=sun;start=22:00;end=00:00",
            "hours:day=mon;start=00:00;end=08:00",
            "hours:day=mon;start=08:00;end=12:00",
            "closed:description=盘点;start=2030-01-01T08:00:00+08:00;end=2030-01-01T12:00:00+08:00",
            "way:pickup");
    ReviewServer.ok(taken);
    Reply read = SERVER.get(store.clerk, "$opening-hours");
    assertThat(read.values("hours", "start")).containsExactly("22:00", "00:00", "08:00");
    assertThat(read.values("closed", "start")).containsExactly("2030-01-01T08:00:00+08:00");
    assertThat(Instant.parse(read.value("changes"))).isAfter(Instant.now());
    assertThat(Json.MAPPER.readTree(read.text()).toString()).contains("盘点");
  }
}
