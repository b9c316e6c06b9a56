package health.helan.pharmacy.review;

import health.helan.foundation.registry.LicenceKind;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.signature.Signatures;
import health.helan.pharmacy.review.PrescriptionStep.Party;
import health.helan.pharmacy.review.rules.CommentCode;
import health.helan.pharmacy.review.rules.Finding;
import health.helan.pharmacy.review.rules.Severity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Prescriptions under review: the doctor signs and submits, rules screen, a pharmacist passes,
 * returns or refuses; only what both have signed is effective. A prescription is the
 * MedicationRequests of one {@code groupIdentifier}, its review a Task.
 */
public final class Prescriptions {
  static final String STEP = "https://helan.health/fhir/CodeSystem/prescription-step";

  private static final String ACCOUNT = "https://helan.health/fhir/sid/account";

  private static final String MOST_OF_A_NUMBER = "100";

  /**
   * What prescriptions stand on.
   *
   * @param patience until when a pharmacist should have decided
   */
  public record Parts(
      RecordStore store,
      Registry registry,
      Signatures signatures,
      Review review,
      Duration patience,
      Clock clock) {}

  private final RecordStore store;
  private final PrescriptionLists lists;
  private final Visits visits;
  private final Registry registry;
  private final Signatures signatures;
  private final Review review;
  private final Duration patience;
  private final Clock clock;

