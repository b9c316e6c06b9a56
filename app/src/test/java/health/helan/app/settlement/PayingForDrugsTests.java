package health.helan.app.settlement;

import static health.helan.foundation.rest.testing.ApiForTests.part;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.oversight.books.FinanceStaff;
import health.helan.oversight.settlement.PriceList;
import health.helan.pharmacy.circulation.Drugstore;
import health.helan.pharmacy.circulation.Prescribed;
import health.helan.pharmacy.review.ReviewServer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * From what a pharmacy counts out to money: charged, shared, paid, handed over; taken back.
 *
 * <p>Seven tablets at 4.50 for ten are 3.15; of class B with 10 percent and a standard of 4.00 for
 * ten, 2.80 count, 0.28 and the 0.35 above are own money first, and of 2.52 the residents'
 * insurance of the demonstration pays 65 percent at a primary institution: 1.64.
 */
class PayingForDrugsTests {
  private static final ReviewServer SERVER = ReviewServer.get();
  private static final SettledRegion REGION = SettledRegion.get();
  private static final String LISTED = "YP-" + UUID.randomUUID().toString().substring(0, 8);
  private static final String CAPTOPRIL = "卡托普利片 12.5mg";
  private static ReviewServer.Hospital hospital;
  private static Drugstore shop;
  private static Drugstore other;
  private static String bureau;

  @BeforeAll
  static void region() {
    hospital = ReviewServer.hospital();
    shop = new Drugstore();
    other = new Drugstore();
    shop.has(shop.system, "A1", Prescribed.AMLODIPINE, "片", 100_000, "4.50", LISTED);
    shop.has(shop.system, "C1", CAPTOPRIL, "片", 100_000, "2.00", "");
    other.has(other.system, "A1", Prescribed.AMLODIPINE, "片", 100_000, "4.50", LISTED);
    REGION.prices(LISTED + ",苯磺酸氨氯地平片,B,10,4.00");
    bureau = "b-" + UUID.randomUUID();
    SERVER.created(
        ReviewServer.ROOT,
        "{'resourceType':'Organization','id':'%s','name':'医保局'}".formatted(bureau));
  }

  @AfterEach
  void theBooksAreInOrder() {
    assertThat(REGION.whole().ledger().check()).isEmpty();
  }

  private static void done(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private static void refused(Reply reply, int status, String words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.sentence()).contains(words);
  }

  private static String cover(Caller by, String patient) {
    return SERVER.created(
        by,
        """
        {'resourceType':'Coverage','status':'active','type':{'coding':[{'code':'390'}]},
          'beneficiary':{'reference':'Patient/%s'},'payor':[{'reference':'Organization/%s'}]}"""
            .formatted(patient, bureau));
  }

  private static Prescribed insured(String... drugs) {
    Prescribed one = Prescribed.of(hospital, _ -> {}, drugs);
    cover(ApiForTests.system(bureau), one.patient());
    return one;
  }

  /** Counted out at the shop, whole; of one resident's. */
  private static Prescribed dispensed() {
    Prescribed one = insured(Prescribed.AMLODIPINE);
    done(shop.lock(one.token()));
    done(shop.dispense(one.task(), one.request(), "A1", 7));
    return one;
  }

  private static Reply seen(Caller by, Prescribed one) {
    Reply reply = SERVER.get(by, "Task/" + one.task() + "/$circulation");
    done(reply);
    return reply;
  }

  private static List<String> charges(Prescribed one) {
    return seen(shop.pharmacist, one).values("dispensed", "charge");
  }

  private static Reply presettle(Caller by, Prescribed one) {
    List<String> pairs = new ArrayList<>();
    for (String charge : charges(one)) {
      pairs.add("charge");
      pairs.add(charge);
    }
    return SERVER.call(
        by, "Patient/" + one.patient() + "/$presettle", pairs.toArray(String[]::new));
  }

  /** Settled by the pharmacist; the bill. */
  private static JsonNode settled(Prescribed one) {
    Reply reckoned = presettle(shop.pharmacist, one);
    done(reckoned);
    Reply settled =
        SERVER.call(
            shop.pharmacist,
            "Claim/" + part(reckoned.all("bill").getFirst(), "number") + "/$settle");
    done(settled);
    return settled.all("bill").getFirst();
  }

