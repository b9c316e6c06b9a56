package health.helan.pharmacy.review;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.rules.RuleState;
import health.helan.foundation.trust.rules.RuleStep;
import health.helan.foundation.trust.rules.RuleVersions;
import health.helan.foundation.trust.rules.RuleVersions.Version;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import health.helan.pharmacy.review.rules.CaseReader;
import health.helan.pharmacy.review.rules.Rule;
import health.helan.pharmacy.review.rules.Screening;
import health.helan.pharmacy.review.rules.ShippedRules;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which rules are in force: the shipped ones, and over them what the region wrote. Read anew when
 * older than a few seconds, so that a decision works on every instance soon.
 */
final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private final RuleVersions versions;
  private final KnowledgeBook knowledge;
  private final long fresh;
  private volatile @Nullable List<Screening.InForce> inForce;
  private volatile long read;

  RuleBook(DataSource database, KnowledgeBook knowledge, Duration fresh, Clock clock) {
    versions = new RuleVersions(database, new RuleVersions.Table("review_rule", Rule.OWN), clock);
    this.knowledge = knowledge;
    this.fresh = fresh.toNanos();
  }

  /** The rules in force, as of a moment ago. */
  List<Screening.InForce> inForce() {
    List<Screening.InForce> now = inForce;
    if (now == null || System.nanoTime() - read > fresh) {
      now = look(versions.all());
      inForce = now;
      read = System.nanoTime();
    }
    return now;
  }

  private static List<Screening.InForce> look(List<Version> versions) {
    Map<String, Screening.InForce> live = new LinkedHashMap<>();
    ShippedRules.all().forEach((id, rule) -> live.put(id, new Screening.InForce(rule, false)));
    List<Screening.InForce> trials = new ArrayList<>();
    for (Version version : versions) {
      if (version.state() == RuleState.LIVE && version.isOff()) {
        live.remove(version.rule());
      } else if (version.state() == RuleState.LIVE || version.state() == RuleState.TRIAL) {
        Rule rule = rule(version);
        if (rule == null) {
          continue;
        }
        if (version.state() == RuleState.LIVE) {
          live.put(version.rule(), new Screening.InForce(rule, false));
        } else {
          trials.add(new Screening.InForce(rule, true));
        }
      }
    }
    List<Screening.InForce> all = new ArrayList<>(live.values());
    all.addAll(trials);
    return List.copyOf(all);
  }

  private static @Nullable Rule rule(Version version) {
    try {
      return Rule.of(version.spec(), version.version(), null);
    } catch (Refusal e) {
      // Of a newer platform, perhaps: a shipped one of that id goes on judging.
      LOG.error(
          "Rule {} version {} cannot be read: {}", version.rule(), version.version(), e.kind());
      return null;
    }
  }

  /** What the region wrote, by ids and versions. */
  List<Version> versions() {
    return versions.all();
  }

  Version find(String rule, int version) {
    return versions.find(rule, version);
  }

  /**
   * Reads a rule and runs its cases.
   *
   * @throws Refusal where it is no rule, or does not do what its cases say
   */
  Rule check(ObjectNode spec) {
    var base = knowledge.inForce();
    Rule rule = Rule.of(spec, Rule.OWN, new CaseReader(base));
    for (int i = 0; i < rule.cases().size(); i++) {
      Rule.Case one = rule.cases().get(i);
      if (Screening.fires(rule, one.facts(), base) != one.fires()) {
        throw new Refusal(
            Refusal.Kind.INVALID,
            "cases[" + i + "]",
            one.fires() ? "review.case-silent" : "review.case-fires",
            new Object[] {i});
      }
    }
    return rule;
  }

  /** Keeps a draft ({@link RuleVersions#draft}). */
  Version draft(ObjectNode draft, String by) {
    return versions.draft(draft, ShippedRules.all().keySet(), spec -> check(spec).rule(), by);
  }

  /** Keeps what a dry run found. */
  void tried(String rule, int version, ObjectNode counts) {
    versions.tried(rule, version, counts);
  }

  /** Takes a step ({@link RuleVersions#take}). */
  Version take(String rule, int version, RuleStep step, String by, String reason) {
    Version taken = versions.take(rule, version, step, by, reason, one -> check(one.spec()));
    inForce = null;
    return taken;
  }
}
