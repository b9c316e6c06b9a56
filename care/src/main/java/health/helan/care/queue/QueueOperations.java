package health.helan.care.queue;

import health.helan.foundation.residents.card.Scans;
import health.helan.foundation.residents.card.Scene;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.rest.FhirOperation.Level;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.rest.Words;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The operations of queues; what they take and answer stands in docs/guide/queue.md. */
public final class QueueOperations {
  private static final int NAMES = 100;

  /** Figures that others have asked for are shown for so long at least. */
  private static final Duration FIGURES_SHOWN = Duration.ofSeconds(3);

  private final Queues queues;

  private QueueOperations(Queues queues) {
    this.queues = queues;
  }

  public static List<FhirOperation> all(Queues queues) {
    return all(queues, FIGURES_SHOWN);
  }

  /**
   * @param figuresShown how long figures are shown at least before they are counted again
   */
  public static List<FhirOperation> all(Queues queues, Duration figuresShown) {
    var of = new QueueOperations(queues);
    List<FhirOperation> all = new ArrayList<>();
    all.add(one("queues", Level.SYSTEM, false, of::list));
    all.add(one("queue-set", Level.SYSTEM, true, of::set));
    all.add(one("queue-line", Level.SYSTEM, false, of::line));
    all.add(one("queue-tickets", Level.INSTANCE, false, of::tickets));
    all.add(one("queue-screens", Level.SYSTEM, false, of::screens));
    all.add(one("queue-screen", Level.SYSTEM, true, of::screen));
    for (Step step : Step.values()) {
      all.add(one(step.operation(), Level.SYSTEM, true, call -> of.step(call, step)));
    }
    all.add(new QueueFiguresOperation(queues, figuresShown));
    return all;
  }

  /** One operation: who may call it stands in the policy, under its name. */
  private static FhirOperation one(
      String name, Level level, boolean changes, Function<Call, Answer> work) {
    boolean isOnPatient = level == Level.INSTANCE;
    var spec =
        new FhirOperation.Spec(
            name,
            Set.of(level),
            isOnPatient ? Set.of("Patient") : Set.of(),
            changes,
            "https://helan.health/fhir/OperationDefinition/"
                + (isOnPatient ? "Patient-" : "")
                + name);
    return new NamedOperation(
        spec,
        name,
        call -> {
          try {
            return work.apply(call);
          } catch (Sql.DatabaseFailed e) {
            throw new Refusal(Refusal.Kind.TRANSIENT, "queue.database");
          }
        },
        Map.of());
  }

  private static String required(Call call, String name) {
    String value = call.text(name);
    if (value == null || value.isBlank()) {
      throw new Refusal(Refusal.Kind.INVALID, "queue.parameter-missing", name);
    }
    return value.strip();
  }

  private static String or(@Nullable String value, String otherwise) {
    return value == null ? otherwise : value.strip();
  }

  // ------------------------------------------------------------------ steps

