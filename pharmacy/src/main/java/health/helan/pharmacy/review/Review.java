package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import health.helan.pharmacy.review.rules.Facts;
import health.helan.pharmacy.review.rules.Finding;
import health.helan.pharmacy.review.rules.Screening;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Screening of prescriptions, and the rules and the knowledge that it goes by. Judges what a doctor
 * has written or is about to sign; there is nothing here that proposes a drug.
 */
public final class Review {
  /** Most drugs that are judged at once: a decoction has twenty or so. */
  static final int MOST_REQUESTS = 60;

  /**
   * What review stands on.
   *
   * @param fresh how old rules and knowledge may be on this instance
   */
  public record Parts(RecordStore store, DataSource database, Duration fresh, Clock clock) {}

  private final FactReader reader;
  private final KnowledgeBook knowledge;
  private final RuleBook rules;
  private final DryRun dryRun;
  private final Lots lots;
  private final Clock clock;

  public Review(Parts parts) {
    clock = parts.clock();
    reader = new FactReader(parts.store());
    knowledge = new KnowledgeBook(parts.database(), parts.fresh(), clock);
    rules = new RuleBook(parts.database(), knowledge, parts.fresh(), clock);
    dryRun = new DryRun(parts.store(), reader, knowledge);
    lots = new Lots(parts.database());
  }

  public KnowledgeBook knowledge() {
    return knowledge;
  }

  RuleBook rules() {
    return rules;
  }

  DryRun dryRun() {
    return dryRun;
  }

  Lots lots() {
    return lots;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  LocalDate today() {
    return clock.instant().atZone(FactReader.BEIJING).toLocalDate();
  }

  /**
   * What was judged.
   *
   * @param base the knowledge that it was judged by
   */
  public record Screened(List<Finding> findings, Facts facts, Knowledge.Head base) {}

  /**
   * Judges requests of one resident as one prescription, by what the caller may see of the record.
   *
   * @param requests MedicationRequests, stored or not yet
   * @throws Refusal NOT_FOUND for a resident whom the caller does not see; INVALID for requests of
   *     several
   */
  public Screened screen(Caller caller, List<ObjectNode> requests) {
    String patient = patient(requests);
    Knowledge base = knowledge.inForce();
    Facts facts = reader.read(caller, new FactReader.Asked(patient, requests, today()), base);
    return new Screened(Screening.screen(facts, base, rules.inForce()), facts, base.head());
  }

  static String patient(List<ObjectNode> requests) {
    Set<String> patients = new LinkedHashSet<>();
    for (ObjectNode request : requests) {
      if (!request.path("resourceType").asString("").equals("MedicationRequest")) {
        throw new Refusal(Refusal.Kind.INVALID, "review.requests");
      }
      patients.add(FactReader.id(request.path("subject"), "Patient"));
    }
    if (requests.isEmpty() || requests.size() > MOST_REQUESTS) {
      throw new Refusal(Refusal.Kind.INVALID, "review.how-many", MOST_REQUESTS);
    }
    if (patients.size() != 1 || patients.contains("")) {
      throw new Refusal(Refusal.Kind.INVALID, "review.one-resident");
    }
    return patients.iterator().next();
  }
}
