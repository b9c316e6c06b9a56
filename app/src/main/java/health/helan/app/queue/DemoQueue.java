package health.helan.app.queue;

import health.helan.care.queue.Arrival;
import health.helan.care.queue.Level;
import health.helan.care.queue.Queue;
import health.helan.care.queue.Queues;
import health.helan.care.queue.Ticket;
import health.helan.demo.NamedResident;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * A queue to try in the demo region: of the first demo doctor's department, with a few residents
 * who have come without a booking, one of them triaged. Filled again at a start that finds it
 * empty.
 */
@Component
public final class DemoQueue {
  private static final int PEOPLE = 6;
  private static final int LOOKED_AT = 200;

  private final Queues queues;
  private final SignIn signIn;
  private final RecordStore store;

  DemoQueue(Queues queues, SignIn signIn, RecordStore store) {
    this.queues = queues;
    this.signIn = signIn;
    this.store = store;
  }

  /** Makes what is missing; once the demo region and its accounts are in. */
  public void create() {
    Account doctor = signIn.accounts().byLogin("doctor1");
    List<Registry.Post> posts =
        doctor == null ? List.of() : signIn.registry().posts(doctor.person());
    if (doctor == null || !doctor.demo() || posts.isEmpty()) {
      return;
    }
    Registry.Post post = posts.getFirst();
    if (post.department().equals(post.institution())) {
      return; // A queue belongs to a department.
    }
    Caller platform = Caller.platform("demo-queue");
    Queue queue =
        queues.of(post.institution()).stream()
            .filter(one -> one.department().equals(post.department()))
            .findFirst()
            .orElseGet(() -> make(platform, post));
    if (queue.isOpen() && queues.waiting(queue) == 0) {
      fill(platform, queue);
    }
  }

  private Queue make(Caller platform, Registry.Post post) {
    return queues.put(
        platform,
        new Queue(
            0,
            "",
            post.institution(),
            post.department(),
            "",
            "A",
            post.departmentName() + "门诊（演示）",
            "门诊二楼候诊区",
            Queue.Rule.DEFAULT,
            true,
            0,
            0));
  }

  private void fill(Caller platform, Queue queue) {
    int number = 0;
    for (String patient : people(platform)) {
      Ticket ticket =
          queues.checkIn(platform, new Arrival(queue.id(), patient, null, null, null, null));
      if (++number == PEOPLE - 1) {
        var unused = queues.triage(platform, ticket.id(), Level.PRIORITY, "80 岁以上（演示）");
      }
    }
  }

  /**
   * The same residents in every region of one size, and none who has an account to try: who waits
   * has opened the record to the department, and a demonstration of consent begins without.
   */
  private List<String> people(Caller platform) {
    var some =
        new SearchRequest(
            "Patient",
            null,
            null,
            List.of(new SearchRequest.Parameter("_count", String.valueOf(LOOKED_AT))),
            false);
    var byNumber = new TreeMap<String, String>();
    for (SearchResult.Entry entry : store.search(platform, some).entries()) {
      byte[] content = entry.resource().content();
      if (content != null) {
        for (JsonNode identifier : Json.MAPPER.readTree(content).path("identifier")) {
          if (IdNumbers.isValid(identifier.path("value").asString(""))) {
            byNumber.put(identifier.path("value").asString(), entry.resource().id());
          }
        }
      }
    }
    // Those who have a name in the guides come last: a small region has few others.
    var last = new TreeMap<String, String>();
    for (NamedResident named : NamedResident.values()) {
      String patient = byNumber.remove(named.identityNumber());
      if (patient != null && signIn.accounts().byLogin(named.identityNumber()) == null) {
        last.put(named.identityNumber(), patient);
      }
    }
    return Stream.concat(byNumber.values().stream(), last.values().stream()).limit(PEOPLE).toList();
  }
}
