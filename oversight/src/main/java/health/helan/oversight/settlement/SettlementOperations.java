package health.helan.oversight.settlement;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Names;
import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import health.helan.oversight.credit.Credits;
import health.helan.oversight.settlement.Settlement.PartState;
import health.helan.oversight.settlement.rules.PayerKind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations of settlement; what they take and answer stands in docs/guide/settlement.md. */
public final class SettlementOperations {
  private static final int MOST = 200;

  private final Settlements settlements;

  private SettlementOperations(Settlements settlements) {
    this.settlements = settlements;
  }

  public static List<FhirOperation> all(
      Settlements settlements, PriceBook prices, RuleBook rules, Clock clock) {
    List<FhirOperation> all = new ArrayList<>(PriceOperations.all(prices, clock));
    all.addAll(RuleOperations.all(rules, clock));
    all.addAll(ofBills(settlements));
    return List.copyOf(all);
  }

  private static List<FhirOperation> ofBills(Settlements settlements) {
    var of = new SettlementOperations(settlements);
    return List.of(
        of(Level.INSTANCE, "Patient", "presettle", true, "settle", of::presettle),
        of(Level.INSTANCE, "Claim", "settle", true, "settle", of::settle),
        of(Level.INSTANCE, "Claim", "reverse", true, "settle", of::reverse),
        of(Level.INSTANCE, "Claim", "refund-charges", true, "settle", of::refund),
        of(Level.INSTANCE, "Claim", "bill", false, "bills", of::bill),
        of(Level.INSTANCE, "Patient", "bills", false, "bills", of::bills),
        of(Level.INSTANCE, "Patient", "collect-bills", true, "pay-bills", of::collect),
        of(Level.INSTANCE, "Claim", "pay-later", true, "pay-bills", of::defer),
        of(Level.INSTANCE, "Patient", "credit", false, "bills", of::credit),
        of(Level.SYSTEM, "", "payer-claims", false, "payer-claims", of::payerClaims));
  }

  static FhirOperation of(
      Level level,
      String type,
      String name,
      boolean changes,
      String right,
      Function<Call, Answer> work) {
    return NamedOperation.of("settlement", name, level, type, changes, right, work);
  }

  private static String id(Call call) {
    return Objects.requireNonNull(call.id());
  }

  static boolean isChinese(Call call) {
    return call.language().getLanguage().equals(Locale.CHINESE.getLanguage());
  }

  static String yuan(long fen) {
    return BigDecimal.valueOf(fen, 2).toPlainString();
  }

  // ------------------------------------------------------------------ bills

  private Answer presettle(Call call) {
    var given = new Given(call);
    given.only(Set.of("encounter", "charge", "mark"));
    return answer(
        call,
        settlements.presettle(
            call.caller(),
            id(call),
            given.id("encounter", "Encounter"),
            given.ids("charge", "ChargeItem"),
            given.list("mark")));
  }

  private Answer settle(Call call) {
    new Given(call).only(Set.of());
    return answer(call, settlements.settle(call.caller(), id(call)));
  }

  private Answer reverse(Call call) {
    var given = new Given(call);
    given.only(Set.of("reason"));
    return answer(call, settlements.reverse(call.caller(), id(call), given.need("reason", 2, 100)));
  }

  private Answer refund(Call call) {
    var given = new Given(call);
    given.only(Set.of("charge", "reason"));
    return answer(
        call,
        settlements.refund(
            call.caller(),
            id(call),
            given.ids("charge", "ChargeItem"),
            given.need("reason", 2, 100)));
  }

  private Answer bill(Call call) {
    return answer(call, settlements.status(call.caller(), id(call)));
  }

  private Answer bills(Call call) {
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    Names names = names(call);
    Set<String> reckonedAgain = new HashSet<>();
    for (Settlement one : settlements.ofPatient(call.caller(), id(call))) {
      // The latest first: what was reckoned before of the same charges tells nobody anything.
      boolean isOld =
          one.state() == SettlementState.PRESETTLED
              && one.charges().stream().anyMatch(reckonedAgain::contains);
      if (one.state() != SettlementState.LAPSED && !isOld) {
        told(into.group("bill"), one, names);
      }
      if (one.state() != SettlementState.LAPSED && one.state() != SettlementState.REVERSED) {
        reckonedAgain.addAll(one.charges());
      }
    }
    return Words.answer(answer);
  }