  /** All own money of the resident, on the telephone. */
  private static void pay(Prescribed one) {
    Reply collected = SERVER.call(one.resident(), "Patient/" + one.patient() + "/$collect-bills");
    done(collected);
    Reply asked =
        SERVER.call(
            one.resident(), "$pay", "payable", collected.value("payable"), "channel", "union-sim");
    done(asked);
    REGION.payBy(part(asked.all("order").getFirst(), "code"));
    REGION.tend();
  }

  private static List<String> payments(Prescribed one) {
    return seen(one.resident(), one).values("dispensed", "payment").stream()
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static JsonNode charge(Prescribed one, int number) {
    return SERVER.get(ReviewServer.ROOT, charges(one).get(number)).json();
  }

  // ------------------------------------------------------------------ the whole way

  @Test
  void chargesSharesIsPaidAndOnlyThenHandedOver() {
    Prescribed one = insured(Prescribed.AMLODIPINE, CAPTOPRIL);
    done(shop.lock(one.token()));
    done(shop.dispense(one.task(), one.requests().get(0), "A1", 7));
    done(shop.dispense(one.task(), one.requests().get(1), "C1", 7));
    Reply seen = seen(shop.pharmacist, one);
    assertThat(seen.values("circulation", "charging")).containsExactly("true");
    assertThat(seen.values("circulation", "subject")).containsExactly("Patient/" + one.patient());
    assertThat(seen.values("dispensed", "payment")).containsExactly("open", "open");
    JsonNode charge = charge(one, 0);
    assertThat(charge.path("status").asString("")).isEqualTo("billable");
    assertThat(charge.at("/priceOverride/value").decimalValue()).isEqualByComparingTo("3.15");
    assertThat(charge.at("/service/0/reference").asString(""))
        .isEqualTo(seen.values("dispensed", "dispense").getFirst());
    assertThat(charge.at("/performingOrganization/reference").asString(""))
        .isEqualTo("Organization/" + shop.id);
    refused(shop.step(one.task(), "complete"), 409, "2 of what was counted out");

    JsonNode bill = settled(one);
    assertThat(part(bill, "state")).isEqualTo("owing");
    // 3.15 + 1.40: the second drug is in no list, and own money whole.
    assertThat(part(bill, "total")).isEqualTo("4.55");
    assertThat(part(bill, "eligible")).isEqualTo("2.52");
    assertThat(part(bill, "own")).isEqualTo("2.91");
    List<JsonNode> lines = new ArrayList<>();
    bill.path("part")
        .forEach(
            each -> {
              if (each.path("name").asString("").equals("line")) {
                lines.add(each);
              }
            });
    assertThat(lines.stream().map(line -> part(line, "class"))).containsExactlyInAnyOrder("B", "C");
    JsonNode listed =
        lines.stream().filter(line -> part(line, "class").equals("B")).findFirst().orElseThrow();
    assertThat(part(listed, "above-standard")).isEqualTo("0.35");
    assertThat(part(listed, "own-first")).isEqualTo("0.63");
    assertThat(part(listed, "amount")).isEqualTo("3.15");
    refused(shop.step(one.task(), "complete"), 409, "not settled yet");
    refused(shop.step(one.task(), "paid-elsewhere", "reason", "付了现金"), 409, "is in a bill");
    assertThat(payments(one)).containsExactly("owing", "owing");
    assertThat(seen(one.resident(), one).values("dispensed", "claim"))
        .containsOnly("Claim/" + part(bill, "number"));

    pay(one);
    assertThat(payments(one)).containsExactly("settled", "settled");
    assertThat(REGION.owed(shop.id)).isPositive();
    done(shop.step(one.task(), "complete"));
    assertThat(one.state()).isEqualTo("completed");
  }

  @Test
  void isSettledOnceHoweverOftenItIsAsked() throws Exception {
    Prescribed one = dispensed();
    long before = REGION.owed(shop.id);
    List<String> bills = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Reply reckoned = presettle(shop.pharmacist, one);
      done(reckoned);
      bills.add(part(reckoned.all("bill").getFirst(), "number"));
    }
    List<Callable<Integer>> all = new ArrayList<>();
    for (String bill : bills) {
      for (int i = 0; i < 2; i++) {
        all.add(() -> SERVER.call(shop.pharmacist, "Claim/" + bill + "/$settle").status());
      }
    }
    int settled = 0;
    try (var threads = Executors.newFixedThreadPool(6)) {
      for (Future<Integer> answer : threads.invokeAll(all)) {
        assertThat(answer.get()).isIn(200, 409, 422, 503);
        settled += answer.get() == 200 ? 1 : 0;
      }
    }
    assertThat(settled).isBetween(1, 2);
    REGION.tend();
    assertThat(REGION.owed(shop.id) - before).isEqualTo(164);
    pay(one);
    assertThat(REGION.owed(shop.id) - before).isEqualTo(315);
  }

