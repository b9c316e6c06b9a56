package health.helan.care.visit;

import health.helan.care.visit.rules.EligibilityRule;
import health.helan.care.visit.rules.Facts;
import health.helan.care.visit.rules.Verdict;
import health.helan.foundation.registry.OnlineStanding;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.terminology.Terminology;
import health.helan.foundation.trust.account.Presence;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.foundation.trust.signature.Signatures;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Visits on line, from the application to the end. Each step is one transaction with its
 * Provenance; who may take it, {@link VisitStep} says. Thread-safe; one per application instance.
 */
public final class Visits implements Erasable, AutoCloseable {
  static final String STEP = "https://helan.health/fhir/CodeSystem/visit-step";
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  private static final Logger LOG = LoggerFactory.getLogger(Visits.class);
  private static final int SHORTEST = 2;
  private static final int LONGEST_COMPLAINT = 2_000;
  private static final int LONGEST_REASON = 500;

  /** A message may come in while a visit ends; then it ends a moment later. */
  private static final int ATTEMPTS = 5;

  /** What nobody goes on with ends after so long. Ours; the guide says so. */
  static final Duration PATIENCE = Duration.ofHours(48);

  /**
   * What visits stand on.
   *
   * @param signatures over consents and notes
   * @param objects where pictures and recordings lie
   * @param turn servers that help calls through walls
   * @param presence that the doctor is there in person
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      Registry registry,
      Terminology terminology,
      Signatures signatures,
      ObjectStore objects,
      Calls.Turn turn,
      Presence presence,
      Clock clock) {}

  final RecordStore store;
  final VisitTable table;
  final Signatures signatures;
  private final Registry registry;
  private final Presence presence;
  private final Clock clock;
  private final Live live;
  private final Evidence evidence;
  private final Notes notes;
  private final Addenda addenda;
  private final Conversations conversations;
  private final Diagnoses diagnoses;
  private final Calls calls;
  private final Recordings recordings;

  public Visits(Parts parts) {
    store = parts.store();
    table = new VisitTable(new Sql(parts.database()), parts.codec());
    signatures = parts.signatures();
    registry = parts.registry();
    presence = parts.presence();
    clock = parts.clock();
    live = new Live(table);
    evidence = new Evidence(store);
    diagnoses = new Diagnoses(parts.terminology());
    notes = new Notes(this);
    addenda = new Addenda(this);
    conversations = new Conversations(this, table, parts.objects());
    calls = new Calls(this, table, parts.codec(), parts.turn());
    recordings = new Recordings(this, table, parts.objects());
  }

  public Conversations conversations() {
    return conversations;
  }

  /**
   * Visits on line of an institution that nobody has ended.
   *
   * @param waiting found eligible, and not begun
   * @param talking begun
   */
  public record Open(int waiting, int talking) {}

  /** By institution; those without are left out. */
  public java.util.Map<String, Open> open() {
    return table.open();
  }

  public Diagnoses diagnoses() {
    return diagnoses;
  }

  Calls calls() {
    return calls;
  }

  /** Also whose objects the sweep of the object store spares. */
  public Recordings recordings() {
    return recordings;
  }

  Notes notes() {
    return notes;
  }

  Addenda addenda() {
    return addenda;
  }

  Live live() {
    return live;
  }

  /** The moment of an act: whole milliseconds, as what is stored has them. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ who

  /** A caller who belongs to a visit. */
  record Member(VisitTable.Row row, Party party) {}

  /**
   * Which side of a visit the caller is. Nobody else is told that there is such a visit, and the
   * root is no side: nobody stands in for a doctor.
   *
   * @throws Refusal NOT_FOUND
   */
  Member member(Caller caller, String id) {
    VisitTable.Row row = table.find(id);
    Party party = row == null ? null : party(caller, row);
    if (row == null || party == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Encounter", id);
    }
    // What is said lies beside the records: reading it is reading of this resident all the same.
    AccessTrail.noteAsked(row.patient());
    return new Member(row, party);
  }

  private @Nullable Party party(Caller caller, VisitTable.Row row) {
    if (caller.isRoot()) {
      return null;
    }
    if (caller.role() == Role.RESIDENT) {
      return digests(caller).contains(row.patient()) ? Party.RESIDENT : null;
    }
    boolean isTheDoctor =
        caller.role() == Role.PRACTITIONER
            && caller.binding().practitioner().equals(row.practitioner())
            && caller.institution().equals(row.institution());
    return isTheDoctor ? Party.DOCTOR : null;
  }

