package health.helan.oversight.supervision;

import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.rules.RuleState;
import health.helan.foundation.trust.rules.RuleStep;
import health.helan.foundation.trust.rules.RuleVersions;
import health.helan.foundation.trust.rules.RuleVersions.Version;
import health.helan.oversight.supervision.rules.Act;
import health.helan.oversight.supervision.rules.Rule;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
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
 * older than a few seconds, so that a decision works on every instance soon; who holds a connection
 * already reads by that one.
 */
final class RuleBook {
  private static final Logger LOG = LoggerFactory.getLogger(RuleBook.class);

  /** A rule in force, and whether it is only on trial. */
  record InForce(Rule rule, boolean onTrial) {}

  private final RuleVersions versions;
  private final long fresh;
  private volatile @Nullable List<InForce> inForce;
  private volatile long read;

  RuleBook(DataSource database, Duration fresh, Clock clock) {
    versions =
        new RuleVersions(database, new RuleVersions.Table("supervision_rule", Rule.OWN), clock);
    this.fresh = fresh.toNanos();
  }

  /** The rules in force, as of a moment ago. */
  List<InForce> inForce() {
    List<InForce> now = inForce;
    return now == null || isOld() ? keep(look(versions.all())) : now;
  }

  /** The same, in the midst of a transaction. */
  List<InForce> inForce(Connection connection) throws SQLException {
    List<InForce> now = inForce;
    return now == null || isOld() ? keep(look(versions.all(connection))) : now;
  }

  private boolean isOld() {
    return System.nanoTime() - read > fresh;
  }

  private List<InForce> keep(List<InForce> now) {
    inForce = now;
    read = System.nanoTime();
    return now;
  }

  /** Rules on a kind of act that hold on a day. */
  List<InForce> on(Connection connection, Act act, LocalDate day) throws SQLException {
    return inForce(connection).stream()
        .filter(one -> one.rule.kind().act() == act && one.rule.holdsOn(day))
        .toList();
  }

  /** The rule of an id that is live now, or null. */
  @Nullable Rule live(String rule) {
    for (InForce one : inForce()) {
      if (!one.onTrial && one.rule.rule().equals(rule)) {
        return one.rule;
      }
    }
    return null;
  }

  private static List<InForce> look(List<Version> versions) {
    Map<String, InForce> live = new LinkedHashMap<>();
    ShippedRules.all().forEach((id, rule) -> live.put(id, new InForce(rule, false)));
    List<InForce> trials = new ArrayList<>();
    for (Version version : versions) {
      if (version.state() == RuleState.LIVE && version.isOff()) {
        live.remove(version.rule());
      } else if (version.state() == RuleState.LIVE || version.state() == RuleState.TRIAL) {
        Rule rule = rule(version);
        if (rule == null) {
          continue;
        }
        if (version.state() == RuleState.LIVE) {
          live.put(version.rule(), new InForce(rule, false));
        } else {
          trials.add(new InForce(rule, true));
        }
      }
    }
    List<InForce> all = new ArrayList<>(live.values());
    all.addAll(trials);
    return List.copyOf(all);
  }

  private static @Nullable Rule rule(Version version) {
    try {
      return Rule.of(version.spec(), version.version());
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

  /** Keeps a draft ({@link RuleVersions#draft}). */
  Version draft(ObjectNode draft, String by) {
    return versions.draft(
        draft, ShippedRules.all().keySet(), spec -> Rule.of(spec, Rule.OWN).rule(), by);
  }

  /** Keeps what a dry run found. */
  void tried(String rule, int version, ObjectNode counts) {
    versions.tried(rule, version, counts);
  }

  /** Takes a step ({@link RuleVersions#take}). */
  Version take(String rule, int version, RuleStep step, String by, String reason) {
    Version taken = versions.take(rule, version, step, by, reason, _ -> {});
    inForce = null;
    return taken;
  }
}
