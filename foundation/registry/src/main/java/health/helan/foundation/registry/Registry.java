package health.helan.foundation.registry;

import health.helan.foundation.registry.operations.RegistryOperations;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.WriteFollower;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The provider registry: steps of licences and places of practice, each one transaction with its
 * Provenance; and the answer to whether somebody may act ({@link Licences}). What it says stands in
 * the resources; the rows that acts are checked against follow in the transaction that writes them.
 */
public final class Registry {
  /** Codes of the national list of clinical departments (医疗机构诊疗科目名录). */
  public static final String SPECIALTY = "https://helan.health/fhir/CodeSystem/clinical-specialty";

  public static final String STEP = "https://helan.health/fhir/CodeSystem/registry-step";

  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
  private static final int SHORTEST = 4;
  private static final int LONGEST = 500;

  private final DataSource database;
  private final Clock clock;
  private final Standing standing;

  /**
   * @param unregistered what is done with acts of practitioners that the registry does not know
   */
  public Registry(DataSource database, Clock clock, Unregistered unregistered) {
    this.database = database;
    this.clock = clock;
    standing = new Standing(unregistered);
  }

  /** Acts of practitioners that the registry does not know. */
  public enum Unregistered {
    /** Pass, and are counted: a region whose registry is being filled. */
    WARN,
    REFUSE
  }

  public Clock clock() {
    return clock;
  }

  public DataSource database() {
    return database;
  }

  public Listing listing() {
    return new Listing(database);
  }

  public Finder finder() {
    return new Finder(database);
  }

  public Licences licences() {
    return standing;
  }

  /** What follows from writes; one of those that the store is opened with. */
  public WriteFollower follower() {
    return new Following(new Prescribing(standing));
  }

  /**
   * Makes the registry's rows of resources that were written before there was a registry; once in
   * the life of a database, beside everybody's work.
   *
   * @return of how many resources; 0 where it was done before
   */
  public long makeOnce(RecordStore store) {
    return new Making(database, store, clock).once();
  }

  public List<FhirOperation> operations() {
    return RegistryOperations.all(this);
  }

  /**
   * What is registered of a place of practice for care online.
   *
   * @param post id of the PractitionerRole
   * @param at when it is asked for
   * @return null for a place that nobody filed
   */
  public @Nullable OnlineStanding online(String post, Instant at) {
    return ask(connection -> OnlineStanding.of(connection, post, at));
  }

  /**
   * Since when somebody has practised as a doctor: when a licence to prescribe by first held.
   *
   * @param practitioner id
   * @return null where the registry does not know: that makes nobody a beginner
   */
  public @Nullable Instant practisedSince(String practitioner) {
    List<String> kinds =
        Arrays.stream(LicenceKind.values())
            .filter(LicenceKind::prescribes)
            .map(LicenceKind::code)
            .toList();
    return ask(
        connection -> RegistryTable.heldSince(connection, "Practitioner/" + practitioner, kinds));
  }

  // ------------------------------------------------------------------ steps

  /**
   * Files a licence: a new one, or again one that is not verified yet.
   *
   * @param type Practitioner, Organization or HealthcareService
   * @param ifMatch version that the resource must have; null for any
   * @throws Refusal PRECONDITION when it has another by now
   */
  public Outcome file(
      RecordStore store,
      Caller caller,
      String type,
      String id,
      Licence.Filing filing,
      @Nullable String reason,
      @Nullable Integer ifMatch) {
    // First, so that whoever may not at all learns nothing by a fault in what was sent.
    LicenceStep.FILE.take(caller, LicenceState.UNFILED);
    if (!filing.kind().type().equals(type)) {
      throw Faults.of(
          Refusal.Kind.VALUE, "kind", "registry.kind-of-other", filing.kind().code(), type);
    }
    if (filing.start() != null && filing.end() != null && filing.end().isBefore(filing.start())) {
      throw Faults.wrong("end");
    }
    store.read(caller, type, id);
    String institution = mayFile(store, caller, type, id);
    asked(
        connection -> {
          if (RegistryTable.otherHolder(connection, filing.number(), type + "/" + id) != null) {
            throw Faults.of(Refusal.Kind.CONFLICT, "number", "registry.number-taken");
          }
        });
    String why = reason(reason);
    return change(
        store,
        caller,
        type,
        id,
        LicenceStep.FILE.word(),
        why,
        filing.number(),
        ifMatch,
        resource -> {
          Licence licence = find(resource, filing.number());
          if (licence == null) {
            licence = Licence.add(resource, filing);
          }
          licence.take(
              LicenceStep.FILE,
              caller,
              new Licence.Asked(why, null, null, null, institution),
              now());
          licence.file(filing);
        });
  }