  @Test
  void isHandedOverOnCredit() {
    Prescribed one = dispensed();
    String claim = part(settled(one), "number");
    done(SERVER.call(one.resident(), "Claim/" + claim + "/$pay-later"));
    assertThat(payments(one)).containsExactly("deferred");
    done(shop.step(one.task(), "complete"));
  }

  // ------------------------------------------------------------------ what comes back

  @Test
  void givesAllMoneyBackWhenThePaidDrugsComeBack() {
    Prescribed one = dispensed();
    long before = REGION.owed(shop.id);
    String claim = part(settled(one), "number");
    pay(one);
    assertThat(REGION.owed(shop.id) - before).isEqualTo(315);
    JsonNode charge = charge(one, 0);
    done(shop.step(one.task(), "take-back", "reason", "居民改主意", "resale", "true"));
    REGION.tend();
    assertThat(REGION.owed(shop.id)).isEqualTo(before);
    Reply bill = SERVER.get(one.resident(), "Claim/" + claim + "/$bill");
    assertThat(bill.values("bill", "state")).containsExactly("reversed");
    assertThat(bill.values("bill", "reason")).containsExactly("came-back");
    assertThat(bill.all("bill").getFirst().toString()).contains("\"back\"");
    assertThat(
            SERVER
                .get(ReviewServer.ROOT, "ChargeItem/" + charge.path("id").asString(""))
                .json()
                .path("status")
                .asString(""))
        .isEqualTo("aborted");
    // Counted out again it is another charge, and paid again.
    done(shop.dispense(one.task(), one.request(), "A1", 7));
    refused(shop.step(one.task(), "complete"), 409, "not settled yet");
    String anew = seen(shop.pharmacist, one).values("dispensed", "charge").getLast();
    done(SERVER.call(shop.pharmacist, "Patient/" + one.patient() + "/$presettle", "charge", anew));
  }

  @Test
  void chargesNothingForWhatComesBackBeforeItIsSettled() {
    Prescribed one = dispensed();
    String charge = charges(one).getFirst();
    Reply reckoned = presettle(shop.pharmacist, one);
    done(reckoned);
    done(shop.step(one.task(), "take-back", "reason", "拿错药盒", "resale", "true"));
    assertThat(SERVER.get(ReviewServer.ROOT, charge).json().path("status").asString(""))
        .isEqualTo("aborted");
    String claim = part(reckoned.all("bill").getFirst(), "number");
    refused(SERVER.call(shop.pharmacist, "Claim/" + claim + "/$settle"), 422, "does not exist");
    assertThat(payments(one)).isEmpty();
  }

