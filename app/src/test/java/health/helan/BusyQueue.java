package health.helan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A department's queue, while people come and rooms call them, one after another as fast as the
 * platform answers. What was answered is written down here, and held against what the platform
 * knows after it was killed in the middle of it.
 */
final class BusyQueue {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PEOPLE = 90;
  private static final int DOORS = 3;
  private static final int ROOMS = 3;
  private static final long PATIENCE_NANOS = 240_000_000_000L;

  /** How far a ticket has come, in order. */
  private static final List<String> WAY = List.of("waiting", "called", "serving", "served");

  private final String queue;
  private final List<String> people;

  /** Who has not been answered a number yet. */
  private final Queue<String> coming = new ConcurrentLinkedQueue<>();

  /** Number by person, as it was answered. */
  private final Map<String, String> numbers = new ConcurrentHashMap<>();

  /** The last state of a ticket that was answered. */
  private final Map<String, String> states = new ConcurrentHashMap<>();

  /** Room that a ticket was called to. */
  private final Map<String, String> rooms = new ConcurrentHashMap<>();

  /** Ticket that is in a room. */
  private final Map<String, String> inside = new ConcurrentHashMap<>();

  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private List<Thread> atWork = List.of();

  /** Makes it, with people who are about to come. */
  BusyQueue(RunningPlatform platform) throws IOException, InterruptedException {
    put(platform, "Organization/busy", "{'resourceType':'Organization','id':'busy','name':'医院'}");
    put(
        platform,
        "Organization/busy-department",
        "{'resourceType':'Organization','id':'busy-department','name':'门诊','partOf':{'reference':'Organization/busy'}}");
    people = IntStream.range(0, PEOPLE).mapToObj(i -> "busy-" + i).toList();
    for (String person : people) {
      put(
          platform,
          "Patient/" + person,
          "{'resourceType':'Patient','id':'%s','name':[{'text':'试验'}]}".formatted(person));
    }
    coming.addAll(people);
    queue =
        part(
            parts(
                ask(
                    platform,
                    "$queue-set",
                    "department",
                    "Organization/busy-department",
                    "name",
                    "门诊"),
                "queue"),
            "id");
  }