  private List<Long> digests(Caller caller) {
    return caller.binding().patients().stream().map(this::digest).toList();
  }

  private long digest(String patient) {
    return store.parameters().digests().reference("Patient", patient);
  }

  /** The visit as its Encounter says it; for members, whom {@link #member} has found. */
  Visit read(Caller caller, String id) {
    return Visit.of(content(store.read(caller.asPlatform(), "Encounter", id)));
  }

  static ObjectNode content(ResourceVersion version) {
    return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  // ------------------------------------------------------------------ lists

  /**
   * Visits of the caller: a resident's own, the last first; a doctor's, the longest waiting first.
   */
  List<Member> list(Caller caller, boolean past, @Nullable Instant before, int most) {
    Instant until = before == null ? now().plusSeconds(60) : before;
    List<VisitTable.Row> rows;
    if (caller.role() == Role.RESIDENT && !caller.isRoot()) {
      List<Long> own = digests(caller);
      rows = own.isEmpty() ? List.of() : table.ofPatients(own, until, most);
    } else if (!caller.binding().practitioner().isEmpty()) {
      String doctor = caller.binding().practitioner();
      String at = caller.institution();
      rows = past ? table.pastOfDoctor(doctor, at, until, most) : table.ofDoctor(doctor, at, most);
    } else {
      rows = List.of();
    }
    List<Member> members = new ArrayList<>();
    for (VisitTable.Row row : rows) {
      Party party = party(caller, row);
      if (party != null) {
        members.add(new Member(row, party));
      }
    }
    return members;
  }

  // ------------------------------------------------------------------ applying

  /**
   * What a resident asks for.
   *
   * @param patient id; one of those that the account is bound to
   * @param role id of the PractitionerRole
   * @param proof reference of the Condition or Encounter that shows the diagnosis made before
   * @param complaint in the resident's words
   */
  public record Application(String patient, String role, String proof, String complaint) {}

  /**
   * Applies for a visit: the visit, and the consent to be signed.
   *
   * @return the Encounter
   * @throws Refusal NOT_FOUND for a resident who is not the caller's; BUSINESS_RULE naming the rule
   *     that does not hold; CONFLICT where a visit with this doctor is open already
   */
  public Outcome apply(Caller caller, Application asked) {
    if (caller.isRoot() || caller.role() != Role.RESIDENT) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.not-your-step", VisitStep.APPLY.word());
    }
    if (!caller.binding().patients().contains(asked.patient)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", asked.patient);
    }
    String complaint = text(asked.complaint, SHORTEST, LONGEST_COMPLAINT, "visit.complaint-length");
    Instant now = now();
    Evidence.Proof proof = evidence.proof(caller, asked.patient, asked.proof);
    OnlineStanding standing = registry.online(asked.role, now);
    Facts facts = facts(caller, asked.patient, proof, standing, now, Facts.Consent.ABSENT);
    for (EligibilityRule rule : EligibilityRule.values()) {
      if (rule != EligibilityRule.CONSENT) {
        judge(rule, facts);
      }
    }
    // Both are there: the rules have seen them.
    Evidence.Proof shown = Objects.requireNonNull(proof);
    OnlineStanding doctor = Objects.requireNonNull(standing);
    String encounter = urn();
    String consent = urn();
    Visit visit =
        Visit.begun(
            new Visit.Asked(
                asked.patient,
                asked.role,
                doctor.practitioner(),
                doctor.department(),
                complaint,
                asked.proof,
                shown.condition(),
                shown.diagnosis(),
                shown.labels(),
                Fee.fen(content(store.read(caller.asPlatform(), "PractitionerRole", asked.role)))),
            consent);
    visit.take(VisitStep.APPLY, Party.RESIDENT, now);
    String patient = "Patient/" + asked.patient;
    return store
        .transact(
            caller.asPlatformOf(doctor.institution()),
            List.of(
                create("Encounter", visit.encounter, encounter, patient),
                create("Consent", consent(asked.patient, doctor, now), consent, patient),
                create(
                    "Provenance",
                    provenance(caller, encounter, VisitStep.APPLY.word(), null, now),
                    null,
                    patient)),
            Set.of(),
            null)
        .getFirst();
  }