  @Test
  void settlesAnewWhatStaysWhenAPartOfABillComesBack() {
    Prescribed two = insured(Prescribed.AMLODIPINE, CAPTOPRIL);
    done(shop.lock(two.token()));
    done(shop.dispense(two.task(), two.requests().get(0), "A1", 7));
    done(shop.dispense(two.task(), two.requests().get(1), "C1", 7));
    long before = REGION.owed(shop.id);
    settled(two);
    pay(two);
    assertThat(REGION.owed(shop.id) - before).isEqualTo(455);
    String back = charges(two).get(1);
    var unused =
        SERVER.store.write(
            Caller.platform("somebody else").asPlatformOf(shop.id),
            new Interaction.Patch(
                "ChargeItem",
                back.replace("ChargeItem/", ""),
                null,
                item -> item.put("status", "aborted"),
                null));
    REGION.tend();
    assertThat(REGION.owed(shop.id) - before).isEqualTo(315);
    assertThat(payments(two)).containsExactly("settled", "open");
    refused(shop.step(two.task(), "complete"), 409, "1 of what was counted out");
  }

  @Test
  void isCountedOutAnewWhereItsChargeWasGivenBack() {
    Prescribed one = dispensed();
    String claim = part(settled(one), "number");
    pay(one);
    JsonNode charge = charge(one, 0);
    done(
        SERVER.call(
            shop.pharmacist,
            "Claim/" + claim + "/$refund-charges",
            "charge",
            charges(one).getFirst(),
            "reason",
            "按错收费"));
    REGION.tend();
    refused(shop.step(one.task(), "complete"), 409, "not settled yet");
    refused(shop.step(one.task(), "paid-elsewhere", "reason", "收了现金"), 422, "was given back");
    assertThat(
            SERVER
                .get(ReviewServer.ROOT, "ChargeItem/" + charge.path("id").asString(""))
                .json()
                .path("status")
                .asString(""))
        .isEqualTo("aborted");
    done(shop.step(one.task(), "take-back", "reason", "重新收费", "resale", "true"));
    done(shop.dispense(one.task(), one.request(), "A1", 7));
    done(shop.step(one.task(), "paid-elsewhere", "reason", "柜台收了现金"));
    done(shop.step(one.task(), "complete"));
  }

  @Test
  void isSettledAnewWhereItsBillIsReversedAfterTheDrugsHaveLeft() {
    Prescribed one = dispensed();
    String claim = part(settled(one), "number");
    pay(one);
    List<String> charges = charges(one);
    done(shop.step(one.task(), "complete"));
    done(SERVER.call(shop.pharmacist, "Claim/" + claim + "/$reverse", "reason", "保险类型有误"));
    REGION.tend();
    assertThat(SERVER.get(ReviewServer.ROOT, charges.getFirst()).json().path("status").asString(""))
        .isEqualTo("billable");
    refused(
        shop.step(one.task(), "paid-elsewhere", "reason", "收了现金"), 422, "the step paid-elsewhere");
    Reply reckoned =
        SERVER.call(
            shop.pharmacist,
            "Patient/" + one.patient() + "/$presettle",
            "charge",
            charges.getFirst());
    done(reckoned);
    done(
        SERVER.call(
            shop.pharmacist,
            "Claim/" + part(reckoned.all("bill").getFirst(), "number") + "/$settle"));
    pay(one);
    assertThat(payments(one)).containsExactly("settled");
  }

  // ------------------------------------------------------------------ who, and who not

