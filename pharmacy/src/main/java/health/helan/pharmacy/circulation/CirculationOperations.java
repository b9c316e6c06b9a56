package health.helan.pharmacy.circulation;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.GivenParts;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.circulation.Circulation.Attempt;
import health.helan.pharmacy.circulation.Circulation.Counted;
import health.helan.pharmacy.circulation.Circulation.Drug;
import health.helan.pharmacy.circulation.Circulation.Way;
import health.helan.pharmacy.circulation.Circulation.Wish;
import health.helan.pharmacy.circulation.CirculationStep.Party;
import health.helan.pharmacy.review.Effective;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations of prescriptions under way and of stock; {@code docs/guide/dispensing.md} tells of
 * their parameters. Each reads parameters and answers; the services decide.
 */
public final class CirculationOperations {
  /** What the policy calls them ({@code docs/guide/access.md}). */
  static final String READ = "circulations";

  static final String CHOOSE = "prescription-token";
  static final String STEP = "circulation-step";
  static final String STOCK = "stock";
  static final String STOCK_UPDATE = "stock-update";

  private static final String NDJSON = "ndjson";
  private static final int SHORTEST_REASON = 4;
  private static final int LONGEST_REASON = 500;
  private static final int MOST_DRUGS = 60;

  private final Circulations circulations;

  private CirculationOperations(Circulations circulations) {
    this.circulations = circulations;
  }

  public static List<FhirOperation> all(Circulations circulations) {
    var these = new CirculationOperations(circulations);
    List<FhirOperation> all = new ArrayList<>(OpeningOperations.all(circulations.openings()));
    all.addAll(these.own());
    return all;
  }

  private List<FhirOperation> own() {
    return List.of(
        onTask("circulation", false, READ, this::read),
        onTask("offers", false, CHOOSE, this::offers),
        onTask("prescription-token", true, CHOOSE, this::issue),
        onTask("prescription-recall", true, CHOOSE, this::recall),
        onSystem("circulations", false, READ, this::list),
        onSystem("prescription-lock", true, STEP, this::lock),
        onTask("prescription-dispense", true, STEP, this::dispense),
        onTask("prescription-paid-elsewhere", true, STEP, this::paidElsewhere),
        onTask("prescription-complete", true, STEP, this::complete),
        onTask("prescription-release", true, STEP, this::release),
        onTask("prescription-take-back", true, STEP, this::giveBack),
        onTask("prescription-cancel", true, STEP, this::cancel),
        onSystem("stock", false, STOCK, this::stock),
        NamedOperation.of(
                "circulation",
                "stock-update",
                Level.SYSTEM,
                "",
                true,
                STOCK_UPDATE,
                this::stockUpdate)
            .taking("application/x-ndjson", NDJSON));
  }

  private static FhirOperation onTask(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of("circulation", name, Level.INSTANCE, "Task", changes, right, work);
  }

  private static FhirOperation onSystem(
      String name, boolean changes, String right, Function<Call, Answer> work) {
    return NamedOperation.of("circulation", name, Level.SYSTEM, "", changes, right, work);
  }

  private static String id(Call call) {
    return Objects.requireNonNull(call.id());
  }

  private static String reason(Given given) {
    return given.need("reason", SHORTEST_REASON, LONGEST_REASON);
  }

