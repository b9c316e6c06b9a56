package health.helan.care.queue;

import health.helan.foundation.residents.card.Scans;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.foundation.trust.policy.Arrivals;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The queues of the region's departments: who waits, who is next, who is called. Each step writes
 * the Encounter as far as it changes, a Provenance, and the ticket, in one transaction. Two callers
 * never get the same person: a call counts only if no other was made since the queue was read.
 * Thread-safe; one per application instance, any number on one database.
 */
public final class Queues implements Erasable {
  static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");

  /** Who has not been seen after so long has gone home; emergencies work past midnight. */
  static final Duration LONGEST = Duration.ofHours(16);

  /** Organizations above one another. */
  private static final int DEEPEST = 5;

  /** A room counts as working so long after its last visit ended. */
  private static final Duration WORKING = Duration.ofMinutes(20);

  private static final Duration LATELY = Duration.ofHours(4);
  private static final int MEASURED = 60;
  private static final int TRIES = 60;
  private static final int KEPT_DAYS = 7;
  private static final int LOCKS = 64;
  private static final Logger LOG = LoggerFactory.getLogger(Queues.class);

  /**
   * What queues stand on.
   *
   * @param scans of health cards
   * @param licences asked when somebody triages or sees a person
   */
  public record Parts(
      RecordStore store,
      DataSource database,
      ContentCodec codec,
      Scans scans,
      Licences licences,
      Bookings bookings,
      Clock clock) {}

  final RecordStore store;
  final QueueTable table;
  final Screens screens;
  private final Parts parts;
  private final CheckIns checkIns;
  private final Licences licences;
  private final Bookings bookings;
  private final Clock clock;
  private final Sql sql;
  private final ReentrantLock[] turns = new ReentrantLock[LOCKS];

  public Queues(Parts parts) {
    this.parts = parts;
    store = parts.store();
    licences = parts.licences();
    bookings = parts.bookings();
    clock = parts.clock();
    sql = new Sql(parts.database());
    table = new QueueTable(sql, parts.codec());
    screens = new Screens(sql, store.parameters().digests(), parts.clock());
    checkIns = new CheckIns(this, parts.scans(), parts.bookings());
    for (int i = 0; i < LOCKS; i++) {
      turns[i] = new ReentrantLock();
    }
  }

  Parts parts() {
    return parts;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  static LocalDate day(Instant at) {
    return at.atZone(BEIJING).toLocalDate();
  }

  /** How queues stand, in counts. */
  public QueueFigures figures() {
    return new QueueFigures(sql);
  }

  /** Screens in halls. */
  public Screens screens() {
    return screens;
  }

  // ------------------------------------------------------------------ queues

  /**
   * Makes a queue, or changes one. Institution, department and practitioner of one that is there
   * stay as they are.
   *
   * @param caller staff or system of the institution, or the platform
   * @param wanted with an empty id for a new one
   * @throws Refusal NOT_FOUND for a queue of others, BUSINESS_RULE for a department of others
   */
  public Queue put(Caller caller, Queue wanted) {
    Queue.Rule rule = wanted.rule();
    if (wanted.name().isBlank()
        || wanted.name().length() > 60
        || wanted.place().length() > 60
        || !wanted.prefix().matches("[A-Z]{0,2}")
        || rule.skip() < 1
        || rule.skip() > 20
        || rule.misses() < 1
        || rule.misses() > 9
        || rule.near() < 0
        || rule.near() > 20) {
      throw new Refusal(Refusal.Kind.VALUE, "queue.incomplete");
    }
    if (!wanted.id().isEmpty()) {
      Queue there = own(caller, wanted.id());
      table.update(
          new Queue(
              there.home(),
              there.id(),
              there.institution(),
              there.department(),
              there.practitioner(),
              wanted.prefix(),
              wanted.name(),
              wanted.place(),
              rule,
              wanted.isOpen(),
              there.calls(),
              there.revision()),
          now());
      return own(caller, there.id());
    }
    if (!caller.isRoot() && !wanted.institution().equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "queue.not-your-institution");
    }
    // The platform acts for no institution: the queue is that of the house that the department is
    // of.
    String institution =
        wanted.institution().isEmpty()
            ? houseOf(caller, wanted.department())
            : wanted.institution();
    checkDepartment(caller, institution, wanted.department());
    int home =
        (int)
            Math.floorMod(
                store.parameters().digests().reference("Organization", wanted.department()),
                Ids.HOMES);
    String id = Ids.next(home);
    table.insert(
        new Queue(
            home,
            id,
            institution,
            wanted.department(),
            wanted.practitioner(),
            wanted.prefix(),
            wanted.name(),
            wanted.place(),
            rule,
            wanted.isOpen(),
            0,
            1),
        day(now()),
        now());
    return own(caller, id);
  }

