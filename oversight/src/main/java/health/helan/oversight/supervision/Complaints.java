package health.helan.oversight.supervision;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.PageEnd;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.oversight.supervision.CaseStep.Party;
import health.helan.oversight.supervision.rules.ComplaintTimes;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Complaints of residents (投诉) about a visit on line, a prescription, a parcel or a bill: made,
 * answered by the institution, decided by the regulator where that does not do. Steps: {@link
 * ComplaintStep}. What comes of one counts in the institution's score by rules
 * (docs/guide/supervision.md).
 */
public final class Complaints implements Erasable {
  private static final Logger LOG = LoggerFactory.getLogger(Complaints.class);

  /** What may be complained of: where the resident stands in it. */
  enum About {
    VISIT("Encounter", "subject"),
    PRESCRIPTION("MedicationRequest", "subject"),
    PARCEL("SupplyDelivery", "patient"),
    /** A one-stop bill (docs/guide/settlement.md). */
    SETTLEMENT("Claim", "patient"),
    BILL("Invoice", "subject");

    private final String type;
    private final String patient;

    About(String type, String patient) {
      this.type = type;
      this.patient = patient;
    }

    /** How it is told. */
    String kind() {
      return this == SETTLEMENT ? BILL.kind() : name().toLowerCase(Locale.ROOT);
    }

    static @Nullable About of(String reference) {
      for (About each : values()) {
        if (reference.startsWith(each.type + "/")) {
          return each;
        }
      }
      return null;
    }
  }

  private static final Pattern REFERENCE = Pattern.compile("[A-Za-z]{1,64}/[A-Za-z0-9.-]{1,64}");
  private static final int MOST_LATE = 100;
  private static final int MOST_OWN = 100;

  private final RecordStore store;
  private final Sql sql;
  private final Cases cases;
  private final Clock clock;

  /**
   * @param cases know who answers for an institution, and who supervises
   */
  public Complaints(RecordStore store, DataSource database, Cases cases, Clock clock) {
    this.store = store;
    this.sql = new Sql(database);
    this.cases = cases;
    this.clock = clock;
  }