  private static ObjectNode consent(String patient, OnlineStanding doctor, Instant now) {
    ObjectNode consent = Json.MAPPER.createObjectNode().put("resourceType", "Consent");
    Kept.RECORD.tag(consent);
    consent.put("status", "active");
    consent
        .putObject("scope")
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/consentscope")
        .put("code", "treatment");
    consent
        .putArray("category")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", Notes.LOINC)
        .put("code", "59284-0");
    consent.putObject("patient").put("reference", "Patient/" + patient);
    consent.put("dateTime", now.toString());
    consent.putArray("performer").addObject().put("reference", "Patient/" + patient);
    consent
        .putArray("organization")
        .addObject()
        .put("reference", "Organization/" + doctor.institution());
    // In the document itself, so that the signature is over the very words.
    consent
        .putObject("sourceAttachment")
        .put("contentType", "text/plain; charset=utf-8")
        .put("language", "zh-CN")
        .put(
            "data",
            Base64.getEncoder()
                .encodeToString(ConsentText.CHINESE.getBytes(StandardCharsets.UTF_8)))
        .put("title", "互联网复诊知情同意书");
    consent.putArray("policy").addObject().put("uri", ConsentText.URI);
    return consent;
  }

  private Facts facts(
      Caller caller,
      String patient,
      Evidence.@Nullable Proof proof,
      @Nullable OnlineStanding doctor,
      Instant now,
      Facts.Consent consent) {
    Evidence.Person person = evidence.person(caller, patient);
    return new Facts(
        now.atZone(BEIJING).toLocalDate(),
        person.birth(),
        person.died(),
        evidence.isGuardian(caller, patient),
        proof == null ? null : proof.fact(),
        doctor == null
            ? null
            : new Facts.Doctor(
                doctor.licensed(),
                doctor.placed(),
                doctor.online(),
                doctor.experienced(),
                doctor.served()),
        consent);
  }

  private static void judge(EligibilityRule rule, Facts facts) {
    if (rule.judge(facts) instanceof Verdict.Refuse refusal) {
      throw new Refusal(
          Refusal.Kind.BUSINESS_RULE, refusal.messageKey(), refusal.arguments().toArray());
    }
  }

  // ------------------------------------------------------------------ steps

