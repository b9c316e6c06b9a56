package health.helan.oversight.settlement;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.rules.RuleState;
import health.helan.foundation.trust.rules.RuleStep;
import health.helan.foundation.trust.rules.RuleVersions;
import health.helan.foundation.trust.rules.RuleVersions.Version;
import health.helan.oversight.settlement.rules.RuleSet;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which rule set shares the bills of a day. One person writes a version and tries it, another puts
 * it into force; a version that is in force is never changed. Of several for a day the latest
 * beginning counts, then the latest version. Without any the demonstration's is asked, if there is
 * to be one.
 */
public final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  private final RuleVersions versions;
  private final @Nullable RuleSet shipped;

  /**
   * @param withDemonstration whether rules that are made up may stand in where there are none
   */
  public RuleBook(DataSource database, boolean withDemonstration, Clock clock) {
    // Sets of several years are in force beside each other: bills of last year are settled yet.
    versions =
        new RuleVersions(
            database, new RuleVersions.Table("settlement_rules", "id", 1, false), clock);
    shipped = withDemonstration ? RuleSet.demonstration() : null;
  }

  /**
   * @throws Refusal BUSINESS_RULE when no rules are in force on that day
   */
  public RuleSet inForce(LocalDate day) {
    RuleSet found = find(day);
    if (found == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "settlement.no-rules", day.toString());
    }
    return found;
  }

  /** The same; null for none. */
  @Nullable RuleSet find(LocalDate day) {
    return versions.all().stream()
        .filter(version -> version.state() == RuleState.LIVE)
        .map(RuleBook::readOrNull)
        .filter(Objects::nonNull)
        .filter(rules -> rules.isInForce(day))
        .max(Comparator.comparing(RuleSet::from).thenComparing(RuleSet::version))
        .orElse(shipped != null && shipped.isInForce(day) ? shipped : null);
  }

  /** What is written, by ids and versions. */
  public List<Version> versions() {
    return versions.all();
  }

  public @Nullable RuleSet shipped() {
    return shipped;
  }

  private static @Nullable RuleSet readOrNull(Version version) {
    try {
      return RuleSet.of(version.spec(), version.version());
    } catch (Refusal e) {
      LOG.error("Rules {} version {} cannot be read", version.rule(), version.version());
      return null;
    }
  }

  /**
   * @throws Refusal NOT_FOUND for none
   */
  public Version find(String id, int version) {
    return versions.find(id, version);
  }

  /**
   * Keeps a draft.
   *
   * @throws Refusal INVALID for what is no rule set
   */
  public Version draft(ObjectNode spec, String by) {
    return versions.draft(spec, Set.of(), one -> RuleSet.of(one, 1).id(), by);
  }

  /** Keeps what a trial found. */
  void tried(String id, int version, ObjectNode found) {
    versions.tried(id, version, found);
  }

  /**
   * Puts a draft that was tried into force, or retires one; what changes bills, by another than who
   * wrote it ({@link RuleVersions#take}).
   */
  public Version take(String id, int version, RuleStep step, String by, String reason) {
    return versions.take(id, version, step, by, reason, _ -> {});
  }
}