  private Answer collect(Call call) {
    var given = new Given(call);
    given.only(Set.of("claim"));
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    settlements
        .own()
        .collect(call.caller(), id(call), given.ids("claim", "Claim"))
        .forEach(account -> into.reference("payable", "Account/" + account, null));
    return Words.answer(answer);
  }

  private Answer defer(Call call) {
    new Given(call).only(Set.of());
    return answer(call, settlements.own().defer(call.caller(), id(call)));
  }

  private Answer credit(Call call) {
    OwnMoney.Standings standings = settlements.own().credit(call.caller(), id(call));
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    Credits.Line line = standings.line();
    if (line != null) {
      into.text("limit", yuan(line.limit()))
          .text("used", yuan(line.used()))
          .code("rule", line.rule())
          .time("granted", line.granted());
    }
    for (Credits.Use use : standings.uses()) {
      into.group("use")
          .reference("claim", "Claim/" + use.settlement(), null)
          .code("state", use.state().word())
          .text("amount", yuan(use.fen()))
          .time("used", use.used())
          .time("due", use.due());
    }
    return Words.answer(answer);
  }

  private static Names names(Call call) {
    return new Names(call.store(), "settlement");
  }

  private Answer answer(Call call, Settlement one) {
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer).group("bill");
    told(into, one, names(call));
    explained(call, into, settlements.explanation(one), null);
    return Words.answer(answer);
  }

  private void told(Words into, Settlement one, Names names) {
    into.reference("claim", "Claim/" + one.id(), null);
    head(into, one, names);
    into.text("own", yuan(one.own())).text("open", yuan(one.open())).text("reason", one.reason());
    if (one.account() != null) {
      into.reference("payable", "Account/" + one.account(), null);
    }
    if (one.replaces() != null) {
      into.reference("replaces", "Claim/" + one.replaces(), null);
    }
    for (Settlement.Part part : one.parts()) {
      told(into.group("share"), part);
    }
    for (Settlement.Money money : one.money()) {
      into.group("money")
          .reference("invoice", "Invoice/" + money.order(), null)
          .code("state", money.state().word())
          .text("amount", yuan(money.fen()));
    }
  }

  /** What everybody is told of a bill that has to do with it. */
  private void head(Words into, Settlement one, Names names) {
    into.text("number", one.id()).code("state", one.state().word());
    names
        .put(into, "institution", "Organization", one.institution())
        .code("setting", one.setting().code())
        .number("level", one.level())
        .text("rules", one.rules())
        .text("total", yuan(one.fen()))
        .time("created", one.created())
        .time("changed", one.changed());
    one.marks().forEach(mark -> into.code("mark", mark));
  }

  private static void told(Words into, Settlement.Part part) {
    into.code("payer", part.kind().code())
        .reference("payor", "Organization/" + part.payor(), null)
        .code("rule", part.rule())
        .code("state", part.state().word())
        .text("amount", yuan(part.fen()))
        .text("answered", part.answered() == null ? null : yuan(part.answered()))
        .text("transaction", part.transaction())
        .text("why", part.why())
        .time("changed", part.changed());
  }

  /**
   * Lines of the bill, and how each share was reckoned, out of the ExplanationOfBenefit.
   *
   * @param of whose shares alone, for a payer, which is told no resource of the record; null for
   *     all
   */
  private static void explained(
      Call call, Words into, JsonNode explanation, @Nullable Set<PayerKind> of) {
    into.text("source", explanation.path("disposition").asString(""));
    for (JsonNode total : explanation.path("total")) {
      if (code(total.path("category")).equals("eligible")) {
        into.text("eligible", amount(total));
      }
    }
    for (JsonNode item : explanation.path("item")) {
      Words line = into.group("line");
      if (of == null) {
        line.reference(
            "charge",
            item.path("extension").path(0).path("valueReference").path("reference").asString(""),
            null);
      }
      line.code("code", code(item.path("productOrService")))
          .text("name", item.path("productOrService").path("text").asString(""))
          .text("day", item.path("servicedDate").asString(""))
          .text("quantity", item.path("quantity").path("value").asString(""))
          .text("unit", item.path("quantity").path("unit").asString(""))
          .text("price", yuan(item.path("unitPrice")))
          .text("amount", yuan(item.path("net")));
      JsonNode own = item.path("adjudication").path(0);
      line.code("class", code(own.path("reason"))).text("own-first", amount(own));
      if (own.has("value")) {
        line.number("own-percent", own.path("value").asInt());
      }
      for (JsonNode one : item.path("adjudication")) {
        if (code(one.path("category")).equals(SettlementPapers.ABOVE)) {
          line.text("above-standard", amount(one));
        }
      }
    }
    for (JsonNode one : explanation.path("adjudication")) {
      if (of != null
          && of.stream().noneMatch(kind -> kind.code().equals(code(one.path("category"))))) {
        continue;
      }
      Words line = into.group("reckoning");
      line.code("payer", code(one.path("category")))
          .code("what", code(one.path("reason")))
          .text("rule", isChinese(call) ? one.path("reason").path("text").asString("") : null)
          .text("base", yuan(one.path("extension").path(0).path("valueMoney")))
          .text("amount", amount(one));
      if (one.has("value")) {
        line.number("percent", one.path("value").asInt());
      }
    }
  }

  private static String code(JsonNode concept) {
    return concept.path("coding").path(0).path("code").asString("");
  }

  private static String amount(JsonNode of) {
    return yuan(of.path("amount"));
  }

  private static String yuan(JsonNode money) {
    return money
        .path("value")
        .decimalValue(BigDecimal.ZERO)
        .setScale(2, RoundingMode.UNNECESSARY)
        .toPlainString();
  }

  // ------------------------------------------------------------------ payers

  private Answer payerClaims(Call call) {
    var given = new Given(call);
    given.only(Set.of("payor", "claim", "state", "before", "after", "_count"));
    Caller caller = call.caller();
    String asked = given.id("payor", "Organization");
    String payor = asked == null ? caller.institution() : asked;
    if (!caller.isRoot() && !payor.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "settlement.other-payer");
    }
    settlements.staff.checkInsurance(caller);
    String claim = given.id("claim", "Claim");
    if (claim != null) {
      return payerClaim(call, payor, claim);
    }
    int count = given.number("_count", 50, MOST);
    List<SettlementTable.PayorPart> found =
        settlements.ofPayor(payor, state(given.text("state")), PageEnd.of(given), count + 1);
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    if (found.size() > count) {
      into.text("next", found.get(count - 1).end().next());
    }
    Names names = names(call);
    for (SettlementTable.PayorPart one : found.subList(0, Math.min(count, found.size()))) {
      Words line = into.group("claim");
      line.text("number", one.settlement()).code("bill-state", one.state().word());
      names.put(line, "institution", "Organization", one.institution());
      told(line, one.part());
    }
    return Words.answer(answer);
  }

  /** One claim as a payer audits it: its shares and how they were reckoned, each line; nobody's. */
  private Answer payerClaim(Call call, String payor, String claim) {
    Settlement one = settlements.ofPayor(payor, claim);
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer).group("bill");
    head(into, one, names(call));
    Set<PayerKind> own = EnumSet.noneOf(PayerKind.class);
    for (Settlement.Part part : one.parts()) {
      if (part.payor().equals(payor)) {
        told(into.group("share"), part);
        own.add(part.kind());
      }
    }
    explained(call, into, settlements.explanation(one), own);
    return Words.answer(answer);
  }

  private static @Nullable PartState state(@Nullable String word) {
    if (word == null) {
      return null;
    }
    for (PartState state : PartState.values()) {
      if (state.word().equals(word) && state != PartState.OPEN) {
        return state;
      }
    }
    throw Given.wrong("state");
  }
}
