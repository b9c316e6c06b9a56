package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.pharmacy.review.PrescriptionStep.Party;
import health.helan.pharmacy.review.Prescriptions.Member;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Which prescriptions wait for whom, and in which order. */
final class PrescriptionLists {
  /** Most that are listed of each open state, and of a resident. */
  static final int MOST_OPEN = 1_000;

  /** Most that are listed of those that are done, and of those whose time is over. */
  static final int MOST_DONE = 100;

  private final Prescriptions prescriptions;
  private final TaskSearch tasks;
  private final Clock clock;

  PrescriptionLists(Prescriptions prescriptions, TaskSearch tasks, Clock clock) {
    this.prescriptions = prescriptions;
    this.tasks = tasks;
    this.clock = clock;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * A list, and whether there are more than it holds.
   *
   * @param <T> what is listed
   */
  record Listed<T>(List<T> all, boolean isMore) {}

  /**
   * Prescriptions of the doctor, or of the queue of the pharmacist's institution: open ones first,
   * of these the late ones, then by when they are to be decided, the longest waiting before others;
   * those whose time is over behind them; last what is done, the newest first. At most {@link
   * #MOST_OPEN} of each open state, {@link #MOST_DONE} of the rest.
   */
  Listed<Member> list(Caller caller, boolean asDoctor, Set<PrescriptionState> states) {
    if (caller.isRoot() || caller.binding().practitioner().isEmpty()) {
      return new Listed<>(List.of(), false);
    }
    if (!asDoctor && !prescriptions.isPharmacist(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.no-pharmacist");
    }
    Party side = asDoctor ? Party.DOCTOR : Party.PHARMACIST;
    List<Member> all = new ArrayList<>();
    boolean isMore = false;
    for (PrescriptionState state : states) {
      for (TaskSearch.Found found : inState(caller, side, state)) {
        isMore |= found.isMore();
        add(caller, side, found, all);
      }
    }
    Instant now = now(); // One for all: an order must not change while it is made.
    all.sort(asDoctor ? byWaiting(now) : byDeadline(now));
    return new Listed<>(List.copyOf(all), isMore);
  }

  private List<TaskSearch.Found> inState(Caller caller, Party side, PrescriptionState state) {
    SearchRequest.Parameter whose = whose(caller, side, state);
    SearchRequest.Parameter in = in(state);
    if (state.isFinal()) {
      return List.of(
          tasks.first(
              caller,
              ReviewTask.TASK,
              MOST_DONE,
              whose,
              in,
              TaskSearch.by("_sort", "-authored-on")));
    }
    // What nobody can decide any more must not stand before what somebody has to.
    String since = now().minus(ReviewTask.VALID).toString();
    return List.of(
        tasks.first(
            caller,
            ReviewTask.TASK,
            MOST_OPEN,
            whose,
            in,
            TaskSearch.by("authored-on", "ge" + since),
            OLDEST),
        tasks.first(
            caller,
            ReviewTask.TASK,
            MOST_DONE,
            whose,
            in,
            TaskSearch.by("authored-on", "lt" + since),
            TaskSearch.by("_sort", "status,-authored-on")));
  }

  /**
   * The oldest first. All asked for have one status: it stands before the time so that no index has
   * this order, and the planner does not walk through every Task there ever was from the first.
   */
  private static final SearchRequest.Parameter OLDEST =
      TaskSearch.by("_sort", "status,authored-on");

  private static SearchRequest.Parameter in(PrescriptionState state) {
    return TaskSearch.by("business-status", PrescriptionState.SYSTEM + "|" + state.word());
  }

  /** By whom Tasks of a state are found: what a pharmacist has taken or decided is that one's. */
  private static SearchRequest.Parameter whose(Caller caller, Party side, PrescriptionState state) {
    String own = "Practitioner/" + caller.binding().practitioner();
    if (side == Party.DOCTOR) {
      return TaskSearch.by("requester", own);
    }
    return TaskSearch.by(
        "owner",
        switch (state) {
          case HELD, WAITING, WITHDRAWN -> "Organization/" + caller.institution();
          case TAKEN, RETURNED, EFFECTIVE, REFUSED -> own;
        });
  }

  private void add(Caller caller, Party side, TaskSearch.Found found, List<Member> all) {
    for (ResourceVersion version : found.tasks()) {
      ObjectNode task = FactReader.content(version);
      if (ReviewTask.isOurs(task) && prescriptions.party(caller, task) == side) {
        all.add(new Member(task, version.version(), side));
      }
    }
  }

  /** What is over stands behind what is open, what is done behind both, the newest first. */
  static Comparator<Member> byWaiting(Instant now) {
    Comparator<Member> waiting =
        Comparator.comparing(one -> moment(one.task().path("authoredOn").asString("")));
    return Comparator.<Member>comparingInt(one -> rank(one, now))
        .thenComparing((a, b) -> rank(a, now) == 2 ? waiting.compare(b, a) : waiting.compare(a, b));
  }

  static Comparator<Member> byDeadline(Instant now) {
    return Comparator.<Member>comparingInt(one -> rank(one, now))
        .thenComparing(one -> !ReviewTask.isLate(one.task(), now))
        .thenComparing(
            one -> rank(one, now) == 0 ? moment(ReviewTask.deadlineOf(one.task())) : Instant.MIN)
        .thenComparing(byWaiting(now));
  }

  /** What we wrote; as text a whole second sorts behind its own fractions. */
  private static Instant moment(String text) {
    return text.isEmpty() ? Instant.MIN : Instant.parse(text);
  }

  private static int rank(Member one, Instant now) {
    PrescriptionState state = one.state();
    if (state == null || state.isFinal()) {
      return 2;
    }
    return ReviewTask.isOver(one.task(), now) ? 1 : 0;
  }

  /**
   * Tasks of a resident's prescriptions, the last first, for the resident or who acts for the
   * resident; the last {@link #MOST_OPEN}.
   *
   * @throws Refusal FORBIDDEN for anybody else
   */
  Listed<ObjectNode> ofResident(Caller caller, String patient) {
    if (caller.role() != Role.RESIDENT || !caller.binding().patients().contains(patient)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.own");
    }
    TaskSearch.Found found =
        tasks.first(
            caller,
            ReviewTask.TASK,
            MOST_OPEN,
            TaskSearch.by("patient", "Patient/" + patient),
            TaskSearch.by("_sort", "-authored-on"));
    return new Listed<>(
        found.tasks().stream().map(FactReader::content).filter(ReviewTask::isOurs).toList(),
        found.isMore());
  }

  /**
   * What an institution has to decide now.
   *
   * @param late of these, how many should have been decided by now
   * @param isMore whether there are more than were counted
   */
  record Pending(int undecided, int late, boolean isMore) {}

  /** Counts an institution's queue, and what its pharmacists have taken; not what is over. */
  Pending pending(Caller caller, String institution) {
    Instant now = now();
    String since = now.minus(ReviewTask.VALID).toString();
    SearchRequest.Parameter young = TaskSearch.by("authored-on", "ge" + since);
    int undecided = 0;
    int late = 0;
    boolean isMore = false;
    for (TaskSearch.Found found :
        List.of(
            tasks.first(
                caller,
                ReviewTask.TASK,
                MOST_OPEN,
                TaskSearch.by("owner", "Organization/" + institution),
                in(PrescriptionState.WAITING),
                young,
                OLDEST),
            // These are the pharmacists' own; in the whole region there are few at any time.
            tasks.first(
                caller, ReviewTask.TASK, MOST_OPEN, in(PrescriptionState.TAKEN), young, OLDEST))) {
      isMore |= found.isMore();
      for (ResourceVersion version : found.tasks()) {
        ObjectNode task = FactReader.content(version);
        if (ReviewTask.isOurs(task)
            && ReviewTask.reviewerOf(task).equals(institution)
            && !ReviewTask.isOver(task, now)) {
          undecided++;
          late += ReviewTask.isLate(task, now) ? 1 : 0;
        }
      }
    }
    return new Pending(undecided, late, isMore);
  }
}
