package health.helan.pharmacy.review;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.pharmacy.review.CommentStep.Party;
import health.helan.pharmacy.review.CommentStep.State;
import health.helan.pharmacy.review.rules.CommentCode;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The comment on prescriptions afterwards (处方点评): drawn by chance from those that the institution
 * reviewed and that became effective, scored by a pharmacist who did not pass it, appealed by the
 * doctor, settled by another. Each is a Task about the review's Task. Nothing adds them up by
 * doctor (docs/adr/0110).
 */
public final class Comments {
  static final String TASK = "prescription-comment";

  /** {@code Task.identifier}: the id of the review's Task. */
  private static final String NUMBER = "https://helan.health/fhir/sid/prescription-comment";

  /**
   * Another {@code Task.identifier}: the institution that reviewed, by which its pharmacists find
   * it.
   */
  private static final String INSTITUTION =
      "https://helan.health/fhir/sid/prescription-comment-institution";

  private static final int MOST_DRAWN = 100;
  private static final int MOST_LISTED = 1_000;

  /** So many lots are looked at in one go. */
  private static final int BATCH = 100;

  private final RecordStore store;
  private final TaskSearch search;
  private final Prescriptions prescriptions;
  private final Clock clock;

  public Comments(RecordStore store, Prescriptions prescriptions, Clock clock) {
    this.store = store;
    search = new TaskSearch(store);
    this.prescriptions = prescriptions;
    this.clock = clock;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ drawing

  /**
   * Draws prescriptions of a month for the comment, each with the same chance; those that were
   * drawn before are left out.
   *
   * @param count how many are wanted; fewer where there are not so many
   * @return how many were drawn
   * @throws Refusal FORBIDDEN for anybody but a pharmacist
   */
  int draw(Caller caller, YearMonth month, int count) {
    pharmacist(caller);
    if (count < 1 || count > MOST_DRAWN) {
      throw ReviewOperations.wrong("count");
    }
    Lots.Draw lots = prescriptions.lots().of(caller.institution(), month);
    int done = 0;
    List<String> next = lots.next(BATCH);
    while (done < count && !next.isEmpty()) {
      for (ObjectNode review : candidates(caller, next, month)) {
        if (done < count && draw(caller, review)) {
          done++;
        }
      }
      next = lots.next(BATCH);
    }
    return done;
  }

  /** Those of the month that were not drawn before, in the order of the lots. */
  private List<ObjectNode> candidates(Caller caller, List<String> lots, YearMonth month) {
    Set<String> drawn = new HashSet<>();
    String numbers = String.join(",", lots.stream().map(id -> NUMBER + "|" + id).toList());
    for (ObjectNode task : tasks(caller, TASK, TaskSearch.by("identifier", numbers))) {
      drawn.add(FactReader.id(task.path("focus"), "Task"));
    }
    Map<String, ObjectNode> reviews = new HashMap<>();
    for (ObjectNode task :
        tasks(caller, ReviewTask.TASK, TaskSearch.by("_id", String.join(",", lots)))) {
      String id = task.path("id").asString("");
      if (!drawn.contains(id) && isOf(task, caller.institution(), month)) {
        reviews.put(id, task);
      }
    }
    List<ObjectNode> candidates = new ArrayList<>();
    for (String id : lots) {
      ObjectNode review = reviews.get(id); // None for one that was erased since.
      if (review != null) {
        candidates.add(review);
      }
    }
    return candidates;
  }

  private static boolean isOf(JsonNode review, String institution, YearMonth month) {
    Instant authored = Instant.parse(review.path("authoredOn").asString(""));
    return ReviewTask.reviewerOf(review).equals(institution)
        && ReviewTask.state(review) == PrescriptionState.EFFECTIVE
        && YearMonth.from(authored.atZone(FactReader.BEIJING)).equals(month);
  }

  /** Whether it was this draw that drew it. */
  private boolean draw(Caller caller, ObjectNode review) {
    Outcome drawn =
        store
            .transact(
                caller.asPlatformOf(caller.institution()),
                List.of(
                    new Interaction.Create(
                        "Task",
                        Interaction.Body.of(comment(caller, review, now())),
                        // Two who draw at once draw each prescription once.
                        "identifier=" + NUMBER + "|" + review.path("id").asString(""),
                        null,
                        review.path("for").path("reference").asString(""),
                        false)),
                Set.of(),
                null)
            .getFirst();
    return drawn.status() == 201;
  }

  private static ObjectNode comment(Caller caller, JsonNode review, Instant now) {
    ObjectNode task = Json.MAPPER.createObjectNode().put("resourceType", "Task");
    PrescriptionGuard.tag(task);
    ArrayNode identifiers = task.putArray("identifier");
    identifiers.addObject().put("system", NUMBER).put("value", review.path("id").asString(""));
    identifiers.addObject().put("system", INSTITUTION).put("value", caller.institution());
    task.set("groupIdentifier", review.path("groupIdentifier").deepCopy());
    state(task, State.SAMPLED);
    task.put("intent", "order");
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", ReviewTask.TASK_SYSTEM)
        .put("code", TASK);
    task.putObject("focus").put("reference", "Task/" + review.path("id").asString(""));
    task.set("for", review.path("for").deepCopy());
    // Of the prescription: a month's comments are found by it.
    task.put("authoredOn", review.path("authoredOn").asString(""));
    task.put("lastModified", now.toString());
    task.set("requester", review.path("requester").deepCopy());
    // No owner: a comment opens no record, and the queue is found by the code.
    task.putArray("input");
    for (String[] one : ReviewTask.requestsOf(review)) {
      reference(task, "prescription", "MedicationRequest/" + one[0] + "/_history/" + one[1]);
    }
    reference(task, "reviewer", "Organization/" + caller.institution());
    reference(task, "passed-by", review.path("owner").path("reference").asString(""));
    return task;
  }

  private static void reference(ObjectNode task, String type, String reference) {
    ObjectNode one = task.withArray("input").addObject();
    one.putObject("type").put("text", type);
    one.putObject("valueReference").put("reference", reference);
  }

  private static void state(ObjectNode task, State state) {
    task.put("status", state.task());
    task.putObject("businessStatus")
        .putArray("coding")
        .addObject()
        .put("system", State.SYSTEM)
        .put("code", state.word());
  }

  private List<ObjectNode> tasks(Caller caller, String code, SearchRequest.Parameter... by) {
    return ours(search.first(caller, code, BATCH, by));
  }

  private static List<ObjectNode> ours(TaskSearch.Found found) {
    return found.tasks().stream()
        .map(FactReader::content)
        .filter(PrescriptionGuard::isTagged)
        .toList();
  }

  // ------------------------------------------------------------------ who

  private void pharmacist(Caller caller) {
    if (caller.isRoot()
        || caller.role() != Role.PRACTITIONER
        || !prescriptions.isPharmacist(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.no-pharmacist");
    }
  }

  /** A comment as one side sees it. */
  record Member(ObjectNode task, Party party) {
    @Nullable State state() {
      return Comments.state(task);
    }
  }

  static @Nullable State state(JsonNode task) {
    for (JsonNode coding : task.path("businessStatus").path("coding")) {
      if (State.SYSTEM.equals(coding.path("system").asString(""))) {
        return State.of(coding.path("code").asString(""));
      }
    }
    return null;
  }

  private static String practitionerOf(JsonNode task, String list, String type) {
    String found = "";
    for (JsonNode one : task.path(list)) {
      if (one.path("type").path("text").asString("").equals(type)) {
        found = FactReader.id(one.path("valueReference"), "Practitioner");
      }
    }
    return found;
  }

  private @Nullable Party party(Caller caller, JsonNode task) {
    String practitioner = caller.binding().practitioner();
    if (caller.isRoot() || caller.role() != Role.PRACTITIONER || practitioner.isEmpty()) {
      return null;
    }
    if (practitioner.equals(ReviewTask.doctorOf(task))) {
      return Party.DOCTOR;
    }
    return caller.institution().equals(ReviewTask.reviewerOf(task))
            && prescriptions.isPharmacist(caller)
        ? Party.REVIEWER
        : null;
  }

  private Member member(Caller caller, String id) {
    ResourceVersion version;
    try {
      version = store.read(caller.asPlatform(), "Task", id);
    } catch (Refusal e) {
      throw e.kind() == Refusal.Kind.TRANSIENT ? e : missing(id);
    }
    ObjectNode task = FactReader.content(version);
    Party party =
        PrescriptionGuard.isTagged(task) && state(task) != null ? party(caller, task) : null;
    if (party == null) {
      throw missing(id);
    }
    return new Member(task, party);
  }

  private static Refusal missing(String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
  }

  /**
   * What is listed.
   *
   * @param isMore whether there are older ones
   */
  record Listed(List<Member> comments, boolean isMore) {}

  /**
   * Comments of the doctor's prescriptions that were scored, or of the pharmacist's institution:
   * those of the latest prescriptions first.
   */
  Listed list(Caller caller, boolean asDoctor) {
    if (!asDoctor) {
      pharmacist(caller);
    }
    String own = asDoctor ? caller.binding().practitioner() : caller.institution();
    if (own.isEmpty()) {
      return new Listed(List.of(), false);
    }
    TaskSearch.Found found =
        search.first(
            caller,
            TASK,
            MOST_LISTED,
            asDoctor
                ? TaskSearch.by("requester", "Practitioner/" + own)
                : TaskSearch.by("identifier", INSTITUTION + "|" + own),
            TaskSearch.by("_sort", "-authored-on"));
    List<Member> all = new ArrayList<>();
    for (ObjectNode task : ours(found)) {
      Party party = party(caller, task);
      boolean isShown =
          asDoctor
              ? party == Party.DOCTOR && state(task) != State.SAMPLED
              : party == Party.REVIEWER;
      if (party != null && isShown) {
        all.add(new Member(task, party));
      }
    }
    return new Listed(List.copyOf(all), found.isMore());
  }

  // ------------------------------------------------------------------ steps

  /**
   * What is said with a step.
   *
   * @param codes comment codes of a score; empty where all was good. Of a settlement: what stands
   * @param note words; needed but for a good score and an acceptance
   */
  record Said(List<String> codes, @Nullable String note) {}

  /** Takes a step. */
  Outcome take(Caller caller, String id, CommentStep step, Said said) {
    Member member = member(caller, id);
    var unused = step.take(member.party(), member.state());
    String own = caller.binding().practitioner();
    boolean isSame =
        step == CommentStep.SCORE && own.equals(practitionerOf(member.task(), "input", "passed-by"))
            || step == CommentStep.SETTLE
                && own.equals(practitionerOf(member.task(), "output", "score-by"));
    if (isSame) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "review.comment-four-eyes");
    }
    for (String code : said.codes) {
      if (!CommentCode.all().contains(code)) {
        throw ReviewOperations.wrong("code");
      }
    }
    boolean wantsNote =
        step == CommentStep.APPEAL
            || step == CommentStep.SETTLE
            || step == CommentStep.SCORE && !said.codes.isEmpty();
    if (wantsNote && said.note == null) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "review.parameter-missing", new Object[] {"reason"});
    }
    if (said.note != null) {
      var unusedReason = ReviewOperations.reason(said.note);
    }
    Instant now = now();
    return store
        .transact(
            caller.asPlatformOf(ReviewTask.reviewerOf(member.task())),
            List.of(
                new Interaction.Patch(
                    "Task",
                    id,
                    null,
                    task -> {
                      state(task, step.take(member.party(), state(task)));
                      task.put("lastModified", now.toString());
                      ObjectNode by = task.withArray("output").addObject();
                      by.putObject("type").put("text", step.word() + "-by");
                      by.putObject("valueReference").put("reference", "Practitioner/" + own);
                      if (step.takenBy() == Party.REVIEWER) {
                        verdict(task, said.codes);
                      }
                      if (said.note != null) {
                        ObjectNode note = task.withArray("note").addObject();
                        note.putObject("authorReference").put("reference", "Practitioner/" + own);
                        note.put("time", now.toString()).put("text", said.note);
                      }
                      return task;
                    },
                    null),
                new Interaction.Create(
                    "Provenance",
                    Interaction.Body.of(
                        Prescriptions.provenance(
                            caller, "Task/" + id, "comment-" + step.word(), said.note, now)),
                    null,
                    null,
                    member.task().path("for").path("reference").asString(""))),
            Set.of(),
            null)
        .getFirst();
  }

  /** The codes that stand, in the place of those before. */
  private static void verdict(ObjectNode task, List<String> codes) {
    ObjectNode reason = task.putObject("statusReason");
    reason.put("text", codes.isEmpty() ? "合理" : "不合理");
    for (String code : codes) {
      reason
          .withArray("coding")
          .addObject()
          .put("system", CommentCode.SYSTEM)
          .put("code", code)
          .put("display", CommentCode.title(code));
    }
  }
}
