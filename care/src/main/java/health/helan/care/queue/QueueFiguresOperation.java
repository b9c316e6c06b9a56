package health.helan.care.queue;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.SharedAnswers;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET $queue-figures}: how queues stand now, in counts: of the region by institution, with
 * {@code institution} by queue. Regulators and operators see all, staff and systems their own
 * institution. What comes stands in docs/guide/queue.md.
 */
final class QueueFiguresOperation implements FhirOperation {
  private static final String NAME = "queue-figures";

  private final Queues queues;
  private final SharedAnswers<String, Counted> counts;

  private record Counted(
      List<QueueFigures.OfInstitution> institutions,
      List<QueueFigures.OfQueue> queues,
      Instant at) {}

  /**
   * @param shownFor how long figures are shown at least before they are counted again
   */
  QueueFiguresOperation(Queues queues, Duration shownFor) {
    this.queues = queues;
    counts = new SharedAnswers<>(shownFor, Duration.ofSeconds(30));
  }

  @Override
  public Spec spec() {
    return new Spec(
        NAME,
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/" + NAME);
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), NAME);
    String institution = institution(call.caller(), call.text("institution"));
    Counted counted;
    try {
      counted = counts.get(institution, () -> count(institution));
    } catch (Sql.DatabaseFailed e) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "queue.database");
    }
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer).time("as-of", counted.at);
    for (QueueFigures.OfInstitution one : counted.institutions) {
      Words group = words.group("institution");
      group.reference("reference", "Organization/" + one.institution(), null);
      group.number("queues", one.queues());
      told(group, one.counts(), counted.at);
    }
    for (QueueFigures.OfQueue one : counted.queues) {
      Words group = words.group("queue");
      group.text("id", one.id()).text("name", one.name()).text("where", one.place());
      group.code("state", one.isOpen() ? "open" : "closed");
      group.reference("department", "Organization/" + one.department(), null);
      if (!one.practitioner().isEmpty()) {
        group.reference("practitioner", "Practitioner/" + one.practitioner(), null);
      }
      told(group, one.counts(), counted.at);
    }
    return Words.answer(answer);
  }

  private Counted count(String institution) {
    Instant now = queues.now();
    QueueFigures figures = queues.figures();
    return institution.isEmpty()
        ? new Counted(figures.region(now), List.of(), now)
        : new Counted(List.of(), figures.institution(institution, now), now);
  }

  /**
   * Whose queues are asked for: of all (empty) for who oversees, else of the own institution.
   *
   * @throws Refusal FORBIDDEN for another's
   */
  private static String institution(Caller caller, @Nullable String asked) {
    String id = asked == null ? "" : Queues.id(asked, "Organization/");
    if (!id.isEmpty() && !id.matches("[A-Za-z0-9.-]{1,64}")) {
      throw Given.wrong("institution");
    }
    if (caller.isRoot() || caller.role() == Role.REGULATOR || caller.role() == Role.OPERATOR) {
      return id;
    }
    if (caller.institution().isEmpty() || !id.isEmpty() && !id.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "queue.figures-of-others");
    }
    return caller.institution();
  }

  private static void told(Words words, QueueFigures.Counts counts, Instant at) {
    words.number("waiting", counts.waiting()).number("called", counts.called());
    words.number("missed", counts.missed()).number("serving", counts.serving());
    words.number("served", counts.served()).number("entered", counts.entered());
    Instant since = counts.since();
    if (since != null) {
      words.number("longest-minutes", minutes(Duration.between(since, at)));
    }
    Duration mean = counts.mean();
    if (mean != null) {
      words.number("mean-minutes", minutes(mean));
    }
  }

  private static int minutes(Duration wait) {
    return (int) Math.max(0, Math.round(wait.toSeconds() / 60.0));
  }
}