  /**
   * Takes a step of a visit that is there. Again, once it is taken, has no effect.
   *
   * @param said why; null for nothing
   * @return the Encounter as it is then
   * @throws Refusal PROOF where a doctor accepts or begins who was not there in person of late:
   *     others may not stand in for a doctor (互联网诊疗监管细则, 2022)
   */
  public Outcome take(Caller caller, String id, VisitStep step, @Nullable String said) {
    Member member = member(caller, id);
    Visit visit = read(caller, id);
    if (member.party() == step.takenBy() && isTaken(visit, step)) {
      return outcome(store.read(caller.asPlatform(), "Encounter", id));
    }
    // First, so that whoever may not at all learns nothing by a fault in what was sent.
    var unused = step.take(member.party(), visit.state());
    String reason = reason(step, said);
    return switch (step) {
      case CONFIRM -> {
        mayConfirm(caller, visit);
        yield write(caller, member, step, reason, null, _ -> {});
      }
      case ACCEPT, BEGIN -> {
        presence.check(caller);
        mayTreat(visit);
        if (visit.isFeeOpen()) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "visit.fee-open", Fee.yuan(visit.fen()));
        }
        yield write(caller, member, step, reason, null, _ -> {});
      }
      case CLOSE, REFER_OFFLINE -> end(caller, member, step, reason);
      case WITHDRAW, DECLINE -> refund(caller, member, step, reason);
      case APPLY, LAPSE ->
          throw new Refusal(Refusal.Kind.FORBIDDEN, "visit.not-your-step", step.word());
    };
  }

  // ------------------------------------------------------------------ what it costs

  /** Whether the Encounter is a visit on line. */
  public static boolean isVisit(ObjectNode encounter) {
    return Visit.is(encounter);
  }

  /**
   * What a visit costs, and where it stands with that.
   *
   * @param patient id
   * @param institution id of the Organization that it is for
   * @param isOpen whether the visit waits for its fee
   * @param isOwedBack whether what was paid is to be given back
   * @param until when the visit lapses if nobody goes on with it
   */
  public record Bill(
      String patient,
      String institution,
      long fen,
      boolean isOpen,
      boolean isPaid,
      boolean isOwedBack,
      boolean hasEnded,
      Instant until) {}

  /**
   * @return null for an Encounter that is no visit on line
   * @throws Refusal as reading the Encounter throws
   */
  public @Nullable Bill bill(Caller caller, String id) {
    ObjectNode encounter = content(store.read(caller, "Encounter", id));
    VisitTable.Row row = table.find(id);
    if (row == null || !Visit.is(encounter)) {
      return null;
    }
    Visit visit = Visit.of(encounter);
    return new Bill(
        visit.patient(),
        row.institution(),
        visit.fen(),
        visit.isFeeOpen(),
        visit.isPaid(),
        visit.isRefundDue(),
        row.state().isFinal(),
        row.entered().plus(PATIENCE));
  }

  /**
   * The fee is there: the visit goes to its doctor. Again, it has no effect.
   *
   * @throws Refusal BUSINESS_RULE where it waits for no fee, as one that has lapsed
   */
  public void settle(Caller caller, String id) {
    VisitTable.Row row = table.find(id);
    if (row == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Encounter", id);
    }
    if (read(caller, id).isPaid()) {
      return;
    }
    Instant now = now();
    var unused =
        store.transact(
            caller.asPlatformOf(row.institution()),
            List.of(
                new Interaction.Patch(
                    "Encounter",
                    id,
                    null,
                    resource -> {
                      Visit.of(resource).pay(now);
                      return resource;
                    },
                    null),
                create(
                    "Provenance",
                    provenance(caller, "Encounter/" + id, "settle", null, now),
                    null,
                    null)),
            Set.of(),
            null);
    live.changed(id);
  }

  private static boolean isTaken(Visit visit, VisitStep step) {
    VisitState state = visit.state();
    return step != VisitStep.APPLY
        && state == step.to()
        && (state != VisitState.REFUNDED || visit.isRefundedBy(step));
  }

  private void mayConfirm(Caller caller, Visit visit) {
    Instant now = now();
    Evidence.Proof proof = evidence.proof(caller, visit.patient(), visit.proof());
    OnlineStanding standing = registry.online(visit.role(), now);
    Facts.Consent consent = evidence.consent(caller, visit.consent(), signatures);
    Facts facts = facts(caller, visit.patient(), proof, standing, now, consent);
    for (EligibilityRule rule : EligibilityRule.values()) {
      judge(rule, facts);
    }
  }

  /** A licence may end between two steps: the doctor's rules are asked again at each. */
  void mayTreat(Visit visit) {
    Instant now = now();
    OnlineStanding standing = registry.online(visit.role(), now);
    Facts facts =
        new Facts(
            now.atZone(BEIJING).toLocalDate(),
            null,
            false,
            false,
            null,
            standing == null
                ? null
                : new Facts.Doctor(
                    standing.licensed(),
                    standing.placed(),
                    standing.online(),
                    standing.experienced(),
                    standing.served()),
            Facts.Consent.ABSENT);
    for (EligibilityRule rule : OF_DOCTOR) {
      judge(rule, facts);
    }
  }

  private static final List<EligibilityRule> OF_DOCTOR =
      List.of(
          EligibilityRule.LICENSED_DOCTOR,
          EligibilityRule.PLACE_OF_PRACTICE,
          EligibilityRule.APPROVED_FOR_ONLINE,
          EligibilityRule.THREE_YEARS_OF_PRACTICE,
          EligibilityRule.LICENSED_SERVICE);

  private Outcome refund(Caller caller, Member member, VisitStep step, @Nullable String reason) {
    return write(caller, member, step, reason, null, visit -> visit.refund(step, now()));
  }

  /** Ends a consultation: what was said until then is sealed by its digest. */
  private Outcome end(Caller caller, Member member, VisitStep step, @Nullable String reason) {
    String id = member.row().id();
    for (int attempt = 1; ; attempt++) {
      VisitTable.Row row = Objects.requireNonNull(table.find(id));
      ResourceVersion current = store.read(caller.asPlatform(), "Encounter", id);
      Visit before = Visit.of(content(current));
      List<String> conditions = step == VisitStep.CLOSE ? notes.signed(caller, before) : List.of();
      if (step == VisitStep.CLOSE) {
        mayTreat(before);
      }
      try {
        return write(
            caller,
            member,
            step,
            reason,
            current.version(),
            visit -> {
              visit.conversation(row.last(), HexFormat.of().formatHex(row.chain()));
              // Not to be treated on line is not what was paid for, whenever the doctor finds it
              // out.
              if (step == VisitStep.REFER_OFFLINE) {
                visit.refund(step, now());
              }
              visit.diagnoses(conditions);
            });
      } catch (Refusal e) {
        boolean isOvertaken =
            e.kind() == Refusal.Kind.PRECONDITION
                || e.messageKey().equals("visit.message-meanwhile");
        if (!isOvertaken || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Outcome write(
      Caller caller,
      Member member,
      VisitStep step,
      @Nullable String reason,
      @Nullable Integer version,
      Consumer<Visit> more) {
    Instant now = now();
    String id = member.row().id();
    Outcome outcome =
        store
            .transact(
                caller.asPlatform(),
                List.of(
                    new Interaction.Patch(
                        "Encounter",
                        id,
                        null,
                        resource -> {
                          Visit visit = Visit.of(resource);
                          visit.take(step, member.party(), now);
                          more.accept(visit);
                          return resource;
                        },
                        version),
                    create(
                        "Provenance",
                        provenance(caller, "Encounter/" + id, step.word(), reason, now),
                        null,
                        null)),
                Set.of(),
                null)
            .getFirst();
    live.changed(id);
    return outcome;
  }

  private static @Nullable String reason(VisitStep step, @Nullable String reason) {
    if (reason == null || reason.isBlank()) {
      if (step.wantsReason()) {
        throw new Refusal(Refusal.Kind.INVALID, "visit.parameter-missing", "reason");
      }
      return null;
    }
    return text(reason, SHORTEST, LONGEST_REASON, "visit.reason-length");
  }

  static String text(@Nullable String text, int shortest, int longest, String messageKey) {
    String stripped = text == null ? "" : text.strip();
    if (stripped.length() < shortest || stripped.length() > longest) {
      throw new Refusal(Refusal.Kind.VALUE, messageKey, shortest, longest);
    }
    return stripped;
  }

  static Outcome outcome(ResourceVersion version) {
    return new Outcome(
        200, version.type(), version.id(), version.version(), version.updated(), version.content());
  }

  // ------------------------------------------------------------------ the watch

  /**
   * Ends what nobody has gone on with for {@link #PATIENCE}.
   *
   * @return how many it ended
   */
  public int lapse() {
    int ended = 0;
    Caller watch = Caller.platform("visit-watch");
    for (VisitTable.Row row : table.waiting(now().minus(PATIENCE), 100)) {
      try {
        var unused =
            write(
                watch,
                new Member(row, Party.PLATFORM),
                VisitStep.LAPSE,
                null,
                null,
                visit -> visit.refund(VisitStep.LAPSE, now()));
        ended++;
      } catch (Refusal e) {
        // Somebody went on with it meanwhile, or another instance was first.
        LOG.debug("A visit did not lapse: {}", e.messageKey());
      }
    }
    return ended;
  }

  // ------------------------------------------------------------------ what is written

  static String urn() {
    return "urn:uuid:" + UUID.randomUUID();
  }

  static Interaction create(
      String type, ObjectNode resource, @Nullable String fullUrl, @Nullable String hint) {
    return new Interaction.Create(type, Interaction.Body.of(resource), null, fullUrl, hint);
  }

  static ObjectNode provenance(
      Caller caller, String target, String activity, @Nullable String reason, Instant now) {
    ObjectNode provenance = ProvenanceJson.of(caller, List.of(target), STEP, activity, reason, now);
    if (caller.role() == Role.PRACTITIONER) {
      ProvenanceJson.agent(provenance)
          .withObject("/who")
          .put("reference", "Practitioner/" + caller.binding().practitioner());
    }
    return provenance;
  }

  /** Puts on a part of a visit what the visit's Encounter is labelled with. */
  static void labelLike(ObjectNode resource, Visit visit) {
    JsonNode labels = visit.encounter.path("meta").path("security");
    if (!labels.isEmpty()) {
      resource.withObject("/meta").set("security", labels.deepCopy());
    }
  }

  @Override
  public void erase(long subject) {
    recordings.erase(subject);
    table.erase(subject);
  }

  @Override
  public void close() {
    live.close();
  }
}
