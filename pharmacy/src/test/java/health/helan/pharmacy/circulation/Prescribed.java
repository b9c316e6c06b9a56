package health.helan.pharmacy.circulation;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.pharmacy.review.ReviewServer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * A prescription that doctor and pharmacist have signed.
 *
 * @param task of its review
 * @param requests ids of its MedicationRequests
 */
public record Prescribed(String patient, String task, List<String> requests, Caller resident) {
  public static final String AMLODIPINE = "苯磺酸氨氯地平片 5mg";
  private static final ReviewServer SERVER = ReviewServer.get();

  /** Seven tablets of one drug. */
  public static Prescribed usual(ReviewServer.Hospital hospital) {
    return of(hospital, _ -> {}, AMLODIPINE);
  }

  /** Seven pieces of each. */
  public static Prescribed of(
      ReviewServer.Hospital hospital, Consumer<ObjectNode> change, String... drugs) {
    String patient = hospital.patient("1960-05-01", "male");
    List<String> requests = new ArrayList<>();
    for (String drug : drugs) {
      ObjectNode request = hospital.request(patient, drug, 1, "片", 1, 7);
      change.accept(request);
      requests.add(hospital.draft(request));
    }
    Reply task = hospital.submit(hospital.doctor, requests.toArray(String[]::new));
    ReviewServer.ok(task);
    for (String step : new String[] {"take", "pass"}) {
      ReviewServer.ok(
          SERVER.call(hospital.pharmacist, "Task/" + task.id() + "/$prescription-" + step));
    }
    return new Prescribed(patient, task.id(), requests, ApiForTests.resident(patient));
  }

  public String request() {
    return requests.getFirst();
  }

  public String token(String... more) {
    Reply reply = issue(more.length == 0 ? new String[] {"way", "pickup"} : more);
    ReviewServer.ok(reply);
    return reply.value("token");
  }

  Reply issue(String... parameters) {
    return SERVER.call(resident, "Task/" + task + "/$prescription-token", parameters);
  }

  public Reply read() {
    return SERVER.get(resident, "Task/" + task + "/$circulation");
  }

  public String state() {
    return read().values("circulation", "state").getFirst();
  }

  String status() {
    return SERVER
        .get(ReviewServer.ROOT, "MedicationRequest/" + request())
        .json()
        .path("status")
        .asString("");
  }
}