  @Test
  void isForThePharmacysOwnPeopleAndItsCashiers() {
    Prescribed one = dispensed();
    assertThat(
            SERVER
                .call(
                    other.pharmacist,
                    "Patient/" + one.patient() + "/$presettle",
                    "charge",
                    charges(one).getFirst())
                .status())
        .isIn(404, 422);
    refused(presettle(shop.nurse(), one), 403, "Cashiers");
    refused(presettle(hospital.doctor, one), 403, "Cashiers");
    Reply reckoned = presettle(shop.clerk, one);
    done(reckoned);
    String claim = part(reckoned.all("bill").getFirst(), "number");
    assertThat(SERVER.call(other.pharmacist, "Claim/" + claim + "/$settle").status())
        .isIn(403, 404);
    assertThat(isDispensed(claim)).isTrue();
    // Of what was not dispensed a pharmacist settles nothing.
    String visit =
        SERVER.created(
            shop.system,
            """
            {'resourceType':'ChargeItem','status':'billable','code':{'coding':[{'system':'urn:x','code':'%s'}]},
              'subject':{'reference':'Patient/%s'},'occurrenceDateTime':'2026-11-20',
              'performingOrganization':{'reference':'Organization/%s'},'quantity':{'value':1}}"""
                .formatted(LISTED, one.patient(), shop.id));
    refused(
        SERVER.call(
            shop.pharmacist,
            "Patient/" + one.patient() + "/$presettle",
            "charge",
            "ChargeItem/" + visit),
        403,
        "Cashiers");
    Caller cashier = ApiForTests.practitioner("m" + shop.id, shop.id);
    SettledRegion.post(shop.system, cashier, FinanceStaff.CASHIER);
    Reply billed =
        SERVER.call(
            cashier, "Patient/" + one.patient() + "/$presettle", "charge", "ChargeItem/" + visit);
    done(billed);
    String visits = part(billed.all("bill").getFirst(), "number");
    assertThat(isDispensed(visits)).isFalse();
    refused(SERVER.call(shop.pharmacist, "Claim/" + visits + "/$settle"), 403, "Cashiers");
  }

  private static boolean isDispensed(String claim) {
    return REGION.whole().settlements().status(ReviewServer.ROOT, claim).dispensed();
  }

  @Test
  void takesThePharmacysWordThatItWasPaidElsewhereAndKeepsIt() {
    Prescribed one = dispensed();
    refused(shop.step(one.task(), "paid-elsewhere", "reason", "x"), 400, "reason");
    assertThat(
            SERVER
                .call(
                    other.pharmacist,
                    "Task/" + one.task() + "/$prescription-paid-elsewhere",
                    "reason",
                    "柜台收了现金")
                .status())
        .isEqualTo(404);
    done(shop.step(one.task(), "paid-elsewhere", "reason", "柜台收了现金"));
    assertThat(charge(one, 0).path("status").asString("")).isEqualTo("not-billable");
    assertThat(charge(one, 0).at("/note/0/text").asString("")).isEqualTo("柜台收了现金");
    assertThat(payments(one)).containsExactly("elsewhere");
    assertThat(presettle(shop.pharmacist, one).status()).isIn(404, 422);
    refused(shop.step(one.task(), "paid-elsewhere", "reason", "再说一遍"), 422, "Nothing of what");
    done(shop.step(one.task(), "complete"));
  }

  @Test
  void letsNothingLeaveUnpaidByLettingGoOrInAParcel() {
    Prescribed part = insured(Prescribed.AMLODIPINE);
    done(shop.lock(part.token()));
    done(shop.dispense(part.task(), part.request(), "A1", 3));
    refused(shop.step(part.task(), "release", "reason", "余量不足"), 409, "not settled yet");
    Prescribed sent = insured(Prescribed.AMLODIPINE);
    done(
        shop.lock(
            sent.token(
                "way", "delivery", "shop", shop.id, "telephone", "13800000000", "address", "宁静巷")));
    done(shop.dispense(sent.task(), sent.request(), "A1", 7));
    Caller carrier = shop.carries();
    assertThat(carrier.institution()).isEqualTo(shop.id);
    String pack = "Task/" + sent.task() + "/$parcel-pack";
    refused(SERVER.call(shop.pharmacist, pack, "carrier", shop.id), 409, "not settled yet");
    settled(sent);
    pay(sent);
    Reply packed = SERVER.call(shop.pharmacist, pack, "carrier", shop.id);
    done(packed);
    String parcel = packed.values("parcel", "id").getFirst();
    done(SERVER.call(carrier, "$parcel-pick", "parcel", parcel));
    done(SERVER.call(carrier, "$parcel-depart", "parcel", parcel));
    // The bill is undone on the way: at the door it is asked again, before whose door it is.
    String claim = seen(shop.pharmacist, sent).values("dispensed", "claim").getFirst();
    done(SERVER.call(shop.pharmacist, claim + "/$reverse", "reason", "保险类型有误"));
    REGION.tend();
    refused(delivered(carrier, parcel, "000000"), 409, "not paid any more");
    settled(sent);
    pay(sent);
    String code =
        SERVER.get(sent.resident(), "$parcel?parcel=" + parcel).values("parcel", "code").getFirst();
    done(delivered(carrier, parcel, code));
  }