  /**
   * Takes a step of a licence that is filed.
   *
   * @param number which; null where the resource has but one
   * @param ifMatch version that the resource must have; null for any
   * @throws Refusal PRECONDITION when it has another by now
   */
  public Outcome take(
      RecordStore store,
      Caller caller,
      LicenceStep step,
      String type,
      String id,
      @Nullable String number,
      Licence.Asked asked,
      @Nullable Integer ifMatch) {
    store.read(caller, type, id);
    String why = reason(asked.reason());
    return change(
        store,
        caller,
        type,
        id,
        step.word(),
        why,
        number,
        ifMatch,
        resource -> {
          Licence licence;
          if (number != null) {
            licence = find(resource, number);
          } else {
            List<Licence> all = Licence.of(resource);
            if (all.size() > 1) {
              throw Faults.missing("number");
            }
            licence = all.isEmpty() ? null : all.getFirst();
          }
          if (licence == null) {
            // As one that is in no state a step could start from.
            step.take(caller, LicenceState.UNFILED);
            throw new Refusal(Refusal.Kind.NOT_FOUND, "registry.no-such-licence");
          }
          licence.take(
              step,
              caller,
              new Licence.Asked(why, asked.end(), asked.passed(), asked.due(), ""),
              now());
        });
  }

  /**
   * Takes a step of a place of practice.
   *
   * @param ifMatch version that the resource must have; null for any
   * @throws Refusal PRECONDITION when it has another by now
   */
  public Outcome take(
      RecordStore store,
      Caller caller,
      SiteStep step,
      String id,
      Site.Asked asked,
      @Nullable Integer ifMatch) {
    store.read(caller, "PractitionerRole", id);
    String why = reason(asked.reason());
    ObjectNode now = read(store, id);
    String practitioner = RegistryTable.id(now.path("practitioner"), "Practitioner");
    if (isOfInstitution(caller)) {
      boolean mayTake =
          step == SiteStep.AGREE
              ? isMain(practitioner, caller.institution())
              : caller
                  .institution()
                  .equals(
                      institutionOf(RegistryTable.id(now.path("organization"), "Organization")));
      if (!mayTake) {
        throw new Refusal(
            Refusal.Kind.FORBIDDEN,
            step == SiteStep.AGREE ? "registry.not-main" : "registry.other-institution");
      }
    }
    if (step == SiteStep.APPROVE) {
      mayBeApproved(
          practitioner,
          Site.of(now),
          institutionOf(RegistryTable.id(now.path("organization"), "Organization")));
    }
    String alone = asked.alone() == null ? null : reason(asked.alone(), "alone");
    boolean isAlone =
        alone != null && Site.of(now).filedBy().equals(caller.subject()) && !caller.isRoot();
    return change(
        store,
        caller,
        "PractitionerRole",
        id,
        step.word(),
        // Whoever approves reads it among the steps, and it stays in the Provenance.
        isAlone ? why + "（一人备案并同意 filed and agreed by one：" + alone + "）" : why,
        null,
        ifMatch,
        resource ->
            Site.of(resource)
                .take(
                    step,
                    caller,
                    new Site.Asked(why, asked.kind(), asked.online(), asked.rights(), alone),
                    now()));
  }

