package health.helan.pharmacy.dispense;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.pharmacy.circulation.Drugstore;
import health.helan.pharmacy.circulation.Prescribed;
import health.helan.pharmacy.review.ReviewServer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** A parcel from the pharmacy to the door, over the API. */
class DeliveringTests {
  private static final ReviewServer SERVER = ReviewServer.get();

  /** The head of a PNG: what a picture is told by. */
  private static final String PICTURE = "iVBORw0KGgo=";

  private static final String CARRIER = "carrier-" + UUID.randomUUID().toString().substring(0, 8);
  private static ReviewServer.Hospital hospital;
  private static Drugstore shop;
  private static Caller courier;
  private static Caller second;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
    shop = new Drugstore();
    shop.has("A1", Prescribed.AMLODIPINE, "片", 1000, "4.50");
    SERVER.created(
        ReviewServer.ROOT,
        "{'resourceType':'Organization','id':'%s','active':true,'name':'试验配送'}".formatted(CARRIER));
    String system = "https://helan.health/fhir/CodeSystem/pharmacy-service";
    SERVER.created(
        ApiForTests.system(CARRIER),
        """
        {'resourceType':'HealthcareService','id':'v%s','active':true,'name':'试验配送',
          'providedBy':{'reference':'Organization/%s'},'type':[{'coding':[{'system':'%s','code':'carrying'}]}]}\
        """
            .formatted(CARRIER, CARRIER, system));
    courier = courier("x", system);
    second = courier("y", system);
  }

  private static Caller courier(String letter, String system) {
    String id = letter + CARRIER;
    Caller its = ApiForTests.system(CARRIER);
    SERVER.created(
        its,
        "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'马师傅'}]}"
            .formatted(id));
    SERVER.created(
        its,
        """
        {'resourceType':'PractitionerRole','id':'r%s','active':true,'practitioner':{'reference':'Practitioner/%s'},
          'organization':{'reference':'Organization/%s'},'code':[{'coding':[{'system':'%s','code':'courier'}]}]}\
        """
            .formatted(id, id, CARRIER, system));
    return ApiForTests.practitioner(id, CARRIER);
  }

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private record Sent(Prescribed prescription, String parcel) {}

  private static Sent packed(String... more) {
    return packed(shop, CARRIER, 7, more);
  }

  private static Sent packed(Drugstore from, String carrier, int count, String... more) {
    Prescribed one = Prescribed.usual(hospital);
    String token =
        one.token(
            "way", "delivery", "shop", from.id, "telephone", "13800000000", "address", "宁静巷 3 号");
    done(from.lock(token));
    done(from.dispense(one.task(), one.request(), "A1", count));
    var parameters = new java.util.ArrayList<>(java.util.List.of("carrier", carrier));
    parameters.addAll(java.util.List.of(more));
    Reply packed =
        SERVER.call(
            from.pharmacist,
            "Task/" + one.task() + "/$parcel-pack",
            parameters.toArray(String[]::new));
    done(packed);
    return new Sent(one, packed.values("parcel", "id").getFirst());
  }

  private static void done(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private static void refused(Reply reply, int status, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.sentence()).contains(words);
  }

  private static Reply step(Caller caller, Sent sent, String step, String... more) {
    ObjectNode body = ApiForTests.parameters(more);
    body.withArray("parameter").addObject().put("name", "parcel").put("valueString", sent.parcel);
    return SERVER.send(caller, "POST", "$parcel-" + step, body.toString());
  }

  private static Reply read(Caller caller, Sent sent) {
    return SERVER.get(caller, "$parcel?parcel=" + sent.parcel);
  }

  private static String state(Sent sent) {
    return read(sent.prescription.resident(), sent).values("parcel", "state").getFirst();
  }

  private static Sent underWay(String... more) {
    Sent sent = packed(more);
    done(step(courier, sent, "pick"));
    done(step(courier, sent, "depart"));
    return sent;
  }

  private static String code(Sent sent) {
    return read(sent.prescription.resident(), sent).values("parcel", "code").getFirst();
  }

  @Test
  void theCodeOpensTheDoorAndThePrescriptionIsDone() {
    Sent sent = packed();
    refused(shop.step(sent.prescription.task(), "complete"), 422, "parcel");
    Reply waiting = SERVER.get(courier, "$parcels");
    assertThat(waiting.values("parcel", "id")).contains(sent.parcel);
    assertThat(read(courier, sent).text())
        .contains("宁静巷")
        .doesNotContain("张小三", "13800000000", "氨氯地平", sent.prescription.task());
    refused(step(courier, sent, "deliver", "code", "000000", "proof", PICTURE), 422, "packed");
    done(step(courier, sent, "pick"));
    assertThat(step(second, sent, "depart").status()).as("another's").isEqualTo(404);
    Reply carried = read(courier, sent);
    assertThat(carried.text()).contains("张小三", "13800000000");
    assertThat(carried.values("parcel", "code")).as("the courier is not told").containsExactly("");
    done(step(courier, sent, "depart"));
    String code = code(sent);
    assertThat(code).matches("\\d{6}");
    refused(step(courier, sent, "deliver", "code", code), 400, "proof");
    refused(step(courier, sent, "deliver", "code", code, "proof", "QUJD"), 400, "proof");
    Reply delivered = step(courier, sent, "deliver", "code", code, "proof", PICTURE);
    done(delivered);
    assertThat(delivered.text()).doesNotContain("宁静巷");
    assertThat(state(sent)).isEqualTo("delivered");
    assertThat(sent.prescription.state()).isEqualTo("completed");
    String delivery =
        read(sent.prescription.resident(), sent).values("parcel", "delivery").getFirst();
    assertThat(
            SERVER.get(sent.prescription.resident(), delivery).json().path("status").asString(""))
        .isEqualTo("completed");
    assertThat(
            SERVER
                .get(
                    sent.prescription.resident(),
                    "DocumentReference?patient=" + sent.prescription.patient())
                .json()
                .path("entry")
                .size())
        .isEqualTo(1);
    assertThat(SERVER.get(courier, "MedicationRequest/" + sent.prescription.request()).status())
        .as("a courier sees no record")
        .isEqualTo(404);
  }

  @Test
  void theRightNameAndTheLastDigitsDoToo() {
    Sent sent = underWay();
    String number =
        SERVER
            .get(ReviewServer.ROOT, "Patient/" + sent.prescription.patient())
            .json()
            .path("identifier")
            .path(0)
            .path("value")
            .asString("");
    String digits = number.substring(number.length() - 4);
    refused(
        step(courier, sent, "deliver", "name", "李小四", "digits", digits, "proof", PICTURE),
        422,
        "4 more");
    refused(
        step(courier, sent, "deliver", "name", "张小三", "digits", "zzzz", "proof", PICTURE),
        422,
        "3 more");
    done(step(courier, sent, "deliver", "name", "张小三", "digits", digits, "proof", PICTURE));
  }

  @Test
  void ofAPartAtTheDoorTheRestIsFree() {
    Sent sent = packed(shop, CARRIER, 3);
    Prescribed one = sent.prescription;
    done(step(courier, sent, "pick"));
    done(step(courier, sent, "depart"));
    done(step(courier, sent, "deliver", "code", code(sent), "proof", PICTURE));
    assertThat(state(sent)).isEqualTo("delivered");
    assertThat(one.state()).isEqualTo("available");
    assertThat(one.read().values("dispensed", "state")).containsExactly("handed");
    assertThat(one.read().values("drug", "left")).containsExactly("4");
    String request = "MedicationRequest/" + one.request();
    assertThat(SERVER.get(ReviewServer.ROOT, request).json().path("status").asString(""))
        .isEqualTo("active");
    done(shop.lock(one.token()));
    done(shop.dispense(one.task(), one.request(), "A1", 4));
    done(shop.step(one.task(), "complete"));
    assertThat(SERVER.get(ReviewServer.ROOT, request).json().path("status").asString(""))
        .isEqualTo("completed");
  }

  @Test
  void aParcelWhoseCourierIsGoneIsGivenUp() {
    Sent sent = packed();
    done(step(courier, sent, "pick"));
    SERVER.clock.ahead(Duration.ofHours(25));
    refused(
        SERVER.call(
            sent.prescription.resident(),
            "Task/" + sent.prescription.task() + "/$prescription-recall",
            "reason",
            "一直没有送到"),
        422,
        "parcel");
    refused(
        step(shop.pharmacist, sent, "take-back", "reason", "联系不上配送员", "resale", "true"),
        422,
        "brought it back");
    done(step(shop.pharmacist, sent, "take-back", "reason", "联系不上配送员"));
    assertThat(state(sent)).isEqualTo("returned");
    assertThat(sent.prescription.state()).isEqualTo("locked");
    refused(step(courier, sent, "depart"), 422, "returned");
    SERVER.clock.ahead(Duration.ZERO);
    Sent further = underWay();
    done(step(shop.pharmacist, further, "take-back", "reason", "联系不上配送员"));
    assertThat(further.prescription.read().values("drug", "dispensed")).containsExactly("0");
  }

  @Test
  void aPharmacyBringsItsParcelsItself() {
    var own = new Drugstore();
    own.has("A1", Prescribed.AMLODIPINE, "片", 1000, "4.50");
    Caller rider = own.carries();
    Sent sent = packed(own, own.id, 7);
    Sent second = packed(own, own.id, 7);
    refused(step(own.clerk, sent, "pick"), 403, "not yours");
    assertThat(read(own.pharmacist, sent).text()).contains("\"pick\"", "\"take-back\"");
    assertThat(SERVER.get(own.pharmacist, "$parcels").values("parcel", "id"))
        .containsExactly(sent.parcel, second.parcel);
    assertThat(SERVER.get(rider, "$parcels").values("parcel", "side"))
        .containsExactly("courier", "courier");
    assertThat(read(rider, sent).text()).doesNotContain("13800000000", sent.prescription.task());
    done(step(own.pharmacist, sent, "pick"));
    assertThat(read(rider, sent).status()).as("another's").isEqualTo(404);
    done(step(own.pharmacist, sent, "depart"));
    done(step(own.pharmacist, sent, "deliver", "code", code(sent), "proof", PICTURE));
    assertThat(sent.prescription.state()).isEqualTo("completed");
    done(step(rider, second, "pick"));
    refused(step(own.pharmacist, second, "depart"), 403, "not yours");
    refused(step(rider, second, "take-back", "reason", "送回药店"), 403, "not yours");
    assertThat(SERVER.get(own.clerk, "$parcels").values("parcel", "id"))
        .as("what waits comes before what is done")
        .containsExactly(second.parcel, sent.parcel);
    assertThat(read(own.nurse(), second).status())
        .as("of the house, not the pharmacy")
        .isEqualTo(404);
  }

  @Test
  void afterFiveWrongAnswersItOnlyGoesBack() {
    Sent sent = underWay();
    String right = code(sent);
    String wrong = right.equals("123456") ? "654321" : "123456";
    for (int i = 0; i < 5; i++) {
      refused(step(courier, sent, "deliver", "code", wrong, "proof", PICTURE), 422, "more tries");
    }
    refused(step(courier, sent, "deliver", "code", right, "proof", PICTURE), 422, "goes back");
    refused(step(courier, sent, "turn-back"), 400, "reason");
    done(step(courier, sent, "turn-back", "reason", "无人应门"));
    refused(step(courier, sent, "take-back", "reason", "送回药店"), 403, "not yours");
    done(step(shop.pharmacist, sent, "take-back", "reason", "包裹已经收回", "resale", "true"));
    assertThat(state(sent)).isEqualTo("returned");
    assertThat(sent.prescription.state()).isEqualTo("locked");
    assertThat(sent.prescription.read().values("drug", "dispensed")).containsExactly("0");
    done(shop.dispense(sent.prescription.task(), sent.prescription.request(), "A1", 7));
    done(shop.step(sent.prescription.task(), "complete"));
  }

  @Test
  void whatIsKeptColdIsPackedWithItsLimits() {
    String insulin = "甘精胰岛素注射液";
    shop.has("I1", insulin, "片", 100, "60.00");
    Prescribed one = Prescribed.of(hospital, _ -> {}, insulin);
    String token =
        one.token(
            "way", "delivery", "shop", shop.id, "telephone", "13800000000", "address", "宁静巷 3 号");
    done(shop.lock(token));
    String circulation = "Task/" + one.task() + "/$circulation";
    assertThat(SERVER.get(shop.clerk, circulation).values("circulation", "cold"))
        .as("nothing counted out")
        .containsExactly("");
    done(shop.dispense(one.task(), one.request(), "I1", 7));
    assertThat(SERVER.get(shop.clerk, circulation).values("circulation", "cold"))
        .containsExactly(insulin);
    assertThat(SERVER.get(one.resident(), circulation).values("circulation", "cold"))
        .containsExactly("");
    String pack = "Task/" + one.task() + "/$parcel-pack";
    refused(SERVER.call(shop.pharmacist, pack, "carrier", CARRIER), 422, "甘精胰岛素");
    for (String[] wide : new String[][] {{"-30", "50"}, {"1.9", "8"}, {"2", "8.1"}}) {
      refused(
          SERVER.call(shop.pharmacist, pack, "carrier", CARRIER, "low", wide[0], "high", wide[1]),
          422,
          "2 to 8 °C");
    }
    done(SERVER.call(shop.pharmacist, pack, "carrier", CARRIER, "low", "2", "high", "8"));
  }

  @Test
  void whatWasTooWarmIsNotHandedOver() {
    Sent sent = underWay("low", "2", "high", "8");
    String code = code(sent);
    refused(step(courier, sent, "deliver", "code", code, "proof", PICTURE), 422, "temperature");
    done(step(courier, sent, "reading", "celsius", "5.2"));
    SERVER.clock.ahead(Duration.ofMinutes(31));
    refused(step(courier, sent, "deliver", "code", code, "proof", PICTURE), 422, "temperature");
    SERVER.clock.ahead(Duration.ZERO);
    done(step(courier, sent, "reading", "celsius", "8.1"));
    done(step(courier, sent, "reading", "celsius", "4"));
    refused(step(courier, sent, "deliver", "code", code, "proof", PICTURE), 422, "outside");
    Reply seen = read(shop.clerk, sent);
    assertThat(seen.values("parcel", "excursion")).containsExactly("true");
    assertThat(seen.values("reading", "outside")).containsExactly("false", "true", "false");
    refused(step(shop.clerk, sent, "reading", "celsius", "4"), 403, "not yours");
    done(step(courier, sent, "turn-back", "reason", "温度超限"));
    refused(
        step(shop.pharmacist, sent, "take-back", "reason", "包裹已经收回", "resale", "true"),
        422,
        "shelf");
    done(step(shop.pharmacist, sent, "take-back", "reason", "药品已经销毁"));
    assertThat(sent.prescription.read().values("drug", "dispensed")).containsExactly("0");
    refused(step(courier, underWay(), "reading", "celsius", "4"), 422, "no temperature");
  }

  @Test
  void strangersAreToldNothing() {
    Sent sent = packed();
    var other = new Drugstore();
    for (Caller stranger :
        new Caller[] {
          ApiForTests.resident("another"),
          other.pharmacist,
          hospital.doctor,
          ApiForTests.practitioner("nobody", CARRIER)
        }) {
      assertThat(read(stranger, sent).status()).isEqualTo(404);
      // Residents take no step of a parcel, whoever they are.
      assertThat(step(stranger, sent, "turn-back", "reason", "不是我的事").status())
          .isEqualTo(stranger.role() == Caller.Role.RESIDENT ? 403 : 404);
    }
    for (Caller role :
        new Caller[] {
          ApiForTests.regulator(), ApiForTests.operator(), ApiForTests.system(CARRIER)
        }) {
      assertThat(read(role, sent).status()).isEqualTo(403);
    }
    assertThat(SERVER.get(ApiForTests.practitioner("nobody", CARRIER), "$parcels").status())
        .as("no courier, no pharmacy")
        .isEqualTo(403);
    assertThat(SERVER.get(ReviewServer.ROOT, "$parcel?parcel=" + sent.parcel).status())
        .isEqualTo(404);
    assertThat(
            SERVER
                .call(
                    shop.pharmacist,
                    "Task/" + sent.prescription.task() + "/$parcel-pack",
                    "carrier",
                    CARRIER)
                .status())
        .as("packed already")
        .isEqualTo(422);
    assertThat(SERVER.get(sent.prescription.resident(), "$parcels").values("parcel", "id"))
        .containsExactly(sent.parcel);
    assertThat(SERVER.get(shop.clerk, "$parcels").values("parcel", "id")).contains(sent.parcel);
  }
}
