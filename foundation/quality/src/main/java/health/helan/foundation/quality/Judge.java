package health.helan.foundation.quality;

import health.helan.foundation.fhirpath.FhirPathException;
import health.helan.foundation.quality.checks.Around;
import health.helan.foundation.quality.checks.Codes;
import health.helan.foundation.quality.checks.Profiles;
import health.helan.foundation.quality.checks.Subject;
import health.helan.foundation.quality.checks.Verdict;
import health.helan.foundation.quality.findings.Findings.Judged;
import health.helan.foundation.quality.rules.Rule;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.ValueSets;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Holds records to rules. Thread-safe; the records of a call are of one home. */
final class Judge {
  private final RecordStore store;
  private final Codes codes;
  private final Profiles profiles;
  private final Around.KnownReferences known = new Around.KnownReferences();
  private final Clock clock;

  Judge(RecordStore store, ValueSets valueSets, Clock clock) throws SQLException {
    this.store = store;
    this.codes = new Codes(valueSets);
    this.profiles = new Profiles(store);
    this.clock = clock;
  }

  /** What each rule says of each record that it speaks of. */
  List<Judged> judge(
      Connection connection, List<Subject> subjects, Function<Subject, List<Rule>> rules) {
    var around = new Around(store.rows(), connection, subjects, codes, profiles, known, clock);
    var judged = new ArrayList<Judged>(subjects.size() * 8);
    for (Subject subject : subjects) {
      for (Rule rule : rules.apply(subject)) {
        judged.add(new Judged(subject, rule, verdict(rule, subject, around)));
      }
    }
    return judged;
  }

  private static Verdict verdict(Rule rule, Subject subject, Around around) {
    try {
      return rule.check().of(subject, around);
    } catch (FhirPathException e) {
      // The rule does not suit the record: that is the rule's fault, and told by its name.
      Metrics.counter("helan.quality.rule.failures", "rule", rule.rule()).increment();
      return Verdict.CANNOT_TELL;
    }
  }

  void forget(String reference) {
    known.forget(reference);
  }
}