  private static void put(RunningPlatform platform, String path, String json)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        platform.send(
            "PUT", "fhir/" + path, json.replace('\'', '"'), "application/fhir+json", true);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private static HttpResponse<String> ask(
      RunningPlatform platform, String operation, String... pairs)
      throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode().put("resourceType", "Parameters");
    for (int i = 0; i < pairs.length; i += 2) {
      body.withArray("parameter")
          .addObject()
          .put("name", pairs[i])
          .put("valueString", pairs[i + 1]);
    }
    return platform.send(
        "POST", "fhir/" + operation, body.toString(), "application/fhir+json", true);
  }

  private static JsonNode parts(HttpResponse<String> answer, String name) {
    for (JsonNode parameter : JSON.readTree(answer.body()).path("parameter")) {
      if (parameter.path("name").asString("").equals(name)) {
        return parameter.path("part");
      }
    }
    throw new AssertionError(answer.statusCode() + " " + answer.body());
  }

  private static String part(JsonNode parts, String name) {
    for (JsonNode part : parts) {
      if (part.path("name").asString("").equals(name)) {
        JsonNode value = part.path("valueString");
        return value.isString()
            ? value.asString("")
            : part.path("valueCode")
                .asString(part.path("valueReference").path("reference").asString(""));
      }
    }
    return "";
  }

  // ------------------------------------------------------------------ people and rooms

  private interface Part {
    void goOn() throws IOException, InterruptedException;
  }

  /** Doors and rooms begin, or go on after the platform is back. */
  void work(RunningPlatform platform) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < DOORS; i++) {
      threads.add(begin(() -> door(platform)));
    }
    List<Thread> doors = List.copyOf(threads);
    for (int i = 1; i <= ROOMS; i++) {
      String room = i + " 诊室";
      threads.add(begin(() -> room(platform, room, doors)));
    }
    atWork = List.copyOf(threads);
  }

  private Thread begin(Part part) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                part.goOn();
              } catch (IOException killed) {
                // What was asked last is not known: that is the point.
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException | AssertionError fault) {
                faults.add(fault.toString());
              }
            });
  }

  private void door(RunningPlatform platform) throws IOException, InterruptedException {
    for (String person = coming.poll(); person != null; person = coming.poll()) {
      HttpResponse<String> answer;
      try {
        answer = ask(platform, "$queue-check-in", "queue", queue, "patient", person);
      } catch (IOException killed) {
        coming.add(person);
        throw killed;
      }
      if (answer.statusCode() == 409) {
        continue; // Has a number from before the kill, and was never answered it.
      }
      JsonNode ticket = parts(answer, "ticket");
      numbers.put(person, part(ticket, "label"));
      note(part(ticket, "id"), "waiting");
    }
  }

  private void room(RunningPlatform platform, String room, List<Thread> doors)
      throws IOException, InterruptedException {
    String left = inside.get(room);
    if (left != null) {
      // Some of this was done before the kill.
      see(platform, room, left, true);
    }
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < until) {
      boolean isLast = doors.stream().noneMatch(Thread::isAlive);
      HttpResponse<String> answer = ask(platform, "$queue-call", "queue", queue, "place", room);
      if (answer.statusCode() == 404) {
        if (isLast) {
          return; // Nobody is in the line, and nobody comes any more.
        }
        Thread.sleep(5);
        continue;
      }
      String ticket = part(parts(answer, "ticket"), "id");
      String other = rooms.put(ticket, room);
      if (other != null && !other.equals(room)) {
        faults.add("called to two rooms: " + ticket);
      }
      inside.put(room, ticket);
      note(ticket, "called");
      see(platform, room, ticket, false);
    }
  }

  private void see(RunningPlatform platform, String room, String ticket, boolean isAgain)
      throws IOException, InterruptedException {
    for (String step : List.of("start", "finish")) {
      HttpResponse<String> answer = ask(platform, "$queue-" + step, "ticket", ticket);
      if (!isAgain || answer.statusCode() != 422) {
        note(ticket, part(parts(answer, "ticket"), "state"));
      }
    }
    inside.remove(room);
  }

  /** Answers of several doors and rooms may come in another order than they were written in. */
  private void note(String ticket, String state) {
    states.merge(
        ticket, state, (one, other) -> WAY.indexOf(one) < WAY.indexOf(other) ? other : one);
  }

  // ------------------------------------------------------------------ the kill

  /** Waits until it is in full swing: some served, some waiting, some yet to come. */
  void untilInFullSwing() throws InterruptedException {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (states.values().stream().filter("served"::equals).count() < PEOPLE / 6
        || numbers.size() < PEOPLE / 3) {
      assertThat(System.nanoTime()).as("the queue gets on; %s", faults).isLessThan(until);
      Thread.sleep(2);
    }
  }

  void untilStill() throws InterruptedException {
    for (Thread one : atWork) {
      one.join();
    }
    assertThat(faults).isEmpty();
  }

  /** The tickets of a person as the platform knows them. */
  private static List<JsonNode> of(RunningPlatform platform, String person)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = platform.get("fhir/Patient/" + person + "/$queue-tickets");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    List<JsonNode> tickets = new ArrayList<>();
    for (JsonNode parameter : JSON.readTree(answer.body()).path("parameter")) {
      tickets.add(parameter.path("part"));
    }
    return tickets;
  }

  /** All that was answered before the kill is there, and nothing twice. */
  void isKept(RunningPlatform platform) throws IOException, InterruptedException {
    assertThat(coming).as("killed in the middle").isNotEmpty();
    var given = new TreeSet<String>();
    for (String person : people) {
      List<JsonNode> tickets = of(platform, person);
      String number = numbers.get(person);
      assertThat(tickets).hasSizeBetween(number == null ? 0 : 1, 1);
      for (JsonNode ticket : tickets) {
        String label = part(ticket, "label");
        assertThat(given.add(label)).as("%s is given once", label).isTrue();
        if (number != null) {
          assertThat(label).isEqualTo(number);
        }
        String answered = states.getOrDefault(part(ticket, "id"), "waiting");
        // One step more may have been done whose answer was lost.
        assertThat(WAY.indexOf(part(ticket, "state")))
            .as("answered: %s", answered)
            .isBetween(WAY.indexOf(answered), WAY.indexOf(answered) + 1);
      }
    }
  }

  /** Everybody has one number, was called once, and was seen; no number is missing. */
  void isWhole(RunningPlatform platform) throws IOException, InterruptedException {
    var given = new TreeSet<String>();
    for (String person : people) {
      List<JsonNode> tickets = of(platform, person);
      assertThat(tickets).hasSize(1);
      assertThat(part(tickets.getFirst(), "state")).isEqualTo("served");
      given.add(part(tickets.getFirst(), "label"));
      String encounter = part(tickets.getFirst(), "encounter");
      assertThat(calls(platform, encounter)).as("calls of " + person).isEqualTo(1);
    }
    assertThat(given)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, PEOPLE).mapToObj("A%03d"::formatted).toList());
  }

  private static int calls(RunningPlatform platform, String encounter)
      throws IOException, InterruptedException {
    int calls = 0;
    for (JsonNode entry :
        JSON.readTree(platform.get("fhir/Provenance?target=" + encounter + "&_count=50").body())
            .path("entry")) {
      for (JsonNode coding : entry.path("resource").path("activity").path("coding")) {
        calls += coding.path("code").asString("").equals("call") ? 1 : 0;
      }
    }
    return calls;
  }
}
