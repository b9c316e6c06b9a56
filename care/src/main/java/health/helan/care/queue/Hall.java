package health.helan.care.queue;

import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a screen in a hall shows: numbers, masked names, rooms, and nothing else. For the door that
 * serves it; who is behind the door was asked before.
 */
public final class Hall {
  private static final int NEXT = 8;
  private static final int CALLED = 6;

  private final Queues queues;

  public Hall(Queues queues) {
    this.queues = queues;
  }

  /** The screen that a token is of; null for none. */
  public Screens.@Nullable Screen screen(String token) {
    return queues.screens.byToken(token);
  }

  /** Changes when anything that the screen shows changes, but for the door's code. */
  public Map<String, Long> revisions(Screens.Screen screen) {
    Map<String, Long> revisions = new HashMap<>();
    for (Queue queue : queues.table.ofInstitution(screen.institution())) {
      if (screen.shows(queue.id())) {
        revisions.put(queue.id(), queue.revision());
      }
    }
    return revisions;
  }

  /** The six digits for telephones. */
  public String door(Screens.Screen screen) {
    return queues.screens.door(screen);
  }

  /** All that it shows. */
  public ObjectNode shown(Screens.Screen screen) {
    ObjectNode shown = Json.MAPPER.createObjectNode();
    shown.put("name", screen.name()).put("at", queues.now().toString());
    shown.put("door", door(screen));
    ArrayNode all = shown.putArray("queues");
    for (Queue queue : queues.table.ofInstitution(screen.institution())) {
      if (screen.shows(queue.id())) {
        show(all.addObject(), queue);
      }
    }
    return shown;
  }

  private void show(ObjectNode to, Queue queue) {
    Queues.Standing standing = queues.standing(queue);
    to.put("name", queue.name()).put("place", queue.place()).put("open", queue.isOpen());
    to.put("waiting", standing.line().size());
    ArrayNode called = to.putArray("called");
    standing.called().stream()
        .filter(ticket -> ticket.called() != null)
        .sorted(
            Comparator.comparing((Ticket ticket) -> Objects.requireNonNull(ticket.called()))
                .reversed())
        .limit(CALLED)
        .forEach(
            ticket -> {
              Instant at = Objects.requireNonNull(ticket.called());
              person(called.addObject(), queue, ticket)
                  .put("to", ticket.place())
                  .put("inside", ticket.state() == State.SERVING)
                  .put("since", at.toString());
            });
    ArrayNode next = to.putArray("next");
    List<Queues.Waiting> line = standing.line();
    line.stream().limit(NEXT).forEach(one -> person(next.addObject(), queue, one.ticket()));
    ArrayNode missed = to.putArray("missed");
    standing.out().forEach(ticket -> person(missed.addObject(), queue, ticket));
  }

  private static ObjectNode person(ObjectNode to, Queue queue, Ticket ticket) {
    return to.put("label", queue.label(ticket.number())).put("name", ticket.content().name());
  }
}