  public Prescriptions(Parts parts) {
    store = parts.store();
    visits = new Visits(store);
    registry = parts.registry();
    signatures = parts.signatures();
    review = parts.review();
    patience = parts.patience();
    clock = parts.clock();
    lists = new PrescriptionLists(this, new TaskSearch(store), clock);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ submitting

  /**
   * Signs, screens and queues a prescription that the caller wrote. Submitting again what the
   * caller has submitted changes nothing and answers with the same Task: an answer may be lost.
   *
   * @param ids of MedicationRequests in status draft
   * @param reviewer id of the institution whose pharmacists review it
   * @return the Task
   * @throws Refusal FORBIDDEN for anybody but the prescriber in person; BUSINESS_RULE for what is
   *     no draft, or a right that is missing
   */
  public Outcome submit(Caller caller, List<String> ids, String reviewer) {
    String doctor = doctor(caller);
    List<ResourceVersion> versions = new ArrayList<>();
    List<ObjectNode> requests = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids)) {
      ResourceVersion version = store.readInFull(caller, "MedicationRequest", id);
      versions.add(version);
      requests.add(FactReader.content(version));
    }
    Outcome before = submitted(caller, requests, doctor, reviewer);
    if (before != null) {
      return before;
    }
    String patient = Review.patient(requests);
    Instant now = now();
    check(requests, doctor, caller, now);
    visits.check(caller, requests, patient, doctor, now);
    if (!registry.isOf(store, "Organization/" + reviewer, reviewer)) {
      throw new Refusal(Refusal.Kind.VALUE, "prescription.reviewer", reviewer);
    }
    Review.Screened screened = review.screen(caller, requests);
    for (ResourceVersion version : versions) {
      sign(caller, "MedicationRequest", version.id(), version.version(), doctor);
    }
    boolean isHeld = screened.findings().stream().anyMatch(one -> one.severity().holds());
    PrescriptionState state = isHeld ? PrescriptionState.HELD : PrescriptionState.WAITING;
    String hint = "Patient/" + patient;
    List<Interaction> writes = new ArrayList<>();
    String urn = urn();
    ObjectNode task = ReviewTask.task(caller, requests, versions, state, reviewer, now, patience);
    if (screened.findings().stream().anyMatch(one -> one.severity() == Severity.FORBID)) {
      PrescriptionGuard.forbid(task);
    }
    for (Finding finding : screened.findings()) {
      String issue = urn();
      writes.add(create("DetectedIssue", ReviewTask.issue(finding, hint, now), issue, hint));
      ObjectNode output = task.withArray("output").addObject();
      output.putObject("type").put("text", "finding");
      output.putObject("valueReference").put("reference", issue);
    }
    writes.addFirst(create("Task", task, urn, hint));
    for (ResourceVersion version : versions) {
      writes.add(
          new Interaction.Patch(
              "MedicationRequest",
              version.id(),
              null,
              request -> {
                mustBeDraft(request);
                PrescriptionGuard.tag(request);
                request.put("status", state.request());
                return request;
              },
              version.version()));
    }
    writes.add(create("Provenance", provenance(caller, urn, "submit", null, now), null, hint));
    return store
        .transact(caller.asPlatformOf(caller.institution()), List.copyOf(writes), Set.of(), null)
        .getFirst();
  }

  /**
   * What became of these very drugs when the same doctor submitted them to the same reviewer; null
   * where they were not.
   */
  private @Nullable Outcome submitted(
      Caller caller, List<ObjectNode> requests, String doctor, String reviewer) {
    if (requests.isEmpty() || !requests.stream().allMatch(PrescriptionGuard::isTagged)) {
      return null;
    }
    Set<String> ids = new HashSet<>();
    requests.forEach(one -> ids.add(one.path("id").asString("")));
    JsonNode number = requests.getFirst().path("groupIdentifier");
    var query =
        new SearchRequest(
            "Task",
            null,
            null,
            List.of(
                new SearchRequest.Parameter(
                    "group-identifier",
                    number.path("system").asString("") + "|" + number.path("value").asString("")),
                new SearchRequest.Parameter("code", ReviewTask.TASK_SYSTEM + "|" + ReviewTask.TASK),
                new SearchRequest.Parameter("_count", MOST_OF_A_NUMBER)),
            false);
    for (SearchResult.Entry entry : store.search(caller.asPlatform(), query).entries()) {
      ResourceVersion found = entry.resource();
      ObjectNode task = FactReader.content(found);
      Set<String> its = new HashSet<>();
      ReviewTask.requestsOf(task).forEach(one -> its.add(one[0]));
      if (ReviewTask.isOurs(task)
          && ReviewTask.doctorOf(task).equals(doctor)
          && ReviewTask.reviewerOf(task).equals(reviewer)
          && its.equals(ids)) {
        return new Outcome(
            200, "Task", found.id(), found.version(), found.updated(), found.content());
      }
    }
    return null;
  }

  private static String doctor(Caller caller) {
    String practitioner = caller.binding().practitioner();
    if (caller.isRoot() || caller.role() != Role.PRACTITIONER || practitioner.isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.in-person");
    }
    return practitioner;
  }

  private void check(List<ObjectNode> requests, String doctor, Caller caller, Instant now) {
    Set<String> numbers = new LinkedHashSet<>();
    for (ObjectNode request : requests) {
      mustBeDraft(request);
      if (!FactReader.id(request.path("requester"), "Practitioner").equals(doctor)) {
        throw new Refusal(
            Refusal.Kind.FORBIDDEN,
            "MedicationRequest.requester",
            "prescription.in-person",
            new Object[] {});
      }
      JsonNode number = request.path("groupIdentifier");
      numbers.add(number.path("system").asString("") + "|" + number.path("value").asString(""));
      registry.checkMayPrescribe(doctor, caller.institution(), now, request);
      Amounts.check(request, now);
    }
    if (numbers.size() != 1 || numbers.iterator().next().endsWith("|")) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "MedicationRequest.groupIdentifier",
          "prescription.number",
          new Object[] {});
    }
  }

  private static void mustBeDraft(ObjectNode request) {
    if (!request.path("status").asString("").equals("draft")
        || !request.path("intent").asString("").equals("order")
        || PrescriptionGuard.isTagged(request)) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE,
          "MedicationRequest.status",
          "prescription.not-draft",
          new Object[] {});
    }
  }

  /** Signs with the caller's key, unless a signature of the caller's own key is there already. */
  private void sign(Caller caller, String type, String id, int version, String practitioner) {
    if (!isSigned(caller, type, id, version, practitioner)) {
      var unused =
          signatures.sign(store, caller, new Signatures.Wish(type, id, version, null, null, null));
    }
  }

  private boolean isSigned(
      Caller caller, String type, String id, int version, String practitioner) {
    return signatures.verify(store, caller.asPlatform(), type, id, version).found().stream()
        .anyMatch(one -> one.isValid() && one.signer().equals("Practitioner/" + practitioner));
  }

  // ------------------------------------------------------------------ who

  /** A prescription as one side sees it. */
  record Member(ObjectNode task, int version, Party party) {
    String patient() {
      return FactReader.id(task.path("for"), "Patient");
    }

    @Nullable PrescriptionState state() {
      return ReviewTask.state(task);
    }
  }

  /**
   * Which side the caller is. Nobody else is told that there is such a prescription; the root is no
   * side: nobody stands in for a doctor or a pharmacist.
   *
   * @throws Refusal NOT_FOUND
   */
  Member member(Caller caller, String id) {
    ResourceVersion version;
    try {
      version = store.read(caller.asPlatform(), "Task", id);
    } catch (Refusal e) {
      throw e.kind() == Refusal.Kind.TRANSIENT ? e : missing(id);
    }
    ObjectNode task = FactReader.content(version);
    Party party = ReviewTask.isOurs(task) ? party(caller, task) : null;
    if (party == null) {
      throw missing(id);
    }
    return new Member(task, version.version(), party);
  }

  private static Refusal missing(String id) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Task", id);
  }

  @Nullable Party party(Caller caller, JsonNode task) {
    String practitioner = caller.binding().practitioner();
    if (caller.isRoot() || caller.role() != Role.PRACTITIONER || practitioner.isEmpty()) {
      return null;
    }
    if (practitioner.equals(ReviewTask.doctorOf(task))) {
      return Party.DOCTOR; // And never the pharmacist of the own prescription.
    }
    return caller.institution().equals(ReviewTask.reviewerOf(task)) && isPharmacist(caller)
        ? Party.PHARMACIST
        : null;
  }

  PrescriptionLists lists() {
    return lists;
  }

  Lots lots() {
    return review.lots();
  }

  boolean isPharmacist(Caller caller) {
    return registry.holds(caller.binding().practitioner(), LicenceKind.PHARMACIST, now());
  }

  // ------------------------------------------------------------------ steps

  /**
   * What is said with a step.
   *
   * @param reason why; null for none
   * @param code of {@link OverrideReason} for an override; of comment codes for a return or refusal
   */
  public record Said(@Nullable String reason, @Nullable String code) {}

  /**
   * Takes a step.
   *
   * @param ifMatch version of the Task that the caller has seen; null for any
   * @return the Task as it is then
   */
  public Outcome take(
      Caller caller, String id, PrescriptionStep step, Said said, @Nullable Integer ifMatch) {
    Member member = member(caller, id);
    PrescriptionState state = member.state();
    // First, so that whoever may not at all learns nothing by a fault in what was sent.
    var unused = step.take(member.party(), state, isOver(member.task()));
    mustHold(caller, member.task(), step);
    if (said.reason != null) {
      var unusedReason = ReviewOperations.reason(said.reason);
    } else if (step.wantsReason()) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "review.parameter-missing", new Object[] {"reason"});
    }
    if (said.code != null
        && step.takenBy() == Party.PHARMACIST
        && !CommentCode.all().contains(said.code)) {
      throw ReviewOperations.wrong("code");
    }
    String practitioner = caller.binding().practitioner();
    Instant now = now();
    registry.checkMayWork(practitioner, caller.institution(), now);
    String opinion = null;
    switch (step) {
      case OVERRIDE -> override(caller, member, said, practitioner, now);
      case PASS, RETURN, REFUSE -> opinion = opinion(caller, member, step, said, now);
      case TAKE, GIVE_BACK, WITHDRAW -> {}
    }
    return write(caller, member, id, step, said, opinion, ifMatch, now);
  }

  /** Who has taken it goes on with it. */
  private static void mustHold(Caller caller, JsonNode task, PrescriptionStep step) {
    boolean isTakers =
        switch (step) {
          case GIVE_BACK, PASS, RETURN, REFUSE -> true;
          case OVERRIDE, TAKE, WITHDRAW -> false;
        };
    String holder = FactReader.id(task.path("owner"), "Practitioner");
    if (isTakers && !holder.equals(caller.binding().practitioner())) {
      throw new Refusal(Refusal.Kind.CONFLICT, "prescription.taken-by-another");
    }
  }

  /** The second signature: over the versions that were signed first, with the reason. */
  private void override(Caller caller, Member member, Said said, String practitioner, Instant now) {
    if (PrescriptionGuard.isForbidden(member.task)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "prescription.forbidden");
    }
    OverrideReason code = OverrideReason.of(said.code == null ? "" : said.code);
    if (code == null) {
      throw ReviewOperations.wrong("code");
    }
    ObjectNode reason = Json.MAPPER.createObjectNode();
    reason
        .putArray("coding")
        .addObject()
        .put("system", "https://helan.health/fhir/CodeSystem/prescription-override-reason")
        .put("code", code.code());
    reason.put("text", said.reason);
    for (String[] one : ReviewTask.requestsOf(member.task)) {
      int current = store.read(caller.asPlatform(), "MedicationRequest", one[0]).version();
      var unused =
          signatures.sign(
              store,
              caller,
              new Signatures.Wish("MedicationRequest", one[0], current, null, reason, null));
      if (!isSigned(caller, "MedicationRequest", one[0], current, practitioner)) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "prescription.unsigned");
      }
    }
  }

  /**
   * The pharmacist's word as a document of the reviewing institution, signed. Written before the
   * step: a step without it never happens; a document without its step says nothing by itself.
   *
   * @return its reference
   */
  private String opinion(
      Caller caller, Member member, PrescriptionStep step, Said said, Instant now) {
    String practitioner = caller.binding().practitioner();
    if (step == PrescriptionStep.PASS) {
      for (String[] one : ReviewTask.requestsOf(member.task)) {
        if (!isSigned(
            caller,
            "MedicationRequest",
            one[0],
            Integer.parseInt(one[1]),
            ReviewTask.doctorOf(member.task))) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "prescription.unsigned");
        }
      }
    }
    ObjectNode composition = Json.MAPPER.createObjectNode().put("resourceType", "Composition");
    PrescriptionGuard.tag(composition);
    composition.put("status", "final");
    composition.putObject("type").put("text", "处方审核意见");
    composition.putObject("subject").put("reference", "Patient/" + member.patient());
    composition.put("date", now.toString());
    composition.putArray("author").addObject().put("reference", "Practitioner/" + practitioner);
    composition.put("title", "处方审核意见：" + title(step));
    composition.putObject("custodian").put("reference", "Organization/" + caller.institution());
    ObjectNode section = composition.putArray("section").addObject();
    section.put("title", title(step));
    ObjectNode code = section.putObject("code");
    code.putArray("coding").addObject().put("system", STEP).put("code", step.word());
    String text =
        title(step)
            + (said.code == null ? "" : " " + said.code + " " + CommentCode.title(said.code))
            + (said.reason == null ? "" : "：" + said.reason);
    section
        .putObject("text")
        .put("status", "additional")
        .put(
            "div",
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>"
                + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                + "</p></div>");
    for (String[] one : ReviewTask.requestsOf(member.task)) {
      section
          .withArray("entry")
          .addObject()
          .put("reference", "MedicationRequest/" + one[0] + "/_history/" + one[1]);
    }
    Outcome written =
        store
            .transact(
                caller.asPlatformOf(caller.institution()),
                List.of(create("Composition", composition, urn(), "Patient/" + member.patient())),
                Set.of(),
                null)
            .getFirst();
    sign(caller, "Composition", written.id(), written.version(), practitioner);
    return "Composition/" + written.id() + "/_history/" + written.version();
  }

  private static String title(PrescriptionStep step) {
    return switch (step) {
      case PASS -> "审核通过";
      case RETURN -> "退回医师";
      case REFUSE -> "拒绝调配";
      default -> step.word();
    };
  }

  private Outcome write(
      Caller caller,
      Member member,
      String id,
      PrescriptionStep step,
      Said said,
      @Nullable String opinion,
      @Nullable Integer ifMatch,
      Instant now) {
    List<Interaction> writes = new ArrayList<>();
    writes.add(
        new Interaction.Patch(
            "Task",
            id,
            null,
            task -> {
              PrescriptionState to =
                  step.take(member.party(), ReviewTask.state(task), isOver(task));
              mustHold(caller, task, step); // Under the row's lock: two may have pressed at once.
              ReviewTask.change(task, step, to, caller);
              task.put("lastModified", now.toString());
              if (step == PrescriptionStep.OVERRIDE) {
                ReviewTask.deadline(task, now, patience); // The pharmacist's time begins now.
              }
              if (said.reason != null) {
                task.putObject("statusReason").put("text", said.reason);
                if (said.code != null && step.takenBy() == Party.PHARMACIST) {
                  task.withObject("/statusReason")
                      .putArray("coding")
                      .addObject()
                      .put("system", CommentCode.SYSTEM)
                      .put("code", said.code);
                }
              }
              if (opinion != null) {
                ObjectNode output = task.withArray("output").addObject();
                output.putObject("type").put("text", "opinion");
                output.putObject("valueReference").put("reference", opinion);
              }
              return task;
            },
            ifMatch));
    String status = step.to().request();
    for (String[] one : ReviewTask.requestsOf(member.task())) {
      patchRequest(writes, one[0], request -> request.put("status", status));
    }
    if (step == PrescriptionStep.OVERRIDE) {
      for (JsonNode output : member.task().path("output")) {
        String issue = FactReader.id(output.path("valueReference"), "DetectedIssue");
        if (!issue.isEmpty()) {
          writes.add(
              new Interaction.Patch(
                  "DetectedIssue",
                  issue,
                  null,
                  resource -> {
                    ObjectNode mitigation = resource.putArray("mitigation").addObject();
                    mitigation.putObject("action").put("text", said.reason);
                    mitigation.put("date", now.toString());
                    mitigation
                        .putObject("author")
                        .put("reference", "Practitioner/" + caller.binding().practitioner());
                    return resource;
                  },
                  null));
        }
      }
    }
    writes.add(
        create(
            "Provenance",
            provenance(caller, "Task/" + id, step.word(), said.reason, now),
            null,
            "Patient/" + member.patient()));
    return store
        .transact(
            // Whose it is: by the answer of another institution no grant would open.
            caller.asPlatformOf(ReviewTask.prescriberOf(member.task())),
            List.copyOf(writes),
            Set.of(),
            null)
        .getFirst();
  }

  private static void patchRequest(
      List<Interaction> writes, String id, Consumer<ObjectNode> change) {
    writes.add(
        new Interaction.Patch(
            "MedicationRequest",
            id,
            null,
            request -> {
              change.accept(request);
              return request;
            },
            null));
  }

  // ------------------------------------------------------------------ reading

  /** Whether it should have been decided by now, and still can be. */
  boolean isLate(Member member) {
    return ReviewTask.isLate(member.task(), now());
  }

  /** Whether its time went by before it was decided: then the doctor submits anew. */
  boolean isOver(JsonNode task) {
    return ReviewTask.isOver(task, now());
  }

  /** Whether the side may take the step now. */
  boolean isOpen(Member member, PrescriptionStep step) {
    PrescriptionState state = member.state();
    boolean isForbidden =
        step == PrescriptionStep.OVERRIDE && PrescriptionGuard.isForbidden(member.task());
    return state != null
        && !isForbidden
        && step.isOpen(member.party(), state, isOver(member.task()));
  }

  /** A part of a prescription, for its members. */
  ObjectNode part(Caller caller, String type, String id) {
    return FactReader.content(store.read(caller.asPlatform(), type, id));
  }

  // ------------------------------------------------------------------ small things

  private static String urn() {
    return "urn:uuid:" + UUID.randomUUID();
  }

  private static Interaction create(
      String type, ObjectNode resource, @Nullable String fullUrl, String hint) {
    return new Interaction.Create(type, Interaction.Body.of(resource), null, fullUrl, hint);
  }

  static ObjectNode provenance(
      Caller caller, String target, String activity, @Nullable String reason, Instant now) {
    ObjectNode provenance = Json.MAPPER.createObjectNode().put("resourceType", "Provenance");
    provenance.putArray("target").addObject().put("reference", target);
    provenance.put("recorded", now.toString());
    if (reason != null) {
      provenance.putArray("reason").addObject().put("text", reason);
    }
    provenance
        .putObject("activity")
        .putArray("coding")
        .addObject()
        .put("system", STEP)
        .put("code", activity);
    ObjectNode agent = provenance.putArray("agent").addObject();
    ObjectNode who = agent.putObject("who");
    who.put("reference", "Practitioner/" + caller.binding().practitioner());
    who.putObject("identifier").put("system", ACCOUNT).put("value", caller.subject());
    agent.putObject("onBehalfOf").put("reference", "Organization/" + caller.institution());
    return provenance;
  }
}
