package health.helan.app.access;

import health.helan.demo.NamedResident;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Residents whom the demo doctors treat today, so that their workbench is not empty: as the desk of
 * the hospital checks in who comes. Nothing else opens a record to a demo doctor, since visits of
 * the past, which the region is made of, open nothing.
 */
@Component
public final class DemoVisits {
  private static final String BY = "demo-visits";

  /** A visit that nobody ends opens the record for three days; before that it is made anew. */
  private static final Duration FRESH = Duration.ofDays(2);

  private record Coming(String doctor, NamedResident resident, String status, String why) {}

  private static final List<Coming> TODAY =
      List.of(
          new Coming("doctor1", NamedResident.MA_JIANGUO, "in-progress", "咳嗽加重 1 周"),
          new Coming("doctor1", NamedResident.LI_QIANG, "arrived", "前臂骨折后复查"),
          new Coming("doctor2", NamedResident.MA_XIULAN, "in-progress", "高血压、糖尿病复诊"),
          new Coming("doctor2", NamedResident.DING_XIAOYAN, "arrived", "哮喘复诊"));

  private final SignIn signIn;
  private final RecordStore store;
  private final Clock clock;

  DemoVisits(SignIn signIn, RecordStore store) {
    this.signIn = signIn;
    this.store = store;
    this.clock = Clock.systemUTC();
  }

  /** Makes what is missing; once the demo region and its accounts are in. */
  public void create() {
    for (String login : List.of("doctor1", "doctor2")) {
      Account doctor = signIn.accounts().byLogin(login);
      if (doctor == null || !doctor.demo() || doctor.person().isEmpty()) {
        continue;
      }
      List<Registry.Post> posts = signIn.registry().posts(doctor.person());
      if (posts.isEmpty() || hasFresh(doctor)) {
        continue;
      }
      for (Coming coming : TODAY) {
        if (coming.doctor().equals(login)) {
          arrive(doctor, posts.getFirst(), coming);
        }
      }
    }
  }

  private boolean hasFresh(Account doctor) {
    SearchResult found =
        store.search(
            Caller.platform(BY),
            new SearchRequest(
                "Encounter",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("participant", "Practitioner/" + doctor.person()),
                    new SearchRequest.Parameter("status", "arrived,in-progress,finished"),
                    new SearchRequest.Parameter("date", "ge" + clock.instant().minus(FRESH)),
                    new SearchRequest.Parameter("_count", "1")),
                false));
    return !found.entries().isEmpty();
  }

  private void arrive(Account doctor, Registry.Post post, Coming coming) {
    NamedResident named = coming.resident();
    Registry.Resident resident =
        signIn.registry().resident(named.identityNumber(), named.fullName().text());
    if (resident == null) {
      return; // A region of another size or seed has somebody else in that place.
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    ObjectNode encounter = Json.MAPPER.createObjectNode();
    encounter.put("resourceType", "Encounter").put("status", coming.status());
    encounter
        .putObject("class")
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .put("code", "AMB");
    encounter.putObject("subject").put("reference", "Patient/" + resident.patient());
    encounter
        .putArray("participant")
        .addObject()
        .putObject("individual")
        .put("reference", "Practitioner/" + doctor.person())
        .put("display", doctor.name());
    encounter.putObject("period").put("start", now.toString());
    encounter.putArray("reasonCode").addObject().put("text", coming.why());
    encounter
        .putObject("serviceProvider")
        .put("reference", "Organization/" + post.institution())
        .put("display", post.institutionName());
    var desk =
        new Caller(BY, Caller.Role.SYSTEM, post.institution(), Set.of(), "", Caller.Binding.NONE);
    store.write(
        desk,
        new Interaction.Create(
            "Encounter",
            Interaction.Body.of(encounter),
            null,
            null,
            "Patient/" + resident.patient()));
  }
}
