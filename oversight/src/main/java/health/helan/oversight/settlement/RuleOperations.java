package health.helan.oversight.settlement;

import static health.helan.oversight.settlement.SettlementOperations.yuan;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.rules.RuleState;
import health.helan.foundation.trust.rules.RuleStep;
import health.helan.foundation.trust.rules.RuleVersions.Version;
import health.helan.oversight.settlement.rules.Facts;
import health.helan.oversight.settlement.rules.Rule;
import health.helan.oversight.settlement.rules.RuleSet;
import health.helan.oversight.settlement.rules.Share;
import health.helan.oversight.settlement.rules.Split;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** Operations of rule sets; what they take and answer stands in docs/guide/settlement.md. */
final class RuleOperations {
  private static final String RIGHT = "settlement-rule";

  private final RuleBook rules;
  private final Clock clock;

  private RuleOperations(RuleBook rules, Clock clock) {
    this.rules = rules;
    this.clock = clock;
  }

  static List<FhirOperation> all(RuleBook rules, Clock clock) {
    var of = new RuleOperations(rules, clock);
    return List.of(
        SettlementOperations.of(
            Level.SYSTEM, "", "settlement-rules", false, "prices", of::versions),
        SettlementOperations.of(Level.SYSTEM, "", "settlement-rule", true, RIGHT, of::draft),
        SettlementOperations.of(Level.SYSTEM, "", "settlement-trial", true, RIGHT, of::trial),
        SettlementOperations.of(Level.SYSTEM, "", "settlement-rule-step", true, RIGHT, of::step));
  }

  private Answer versions(Call call) {
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    RuleSet shipped = rules.shipped();
    if (shipped != null) {
      into.group("rules")
          .code("id", shipped.id())
          .number("version", 0)
          .code("state", "shipped")
          .text("source", shipped.source())
          .text("from", shipped.from().toString())
          .text("spec", RuleSet.demonstrationSpec().toString());
    }
    for (Version version : rules.versions()) {
      told(into.group("rules"), version, call.caller());
    }
    return Words.answer(answer);
  }

  private static void told(Words into, Version version, Caller caller) {
    into.code("id", version.rule())
        .number("version", version.version())
        .code("state", version.state().code())
        .text("source", version.spec().path("source").asString(""))
        .text("from", version.spec().path("from").asString(""))
        .text("to", version.spec().path("to").asString(""))
        .text("spec", version.spec().toString())
        .flag("own", version.madeBy().equals(caller.subject()))
        .flag("tried", version.tried() != null)
        .time("made", version.made())
        .time("decided", version.decided())
        .text("reason", version.reason());
  }

  private static Answer answer(Version version, Caller caller) {
    ObjectNode answer = Words.parameters();
    told(Words.of(answer).group("rules"), version, caller);
    return Words.answer(answer);
  }

  private Answer draft(Call call) {
    try {
      if (Json.MAPPER.readTree(PriceOperations.whole(call, "spec")) instanceof ObjectNode spec) {
        return answer(rules.draft(spec, call.caller().subject()), call.caller());
      }
    } catch (JacksonException e) {
      throw Given.wrong("spec");
    }
    throw Given.wrong("spec");
  }

  private Answer step(Call call) {
    var given = new Given(call);
    given.only(Set.of("id", "version", "step", "reason"));
    RuleStep step = RuleStep.of(given.need("step"));
    // Of bills that were shared by rules on trial as well, no resident would make sense.
    if (step == null || step == RuleStep.TRY) {
      throw Given.wrong("step");
    }
    return answer(
        rules.take(
            given.need("id"),
            given.number("version", 1, 1_000_000),
            step,
            call.caller().subject(),
            given.need("reason", 2, 500)),
        call.caller());
  }

  /** Shares a bill that is made up by a version and by what is in force on its day. */
  private Answer trial(Call call) {
    var given = new Given(call);
    given.only(TrialBill.WORDS);
    Version version = rules.find(given.need("id"), given.number("version", 1, 1_000_000));
    Facts facts = TrialBill.read(given, clock.instant());
    var set = RuleSet.of(version.spec(), version.version());
    if (!set.isInForce(facts.day())) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, "settlement.trial-day", set.name(), facts.day().toString());
    }
    ObjectNode answer = Words.parameters();
    Words into = Words.of(answer);
    boolean isChinese = SettlementOperations.isChinese(call);
    Split split = Split.of(set, facts);
    told(into.group("split").code("is", "tried"), set, split, isChinese);
    ObjectNode found = Json.MAPPER.createObjectNode();
    found.put("day", facts.day().toString()).put("bill", split.bill()).put("own", split.own());
    RuleSet inForce = rules.find(facts.day());
    if (inForce != null) {
      Split now = Split.of(inForce, facts);
      told(into.group("split").code("is", "in-force"), inForce, now, isChinese);
      found.put("own-in-force", now.own());
    }
    if (version.state() == RuleState.DRAFT) {
      rules.tried(version.rule(), version.version(), found);
    }
    return Words.answer(answer);
  }

  private static void told(Words into, RuleSet set, Split split, boolean isChinese) {
    into.text("rules", set.name())
        .text("total", yuan(split.bill()))
        .text("eligible", yuan(split.eligible()))
        .text("own", yuan(split.own()));
    for (Share share : split.shares()) {
      Rule rule =
          set.rules().stream()
              .filter(one -> one.id().equals(share.rule()))
              .findFirst()
              .orElseThrow();
      into.group("share")
          .code("payer", share.kind().code())
          .code("rule", share.rule())
          .text("name", isChinese ? rule.chinese() : rule.english())
          .text("amount", yuan(share.fen()));
      for (Share.Reckoning line : share.how()) {
        into.group("reckoning")
            .code("payer", share.kind().code())
            .code("what", line.what().code())
            .text("base", yuan(line.base()))
            .number("percent", line.percent())
            .text("amount", yuan(line.fen()));
      }
    }
  }
}
