package health.helan.oversight.settlement;

import static health.helan.oversight.settlement.SettlementOperations.yuan;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.Words;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Operations of prices; what they take and answer stands in docs/guide/settlement.md. */
final class PriceOperations {
  private static final int MOST = 200;
  private static final int LONGEST = 2 << 20;

  private final PriceBook prices;
  private final Clock clock;

  private PriceOperations(PriceBook prices, Clock clock) {
    this.prices = prices;
    this.clock = clock;
  }

  static List<FhirOperation> all(PriceBook prices, Clock clock) {
    var of = new PriceOperations(prices, clock);
    return List.of(
        SettlementOperations.of(Level.SYSTEM, "", "price-items", false, "prices", of::priceItems),
        SettlementOperations.of(
            Level.SYSTEM, "", "price-check", true, "price-load", of::priceCheck),
        SettlementOperations.of(Level.SYSTEM, "", "price-load", true, "price-load", of::priceLoad));
  }

  private Answer priceItems(Call call) {
    var given = new Given(call);
    given.only(Set.of("q", "day", "_count"));
    LocalDate day =
        LocalDate.ofInstant(
            given.text("day") == null ? clock.instant() : given.time("day"), PriceItem.BEIJING);
    String words = given.text("q");
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    for (PriceItem item :
        prices.list(day, words == null ? "" : words, given.number("_count", MOST, MOST))) {
      told(into.group("item"), item);
    }
    return Words.answer(answer);
  }

  private static void told(Words into, PriceItem item) {
    into.code("code", item.code())
        .text("name", item.name())
        .text("unit", item.unit())
        .code("category", item.category())
        .code("class", item.catalogue().name())
        .number("own-percent", item.ownPercent())
        .text("price", yuan(item.fen()))
        .number("per", item.per())
        .text("from", item.from().toString())
        .text("to", item.to() == null ? null : item.to().toString())
        .text("level", item.level() == 0 ? null : String.valueOf(item.level()))
        .text("institution", item.institution());
  }

  /** A text as it was sent, which may be long. */
  static String whole(Call call, String name) {
    if (call.body() != null) {
      for (JsonNode parameter : call.body().path("parameter")) {
        if (name.equals(parameter.path("name").asString(""))) {
          String text = parameter.path("valueString").asString("");
          if (text.length() > LONGEST) {
            throw Given.wrong(name);
          }
          return text;
        }
      }
    }
    throw Given.missing(name);
  }

  /** A list is long: it is sent, though it changes nothing. */
  private Answer priceCheck(Call call) {
    PriceList list = PriceList.of(whole(call, "list"));
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    for (PriceList.Fault fault : list.faults()) {
      into.group("fault").number("number", fault.number()).code("what", fault.what());
    }
    for (PriceBook.Checked checked : prices.check(list.lines())) {
      Words line = into.group("line");
      line.number("number", checked.line().number()).code("effect", checked.effect().word());
      if (checked.before() != null) {
        line.text("before", yuan(checked.before()));
      }
      told(line, checked.line().item());
    }
    return Words.answer(answer);
  }

  private Answer priceLoad(Call call) {
    int done = prices.load(PriceList.of(whole(call, "list")).items(), call.caller().subject());
    ObjectNode answer = Words.parameters();
    var unused = Words.of(answer).number("changed", done);
    return Words.answer(answer);
  }
}