  private Answer step(Call call, Step step) {
    Caller caller = call.caller();
    Ticket ticket =
        switch (step) {
          case CHECK_IN -> checkIn(call);
          case TRIAGE ->
              queues.triage(
                  caller,
                  required(call, "ticket"),
                  health.helan.care.queue.Level.of(required(call, "level")),
                  required(call, "reason"));
          case CALL -> {
            String place = required(call, "place");
            String one = call.text("ticket");
            yield one == null
                ? queues.callNext(caller, required(call, "queue"), place)
                : queues.call(caller, one, place);
          }
          case MISS -> queues.miss(caller, required(call, "ticket"));
          case RETURN -> queues.putBack(caller, required(call, "ticket"));
          case START -> queues.start(caller, required(call, "ticket"));
          case FINISH -> queues.finish(caller, required(call, "ticket"));
          case MOVE -> queues.move(caller, required(call, "ticket"), required(call, "queue"));
          case LEAVE -> queues.leave(caller, required(call, "ticket"));
        };
    Queue queue = Objects.requireNonNull(queues.table.queue(ticket.queue()));
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer).group("ticket");
    told(words, queues.may(caller), queue, ticket, ticket.content().name());
    if (ticket.state().isInLine()) {
      queues.standing(queue).line().stream()
          .filter(one -> one.ticket().id().equals(ticket.id()))
          .findFirst()
          .ifPresent(one -> wait(words, one));
    }
    return Words.answer(answer);
  }

  private Ticket checkIn(Call call) {
    String code = call.text("code");
    Caller caller = call.caller();
    Scans.Reading card =
        code == null
            ? null
            : new Scans.Reading(
                required(call, "terminal"),
                Scene.CHECK_IN,
                code,
                call.text("stamp"),
                call.text("proof"),
                call.text("document"));
    String queue =
        caller.role() == Role.RESIDENT ? or(call.text("queue"), "") : required(call, "queue");
    return queues.checkIn(
        caller,
        new Arrival(
            queue,
            call.text("patient"),
            call.text("identifier"),
            card,
            call.text("appointment"),
            call.text("door")));
  }

  /** What everybody who may see a ticket sees of it. */
  private static void told(Words words, Queues.May may, Queue queue, Ticket ticket, String name) {
    words.text("id", ticket.id()).text("label", queue.label(ticket.number()));
    words.code("state", ticket.state().word());
    words.text("queue", queue.id()).text("queue-name", queue.name()).text("where", queue.place());
    words.text("place", ticket.place());
    words.reference("patient", "Patient/" + ticket.content().patient(), name);
    words.time("entered", ticket.entered()).time("called", ticket.called());
    words.time("started", ticket.started()).time("ended", ticket.ended());
    if (!ticket.content().appointment().isEmpty()) {
      words.reference("appointment", "Appointment/" + ticket.content().appointment(), null);
      words.time("due", ticket.due());
    }
    words.number("misses", ticket.misses());
    if (may.caller().role() != Role.RESIDENT) {
      words.reference("encounter", "Encounter/" + ticket.content().encounter(), null);
      words.code("level", ticket.level().word()).text("reason", ticket.content().reason());
    }
    for (Step step : Step.values()) {
      if (may.take(step, ticket.state())) {
        words.code("may", step.word());
      }
    }
  }

  private static void wait(Words words, Queues.Waiting waiting) {
    words.number("before", waiting.before());
    Estimate wait = waiting.estimate();
    if (wait != null) {
      words.number("wait-low", wait.low()).number("wait-high", wait.high());
    }
  }

  // ------------------------------------------------------------------ queues

  private Answer list(Call call) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    for (Queue queue : queues.list(call.caller())) {
      Words one = words.group("queue");
      described(one, queue);
      Queues.Standing standing = queues.standing(queue);
      one.number("waiting", standing.line().size()).number("served", standing.served());
    }
    return Words.answer(answer);
  }

  private static void described(Words words, Queue queue) {
    words.text("id", queue.id()).text("name", queue.name()).text("prefix", queue.prefix());
    words.text("where", queue.place()).code("state", queue.isOpen() ? "open" : "closed");
    words.reference("department", "Organization/" + queue.department(), null);
    if (!queue.practitioner().isEmpty()) {
      words.reference("practitioner", "Practitioner/" + queue.practitioner(), null);
    }
    words.number("skip", queue.rule().skip()).number("misses", queue.rule().misses());
    words.number("near", queue.rule().near());
  }

  private Answer set(Call call) {
    String id = or(call.text("queue"), "");
    Queue.Rule rule = Queue.Rule.DEFAULT;
    String name = call.text("name");
    String prefix = call.text("prefix");
    String place = call.text("where");
    if (!id.isEmpty()) {
      Queue there = queues.own(call.caller(), id);
      rule = there.rule();
      name = or(name, there.name());
      prefix = or(prefix, there.prefix());
      place = or(place, there.place());
    }
    String department = id.isEmpty() ? required(call, "department") : "";
    Queue done =
        queues.put(
            call.caller(),
            new Queue(
                0,
                id,
                call.caller().institution(),
                Queues.id(department, "Organization/"),
                Queues.id(or(call.text("practitioner"), ""), "Practitioner/"),
                or(prefix, "A"),
                or(name, ""),
                or(place, ""),
                new Queue.Rule(
                    number(call, "skip", rule.skip()),
                    number(call, "misses", rule.misses()),
                    number(call, "near", rule.near())),
                isOn(call, "open", "closed"),
                0,
                0));
    ObjectNode answer = Words.parameters();
    described(Words.of(answer).group("queue"), done);
    return Words.answer(answer);
  }

  private static int number(Call call, String name, int otherwise) {
    String text = call.text(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,3}")) {
      throw new Refusal(Refusal.Kind.VALUE, "queue.incomplete");
    }
    return Integer.parseInt(text);
  }

  private static boolean isOn(Call call, String on, String off) {
    String state = or(call.text("state"), on);
    if (!state.equals(on) && !state.equals(off)) {
      throw new Refusal(Refusal.Kind.VALUE, "queue.incomplete");
    }
    return state.equals(on);
  }

  private Answer line(Call call) {
    Caller caller = call.caller();
    Queue queue = queues.own(caller, required(call, "queue"));
    Queues.Standing standing = queues.standing(queue);
    List<Ticket> all = new ArrayList<>();
    standing.line().forEach(one -> all.add(one.ticket()));
    all.addAll(standing.called());
    all.addAll(standing.out());
    Map<String, String> names = names(call, all);
    Queues.May may = queues.may(caller);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    described(words.group("queue"), queue);
    words.number("served", standing.served());
    for (Queues.Waiting one : standing.line()) {
      Words group = words.group("waiting");
      ticket(group, may, queue, one.ticket(), names);
      wait(group, one);
    }
    standing.called().forEach(one -> ticket(words.group("called"), may, queue, one, names));
    standing.out().forEach(one -> ticket(words.group("missed"), may, queue, one, names));
    return Words.answer(answer);
  }

  private static void ticket(
      Words words, Queues.May may, Queue queue, Ticket ticket, Map<String, String> names) {
    AccessTrail.noteAsked(ticket.patient());
    Ticket.Content content = ticket.content();
    told(words, may, queue, ticket, names.getOrDefault(content.patient(), content.name()));
  }

  /** Names as the caller sees them: whole where a grant opens the record, else masked. */
  private static Map<String, String> names(Call call, List<Ticket> tickets) {
    Map<String, String> names = new HashMap<>();
    List<String> patients =
        tickets.stream().map(one -> one.content().patient()).distinct().toList();
    for (int i = 0; i < patients.size(); i += NAMES) {
      String some =
          patients.subList(i, Math.min(patients.size(), i + NAMES)).stream()
              .collect(Collectors.joining(","));
      for (JsonNode patient :
          Found.of(call.store(), call.caller(), "Patient", "_id", some, "_count", "" + NAMES)) {
        names.put(patient.path("id").asString(""), Papers.name(patient));
      }
    }
    return names;
  }

  /** A resident's own numbers of today. */
  private Answer tickets(Call call) {
    Caller caller = call.caller();
    String patient = Objects.requireNonNull(call.id());
    if (!caller.isRoot() && !caller.binding().patients().contains(patient)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Patient", patient);
    }
    call.store().read(caller, "Patient", patient);
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    Queues.May may = queues.may(caller);
    Map<String, Queues.Standing> standings = new HashMap<>();
    for (Ticket ticket : queues.ofPatient(patient)) {
      Queue queue = Objects.requireNonNull(queues.table.queue(ticket.queue()));
      Words one = words.group("ticket");
      told(one, may, queue, ticket, ticket.content().name());
      if (ticket.state().isInLine()) {
        standings.computeIfAbsent(queue.id(), _ -> queues.standing(queue)).line().stream()
            .filter(waiting -> waiting.ticket().id().equals(ticket.id()))
            .findFirst()
            .ifPresent(waiting -> wait(one, waiting));
      }
    }
    return Words.answer(answer);
  }

  // ------------------------------------------------------------------ screens

  private Answer screens(Call call) {
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    if (call.caller().institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.practitioners-only");
    }
    queues
        .screens()
        .of(call.caller().institution())
        .forEach(screen -> described(words.group("screen"), screen));
    return Words.answer(answer);
  }

  private static void described(Words words, Screens.Screen screen) {
    words.text("id", screen.id()).text("name", screen.name());
    words.code("state", screen.isActive() ? "active" : "suspended");
    words.time("created", screen.created());
    screen.queues().forEach(queue -> words.text("queue", queue));
  }

  private Answer screen(Call call) {
    Caller caller = call.caller();
    ObjectNode answer = Words.parameters();
    Words words = Words.of(answer);
    String id = call.text("screen");
    if (id != null) {
      described(
          words.group("screen"),
          queues.screens().hold(caller, id, isOn(call, "active", "suspended")));
      return Words.answer(answer);
    }
    if (caller.institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.practitioners-only");
    }
    List<String> shown = new ArrayList<>();
    for (String one : or(call.text("queues"), "").split("[ ,]+")) {
      if (!one.isEmpty()) {
        shown.add(queues.own(caller, one).id());
      }
    }
    Screens.Made made = queues.screens().make(caller.institution(), required(call, "name"), shown);
    described(words.group("screen"), made.screen());
    words.text("token", made.token());
    return Words.answer(answer);
  }
}