  static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }

  // ------------------------------------------------------------------ the resident

  /**
   * {@code GET Task/[id]/$offers}: {@code sort} (price, distance), {@code way}, {@code latitude}
   * and {@code longitude} of where the resident is (used for this answer alone).
   */
  private Answer offers(Call call) {
    var given = new Given(call);
    given.only(Set.of("sort", "way", "latitude", "longitude"));
    String sort = given.text("sort");
    Offer.Sort by = Offer.Sort.of(sort == null ? "price" : sort);
    if (by == null) {
      throw Given.wrong("sort");
    }
    Double latitude = degrees(given, "latitude", 90);
    Double longitude = degrees(given, "longitude", 180);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Offer offer :
        circulations.offers(
            call.caller(),
            id(call),
            new Offers.Asked(by, way(given, false), latitude, longitude))) {
      put(words.group("offer"), offer);
    }
    return Words.answer(answer);
  }

  private static @Nullable Double degrees(Given given, String name, int most) {
    String text = given.text(name);
    if (text == null) {
      return null;
    }
    if (!text.matches("-?\\d{1,3}(\\.\\d{1,12})?") || Math.abs(Double.parseDouble(text)) > most) {
      throw Given.wrong(name);
    }
    return Double.valueOf(text);
  }

  private static @Nullable Way way(Given given, boolean isNeeded) {
    String word = isNeeded ? given.need("way") : given.text("way");
    Way way = word == null ? null : Way.of(word);
    if (word != null && way == null) {
      throw Given.wrong("way");
    }
    return way;
  }

  private static void put(Words words, Offer offer) {
    words.reference("shop", "Organization/" + offer.shop().institution(), offer.shop().name());
    words.text("address", offer.shop().address()).text("telephone", offer.shop().telephone());
    offer.shop().ways().forEach(way -> words.code("way", way.word()));
    words.flag("whole", offer.whole()).text("total", yuan(offer.fen()));
    if (offer.kilometres() != null) {
      words.decimal(
          "kilometres",
          BigDecimal.valueOf(offer.kilometres()).setScale(2, RoundingMode.HALF_UP).doubleValue());
    }
    if (offer.open() != null) {
      words.flag("open", offer.open());
    }
    words.time("told", offer.told()).flag("old", offer.old());
    for (Offer.Part part : offer.parts()) {
      Words drug = words.group("drug");
      drug.reference("request", "MedicationRequest/" + part.request(), null);
      drug.text("name", part.line().name()).text("maker", part.line().maker());
      drug.number("count", part.count()).text("unit", part.line().unit());
      drug.text("price", yuan(part.fen())).flag("substitute", part.substitute());
    }
  }

  /**
   * {@code POST Task/[id]/$prescription-token}: {@code way} (pickup, cabinet, delivery), {@code
   * shop} (the only one that may lock it; needed but for pickup), {@code telephone}, {@code
   * address}.
   */
  private Answer issue(Call call) {
    var given = new Given(call);
    given.only(Set.of("way", "shop", "telephone", "address"));
    Way way = way(given, true);
    String telephone = given.text("telephone");
    String address = given.text("address");
    if (telephone != null && !telephone.matches("[0-9+() -]{5,24}")) {
      throw Given.wrong("telephone");
    }
    if (address != null && address.length() > 200) {
      throw Given.wrong("address");
    }
    Circulations.Issued issued =
        circulations.issue(
            call.caller(),
            id(call),
            new Circulations.Choice(
                Objects.requireNonNull(way),
                given.id("shop", "Organization"),
                new Wish(telephone == null ? "" : telephone, address == null ? "" : address)));
    ObjectNode answer = Words.parameters();
    Words.of(answer).text("token", issued.code()).time("until", issued.until());
    return Words.answer(answer);
  }

  /** {@code POST Task/[id]/$prescription-recall}: {@code reason}. */
  private Answer recall(Call call) {
    var given = new Given(call);
    var unused = circulations.recall(call.caller(), id(call), reason(given));
    return read(call);
  }

  // ------------------------------------------------------------------ reading

  /** {@code GET Task/[id]/$circulation}. */
  private Answer read(Call call) {
    return answer(call, circulations.seen(call.caller(), id(call)));
  }

  private Answer answer(Call call, Circulations.Seen seen) {
    Circulations.Whole whole = circulations.whole(seen);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Words head = words.group("circulation");
    put(head, seen.row());
    boolean isHolders =
        seen.party() == Party.SHOP && seen.row().state().isHeld() || seen.party() == Party.RESIDENT;
    if (seen.party() == Party.SHOP) {
      head.flag("charging", circulations.isCharging());
      head.text("cold", circulations.cold(seen));
    }
    if (isHolders) {
      head.reference("subject", "Patient/" + seen.prescription().patient(), null);
      head.text(
          "patient", circulations.names().ofPatient(call.caller(), seen.prescription().patient()));
      head.text("telephone", seen.row().wish().telephone());
      head.text("address", seen.row().wish().address());
    }
    for (CirculationStep step : CirculationStep.values()) {
      if (circulations.isOpen(seen, step)) {
        head.code("open", step.word());
      }
    }
    for (Drug drug : whole.drugs()) {
      for (ObjectNode request : seen.prescription().requests()) {
        if (request.path("id").asString("").equals(drug.request())) {
          put(words.group("drug"), drug, request);
        }
      }
    }
    Map<String, Tills.Standing> standings = circulations.standings(whole.counted());
    for (Counted one : whole.counted()) {
      Words counted = words.group("dispensed");
      counted.reference("dispense", "MedicationDispense/" + one.id(), null);
      counted.reference("request", "MedicationRequest/" + one.request(), null);
      counted.reference(
          "shop", "Organization/" + one.shop(), circulations.names().ofShop(one.shop()));
      counted.number("quantity", one.quantity()).text("price", yuan(one.fen()));
      counted.code(
          "state",
          one.state() == Counted.OUT ? "out" : one.state() == Counted.HANDED ? "handed" : "back");
      counted.time("at", one.at());
      boolean isTold =
          seen.party() == Party.RESIDENT
              || seen.party() == Party.SHOP && one.shop().equals(seen.row().shop());
      if (isTold) {
        put(counted, one, standings.get(one.charge()));
      }
      one.traces().forEach(trace -> counted.text("trace", trace));
    }
    for (Attempt one : whole.attempts()) {
      Words attempt = words.group("attempt");
      attempt.time("at", one.at()).code("what", one.what());
      attempt.reference(
          "shop", "Organization/" + one.shop(), circulations.names().ofShop(one.shop()));
    }
    return Words.answer(answer);
  }

  private void put(Words words, Circulation row) {
    words.reference("task", "Task/" + row.id(), null).code("state", row.state().word());
    words.time("until", row.until()).time("changed", row.changed());
    words.code("way", row.way()).time("held", row.lockUntil());
    words.flag("token", row.token() != null);
    String shop = row.shop().isEmpty() ? row.wanted() : row.shop();
    if (!shop.isEmpty()) {
      words.reference("shop", "Organization/" + shop, circulations.names().ofShop(shop));
    }
    words.text("parcel", row.parcel());
  }

  private static void put(Words words, Counted one, Tills.@Nullable Standing standing) {
    if (one.charge().isEmpty() || one.state() == Counted.BACK && standing == null) {
      return;
    }
    words.reference("charge", "ChargeItem/" + one.charge(), null);
    words.code(
        "payment", one.elsewhere() ? "elsewhere" : standing == null ? "open" : standing.state());
    if (standing != null) {
      words.flag("through", standing.isThrough());
      words.reference("claim", "Claim/" + standing.claim(), null);
    }
  }

  private static void put(Words words, Drug drug, ObjectNode request) {
    words.reference("request", "MedicationRequest/" + drug.request(), null);
    words.text("name", Effective.name(request));
    words.complex("dosage", "Dosage", request.path("dosageInstruction").path(0));
    words.number("prescribed", drug.prescribed()).number("dispensed", drug.dispensed());
    words.number("left", drug.left()).text("unit", drug.unit());
    words.flag("substitution", Preparation.allowsSubstitution(request));
  }

  /**
   * {@code GET $circulations}: for residents {@code patient}; for a shop's staff those sent to it
   * and those that it holds or has had.
   */
  private Answer list(Call call) {
    var given = new Given(call);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    List<Circulation> rows =
        call.caller().role() == health.helan.foundation.store.Caller.Role.RESIDENT
            ? circulations.ofPatient(call.caller(), given.patient())
            : circulations.ofShop(call.caller());
    for (Circulation row : rows) {
      put(words.group("circulation"), row);
    }
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ the shop

  /**
   * {@code POST $prescription-lock}: {@code token}; or {@code task}, when it was sent to the shop.
   */
  private Answer lock(Call call) {
    var given = new Given(call);
    given.only(Set.of("token", "task"));
    String task = given.id("task", "Task");
    return answer(
        call,
        task == null
            ? circulations.lock(call.caller(), given.need("token"))
            : circulations.lockSent(call.caller(), task));
  }

  /**
   * {@code POST Task/[id]/$prescription-dispense}: {@code drug}, as often as there are, with parts
   * {@code request}, {@code item}, {@code quantity}, {@code batch}, {@code expires}, {@code trace}
   * (repeats), {@code opened}, {@code reason}.
   */
  private Answer dispense(Call call) {
    List<Handing> handings = new ArrayList<>();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (!parameter.path("name").asString("").equals("drug")) {
          throw Given.wrong("drug");
        }
        handings.add(handing(new GivenParts(parameter.path("part"))));
      }
    }
    if (handings.isEmpty()) {
      throw Given.missing("drug");
    }
    if (handings.size() > MOST_DRUGS) {
      throw Given.wrong("drug");
    }
    var unused = circulations.dispense(call.caller(), id(call), handings);
    return read(call);
  }

  private static Handing handing(GivenParts parts) {
    List<String> traces = parts.texts("trace");
    String request = parts.need("request", 1, 100);
    String quantity = parts.need("quantity", 1, 6);
    if (!quantity.matches("[1-9]\\d{0,5}")) {
      throw Given.wrong("quantity");
    }
    LocalDate expires;
    try {
      expires = LocalDate.parse(parts.need("expires", 10, 10));
    } catch (DateTimeException e) {
      throw Given.wrong("expires");
    }
    if (traces.size() > 200) {
      throw Given.wrong("trace");
    }
    String reason = parts.text("reason");
    if (reason.length() > LONGEST_REASON) {
      throw Given.wrong("reason");
    }
    return new Handing(
        request.startsWith("MedicationRequest/")
            ? request.substring("MedicationRequest/".length())
            : request,
        parts.need("item", 1, 64),
        Integer.parseInt(quantity),
        parts.need("batch", 1, 40),
        expires,
        traces,
        parts.text("opened").equals("true"),
        reason);
  }

  /** {@code POST Task/[id]/$prescription-paid-elsewhere}: {@code reason}. */
  private Answer paidElsewhere(Call call) {
    var given = new Given(call);
    given.only(Set.of("reason"));
    var unused = circulations.paidElsewhere(call.caller(), id(call), reason(given));
    return read(call);
  }

  private Answer complete(Call call) {
    var unused = circulations.complete(call.caller(), id(call));
    return read(call);
  }

  /**
   * {@code POST Task/[id]/$prescription-release}: {@code reason}. Answers with nothing left to see.
   */
  private Answer release(Call call) {
    var given = new Given(call);
    return head(circulations.release(call.caller(), id(call), reason(given)));
  }

  /** {@code POST Task/[id]/$prescription-take-back}: {@code reason}, {@code resale}. */
  private Answer giveBack(Call call) {
    var given = new Given(call);
    var unused =
        circulations.giveBack(call.caller(), id(call), given.flag("resale"), reason(given));
    return read(call);
  }

  /** {@code POST Task/[id]/$prescription-cancel}: {@code reason}. */
  private Answer cancel(Call call) {
    var given = new Given(call);
    return head(circulations.cancel(call.caller(), id(call), reason(given)));
  }

  private Answer head(Circulation row) {
    ObjectNode answer = Words.parameters();
    put(Words.of(answer).group("circulation"), row);
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ stock

  /** {@code GET $stock}: of the caller's pharmacy. */
  private Answer stock(Call call) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Shop shop = circulations.staff().stockOf(call.caller());
    for (Line line : circulations.stock().ofShop(shop.institution())) {
      Words group = words.group("line");
      group.text("item", line.item()).text("name", line.name()).text("maker", line.maker());
      group.text("code", line.code()).text("unit", line.unit()).number("quantity", line.quantity());
      group.number("per", line.per()).text("price", yuan(line.fen()));
      group.time("told", line.told()).flag("old", circulations.stock().isOld(line));
      group.flag("known", line.match().startsWith("~"));
    }
    return Words.answer(answer);
  }

  /**
   * {@code POST $stock-update}: {@code line}, as often as there are, with parts item, name, unit,
   * quantity, price, per, maker, code, at; or {@code ndjson}, one such object a line, as a string
   * or base64Binary, or as the body itself under {@code application/x-ndjson}. {@code whole}: that
   * is all there is.
   */
  private Answer stockUpdate(Call call) {
    var given = new Given(call);
    Shop shop = circulations.staff().stockOf(call.caller());
    var lines = new StockLines();
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        switch (parameter.path("name").asString("")) {
          case "line" -> lines.add(line(parameter.path("part")));
          case NDJSON -> lines.addFile(file(parameter));
          case "whole" -> {}
          default -> throw Given.wrong("line");
        }
      }
    }
    Stock.Taken taken = circulations.stock().update(shop, lines, given.flag("whole"));
    ObjectNode answer = Words.parameters();
    Words.of(answer)
        .number("taken", taken.taken())
        .number("late", taken.late())
        .number("gone", taken.gone());
    return Words.answer(answer);
  }

  private static ObjectNode line(JsonNode parts) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    for (JsonNode part : parts) {
      line.put(part.path("name").asString(""), GivenParts.value(part));
    }
    return line;
  }

  private static byte[] file(JsonNode parameter) {
    String text = parameter.path("valueString").asString("");
    if (!text.isEmpty()) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(parameter.path("valueBase64Binary").asString(""));
    } catch (IllegalArgumentException e) {
      throw Given.wrong(NDJSON);
    }
  }
}