  private String above(Caller caller, String organization) {
    return id(
        read(caller, "Organization", organization).path("partOf").path("reference").asString(""),
        "Organization/");
  }

  private String houseOf(Caller caller, String department) {
    String at = department;
    for (int up = 0; up < DEEPEST; up++) {
      String above = above(caller, at);
      if (above.isEmpty()) {
        break;
      }
      at = above;
    }
    return at;
  }

  /** A check-in opens the record to the department: it must be one, of that institution. */
  private void checkDepartment(Caller caller, String institution, String department) {
    String at = department;
    for (int up = 0; up < DEEPEST && !at.isEmpty() && !at.equals(institution); up++) {
      at = above(caller, at);
    }
    if (department.equals(institution) || !at.equals(institution)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.department");
    }
  }

  /** The queues of an institution, for the platform's own parts. */
  public List<Queue> of(String institution) {
    return table.ofInstitution(institution);
  }

  /** How many wait in a queue. */
  public int waiting(Queue queue) {
    return standing(queue).line.size();
  }

  /** The queues of the caller's institution. */
  List<Queue> list(Caller caller) {
    if (caller.institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.practitioners-only");
    }
    return table.ofInstitution(caller.institution());
  }

  /**
   * A queue that the caller works in.
   *
   * @throws Refusal NOT_FOUND, the same for one of others and for none
   */
  Queue own(Caller caller, String id) {
    Queue queue = table.queue(id);
    if (queue == null || !caller.isRoot() && !queue.institution().equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "queue.none");
    }
    return queue;
  }

  // ------------------------------------------------------------------ the line

  /**
   * Somebody in the line.
   *
   * @param before people who are called first
   * @param estimate null while too little was measured, or nothing is to be waited for
   */
  record Waiting(Ticket ticket, int before, @Nullable Estimate estimate) {}

  /**
   * A queue as it stands.
   *
   * @param line who waits, in the order of calls
   * @param called who was called and has not come, who is with a doctor
   * @param out who missed too many calls, and waits for the desk
   * @param served visits that ended today
   */
  record Standing(
      Queue queue, List<Waiting> line, List<Ticket> called, List<Ticket> out, int served) {}

  Standing standing(Queue queue) {
    Instant now = now();
    // The queue first: what is called after it was read is refused by its count of calls.
    List<Ticket> live = table.live(queue, day(now).minusDays(1), now.minus(LONGEST));
    List<Ticket> line = new ArrayList<>();
    List<Ticket> called = new ArrayList<>();
    List<Ticket> out = new ArrayList<>();
    for (Ticket ticket : live) {
      if (!ticket.state().isInLine()) {
        called.add(ticket);
      } else if (isOut(queue, ticket)) {
        out.add(ticket);
      } else {
        line.add(ticket);
      }
    }
    Map<String, Ticket> byId = new HashMap<>();
    line.forEach(ticket -> byId.put(ticket.id(), ticket));
    List<QueueTable.Measured> measured =
        table.measured(queue, day(now).minusDays(1), morning(now), MEASURED);
    Estimate.Now pace = pace(measured, called, now);
    List<Waiting> waiting = new ArrayList<>();
    for (Line.Place place : Line.order(line.stream().map(Ticket::inLine).toList(), queue.calls())) {
      int before = waiting.size();
      waiting.add(
          new Waiting(
              Objects.requireNonNull(byId.get(place.id())), before, Estimate.of(pace, before)));
    }
    return new Standing(queue, waiting, called, out, measured.size());
  }

  /** Since when visits are like those to come: today, and at night since the evening. */
  private static Instant morning(Instant now) {
    Instant today = day(now).atStartOfDay(BEIJING).toInstant();
    Instant lately = now.minus(LATELY);
    return lately.isBefore(today) ? lately : today;
  }

  private static boolean isOut(Queue queue, Ticket ticket) {
    return ticket.state() == State.MISSED && ticket.misses() >= queue.rule().misses();
  }

  private static Estimate.Now pace(
      List<QueueTable.Measured> measured, List<Ticket> called, Instant now) {
    Set<Long> servers = new HashSet<>();
    List<Duration> took = new ArrayList<>();
    for (QueueTable.Measured one : measured) {
      took.add(Duration.between(one.called(), one.ended()));
      if (one.ended().isAfter(now.minus(WORKING))) {
        servers.add(one.server());
      }
    }
    List<Duration> running = new ArrayList<>();
    for (Ticket ticket : called) {
      servers.add(ticket.server());
      if (ticket.called() != null) {
        running.add(Duration.between(ticket.called(), now));
      }
    }
    return new Estimate.Now(took, running, Math.max(running.size(), servers.size()));
  }

  // ------------------------------------------------------------------ tickets

  /**
   * A ticket in the hands of the caller: staff of the institution, or the resident.
   *
   * @throws Refusal NOT_FOUND, the same for one of others and for none
   */
  Ticket ticket(Caller caller, String id) {
    Ticket ticket = table.ticket(id);
    if (ticket != null) {
      if (caller.isRoot()) {
        return ticket;
      }
      boolean isOwn =
          caller.role() == Role.RESIDENT
              ? caller.binding().patients().contains(ticket.content().patient())
              : isOf(caller, ticket);
      if (isOwn) {
        AccessTrail.noteAsked(ticket.patient());
        return ticket;
      }
    }
    throw new Refusal(Refusal.Kind.NOT_FOUND, "queue.no-ticket");
  }

  private boolean isOf(Caller caller, Ticket ticket) {
    Queue queue = table.queue(ticket.queue());
    return queue != null
        && !caller.institution().isEmpty()
        && queue.institution().equals(caller.institution());
  }

  private Queue queueOf(Ticket ticket) {
    return Objects.requireNonNull(table.queue(ticket.queue()), "queues are never deleted");
  }

  /** The tickets of a resident since yesterday, the latest first. */
  List<Ticket> ofPatient(String patient) {
    return table.ofPatient(digest(patient), day(now()).minusDays(1));
  }

  long digest(String patient) {
    return store.parameters().digests().reference("Patient", patient);
  }

  /**
   * Enters that somebody has come: the Appointment arrives, an Encounter is made from which the
   * department's grant follows, and there is a number.
   *
   * @throws Refusal NOT_FOUND for a wrong number, CONFLICT for who is in the line already
   */
  public Ticket checkIn(Caller caller, Arrival arrival) {
    return checkIns.checkIn(caller, arrival);
  }

  JsonNode read(Caller caller, String type, String id) {
    ResourceVersion version = store.read(caller.asPlatform(), type, id);
    return Json.MAPPER.readTree(Objects.requireNonNull(version.content()));
  }

  static String id(String reference, String type) {
    return reference.startsWith(type) ? reference.substring(type.length()) : reference.strip();
  }

  // ------------------------------------------------------------------ desk

  /**
   * Says how urgent somebody is.
   *
   * @param reason what it is judged by; told to nobody but who works in the queue
   */
  public Ticket triage(Caller caller, String ticket, Level level, String reason) {
    if (reason.isBlank() || reason.length() > 200) {
      throw new Refusal(Refusal.Kind.VALUE, "queue.reason");
    }
    Ticket before = ticket(caller, ticket);
    return change(
        caller.asPlatformOf(queueOf(before).institution()),
        caller,
        before,
        Step.TRIAGE,
        reason,
        encounter -> Papers.priority(Papers.status(encounter, "triaged"), level),
        change -> change.level(level, reason.strip()),
        true);
  }

  /**
   * Calls who is next. Who called somebody that has not come yet calls the same one again: a call
   * whose answer was lost takes nobody else.
   *
   * @param place where to come to: a room
   * @throws Refusal NOT_FOUND when nobody waits
   */
  public Ticket callNext(Caller caller, String queueId, String place) {
    Step.CALL.checkRole(caller);
    String where = place(place);
    own(caller, queueId); // Before anybody waits for a turn that is not theirs.
    ReentrantLock turn = turns[Math.floorMod(queueId.hashCode(), LOCKS)];
    for (int attempt = 0; attempt < TRIES; attempt++) {
      // Within one instance they wait for each other; between instances the count of calls decides.
      turn.lock();
      try {
        Queue queue = own(caller, queueId);
        Standing standing = standing(queue);
        long server = server(caller, where);
        Ticket again =
            standing.called.stream()
                .filter(one -> one.state() == State.CALLED && one.server() == server)
                .findFirst()
                .orElse(null);
        if (again != null) {
          AccessTrail.noteAsked(again.patient());
          return callAgain(again);
        }
        if (standing.line.isEmpty()) {
          throw new Refusal(Refusal.Kind.NOT_FOUND, "queue.nobody");
        }
        Ticket called = call(caller, queue, standing.line.getFirst().ticket, where);
        if (called != null) {
          tellWhoIsNear(queueId);
          return called;
        }
      } finally {
        turn.unlock();
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "queue.changed-meanwhile");
  }

  /** Calls somebody out of turn. */
  public Ticket call(Caller caller, String ticket, String place) {
    String where = place(place);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Ticket before = ticket(caller, ticket);
      if (before.state() == State.CALLED && before.server() == server(caller, where)) {
        return callAgain(before);
      }
      Step.CALL.take(caller, before.state());
      Ticket called = call(caller, queueOf(before), before, where);
      if (called != null) {
        tellWhoIsNear(before.queue());
        return called;
      }
    }
    throw new Refusal(Refusal.Kind.CONFLICT, "queue.changed-meanwhile");
  }

  /** Null when somebody was faster: in this queue, or with this ticket. */
  private @Nullable Ticket call(Caller caller, Queue queue, Ticket before, String place) {
    checkNotOver(before);
    Instant now = now();
    Ticket after =
        before
            .to(Step.CALL.take(caller, before.state()))
            .calledBy(server(caller, place), place, now)
            .done();
    try {
      store.transact(
          caller.asPlatformOf(queue.institution()),
          List.of(Papers.provenance(caller, queue, Step.CALL, before, "", place, now)),
          (connection, _, at) -> {
            if (!QueueTable.call(connection, queue, at) || !table.update(connection, after, at)) {
              throw new Raced();
            }
          });
      return after;
    } catch (Raced _) {
      return null;
    }
  }

  /** The screens show it again; nothing else has changed. */
  private Ticket callAgain(Ticket ticket) {
    Instant now = now();
    var _ =
        sql.together(
            connection -> QueueTable.touch(connection, ticket.home(), ticket.queue(), now));
    return ticket;
  }

  private static String place(String place) {
    String where = place.strip();
    if (where.isEmpty() || where.length() > 30) {
      throw new Refusal(Refusal.Kind.VALUE, "queue.place");
    }
    return where;
  }

  private long server(Caller caller, String place) {
    return store.parameters().digests().of("queue|" + caller.subject() + "|" + place);
  }

  /** Was called and did not come. */
  public Ticket miss(Caller caller, String ticket) {
    return byDesk(caller, ticket, Step.MISS, null, (queue, calls) -> calls + queue.rule().skip());
  }

  /** Is back after too many missed calls. */
  public Ticket putBack(Caller caller, String ticket) {
    return byDesk(caller, ticket, Step.RETURN, null, (queue, calls) -> calls + queue.rule().skip());
  }

  /** Gives up. */
  public Ticket leave(Caller caller, String ticket) {
    return byDesk(
        caller,
        ticket,
        Step.LEAVE,
        encounter -> Papers.ended(Papers.status(encounter, "cancelled"), now()),
        (_, _) -> 0);
  }

  /** Number of calls before which it is passed over. */
  private interface Until {
    long of(Queue queue, long calls);
  }

  private Ticket byDesk(
      Caller caller,
      String ticket,
      Step step,
      @Nullable UnaryOperator<ObjectNode> encounter,
      Until until) {
    Ticket before = ticket(caller, ticket);
    State next = step.take(caller, before.state());
    Queue queue = queueOf(before);
    if (step != Step.LEAVE) {
      checkNotOver(before);
    }
    Instant now = now();
    List<Interaction> writes = new ArrayList<>();
    if (encounter != null) {
      writes.add(Papers.patch(before, encounter));
    }
    if (step == Step.LEAVE && !before.content().appointment().isEmpty()) {
      writes.add(
          new Interaction.Patch(
              "Appointment",
              before.content().appointment(),
              null,
              bookings.take(caller, Bookings.Step.LEAVE),
              null));
    }
    writes.add(Papers.provenance(caller, queue, step, before, "", "", now));
    if (step == Step.MISS) {
      writes.add(Papers.tellOfMiss(queue, before, now));
    }
    var made = new Ticket[1];
    Supplier<List<Outcome>> write =
        () ->
            store.transact(
                caller.asPlatformOf(queue.institution()),
                writes,
                (connection, _, at) -> {
                  long calls = QueueTable.touch(connection, queue.home(), queue.id(), at);
                  Ticket.Change change = before.to(next);
                  switch (step) {
                    case MISS -> change.missed(until.of(queue, calls));
                    case RETURN -> change.returned(until.of(queue, calls));
                    default -> change.ended(now);
                  }
                  made[0] = change.done();
                  save(connection, made[0], at);
                });
    String appointment = before.content().appointment();
    List<Outcome> unused =
        step == Step.LEAVE && !appointment.isEmpty()
            ? bookings.during(
                Bookings.Step.LEAVE, appointment, before.content().patient(), now, write)
            : write.get();
    tellWhoIsNear(queue.id());
    return made[0];
  }

  // ------------------------------------------------------------------ the room

  /**
   * The doctor begins. Written as the doctor's own act: it opens nothing that the check-in had not
   * opened, and who does not see the record cannot begin.
   */
  public Ticket start(Caller caller, String ticket) {
    Ticket before = ticket(caller, ticket);
    Step.START.take(caller, before.state());
    String practitioner = caller.binding().practitioner();
    Instant now = now();
    return change(
        caller,
        caller,
        before,
        Step.START,
        "",
        encounter -> {
          Papers.status(encounter, "in-progress");
          if (!practitioner.isEmpty()) {
            Papers.participant(encounter, "Practitioner/" + practitioner);
          }
          return encounter;
        },
        change -> change.started(now),
        true);
  }

  /** The visit is over. Likewise the doctor's own act. */
  public Ticket finish(Caller caller, String ticket) {
    Ticket before = ticket(caller, ticket);
    Step.FINISH.take(caller, before.state());
    Instant now = now();
    Ticket after =
        change(
            caller,
            caller,
            before,
            Step.FINISH,
            "",
            encounter -> Papers.ended(Papers.status(encounter, "finished"), now),
            change -> change.ended(now),
            false);
    complete(caller, after);
    return after;
  }

  /**
   * The booking's own end. In a transaction after the visit's: the Encounter is written as the
   * doctor, who could not write every Appointment; what is missed here, {@link #upkeep} does.
   */
  private void complete(Caller caller, Ticket ticket) {
    String appointment = ticket.content().appointment();
    if (appointment.isEmpty()) {
      return;
    }
    try {
      JsonNode now = read(caller, "Appointment", appointment);
      if (now.path("status").asString("").equals("arrived")) {
        Queue queue = queueOf(ticket);
        List<Outcome> unused =
            bookings.during(
                Bookings.Step.COMPLETE,
                appointment,
                ticket.content().patient(),
                now(),
                () ->
                    store.transact(
                        caller.asPlatformOf(queue.institution()),
                        List.of(
                            new Interaction.Patch(
                                "Appointment",
                                appointment,
                                null,
                                bookings.take(caller, Bookings.Step.COMPLETE),
                                null),
                            new Interaction.Create(
                                "Provenance",
                                Interaction.Body.of(
                                    Papers.provenanceOf(
                                        caller,
                                        queue,
                                        Step.FINISH,
                                        List.of(
                                            "Appointment/" + appointment,
                                            "Patient/" + ticket.content().patient()),
                                        "",
                                        "",
                                        now())),
                                null,
                                null,
                                "Patient/" + ticket.content().patient())),
                        Set.of(),
                        null));
      }
    } catch (Refusal failed) {
      LOG.warn("A booking was not completed with its visit: {}", failed.messageKey());
    }
  }

  /** Changes a ticket with its Encounter. */
  private Ticket change(
      Caller writer,
      Caller caller,
      Ticket before,
      Step step,
      String reason,
      UnaryOperator<ObjectNode> encounter,
      UnaryOperator<Ticket.Change> change,
      boolean isAct) {
    State next = step.take(caller, before.state());
    if (step != Step.FINISH) {
      checkNotOver(before);
    }
    Queue queue = queueOf(before);
    Instant now = now();
    Ticket after = change.apply(before.to(next)).done();
    store.transact(
        writer,
        List.of(
            Papers.patch(before, encounter),
            Papers.provenance(caller, queue, step, before, reason, "", now)),
        (connection, _, at) -> {
          String practitioner = caller.binding().practitioner();
          if (isAct && !practitioner.isEmpty()) {
            mayAct(connection, step, practitioner, queue.institution(), now);
          }
          QueueTable.touch(connection, queue.home(), queue.id(), at);
          save(connection, after, at);
        });
    tellWhoIsNear(queue.id());
    return after;
  }

  /** How ill somebody is, doctors and nurses judge; nobody else whose licence holds. */
  private void mayAct(
      Connection connection, Step step, String practitioner, String institution, Instant now)
      throws SQLException {
    if (step == Step.TRIAGE) {
      licences.checkCarer(connection, practitioner, institution, now);
    } else {
      licences.check(connection, "Practitioner/" + practitioner, institution, now);
    }
  }

  /**
   * What somebody may do with tickets, by role and licence: what a page offers. The act asks again.
   *
   * @param isCarer whether its licence is a doctor's or a nurse's, and holds
   * @param isLicensed whether any licence of its holds
   */
  record May(Caller caller, boolean isCarer, boolean isLicensed) {
    boolean take(Step step, State state) {
      return step.isOpen(caller, state)
          && switch (step) {
            case TRIAGE -> isCarer;
            case START -> isLicensed;
            default -> true;
          };
    }
  }

  /** Asks the registry once for all tickets of an answer. */
  May may(Caller caller) {
    String practitioner = caller.binding().practitioner();
    if (caller.isRoot() || caller.role() != Role.PRACTITIONER || practitioner.isEmpty()) {
      return new May(caller, true, true);
    }
    Instant now = now();
    return sql.on(
        connection ->
            new May(
                caller,
                holds(connection, Step.TRIAGE, caller, now),
                holds(connection, Step.START, caller, now)));
  }

  private boolean holds(Connection connection, Step step, Caller caller, Instant now)
      throws SQLException {
    try {
      mayAct(connection, step, caller.binding().practitioner(), caller.institution(), now);
      return true;
    } catch (Refusal refused) {
      if (refused.kind() == Refusal.Kind.BUSINESS_RULE) {
        return false;
      }
      throw refused;
    }
  }

  private void save(Connection connection, Ticket after, Instant at) throws SQLException {
    if (!table.update(connection, after, at)) {
      throw new Refusal(Refusal.Kind.CONFLICT, "queue.changed-meanwhile");
    }
  }

  /**
   * Takes somebody over to another queue of the house, under another number, with level and arrival
   * kept. The record opens to that department; so nobody moves anybody to itself.
   */
  public Ticket move(Caller caller, String ticket, String toQueue) {
    Ticket before = ticket(caller, ticket);
    State next = Step.MOVE.take(caller, before.state());
    checkNotOver(before);
    Queue from = queueOf(before);
    Queue to = own(caller, toQueue);
    if (to.id().equals(from.id())) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.same");
    }
    if (!to.institution().equals(from.institution())) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "queue.none");
    }
    boolean isToItself =
        !to.department().equals(from.department())
            && Arrivals.isSelf(
                caller,
                Arrivals.reference(
                    to.practitioner().isEmpty() ? null : to.practitioner(), "Practitioner/"),
                "Organization/" + to.department());
    if (caller.role() == Role.PRACTITIONER && isToItself) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.move-to-itself");
    }
    Instant now = now();
    Ticket after = before.to(next).ended(now).done();
    String id = Ids.next(to.home());
    var made = new Ticket[1];
    store.transact(
        caller.asPlatformOf(to.institution()),
        List.of(
            Papers.patch(before, encounter -> Papers.moved(encounter, from, to)),
            Papers.provenance(caller, to, Step.MOVE, before, "", to.name(), now)),
        (connection, _, at) -> {
          // In one order, so that two who move across each other do not lock each other out.
          int number = 0;
          for (Queue queue :
              from.id().compareTo(to.id()) < 0 ? List.of(from, to) : List.of(to, from)) {
            if (queue == to) {
              number = QueueTable.number(connection, to, day(now), at);
            } else {
              QueueTable.touch(connection, from.home(), from.id(), at);
            }
          }
          save(connection, after, at);
          made[0] =
              new Ticket(
                  to.home(),
                  id,
                  to.id(),
                  day(now),
                  number,
                  1,
                  State.WAITING,
                  before.level(),
                  before.due(),
                  before.entered(),
                  0,
                  0,
                  before.patient(),
                  0,
                  "",
                  false,
                  null,
                  null,
                  null,
                  0,
                  before.content());
          table.insert(connection, made[0], at);
        });
    tellWhoIsNear(to.id());
    tellWhoIsNear(from.id());
    return made[0];
  }

  private void checkNotOver(Ticket ticket) {
    if (ticket.entered().isBefore(now().minus(LONGEST))) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "queue.ticket-over");
    }
  }

  /** Somebody called, or changed the ticket: read again. */
  private static final class Raced extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Raced() {
      super(null, null, false, false);
    }
  }

  // ------------------------------------------------------------------ telling, upkeep

  /**
   * Tells those whose turn is near, each once. After a change and outside its transaction: the
   * change never fails for a message, and what is missed here, the next change or {@link #upkeep}
   * tells.
   */
  void tellWhoIsNear(String queueId) {
    try {
      Queue queue = Objects.requireNonNull(table.queue(queueId));
      for (Waiting waiting : standing(queue).line) {
        if (waiting.before > queue.rule().near()) {
          break;
        }
        if (!waiting.ticket.told() && waiting.ticket.state() == State.WAITING) {
          tell(queue, waiting);
        }
      }
    } catch (Refusal | Sql.DatabaseFailed failed) {
      LOG.debug("Who is near is told later: {}", failed.getMessage());
    }
  }

  private void tell(Queue queue, Waiting waiting) {
    Ticket ticket = waiting.ticket;
    store.transact(
        Caller.platform("queue").asPlatformOf(queue.institution()),
        List.of(Papers.message(ticket, Papers.near(queue, ticket, waiting.before), now())),
        (connection, _, at) -> save(connection, ticket.to(ticket.state()).told().done(), at));
  }

  /**
   * What nobody does by hand: ends tickets of who has gone home, and takes out old ones. Several
   * instances may do it at once.
   *
   * @return tickets that it ended
   */
  public int upkeep() {
    Instant now = now();
    int ended = 0;
    Caller platform = Caller.platform("queue");
    for (Ticket ticket : table.forgotten(now.minus(LONGEST), 200)) {
      try {
        if (ticket.state() == State.SERVING) {
          finish(platform, ticket.id());
        } else {
          leave(platform, ticket.id());
        }
        ended++;
      } catch (Refusal failed) {
        LOG.warn("A ticket of yesterday could not be ended: {}", failed.messageKey());
      }
    }
    for (Ticket ticket : table.served(day(now).minusDays(1), 500)) {
      complete(platform, ticket);
    }
    table.prune(day(now).minusDays(KEPT_DAYS));
    return ended;
  }

  @Override
  public void erase(long subject) {
    table.erase(subject);
  }
}
