package health.helan.app.supervision;

import health.helan.app.access.DemoResidents;
import health.helan.app.access.DemoStaff;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Posts;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import health.helan.oversight.supervision.Cases;
import health.helan.oversight.supervision.Ratings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Visits on line in the demo region that supervision has something to say of (演示): one in the small
 * hours, one without an earlier diagnosis, one of half a minute; and enough that were rated for
 * figures of satisfaction. Made once.
 */
@Component
public final class DemoSupervision {
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final int CREATED = 201;
  private static final String SYSTEM = "https://helan.health/fhir/sid/demo-supervision";

  private final SignIn signIn;
  private final RecordStore store;
  private final Ratings ratings;
  private final DemoStaff staff;
  private final DemoResidents residents;
  private final Clock clock;

  DemoSupervision(
      SignIn signIn,
      RecordStore store,
      Ratings ratings,
      DemoStaff staff,
      DemoResidents residents,
      Clock clock) {
    this.signIn = signIn;
    this.ratings = ratings;
    this.staff = staff;
    this.store = store;
    this.residents = residents;
    this.clock = clock;
  }

  /** Makes what is missing; once the demo region and its accounts are in. */
  public void create() {
    Account doctor = signIn.accounts().byLogin("doctor1");
    List<Registry.Post> posts =
        doctor == null ? List.of() : signIn.registry().posts(doctor.person());
    if (doctor == null || !doctor.demo() || posts.isEmpty()) {
      return;
    }
    List<String> patients = residents.some(3);
    if (patients.size() < 3) {
      return;
    }
    ZonedDateTime yesterday =
        clock.instant().atZone(BEIJING).minusDays(1).truncatedTo(ChronoUnit.DAYS);
    String who = doctor.person();
    String where = posts.getFirst().institution();
    visit("1", patients.get(0), who, where, yesterday.withHour(2).toInstant(), 540, true, 4);
    visit("2", patients.get(1), who, where, yesterday.withHour(10).toInstant(), 600, false, 5);
    visit("3", patients.get(2), who, where, yesterday.withHour(15).toInstant(), 30, true, 2);
    visit("4", patients.get(0), who, where, yesterday.withHour(9).toInstant(), 600, true, 5);
    visit("5", patients.get(1), who, where, yesterday.withHour(11).toInstant(), 600, true, 5);
    visit("6", patients.get(2), who, where, yesterday.withHour(16).toInstant(), 600, true, 4);
  }

  /**
   * Who answers for the first demo doctor's hospital ({@code quality1}) and for the demo drugstore
   * ({@code quality2}).
   *
   * @param password of all demo accounts
   * @return what is told of the accounts
   */
  public List<String> officers(String password) {
    List<String> told = new ArrayList<>();
    for (String[] one : new String[][] {{"doctor1", "quality1"}, {"drugstore1", "quality2"}}) {
      Account account = signIn.accounts().byLogin(one[0]);
      List<Registry.Post> posts =
          account == null ? List.of() : signIn.registry().posts(account.person());
      if (account != null && account.demo() && !posts.isEmpty()) {
        Registry.Post at = posts.getFirst();
        staff.office(
            new DemoStaff.Office(one[1], "演示质控员", Posts.SYSTEM, Cases.QUALITY, "质控"),
            at.institution(),
            password);
        told.add("  %s        演示质控员，%s".formatted(one[1], at.institutionName()));
      }
    }
    return told;
  }

  private void visit(
      String number,
      String patient,
      String practitioner,
      String institution,
      Instant from,
      int seconds,
      boolean isRepeat,
      int overall) {
    ObjectNode visit = Json.MAPPER.createObjectNode().put("resourceType", "Encounter");
    visit.putArray("identifier").addObject().put("system", SYSTEM).put("value", number);
    visit.put("status", "finished");
    visit
        .putObject("class")
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .put("code", "VR");
    visit.putObject("subject").put("reference", "Patient/" + patient);
    visit
        .putArray("participant")
        .addObject()
        .putObject("individual")
        .put("reference", "Practitioner/" + practitioner);
    visit
        .putObject("period")
        .put("start", from.toString())
        .put("end", from.plus(Duration.ofSeconds(seconds)).toString());
    visit.putArray("reasonCode").addObject().put("text", "复诊（演示）");
    if (isRepeat) {
      visit
          .putArray("reasonReference")
          .addObject()
          .put("reference", "Condition/" + illness(number, patient, from));
    }
    visit.putObject("serviceProvider").put("reference", "Organization/" + institution);
    Outcome made = create(visit, number, patient);
    if (made.status() == CREATED) {
      // As the resident, so that it goes the way of every rating.
      Caller resident =
          new Caller(
              "demo-supervision",
              Caller.Role.RESIDENT,
              "",
              Set.of(),
              "",
              new Caller.Binding("", Set.of(), Set.of(patient), Caller.Binding.ALL_SCOPES));
      ratings.rate(resident, "Encounter/" + made.id(), overall, overall > 2);
    }
  }

  /** What the resident has had for a year: the visit is no first one. */
  private String illness(String number, String patient, Instant visited) {
    ObjectNode illness = Json.MAPPER.createObjectNode().put("resourceType", "Condition");
    illness.putArray("identifier").addObject().put("system", SYSTEM).put("value", number);
    illness
        .putObject("code")
        .put("text", "高血压（演示）")
        .putArray("coding")
        .addObject()
        .put("system", "http://hl7.org/fhir/sid/icd-10")
        .put("code", "I10");
    illness.putObject("subject").put("reference", "Patient/" + patient);
    illness.put("recordedDate", visited.atZone(BEIJING).minusYears(1).toLocalDate().toString());
    return create(illness, number, patient).id();
  }

  /** Once: what is there stays as it is. */
  private Outcome create(ObjectNode resource, String number, String patient) {
    String type = resource.path("resourceType").asString("");
    return store
        .transact(
            Caller.platform("demo-supervision"),
            List.of(
                new Interaction.Create(
                    type,
                    Interaction.Body.of(resource),
                    "identifier=" + SYSTEM + "|" + number,
                    null,
                    "Patient/" + patient)),
            Set.of(),
            null)
        .getFirst();
  }
}