  private static Reply delivered(Caller courier, String parcel, String code) {
    return SERVER.call(
        courier, "$parcel-deliver", "parcel", parcel, "code", code, "proof", "iVBORw0KGgo=");
  }

  @Test
  void isChangedByNobodyButItsSteps() {
    Prescribed one = dispensed();
    JsonNode charge = charge(one, 0);
    String path = "ChargeItem/" + charge.path("id").asString("");
    String cheaper = charge.toString().replace("3.15", "0.15");
    refused(SERVER.send(shop.system, "PUT", path, cheaper), 403, "its steps alone");
  }

  @Test
  void believesACoverageOfThePayorAlone() {
    Prescribed one = Prescribed.of(hospital, _ -> {}, Prescribed.AMLODIPINE);
    cover(hospital.system, one.patient());
    cover(shop.system, one.patient());
    done(shop.lock(one.token()));
    done(shop.dispense(one.task(), one.request(), "A1", 7));
    assertThat(presettle(shop.pharmacist, one).values("bill", "own")).containsExactly("3.15");
    cover(ApiForTests.system(bureau), one.patient());
    assertThat(presettle(shop.pharmacist, one).values("bill", "own")).containsExactly("1.51");
    Prescribed another = Prescribed.of(hospital, _ -> {}, Prescribed.AMLODIPINE);
    cover(ReviewServer.ROOT, another.patient());
    done(shop.lock(another.token()));
    done(shop.dispense(another.task(), another.request(), "A1", 7));
    assertThat(presettle(shop.pharmacist, another).values("bill", "own")).containsExactly("1.51");
  }

  @Test
  void believesAChargeOfTheInstitutionAlone() {
    Prescribed one = dispensed();
    String foreign =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'ChargeItem','status':'billable','code':{'coding':[{'system':'urn:x','code':'%s'}]},
              'subject':{'reference':'Patient/%s'},'occurrenceDateTime':'2026-11-20',
              'performingOrganization':{'reference':'Organization/%s'},'quantity':{'value':1}}"""
                .formatted(LISTED, one.patient(), shop.id));
    Caller cashier = ApiForTests.practitioner("q" + shop.id, shop.id);
    SettledRegion.post(shop.system, cashier, FinanceStaff.CASHIER);
    assertThat(
            SERVER
                .call(
                    cashier,
                    "Patient/" + one.patient() + "/$presettle",
                    "charge",
                    "ChargeItem/" + foreign)
                .status())
        .isIn(404, 422);
    Reply all = SERVER.call(cashier, "Patient/" + one.patient() + "/$presettle");
    assertThat(all.values("bill", "total")).containsExactly("3.15");
  }

  @Test
  void isNotSettledWhereListAndPharmacyCountInOtherUnits() {
    Drugstore boxes = new Drugstore();
    String product = "YP-" + UUID.randomUUID().toString().substring(0, 8);
    REGION
        .whole()
        .prices()
        .load(
            PriceList.of(
                    PriceList.HEADER
                        + "\n"
                        + product
                        + ",苯磺酸氨氯地平片,盒,western-drug,A,,12.00,2024-01-01,,,")
                .items(),
            "test");
    boxes.has(boxes.system, "A1", Prescribed.AMLODIPINE, "片", 100, "4.50", product);
    Prescribed one = insured(Prescribed.AMLODIPINE);
    done(boxes.lock(one.token()));
    done(boxes.dispense(one.task(), one.request(), "A1", 7));
    String charge = seen(boxes.pharmacist, one).values("dispensed", "charge").getFirst();
    refused(
        SERVER.call(boxes.pharmacist, "Patient/" + one.patient() + "/$presettle", "charge", charge),
        422,
        "counts 苯磺酸氨氯地平片 in 盒");
    done(boxes.step(one.task(), "paid-elsewhere", "reason", "按盒计价，柜台收款"));
    done(boxes.step(one.task(), "complete"));
  }
}