  public List<FhirOperation> operations() {
    return ComplaintOperations.all(store, this);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** A complaint, and how the caller stands to it. */
  record Member(String id, ComplaintTask task, Party party, boolean acts) {
    /** What the caller may do next. */
    Set<ComplaintStep> steps() {
      if (!acts) {
        return Set.of();
      }
      Set<ComplaintStep> open = new TreeSet<>();
      for (ComplaintStep step : ComplaintStep.values()) {
        if (step.takenBy().contains(party) && step.from().contains(task.state())) {
          open.add(step);
        }
      }
      return open;
    }

    /** A regulator reads what was said once the complaint has come to it. */
    boolean mayRead() {
      return party != Party.REGULATOR
          || task.had(ComplaintStep.ESCALATE)
          || task.had(ComplaintStep.OBJECT);
    }
  }

  /**
   * A complaint that the caller may see: the resident's own, the institution's for who answers for
   * it, each for regulators.
   *
   * @throws Refusal NOT_FOUND for any other
   */
  Member find(Caller caller, String id) {
    boolean isResident = caller.role() == Role.RESIDENT;
    String scope = isResident ? "" : cases.scope(caller, "");
    ResourceVersion version = store.read(isResident ? caller : caller.asPlatform(), "Task", id);
    JsonNode content = version.content() == null ? null : Json.MAPPER.readTree(version.content());
    if (!ComplaintTask.is(content)) {
      throw unknown(id);
    }
    ComplaintTask task = ComplaintTask.of((ObjectNode) Objects.requireNonNull(content));
    if (!isResident) {
      if (!scope.isEmpty() && !scope.equals(task.institution())) {
        throw unknown(id);
      }
      AccessTrail.noteAsked(store.purges().subject(task.patient()));
    }
    Party party =
        isResident ? Party.RESIDENT : scope.isEmpty() ? Party.REGULATOR : Party.INSTITUTION;
    // The authority's own system reads; decisions are a person's.
    boolean acts = party != Party.REGULATOR || caller.role() != Role.SYSTEM || caller.isRoot();
    return new Member(id, task, party, acts);
  }

  private static Refusal unknown(String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
  }

  List<ComplaintTable.Row> list(
      Caller caller, String state, String institution, PageEnd after, int most) {
    return ComplaintTable.list(sql, state, cases.scope(caller, institution), after, most);
  }

  /** Those of a resident, the last made first. */
  List<Member> own(Caller caller, String patient) {
    return store
        .search(
            caller,
            new SearchRequest(
                "Task",
                null,
                null,
                List.of(
                    new Parameter("patient", "Patient/" + patient),
                    new Parameter("code", CaseTask.TASK_SYSTEM + "|" + ComplaintTask.CODE),
                    new Parameter("_sort", "-authored-on"),
                    new Parameter("_count", Integer.toString(MOST_OWN))),
                false))
        .entries()
        .stream()
        .map(
            entry ->
                new Member(
                    entry.resource().id(),
                    ComplaintTask.of(
                        (ObjectNode)
                            Json.MAPPER.readTree(
                                Objects.requireNonNull(entry.resource().content()))),
                    Party.RESIDENT,
                    true))
        .toList();
  }

  // ------------------------------------------------------------------ steps

  /**
   * Complains.
   *
   * @param reference of a visit on line, a prescription, a parcel or a bill of the caller's
   * @return id of the Task
   * @throws Refusal VALUE for what cannot be complained of, NOT_FOUND for what is not the caller's,
   *     CONFLICT while another complaint about it is under way
   */
  String complain(Caller caller, String reference, String words) {
    ComplaintState to =
        ComplaintStep.COMPLAIN.take(
            caller.role() == Role.RESIDENT ? Party.RESIDENT : Party.INSTITUTION,
            ComplaintState.NONE);
    About about = REFERENCE.matcher(reference).matches() ? About.of(reference) : null;
    if (about == null) {
      throw new Refusal(Refusal.Kind.VALUE, "complaint.about");
    }
    String id = reference.substring(about.type.length() + 1);
    JsonNode resource =
        Json.MAPPER.readTree(Objects.requireNonNull(store.read(caller, about.type, id).content()));
    if (about == About.VISIT && !Resources.isOnline(resource)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "complaint.on-line");
    }
    String patient = Resources.text(resource.path(about.patient), "reference");
    String institution = sql.on(connection -> store.rows().owner(connection, about.type, id));
    if (institution.isEmpty() || !patient.startsWith("Patient/")) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "complaint.nobodys");
    }
    Instant now = now();
    ComplaintTask task = ComplaintTask.made(reference, patient, institution, now);
    task.take(
        ComplaintStep.COMPLAIN, Party.RESIDENT, to, words, due(to, now, times().answer()), now);
    String urn = "urn:uuid:" + UUID.randomUUID();
    return store
        .transact(
            caller.asPlatformOf(institution),
            List.of(
                new Interaction.Create("Task", Interaction.Body.of(task.task), null, urn, patient),
                provenance(caller, urn, patient, ComplaintStep.COMPLAIN, now)),
            (connection, ids, at) ->
                ComplaintTable.belongsTo(
                    connection,
                    Objects.requireNonNull(store.rows().home(connection, "Task", ids.getFirst())),
                    ids.getFirst(),
                    store.purges().subject(task.patient())))
        .getFirst()
        .id();
  }

  /**
   * A further step.
   *
   * @param time until the next answer, of {@link ComplaintStep#SEND_BACK}
   */
  void step(Caller caller, String id, ComplaintStep step, String words, Duration time) {
    Member member = find(caller, id);
    if (!member.acts) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "complaint.not-your-step", step.word());
    }
    take(caller, member, step, words, time);
  }

  private void take(
      Caller caller, Member member, ComplaintStep step, String words, Duration answer) {
    Instant now = now();
    String patient = "Patient/" + member.task.patient();
    Instant waited = member.task.due();
    List<Interaction> all = new ArrayList<>();
    all.add(
        new Interaction.Patch(
            "Task",
            member.id,
            null,
            tree -> {
              ComplaintTask task = ComplaintTask.of(tree); // Under the row's lock.
              ComplaintState to = step.take(member.party, task.state());
              if (member.party == Party.PLATFORM && !Objects.equals(waited, task.due())) {
                throw new Refusal(Refusal.Kind.CONFLICT, "supervision.not-late");
              }
              task.take(step, member.party, to, words, due(to, now, answer), now);
              return tree;
            },
            null));
    all.add(provenance(caller, "Task/" + member.id, patient, step, now));
    if (member.party != Party.RESIDENT) {
      ObjectNode notice = ComplaintTask.notice(member.id, patient, step, now);
      all.add(
          new Interaction.Create(
              "Communication", Interaction.Body.of(notice), null, null, patient));
    }
    var unused = store.transact(caller.asPlatform(), all, Set.of(), null);
  }

  private static @Nullable Instant due(ComplaintState state, Instant now, Duration answer) {
    return switch (state) {
      case OPEN -> now.plus(answer);
      case ANSWERED -> now.plus(times().accept());
      default -> null;
    };
  }

  private static ComplaintTimes times() {
    return ShippedRules.complaintTimes();
  }

  private static Interaction provenance(
      Caller caller, String target, String patient, ComplaintStep step, Instant now) {
    ObjectNode provenance =
        ProvenanceJson.of(caller, List.of(target), ComplaintStep.SYSTEM, step.word(), null, now);
    ComplaintTask.keepFromStaff(provenance);
    return new Interaction.Create(
        "Provenance", Interaction.Body.of(provenance), null, null, patient);
  }

  /**
   * Goes on where somebody was waited for in vain: what an institution did not answer goes to the
   * regulator, an answer that nobody objects to is accepted. Several instances may: each once.
   *
   * @return how many were escalated
   */
  public int tend() {
    int escalated = 0;
    Caller platform = Caller.platform("supervision");
    for (ComplaintTable.Row late : ComplaintTable.late(sql, now(), MOST_LATE)) {
      try {
        JsonNode content =
            Json.MAPPER.readTree(
                Objects.requireNonNull(store.read(platform, "Task", late.id()).content()));
        var member =
            new Member(late.id(), ComplaintTask.of((ObjectNode) content), Party.PLATFORM, true);
        if (late.state() == ComplaintState.OPEN) {
          take(
              platform,
              member,
              ComplaintStep.ESCALATE,
              "逾期未答复，自动升级 / not answered in time",
              Duration.ZERO);
          escalated++;
        } else {
          take(
              platform,
              member,
              ComplaintStep.ACCEPT,
              "未提出异议，自动结案 / no objection was raised",
              Duration.ZERO);
        }
      } catch (Refusal e) {
        if (e.kind() == Refusal.Kind.TRANSIENT) {
          throw e;
        }
        if (e.kind() == Refusal.Kind.NOT_FOUND || e.kind() == Refusal.Kind.GONE) {
          // Or it would wait in front of the others for ever.
          int unused =
              sql.on(connection -> ComplaintTable.remove(connection, late.home(), late.id()));
        }
        LOG.debug("A complaint went on by itself"); // Somebody was quicker.
      }
    }
    return escalated;
  }

  @Override
  public void erase(long subject) {
    int unused = sql.together(connection -> ComplaintTable.erase(connection, subject));
  }
}
