package health.helan.app.queue;

import health.helan.app.access.DemoResidents;
import health.helan.care.queue.Arrival;
import health.helan.care.queue.Level;
import health.helan.care.queue.Queue;
import health.helan.care.queue.Queues;
import health.helan.care.queue.Ticket;
import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.account.Account;
import health.helan.foundation.trust.account.Registry;
import health.helan.foundation.trust.account.SignIn;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * A queue to try in the demo region: of the first demo doctor's department, with a few residents
 * who have come without a booking, one of them triaged. Filled again at a start that finds it
 * empty.
 */
@Component
public final class DemoQueue {
  private static final int PEOPLE = 6;

  private final Queues queues;
  private final SignIn signIn;
  private final DemoResidents residents;

  DemoQueue(Queues queues, SignIn signIn, DemoResidents residents) {
    this.queues = queues;
    this.signIn = signIn;
    this.residents = residents;
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
    for (String patient : residents.some(PEOPLE)) {
      Ticket ticket =
          queues.checkIn(platform, new Arrival(queue.id(), patient, null, null, null, null));
      if (++number == PEOPLE - 1) {
        var unused = queues.triage(platform, ticket.id(), Level.PRIORITY, "80 岁以上（演示）");
      }
    }
  }
}
