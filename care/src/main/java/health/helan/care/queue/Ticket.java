package health.helan.care.queue;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A number in a queue.
 *
 * @param number of the queue and day
 * @param day Beijing
 * @param due from when it counts: the booked time of who came in time, else the arrival
 * @param notBefore calls of the queue before which it is passed over; 0 for none
 * @param patient keyed digest of {@code Patient/id}
 * @param server digest of who called it and where; 0 while nobody did
 * @param place where it was called to; empty while nobody did
 * @param told whether the resident was told that the turn is near, or needed not to be
 * @param version of the content's place
 */
public record Ticket(
    int home,
    String id,
    String queue,
    LocalDate day,
    int number,
    int revision,
    State state,
    Level level,
    Instant due,
    Instant entered,
    long notBefore,
    int misses,
    long patient,
    long server,
    String place,
    boolean told,
    @Nullable Instant called,
    @Nullable Instant started,
    @Nullable Instant ended,
    int version,
    Content content) {

  /**
   * What lies under the data key.
   *
   * @param patient id of the Patient
   * @param encounter id of the Encounter
   * @param appointment id of the Appointment; empty for who came without one
   * @param name masked, for the hall
   * @param reason of the level; empty for none
   */
  public record Content(
      String patient, String encounter, String appointment, String name, String reason) {}

  Line.Place inLine() {
    return new Line.Place(id, level, due, number, notBefore);
  }

  /** After a step. */
  Change to(State next) {
    return new Change(this).state(next);
  }

  /** A version in the making. */
  static final class Change {
    private final Ticket of;
    private State state;
    private Level level;
    private long notBefore;
    private int misses;
    private long server;
    private String place;
    private boolean told;
    private @Nullable Instant called;
    private @Nullable Instant started;
    private @Nullable Instant ended;
    private Content content;

    private Change(Ticket of) {
      this.of = of;
      state = of.state;
      level = of.level;
      notBefore = of.notBefore;
      misses = of.misses;
      server = of.server;
      place = of.place;
      told = of.told;
      called = of.called;
      started = of.started;
      ended = of.ended;
      content = of.content;
    }

    private Change state(State next) {
      state = next;
      return this;
    }

    Change level(Level next, String reason) {
      level = next;
      content =
          new Content(
              of.content.patient,
              of.content.encounter,
              of.content.appointment,
              of.content.name,
              reason);
      return this;
    }

    Change calledBy(long who, String where, Instant at) {
      server = who;
      place = where;
      called = at;
      told = true;
      return this;
    }

    Change missed(long until) {
      misses = of.misses + 1;
      notBefore = until;
      return this;
    }

    Change returned(long until) {
      misses = 0;
      notBefore = until;
      return this;
    }

    Change started(Instant at) {
      started = at;
      return this;
    }

    Change ended(Instant at) {
      ended = at;
      return this;
    }

    Change told() {
      told = true;
      return this;
    }

    Ticket done() {
      return new Ticket(
          of.home,
          of.id,
          of.queue,
          of.day,
          of.number,
          of.revision + 1,
          state,
          level,
          of.due,
          of.entered,
          notBefore,
          misses,
          of.patient,
          server,
          place,
          told,
          called,
          started,
          ended,
          content.equals(of.content) ? of.version : of.version + 1,
          content);
    }
  }
}
