package health.helan.foundation.onboarding;

import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * An institution on its way.
 *
 * @param id also the head of the names of its clients and feeds
 * @param version raised with each step
 * @param settings of its feeds, as operators chose them: {@code {"sandbox": {"adt": {…}}, "live":
 *     …}}
 */
public record Onboarding(
    String id,
    int version,
    State state,
    Instant created,
    Instant changed,
    Application application,
    ObjectNode settings) {

  /** Id of the client by which a system reaches the records. */
  public String client(String system) {
    return id + "." + system;
  }

  /** Name of the feed of the gateway. */
  public String feed(String name) {
    return id + "-" + name;
  }

  /** Id of the Organization that stands for it in the sandbox. */
  public String tenant() {
    return tenant(id);
  }

  static String tenant(String id) {
    return "tenant-" + id;
  }

  /**
   * A step that was taken.
   *
   * @param state that it led to
   * @param by account or system
   * @param role that it acted in
   */
  public record Act(
      int number, String step, State state, Instant at, String by, String role, String reason) {}

  /**
   * What proved a line of the check list.
   *
   * @param what {@code message} or {@code request} with its id, {@code status}, {@code mapping},
   *     {@code findings}, {@code reason} with {@code arguments}
   */
  public record Evidence(Instant at, ObjectNode what) {}
}