  /** A place is approved for who holds a licence; one of online care for who has three years. */
  private void mayBeApproved(String practitioner, Site site, @Nullable String institution) {
    asked(
        connection -> {
          List<RegistryTable.Held> held =
              RegistryTable.licences(connection, "Practitioner/" + practitioner, now());
          if (held.stream().noneMatch(RegistryTable.Held::holds)) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.no-licence-yet");
          }
          String main = RegistryTable.mainOf(connection, practitioner);
          if (site.kind().equals("main") && main != null && !main.equals(institution)) {
            // Else whoever calls its place the main one needs no agreement of the one that is.
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.main-elsewhere");
          }
          if (!site.rights().isEmpty()
              && held.stream().noneMatch(one -> one.holds() && Standing.prescribes(one))) {
            throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.no-prescriber");
          }
          if (site.isOnline()) {
            Instant threeYearsAgo =
                now().atZone(Spans.BEIJING).minusYears(ONLINE_YEARS).toInstant();
            boolean isExperienced =
                RegistryTable.licences(connection, "Practitioner/" + practitioner, threeYearsAgo)
                    .stream()
                    .anyMatch(one -> one.holds() && Standing.prescribes(one));
            if (!isExperienced) {
              throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.online-years", ONLINE_YEARS);
            }
          }
        });
  }

  /** Years of independent practice before care online (互联网诊疗管理办法). */
  static final int ONLINE_YEARS = 3;

  // ------------------------------------------------------------------ alliances

  /**
   * Proposes that an institution join an alliance under another.
   *
   * @throws Refusal VALUE naming the parameter; FORBIDDEN for who does not act for the leading
   *     institution; CONFLICT where the two are in such an alliance, or are proposed for it
   */
  public Outcome propose(
      RecordStore store, Caller caller, Alliance.Proposal proposal, @Nullable String reason) {
    AllianceStep.PROPOSE.take(caller, null);
    String lead = proposal.lead();
    String member = proposal.member();
    if (isOfInstitution(caller) && !caller.institution().equals(lead)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.other-institution");
    }
    if (!lead.equals(institutionOf(lead))) {
      throw Faults.of(Refusal.Kind.VALUE, "lead", "registry.no-institution");
    }
    if (!member.equals(institutionOf(member)) || member.equals(lead)) {
      throw Faults.of(Refusal.Kind.VALUE, "member", "registry.no-institution");
    }
    String why = reason(reason);
    for (JsonNode other : Alliance.all(store, null)) {
      if (Alliance.of(other).isOf(proposal)) {
        throw Faults.of(Refusal.Kind.CONFLICT, "member", "registry.allied-already");
      }
    }
    ObjectNode resource = Alliance.proposed(proposal, caller, why, now(), name(lead), name(member));
    String url = "urn:uuid:" + java.util.UUID.randomUUID();
    return store
        .transact(
            caller.asPlatform(),
            List.of(
                new Interaction.Create(
                    Alliance.TYPE, Interaction.Body.of(resource), null, url, null),
                new Interaction.Create(
                    "Provenance",
                    Interaction.Body.of(
                        provenance(caller, url, AllianceStep.PROPOSE.word(), why, null)),
                    null,
                    null,
                    null)),
            Set.of(),
            null)
        .getFirst();
  }

  private String name(String organization) {
    String name = listing().names(List.of(organization)).get(organization);
    return name == null ? "" : name;
  }

  /**
   * Takes a step of an alliance.
   *
   * @param ifMatch version that the resource must have; null for any
   */
  public Outcome take(
      RecordStore store,
      Caller caller,
      AllianceStep step,
      String id,
      @Nullable String reason,
      @Nullable Integer ifMatch) {
    store.read(caller, Alliance.TYPE, id);
    String why = reason(reason);
    Alliance now = Alliance.of(read(store, Alliance.TYPE, id));
    step.take(caller, now.state());
    if (isOfInstitution(caller)
        && !caller.institution().equals(now.lead())
        && !caller.institution().equals(now.member())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.other-institution");
    }
    return change(
        store,
        caller,
        Alliance.TYPE,
        id,
        step.word(),
        why,
        null,
        ifMatch,
        resource -> Alliance.of(resource).take(step, caller, why, now()));
  }

  private static boolean isOfInstitution(Caller caller) {
    return !caller.isRoot()
        && (caller.role() == Caller.Role.SYSTEM || caller.role() == Caller.Role.PRACTITIONER);
  }

  private boolean isMain(String practitioner, String institution) {
    return ask(
            connection ->
                RegistryTable.isMain(connection, practitioner, institution) ? Boolean.TRUE : null)
        != null;
  }

  /**
   * The institution on whose behalf the caller files.
   *
   * @return empty for operators
   */
  private String mayFile(RecordStore store, Caller caller, String type, String id) {
    if (caller.isRoot() || caller.role() == Caller.Role.OPERATOR) {
      return switch (type) {
        case "Organization" -> id;
        case "HealthcareService" -> {
          String of = RegistryTable.id(read(store, type, id).path("providedBy"), "Organization");
          String institution = institutionOf(of);
          yield institution == null ? of : institution;
        }
        default -> {
          String main = ask(connection -> RegistryTable.mainOf(connection, id));
          yield main == null ? "" : main;
        }
      };
    }
    String own = caller.institution();
    boolean mayFile =
        !own.isEmpty()
            && switch (type) {
              case "Organization" -> id.equals(own);
              case "HealthcareService" ->
                  own.equals(
                      institutionOf(
                          RegistryTable.id(
                              read(store, type, id).path("providedBy"), "Organization")));
              default ->
                  ask(
                          connection ->
                              RegistryTable.posts(connection, id, own, now()).isEmpty()
                                  ? null
                                  : Boolean.TRUE)
                      != null;
            };
    if (!mayFile) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.other-institution");
    }
    return own;
  }

  /** Whether something is an institution's own: itself, its staff, its posts, its services. */
  public boolean isOf(RecordStore store, String reference, String institution) {
    int slash = reference.indexOf('/');
    String type = reference.substring(0, slash);
    String id = reference.substring(slash + 1);
    return switch (type) {
      case "Organization" -> institution.equals(institutionOf(id));
      case "Practitioner" ->
          Boolean.TRUE.equals(
              ask(
                  connection ->
                      !RegistryTable.posts(connection, id, institution, now()).isEmpty()));
      case Alliance.TYPE -> {
        Alliance alliance = Alliance.of(read(store, type, id));
        yield institution.equals(alliance.lead()) || institution.equals(alliance.member());
      }
      default -> {
        String element = type.equals("PractitionerRole") ? "organization" : "providedBy";
        String organization = RegistryTable.id(read(store, type, id).path(element), "Organization");
        yield institution.equals(institutionOf(organization));
      }
    };
  }

  /** Whether a licence of this number is there. */
  boolean isFiled(String number) {
    return ask(connection -> RegistryTable.otherHolder(connection, number, "")) != null;
  }

  /**
   * A post, as it stands now.
   *
   * @param department id of the Organization that the post names; the institution itself, or a part
   *     of it
   */
  public record Seat(
      String practitioner,
      String department,
      String institution,
      boolean isActive,
      List<String> specialties) {}

  /** The post of a PractitionerRole; null for none, or for one of nowhere. */
  public @Nullable Seat seat(String practitionerRole) {
    return ask(connection -> RegistryTable.seat(connection, practitionerRole));
  }

  /**
   * Refuses to let a practitioner be given work at an institution where he may not work now.
   *
   * @throws Refusal BUSINESS_RULE as {@link Licences#check}
   */
  public void checkMayWork(String practitioner, String institution, Instant at) {
    asked(
        connection -> standing.check(connection, "Practitioner/" + practitioner, institution, at));
  }

  /**
   * Refuses a prescription whose prescriber may not write it at an institution: for what is written
   * by the platform on a prescriber's word.
   *
   * @param request a MedicationRequest
   * @throws Refusal BUSINESS_RULE naming the licence, place or right that is missing
   */
  public void checkMayPrescribe(
      String practitioner, String institution, Instant at, ObjectNode request) {
    asked(
        connection ->
            standing.checkPrescriber(
                connection, practitioner, institution, at, Prescribing.rights(request)));
  }

  /** Whether somebody holds a licence of a kind now; one who is not registered holds none. */
  public boolean holds(String practitioner, LicenceKind kind, Instant at) {
    return licences(practitioner, at).contains(kind.code());
  }

  /** Kinds of the licences that somebody holds now, by their codes. */
  public List<String> licences(String practitioner, Instant at) {
    List<String> kinds =
        ask(
            connection ->
                RegistryTable.licences(connection, "Practitioner/" + practitioner, at).stream()
                    .filter(RegistryTable.Held::holds)
                    .map(RegistryTable.Held::kind)
                    .distinct()
                    .toList());
    return kinds == null ? List.of() : kinds;
  }

  private @Nullable String institutionOf(String organization) {
    return organization.isEmpty()
        ? null
        : ask(connection -> RegistryTable.institutionOf(connection, organization));
  }

  private static @Nullable Licence find(JsonNode resource, String number) {
    return Licence.of(resource).stream()
        .filter(one -> one.number().equals(number))
        .findFirst()
        .orElse(null);
  }

  private static ObjectNode read(RecordStore store, String role) {
    return read(store, "PractitionerRole", role);
  }

  private static ObjectNode read(RecordStore store, String type, String id) {
    return (ObjectNode)
        Json.MAPPER.readTree(store.read(Caller.platform("registry"), type, id).content());
  }

  private static String reason(@Nullable String reason) {
    return reason(reason, "reason");
  }

  private static String reason(@Nullable String reason, String parameter) {
    String text = reason == null ? "" : reason.strip();
    if (text.length() < SHORTEST || text.length() > LONGEST) {
      throw Faults.of(Refusal.Kind.VALUE, parameter, "registry.reason", SHORTEST, LONGEST);
    }
    return text;
  }

  /** Licences that are marked at once. */
  private static final int AT_ONCE = 100;

  /**
   * Marks licences whose period is over as expired. Nothing waits for it: acts are checked against
   * the period itself.
   *
   * @return how many it marked
   */
  public int expire(RecordStore store) {
    int marked = 0;
    for (int round = 0; round < 1_000; round++) {
      List<RegistryTable.Over> over =
          ask(connection -> RegistryTable.over(connection, now(), AT_ONCE));
      int before = marked;
      for (RegistryTable.Over one : over == null ? List.<RegistryTable.Over>of() : over) {
        marked += expire(store, one) ? 1 : 0;
      }
      if (marked == before) {
        break; // Nothing left, or nothing that can be mended by asking again at once.
      }
    }
    return marked;
  }

  private boolean expire(RecordStore store, RegistryTable.Over one) {
    int slash = one.holder().indexOf('/');
    try {
      var unused =
          take(
              store,
              Caller.platform("registry-watch"),
              LicenceStep.EXPIRE,
              one.holder().substring(0, slash),
              one.holder().substring(slash + 1),
              one.number(),
              new Licence.Asked("有效期已过 The period is over", null, null, null, ""),
              null);
      return true;
    } catch (Refusal e) {
      // Another instance was first, or it was renewed meanwhile; else the next round tells.
      LOG.debug("A licence was not marked as expired: {}", e.getMessage());
      return false;
    }
  }

  /** The change and its Provenance, in one transaction. */
  private Outcome change(
      RecordStore store,
      Caller caller,
      String type,
      String id,
      String step,
      String reason,
      @Nullable String number,
      @Nullable Integer ifMatch,
      Consumer<ObjectNode> change) {
    return store
        .transact(
            caller.asPlatform(),
            List.of(
                new Interaction.Patch(
                    type,
                    id,
                    null,
                    resource -> {
                      change.accept(resource);
                      return resource;
                    },
                    ifMatch),
                new Interaction.Create(
                    "Provenance",
                    Interaction.Body.of(provenance(caller, type + "/" + id, step, reason, number)),
                    null,
                    null,
                    null)),
            Set.of(),
            null)
        .getFirst();
  }

  ObjectNode provenance(
      Caller caller, String target, String step, String reason, @Nullable String number) {
    ObjectNode provenance = ProvenanceJson.of(caller, List.of(target), STEP, step, reason, now());
    if (number != null) {
      ((ObjectNode) provenance.path("target").path(0))
          .putObject("identifier")
          .put("system", Licence.NUMBER)
          .put("value", number);
    }
    return provenance;
  }

  /** The moment of an act: whole milliseconds, as what is stored has them. */
  public Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ the database

  private interface Asking<T> {
    @Nullable T on(Connection connection) throws SQLException;
  }

  private interface Checking {
    void on(Connection connection) throws SQLException;
  }

  private <T> @Nullable T ask(Asking<T> asking) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(true);
      return asking.on(connection);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  private void asked(Checking checking) {
    var unused =
        ask(
            connection -> {
              checking.on(connection);
              return Boolean.TRUE;
            });
  }
}
