package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.review.ReviewServer;
import java.nio.charset.Charset;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Where a prescription can be had, for how much and how far away. */
class OffersTests {
  private static final ReviewServer SERVER = ReviewServer.get();

  /** Nobody else in these tests sells them. */
  private static final String FIRST = "卡托普利片 12.5mg";

  private static final String SECOND = "拉西地平片 4mg";

  /** More than are ever shown. */
  private static final int MANY = 2 * Offers.MOST + 2;

  private static ReviewServer.Hospital hospital;
  private static Drugstore cheap;
  private static Drugstore close;
  private static Drugstore part;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
    cheap = new Drugstore(38.9, "[{'allDay':true}]");
    close =
        new Drugstore(
            38.51,
            "[{'daysOfWeek':['mon'],'availableStartTime':'08:00:00','availableEndTime':'08:00:01'}]");
    part = new Drugstore(38.50, "");
    cheap.has("K", FIRST, "片", 100, "1.00");
    cheap.has("L", SECOND, "片", 100, "8.00");
    close.has("K", FIRST, "片", 100, "2.00");
    close.has("L", SECOND, "片", 100, "9.00");
    part.has("K", FIRST, "片", 3, "0.10");
  }

  @AfterEach
  void now() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private static List<String> offers(Prescribed one, String more) {
    Reply reply = SERVER.get(one.resident(), "Task/" + one.task() + "/$offers" + more);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.values("offer", "shop");
  }

  private static String shop(Drugstore store) {
    return "Organization/" + store.id;
  }

  @Test
  void whoHasAllComesFirstByPriceOrByDistance() {
    Prescribed one = Prescribed.of(hospital, _ -> {}, FIRST, SECOND);
    assertThat(offers(one, "")).containsExactly(shop(cheap), shop(close), shop(part));
    assertThat(offers(one, "?sort=distance&latitude=38.5&longitude=106.2"))
        .containsExactly(shop(close), shop(cheap), shop(part));
    Reply reply =
        SERVER.get(one.resident(), "Task/" + one.task() + "/$offers?latitude=38.5&longitude=106.2");
    assertThat(reply.values("offer", "total")).containsExactly("6.30", "7.70", "0.03");
    assertThat(reply.values("offer", "whole")).containsExactly("true", "true", "false");
    assertThat(reply.values("offer", "open")).containsExactly("true", "false", "");
    assertThat(reply.values("offer", "kilometres").get(1)).isEqualTo("1.11");
    assertThat(offers(one, "?way=cabinet")).isEmpty();
    assertThat(SERVER.get(one.resident(), "Task/" + one.task() + "/$offers?sort=best").status())
        .isEqualTo(400);
    assertThat(
            SERVER.get(ApiForTests.resident("another"), "Task/" + one.task() + "/$offers").status())
        .isEqualTo(404);
  }

  @Test
  void whatWasToldLongAgoIsMarkedAndComesLast() {
    Prescribed one =
        Prescribed.of(
            hospital,
            request ->
                request
                    .withObject("/dispenseRequest")
                    .putObject("validityPeriod")
                    .put("end", LocalDate.now().plusDays(9).toString()),
            FIRST,
            SECOND);
    SERVER.clock.ahead(Duration.ofHours(30));
    close.has("K", FIRST, "片", 100, "2.00");
    close.has("L", SECOND, "片", 100, "9.00");
    Reply reply = SERVER.get(one.resident(), "Task/" + one.task() + "/$offers");
    assertThat(reply.values("offer", "shop")).startsWith(shop(close), shop(cheap));
    assertThat(reply.values("offer", "old")).startsWith("false", "true");
    SERVER.clock.ahead(Duration.ZERO);
    // For the other tests: told again now would be told earlier, and not count.
    String now = Instant.now().toString();
    assertThat(late(close, now)).isEqualTo("1");
  }

  private static String late(Drugstore store, String at) {
    ObjectNode body = ApiForTests.parameters();
    body.withArray("parameter")
        .addObject()
        .put("name", "ndjson")
        .put(
            "valueString",
            "{\"item\":\"K\",\"name\":\"%s\",\"unit\":\"片\",\"quantity\":1,\"price\":\"2.00\",\"at\":\"%s\"}\n"
                .formatted(FIRST, at));
    Reply reply = SERVER.send(store.system, "POST", "$stock-update", body.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.value("late");
  }

  @Test
  void ofManyTheNearestIsFoundThoughItIsTheDearestAndTheOnlyOneWithACabinet() {
    String drug = "盐酸贝尼地平片 8mg";
    for (int i = 0; i < MANY; i++) {
      Drugstore.withoutPharmacist(39 + i * 0.01).has("B", drug, "片", 100, "1.00");
    }
    var nearest = Drugstore.withoutPharmacist(38.5);
    nearest.opens("cabinet");
    nearest.has("B", drug, "片", 100, "9.00");
    var nearestButPart = Drugstore.withoutPharmacist(38.501);
    nearestButPart.has("B", drug, "片", 3, "0.10");
    Prescribed one = Prescribed.of(hospital, _ -> {}, drug);
    String here = "latitude=38.49&longitude=106.2";
    assertThat(offers(one, "?sort=distance&" + here))
        .startsWith(shop(nearest))
        .hasSize(Offers.MOST);
    assertThat(offers(one, "?way=cabinet")).containsExactly(shop(nearest));
    assertThat(offers(one, "?sort=price"))
        .doesNotContain(shop(nearest), shop(nearestButPart))
        .hasSize(Offers.MOST);
  }

  @Test
  void whereAWayIsAskedThoseOfWhichItIsKnownAreNotCut() throws SQLException {
    String drug = "盐酸贝凡洛尔片 25mg";
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i < Offers.MOST + 1; i++) {
      var store = Drugstore.withoutPharmacist(39 + i * 0.01);
      store.has("B", drug, "片", 100, "1.00");
      unknown.add(store.id);
    }
    // As of those that have not told since there is the table.
    try (var connection = SERVER.database.getConnection();
        var statement =
            connection.prepareStatement("delete from pharmacy_shop where shop = any (?)")) {
      statement.setArray(1, connection.createArrayOf("text", unknown.toArray()));
      assertThat(statement.executeUpdate()).isEqualTo(unknown.size());
    }
    var known = Drugstore.withoutPharmacist(38.5);
    known.opens("cabinet");
    known.has("B", drug, "片", 100, "9.00");
    Prescribed one = Prescribed.of(hospital, _ -> {}, drug);
    assertThat(offers(one, "?way=cabinet")).containsExactly(shop(known));
    assertThat(offers(one, "")).doesNotContain(shop(known)).hasSize(Offers.MOST);
  }

  @Test
  void aPharmacyThatHasClosedIsNotOffered() {
    String drug = "盐酸贝凡洛尔片 50mg";
    var store = new Drugstore();
    store.has("B", drug, "片", 100, "1.00");
    Prescribed one = Prescribed.of(hospital, _ -> {}, drug);
    assertThat(offers(one, "")).containsExactly(shop(store));
    store.closes();
    assertThat(offers(one, "")).isEmpty();
  }

  @Test
  void aWrongLineIsNamedAndNothingIsTaken() {
    var store = new Drugstore();
    ObjectNode body = ApiForTests.parameters();
    body.withArray("parameter")
        .addObject()
        .put("name", "ndjson")
        .put(
            "valueString",
            """
            {"item":"1","name":"卡托普利片 25mg","unit":"片","quantity":5,"price":"1.00"}
            {"item":"2","name":"卡托普利片 25mg","unit":"片","quantity":-5,"price":"1.005"}
            """);
    Reply reply = SERVER.send(store.system, "POST", "$stock-update", body.toString());
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("Line 2", "quantity", "price").doesNotContain("Line 1:");
    assertThat(store.stock("1")).isEqualTo(-1);
    assertThat(SERVER.send(hospital.system, "POST", "$stock-update", body.toString()).status())
        .as("no pharmacy")
        .isEqualTo(403);
    assertThat(
            SERVER
                .send(ApiForTests.resident("x"), "POST", "$stock-update", body.toString())
                .status())
        .isEqualTo(403);
  }

  private static Reply posted(Drugstore store, String more, String file) {
    return SERVER.send(
        store.system, "POST", "$stock-update" + more, file, "Content-Type", "application/x-ndjson");
  }

  private static String told(String item, String quantity) {
    return "{\"item\":\"%s\",\"name\":\"%s\",\"unit\":\"片\",\"quantity\":%s,\"price\":\"1.00\"}\n"
        .formatted(item, SECOND, quantity);
  }

  @Test
  void aSystemPostsTheWholeStockOfAHospitalAsAFile() {
    var store = Drugstore.withoutPharmacist();
    store.has("old", SECOND, "片", 5, "1.00");
    var file = new StringBuilder("\uFEFF");
    for (int i = 0; i < 8_000; i++) {
      file.append(told("i" + i, "0"));
    }
    file.append("\r\n").append(told("last", "7").strip());
    Reply reply = posted(store, "?whole=true", file.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.value("taken")).isEqualTo("8001");
    assertThat(reply.value("gone")).isEqualTo("1");
    assertThat(store.stock("last")).isEqualTo(7);
    store.has("last", SECOND, "片", 0, "1.00");
    String tooMany = told("x", "1").repeat(StockLines.MOST + 1);
    assertThat(posted(store, "", tooMany).sentence()).contains("20000");
  }

  @Test
  void ofAFileEachWrongLineIsNamedByItsNumberAndNothingIsTaken() {
    var store = Drugstore.withoutPharmacist();
    store.has("1", SECOND, "片", 5, "1.00");
    String file = told("1", "9") + "\n" + "not JSON\n" + "[1]\n" + told("2", "-1") + told("1", "8");
    Reply reply = posted(store, "", file);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text())
        .contains("Line 3", "Line 4", "Line 5", "Line 6")
        .doesNotContain("Line 1:", "Line 2:");
    assertThat(store.stock("1")).isEqualTo(5);
    for (String empty : new String[] {"", "\n \n"}) {
      assertThat(posted(store, "?whole=true", empty).status())
          .as("an export that failed is no empty pharmacy")
          .isEqualTo(400);
    }
    assertThat(SERVER.call(store.clerk, "$stock-update", "whole", "true").status())
        .as("nor is a call that names nothing")
        .isEqualTo(400);
    assertThat(posted(store, "", told("1", "9").replace(SECOND, "a\\u0000b")).status())
        .as("a character that no database has")
        .isEqualTo(400);
    assertThat(store.stock("1")).isEqualTo(5);
    Caller nurse = store.nurse();
    for (String[] one : new String[][] {{"GET", "$stock"}, {"POST", "$stock-update"}}) {
      assertThat(SERVER.send(nurse, one[0], one[1], null).status())
          .as("not by whoever works somewhere in the house: " + one[1])
          .isEqualTo(403);
    }
    store.has("1", SECOND, "片", 0, "1.00");
  }

  @Test
  void aFileInAnotherEncodingIsRefused() {
    var store = Drugstore.withoutPharmacist();
    ObjectNode body = ApiForTests.parameters();
    body.withArray("parameter")
        .addObject()
        .put("name", "ndjson")
        .put("valueBase64Binary", told("1", "9").getBytes(Charset.forName("GB18030")));
    Reply reply = SERVER.send(store.system, "POST", "$stock-update", body.toString());
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.text()).contains("Line 1", "UTF-8");
    assertThat(store.stock("1")).isEqualTo(-1);
    assertThat(
            SERVER
                .send(
                    store.system,
                    "POST",
                    "$stock-update",
                    told("1", "9"),
                    "Content-Type",
                    "application/x-ndjson; charset=GB18030")
                .status())
        .isEqualTo(415);
    assertThat(
            SERVER
                .send(
                    store.clerk,
                    "POST",
                    "$prescription-lock",
                    told("1", "9"),
                    "Content-Type",
                    "application/x-ndjson")
                .status())
        .as("an operation that takes no files")
        .isEqualTo(415);
    assertThat(
            SERVER
                .send(
                    hospital.system,
                    "POST",
                    "$stock-update",
                    told("1", "9"),
                    "Content-Type",
                    "application/x-ndjson")
                .status())
        .as("no pharmacy")
        .isEqualTo(403);
  }

  @Test
  void whatIsNotNamedAnyMoreIsGone() {
    var store = new Drugstore();
    store.has("1", SECOND, "片", 5, "1.00");
    store.has("2", SECOND, "片", 5, "1.00");
    ObjectNode body = ApiForTests.parameters("whole", "true");
    body.withArray("parameter")
        .addObject()
        .put("name", "ndjson")
        .put(
            "valueString",
            Json.MAPPER
                .createObjectNode()
                .put("item", "1")
                .put("name", SECOND)
                .put("unit", "片")
                .put("quantity", 4)
                .put("price", "1.00")
                .toString());
    Reply reply = SERVER.send(store.clerk, "POST", "$stock-update", body.toString());
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.value("gone")).isEqualTo("1");
    assertThat(store.stock("1")).isEqualTo(4);
    assertThat(store.stock("2")).isZero();
    store.has("1", SECOND, "片", 0, "1.00");
  }

  @Test
  void anotherProductStandsInOnlyWhereTheDoctorAllowsAndOnlyForTheSame() {
    var store = new Drugstore();
    String prescribed = "缬沙坦胶囊 80mg";
    store.has(store.system, "V1", prescribed, "粒", 100, "5.00", "DEMO-A");
    store.has(store.system, "V2", "缬沙坦片 80mg", "片", 100, "5.00", "");
    Prescribed strict = valsartan(prescribed, null);
    Prescribed free = valsartan(prescribed, "G");
    Prescribed any = valsartan(prescribed, "none");
    assertThat(offers(strict, "")).isEmpty();
    assertThat(offers(free, "")).containsExactly(shop(store));
    for (Prescribed one : List.of(strict, free, any)) {
      ReviewServer.ok(store.lock(one.token()));
    }
    assertThat(sold(store, strict, "V1", "").sentence()).contains("not allowed");
    assertThat(sold(store, strict, "V1", "厂家断货").status()).isEqualTo(422);
    assertThat(sold(store, free, "V1", "").sentence()).contains("why");
    assertThat(sold(store, free, "V2", "没有胶囊").sentence()).contains("another drug");
    Reply given = sold(store, free, "V1", "厂家断货");
    assertThat(given.status()).as(given.text()).isEqualTo(200);
    String dispense = given.values("dispensed", "dispense").getFirst();
    assertThat(
            SERVER
                .get(ReviewServer.ROOT, dispense)
                .json()
                .path("substitution")
                .path("wasSubstituted")
                .asBoolean(false))
        .isTrue();
    assertThat(sold(store, any, "V1", "").status()).as("the product itself").isEqualTo(200);
    Reply old =
        store.dispense(
            store.pharmacist,
            free.task(),
            free.request(),
            "V1",
            1,
            Drugstore.trace(),
            "厂家断货",
            LocalDate.now().minusDays(2));
    assertThat(old.sentence()).contains("past its date");
  }

  /**
   * @param allowed code of substitution; null for a product that is named and nothing said of
   *     others; none for whichever product
   */
  private static Prescribed valsartan(
      String drug, @org.jspecify.annotations.Nullable String allowed) {
    return Prescribed.of(
        hospital,
        request -> {
          ((ObjectNode)
                  request
                      .path("dosageInstruction")
                      .path(0)
                      .path("doseAndRate")
                      .path(0)
                      .path("doseQuantity"))
              .put("unit", "粒");
          if (!"none".equals(allowed)) {
            request
                .withObject("/medicationCodeableConcept")
                .putArray("coding")
                .addObject()
                .put("system", Preparation.PRODUCT)
                .put("code", "DEMO-B");
          }
          if (allowed != null && !allowed.equals("none")) {
            request
                .putObject("substitution")
                .putObject("allowedCodeableConcept")
                .putArray("coding")
                .addObject()
                .put(
                    "system", "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution")
                .put("code", allowed);
          }
        },
        drug);
  }

  private static Reply sold(Drugstore store, Prescribed one, String item, String reason) {
    return store.dispense(
        store.pharmacist,
        one.task(),
        one.request(),
        item,
        2,
        Drugstore.trace(),
        reason,
        LocalDate.now().plusYears(1));
  }
}
